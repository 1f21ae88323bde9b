"""Running a plan on tables, stage by stage.

What was asked for is kept, what was only needed on the way is let go. Collections are stored in
the order of their owners, so sums over them are differences of a running total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import polars as pl

from assay.cel.program import Aggregate, Gather, PoolUp, Step
from assay.engine.aggregates import pool_up, segment_counts, segment_least, segment_sums
from assay.engine.dates import TODAY, numbered, steps_on_dates
from assay.engine.plan import (
    Facts,
    Place,
    Query,
    Schedule,
    definition,
    depending_on,
    inputs,
    outputs,
    plan,
    read_for,
    schedule,
)
from assay.engine.simplify import widened
from assay.tables.tables import Ints, Tables


class Execution:
    """One run of a schedule; ``made`` has what is there, and is given the wanted columns."""

    def __init__(self, tables: Tables, made: dict[Place, pl.Series], schedule: Schedule) -> None:
        self._tables = tables
        self._made = made
        self._schedule = schedule
        self._passing: dict[Place, pl.Series] = {}

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
                self._passing.pop(place, None)

    def _column(self, space: str, name: str) -> pl.Series:
        place = (space, name)
        for columns in (self._passing, self._made):
            if place in columns:
                return columns[place]
        return self._tables.column(space, name)

    def _keep(self, space: str, series: pl.Series) -> None:
        place = (space, series.name)
        (self._made if place in self._schedule.wanted else self._passing)[place] = series

    def _select(self, query: Query) -> None:
        given = {name: self._column(query.space, name) for name in query.read}
        height = self._tables.height(query.space)
        frame = pl.DataFrame(list(given.values()) or {"": pl.repeat(0, height, eager=True)}).lazy()
        for level in query.written({name: series.dtype for name, series in given.items()}):
            frame = frame.with_columns(level)
        # The plan is as simple as it gets: looking for more costs more than it finds.
        made = frame.select(query.kept).collect(optimizations=pl.QueryOptFlags.none())
        for series in made.iter_columns():
            # Polars forgets the height of a table of which only constants are asked.
            whole = len(series) == height
            self._keep(query.space, series if whole else series.new_from_index(0, height))

    def _gather(self, step: Gather) -> None:
        values = self._column(step.target, step.origin)
        index = self._column(step.space, step.link)
        if step.origin == "today" and self._tables.day is not None and not index.null_count():
            made = values.head(1).new_from_index(0, len(index)) if len(values) else values
        else:
            made = values.gather(index)
        self._keep(step.space, made.alias(step.column))

    # Collections -----------------------------------------------------------------------------

    def _aggregate(self, steps: Sequence[Aggregate]) -> None:
        counted: dict[tuple[str, str, str], list[tuple[str, pl.Series]]] = {}
        for step in steps:
            owners = self._tables.height(step.space)
            offsets = self._tables.offsets(step.elements, step.owner, owners)
            if step.reducer in ("distinct", "min", "max"):
                self._keep(step.space, self._reduced(step, offsets))
                continue
            if step.source is None:
                self._keep(step.space, pl.Series(step.column, np.diff(offsets), dtype=pl.Int64))
                continue
            values = self._column(step.elements, step.source)
            if step.reducer == "sum":
                sums = segment_sums(values, offsets)
                self._keep(step.space, pl.Series(step.column, sums))
                continue
            asked = values.is_null() if step.reducer == "unknown" else values
            key = (step.space, step.elements, step.owner)
            counted.setdefault(key, []).append((step.column, asked))
        for (space, elements, owner), asked_for in counted.items():
            offsets = self._tables.offsets(elements, owner, self._tables.height(space))
            counts = segment_counts([asked for _, asked in asked_for], offsets)
            for (name, _), count in zip(asked_for, counts, strict=True):
                self._keep(space, pl.Series(name, count))

    def _reduced(self, step: Aggregate, offsets: Ints) -> pl.Series:
        assert step.source is not None
        source = self._column(step.elements, step.source)
        if step.reducer == "min" and source.dtype.is_integer() and not source.null_count():
            return segment_least(source, offsets).alias(step.column)
        return self._grouped(step, len(offsets) - 1)

    def _grouped(self, step: Aggregate, owners: int) -> pl.Series:
        assert step.source is not None
        value = self._column(step.elements, step.source).alias("value")
        owner = self._column(step.elements, step.owner).alias("owner")
        known = pl.DataFrame([owner, value]).drop_nulls()
        column = pl.col("value")
        if step.reducer == "distinct":
            reduced = known.unique().group_by("owner").agg(pl.len().cast(pl.Int64).alias("value"))
        else:
            reduced = known.group_by("owner").agg(
                column.min() if step.reducer == "min" else column.max()
            )
        result = by_owner(reduced, owners).alias(step.column)
        return result.fill_null(0) if step.reducer == "distinct" else result

    def _pool(self, step: PoolUp) -> None:
        owners = self._tables.height(step.space)
        names = {
            "owner": step.owner,
            "keep": step.keep,
            "take": step.take,
            "cover": step.cover,
            "by": step.by,
        }
        rows = pl.DataFrame(
            [
                widened(self._column(step.elements, name)).alias(role)
                for role, name in names.items()
                if name is not None
            ]
        )
        for series in pool_up(step, rows, owners):
            self._keep(step.space, series)


def by_owner(frame: pl.DataFrame, owners: int) -> pl.Series:
    """Values of (owner, value) pairs in the order of owners, null where there is none."""
    owner, value = frame.columns
    every = pl.DataFrame({owner: pl.int_range(owners, dtype=pl.Int64, eager=True)})
    return every.join(frame, on=owner, how="left", maintain_order="left").get_column(value)


class LocalEngine:
    """Runs steps on tables and keeps the columns that were asked for."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._definitions: dict[Place, Step] = {}
        self._made: dict[Place, pl.Series] = {}
        self._dates: dict[str, int] = {}

    def run(self, steps: Iterable[Step]) -> None:
        """Add steps; their columns can be read from then on."""
        for step in steps:
            self._definitions[step.space, step.column] = step

    def add(self, space: str, *series: pl.Series) -> None:
        """Add columns made elsewhere, such as the outlook."""
        for one in series:
            self._made[space, one.name] = one

    def column(self, space: str, name: str) -> pl.Series:
        """A column of the tables or of a step."""
        place = (space, name)
        if place not in self._made:
            if definition(self._definitions, place) is None:
                return self.tables.column(space, name)
            self.make([place])
        return self._made[place]

    def has(self, space: str, name: str) -> bool:
        """Whether there is such a column, made or not."""
        place = (space, name)
        known = place in self._made or definition(self._definitions, place) is not None
        return known or name in self.tables.frames[space].columns

    def make(self, wanted: Iterable[Place]) -> None:
        """Make several columns together, which is faster than each by itself."""
        asked = [
            place
            for place in dict.fromkeys(wanted)
            if place not in self._made and definition(self._definitions, place) is not None
        ]
        if asked:
            planned = schedule(self._plan(asked, self._made.keys(), self), asked)
            Execution(self.tables, self._made, planned).run()

    def make_all(self) -> None:
        """Make every column, for a reader of most of them."""
        self.make(p for step in self._definitions.values() for p in outputs(step))

    def needs(self, wanted: Iterable[Place]) -> set[Place]:
        """The wanted columns and all they depend on, those of the tables included."""
        return read_for(self._definitions, wanted)

    def delta_plan(
        self, wanted: Iterable[Place], changed: Iterable[Place], other_rows: Iterable[str] = ()
    ) -> DeltaPlan:
        """A plan of the wanted columns for tables whose ``changed`` columns differ.

        Columns that do not depend on these are made now and kept. In the spaces ``other_rows``
        tables may even have other rows, so none of their columns are kept.
        """
        spaces = set(other_rows)
        resized = {p for s in self._definitions.values() if s.space in spaces for p in outputs(s)}
        resized |= {(space, name) for space in spaces for name in self.tables.frames[space].columns}
        targets, differing = list(wanted), resized | set(changed)
        affected = depending_on(self._definitions.values(), differing)
        self.make(place for place in targets if place not in affected)

        steps = self._plan(targets, self._made.keys() - affected, _FactsOfAll(self, differing))
        differing |= {p for s in steps if s.space in spaces for p in outputs(s)}
        dependent = depending_on(steps, differing)
        moving = [s for s in steps if not dependent.isdisjoint(outputs(s))]
        fixed = [s for s in steps if dependent.isdisjoint(outputs(s))]
        read = {place for step in moving for place in inputs(step)}
        frontier = read & {place for step in fixed for place in outputs(step)}
        Execution(self.tables, self._made, schedule(fixed, frontier)).run()
        kept = {p: s for p, s in self._made.items() if p in frontier or p not in affected}
        return DeltaPlan(schedule(moving, targets), kept)

    def varied(
        self,
        tables: Tables,
        steps: Iterable[Step],
        changed: Iterable[Place] = (),
        repeated: Iterable[Place] = (),
    ) -> LocalEngine:
        """An engine for other tables or steps that shares the columns they have in common.

        ``changed`` are the columns of ``tables`` that differ. Where a table has other rows, no
        column of it is shared, not even a constant one. If columns are going to be made by several
        such engines, name them as ``repeated``: all they have in common is then made once, here.
        """
        other = LocalEngine(tables)
        other.run(steps)
        definitions = other._definitions
        redefined = {
            made
            for place, step in definitions.items()
            if self._definitions.get(place) != step
            for made in outputs(step)
        }
        affected = depending_on(definitions.values(), redefined | set(changed))
        again = affected & read_for(definitions, repeated)
        self.make(
            place
            for step in definitions.values()
            if not again.isdisjoint(outputs(step))
            for place in inputs(step)
            if place not in affected
        )
        resized = {s for s in tables.frames if tables.height(s) != self.tables.height(s)}
        other._made = {
            p: s for p, s in self._made.items() if p not in affected and p[0] not in resized
        }
        return other

    def on_dates(
        self, wanted: Iterable[Place], days: Sequence[int]
    ) -> list[dict[Place, pl.Series]]:
        """The wanted columns on each of further ``days`` (ordinals), the same for all rows.

        They are made together with those on the day of the tables, which are kept.
        """
        targets = list(wanted)
        steps = list(self._definitions.values())
        dated = depending_on(steps, {TODAY})
        ahead = LocalEngine(self.tables)
        ahead.run((*steps, *steps_on_dates(steps, len(days))))
        ahead._made = dict(self._made)
        for number, day in enumerate(days, start=1):
            ahead._dates[numbered(TODAY[1], number)] = day
        there = [
            {p: (p[0], numbered(p[1], number)) if p in dated else p for p in targets}
            for number in range(1, len(days) + 1)
        ]
        ahead.make([*targets, *(place for places in there for place in places.values())])
        self._made |= {p: ahead._made[p] for p in targets if p in ahead._made}
        return [{p: ahead.column(*place) for p, place in places.items()} for places in there]

    def _plan(self, wanted: Sequence[Place], made: Set[Place], facts: Facts) -> list[Step]:
        """The steps that make the wanted columns, of which those of ``made`` are at hand."""
        missing = {p: s for p, s in self._definitions.items() if not made >= set(outputs(s))}
        return plan(missing, wanted, facts)

    # Facts about columns, for plans ----------------------------------------------------------

    def complete(self, space: str, column: str) -> bool:
        return self._present(space, column).null_count() == 0

    def constant(self, space: str, column: str) -> int | None:
        if column in self._dates:
            return self._dates[column]
        if column != "today" or self.tables.height(space) == 0:
            return None
        if self.tables.day is not None:
            return self.tables.day
        least, most = self.column(space, column).min(), self.column(space, column).max()
        return least if least == most and isinstance(least, int) else None

    def _present(self, space: str, column: str) -> pl.Series:
        made = self._made.get((space, column))
        return self.tables.column(space, column) if made is None else made


