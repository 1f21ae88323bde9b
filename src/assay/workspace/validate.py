"""Validation of documents and rulebooks: one readable message for each refused value."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, NamedTuple, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from assay.characters import VISIBLE_PATTERN, unsafe_character
from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import SOURCE, Code, Diagnostic, Subject, ValueLocation
from assay.diagnostics.suggest import did_you_mean, nearest
from assay.model.base import ID_PATTERN, REFERENCE_PATTERN, Shorthand
from assay.model.documents import (
    Citation,
    Claim,
    Event,
    Institution,
    Publisher,
    Source,
)
from assay.model.rulebook import Rulebook, Settings
from assay.yaml.reader import describe, scalar_text
from assay.yaml.source_map import ValuePath, value_at

_ID_FORM = "lower-case letters, digits and single hyphens, such as example-regulator"

_FORMS: dict[str, tuple[Code, str]] = {
    ID_PATTERN: (codes.UNSAFE_ID, _ID_FORM),
    REFERENCE_PATTERN: (
        codes.UNSAFE_ID,
        "the id of a claim, or profile#claim for one of another profile",
    ),
    r"^[a-z]+(_[a-z]+)*$": (codes.BAD_FORM, "lower-case words joined by underscores: part_of"),
    r"^[a-z][a-z0-9_]*$": (codes.BAD_FORM, "lower-case letters, digits and underscores"),
    r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$": (codes.BAD_FORM, "a language code such as en or zh-Hant"),
}
_IMAGE_FORM = "a path below profiles/ that ends in .png, .jpg, .jpeg, .webp or .svg"

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "mapping_type": "a mapping",
}

RENAMED = {"retelling": "secondary"}
"""Words of older versions that `assay migrate` rewrites, with those of today."""

# By a part of the text that a model gives for a refused date.
_DATE_HINTS = {
    "write a day": "use YYYY-MM-DD",
    "write a date": "use YYYY-MM-DD, YYYY-MM, YYYY-Qn or YYYY",
    "calendar": "use an existing date, for example 2024-01-29",
    "invalid date": "use an existing date, for example 2024-01-29",
}

_BOUNDS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


@dataclass(frozen=True, slots=True)
class _Refusal:
    """One error of a model, with its path reduced to steps that the document has."""

    path: ValuePath
    kind: str
    text: str
    context: Mapping[str, Any]
    at_key: bool
    subject: Subject | None

    def diagnostic(
        self,
        code: Code,
        message: str,
        hint: str = "",
        *,
        path: ValuePath | None = None,
        at_key: bool = False,
        value: object = None,
    ) -> Diagnostic:
        """Return the error as a diagnostic.

        ``path`` overrides the model's location. ``value`` is given if the message quotes it, since
        the file may contain another form of it, such as 1.10.
        """
        place = self.path if path is None else path
        parsed = scalar_text(value) if isinstance(value, (bool, int, float)) else ""
        return code.at(ValueLocation(place, self.subject, at_key, None, parsed), message, hint)


def findings_of(
    errors: Iterable[ErrorDetails], data: object, model: type[BaseModel], subject: Subject | None
) -> list[Diagnostic]:
    """Convert the errors of a model to diagnostics, one for each place."""
    by_place: dict[tuple[ValuePath, bool, bool], list[_Refusal]] = {}
    for refusal in _refusals(errors, data, subject):
        missing = refusal.kind == "missing"
        by_place.setdefault((refusal.path, refusal.at_key, missing), []).append(refusal)
    found = [_diagnostic(group, data, model) for group in by_place.values()]
    misspelt = {d.hint for d in found if d.code == codes.UNKNOWN_KEY.slug}
    return [
        d
        for d, (path, _, missing) in zip(found, by_place, strict=True)
        if not (missing and f"did you mean {path[-1]!r}?" in misspelt)
    ]


def places_of(errors: Iterable[ErrorDetails], data: object) -> list[ValuePath]:
    """Return the paths of the errors; a missing key has the path it would have."""
    return [refusal.path for refusal in _refusals(errors, data, None)]


def _refusals(
    errors: Iterable[ErrorDetails], data: object, subject: Subject | None
) -> Iterator[_Refusal]:
    for error in errors:
        refusal = _refusal(error, data, subject)
        # A list may be reported as too short because its items were refused one by one.
        if refusal.kind != "too_short" or not value_at(data, refusal.path):
            yield refusal


def _refusal(error: ErrorDetails, data: object, subject: Subject | None) -> _Refusal:
    """Remove the steps of a path that name a branch of a union type."""
    steps = error["loc"]
    at_key = error["type"] == "extra_forbidden" or "[key]" in steps
    path: list[str | int] = []
    value: Any = data
    for step in steps:
        inside = step in value if isinstance(value, dict) else isinstance(value, list)
        if inside and isinstance(step, int if isinstance(value, list) else str):
            value = value[step]
        elif error["type"] != "missing" or step != steps[-1]:
            continue
        path.append(step)
    text = error["msg"].removeprefix("Value error, ")
    return _Refusal(tuple(path), error["type"], text, error.get("ctx", {}), at_key, subject)


def _diagnostic(group: Sequence[_Refusal], data: object, model: type[BaseModel]) -> Diagnostic:
    value = value_at(data, group[0].path)
    chosen = min(group, key=lambda r: _rank(r, value))
    if chosen.kind == "extra_forbidden":
        return _unknown_key(chosen, data, model)
    if chosen.kind in _WANTED:
        return _wrong_type(chosen, group, value)
    return _WORDS.get(chosen.kind, _own_words)(chosen, value)


def _rank(refusal: _Refusal, value: object) -> int:
    """Rank errors from several branches of a union: the lowest is closest to the intent."""
    if refusal.kind == "literal_error":
        return 0 if isinstance(value, str) else 3
    return 2 if refusal.kind in _WANTED else 1


def _unknown_key(refusal: _Refusal, data: object, model: type[BaseModel]) -> Diagnostic:
    *around, key = refusal.path
    owner = _model_at(model, around)
    message = f"unknown key {key!r}" + (f" in {_kind_of(owner)}" if owner else "")
    if owner is Claim and key in Citation.model_fields:
        hint = "move it to the citation under 'sources'"
    else:
        hint = _known_keys(str(key), value_at(data, tuple(around)), owner)
    return refusal.diagnostic(codes.UNKNOWN_KEY, message, hint, at_key=True)


def _missing_key(refusal: _Refusal, _value: object) -> Diagnostic:
    key, around = refusal.path[-1], refusal.path[:-1]
    message = f"missing key {key!r}"
    return refusal.diagnostic(codes.MISSING_KEY, message, f"add '{key}: …'", path=around)


def _not_a_choice(refusal: _Refusal, value: object) -> Diagnostic:
    words = _words(str(refusal.context.get("expected", "")))
    if refusal.at_key:
        key = str(refusal.path[-1])
        hint = did_you_mean(key, words)
        return refusal.diagnostic(codes.UNKNOWN_KEY, f"unknown key {key!r}", hint, at_key=True)
    name = _name(refusal.path)
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        found = "is empty" if value is None else f"cannot be {describe(value, SOURCE)}"
        hint = did_you_mean("", words)
        return refusal.diagnostic(codes.WRONG_TYPE, f"{name} {found}", hint, value=value)
    found = repr(value[:60]) if isinstance(value, str) else f"'{SOURCE}'"
    hint = did_you_mean(str(value), words)
    if RENAMED.get(str(value)) in words:
        hint = f"it is now {RENAMED[str(value)]!r}; rewrite the workspace with `assay migrate`"
    return refusal.diagnostic(
        codes.UNKNOWN_WORD, f"invalid value {found} for {name}", hint, value=value
    )


def _unsafe_text(refusal: _Refusal, value: object) -> Diagnostic:
    """Report the first character that no text may have, at its position."""
    path, text = next(_unsafe_texts(value, refusal.path))
    at = unsafe_character(text) or 0
    character = f"U+{ord(text[at]):04X}"
    location = ValueLocation(path, refusal.subject, offset=at)
    return codes.CONTROL_CHARACTER.at(
        location, f"{_name(path)} has the invisible character {character}", f"remove {character}"
    )


def _unsafe_texts(value: object, path: ValuePath) -> Iterator[tuple[ValuePath, str]]:
    """Yield the refused texts in a value, keys included, each with its path."""
    if isinstance(value, str) and unsafe_character(value) is not None:
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _unsafe_texts(key, path)
            yield from _unsafe_texts(item, (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _unsafe_texts(item, (*path, i))


def _bad_form(refusal: _Refusal, value: object) -> Diagnostic:
    pattern = str(refusal.context.get("pattern", ""))
    if pattern == VISIBLE_PATTERN:
        return _unsafe_text(refusal, value)
    code, form = _FORMS.get(pattern, (codes.BAD_FORM, _IMAGE_FORM))
    found = str(refusal.path[-1] if refusal.at_key else value)
    message = f"invalid value {found[:60]!r} for {_name(refusal.path)}"
    if refusal.at_key:
        message = f"invalid key {found[:60]!r}"
    hint = f"use {form}"
    if code is codes.UNSAFE_ID:
        message = f"invalid id {found[:60]!r}"
        safe = re.sub(r"[^a-z0-9]+", "-", found.casefold()).strip("-")
        if pattern == ID_PATTERN and re.fullmatch(ID_PATTERN, safe) and "/" not in found:
            hint = f"use {safe}: lower-case letters, digits and single hyphens"
    return refusal.diagnostic(code, message, hint, at_key=refusal.at_key)


def _too_long(refusal: _Refusal, value: object) -> Diagnostic:
    message = f"{_name(refusal.path)} is too long: {len(str(value)):,} characters"
    return refusal.diagnostic(
        codes.TOO_LONG, message, f"use at most {refusal.context['max_length']:,}"
    )


def _too_many(refusal: _Refusal, _value: object) -> Diagnostic:
    message = f"{_name(refusal.path)} has {refusal.context['actual_length']} items"
    return refusal.diagnostic(
        codes.TOO_LONG, message, f"keep at most {refusal.context['max_length']}"
    )


def _empty(refusal: _Refusal, _value: object) -> Diagnostic:
    hint = "add a value, or remove the key if it is optional"
    return refusal.diagnostic(codes.EMPTY_TEXT, f"{_name(refusal.path)} is empty", hint)


def _out_of_range(refusal: _Refusal, value: object) -> Diagnostic:
    key, words = _BOUNDS[refusal.kind]
    name = _name(refusal.path)
    shown = f"'{name[1:-1]}: {SOURCE}'" if name.startswith("'") else f"{name}, {SOURCE},"
    message = f"{shown} is out of range"
    hint = f"use a number that is {words} {refusal.context[key]}"
    return refusal.diagnostic(codes.OUT_OF_RANGE, message, hint, value=value)


def _wrong_type(refusal: _Refusal, group: Sequence[_Refusal], value: object) -> Diagnostic:
    several = dict.fromkeys(_WANTED[r.kind] for r in group if r.kind in _WANTED)
    if "a number" in several:
        several.pop("a whole number", None)
    wanted = " or ".join(several)
    name = _name(refusal.path)
    hint = ""
    if value is None:
        hint = f"add {wanted}, or remove the key if it is optional"
    elif wanted == "text" and isinstance(value, (bool, int, float)):
        hint = f'put it in quotes: "{SOURCE}"'
    elif wanted == "a list" and isinstance(value, str) and len(value) <= 60:
        hint = f"use a list, even for one item: [{value}]"
    found = "is empty" if value is None else f"must be {wanted}, not {describe(value, SOURCE)}"
    message = f"{name} {found}"
    return refusal.diagnostic(codes.WRONG_TYPE, message, hint, value=value)


def _own_words(refusal: _Refusal, value: object) -> Diagnostic:
    """Report a model's own check in its words; if they name a key, point to it."""
    text, path = refusal.text, refusal.path
    if "invisible character U+" in text:
        return _unsafe_text(refusal, value)
    date_hint = next((hint for part, hint in _DATE_HINTS.items() if part in text), None)
    if date_hint is not None:
        message = f"invalid date {describe(value, SOURCE)}"
        return refusal.diagnostic(codes.IMPOSSIBLE_DATE, message, date_hint, value=value)
    if path[:-1] == ("identifiers",):
        message = f"invalid value {str(value)[:60]!r} for {_name(path)}"
        return refusal.diagnostic(codes.BAD_FORM, message, text)
    if "web address" in text:
        return refusal.diagnostic(codes.UNSAFE_ADDRESS, f"invalid URL {str(value)[:60]!r}", text)
    if "decimals" in text:
        return refusal.diagnostic(
            codes.OUT_OF_RANGE, f"invalid value {SOURCE} for {_name(path)}", text, value=value
        )
    if "reserved" in text:
        message, _, hint = text.partition("; ")
        return refusal.diagnostic(codes.UNSAFE_ID, message, hint)
    if isinstance(value, Mapping):
        named = next((k for k in value if re.search(rf"\b{re.escape(str(k))}\b", text)), None)
        if named is not None:
            return refusal.diagnostic(codes.DOES_NOT_FIT, text, at_key=True, path=(*path, named))
    return refusal.diagnostic(codes.DOES_NOT_FIT, text)


