"""One program for several dates: what hangs on the date is defined once for each, all else once.

So everything else is computed a single time, and what is of one kind runs together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from functools import reduce

from assay.engines.numbered import renumbered
from assay.engines.plan import Place, hanging_on, outputs
from assay.engines.recent import Recent
from assay.rules.ir import Apply, Col, Expr, Lit, apply, columns
from assay.rules.program import Compute, Step

TODAY: Place = ("profile", "today")


def _several(programs: Sequence[tuple[Step, ...]], dates: int) -> tuple[Step, ...]:
    steps = [step for program in programs for step in program]
    return tuple(_dated(steps, hanging_on(steps, {TODAY}), dates))


DATED = Recent(_several)
"""The steps for so many further dates that follow programs; ``today`` of each is to be added."""


def _dated(steps: Sequence[Step], dated: Set[Place], dates: int) -> Iterator[Step]:
    for step in steps:
        if dated.isdisjoint(outputs(step)):
            continue
        if not isinstance(step, Compute):
            yield from _renamed(step, dated, dates)
            continue
        parted = _Parted(step, dated)
        yield from (*parted.undated, parted.step)
        yield from _renamed(parted.step, dated, dates)


def _renamed(step: Step, dated: Set[Place], dates: int) -> Iterator[Step]:
    """The step on each of the dates."""
    for number in range(1, dates + 1):
        yield renumbered(step, dated, number)


class _Parted:
    """A step whose sums of amounts are parted: those that do not hang on the date add up alone.

    Amounts are whole numbers, so it makes no difference which of them are added first.
    """

    def __init__(self, step: Compute, dated: Set[Place]) -> None:
        self.undated: list[Step] = []
        self._space, self._column, self._dated = step.space, step.column, dated
        self.step = replace(step, expr=self._part(step.expr))

    def _part(self, expr: Expr) -> Expr:
        if not isinstance(expr, Apply):
            return expr
        if expr.op != "add":
            return Apply(expr.op, tuple(self._part(a) for a in expr.args))
        parts = list(_summands(expr))
        still = [part for part in parts if self._is_still(part)]
        if len(still) < 2:
            return expr
        name = f"{self._column}, undated {len(self.undated)}"
        self.undated.append(Compute(self._space, name, reduce(_sum, still)))
        # What they come to at most is said once more: it tells in how few bits the sum fits.
        most = sum(max(map(abs, _amounts(part))) for part in still)
        known = apply("hold", Col(name), Lit(-most), Lit(most))
        return reduce(_sum, [known, *(part for part in parts if part not in still)])

    def _is_still(self, part: Expr) -> bool:
        return bool(_amounts(part)) and self._dated.isdisjoint(
            (self._space, name) for name in columns(part)
        )


def _summands(expr: Expr) -> Iterator[Expr]:
    if isinstance(expr, Apply) and expr.op == "add":
        for arg in expr.args:
            yield from _summands(arg)
    else:
        yield expr


def _amounts(expr: Expr) -> tuple[int, ...]:
    """The whole numbers of which a condition chooses one; none for anything else."""
    if not isinstance(expr, Apply) or expr.op != "if":
        return ()
    chosen = [a.value for a in expr.args[1:] if isinstance(a, Lit)]
    whole = tuple(value for value in chosen if type(value) is int)
    return whole if len(whole) == len(expr.args) - 1 else ()


def _sum(a: Expr, b: Expr) -> Expr:
    return apply("add", a, b)
