"""Documents with one value spoilt, for tests of what is said of the rest."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

Place = tuple[str | int, ...]

_VALUES: list[Any] = [None, 7, -0.5, "Not this", [], {}, ["x"], {"x": 1}, [[]], True, "gone"]


def places(value: object, here: Place = ()) -> list[Place]:
    """The path of every value inside a value."""
    inside: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inside += value.items()
    elif isinstance(value, list):
        inside += enumerate(value)
    return [here] * bool(here) + [p for k, v in inside for p in places(v, (*here, k))]


@st.composite
def damaged(draw: st.DrawFn, document: dict[str, Any]) -> tuple[Place, dict[str, Any]]:
    """The document with one value left out, of another type or under another key, and where."""
    data = deepcopy(document)
    place = draw(st.sampled_from(places(data)))
    around: Any = data
    for step in place[:-1]:
        around = around[step]
    value = draw(st.sampled_from(_VALUES))
    if value == "gone":
        del around[place[-1]]
    elif value == "Not this" and isinstance(around, dict):
        around["x y"] = around.pop(place[-1])
    else:
        around[place[-1]] = value
    return place, data
