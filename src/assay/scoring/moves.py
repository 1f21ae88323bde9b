"""How many grades another rulebook would change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assay.engines.plan import Place
from assay.rules.program import Program
from assay.scoring.run import Run

_UNKNOWN = -2
"""Stands for an unknown score or band; no score and no index of a band is so low."""


@dataclass(frozen=True, slots=True)
class BandMoves:
    """How many grades of profiles would go up, go down, and become known or unknown.

    ``scores`` counts every score that would differ, ``profiles`` the profiles of which a band
    would.
    """

    upgrades: int = 0
    downgrades: int = 0
    status: int = 0
    scores: int = 0
    profiles: int = 0

    def __add__(self, other: BandMoves) -> BandMoves:
        return BandMoves(
            self.upgrades + other.upgrades,
            self.downgrades + other.downgrades,
            self.status + other.status,
            self.scores + other.scores,
            self.profiles + other.profiles,
        )


def grade_columns(program: Program) -> list[Place]:
    """The scores and bands of profiles."""
    return [("profile", c) for s in program.on("profile") for c in (s.score, s.band) if c]


def band_moves(before: Run, after: Run) -> BandMoves:
    """Count the differences between two runs of the same profiles.

    Bands are compared by their order, and only where both rulebooks have some.
    """
    own = {c.score: c.band for c in before.program.on("profile")}
    graded = [
        (("profile", c.score), ("profile", c.band) if c.band and own[c.score] else None)
        for c in after.program.on("profile")
        if c.score in own
    ]
    for run in (before, after):
        run.engine.make(grade_columns(run.program))
    up = down = status = scores = 0
    moved = np.zeros(before.tables.height("profile"), dtype=bool)
    for score, band in graded:
        if all(_shared(before, after, place) for place in (score, band) if place):
            continue
        was, now = _numbers(before, score), _numbers(after, score)
        scores += _count(was != now)
        if any(run.engine.column(*score).null_count() for run in (before, after)):
            appeared = (was == _UNKNOWN) != (now == _UNKNOWN)
            status += _count(appeared)
            moved |= appeared
        if band is not None:
            low, high = _numbers(before, band), _numbers(after, band)
            rises, falls = (high > low) & (low != _UNKNOWN), (high < low) & (high != _UNKNOWN)
            up += _count(rises)
            down += _count(falls)
            moved |= rises | falls
    return BandMoves(up, down, status, scores, _count(moved))


def _count(rows: npt.NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(rows))


def _shared(before: Run, after: Run, place: Place) -> bool:
    """Whether both runs have the very same column, so that there is nothing to compare."""
    return before.engine.column(*place) is after.engine.column(*place)


def _numbers(run: Run, place: Place) -> npt.NDArray[np.int64]:
    column = run.engine.column(*place)
    return (column.fill_null(_UNKNOWN) if column.null_count() else column).to_numpy()
