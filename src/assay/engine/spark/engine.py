"""The distributed engine: the planned steps of a program as joins and group-bys of Spark.

Every space is a frame that grows by columns. What is gathered along a link is one join for all
columns that are ready, what is reduced over a collection one group-by. A frame that is read more
than once from there on is written to Parquet first and read back: a query that holds itself many
times over would be computed as often, and planned ever more slowly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from assay.cel.program import Aggregate, Compute, Gather, PoolUp, Step
from assay.engine.plan import Place, inputs, outputs, plan
from assay.engine.spark.emit import absent, counted, emit, pooled, quoted, when_absent, whole
from assay.engine.spark.tables import SparkTables
from assay.tables.parquet import ROW

Settle = Callable[[DataFrame], DataFrame]
"""Computes a frame, keeps it somewhere, and gives a frame that reads it from there."""


def run_on_spark(
    tables: SparkTables,
    definitions: Mapping[Place, Step],
    wanted: Sequence[Place],
    settle: Settle,
) -> dict[str, DataFrame]:
    """Frames by space that hold the wanted columns, and ``row``."""
    steps = plan(definitions, wanted, tables)
    return _Execution(tables, steps, wanted, settle).run()


def beside(frame: DataFrame, other: DataFrame, names: Mapping[str, str]) -> DataFrame:
    """A frame with columns of another run of the same rows, each under the name given for it."""
    added = other.select(ROW, *(quoted(column).alias(name) for column, name in names.items()))
    return frame.join(added, on=ROW, how="left")


class _Execution:
    """One run of a plan: all that is ready of one kind at a time."""

    def __init__(
        self, tables: SparkTables, steps: Sequence[Step], wanted: Sequence[Place], settle: Settle
    ) -> None:
        self._waiting = list(steps)
        self._wanted = set(wanted)
        self._settle = settle
        self._inputs = {id(step): frozenset(inputs(step)) for step in steps}
        self._unmade = {p for step in steps for p in outputs(step)}
        read = self._needed() | self._wanted
        spaces = {space for space, _ in read} | {space for space, _ in self._unmade}
        self._frames = {
            space: _only(tables.frame(space), (n for s, n in read - self._unmade if s == space))
            for space in spaces
        }
        self._changed: set[str] = set()

    def run(self) -> dict[str, DataFrame]:
        while self._waiting:
            self._compute()
            ready = self._ready()
            self._settle_what_is_read_twice(ready)
            joined = [
                *self._gathered([s for s in ready if isinstance(s, Gather)]),
                *self._counted([s for s in ready if isinstance(s, Aggregate)]),
                *self._pooled([s for s in ready if isinstance(s, PoolUp)]),
            ]
            for space, key, right, fill in joined:
                self._join(space, key, right, fill)
            for step in ready:
                self._unmade.difference_update(outputs(step))
            self._let_go()
        return self._frames

    def _needed(self) -> set[Place]:
        return {p for step in self._waiting for p in self._inputs[id(step)]}

    def _ready(self) -> list[Step]:
        def fits(step: Step) -> bool:
            return not isinstance(step, Compute) and self._unmade.isdisjoint(self._inputs[id(step)])

        ready = [step for step in self._waiting if fits(step)]
        self._waiting = [step for step in self._waiting if not fits(step)]
        return ready

    def _compute(self) -> None:
        """All expressions that can be computed now, each after those it reads."""
        moved = True
        while moved:
            now: dict[str, dict[str, Column]] = {}
            later: list[Step] = []
            for step in self._waiting:
                if isinstance(step, Compute) and self._unmade.isdisjoint(self._inputs[id(step)]):
                    now.setdefault(step.space, {})[step.column] = emit(step.expr)
                else:
                    later.append(step)
            for space, made in now.items():
                self._frames[space] = self._frames[space].withColumns(made)
                self._changed.add(space)
                self._unmade -= {(space, name) for name in made}
            self._waiting = later
            moved = bool(now)

    def _settle_what_is_read_twice(self, ready: Sequence[Step]) -> None:
        readings: dict[str, set[object]] = {}
        for step in ready:
            readings.setdefault(_source(step), set()).add(_grouping(step))
        still = self._needed() | self._wanted
        for space, several in readings.items():
            goes_on = any(s == space for s, _ in still)
            goes_on |= any(step.space == space for step in (*ready, *self._waiting))
            if space in self._changed and len(several) + goes_on > 1:
                keep = {n for s, n in still if s == space}
                keep |= {n for step in ready for s, n in self._inputs[id(step)] if s == space}
                frame = self._frames[space]
                self._frames[space] = self._settle(_only(frame, keep.intersection(frame.columns)))
                self._changed.discard(space)

    def _gathered(self, steps: Sequence[Gather]) -> Iterable[_Joined]:
        for (space, link, target), group in _groups(steps).items():
            origins = {s.column: s.origin for s in group if isinstance(s, Gather)}
            right = self._frames[target].select(
                quoted(ROW).alias(link), *(quoted(o).alias(c) for c, o in origins.items())
            )
            yield space, link, right, {}

    def _counted(self, steps: Sequence[Aggregate]) -> Iterable[_Joined]:
        for (space, elements, owner), group in _groups(steps).items():
            chosen = [s for s in group if isinstance(s, Aggregate)]
            right = counted(self._frames[elements], owner, chosen)
            yield space, ROW, right, {s.column: when_absent(s) for s in chosen}

    def _pooled(self, steps: Sequence[PoolUp]) -> Iterable[_Joined]:
        for (space, elements, owner, by), group in _groups(steps).items():
            chosen = [s for s in group if isinstance(s, PoolUp)]
            right = pooled(self._frames[elements], owner, by or None, chosen)
            fill = {name: value for s in chosen for name, value in absent(s).items()}
            yield space, ROW, right, fill

    def _join(self, space: str, key: str, right: DataFrame, fill: Mapping[str, int | None]) -> None:
        there = "there"
        frame = self._frames[space].join(right.withColumn(there, F.lit(True)), on=key, how="left")
        filled = {
            name: F.when(quoted(there).isNull(), whole(value)).otherwise(quoted(name))
            for name, value in fill.items()
            if value is not None
        }
        self._frames[space] = frame.withColumns(filled).drop(there)
        self._changed.add(space)

    def _let_go(self) -> None:
        """Drop the columns that nobody reads any more."""
        still = self._needed() | self._wanted
        for space in list(self._frames):
            names = {n for s, n in still if s == space}
            there = set(self._frames[space].columns)
            if not there <= names | {ROW}:
                self._frames[space] = _only(self._frames[space], names & there)


_Joined = tuple[str, str, DataFrame, Mapping[str, int | None]]
"""A space, the column its rows are joined by, what is joined, and what the absent ones have."""


def _only(frame: DataFrame, names: Iterable[str]) -> DataFrame:
    return frame.select(ROW, *(quoted(name) for name in sorted(set(names) - {ROW})))


def _source(step: Step) -> str:
    """The space whose rows a step reads to give them to another."""
    if isinstance(step, Gather):
        return step.target
    assert isinstance(step, Aggregate | PoolUp)
    return step.elements


def _grouping(step: Step) -> tuple[str, ...]:
    """Steps of the same grouping are made together; the first member is the space they make."""
    match step:
        case Gather():
            return step.space, step.link, step.target
        case Aggregate():
            return step.space, step.elements, step.owner
        case PoolUp():
            return step.space, step.elements, step.owner, step.by or ""
    raise AssertionError(step)


def _groups(steps: Sequence[Step]) -> dict[tuple[str, ...], list[Step]]:
    groups: dict[tuple[str, ...], list[Step]] = {}
    for step in steps:
        groups.setdefault(_grouping(step), []).append(step)
    return groups
