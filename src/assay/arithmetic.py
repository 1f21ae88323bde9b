"""Integer arithmetic of scores: thousandths, and tables in place of a math library.

The tables are made from exact decimal arithmetic, so the same input gives the same grade on
every machine.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from decimal import Decimal, localcontext
from functools import cache

ONE = 1000
"""A score of 1.0 in thousandths."""

HALVING_STEPS = 1000
"""Entries of the half-life table for each halving."""

MOST_DAYS = 1 << 53
"""Beyond so many days nothing is left anyway, and their steps would leave 64 bits."""

_HALVINGS = 12
_LOG_UNIT = 1_000_000
_DIGITS = 40

CERTAIN = 1 << 40
"""Weight of a score of 1.0 in the noisy-or table: more than any sum of lesser ones."""


def to_points(value: float) -> int:
    """A number in thousandths, halves rounded up."""
    return math.floor(value * 1000 + 0.5)


def scale_points(points: int, factor: int) -> int:
    """``points`` times ``factor`` thousandths, halves rounded up."""
    return (points * factor + 500) // 1000


def mean_points(total: int, count: int) -> int:
    """``total / count``, halves rounded up."""
    return (2 * total + count) // (2 * count)


@cache
def half_life_table() -> tuple[int, ...]:
    """Thousandths left after ``i / HALVING_STEPS`` half-lives: ``round(1000 · 2^(-i/1000))``."""
    with localcontext() as context:
        context.prec = _DIGITS
        ratio = Decimal(2) ** (Decimal(-1) / HALVING_STEPS)
        left, table = Decimal(ONE), []
        for _ in range(_HALVINGS * HALVING_STEPS + 1):
            table.append(int(left + Decimal("0.5")))
            left *= ratio
        return tuple(table)


def half_life(days: int, period: int) -> float:
    """What is left of 1.0 after ``days``, halved every ``period`` days.

    1.0 for days before the first; raises ``ValueError`` where the period is not positive.
    """
    if period <= 0:
        raise ValueError("a half-life is a positive number of days")
    table = half_life_table()
    return table[min(max(days, 0) * HALVING_STEPS // period, len(table) - 1)] / 1000


@cache
def noisy_or_weights() -> tuple[int, ...]:
    """``round(-ln(1 - w/1000) · 10⁶)`` for w = 0 … 1000 (``CERTAIN`` for the last).

    Noisy-or of scores is 1 - Π(1 - w), so these weights add where the scores combine.
    """
    with localcontext() as context:
        context.prec = _DIGITS
        return (
            *(_log_weight(Decimal(w)) for w in range(ONE)),
            CERTAIN,
        )


@cache
def noisy_or_thresholds() -> tuple[int, ...]:
    """Least summed weight that reaches each score from 1 to 1000.

    Halfway between neighbouring scores rounds up; one score alone gives itself.
    """
    with localcontext() as context:
        context.prec = _DIGITS
        half = Decimal("0.5")
        return (*(_log_weight(Decimal(w) - half) for w in range(1, ONE)), _log_weight(ONE - half))


def _log_weight(points: Decimal) -> int:
    weight = -(1 - points / ONE).ln() * _LOG_UNIT
    return int(weight + Decimal("0.5"))


def noisy_or(scores: list[int]) -> int:
    """``1 - Π(1 - score)`` in thousandths, by the tables; 0 for no scores."""
    weights = noisy_or_weights()
    return bisect_right(noisy_or_thresholds(), sum(weights[s] for s in scores))
