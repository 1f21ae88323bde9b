"""The exception for expressions and rulebooks that cannot be compiled."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import get_args

from cel_expr_python import cel
from google.protobuf import descriptor_pb2, descriptor_pool, timestamp_pb2

from assay.cel.ast import Expression, Type, decode_checked
from assay.cel.functions import FUNCTIONS, MACROS, function
from assay.cel.schema import HORIZONS, SPACES, Field, FieldType, Space
from assay.diagnostics import rule_codes as codes
from assay.diagnostics.diagnostic import Code, Diagnostic, ValueLocation


class CelError(Exception):
    """An expression or a rulebook that cannot be compiled, with every problem found.

    Problems of one expression have no path yet: whoever knows its place in the rulebook adds it.
    """

    def __init__(self, problems: Sequence[Diagnostic]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(p.message for p in problems))


def problem(code: Code, message: str, offset: int, hint: str = "") -> Diagnostic:
    """A problem of an expression; ``offset`` is its 0-based character in the text."""
    return code.at(ValueLocation(offset=offset), message, hint)


Fields = Mapping[str, Sequence[str]]

# CEL has a message of its own for a wrong has().
_MACROS = {name: examples[0].text for name, examples in MACROS.items() if name != "has"}
_AS_IN = {f"as in: {example}" for example in _MACROS.values()}
_OTHER_WORDS = {
    **dict.fromkeys(("count", "len", "length"), "size()"),
    **dict.fromkeys(("any", "some"), "exists(c, …)"),
    **dict.fromkeys(("every", "each"), "all(c, …)"),
    **dict.fromkeys(("like", "includes", "find"), 'contains("…")'),
    **dict.fromkeys(("sum", "avg", "mean"), "a pool with combine: sum or mean"),
    **dict.fromkeys(("today", "now"), "profile.as_of, the date of the scores"),
    **dict.fromkeys(("date",), 'day("2024-01-29")'),
}
_SYNTAX_HINTS = {
    "and": "write && for and",
    "or": "write || for or",
    "not": "write !(…) for not",
    "=": "compare with ==",
    "&": "write && for and",
    "|": "write || for or",
    "<>": "write != for unequal",
    ",": 'a list is written in square brackets: ["a", "b"]',
    "is": "compare with ==",
    "then": "a choice is written: condition ? this : that",
    "if": "a choice is written: condition ? this : that",
}
_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)$", re.MULTILINE)
_UNDEFINED = re.compile(r"undefined field '(\w+)' not found in struct '(?:\w+\.)*(\w+)'")
_UNDECLARED = re.compile(r"undeclared reference to '([\w.]+)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']+)' applied to '(.*)'")


def problems_of(raw: str, text: str, known: Sequence[str], fields: Fields) -> list[Diagnostic]:
    """What CEL said of ``text``, in plain words.

    ``known`` are the names it can use, ``fields`` the fields of every kind of row.
    """
    if "recursion" in raw:
        message = "the expression has more levels inside each other than can be read"
        return [
            problem(codes.EXPRESSION_TOO_DEEP, message, 0, "split it, or use facts for its parts")
        ]
    problems: dict[int, Diagnostic] = {}
    for line, column, message in _ERROR.findall(raw):
        offset = _offset(text, int(line), int(column))
        if "*error*" in message:
            continue
        said = _problem(message, text, offset, known, fields)
        problems.setdefault(offset, said)
        if said.code == codes.SYNTAX_ERROR.slug:
            break  # what is said after it is about what came of it
    if not problems:
        first = raw.splitlines()[0].removeprefix("INVALID_ARGUMENT: ")
        problems[0] = problem(codes.INVALID_EXPRESSION, first, 0)
    found = [problems[offset] for offset in sorted(problems)]
    if any(p.code == codes.TYPE_MISMATCH.slug and p.hint in _AS_IN for p in found):
        # The variable of a macro that was written in another way is no mistake of its own.
        return [p for p in found if p.code != codes.UNKNOWN_NAME.slug]
    return found


def _problem(
    message: str, text: str, offset: int, names: Sequence[str], fields: Fields
) -> Diagnostic:
    if match := _UNDEFINED.search(message):
        name, struct = match.groups()
        said = f"{_article(struct)} has no field {name!r}"
        return problem(codes.UNKNOWN_FIELD, said, offset + 1, _field_hint(name, struct, fields))
    if match := _UNDECLARED.search(message):
        name = match.group(1).split(".")[0]
        start = max(text.rfind(name, 0, offset + len(name)), 0)
        own = function(name)
        example = own.examples[0].text if own is not None and own.is_own else _MACROS.get(name)
        if example is not None:
            said = f"{name!r} does not take these arguments"
            return problem(codes.TYPE_MISMATCH, said, start, f"as in: {example}")
        called = text[start + len(name) :].lstrip().startswith("(")
        hint = _name_hint(name, names, called=called)
        return problem(codes.UNKNOWN_NAME, f"{name!r} is not known here", start, hint)
    if match := _OVERLOAD.search(message):
        operator, types = match.groups()
        declared = function(operator)
        sign = declared.sign if declared is not None and declared.sign else operator
        return problem(
            codes.TYPE_MISMATCH,
            f"{sign!r} does not work on {_plain_types(types)}",
            offset,
            _type_hint(sign, types),
        )
    if message.startswith("Syntax error"):
        said = _plain_syntax(message)
        return problem(codes.SYNTAX_ERROR, said, offset, _syntax_hint(said))
    hint = "write has(claim.type), without quotes" if message.startswith("has()") else ""
    return problem(
        codes.INVALID_EXPRESSION, message.removesuffix(" [INVALID_ARGUMENT]"), offset, hint
    )


def _field_hint(name: str, struct: str, fields: Fields) -> str:
    """The field that is meant, or the kind of row that has it."""
    having = [other for other, own in fields.items() if name in own and _is_row(other)]
    if having:
        return f"{_article(having[0])} has {name!r}"
    return _did_you_mean(name, fields.get(struct, []))


def _is_row(struct: str) -> bool:
    return not struct.endswith(("Coverage", "Dates", "Score"))


def _name_hint(name: str, names: Sequence[str], *, called: bool) -> str:
    if name.lower() in ("true", "false"):
        return f"write {name.lower()}"
    if called and (other := _OTHER_WORDS.get(name.lower())) is not None:
        return f"write {other}"
    hint = _did_you_mean(name, names, (f.name for f in FUNCTIONS))
    if called or hint.startswith("did"):
        return hint
    return f'a text is written in quotes: "{name}"; {hint}'


def _syntax_hint(said: str) -> str:
    word = said.split("'")[1].strip() if said.count("'") >= 2 else ""
    return _SYNTAX_HINTS.get(word.lower(), "see the CEL reference")


def _article(struct: str) -> str:
    words = _words(struct)
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _words(struct: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", struct).lower()


def _did_you_mean(name: str, known: Sequence[str], others: Iterable[str] = ()) -> str:
    close = [
        *difflib.get_close_matches(name, known, n=1, cutoff=0.6),
        *difflib.get_close_matches(name, list(others), n=1, cutoff=0.6),
    ]
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known are: {', '.join(sorted(known))}" if known else ""


def _plain_types(types: str) -> str:
    names = re.sub(r"\bassay\.(\w+)", lambda m: _words(m.group(1)), types.strip("()"))
    names = names.replace("google.protobuf.Timestamp", "timestamp")
    names = names.replace("google.protobuf.Duration", "duration")
    return names.replace("null_type", "null").replace(", ", " and ")


def _type_hint(sign: str, types: str) -> str:
    if "null" in types:
        return "ask with has(…) whether a field is there; missing is unknown, not null"
    if "int" in types and "double" in types:
        return "whole numbers and decimals do not mix: write 1.0 for a decimal, or double(…)"
    if "Timestamp" in types and "string" in types:
        return 'a date is written day("2024-01-29")'
    if "bool" in types and "string" in types:
        return "write true or false without quotes"
    if sign in ("&&", "||", "!"):
        return "both sides are conditions, true or false"
    if "string" in types:
        return 'text is written in quotes: "text"'
    return ""


def _plain_syntax(message: str) -> str:
    text = message.removeprefix("Syntax error: ")
    if match := re.match(r"mismatched input '(.*?)' expecting", text):
        found = match.group(1)
        return "the expression ends too early" if found == "<EOF>" else f"{found!r} is out of place"
    if match := re.match(r"extraneous input '(.*?)'", text):
        return f"{match.group(1)!r} is out of place"
    if match := re.match(r"missing '(.*?)'", text):
        return f"{match.group(1)!r} is missing"
    if match := re.match(r"token recognition error at: '(.*)'", text):
        return f"{match.group(1)!r} is not part of the language"
    return text


def _offset(text: str, line: int, column: int) -> int:
    """0-based offset of CEL's 1-based line and 1-based column."""
    lines = text.split("\n")
    before = sum(len(x) + 1 for x in lines[: max(line - 1, 0)])
    return min(before + max(column - 1, 0), len(text))


_PACKAGE = "assay"
_FIELD_TYPES = {"bool": 8, "int": 3, "double": 1, "string": 9, "strings": 9, "timestamp": 11}
_MESSAGE, _OPTIONAL, _REPEATED = 11, 1, 3
_DEEPEST = 30


@dataclass(frozen=True)
class Vocabulary:
    """The scores rules can speak of: for each space, the names of its scorers.

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
    """The checked syntax tree of ``text`` as a rule on ``subject`` may write it.

    ``it`` names the collection whose element the text calls ``it``; with ``watch`` it may speak
    of ``outlook``. Raises :class:`CelError` with all problems of the text.
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
    """Names a rule on ``subject`` can use, with the message (or ``[message]``) each stands for."""
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