_WORDS: dict[str, Callable[[_Refusal, object], Diagnostic]] = {
    "missing": _missing_key,
    "literal_error": _not_a_choice,
    "string_pattern_mismatch": _bad_form,
    "string_too_long": _too_long,
    "too_long": _too_many,
    "string_too_short": _empty,
    "too_short": _empty,
    **dict.fromkeys(_BOUNDS, _out_of_range),
}
"""Diagnostics by pydantic's kind of error; all other kinds have a model's own words."""


def _known_keys(key: str, given: object, owner: type[BaseModel] | None) -> str:
    keys = [f.alias or n for n, f in owner.model_fields.items()] if owner else []
    free = [k for k in keys if not isinstance(given, dict) or k not in given]
    near = nearest(key, free)
    if near is None:
        existing = nearest(key, keys)
        if existing is not None:
            return f"{existing!r} is similar, but already set"
    return did_you_mean(key, free)


def _kind_of(model: type[BaseModel]) -> str:
    """Return the name of a model in words, with its article."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__).lower()
    if model in (Rulebook, Settings):
        return f"the {words}"
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _model_at(model: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel] | None:
    """Return the model of the mapping at ``path``."""
    current: type[BaseModel] | None = model
    for step in path:
        if isinstance(step, int):
            continue
        if current is None:
            return None
        field = next((f for n, f in current.model_fields.items() if (f.alias or n) == step), None)
        if field is None:
            # A key of a free mapping, such as the name of a scale, has no model of its own.
            continue
        current = _model_in(field.annotation)
    return current


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found is not None:
            return found
    return None


def _words(expected: str) -> list[str]:
    return re.findall(r"'([^']*)'", expected) or re.split(r", | or ", expected)


def _name(path: ValuePath) -> str:
    """Name a value by its key, or by its list and number."""
    if not path:
        return "the document"
    last = path[-1]
    if isinstance(last, str):
        return repr(last)
    return f"item {last + 1} of {path[-2]!r}" if len(path) > 1 else f"item {last + 1}"


UNREADABLE = ""
"""Placeholder for a text that cannot be read; no text of a valid document is empty."""

_Document = TypeVar("_Document", bound=BaseModel)


def readable_document(
    kind: type[_Document], data: dict[str, Any], wrong: Container[ValuePath]
) -> _Document:
    """Build a document from the valid part of the data; ``wrong`` are the invalid paths."""
    return _Reader(wrong).model(kind, data, ())


def is_readable(document: BaseModel, path: ValuePath) -> bool:
    """Whether the text or citation at a path could be read."""
    value: Any = document
    for step in path:
        value = getattr(value, str(step)) if isinstance(value, BaseModel) else value[step]
    text = getattr(value, value.short) if isinstance(value, Shorthand) else value
    return bool(text != UNREADABLE)


class _Reader:
    def __init__(self, wrong: Container[ValuePath]) -> None:
        self._wrong = wrong

    def model(self, kind: type[_Document], data: object, here: ValuePath) -> _Document:
        if issubclass(kind, Shorthand) and isinstance(data, str):
            data = {kind.short: None if here in self._wrong else data}
        given: dict[Any, Any] = data if isinstance(data, dict) else {}
        keys = {field.alias or name: name for name, field in kind.model_fields.items()}
        # Any absent key may be meant by an unknown one.
        complete = isinstance(data, dict) and given.keys() <= keys.keys()
        values = {}
        for key, name in keys.items():
            field = kind.model_fields[name]
            if key in given or field.is_required() or not complete:
                values[name] = self._value(field.annotation, given.get(key), (*here, key))
        return kind.model_construct(**values)

    def _value(self, annotation: Any, value: object, here: ValuePath) -> Any:
        if get_origin(annotation) is dict:
            given = value if isinstance(value, dict) else {}
            return {k: self._items(None, listed, (*here, k)) for k, listed in given.items()}
        inner, many = _inside(annotation)
        if many:
            return self._items(inner, value, here)
        return None if inner and value is None else self._item(inner, value, here)

    def _items(
        self, inner: type[BaseModel] | None, value: object, here: ValuePath
    ) -> tuple[Any, ...]:
        listed = value if isinstance(value, list) else [None]
        return tuple(self._item(inner, item, (*here, i)) for i, item in enumerate(listed))

    def _item(self, inner: type[BaseModel] | None, value: object, here: ValuePath) -> Any:
        if inner is not None:
            return self.model(inner, value, here)
        return value if isinstance(value, str) and here not in self._wrong else UNREADABLE


def _inside(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """Return the model in a type, if any, and whether the type is a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    many = get_origin(annotation) is tuple
    for part in get_args(annotation):
        if part is not NoneType:
            model, several = _inside(part)
            if model or several:
                return model, many or several
    return None, many


