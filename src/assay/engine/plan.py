"""What has to run for the columns somebody wants, in the simplest form the tables allow.

A program asks of every value whether it is known. Where a table column has no gap those
questions have one answer, and what hangs on them (a second count for every condition, the whole
of coverage, if nobody reads it) does not run. The results are the same to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Protocol

import polars as pl

from assay.cel.functions import OPERATIONS
from assay.cel.operations import Apply, Col, Each, Expr, Lit, apply, columns
from assay.cel.program import Aggregate, Compute, Gather, PoolUp, Step
from assay.engine.emit import emit_stored
from assay.engine.simplify import Known, as_distance, simplify

Place = tuple[str, str]
"""A space and a column of it."""

POOL_PARTS = (".elements", ".coverage")
"""What a pool defines beside its own column."""

_INLINED_SIZE = 300


class Facts(Protocol):
    """What is true of the columns that tables already have."""

    def complete(self, space: str, column: str) -> bool:
        """Whether no value is missing."""
        ...

    def constant(self, space: str, column: str) -> int | None:
        """The one value the column has in every row, if it is known to have one."""
        ...


def definition(definitions: Mapping[Place, Step], place: Place) -> Step | None:
    """The step that makes a column; None for a column of the tables."""
    step = definitions.get(place)
    if step is None:
        for part in POOL_PARTS:
            if place[1].endswith(part):
                step = definitions.get((place[0], place[1].removesuffix(part)))
    return step


def inputs(step: Step) -> Iterable[Place]:
    """The columns a step reads."""
    if isinstance(step, Compute):
        return [(step.space, name) for name in step.reads]
    return _inputs(step)


def _inputs(step: Step) -> Iterator[Place]:
    match step:
        case Gather():
            yield step.space, step.link
            yield step.target, step.origin
        case Aggregate():
            yield step.elements, step.owner
            if step.source is not None:
                yield step.elements, step.source
        case PoolUp():
            for name in (step.owner, step.keep, step.take, step.cover, step.by):
                if name is not None:
                    yield step.elements, name


def outputs(step: Step) -> tuple[Place, ...]:
    """The columns a step defines."""
    names = [step.column]
    if isinstance(step, PoolUp):
        names += [step.column + part for part in POOL_PARTS]
    return tuple((step.space, name) for name in names)


def read_for(definitions: Mapping[Place, Step], wanted: Iterable[Place]) -> set[Place]:
    """The wanted columns and all they hang on, those of the tables included."""
    found: set[Place] = set()
    waiting = list(wanted)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            step = definition(definitions, place)
            waiting += inputs(step) if step else ()
    return found


def depending_on(steps: Iterable[Step], changed: Set[Place]) -> set[Place]:
    """What hangs on the changed columns, by steps that follow what they read from."""
    found = set(changed)
    for step in steps:
        if not found.isdisjoint(inputs(step)):
            found.update(outputs(step))
    return found


def plan(definitions: Mapping[Place, Step], wanted: Iterable[Place], facts: Facts) -> list[Step]:
    """The steps that make the wanted columns, each after those it reads from."""
    targets = dict.fromkeys(wanted)
    simplified = _Simplifier(definitions, facts)
    for place in targets:
        simplified.need(place)
    steps = _same_aggregates_once(_needed(simplified.steps, targets))
    counted = _complements(steps, simplified.always_known)
    return _inlined(_needed(counted, targets), targets)


class _Simplifier:
    """Simplifies steps in the order of their needs; ``steps`` are what is left, by place."""

    def __init__(self, definitions: Mapping[Place, Step], facts: Facts) -> None:
        self._definitions = definitions
        self._facts = facts
        self._known: dict[Place, Known] = {}
        self.steps: dict[Place, Step] = {}

    def need(self, place: Place) -> None:
        """Simplify what makes a column."""
        # A stack of our own: rulebooks may chain scores deeper than Python likes to recurse.
        waiting = [place]
        while waiting:
            here = waiting[-1]
            step = definition(self._definitions, here)
            missing = [p for p in inputs(step) if p not in self._known] if step else []
            if missing:
                waiting += missing
                continue
            waiting.pop()
            if here not in self._known:
                self._settle(here, step)

    def always_known(self, place: Place) -> bool:
        """Whether a column has no gap."""
        return self._known[place].complete

    def _settle(self, place: Place, step: Step | None) -> None:
        match step:
            case None:
                space, column = place
                value = self._facts.constant(space, column)
                full = value is not None or self._facts.complete(space, column)
                self._known[place] = Known(None if value is None else Lit(value), full)
            case Compute():
                self._compute(place, step)
            case Gather():
                self._gather(place, step)
            case Aggregate():
                self._aggregate(place, step)
            case PoolUp():
                self._pool(step)

    def _compute(self, place: Place, step: Compute) -> None:
        expr, complete = simplify(step.expr, lambda name: self._known[step.space, name])
        constant = expr if isinstance(expr, Lit) else None
        self._known[place] = Known(constant, complete, as_distance(expr))
        self.steps[place] = replace(step, expr=expr)

    def _gather(self, place: Place, step: Gather) -> None:
        link = self._known[step.space, step.link]
        origin = self._known[step.target, step.origin]
        if origin.constant is not None and link.complete:
            self._fixed(place, origin.constant)
            return
        self._known[place] = Known(None, link.complete and origin.complete)
        self.steps[place] = step

    def _fixed(self, place: Place, value: Lit) -> None:
        self._known[place] = Known(value, value.value is not None)
        self.steps[place] = Compute(*place, value)

    def _aggregate(self, place: Place, step: Aggregate) -> None:
        counts = step.reducer not in ("min", "max", "sum")
        if step.source is not None:
            source = self._known[step.elements, step.source]
            if step.reducer == "unknown" and source.complete:
                self._fixed(place, Lit(0))
                return
            if step.reducer == "true" and source.constant is not None:
                if source.constant.value is not True:
                    self._fixed(place, Lit(0))
                    return
                step = replace(step, reducer="rows", source=None)
        self._known[place] = Known(None, counts)
        self.steps[place] = step

    def _pool(self, step: PoolUp) -> None:
        sure = step.empty is not None and step.combine not in ("mean", "min")
        for here in outputs(step):
            self._known[here] = Known(None, sure or here[1] != step.column)
            self.steps[here] = step


def _needed(steps: Mapping[Place, Step], wanted: Iterable[Place]) -> list[Step]:
    """The steps the wanted columns hang on, in an order that can be run."""
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


def _same_aggregates_once(steps: list[Step]) -> list[Step]:
    """One count serves every column that asks for it."""
    first: dict[Aggregate, str] = {}
    made: list[Step] = []
    for step in steps:
        if isinstance(step, Aggregate):
            key = replace(step, column="")
            other = first.setdefault(key, step.column)
            if other != step.column:
                made.append(Compute(step.space, step.column, Col(other)))
                continue
        made.append(step)
    return made


def _complements(steps: list[Step], always_known: Callable[[Place], bool]) -> dict[Place, Step]:
    """Count "not X" as all rows less those where X is true, where those are counted anyway."""
    made = {(s.space, s.column): s.expr for s in steps if isinstance(s, Compute)}
    columns_of = {(space, expr): column for (space, column), expr in made.items()}
    counts = {replace(s, column=""): s.column for s in steps if isinstance(s, Aggregate)}
    result: dict[Place, Step] = {}
    for step in steps:
        result |= dict.fromkeys(outputs(step), step)
        if not isinstance(step, Aggregate) or step.reducer != "true" or step.source is None:
            continue
        source = (step.elements, step.source)
        asked = made.get(source)
        if not isinstance(asked, Apply) or asked.op != "not" or not always_known(source):
            continue
        opposite = columns_of.get((step.elements, asked.args[0]))
        counted = counts.get(replace(step, column="", source=opposite)) if opposite else None
        if counted is None:
            continue
        every = replace(step, column="", reducer="rows", source=None)
        rows = counts.setdefault(every, f"rows of {step.elements} by {step.owner}")
        result.setdefault((step.space, rows), replace(every, column=rows))
        left = apply("sub", Col(rows), Col(counted))
        result[step.space, step.column] = Compute(step.space, step.column, left)
    return result


def _inlined(steps: list[Step], wanted: Mapping[Place, None]) -> list[Step]:
    """Expressions of columns that one other expression reads are written into it."""
    uses: dict[Place, int] = {}
    elsewhere = set(wanted)
    for step in steps:
        if isinstance(step, Compute):
            for name in _readings(step.expr):
                uses[step.space, name] = uses.get((step.space, name), 0) + 1
        else:
            elsewhere.update(inputs(step))
    inline: dict[Place, Expr] = {}
    left: list[Step] = []
    for step in steps:
        if not isinstance(step, Compute):
            left.append(step)
            continue
        place = (step.space, step.column)
        expr = _written_in(step.expr, step.space, inline)
        once = uses.get(place) == 1 and size(expr) <= _INLINED_SIZE
        if place not in elsewhere and (once or isinstance(expr, Lit | Col)):
            inline[place] = expr
        else:
            left.append(Compute(step.space, step.column, expr))
    return left


def _written_in(expr: Expr, space: str, inline: Mapping[Place, Expr]) -> Expr:
    if isinstance(expr, Col):
        return inline.get((space, expr.name), expr)
    if isinstance(expr, Each):
        return Each(_written_in(expr.items, space, inline), expr.body, expr.counted)
    if not isinstance(expr, Apply):
        return expr
    return Apply(expr.op, tuple(_written_in(a, space, inline) for a in expr.args))


def _readings(expr: Expr) -> Iterator[str]:
    """The columns an expression reads, as often as the engine writes them."""
    if not isinstance(expr, Apply):
        yield from columns(expr)
        return
    for position, arg in enumerate(expr.args):
        # Of "if" the condition alone is written twice.
        again = OPERATIONS[expr.op].repeats and (expr.op != "if" or position == 0)
        for name in _readings(arg):
            yield from (name, name) if again else (name,)


def size(expr: Expr) -> int:
    """Number of operations, columns and constants in an expression, as the engine writes it."""
    if isinstance(expr, Each):
        return 1 + size(expr.items) + size(expr.body)
    if not isinstance(expr, Apply):
        return 1
    inner = sum(size(a) for a in expr.args)
    return 1 + (2 * inner if OPERATIONS[expr.op].repeats else inner)


Schema = Mapping[str, pl.DataType]


@dataclass
class Query:
    """Expressions over the columns ``read`` of one space; each level may use those before it.

    ``kept`` are the columns that are read later on.
    """

    space: str
    read: tuple[str, ...]
    levels: tuple[tuple[Compute, ...], ...]
    kept: tuple[str, ...]
    _schema: Schema | None = field(default=None, repr=False)
    _written: list[list[pl.Expr]] = field(default_factory=list, repr=False)

    def written(self, schema: Schema) -> list[list[pl.Expr]]:
        """The expressions of each level; the same ones while columns keep their types."""
        if self._schema != schema:
            stored = dict(schema)
            self._written = [self._level(level, stored) for level in self.levels]
            self._schema = schema
        return self._written

    def _level(self, level: Sequence[Compute], stored: dict[str, pl.DataType]) -> list[pl.Expr]:
        """The expressions of a level, whose types are added to those of what is ``stored``."""
        made = [(s.column, *emit_stored(s.expr, stored)) for s in level]
        stored |= {name: dtype for name, _, dtype in made if dtype is not None}
        return [expr.alias(name) for name, expr, _ in made]


@dataclass(frozen=True)
class Stage:
    """Queries, then collections; ``spent`` is what nobody reads afterwards."""

    queries: tuple[Query, ...]
    aggregates: tuple[Aggregate, ...]
    moves: tuple[Gather | PoolUp, ...]
    spent: frozenset[Place]


@dataclass(frozen=True)
class Schedule:
    """All ``steps`` of a plan in as few stages as possible; only ``wanted`` columns are kept."""

    steps: tuple[Step, ...]
    wanted: frozenset[Place]
    stages: tuple[Stage, ...] = field(repr=False)


def schedule(steps: Iterable[Step], wanted: Iterable[Place]) -> Schedule:
    """Schedule steps that are given in an order in which they can be run."""
    ordered, kept = tuple(steps), frozenset(wanted)
    return Schedule(ordered, kept, _Scheduler(ordered, kept).stages())


class _Scheduler:
    def __init__(self, steps: Sequence[Step], wanted: frozenset[Place]) -> None:
        self._waiting = list(steps)
        self._wanted = wanted
        self._inputs = {id(step): frozenset(inputs(step)) for step in steps}
        self._unmade = {place for step in steps for place in outputs(step)}

    def stages(self) -> tuple[Stage, ...]:
        made: list[Stage] = []
        passing: set[Place] = set()
        while self._waiting:
            before = set(self._unmade)
            queries = tuple(self._queries())
            ready = self._ready()
            self._unmade.difference_update(place for step in ready for place in outputs(step))
            passing |= (before - self._unmade) - self._wanted
            spent = frozenset(passing - self._read_by(self._waiting))
            passing -= spent
            aggregates = tuple(s for s in ready if isinstance(s, Aggregate))
            moves = tuple(s for s in ready if isinstance(s, Gather | PoolUp))
            made.append(Stage(queries, aggregates, moves, spent))
        return tuple(made)

    def _read_by(self, steps: Iterable[Step]) -> set[Place]:
        return {place for step in steps for place in self._inputs[id(step)]}

    def _ready(self) -> list[Step]:
        """The steps over collections that can run now; they wait no longer."""
        ready: list[Step] = []
        later: list[Step] = []
        for step in self._waiting:
            fit = not isinstance(step, Compute) and self._unmade.isdisjoint(self._inputs[id(step)])
            (ready if fit else later).append(step)
        self._waiting = later
        return ready

    def _queries(self) -> Iterable[Query]:
        """All expressions that can be computed now, in one query for each space."""
        levels: dict[str, list[list[Compute]]] = {}
        level_of: dict[Place, int] = {}
        later: list[Step] = []
        for step in self._waiting:
            needs = self._inputs[id(step)] & self._unmade
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
        self._unmade -= level_of.keys()
        read_later = self._wanted | self._read_by(later)
        for space, queue in levels.items():
            own = {step.column for level in queue for step in level}
            read = {name for level in queue for s in level for _, name in self._inputs[id(s)]}
            kept = sorted(name for name in own if (space, name) in read_later)
            yield Query(space, tuple(sorted(read - own)), tuple(map(tuple, queue)), tuple(kept))
