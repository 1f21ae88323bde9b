"""Thresholds taken from a distribution once and written down, so that they never move again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cutpoint:
    """Where a band is to start, in thousandths, and how many of the scores lie in it."""

    start: int
    count: int


def cutpoints(scores: Sequence[int], shares: Sequence[float]) -> list[Cutpoint]:
    """Starts of bands that hold about these shares of the scores, the highest band first.

    ``shares`` are of one whole, in the same order; the lowest band takes what is left and starts
    at 0. Equal scores are never parted, so a band may hold more than its share, and one that
    would be empty is left out.
    """
    ordered = sorted(scores, reverse=True)
    starts: list[int] = []
    taken = 0.0
    for share in shares:
        taken += share
        index = round(taken * len(ordered)) - 1
        start = ordered[min(max(index, 0), len(ordered) - 1)] if ordered else 0
        if start > 0 and (not starts or start < starts[-1]):
            starts.append(start)
    starts.append(0)
    uppers = [1001, *starts[:-1]]
    return [
        Cutpoint(start, sum(start <= s < upper for s in ordered))
        for start, upper in zip(starts, uppers, strict=True)
    ]