Document = Institution | Event | Source | Publisher

KINDS: dict[str, type[Document]] = {
    "institution": Institution,
    "event": Event,
    "source": Source,
    "publisher": Publisher,
}

_FINDING_LIMIT = 50


class Validated(NamedTuple):
    """Document or its problems.

    An invalid document has ``id`` and ``kind`` too, so that references to it are not reported as
    dangling; ``readable`` is its valid part.
    """

    subject: Subject
    kind: str | None
    id: str | None
    model: Document | None
    findings: tuple[Diagnostic, ...] = ()
    readable: Document | None = None


def validate_document(data: dict[str, Any], subject: Subject) -> Validated:
    """Validate a document by its ``kind``."""
    kind, given_id = data.get("kind"), data.get("id")
    id_ = given_id if isinstance(given_id, str) else None
    if not isinstance(kind, str) or kind not in KINDS:
        return Validated(subject, None, id_, None, (_no_kind(data, kind, subject),))
    model = KINDS[kind]
    try:
        return Validated(subject, kind, id_, model.model_validate(data))
    except ValidationError as error:
        places = set(places_of(error.errors(include_url=False, include_input=False), data))
        found = _findings(error, data, model, subject)
        readable = readable_document(model, data, places)
        return Validated(subject, kind, id_, None, found, readable)


