"""Query plans: the steps that wanted columns need, simplified and scheduled in stages.

A program tests every value for null. If a table column has no nulls, the results of those tests are
constant, and columns that depend on nothing else (such as a second count for every condition) are
not computed. Results are the same to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import polars as pl

from assay.cel.functions import OPERATIONS
from assay.cel.operations import Apply, Col, Each, Expr, Lit, apply, columns
from assay.cel.program import Aggregate, Compute, Gather, PoolUp, Step
from assay.cel.steps import Place, inputs, outputs
from assay.engine.emit import emit_stored
from assay.engine.simplify import Known, as_distance, simplify

_INLINED_SIZE = 300


class Statistics(Protocol):
    """Known properties of the columns of tables."""

    def complete(self, space: str, column: str) -> bool:
        """Whether the column has no nulls."""
        ...

    def constant(self, space: str, column: str) -> int | None:
        """The value of the column in every row, or None if it is unknown or differs by row."""
        ...


def plan(
    definitions: Mapping[Place, Step], wanted: Iterable[Place], statistics: Statistics
) -> list[Step]:
    """Steps that compute the wanted columns, each after the steps whose columns it reads."""
    targets = dict.fromkeys(wanted)
    simplifier = _Simplifier(definitions, statistics)
    for place in targets:
        simplifier.simplify(place)
    steps = _share_aggregates(_ordered(simplifier.steps, targets))
    counted = _subtract_counts(steps, simplifier.complete)
    return _inline(_ordered(counted, targets), targets)


class _Simplifier:
    """Simplifies the steps of columns, those they depend on first; ``steps`` holds the results."""

    def __init__(self, definitions: Mapping[Place, Step], statistics: Statistics) -> None:
        self._definitions = definitions
        self._statistics = statistics
        self._known: dict[Place, Known] = {}
        self.steps: dict[Place, Step] = {}

    def simplify(self, place: Place) -> None:
        # An explicit stack: scores of a rulebook may be chained deeper than Python can recurse.
        waiting = [place]
        while waiting:
            here = waiting[-1]
            step = self._definitions.get(here)
            missing = [p for p in inputs(step) if p not in self._known] if step else []
            if missing:
                waiting += missing
                continue
            waiting.pop()
            if here not in self._known:
                self._simplify_one(here, step)

    def complete(self, place: Place) -> bool:
        return self._known[place].complete

    def _simplify_one(self, place: Place, step: Step | None) -> None:
        match step:
            case None:
                value = self._statistics.constant(*place)
                complete = value is not None or self._statistics.complete(*place)
                self._known[place] = Known(None if value is None else Lit(value), complete)
            case Compute():
                expr, complete = simplify(step.expr, lambda name: self._known[step.space, name])
                constant = expr if isinstance(expr, Lit) else None
                self._known[place] = Known(constant, complete, as_distance(expr))
                self.steps[place] = replace(step, expr=expr)
            case Gather():
                self._gather(place, step)
            case Aggregate():
                self._aggregate(place, step)
            case PoolUp():
                complete = step.empty is not None and step.combine not in ("mean", "min")
                self._known[place] = Known(None, complete)
                self.steps[place] = step

    def _gather(self, place: Place, step: Gather) -> None:
        link = self._known[step.space, step.link]
        origin = self._known[step.target, step.origin]
        if origin.constant is not None and link.complete:
            self._set_constant(place, origin.constant)
        else:
            self._known[place] = Known(None, link.complete and origin.complete)
            self.steps[place] = step

    def _aggregate(self, place: Place, step: Aggregate) -> None:
        if step.source is not None:
            source = self._known[step.elements, step.source]
            if step.reducer == "unknown" and source.complete:
                self._set_constant(place, Lit(0))
                return
            if step.reducer == "true" and source.constant is not None:
                if source.constant.value is not True:
                    self._set_constant(place, Lit(0))
                    return
                step = replace(step, reducer="rows", source=None)
        self._known[place] = Known(None, step.reducer not in ("min", "max", "sum"))
        self.steps[place] = step

    def _set_constant(self, place: Place, value: Lit) -> None:
        self._known[place] = Known(value, value.value is not None)
        self.steps[place] = Compute(*place, value)


def _ordered(steps: Mapping[Place, Step], wanted: Iterable[Place]) -> list[Step]:
    """Steps that the wanted columns depend on, each after those it reads."""
    done: dict[Place, None] = {}
    ordered: list[Step] = []
    waiting = [(place, False) for place in reversed(list(wanted))]
    while waiting:
        place, ready = waiting.pop()
        step = steps.get(place)
        if step is None or place in done:
            continue
        if ready:
            done |= dict.fromkeys(outputs(step))
            ordered.append(step)
            continue
        waiting.append((place, True))
        waiting += [(p, False) for p in inputs(step) if p not in done]
    return ordered


def _share_aggregates(steps: list[Step]) -> list[Step]:
    """Replace repeated aggregates by references to the first."""
    first: dict[Aggregate, str] = {}
    shared: list[Step] = []
    for step in steps:
        if isinstance(step, Aggregate):
            column = first.setdefault(replace(step, column=""), step.column)
            if column != step.column:
                shared.append(Compute(step.space, step.column, Col(column)))
                continue
        shared.append(step)
    return shared


def _subtract_counts(steps: list[Step], complete: Callable[[Place], bool]) -> dict[Place, Step]:
    """Derive the count of "not X" from the number of rows, if X is counted anyway."""
    exprs = {(s.space, s.column): s.expr for s in steps if isinstance(s, Compute)}
    columns_of = {(space, expr): column for (space, column), expr in exprs.items()}
    counts = {replace(s, column=""): s.column for s in steps if isinstance(s, Aggregate)}
    result: dict[Place, Step] = {}
    for step in steps:
        result |= dict.fromkeys(outputs(step), step)
        if not isinstance(step, Aggregate) or step.reducer != "true" or step.source is None:
            continue
        source = (step.elements, step.source)
        expr = exprs.get(source)
        if not isinstance(expr, Apply) or expr.op != "not" or not complete(source):
            continue
        opposite = columns_of.get((step.elements, expr.args[0]))
        counted = counts.get(replace(step, column="", source=opposite)) if opposite else None
        if counted is None:
            continue
        every = replace(step, column="", reducer="rows", source=None)
        rows = counts.setdefault(every, f"rows of {step.elements} by {step.owner}")
        result.setdefault((step.space, rows), replace(every, column=rows))
        rest = apply("sub", Col(rows), Col(counted))
        result[step.space, step.column] = Compute(step.space, step.column, rest)
    return result


def _inline(steps: list[Step], wanted: Mapping[Place, None]) -> list[Step]:
    """Inline columns that only one expression reads into that expression."""
    uses: dict[Place, int] = {}
    elsewhere = set(wanted)
    for step in steps:
        if isinstance(step, Compute):
            for name in _readings(step.expr):
                uses[step.space, name] = uses.get((step.space, name), 0) + 1
        else:
            elsewhere.update(inputs(step))
    inlined: dict[Place, Expr] = {}
    rest: list[Step] = []
    for step in steps:
        if not isinstance(step, Compute):
            rest.append(step)
            continue
        place = (step.space, step.column)
        expr = _substitute(step.expr, step.space, inlined)
        once = uses.get(place) == 1 and _size(expr) <= _INLINED_SIZE
        if place not in elsewhere and (once or isinstance(expr, Lit | Col)):
            inlined[place] = expr
        else:
            rest.append(Compute(step.space, step.column, expr))
    return rest


def _substitute(expr: Expr, space: str, inlined: Mapping[Place, Expr]) -> Expr:
    if isinstance(expr, Col):
        return inlined.get((space, expr.name), expr)
    if isinstance(expr, Each):
        return Each(_substitute(expr.items, space, inlined), expr.body, expr.counted)
    if not isinstance(expr, Apply):
        return expr
    return Apply(expr.op, tuple(_substitute(a, space, inlined) for a in expr.args))


def _readings(expr: Expr) -> Iterator[str]:
    """Columns that an expression reads, repeated as often as they occur in its Polars form."""
    if not isinstance(expr, Apply):
        yield from columns(expr)
        return
    for position, arg in enumerate(expr.args):
        # Lowering `if` duplicates only its condition.
        again = OPERATIONS[expr.op].repeats and (expr.op != "if" or position == 0)
        for name in _readings(arg):
            yield from (name, name) if again else (name,)


def _size(expr: Expr) -> int:
    """Number of operations, columns and constants in the Polars form of an expression."""
    if isinstance(expr, Each):
        return 1 + _size(expr.items) + _size(expr.body)
    if not isinstance(expr, Apply):
        return 1
    inner = sum(_size(a) for a in expr.args)
    return 1 + (2 * inner if OPERATIONS[expr.op].repeats else inner)


# Schedules -----------------------------------------------------------------------------------


@dataclass
class Query:
    """Expressions over the columns ``read`` of one space, in levels that read earlier levels.

    ``results`` are the columns that later queries and stages read.
    """

    space: str
    read: tuple[str, ...]
    levels: tuple[tuple[Compute, ...], ...]
    results: tuple[str, ...]
    _schema: Mapping[str, pl.DataType] | None = field(default=None, repr=False)
    _exprs: list[list[pl.Expr]] = field(default_factory=list, repr=False)

    def exprs(self, schema: Mapping[str, pl.DataType]) -> list[list[pl.Expr]]:
        """Polars expressions of each level; cached, because most runs have the same types."""
        if self._schema != schema:
            types = dict(schema)
            self._exprs = [_level_exprs(level, types) for level in self.levels]
            self._schema = schema
        return self._exprs


def _level_exprs(level: Iterable[Compute], types: dict[str, pl.DataType]) -> list[pl.Expr]:
    """Expressions of a level; adds the narrow types of its columns to ``types``."""
    emitted = [(s.column, *emit_stored(s.expr, types)) for s in level]
    types |= {name: dtype for name, _, dtype in emitted if dtype is not None}
    return [expr.alias(name) for name, expr, _ in emitted]


@dataclass(frozen=True)
class Stage:
    """Queries, then steps over collections and links; ``spent`` columns are not read later."""

    queries: tuple[Query, ...]
    aggregates: tuple[Aggregate, ...]
    moves: tuple[Gather | PoolUp, ...]
    spent: frozenset[Place]


@dataclass(frozen=True)
class Schedule:
    """All ``steps`` of a plan in as few stages as possible, for the ``wanted`` columns."""

    steps: tuple[Step, ...]
    wanted: frozenset[Place]
    stages: tuple[Stage, ...] = field(repr=False)


def schedule(steps: Iterable[Step], wanted: Iterable[Place]) -> Schedule:
    """Group steps, each of which follows those it reads, into stages."""
    ordered, targets = tuple(steps), frozenset(wanted)
    return Schedule(ordered, targets, _Scheduler(ordered, targets).stages())


class _Scheduler:
    def __init__(self, steps: Sequence[Step], wanted: frozenset[Place]) -> None:
        self._waiting = list(steps)
        self._wanted = wanted
        self._inputs = {id(step): frozenset(inputs(step)) for step in steps}
        self._missing = {place for step in steps for place in outputs(step)}

    def stages(self) -> tuple[Stage, ...]:
        stages: list[Stage] = []
        temporary: set[Place] = set()
        while self._waiting:
            before = set(self._missing)
            queries = tuple(self._queries())
            ready = self._ready()
            self._missing.difference_update(place for step in ready for place in outputs(step))
            temporary |= (before - self._missing) - self._wanted
            spent = frozenset(temporary - self._read_by(self._waiting))
            temporary -= spent
            aggregates = tuple(s for s in ready if isinstance(s, Aggregate))
            moves = tuple(s for s in ready if isinstance(s, Gather | PoolUp))
            stages.append(Stage(queries, aggregates, moves, spent))
        return tuple(stages)

    def _queries(self) -> Iterator[Query]:
        """Remove all expressions that can run now from the waiting steps; one query a space."""
        levels: dict[str, list[list[Compute]]] = {}
        level_of: dict[Place, int] = {}
        later: list[Step] = []
        for step in self._waiting:
            needs = self._inputs[id(step)] & self._missing
            if not isinstance(step, Compute) or any(p not in level_of for p in needs):
                later.append(step)
                continue
            level = 1 + max((level_of[p] for p in needs), default=-1)
            level_of[step.space, step.column] = level
            queue = levels.setdefault(step.space, [])
            if level == len(queue):
                queue.append([])
            queue[level].append(step)
        self._waiting = later
        self._missing -= level_of.keys()
        read_later = self._wanted | self._read_by(later)
        for space, queue in levels.items():
            own = {step.column for level in queue for step in level}
            read = {name for level in queue for s in level for _, name in self._inputs[id(s)]}
            results = sorted(name for name in own if (space, name) in read_later)
            yield Query(space, tuple(sorted(read - own)), tuple(map(tuple, queue)), tuple(results))

    def _ready(self) -> list[Step]:
        """Remove all other steps that can run now from the waiting ones."""
        ready: list[Step] = []
        later: list[Step] = []
        for step in self._waiting:
            fit = not isinstance(step, Compute) and self._missing.isdisjoint(self._inputs[id(step)])
            (ready if fit else later).append(step)
        self._waiting = later
        return ready

    def _read_by(self, steps: Iterable[Step]) -> set[Place]:
        return {place for step in steps for place in self._inputs[id(step)]}
