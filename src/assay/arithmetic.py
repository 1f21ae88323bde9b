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

_HALVINGS = 12
_LOG_UNIT = 1_000_000
_DIGITS = 40
_EXACT: int = 10**_DIGITS
"""What 1 is where whole numbers stand for exact ones."""

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
        ratio = int((Decimal(2) ** (Decimal(-1) / HALVING_STEPS)).scaleb(_DIGITS))
    left, table = ONE * _EXACT, []
    for _ in range(_HALVINGS * HALVING_STEPS + 1):
        table.append((2 * left + _EXACT) // (2 * _EXACT))
        left = left * ratio // _EXACT
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
    return (*(_log_weight(2 * w) for w in range(ONE)), CERTAIN)


@cache
def noisy_or_thresholds() -> tuple[int, ...]:
    """Least summed weight that reaches each score from 1 to 1000.

    Halfway between neighbouring scores rounds up; one score alone gives itself.
    """
    return tuple(_log_weight(2 * w - 1) for w in range(1, ONE + 1))


def _log_weight(halves: int) -> int:
    """``round(-ln(1 - w) · 10⁶)`` for a score of so many halves of a thousandth."""
    logs = _logarithms()
    weight = logs[2 * ONE] - logs[2 * ONE - halves]
    return (2 * weight * _LOG_UNIT + _EXACT) // (2 * _EXACT)


@cache
def _logarithms() -> tuple[int, ...]:
    """``ln(n) · 10⁴⁰`` for n = 1 … 2000 (0 for n = 0), each from the one before it.

    ln((n + 1) / n) = 2 · (x + x³/3 + x⁵/5 + …) with x = 1 / (2n + 1). Every term is cut off at
    its last digit; there are fewer than 40 000 of them, so 35 digits are right.
    """
    logs = [0, 0]
    for n in range(1, 2 * ONE):
        odd = 2 * n + 1
        term, total, k = 2 * _EXACT // odd, 0, 1
        while term:
            total += term // k
            term //= odd * odd
            k += 2
        logs.append(logs[-1] + total)
    return tuple(logs)


def noisy_or(scores: list[int]) -> int:
    """``1 - Π(1 - score)`` in thousandths, by the tables; 0 for no scores."""
    weights = noisy_or_weights()
    return bisect_right(noisy_or_thresholds(), sum(weights[s] for s in scores))
