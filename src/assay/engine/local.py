"""The embedded engine: runs plans on tables with Polars and NumPy.

Collections are stored in the order of their owners, so sums over them are differences of a running
total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import polars as pl

from assay.cel.program import Aggregate, Gather, PoolUp, Step
from assay.cel.steps import Place, dependencies, dependents, inputs, outputs
from assay.engine.aggregates import (
    pool_up,
    pool_within_reach,
    segment_counts,
    segment_extreme,
    segment_sums,
)
from assay.engine.dates import TODAY, numbered, steps_on_dates
from assay.engine.plan import Query, Schedule, Statistics, plan, schedule
from assay.tables.tables import Tables


class LocalEngine:
    """Runs steps on tables when their columns are read, and caches the columns."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._definitions: dict[Place, Step] = {}
        self._cache: dict[Place, pl.Series] = {}
        self._dates: dict[str, int] = {}

    def run(self, steps: Iterable[Step]) -> None:
        """Add steps, whose columns can then be read."""
        for step in steps:
            self._definitions[step.space, step.column] = step

    def add(self, space: str, *series: pl.Series) -> None:
        """Add columns computed elsewhere, such as the outlook."""
        for one in series:
            self._cache[space, one.name] = one

    def column(self, space: str, name: str) -> pl.Series:
        """Return a column of the tables or of a step."""
        place = (space, name)
        if place not in self._cache:
            if self._definitions.get(place) is None:
                return self.tables.column(space, name)
            self.make([place])
        return self._cache[place]

    def has(self, space: str, name: str) -> bool:
        """Whether the column exists, computed or not."""
        place = (space, name)
        known = place in self._cache or self._definitions.get(place) is not None
        return known or name in self.tables.frames[space].columns

    def make(self, wanted: Iterable[Place]) -> None:
        """Compute several columns together, which is faster than one at a time."""
        missing = [
            place
            for place in dict.fromkeys(wanted)
            if place not in self._cache and self._definitions.get(place) is not None
        ]
        if missing:
            planned = schedule(self._plan(missing, self._cache.keys(), self), missing)
            Execution(self.tables, self._cache, planned).run()

    def make_all(self) -> None:
        """Compute every column, for a reader of most of them."""
        self.make(p for step in self._definitions.values() for p in outputs(step))

    def needs(self, wanted: Iterable[Place]) -> set[Place]:
        """Wanted columns and all columns they depend on, including those of the tables."""
        return dependencies(self._definitions, wanted)

    def delta_plan(
        self, wanted: Iterable[Place], changed: Iterable[Place], other_rows: Iterable[str] = ()
    ) -> DeltaPlan:
        """Plan the wanted columns for tables whose ``changed`` columns differ.

        Columns that do not depend on these are computed once, now. Tables may even have other rows
        in the spaces ``other_rows``, so no column of these spaces is reused.
        """
        spaces = set(other_rows)
        resized = {p for s in self._definitions.values() if s.space in spaces for p in outputs(s)}
        resized |= {(space, name) for space in spaces for name in self.tables.frames[space].columns}
        targets, differing = list(wanted), resized | set(changed)
        affected = dependents(self._definitions.values(), differing)
        self.make(place for place in targets if place not in affected)

        reusable = self._cache.keys() - affected
        steps = self._plan(targets, reusable, _SharedStatistics(self, differing))
        differing |= {p for s in steps if s.space in spaces for p in outputs(s)}
        dependent = dependents(steps, differing)
        moving = [s for s in steps if not dependent.isdisjoint(outputs(s))]
        fixed = [s for s in steps if dependent.isdisjoint(outputs(s))]
        read = {place for step in moving for place in inputs(step)}
        frontier = read & {place for step in fixed for place in outputs(step)}
        Execution(self.tables, self._cache, schedule(fixed, frontier)).run()
        kept = {p: s for p, s in self._cache.items() if p in frontier or p not in affected}
        return DeltaPlan(schedule(moving, targets), kept)

    def derive(
        self,
        tables: Tables,
        steps: Iterable[Step],
        changed: Iterable[Place] = (),
        repeated: Iterable[Place] = (),
    ) -> LocalEngine:
        """Create an engine for other tables or steps that reuses the columns they share.

        ``changed`` are the columns of ``tables`` that differ. If a table has other rows, no column
        of it is shared, not even a constant one. ``repeated`` are columns that several such engines
        will compute: whatever these share is computed once, here.
        """
        other = LocalEngine(tables)
        other.run(steps)
        definitions = other._definitions
        redefined = {
            place
            for key, step in definitions.items()
            if self._definitions.get(key) != step
            for place in outputs(step)
        }
        affected = dependents(definitions.values(), redefined | set(changed))
        recomputed = affected & dependencies(definitions, repeated)
        self.make(
            place
            for step in definitions.values()
            if not recomputed.isdisjoint(outputs(step))
            for place in inputs(step)
            if place not in affected
        )
        resized = {s for s in tables.frames if tables.height(s) != self.tables.height(s)}
        other._cache = {
            p: s for p, s in self._cache.items() if p not in affected and p[0] not in resized
        }
        return other

    def on_dates(
        self, wanted: Iterable[Place], days: Sequence[int]
    ) -> list[dict[Place, pl.Series]]:
        """Compute the wanted columns on each of ``days`` (ordinals), the same for all rows.

        They are computed together with those on the day of the tables, which are cached.
        """
        targets = list(wanted)
        steps = list(self._definitions.values())
        dated = dependents(steps, {TODAY})
        ahead = LocalEngine(self.tables)
        ahead.run((*steps, *steps_on_dates(steps, len(days))))
        ahead._cache = dict(self._cache)
        ahead._dates = {numbered(TODAY[1], n): day for n, day in enumerate(days, start=1)}
        by_day = [
            {p: (p[0], numbered(p[1], number)) if p in dated else p for p in targets}
            for number in range(1, len(days) + 1)
        ]
        ahead.make([*targets, *(place for places in by_day for place in places.values())])
        self._cache |= {p: ahead._cache[p] for p in targets if p in ahead._cache}
        return [{p: ahead.column(*place) for p, place in places.items()} for places in by_day]

    def _plan(
        self, wanted: Sequence[Place], available: Set[Place], statistics: Statistics
    ) -> list[Step]:
        """Steps that compute the wanted columns from the available ones."""
        missing = {p: s for p, s in self._definitions.items() if not available >= set(outputs(s))}
        return plan(missing, wanted, statistics)

    # Statistics of columns, for plans ---------------------------------------------------------

    def complete(self, space: str, column: str) -> bool:
        cached = self._cache.get((space, column))
        series = self.tables.column(space, column) if cached is None else cached
        return series.null_count() == 0

    def constant(self, space: str, column: str) -> int | None:
        if column in self._dates:
            return self._dates[column]
        if column != "today" or self.tables.height(space) == 0:
            return None
        if self.tables.day is not None:
            return self.tables.day
        least, most = self.column(space, column).min(), self.column(space, column).max()
        return least if least == most and isinstance(least, int) else None


