"""What a model refuses, in plain words: one message for each place, whatever the model tried."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from assay.diagnostics import SOURCE, Code, Diagnostic, Subject, ValueLocation
from assay.diagnostics import document_codes as codes
from assay.documents.index import Path
from assay.documents.suggest import did_you_mean, nearest
from assay.documents.yaml_reader import describe, scalar_text
from assay.model.base import ID_PATTERN, REFERENCE_PATTERN

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
    "string_type": "a text",
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

_BOUNDS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


@dataclass(frozen=True, slots=True)
class _Refusal:
    """One error of the model, its path cut down to what the document really has."""

    path: Path
    kind: str
    text: str
    context: Mapping[str, Any]
    at_key: bool
    subject: Subject | None

    def says(
        self,
        code: Code,
        message: str,
        hint: str = "",
        *,
        path: Path | None = None,
        at_key: bool = False,
        value: object = None,
    ) -> Diagnostic:
        """The error in plain words.

        ``path`` is given if it points elsewhere than the model did, ``value`` if the message
        quotes one that the file may have in another form, such as 1.10.
        """
        place = self.path if path is None else path
        parsed = scalar_text(value) if isinstance(value, (bool, int, float)) else ""
        return code.at(ValueLocation(place, self.subject, at_key, None, parsed), message, hint)


def findings_of(
    errors: Iterable[ErrorDetails], data: object, model: type[BaseModel], subject: Subject | None
) -> list[Diagnostic]:
    """The errors of one document, each place named once, in the order of the document's paths."""
    by_place: dict[tuple[Path, bool, bool], list[_Refusal]] = {}
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


def places_of(errors: Iterable[ErrorDetails], data: object) -> list[Path]:
    """Where in a document the errors are; of a key that is missing, where it would be."""
    return [refusal.path for refusal in _refusals(errors, data, None)]


def _refusals(
    errors: Iterable[ErrorDetails], data: object, subject: Subject | None
) -> Iterator[_Refusal]:
    for error in errors:
        refusal = _refusal(error, data, subject)
        # The items of a list that is said to be too short may have been refused one by one.
        if refusal.kind != "too_short" or not value_at(data, refusal.path):
            yield refusal


def _refusal(error: ErrorDetails, data: object, subject: Subject | None) -> _Refusal:
    """Drop the steps that name a branch of a type instead of a key of the document."""
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
    """Which of several branches of a type comes closest to what was meant."""
    if refusal.kind == "literal_error":
        return 0 if isinstance(value, str) else 3
    return 2 if refusal.kind in _WANTED else 1


def _unknown_key(refusal: _Refusal, data: object, model: type[BaseModel]) -> Diagnostic:
    hint = _known_keys(refusal.path, data, model)
    message = f"unknown key {refusal.path[-1]!r}"
    return refusal.says(codes.UNKNOWN_KEY, message, hint, at_key=True)


def _missing_key(refusal: _Refusal, _value: object) -> Diagnostic:
    key, around = refusal.path[-1], refusal.path[:-1]
    message = f"the key {key!r} is missing"
    return refusal.says(codes.MISSING_KEY, message, f"add '{key}: …'", path=around)


def _not_a_choice(refusal: _Refusal, value: object) -> Diagnostic:
    words = _words(str(refusal.context.get("expected", "")))
    if refusal.at_key:
        key = str(refusal.path[-1])
        hint = did_you_mean(key, words)
        return refusal.says(codes.UNKNOWN_KEY, f"unknown key {key!r}", hint, at_key=True)
    name = _name(refusal.path)
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        choice = "possible here: " + ", ".join(words)
        return refusal.says(
            codes.WRONG_TYPE, f"{name} is {describe(value, SOURCE)}", choice, value=value
        )
    found = repr(value[:60]) if isinstance(value, str) else f"'{SOURCE}'"
    hint = did_you_mean(str(value), words)
    return refusal.says(codes.UNKNOWN_WORD, f"{name} cannot be {found}", hint, value=value)


def _bad_form(refusal: _Refusal, value: object) -> Diagnostic:
    pattern = str(refusal.context.get("pattern", ""))
    code, form = _FORMS.get(pattern, (codes.BAD_FORM, _IMAGE_FORM))
    found = str(refusal.path[-1] if refusal.at_key else value)
    message = f"{_name(refusal.path)} cannot be {found[:60]!r}"
    if refusal.at_key:
        message = f"the key {found[:60]!r} does not have the form of a name"
    hint = f"write {form}"
    if code is codes.UNSAFE_ID:
        message = f"{found[:60]!r} is not an id"
        safe = re.sub(r"[^a-z0-9]+", "-", found.casefold()).strip("-")
        if pattern == ID_PATTERN and re.fullmatch(ID_PATTERN, safe) and "/" not in found:
            hint = f"write {safe}: only lower-case letters, digits and single hyphens"
    return refusal.says(code, message, hint, at_key=refusal.at_key)