class _FactsOfAll:
    """Facts that hold for every table of a delta plan.

    The date differs but is never missing; nothing is known of other columns that differ.
    """

    def __init__(self, facts: Facts, differing: Set[Place]) -> None:
        self._facts = facts
        self._differing = differing

    def complete(self, space: str, column: str) -> bool:
        if (space, column) in self._differing and column != "today":
            return False
        return self._facts.complete(space, column)

    def constant(self, space: str, column: str) -> int | None:
        if (space, column) in self._differing:
            return None
        return self._facts.constant(space, column)


@dataclass(frozen=True)
class DeltaPlan:
    """The part of a plan that runs again when some columns change, and the columns kept for it."""

    schedule: Schedule
    kept: dict[Place, pl.Series]

    @property
    def columns(self) -> frozenset[Place]:
        """All columns that the steps read or define."""
        steps = self.schedule.steps
        return frozenset(p for step in steps for p in (*inputs(step), *outputs(step)))

    def followed_by(self, further: Sequence[Step]) -> DeltaPlan:
        """The same with steps that read from it; columns they define of profiles are wanted too."""
        more = {place for step in further for place in outputs(step) if place[0] == "profile"}
        return DeltaPlan(
            schedule([*self.schedule.steps, *further], self.schedule.wanted | more), self.kept
        )

    def on(
        self, tables: Tables, copied: Mapping[str, pl.Series] | None = None
    ) -> dict[Place, pl.Series]:
        """The wanted columns; ``copied`` gives by space the row that each row is a copy of."""
        made = dict(self.kept)
        if copied is not None:
            read = self.columns | self.schedule.wanted
            made = {
                place: series.gather(copied[place[0]])
                for place, series in self.kept.items()
                if place in read
            }
        Execution(tables, made, self.schedule).run()
        return {place: made[place] for place in self.schedule.wanted if place in made}
