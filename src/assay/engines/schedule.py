"""The order in which the steps of a plan run: all that is ready of one kind at a time.

It depends on the steps alone, so one schedule serves every run of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from assay.engines.emit import emit_stored
from assay.engines.plan import Place, inputs, outputs
from assay.rules.program import Aggregate, Compute, Gather, PoolUp, Step

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