def _too_long(refusal: _Refusal, value: object) -> Diagnostic:
    message = f"{_name(refusal.path)} has {len(str(value)):,} characters"
    return refusal.says(
        codes.TOO_LONG, message, f"at most {refusal.context['max_length']:,} fit here"
    )


def _empty(refusal: _Refusal, _value: object) -> Diagnostic:
    hint = "write it, or remove the key if it may be left out"
    return refusal.says(codes.EMPTY_TEXT, f"{_name(refusal.path)} is empty", hint)


def _out_of_range(refusal: _Refusal, value: object) -> Diagnostic:
    key, words = _BOUNDS[refusal.kind]
    hint = f"write a number that is {words} {refusal.context[key]}"
    return refusal.says(codes.OUT_OF_RANGE, f"{_name(refusal.path)} is {SOURCE}", hint, value=value)


def _wrong_type(refusal: _Refusal, group: Sequence[_Refusal], value: object) -> Diagnostic:
    several = dict.fromkeys(_WANTED[r.kind] for r in group if r.kind in _WANTED)
    if "a number" in several:
        several.pop("a whole number", None)
    wanted = " or ".join(several)
    name = _name(refusal.path)
    hint = f"write {wanted}"
    if value is None:
        hint = f"write {wanted}, or remove the key if it may be left out"
    elif wanted == "a text" and isinstance(value, (bool, int, float)):
        hint = f'if it is meant as text, put it in quotes: "{SOURCE}"'
    elif wanted == "a list" and isinstance(value, str) and len(value) <= 60:
        hint = f"write a list, even of one: [{value}]"
    found = "has no value" if value is None else f"is {describe(value, SOURCE)}"
    message = f"{name} {found}, where {wanted} is wanted"
    return refusal.says(codes.WRONG_TYPE, message, hint, value=value)


def _own_words(refusal: _Refusal, value: object) -> Diagnostic:
    """A model's own check: its words say what is wrong; where they name a key, point to it."""
    text, path = refusal.text, refusal.path
    if "of the calendar" in text:
        return refusal.says(
            codes.IMPOSSIBLE_DATE, text, "write a date that exists, such as 2024-01-29"
        )
    if text.startswith(("write a day", "write a date")):
        return refusal.says(
            codes.IMPOSSIBLE_DATE,
            f"{_name(path)} cannot be {describe(value, SOURCE)}",
            text,
            value=value,
        )
    if "web address" in text:
        return refusal.says(codes.UNSAFE_ADDRESS, f"{str(value)[:60]!r} is not a web address", text)
    if "decimals" in text:
        return refusal.says(codes.OUT_OF_RANGE, f"{_name(path)} is {SOURCE}", text, value=value)
    if "reserved" in text:
        message, _, hint = text.partition("; ")
        return refusal.says(codes.UNSAFE_ID, message, hint)
    if isinstance(value, Mapping):
        named = next((k for k in value if re.search(rf"\b{re.escape(str(k))}\b", text)), None)
        if named is not None:
            return refusal.says(codes.DOES_NOT_FIT, text, at_key=True, path=(*path, named))
    return refusal.says(codes.DOES_NOT_FIT, text)


_WORDS: dict[str, Callable[[_Refusal, object], Diagnostic]] = {
    "missing": _missing_key,
    "literal_error": _not_a_choice,
    "string_pattern_mismatch": _bad_form,
    "string_too_long": _too_long,
    "string_too_short": _empty,
    "too_short": _empty,
    **dict.fromkeys(_BOUNDS, _out_of_range),
}
"""By the kind of refusal what to say; everything else is a model's own words."""


def _known_keys(path: Path, data: object, model: type[BaseModel]) -> str:
    keys = keys_at(model, path[:-1])
    given = value_at(data, path[:-1])
    free = [k for k in keys if not isinstance(given, dict) or k not in given]
    near = nearest(str(path[-1]), free)
    if near is not None:
        return f"did you mean {near!r}?"
    given_already = nearest(str(path[-1]), keys)
    if given_already is not None:
        return f"{given_already!r} looks like it and is here already"
    return "possible here: " + ", ".join(keys)


def keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that a mapping at ``path`` of the model may have, in the model's order."""
    current: type[BaseModel] | None = model
    for step in path:
        if isinstance(step, int):
            continue
        if current is None:
            return []
        field = next((f for n, f in current.model_fields.items() if (f.alias or n) == step), None)
        if field is None:
            # A key of a free mapping, such as the name of a scale: the model stays the same.
            continue
        current = _model_in(field.annotation)
    return [f.alias or n for n, f in current.model_fields.items()] if current else []


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


def _name(path: Path) -> str:
    """What a value is called: its key, or which item of which list it is."""
    if not path:
        return "the document"
    last = path[-1]
    if isinstance(last, str):
        return repr(last)
    return f"item {last + 1} of {path[-2]!r}" if len(path) > 1 else f"item {last + 1}"


def value_at(data: object, path: Path) -> Any:
    """The value at a path of a document, None where there is none."""
    value: Any = data
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
