"""Figures: ratios of what was measured, and the table of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass
class Figure:
    """``ours`` and ``theirs`` are medians of what was measured; ``target`` bounds the ratio."""

    name: str
    ours: float
    theirs: float
    target: float | None
    at_least: bool = False
    unit: str = "s"
    ours_all: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours if self.at_least else self.ours / self.theirs

    @property
    def reached(self) -> bool | None:
        if self.target is None:
            return None
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target


Clock = Callable[[], float]


def seconds(work: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    gc.collect()
    begun = clock()
    work()
    return clock() - begun


def in_turns(
    rounds: int, *works: Callable[[], object], clock: Clock = time.perf_counter
) -> list[list[float]]:
    """Times of each work, taken in turns after one turn that does not count."""
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for own, work in zip(times, works, strict=True):
            own.append(seconds(work, clock))
    return times


def compared(
    name: str,
    target: float | None,
    rounds: int,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    at_least: bool = False,
) -> Figure:
    a, b = in_turns(rounds, ours, theirs)
    return Figure(name, statistics.median(a), statistics.median(b), target, at_least, ours_all=a)


def report(figures: Sequence[Figure]) -> str:
    width = max(len(f.name) for f in figures)
    lines = []
    for f in figures:
        sign = "≥" if f.at_least else "≤"
        wanted = "" if f.target is None else f"{sign} {f.target:g}"
        word = {None: "", True: "reached", False: "NOT REACHED"}[f.reached]
        times = f"{f.ours:.4g} {f.unit}"
        lines.append(f"{f.name:<{width}}  {f.ratio:8.3g}  {wanted:>7}  {times:>11}  {word}")
    return "\n".join(lines)
