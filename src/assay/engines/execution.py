"""Running a plan on tables, stage by stage.

What was asked for is kept, what was only needed on the way is let go. Collections are stored in
the order of their owners, so sums over them are differences of a running total.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from assay.engines.aggregates import pool_up, segment_counts, segment_least, segment_sums
from assay.engines.plan import Place
from assay.engines.schedule import Query, Schedule
from assay.engines.widths import widened
from assay.rules.program import Aggregate, Gather, PoolUp
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
