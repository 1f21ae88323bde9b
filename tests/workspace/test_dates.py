"""Every date of a document has its place in the table from which all checks are made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from assay.workspace.dates import DATES
from assay.workspace.validate import KINDS


def _types(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _types(part)


def _dates(model: type[BaseModel], found: dict[type[BaseModel], set[str]]) -> set[str]:
    """Collect the keys with dates; a mapping that occurs once is part of the one around it."""
    keys: set[str] = set()
    for name, field in model.model_fields.items():
        key = field.alias or name
        parts = list(_types(field.annotation))
        if any(isinstance(p, type) and p.__name__ in ("PartialDate", "date") for p in parts):
            keys.add(key)
        for part in parts:
            if isinstance(part, type) and issubclass(part, BaseModel) and part not in found:
                inner = _dates(part, found)
                if any(p is tuple or getattr(p, "__origin__", None) is tuple for p in parts):
                    found[part] = inner
                else:
                    keys |= {f"{key}.{i}" for i in inner}
    return keys


def test_the_table_has_every_date() -> None:
    found: dict[type[BaseModel], set[str]] = {}
    for model in KINDS.values():
        found[model] = _dates(model, found)
    dated = {model: keys for model, keys in found.items() if keys}
    assert {model: {d.key for d in dates} for model, dates in DATES.items()} == dated


def test_every_earlier_date_is_in_the_table() -> None:
    keys = {d.key for dates in DATES.values() for d in dates}
    assert all(set(d.after) <= keys for dates in DATES.values() for d in dates)
