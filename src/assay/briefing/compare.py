"""The page that compares two briefings, or the grades of all on two dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assay.briefing import charts
from assay.briefing.index import DATA, Index, as_json
from assay.briefing.views import Badge, Imprint

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
    return sorted({record.as_of for record, _ in index.moves})


def compare_data(index: Index) -> Iterator[tuple[str, bytes]]:
    """The headline grades through time: ``[date, briefing, grade, tone]`` for each change.

    Dates are numbers of ``dates``; of several applies as of one date, the last counts.
    """
    dates = _dates(index)
    if len(dates) < 2:
        return
    atlas = index.atlas
    bands = atlas.rulebook.bands(atlas.headline) if atlas.headline else ()
    numbers = {row.id: number for number, row in enumerate(index.rows)}
    moves: dict[tuple[int, int], list[Any]] = {}
    for record, change in index.moves:
        band = next((b for b in bands if b.id == change.after.band), None)
        filled = charts.rank(bands, band) if band else 0
        tone = Badge("", "", None, None, filled, len(bands)).tone
        key = (dates.index(record.as_of), numbers[change.id])
        moves[key] = [*key, change.after.grade or "", tone]
    data = {"dates": dates, "moves": [moves[key] for key in sorted(moves)]}
    yield f"{DATA}grades.json", as_json(data)
