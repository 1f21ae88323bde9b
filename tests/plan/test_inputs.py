"""The inventory of inputs: whatever a rulebook states is a value, a word, or read by nothing."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from assay.model.rulebook import Fact
from assay.plan.inputs import values_of, words_of
from assay.plan.lock import canonical_rulebook
from tests.package import Rulebook
from tests.strategies import default_rulebook

_Path = tuple[str | int, ...]

UNREAD = ("version", "include", "vocabularies", "guard", "settings.accept_origins_from")
"""Parts that no score and no page reads: what commands check, warn of and suggest."""


def leaves(value: Any, path: _Path = ()) -> Iterator[tuple[_Path, Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, (*path, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from leaves(part, (*path, number))
    else:
        yield path, value


def others(value: Any) -> list[Any]:
    """Other values of the same kind, one of which may be valid."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1, value / 2 + 0.01]
    if isinstance(value, str):
        return ["2020-01-01", f"x{value}", f"{value}x"]
    return ["x", 0.1, True, "2020-01-01"]


def edited(data: Any, path: _Path, value: Any) -> Rulebook | None:
    made = deepcopy(data)
    *parents, last = path
    part = made
    for key in parents:
        part = part[key]
    part[last] = value
    try:
        return Rulebook.model_validate(made)
    except ValidationError:
        return None


def named(path: _Path) -> str:
    return ".".join(str(key) for key in path)


RULEBOOK = default_rulebook().model_copy(
    update={
        "facts": (Fact(name="old", on="claim", expr="claim.key", describes="a test"),),
        "parameters": {"half": 0.5},
    }
)


def test_every_value_of_a_rulebook_is_in_the_inventory() -> None:
    data = canonical_rulebook(RULEBOOK)
    before = (values_of(RULEBOOK), words_of(RULEBOOK))
    tried, missing = 0, set()
    for path, value in leaves(data):
        books = (edited(data, path, other) for other in others(value))
        book = next((b for b in books if b is not None), None)
        tried += book is not None
        if book is not None and (values_of(book), words_of(book)) == before:
            missing.add(named(path))
    assert tried > 500
    # The date is a cause of its own.
    assert {m for m in missing if not m.startswith(UNREAD)} == {"settings.as_of"}
