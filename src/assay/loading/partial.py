"""As much of a rulebook with mistakes of form as can be read, to find the other mistakes in it.

What cannot be read is left out, or something harmless stands in for it, so that everything else
keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Set
from copy import deepcopy
from typing import Any, NamedTuple

from pydantic import ValidationError

from assay.documents.index import Path
from assay.loading.messages import places_of, value_at
from assay.model.rulebook import Rulebook

_DEFINING = frozenset(("facts", "scorers", "parameters"))
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SCORER = {"name": "left_out", "on": "claim"}
_RULE = {"id": "left-out", "when": "true", "add": 0.0, "because": "left out"}
_STAND_INS: dict[str, dict[str, Any]] = {
    "scorers": _SCORER,
    "facts": {"name": "left_out", "on": "claim", "expr": "true"},
    "watch": {"id": "left-out", "horizon": "now", "when": "false", "text": "left out"},
    "changes": {"id": "left-out", "text": "left out", "effort": 1, "action": "recheck"},
}


class Partial(NamedTuple):
    """A rulebook without what could not be read of it.

    ``incomplete`` are the first two steps to everything that was left out. ``missing`` are the
    names of facts, scorers and parameters that are not defined for that reason alone; in the
    ``unreadable`` ones of these sections there are names that nobody can read.
    """

    rulebook: Rulebook
    incomplete: frozenset[Path]
    missing: frozenset[str]
    unreadable: frozenset[str]


def readable_part(data: dict[str, Any]) -> Partial | None:
    """What can be read of a rulebook; None where that is nothing."""
    kept = deepcopy(data)
    wrong: set[Path] = set()
    for repair in (_without, _stood_in, _without_section):
        places = _wrong_places(kept)
        wrong.update(places)
        for place in places:
            repair(kept, place)
    if _wrong_places(kept):
        return None
    incomplete = frozenset(place[:2] for place in wrong)
    defining = {place[:2] for place in wrong if place[2:3] != ("rules",)}
    return Partial(Rulebook.model_validate(kept), incomplete, *_missing(data, defining))


def _missing(data: dict[str, Any], wrong: Set[Path]) -> tuple[frozenset[str], frozenset[str]]:
    """The names that are defined at the wrong places, and the sections where one is unreadable."""
    names: set[str] = set()
    unreadable: set[str] = set()
    for place in wrong:
        section = str(place[0]) if place else ""
        if section not in Rulebook.model_fields:
            unreadable |= _DEFINING  # it may be one of these misspelt
        elif section in _DEFINING:
            name = place[-1] if section == "parameters" else value_at(data, (*place, "name"))
            if len(place) == 2 and isinstance(name, str) and _NAME.fullmatch(name):
                names.add(name)
            else:
                unreadable.add(section)
    return frozenset(names), frozenset(unreadable)


def _wrong_places(data: dict[str, Any]) -> list[Path]:
    try:
        Rulebook.model_validate(data)
    except ValidationError as error:
        return places_of(error.errors(include_url=False, include_input=False), data)
    return []


def _without(data: dict[str, Any], path: Path) -> None:
    """Leave out the value of a key."""
    around = value_at(data, path[:-1])
    if path and isinstance(around, dict):
        around.pop(path[-1], None)


def _stood_in(data: dict[str, Any], path: Path) -> None:
    """Put something harmless in the place of an item of a list."""
    if len(path) < 2 or path[0] not in _STAND_INS:
        return
    of_rule = path[0] == "scorers" and path[2:3] == ("rules",) and len(path) > 3
    place, stand_in = (path[:4], _RULE) if of_rule else (path[:2], _STAND_INS[str(path[0])])
    listed = value_at(data, place[:-1])
    if isinstance(listed, list) and isinstance(place[-1], int):
        listed[place[-1]] = stand_in | _texts(listed[place[-1]], stand_in)


def _texts(item: object, stand_in: dict[str, Any]) -> dict[str, str]:
    """What the item says itself where the stand-in has an expression or a sentence."""
    if not isinstance(item, dict):
        return {}
    own = {key: item.get(key) for key in ("when", "because") if key in stand_in}
    return {key: value for key, value in own.items() if isinstance(value, str) and value.strip()}


def _without_section(data: dict[str, Any], path: Path) -> None:
    """Leave out all below one of the rulebook's own keys."""
    if path:
        data.pop(str(path[0]), None)
