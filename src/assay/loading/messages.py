"""What a model refuses, in plain words: one message for each place, whatever the model tried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from assay.documents import codes
from assay.documents.codes import Code
from assay.documents.index import Path
from assay.documents.suggest import did_you_mean, nearest
from assay.documents.yaml_reader import describe
from assay.loading.findings import Finding, Subject
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
    "date_type": "a day such as 2024-01-29",
    "date_parsing": "a day such as 2024-01-29",
    "date_from_datetime_parsing": "a day such as 2024-01-29",
    "date_from_datetime_inexact": "a day such as 2024-01-29",
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


def findings_of(
    errors: Iterable[ErrorDetails], data: object, model: type[BaseModel], subject: Subject
) -> list[Finding]:
    """The errors of one document, each place named once, in the order of the document's paths."""
    by_place: dict[tuple[Path, bool, bool], list[_Refusal]] = {}
    for error in errors:
        refusal = _refusal(error, data)
        if refusal.kind == "too_short" and _value(data, refusal.path):
            continue  # its items were refused one by one, and are reported so
        missing = refusal.kind == "missing"
        by_place.setdefault((refusal.path, refusal.at_key, missing), []).append(refusal)
    found = [_finding(group, data, model, subject) for group in by_place.values()]
    misspelt = {f.hint for f in found if f.code is codes.UNKNOWN_KEY}
    return [
        f
        for f, (path, _, missing) in zip(found, by_place, strict=True)
        if not (missing and f"did you mean {path[-1]!r}?" in misspelt)
    ]


def _refusal(error: ErrorDetails, data: object) -> _Refusal:
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
    return _Refusal(tuple(path), error["type"], text, error.get("ctx", {}), at_key)


def _finding(
    group: Sequence[_Refusal], data: object, model: type[BaseModel], subject: Subject
) -> Finding:
    value = _value(data, group[0].path)
    chosen = min(group, key=lambda r: _rank(r, value))
    if chosen.kind in _WANTED and len(group) > 1:
        return _wrong_type(group, chosen.path, value, subject)
    return _one(chosen, value, data, model, subject)


def _rank(refusal: _Refusal, value: object) -> int:
    """Which of several branches of a type comes closest to what was meant."""
    if refusal.kind == "literal_error":
        return 0 if isinstance(value, str) else 3
    if refusal.kind in _WANTED:
        return 2
    return 1


def _one(
    refusal: _Refusal, value: object, data: object, model: type[BaseModel], subject: Subject
) -> Finding:
    path, kind = refusal.path, refusal.kind
    name = _name(path)

    def say(code: Code, message: str, hint: str = "", at_key: bool = False) -> Finding:
        return Finding(code, subject, path, message, hint, at_key)

    if kind == "extra_forbidden":
        return say(
            codes.UNKNOWN_KEY, f"unknown key {path[-1]!r}", _known_keys(path, data, model), True
        )
    if kind == "missing":
        key = path[-1]
        return Finding(
            codes.MISSING_KEY, subject, path[:-1], f"the key {key!r} is missing", f"add '{key}: …'"
        )
    if kind == "literal_error":
        words = _words(str(refusal.context.get("expected", "")))
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            return say(
                codes.WRONG_TYPE,
                f"{name} is {describe(value)}",
                "possible here: " + ", ".join(words),
            )
        return say(
            codes.UNKNOWN_WORD,
            f"{name} cannot be {str(value)[:60]!r}",
            did_you_mean(str(value), words),
        )
    if kind == "string_pattern_mismatch":
        return _bad_form(refusal, value, subject)
    if kind == "string_too_long":
        limit = refusal.context["max_length"]
        return say(
            codes.TOO_LONG,
            f"{name} has {len(str(value)):,} characters",
            f"at most {limit:,} fit here",
        )
    if kind in ("string_too_short", "too_short"):
        return say(
            codes.EMPTY_TEXT,
            f"{name} is empty",
            "write it, or remove the key if it may be left out",
        )
    if kind in _BOUNDS:
        bound, words_of = _BOUNDS[kind]
        return say(
            codes.OUT_OF_RANGE,
            f"{name} is {value}",
            f"write a number that is {words_of} {refusal.context[bound]}",
        )
    if kind in _WANTED:
        return _wrong_type([refusal], path, value, subject)
    return _own_words(refusal, value, subject)