def validate_rulebook(
    data: dict[str, Any],
) -> tuple[Rulebook | None, tuple[Diagnostic, ...]]:
    """Validate the form of a rulebook."""
    try:
        return Rulebook.model_validate(data), ()
    except ValidationError as error:
        return None, _findings(error, data, Rulebook, None)


def _findings(
    error: ValidationError, data: dict[str, Any], model: type[BaseModel], subject: Subject | None
) -> tuple[Diagnostic, ...]:
    errors = error.errors(include_url=False, include_input=False)
    found = findings_of(errors[:_FINDING_LIMIT], data, model, subject)
    if len(errors) > _FINDING_LIMIT:
        more = len(errors) - _FINDING_LIMIT
        message = f"{more} more problems in this document are not listed"
        found.append(codes.TOO_MANY_MISTAKES.at(ValueLocation((), subject), message))
    return tuple(found)


def _no_kind(data: dict[str, Any], kind: object, subject: Subject) -> Diagnostic:
    if "kind" not in data:
        return codes.MISSING_KIND.at(
            ValueLocation((), subject),
            "missing key 'kind'",
            "add 'kind: …' with one of " + ", ".join(KINDS),
        )
    if isinstance(kind, str):
        return codes.UNKNOWN_KIND.at(
            ValueLocation(("kind",), subject),
            f"unknown kind {kind[:60]!r}",
            did_you_mean(kind, KINDS),
        )
    parsed = scalar_text(kind) if isinstance(kind, (bool, int, float)) else ""
    return codes.UNKNOWN_KIND.at(
        ValueLocation(("kind",), subject, parsed=parsed),
        f"'kind' must be text, not {describe(kind, SOURCE)}",
        did_you_mean("", KINDS),
    )
