"""Whole numbers in as few bits as are known to hold them.

In rules a whole number has 64 bits. A score adds a constant for every rule that holds, and is
held between such constants; what is known to fit in fewer bits is made and stored in fewer.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from assay.rules.ir import Apply, Col, Expr, Lit, Op

MOST: dict[pl.DataType, int] = {
    pl.Int8(): (1 << 7) - 1,
    pl.Int16(): (1 << 15) - 1,
    pl.Int32(): (1 << 31) - 1,
}
"""The narrow types, and the greatest number of each."""

JOINING: frozenset[Op] = frozenset(("add", "least", "greatest"))
"""Operations of which the result is known to be bounded where what they join is."""


def bound(expr: Expr, stored: Mapping[str, pl.DataType]) -> int | None:
    """The most an expression of picked constants can be, up or down; None for anything else.

    ``stored`` are the narrow types that columns have.
    """
    if isinstance(expr, Col):
        return MOST.get(stored[expr.name]) if expr.name in stored else None
    if isinstance(expr, Lit):
        return abs(expr.value) if type(expr.value) is int else None
    if not isinstance(expr, Apply) or expr.op not in ("pick", "hold", *JOINING):
        return None
    parts = [bound(a, stored) for a in (expr.args[1:] if expr.op == "pick" else expr.args)]
    known = [p for p in parts if p is not None]
    if len(known) < len(parts):
        return None
    return sum(known) if expr.op == "add" else max(known)


def least_type(most: int) -> pl.DataType | None:
    """The least type that holds whole numbers so far from zero; None where only 64 bits do."""
    return next((dtype for dtype, limit in MOST.items() if most <= limit), None)


def widened(series: pl.Series) -> pl.Series:
    """A column as rules see it: whole numbers in 64 bits."""
    return series.cast(pl.Int64) if series.dtype in MOST else series
