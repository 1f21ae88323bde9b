"""Integer arithmetic of scores: thousandths, and tables for half-lives and noisy-or.

Exact arithmetic fills the tables, because math libraries round differently on different machines.
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from functools import cache

ONE = 1000
"""A score of 1.0 in thousandths."""

HALVING_STEPS = 1000
"""Entries of the half-life table for each halving."""

_HALVINGS = 12
_LOG_UNIT = 10**12
_TOLERANCE = 200
"""Units of a summed weight that may be missing at a threshold, for the rounding of its parts.

It allows for 400 scores. Three scores that combine to less than a half miss it by 1000 units.
"""

_DIGITS = 40
_EXACT: int = 10**_DIGITS
"""1.0 in fixed-point numbers of 40 decimals."""

CERTAIN = 1 << 43
"""Weight of a score of 1.0 in the noisy-or table, above every threshold.

Sums of a million such weights fit into 64 bits.
"""


def to_points(value: float) -> int:
    """Convert a score to thousandths; halves round up."""
    return math.floor(value * 1000 + 0.5)


def scale_points(points: int, factor: int) -> int:
    """Multiply ``points`` by ``factor`` thousandths; halves round up."""
    return (points * factor + 500) // 1000


@cache
def half_life_table() -> tuple[int, ...]:
    """Thousandths left after each 1/1000 of a half-life: ``round(1000 · 2^(-i/1000))``."""
    with localcontext() as context:
        context.prec = _DIGITS
        ratio = int((Decimal(2) ** (Decimal(-1) / HALVING_STEPS)).scaleb(_DIGITS))
    left, table = ONE * _EXACT, []
    for _ in range(_HALVINGS * HALVING_STEPS + 1):
        table.append((2 * left + _EXACT) // (2 * _EXACT))
        left = left * ratio // _EXACT
    return tuple(table)


def half_life(days: int, period: int) -> float:
    """Halve 1.0 every ``period`` days, for ``days``; days below 0 count as 0.

    Raises ``ValueError`` if the period is not positive.
    """
    if period <= 0:
        raise ValueError("a half-life must be a positive number of days")
    table = half_life_table()
    return table[min(max(days, 0) * HALVING_STEPS // period, len(table) - 1)] / 1000


@cache
def noisy_or_weights() -> tuple[int, ...]:
    """``round(-ln(1 - w/1000) · 10¹²)`` for w = 0 … 1000 (``CERTAIN`` for the last).

    Noisy-or is 1 - Π(1 - w), so to combine scores these weights are added.
    """
    return (*(_log_weight(2 * w) for w in range(ONE)), CERTAIN)


@cache
def noisy_or_thresholds() -> tuple[int, ...]:
    """Least summed weight that reaches each score from 1 to 1000.

    Halves round up; a single score combines to itself. The result is exact for up to three scores.
    For more, a value less than 10⁻⁹ below a half may round up, too.
    """
    return tuple(_log_weight(2 * w - 1) - _TOLERANCE for w in range(1, ONE + 1))


def _log_weight(halves: int) -> int:
    """``round(-ln(1 - w) · 10¹²)`` for a score w in half-thousandths."""
    logs = _logarithms()
    weight = logs[2 * ONE] - logs[2 * ONE - halves]
    return (2 * weight * _LOG_UNIT + _EXACT) // (2 * _EXACT)


@cache
def _logarithms() -> tuple[int, ...]:
    """``ln(n) · 10⁴⁰`` for n = 1 … 2000 (0 for n = 0), each derived from its predecessor.

    ln((n + 1) / n) = 2 · (x + x³/3 + x⁵/5 + …) with x = 1 / (2n + 1). Each of fewer than 40,000
    terms is truncated at its last digit, so 35 digits are exact.
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
