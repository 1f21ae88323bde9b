"""One program for several dates: what hangs on the date is defined once for each, all else once.

So everything else is computed a single time, and what is of one kind runs together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from functools import reduce

from assay.engines.plan import POOL_PARTS, Place, inputs, outputs
from assay.rules.ir import Apply, Col, Each, Expr, Lit, apply, columns
from assay.rules.program import Aggregate, Compute, Gather, PoolUp, Step

TODAY: Place = ("profile", "today")

_ROOM = 16


def hanging_on(steps: Iterable[Step], changed: Set[Place]) -> set[Place]:
    """What hangs on the changed columns, by steps that follow what they read from."""
    found = set(changed)
    for step in steps:
        if not found.isdisjoint(inputs(step)):
            found.update(outputs(step))
    return found


def on_date(name: str, number: int) -> str:
    """What a column that hangs on the date is called on the date of that number, from 1."""
    for part in POOL_PARTS:
        if name.endswith(part):
            return f"{on_date(name.removesuffix(part), number)}{part}"
    return f"{name} @{number}"


class Dated:
    """Steps for so many further dates, made once for each program."""

    def __init__(self) -> None:
        self._kept: dict[object, tuple[list[tuple[Step, ...]], tuple[Step, ...]]] = {}

    def steps(self, programs: Sequence[tuple[Step, ...]], dates: int) -> tuple[Step, ...]:
        """The steps that follow the programs; ``today`` of each date is to be added."""
        # Holding on to the programs keeps their identities from being given to others.
        key = (tuple(map(id, programs)), dates)
        if key not in self._kept:
            if len(self._kept) >= _ROOM:
                self._kept.pop(next(iter(self._kept)))
            every = [step for steps in programs for step in steps]
            self._kept[key] = (list(programs), tuple(_several(every, dates)))
        return self._kept[key][1]


DATED = Dated()


def _several(steps: Sequence[Step], dates: int) -> Iterator[Step]:
    dated = hanging_on(steps, {TODAY})
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
        yield _on(step, dated, number)


def _on(step: Step, dated: Set[Place], number: int) -> Step:
    def there(space: str, name: str) -> str:
        return on_date(name, number) if (space, name) in dated else name

    column = on_date(step.column, number)
    match step:
        case Compute():
            return Compute(step.space, column, _moved(step.expr, step.space, dated, number))
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


def _moved(expr: Expr, space: str, dated: Set[Place], number: int) -> Expr:
    if isinstance(expr, Col):
        return Col(on_date(expr.name, number)) if (space, expr.name) in dated else expr
    if isinstance(expr, Each):
        return replace(expr, items=_moved(expr.items, space, dated, number))
    if not isinstance(expr, Apply):
        return expr
    return Apply(expr.op, tuple(_moved(a, space, dated, number) for a in expr.args))


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
