"""Integer arithmetic of scores: thousandths, and tables for half-lives and noisy-or.

Exact arithmetic fills the tables, because math libraries round differently on different machines.
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from functools import cache

ONE = 1000
"""A score of 1.0 in thousandths."""

HALF = 0.5 + 1e-9
"""Added before a number is rounded down. Binary numbers store most decimals inexactly, so a half
would otherwise be lost at times; computed numbers that differ from a half are further from it."""

HALVING_STEPS = 1000
"""Entries of the half-life table for each halving."""

_HALVINGS = 12
_LOG_UNIT = 10**12
_LOG_SLACK = 64
"""More than the summed error of the weights of a hundred scores, which would hide an exact half;
less than the distance of any other product of three."""

_DIGITS = 40
_EXACT: int = 10**_DIGITS
"""1.0 in fixed-point numbers of 40 decimals."""


def to_points(value: float) -> int:
    """Convert a score to thousandths; halves round up."""
    return math.floor(value * 1000 + HALF)


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
    """``round(-ln(1 - w/1000) · 10¹²)`` for w = 0 … 999, and for 1000 that of 999.5.

    Noisy-or is 1 - Π(1 - w), so to combine scores these weights are added. Whatever reaches 999.5
    is rounded to 1000. The weights of a million scores fit into 64 bits.
    """
    return (*(_log_weight(2 * w) for w in range(ONE)), _log_weight(2 * ONE - 1))


@cache
def noisy_or_thresholds() -> tuple[int, ...]:
    """Least summed weight that reaches each score from 1 to 1000.

    Halves round up; a single score combines to itself.
    """
    return tuple(_log_weight(2 * w - 1) - _LOG_SLACK for w in range(1, ONE + 1))


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
