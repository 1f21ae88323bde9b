"""How many grades another rulebook would move: counted, without a run of its own for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.engines.plan import Place
from assay.rules.program import Program
from assay.scoring.run import Run

_Numbers = npt.NDArray[np.int64]
_Rows = npt.NDArray[np.bool_]
_Names = tuple[Place, Place | None]
_Read = Mapping[Place, _Numbers]

_UNKNOWN = -2
"""In place of a score or a band that is not known; no score and no index of a band is so low."""


@dataclass(frozen=True, slots=True)
class BandMoves:
    """How many grades of profiles would go up, go down, and become known or unknown.

    ``scores`` counts every score that would be another, ``profiles`` the profiles with a band
    that would.
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


def band_moves(before: Run, after: Run) -> BandMoves:
    """What two runs of the same profiles grade differently; bands are compared by their order."""
    graded = _graded(before.program, after.program)
    places = [place for names in graded for place in names if place]
    for run in (before, after):
        run.engine.make(places)
    old, new = (_read({p: run.engine.column(*p) for p in places}) for run in (before, after))
    return _moves(graded, old, new, None)


def moves_by(run: Run, programs: Sequence[Program]) -> Iterator[BandMoves]:
    """What each of other programs would grade differently, on the tables of the run.

    Only what the programs do not share is made for each of them, and where rows agree in all it
    is made from, for one of them.
    """
    graded = [_graded(run.program, program) for program in programs]
    places = dict.fromkeys(place for each in graded for names in each for place in names if place)
    tried = run.engine.alternatives([program.steps for program in programs], places)
    own = _read(tried.columns(0))
    for number, each in enumerate(graded, start=1):
        yield _moves(each, own, _read(tried.columns(number)), tried.counts)


def _graded(before: Program, after: Program) -> list[_Names]:
    """The columns of score and, if both have bands, of band that two programs have."""
    bands = {c.score: c.band for c in before.on("profile")}
    return [
        (("profile", c.score), ("profile", c.band) if c.band and bands[c.score] else None)
        for c in after.on("profile")
        if c.score in bands
    ]


def _moves(graded: Sequence[_Names], old: _Read, new: _Read, counts: _Numbers | None) -> BandMoves:
    """The moves between columns; what is not among the new ones is as it was.

    ``counts`` are the profiles each row stands for, where it is not one.
    """

    def total(rows: _Rows) -> int:
        return int(np.count_nonzero(rows) if counts is None else counts[rows].sum())

    if not new:
        return BandMoves()
    none = np.zeros(len(next(iter(new.values()))), dtype=bool)
    moves, moved = BandMoves(), none
    for score, band in graded:
        up = down = status = other = none
        if score in new:
            before, after = old[score], new[score]
            other, status = before != after, (before == _UNKNOWN) != (after == _UNKNOWN)
        if band is not None and band in new:
            low, high = old[band], new[band]
            up, down = (high > low) & (low != _UNKNOWN), (high < low) & (high != _UNKNOWN)
        moved = moved | status | up | down
        moves += BandMoves(total(up), total(down), total(status), total(other))
    return replace(moves, profiles=total(moved))


def _read(columns: Mapping[Place, pl.Series]) -> _Read:
    return {
        place: (column.fill_null(_UNKNOWN) if column.null_count() else column).to_numpy()
        for place, column in columns.items()
    }
