"""Parse CEL and check its types against the schema, with Google's CEL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import get_args

from cel_expr_python import cel
from google.protobuf import descriptor_pb2, descriptor_pool, timestamp_pb2

from assay.cel.ast import Expression, Type, decode_checked
from assay.cel.errors import CelError, problem, problems_of
from assay.cel.functions import FUNCTIONS
from assay.cel.schema import HORIZONS, SPACES, Field, FieldType, Space
from assay.diagnostics import rule_codes as codes

_PACKAGE = "assay"
_FIELD_TYPES = {"bool": 8, "int": 3, "double": 1, "string": 9, "strings": 9, "timestamp": 11}
_MESSAGE, _OPTIONAL, _REPEATED = 11, 1, 3
_DEEPEST = 30


@dataclass(frozen=True)
class Vocabulary:
    """The scores that rules can name: for each space, the names of its scorers.

    ``outlook`` names the profile scorers with a scale, for watch rules; ``facts`` are the named
    facts by space, ``parameters`` the named constants.
    """

    scores: Mapping[str, tuple[str, ...]]
    outlook: tuple[str, ...] = ()
    facts: Mapping[str, Mapping[str, Type]] = field(default_factory=dict)
    parameters: Mapping[str, float | int | str | bool] = field(default_factory=dict)

    def facts_of(self, space: str) -> Mapping[str, Type]:
        """The named facts of a space, with their types."""
        return self.facts.get(space, {})

    @cached_property
    def _key(self) -> tuple[object, ...]:
        facts = tuple((on, tuple(named.items())) for on, named in sorted(self.facts.items()))
        # 1, 1.0 and true are equal to Python and of different types to CEL.
        parameters = tuple((n, type(v), v) for n, v in sorted(self.parameters.items()))
        return (tuple(sorted(self.scores.items())), self.outlook, facts, parameters)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self._key == other._key


def parse_cel(
    text: str,
    subject: str,
    vocabulary: Vocabulary,
    *,
    it: str | None = None,
    watch: bool = False,
) -> Expression:
    """Parse and check ``text``, an expression of a rule on ``subject``.

    ``it`` names the collection whose element the text calls ``it``; with ``watch`` it may
    name ``outlook``. Raises :class:`CelError` with all problems of the text.
    """
    return _parsed(text, subject, vocabulary, it, watch)


@lru_cache(maxsize=10_000)
def _parsed(
    text: str, subject: str, vocabulary: Vocabulary, it: str | None, watch: bool
) -> Expression:
    """A plan reads two rulebooks that are alike but for an edit, a sweep many."""
    depth = _nesting(text)
    if depth > _DEEPEST:
        raise CelError(
            [
                problem(
                    codes.EXPRESSION_TOO_DEEP,
                    f"the expression is nested {depth} deep; {_DEEPEST} are allowed",
                    0,
                    "split it, or use facts for its parts",
                )
            ]
        )
    try:
        checked = _environment(subject, vocabulary, it, watch).compile(text)
    except RuntimeError as error:
        known = [*variables(subject, it=it, watch=watch), *vocabulary.parameters]
        raise CelError(problems_of(str(error), text, known, _fields(vocabulary))) from None
    return decode_checked(checked.serialize())


def _nesting(text: str) -> int:
    deepest = depth = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest


def variables(subject: str, *, it: str | None = None, watch: bool = False) -> dict[str, str]:
    """Map the names that a rule on ``subject`` can use to their message (or ``[message]``)."""
    space = SPACES[subject]
    names = {subject: space.message}
    names |= {part: f"{space.message}{part.capitalize()}" for part in space.parts}
    names |= {link: SPACES[target].message for link, target in space.links.items()}
    for collection in space.collections:
        if collection.name != "roots":
            names[collection.name] = f"[{_element_message(collection.space, collection.via)}]"
    if it is not None:
        names["it"] = names[it][1:-1]
    if watch:
        names["outlook"] = "Outlook"
    return names


def _element_message(space: str, via: str | None) -> str:
    return SPACES[SPACES[space].links[via]].message if via else SPACES[space].message


@lru_cache(maxsize=64)
def _environment(subject: str, vocabulary: Vocabulary, it: str | None, watch: bool) -> cel.Env:
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(_descriptor(vocabulary).SerializeToString())
    kinds = {
        "bool": cel.Type.BOOL,
        "int": cel.Type.INT,
        "double": cel.Type.DOUBLE,
        "string": cel.Type.STRING,
        "timestamp": cel.Type.TIMESTAMP,
    }

    def type_of(name: str) -> cel.Type:
        if name == "citations":
            return cel.Type.List(cel.Type(f"{_PACKAGE}.Citation"))
        if name == "list":  # of any rows; what they are is checked when it is compiled
            return cel.Type.List(cel.Type.DYN)
        return kinds[name]

    declared = {}
    for name, message in variables(subject, it=it, watch=watch).items():
        if message.startswith("["):
            declared[name] = cel.Type.List(cel.Type(f"{_PACKAGE}.{message[1:-1]}"))
        else:
            declared[name] = cel.Type(f"{_PACKAGE}.{message}")
    for name, value in vocabulary.parameters.items():
        declared[name] = kinds[_kind(value)]
    functions = [
        cel.FunctionDecl(
            f.name,
            [
                cel.Overload(
                    f"{f.name}_{'_'.join(o.parameters)}",
                    return_type=type_of(o.result),
                    parameters=[type_of(p) for p in o.parameters],
                    is_member=f.method,
                )
                for o in f.overloads
            ],
        )
        for f in FUNCTIONS
    ]
    return cel.NewEnv(descriptor_pool=pool, variables=declared, functions=functions)


def _kind(value: float | int | str | bool) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    return "int" if isinstance(value, int) else "double"


def _descriptor(vocabulary: Vocabulary) -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="assay/schema.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=[timestamp_pb2.DESCRIPTOR.name],
    )
    for space in SPACES.values():
        _add_space(file, space, vocabulary)
    outlook = file.message_type.add(name="Outlook")
    for number, scorer in enumerate(vocabulary.outlook, start=1):
        _add_message_field(outlook, scorer, number, "OutlookDates")
    dates = file.message_type.add(name="OutlookDates")
    for number, horizon in enumerate(HORIZONS, start=1):
        _add_message_field(dates, horizon, number, "OutlookScore")
    score = file.message_type.add(name="OutlookScore")
    _add_field(score, Field("band", "string", ""), 1)
    _add_field(score, Field("score", "double", ""), 2)
    return file


def _add_space(
    file: descriptor_pb2.FileDescriptorProto, space: Space, vocabulary: Vocabulary
) -> None:
    scores = vocabulary.scores.get(space.name, ())
    facts = [_fact_field(n, type_) for n, type_ in vocabulary.facts_of(space.name).items()]
    message = file.message_type.add(name=space.message)
    coverage = file.message_type.add(name=f"{space.message}Coverage")
    number = 0
    taken = {*space.parts, *space.links, *(c.name for c in space.collections), "coverage"}
    for one in (*space.fields, *(Field(s, "double", "") for s in scores), *facts):
        # A name that is taken is reported as such; here the first one holds.
        if one.name in taken:
            continue
        taken.add(one.name)
        number += 1
        _add_field(message, one, number)
    for index, scorer in enumerate(scores, start=1):
        _add_field(coverage, Field(scorer, "double", ""), index)
    number += 1
    _add_message_field(message, "coverage", number, coverage.name)
    for part, fields in space.parts.items():
        name = f"{space.message}{part.capitalize()}"
        child = file.message_type.add(name=name)
        for index, one in enumerate(fields, start=1):
            _add_field(child, one, index)
        number += 1
        _add_message_field(message, part, number, name)
    for link, target in space.links.items():
        number += 1
        _add_message_field(message, link, number, SPACES[target].message)
    for collection in space.collections:
        number += 1
        element = _element_message(collection.space, collection.via)
        _add_message_field(message, collection.name, number, element, repeated=True)


def _fields(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """The fields of every message."""
    return {m.name: [f.name for f in m.field] for m in _descriptor(vocabulary).message_type}


def _fact_field(name: str, type_: Type) -> Field:
    kinds = {kind: kind for kind in get_args(FieldType)}
    return Field(name, "strings" if type_.item else kinds[type_.name], "")


def _add_field(message: descriptor_pb2.DescriptorProto, field: Field, number: int) -> None:
    message.field.add(
        name=field.name,
        number=number,
        type=_FIELD_TYPES[field.type],
        type_name=".google.protobuf.Timestamp" if field.type == "timestamp" else None,
        label=_REPEATED if field.type == "strings" else _OPTIONAL,
    )


def _add_message_field(
    message: descriptor_pb2.DescriptorProto,
    name: str,
    number: int,
    type_name: str,
    *,
    repeated: bool = False,
) -> None:
    message.field.add(
        name=name,
        number=number,
        type=_MESSAGE,
        type_name=f".{_PACKAGE}.{type_name}",
        label=_REPEATED if repeated else _OPTIONAL,
    )