class _SharedStatistics:
    """Statistics that hold for every table of a delta plan.

    Dates may differ but are never null; nothing is known about other columns that differ.
    """

    def __init__(self, statistics: Statistics, differing: Set[Place]) -> None:
        self._statistics = statistics
        self._differing = differing

    def complete(self, space: str, column: str) -> bool:
        if (space, column) in self._differing and column != "today":
            return False
        return self._statistics.complete(space, column)

    def constant(self, space: str, column: str) -> int | None:
        if (space, column) in self._differing:
            return None
        return self._statistics.constant(space, column)


@dataclass(frozen=True)
class DeltaPlan:
    """The part of a plan that runs again if some columns change; ``kept`` columns do not change."""

    schedule: Schedule
    kept: dict[Place, pl.Series]

    @property
    def columns(self) -> frozenset[Place]:
        """All columns that the steps read or define."""
        steps = self.schedule.steps
        return frozenset(p for step in steps for p in (*inputs(step), *outputs(step)))

    def followed_by(self, further: Sequence[Step]) -> DeltaPlan:
        """Append steps, and their profile columns to the wanted ones."""
        more = {place for step in further for place in outputs(step) if place[0] == "profile"}
        return DeltaPlan(
            schedule([*self.schedule.steps, *further], self.schedule.wanted | more), self.kept
        )

    def on(
        self, tables: Tables, copied: Mapping[str, pl.Series] | None = None
    ) -> dict[Place, pl.Series]:
        """Compute the wanted columns.

        ``copied`` gives, by space, the row that each row of ``tables`` is a copy of.
        """
        columns = dict(self.kept)
        if copied is not None:
            read = self.columns | self.schedule.wanted
            columns = {
                place: series.gather(copied[place[0]])
                for place, series in self.kept.items()
                if place in read
            }
        Execution(tables, columns, self.schedule).run()
        return {place: columns[place] for place in self.schedule.wanted if place in columns}


