"""The page that compares two briefings, or the grades of all on two dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assay.briefing.changes import badge_of
from assay.briefing.index import DATA, Index, as_json
from assay.briefing.views import Imprint

PAGE = "compare.html"


@dataclass(frozen=True, slots=True)
class CompareView:
    """The page; ``dated`` if grades of two dates can be compared."""

    root: str
    path: str
    dated: bool
    imprint: Imprint


def compare_view(index: Index, imprint: Imprint) -> CompareView:
    """The page; its script reads the data of the two briefings that a reader chooses."""
    return CompareView("", PAGE, len(_dates(index)) > 1, imprint)


def _dates(index: Index) -> list[str]:
    """The as-of dates on which headline grades changed, the oldest first."""
    return sorted({move.as_of.isoformat() for move in index.moves})


def compare_data(index: Index) -> Iterator[tuple[str, bytes]]:
    """The headline grades through time: ``[date, briefing, grade, tone]`` for each change.

    Dates are numbers of ``dates``; of several applies as of one date, the last counts.
    """
    headline = index.atlas.headline
    dates = {day: number for number, day in enumerate(_dates(index))}
    if len(dates) < 2 or headline is None:
        return
    bands = index.atlas.rulebook.bands(headline)
    numbers = {row.id: number for number, row in enumerate(index.rows)}
    found: dict[tuple[int, int], list[Any]] = {}
    for move in reversed(index.moves):
        key = (dates[move.as_of.isoformat()], numbers[move.profile])
        found[key] = [*key, move.after, badge_of(headline, bands, move.after).tone]
    data = {"dates": list(dates), "moves": [found[key] for key in sorted(found)]}
    yield f"{DATA}grades.json", as_json(data)
