"""The distributed engine: runs plans on tables as joins and group-bys of Spark.

Every space is a frame that gains columns. All columns that are ready to be gathered along a link
take one join, all aggregates over a collection one group-by. A frame that several later steps read
is first written to Parquet and read back: Spark would otherwise compute it once for each of them,
and plan ever larger queries.
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
"""Computes and stores a frame, and returns a frame that reads the stored one."""


def run_on_spark(
    tables: SparkTables,
    definitions: Mapping[Place, Step],
    wanted: Sequence[Place],
    settle: Settle,
) -> dict[str, DataFrame]:
    """Compute the wanted columns; return frames by space that contain them and ``row``."""
    steps = plan(definitions, wanted, tables)
    return _Execution(tables, steps, wanted, settle).run()


def beside(frame: DataFrame, other: DataFrame, names: Mapping[str, str]) -> DataFrame:
    """Add columns of another run over the same rows, under the names given by ``names``."""
    added = other.select(ROW, *(quoted(column).alias(name) for column, name in names.items()))
    return frame.join(added, on=ROW, how="left")


class _Execution:
    """One run of a plan, which runs all ready steps of a kind together."""

    def __init__(
        self, tables: SparkTables, steps: Sequence[Step], wanted: Sequence[Place], settle: Settle
    ) -> None:
        self._waiting = list(steps)
        self._wanted = set(wanted)
        self._settle = settle
        self._inputs = {id(step): frozenset(inputs(step)) for step in steps}
        self._missing = {p for step in steps for p in outputs(step)}
        read = self._needed() | self._wanted
        spaces = {space for space, _ in read} | {space for space, _ in self._missing}
        self._frames = {
            space: _only(tables.frame(space), (n for s, n in read - self._missing if s == space))
            for space in spaces
        }
        self._changed: set[str] = set()

    def run(self) -> dict[str, DataFrame]:
        while self._waiting:
            self._compute()
            ready = self._ready()
            self._settle_shared(ready)
            joined = [
                *self._gather([s for s in ready if isinstance(s, Gather)]),
                *self._aggregate([s for s in ready if isinstance(s, Aggregate)]),
                *self._pool([s for s in ready if isinstance(s, PoolUp)]),
            ]
            for space, key, right, fill in joined:
                self._join(space, key, right, fill)
            for step in ready:
                self._missing.difference_update(outputs(step))
            self._drop_unread()
        return self._frames

    def _needed(self) -> set[Place]:
        return {p for step in self._waiting for p in self._inputs[id(step)]}

    def _ready(self) -> list[Step]:
        def fits(step: Step) -> bool:
            return not isinstance(step, Compute) and self._missing.isdisjoint(
                self._inputs[id(step)]
            )

        ready = [step for step in self._waiting if fits(step)]
        self._waiting = [step for step in self._waiting if not fits(step)]
        return ready

    def _compute(self) -> None:
        """Run all expressions whose input is computed, until none is left."""
        progress = True
        while progress:
            now: dict[str, dict[str, Column]] = {}
            later: list[Step] = []
            for step in self._waiting:
                if isinstance(step, Compute) and self._missing.isdisjoint(self._inputs[id(step)]):
                    now.setdefault(step.space, {})[step.column] = emit(step.expr)
                else:
                    later.append(step)
            for space, columns in now.items():
                self._frames[space] = self._frames[space].withColumns(columns)
                self._changed.add(space)
                self._missing -= {(space, name) for name in columns}
            self._waiting = later
            progress = bool(now)

    def _settle_shared(self, ready: Sequence[Step]) -> None:
        """Settle the changed frames that more than one group of steps reads."""
        groups: dict[str, set[object]] = {}
        for step in ready:
            groups.setdefault(_source(step), set()).add(_grouping(step))
        read_later = self._needed() | self._wanted
        for space, readers in groups.items():
            in_use = any(s == space for s, _ in read_later)
            in_use |= any(step.space == space for step in (*ready, *self._waiting))
            if space in self._changed and len(readers) + in_use > 1:
                keep = {n for s, n in read_later if s == space}
                keep |= {n for step in ready for s, n in self._inputs[id(step)] if s == space}
                frame = self._frames[space]
                self._frames[space] = self._settle(_only(frame, keep.intersection(frame.columns)))
                self._changed.discard(space)

    def _gather(self, steps: Sequence[Gather]) -> Iterable[_Joined]:
        for (space, link, target), group in _groups(steps).items():
            origins = {s.column: s.origin for s in group if isinstance(s, Gather)}
            right = self._frames[target].select(
                quoted(ROW).alias(link), *(quoted(o).alias(c) for c, o in origins.items())
            )
            yield space, link, right, {}

    def _aggregate(self, steps: Sequence[Aggregate]) -> Iterable[_Joined]:
        for (space, elements, owner), group in _groups(steps).items():
            chosen = [s for s in group if isinstance(s, Aggregate)]
            right = counted(self._frames[elements], owner, chosen)
            yield space, ROW, right, {s.column: when_absent(s) for s in chosen}

    def _pool(self, steps: Sequence[PoolUp]) -> Iterable[_Joined]:
        for (space, elements, owner, by), group in _groups(steps).items():
            chosen = [s for s in group if isinstance(s, PoolUp)]
            right = pooled(self._frames[elements], owner, by or None, chosen)
            fill = {name: value for s in chosen for name, value in absent(s).items()}
            yield space, ROW, right, fill

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

    def _drop_unread(self) -> None:
        """Drop columns that no later step reads."""
        read_later = self._needed() | self._wanted
        for space, frame in list(self._frames.items()):
            names = {n for s, n in read_later if s == space}
            present = set(frame.columns)
            if not present <= names | {ROW}:
                self._frames[space] = _only(frame, names & present)


_Joined = tuple[str, str, DataFrame, Mapping[str, int | None]]
"""A space, the column to join by, the frame to join, and the values of rows without a match."""


def _only(frame: DataFrame, names: Iterable[str]) -> DataFrame:
    return frame.select(ROW, *(quoted(name) for name in sorted(set(names) - {ROW})))


def _source(step: Step) -> str:
    """Space whose rows a step over links or collections reads."""
    if isinstance(step, Gather):
        return step.target
    assert isinstance(step, Aggregate | PoolUp)
    return step.elements


def _grouping(step: Step) -> tuple[str, ...]:
    """Key of the steps that run together; its first item is the space of their columns."""
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