class Execution:
    """One run of a schedule; reads from ``columns`` and adds the wanted ones to it."""

    def __init__(self, tables: Tables, columns: dict[Place, pl.Series], schedule: Schedule) -> None:
        self._tables = tables
        self._columns = columns
        self._schedule = schedule
        self._temporary: dict[Place, pl.Series] = {}

    def run(self) -> None:
        for stage in self._schedule.stages:
            for query in stage.queries:
                self._select(query)
            self._aggregate(stage.aggregates)
            for step in stage.moves:
                if isinstance(step, Gather):
                    self._gather(step)
                else:
                    self._pool(step)
            for place in stage.spent:
                self._temporary.pop(place, None)

    def _column(self, space: str, name: str) -> pl.Series:
        place = (space, name)
        for columns in (self._temporary, self._columns):
            if place in columns:
                return columns[place]
        return self._tables.column(space, name)

    def _store(self, space: str, series: pl.Series) -> None:
        place = (space, series.name)
        (self._columns if place in self._schedule.wanted else self._temporary)[place] = series

    def _select(self, query: Query) -> None:
        read = {name: self._column(query.space, name) for name in query.read}
        height = self._tables.height(query.space)
        frame = pl.DataFrame(list(read.values()) or {"": pl.repeat(0, height, eager=True)}).lazy()
        for level in query.exprs({name: series.dtype for name, series in read.items()}):
            frame = frame.with_columns(level)
        # The plan is minimal already: the optimizer costs more time than it saves.
        result = frame.select(query.results).collect(optimizations=pl.QueryOptFlags.none())
        for series in result.iter_columns():
            # Polars drops the height of a table if only constants are selected.
            whole = len(series) == height
            self._store(query.space, series if whole else series.new_from_index(0, height))

    def _gather(self, step: Gather) -> None:
        values = self._column(step.target, step.origin)
        index = self._column(step.space, step.link)
        if step.origin == "today" and self._tables.day is not None and not index.null_count():
            # One day for all rows: repeating it is faster than gathering.
            gathered = values.head(1).new_from_index(0, len(index)) if len(values) else values
        else:
            gathered = values.gather(index)
        self._store(step.space, gathered.alias(step.column))

    def _aggregate(self, steps: Sequence[Aggregate]) -> None:
        conditions: dict[tuple[str, str, str], list[tuple[str, pl.Series]]] = {}
        for step in steps:
            if step.reducer in ("true", "unknown"):
                assert step.source is not None
                values = self._column(step.elements, step.source)
                condition = values.is_null() if step.reducer == "unknown" else values
                key = (step.space, step.elements, step.owner)
                conditions.setdefault(key, []).append((step.column, condition))
            else:
                self._store(step.space, self._reduce(step).alias(step.column))
        for (space, elements, owner), named in conditions.items():
            offsets = self._tables.offsets(elements, owner, self._tables.height(space))
            counts = segment_counts([condition for _, condition in named], offsets)
            for (name, _), count in zip(named, counts, strict=True):
                self._store(space, pl.Series(name, count))

    def _reduce(self, step: Aggregate) -> pl.Series:
        offsets = self._tables.offsets(step.elements, step.owner, self._tables.height(step.space))
        if step.source is None:
            return pl.Series(np.diff(offsets), dtype=pl.Int64)
        values = self._column(step.elements, step.source)
        if step.reducer == "sum":
            return pl.Series(segment_sums(values, offsets))
        whole = values.dtype.is_integer() and not values.null_count()
        if whole and step.reducer in ("min", "max"):
            return segment_extreme(values, offsets, greatest=step.reducer == "max")
        return self._group(step, values, len(offsets) - 1)

    def _group(self, step: Aggregate, values: pl.Series, owners: int) -> pl.Series:
        value = pl.col("value")
        owner = self._column(step.elements, step.owner).alias("owner")
        known = pl.DataFrame([owner, values.alias("value")]).drop_nulls()
        if step.reducer == "distinct":
            reduced = known.unique().group_by("owner").agg(pl.len().cast(pl.Int64).alias("value"))
        else:
            reduced = known.group_by("owner").agg(
                value.min() if step.reducer == "min" else value.max()
            )
        every = pl.DataFrame({"owner": pl.int_range(owners, dtype=pl.Int64, eager=True)})
        by_owner = every.join(reduced, on="owner", how="left", maintain_order="left")
        result = by_owner.get_column("value")
        return result.fill_null(0) if step.reducer == "distinct" else result

    def _pool(self, step: PoolUp) -> None:
        names = {"keep": step.keep, "take": step.take, "by": step.by, "weight": step.weight}
        if step.peer is not None:
            names = {"owner": step.owner, "peer": step.peer, **names}
        rows = pl.DataFrame(
            [
                self._column(step.elements, name).alias(role)
                for role, name in names.items()
                if name is not None
            ]
        )
        owners = self._tables.height(step.space)
        if step.peer is not None:
            self._store(step.space, pool_within_reach(step, rows, owners))
            return
        self._store(
            step.space, pool_up(step, rows, self._tables.offsets(step.elements, step.owner, owners))
        )
