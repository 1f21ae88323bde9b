"""Rows that agree in all that is read of them, gone through once.

Scores are whole points and conditions are true or not, so among a million rows there are few that
differ in all of the columns an edit of a rule bears on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
_Codes = npt.NDArray[np.uint32]

_LEAST_ROOM = 1 << 16


@dataclass(frozen=True)
class Alike:
    """Of each kind of rows the number of one, and how many there are of it."""

    rows: pl.Series
    counts: Ints


def alike(columns: Sequence[pl.Series], height: int) -> Alike | None:
    """The kinds of rows by columns of that height; None where it is not known that they are few."""
    room = max(height, _LEAST_ROOM)
    kind: _Codes = np.zeros(height, dtype=np.uint32)
    kinds = 1
    for column in columns:
        numbers = _numbers(column, room)
        if numbers is None:
            return None
        codes, count = numbers
        if kinds * count > room:
            (kind, kinds), (codes, count) = _dense(kind, kinds), _dense(codes, count)
        if kinds * count > room:
            return None
        kind = kind * np.uint32(count) + codes
        kinds *= count
    counts = np.bincount(kind, minlength=kinds)
    there = np.flatnonzero(counts)
    one = np.empty(kinds, dtype=np.uint32)
    one[kind] = np.arange(height, dtype=np.uint32)
    return Alike(pl.Series(one[there]), counts[there])


def _dense(codes: _Codes, count: int) -> tuple[_Codes, int]:
    """The same codes without those that do not occur, and one more than the greatest."""
    occurs = np.bincount(codes, minlength=count) > 0
    place = np.cumsum(occurs, dtype=np.uint32) - np.uint32(1)
    return place.take(codes), int(occurs.sum())


def _numbers(column: pl.Series, room: int) -> tuple[_Codes, int] | None:
    """The values as numbers from 0, and one more than the greatest; None where that is large."""
    if isinstance(column.dtype, pl.Enum):
        column = column.to_physical()
    if not column.dtype.is_integer() and column.dtype != pl.Boolean:
        return None
    least, most = column.min(), column.max()
    if not isinstance(least, int) or not isinstance(most, int):
        return np.zeros(len(column), dtype=np.uint32), 1
    count = most - least + 1
    if count >= room:
        return None
    known = column.fill_null(least) if column.null_count() else column
    # What is left out of 32 bits is left out of both, so the difference is right.
    codes = known.to_numpy().astype(np.uint32) - np.uint32(least % (1 << 32))
    if column.null_count():
        codes[column.is_null().to_numpy()] = count
        count += 1
    return codes, count
