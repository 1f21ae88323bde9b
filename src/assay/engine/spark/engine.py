"""The distributed engine: runs plans on tables as joins and group-bys of Spark.

Every space is a frame that gains columns. All columns that are ready to be gathered along a link
take one join, all aggregates over a collection one group-by. A frame that several later steps read
is first written to Parquet and read back: Spark would otherwise compute it once for each of them,
and plan ever larger queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import TypeVar

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from assay.cel.program import Aggregate, Gather, PoolUp, Step
from assay.cel.steps import Place, inputs, outputs
from assay.engine.plan import Schedule, Stage, plan, schedule
from assay.engine.spark.emit import counted, emit, pooled, quoted, when_absent, whole, within_reach
from assay.engine.spark.tables import SparkTables
from assay.tables.parquet import ROW

Settle = Callable[[DataFrame], DataFrame]
"""Computes and stores a frame, and returns a frame that reads the stored one."""

_Joined = tuple[str, str, DataFrame, Mapping[str, int | None]]
"""A space, the column to join by, the frame to join, and the values of rows without a match."""

_Move = Gather | Aggregate | PoolUp
_M = TypeVar("_M", Gather, Aggregate, PoolUp)


def run_on_spark(
    tables: SparkTables,
    definitions: Mapping[Place, Step],
    wanted: Sequence[Place],
    settle: Settle,
) -> dict[str, DataFrame]:
    """Compute the wanted columns; return frames by space that contain them and ``row``."""
    steps = plan(definitions, wanted, tables)
    return _Execution(tables, schedule(steps, wanted), settle).run()


def beside(frame: DataFrame, other: DataFrame, names: Mapping[str, str]) -> DataFrame:
    """Add columns of another run over the same rows, under the names given by ``names``."""
    added = other.select(ROW, *(quoted(column).alias(name) for column, name in names.items()))
    return frame.join(added, on=ROW, how="left")


class _Execution:
    """One run of a schedule."""

    def __init__(self, tables: SparkTables, schedule: Schedule, settle: Settle) -> None:
        self._schedule = schedule
        self._settle = settle
        computed = {place for step in schedule.steps for place in outputs(step)}
        read = {place for step in schedule.steps for place in inputs(step)} | schedule.wanted
        self._frames = {
            space: _only(tables.frame(space), (n for s, n in read - computed if s == space))
            for space in {space for space, _ in read | computed}
        }
        self._changed: set[str] = set()

    def run(self) -> dict[str, DataFrame]:
        stages = self._schedule.stages
        for number, stage in enumerate(stages):
            for query in stage.queries:
                for level in query.levels:
                    columns = {step.column: emit(step.expr) for step in level}
                    self._frames[query.space] = self._frames[query.space].withColumns(columns)
                self._changed.add(query.space)
            later = [step for following in stages[number + 1 :] for step in _steps(following)]
            read = self._schedule.wanted | {place for step in later for place in inputs(step)}
            self._settle_shared((*stage.moves, *stage.aggregates), later, read)
            joined = [
                *self._gather([s for s in stage.moves if isinstance(s, Gather)]),
                *self._aggregate(stage.aggregates),
                *self._pool([s for s in stage.moves if isinstance(s, PoolUp)]),
            ]
            for space, key, right, fill in joined:
                self._join(space, key, right, fill)
            self._drop_unread(read)
        return self._frames

    def _settle_shared(
        self, moves: Sequence[_Move], later: Sequence[Step], read: Set[Place]
    ) -> None:
        """Settle the changed frames that more than one group of steps reads."""
        groups: dict[str, set[object]] = {}
        for step in moves:
            source = step.target if isinstance(step, Gather) else step.elements
            groups.setdefault(source, set()).add(_grouping(step))
        for space, readers in groups.items():
            in_use = any(s == space for s, _ in read)
            in_use |= any(step.space == space for step in (*moves, *later))
            if space in self._changed and len(readers) + in_use > 1:
                frame = self._frames[space]
                names = {n for s, n in read if s == space}
                names |= {n for step in moves for s, n in inputs(step) if s == space}
                self._frames[space] = self._settle(_only(frame, names.intersection(frame.columns)))
                self._changed.discard(space)

    def _gather(self, steps: Sequence[Gather]) -> Iterator[_Joined]:
        for (space, link, target), group in _groups(steps).items():
            right = self._frames[target].select(
                quoted(ROW).alias(link), *(quoted(s.origin).alias(s.column) for s in group)
            )
            yield space, link, right, {}

    def _aggregate(self, steps: Sequence[Aggregate]) -> Iterator[_Joined]:
        for (space, elements, owner), group in _groups(steps).items():
            right = counted(self._frames[elements], owner, group)
            yield space, ROW, right, {s.column: when_absent(s) for s in group}

    def _pool(self, steps: Sequence[PoolUp]) -> Iterator[_Joined]:
        for (space, elements, owner, by, *_), group in _groups(steps).items():
            rows = self._frames[elements]
            if group[0].hops is not None:
                rows = within_reach(rows, group[0])
            right = pooled(rows, owner, by or None, group)
            yield space, ROW, right, {s.column: s.empty for s in group}

    def _join(self, space: str, key: str, right: DataFrame, fill: Mapping[str, int | None]) -> None:
        matched = "there"
        frame = self._frames[space].join(right.withColumn(matched, F.lit(True)), on=key, how="left")
        filled = {
            name: F.when(quoted(matched).isNull(), whole(value)).otherwise(quoted(name))
            for name, value in fill.items()
            if value is not None
        }
        self._frames[space] = frame.withColumns(filled).drop(matched)
        self._changed.add(space)

    def _drop_unread(self, read: Set[Place]) -> None:
        """Drop columns that no later step reads."""
        for space, frame in list(self._frames.items()):
            names = {n for s, n in read if s == space}
            present = set(frame.columns)
            if not present <= names | {ROW}:
                self._frames[space] = _only(frame, names & present)


def _steps(stage: Stage) -> Iterator[Step]:
    for query in stage.queries:
        for level in query.levels:
            yield from level
    yield from stage.aggregates
    yield from stage.moves


def _only(frame: DataFrame, names: Iterable[str]) -> DataFrame:
    return frame.select(ROW, *(quoted(name) for name in sorted(set(names) - {ROW})))


def _groups(steps: Iterable[_M]) -> dict[tuple[str, ...], list[_M]]:
    groups: dict[tuple[str, ...], list[_M]] = {}
    for step in steps:
        groups.setdefault(_grouping(step), []).append(step)
    return groups


def _grouping(step: _Move) -> tuple[str, ...]:
    """Key of the steps that run together; its first item is the space of their columns."""
    match step:
        case Gather():
            return step.space, step.link, step.target
        case Aggregate():
            return step.space, step.elements, step.owner
        case PoolUp():
            # Each pool that follows paths is one group.
            paths = () if step.hops is None else (step.column,)
            return step.space, step.elements, step.owner, step.by or "", *paths