def _bad_form(refusal: _Refusal, value: object, subject: Subject) -> Finding:
    pattern = str(refusal.context.get("pattern", ""))
    code, form = _FORMS.get(pattern, (codes.BAD_FORM, _IMAGE_FORM))
    name = _name(refusal.path)
    found = refusal.path[-1] if refusal.at_key else value
    message = f"{name} cannot be {str(found)[:60]!r}"
    if refusal.at_key:
        message = f"the key {str(found)[:60]!r} does not have the form of a name"
    hint = f"write {form}"
    if code is codes.UNSAFE_ID:
        message = f"{str(found)[:60]!r} is not an id"
        safe = re.sub(r"[^a-z0-9]+", "-", str(found).casefold()).strip("-")
        if pattern == ID_PATTERN and re.fullmatch(ID_PATTERN, safe) and "/" not in str(found):
            hint = f"write {safe}: only lower-case letters, digits and single hyphens"
    return Finding(code, subject, refusal.path, message, hint, refusal.at_key)


def _wrong_type(group: Sequence[_Refusal], path: Path, value: object, subject: Subject) -> Finding:
    several = dict.fromkeys(_WANTED[r.kind] for r in group if r.kind in _WANTED)
    if "a number" in several:
        several.pop("a whole number", None)
    wanted = " or ".join(several)
    name = _name(path)
    hint = f"write {wanted}"
    if "day such as" in wanted:
        return Finding(
            codes.IMPOSSIBLE_DATE, subject, path, f"{name} is {describe(value)}, not a day", hint
        )
    if value is None:
        hint = f"write {wanted}, or remove the key if it may be left out"
    elif wanted == "a text" and isinstance(value, (bool, int, float)):
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        hint = f'if it is meant as text, put it in quotes: "{shown}"'
    elif wanted == "a list" and isinstance(value, str) and len(value) <= 60:
        hint = f"write a list, even of one: [{value}]"
    found = "has no value" if value is None else f"is {describe(value)}"
    message = f"{name} {found}, where {wanted} is wanted"
    return Finding(codes.WRONG_TYPE, subject, path, message, hint)


def _own_words(refusal: _Refusal, value: object, subject: Subject) -> Finding:
    """A model's own check: its words say what is wrong; where they name a key, point to it."""
    text, path = refusal.text, refusal.path
    if "of the calendar" in text:
        hint = "write a date that exists, such as 2024-01-29"
        return Finding(codes.IMPOSSIBLE_DATE, subject, path, text, hint)
    if text.startswith(("write a day", "write a date")):
        message = f"{_name(path)} cannot be {describe(value)}"
        return Finding(codes.IMPOSSIBLE_DATE, subject, path, message, text)
    if "web address" in text:
        return Finding(
            codes.UNSAFE_ADDRESS, subject, path, f"{str(value)[:60]!r} is not a web address", text
        )
    if "decimals" in text:
        return Finding(codes.OUT_OF_RANGE, subject, path, f"{_name(path)} is {value}", text)
    if "reserved" in text:
        message, _, hint = text.partition("; ")
        return Finding(codes.UNSAFE_ID, subject, path, message, hint)
    if isinstance(value, Mapping):
        named = next((k for k in value if re.search(rf"\b{re.escape(str(k))}\b", text)), None)
        if named is not None:
            return Finding(codes.DOES_NOT_FIT, subject, (*path, named), text, at_key=True)
    return Finding(codes.DOES_NOT_FIT, subject, path, text)


def _known_keys(path: Path, data: object, model: type[BaseModel]) -> str:
    keys = keys_at(model, path[:-1])
    given = _value(data, path[:-1])
    free = [k for k in keys if not isinstance(given, dict) or k not in given]
    near = nearest(str(path[-1]), free)
    return f"did you mean {near!r}?" if near else "possible here: " + ", ".join(keys)


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


def _value(data: object, path: Path) -> Any:
    value: Any = data
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
