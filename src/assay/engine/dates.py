"""One program for several dates: what depends on the date is defined once for each of them.

Everything else is computed a single time, and steps of one kind run together. Measured on a million
profiles, three dates take 2.2 re-scores this way and 3.6 when each date is run by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from functools import reduce

from assay.cel.operations import Apply, Col, Each, Expr, Lit, apply, columns
from assay.cel.program import Aggregate, Compute, Gather, PoolUp, Step
from assay.engine.plan import POOL_PARTS, Place, depending_on, outputs

TODAY: Place = ("profile", "today")


def steps_on_dates(steps: Sequence[Step], dates: int) -> tuple[Step, ...]:
    """The steps to add to a program for that many further dates; see :func:`numbered`.

    ``today`` of each date has to be added to the tables.
    """
    return tuple(_on_dates(steps, depending_on(steps, {TODAY}), dates))


def numbered(name: str, number: int) -> str:
    """The name of a column on a further date, which are numbered from 1."""
    for part in POOL_PARTS:
        if name.endswith(part):
            return f"{numbered(name.removesuffix(part), number)}{part}"
    return f"{name} @{number}"


def _on_dates(steps: Sequence[Step], dated: Set[Place], dates: int) -> Iterator[Step]:
    for step in steps:
        if dated.isdisjoint(outputs(step)):
            continue
        own: Step = step
        if isinstance(step, Compute):
            split = _Split(step, dated)
            own = split.step
            yield from (*split.undated, own)
        for number in range(1, dates + 1):
            yield _renumbered(own, dated, number)


def _renumbered(step: Step, dated: Set[Place], number: int) -> Step:
    """The step for one of the dates: it reads and defines the columns of that date."""

    def there(space: str, name: str) -> str:
        return numbered(name, number) if (space, name) in dated else name

    column = numbered(step.column, number)
    match step:
        case Compute():
            return Compute(step.space, column, _renamed(step.expr, step.space, dated, number))
        case Gather():
            return replace(step, column=column, origin=there(step.target, step.origin))
        case Aggregate():
            source = None if step.source is None else there(step.elements, step.source)
            return replace(step, column=column, source=source)
        case PoolUp():
            space = step.elements
            return replace(
                step,
                column=column,
                keep=there(space, step.keep),
                take=there(space, step.take),
                cover=there(space, step.cover),
                by=None if step.by is None else there(space, step.by),
            )


def _renamed(expr: Expr, space: str, dated: Set[Place], number: int) -> Expr:
    if isinstance(expr, Col):
        return Col(numbered(expr.name, number)) if (space, expr.name) in dated else expr
    if isinstance(expr, Each):
        return replace(expr, items=_renamed(expr.items, space, dated, number))
    if not isinstance(expr, Apply):
        return expr
    return Apply(expr.op, tuple(_renamed(a, space, dated, number) for a in expr.args))


class _Split:
    """A step whose sums are split: amounts that do not depend on the date add up in a column.

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
        undated = [part for part in parts if self._is_undated(part)]
        if len(undated) < 2:
            return expr
        name = f"{self._column}, undated {len(self.undated)}"
        self.undated.append(Compute(self._space, name, reduce(_sum, undated)))
        # The bounds repeat what the amounts imply, so that the sum is stored in as few bits.
        most = sum(max(map(abs, _amounts(part))) for part in undated)
        known = apply("hold", Col(name), Lit(-most), Lit(most))
        return reduce(_sum, [known, *(part for part in parts if part not in undated)])

    def _is_undated(self, part: Expr) -> bool:
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
