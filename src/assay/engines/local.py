"""The embedded engine: programs run on Polars tables in memory.

Columns are made when somebody reads them, with what else they need and nothing more; what was
read is kept, what was only needed on the way is let go. Collections are stored in the order of
their owners, so sums over them are differences of a running total.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import polars as pl

from assay.engines.emit import emit
from assay.engines.plan import Facts, Place, definition, inputs, outputs, plan
from assay.engines.pool import pool_up
from assay.engines.segments import segment_counts, segment_sums
from assay.rules.program import Aggregate, Compute, Gather, PoolUp, Step
from assay.tables.tables import Tables


class LocalEngine:
    """Runs steps on tables and keeps the columns that were asked for."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._definitions: dict[Place, Step] = {}
        self._taken_up: list[tuple[Step, ...]] = []
        self._made: dict[Place, pl.Series] = {}

    def run(self, steps: Iterable[Step]) -> None:
        """Take up steps; their columns can be read from then on."""
        given = steps if isinstance(steps, tuple) else tuple(steps)
        self._taken_up.append(given)
        for step in given:
            self._definitions[step.space, step.column] = step

    def add(self, space: str, *series: pl.Series) -> None:
        """Add columns made elsewhere, such as the outlook."""
        for one in series:
            self._made[space, one.name] = one

    def column(self, space: str, name: str) -> pl.Series:
        """A column of the tables, or of a step that was taken up."""
        place = (space, name)
        if place not in self._made:
            if definition(self._definitions, place) is None:
                return self.tables.column(space, name)
            self.make([place])
        return self._made[place]

    def make(self, wanted: Iterable[Place]) -> None:
        """Make several columns together, which is faster than one after the other."""
        asked = [
            place
            for place in dict.fromkeys(wanted)
            if place not in self._made and definition(self._definitions, place) is not None
        ]
        if not asked:
            return
        if self._made:
            steps = plan(self._undone(), asked, self)
        else:
            steps = _PLANS.plan(self._taken_up, self._definitions, asked, self)
        _Execution(self, self._made, steps, asked).run()

    def make_all(self) -> None:
        """Make every column, for whoever is going to read most of them."""
        self.make(p for step in self._definitions.values() for p in outputs(step))

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """The tables by space with all columns."""
        self.make_all()
        frames = dict(self.tables.frames)
        for (space, name), series in self._made.items():
            frames[space] = frames[space].with_columns(series.alias(name))
        return frames

    def needs(self, wanted: Iterable[Place]) -> set[Place]:
        """All columns the wanted ones hang on, those of the tables included."""
        found: set[Place] = set()
        waiting = list(wanted)
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                step = definition(self._definitions, place)
                waiting += inputs(step) if step else ()
        return found

    def share(self, wanted: Iterable[Place], changed: Iterable[Place]) -> None:
        """Make and keep what engines ``varied`` in ``changed`` will read for ``wanted``."""
        moving = set(changed)
        steps = plan(self._undone(), wanted, _Moving(self, moving))
        touched = _touched(steps, moving)
        frontier = {
            read
            for step in steps
            if any(made in touched for made in outputs(step))
            for read in inputs(step)
            if read not in touched and definition(self._definitions, read) is not None
        }
        self.make(sorted(frontier))

    def varied(
        self, tables: Tables, steps: Iterable[Step], changed: Iterable[Place]
    ) -> LocalEngine:
        """An engine for other tables or steps that shares the columns they have in common.

        ``changed`` are the columns of ``tables`` that differ. Where a table has other rows, even
        a constant column of it is made anew.
        """
        other = LocalEngine(tables)
        other.run(steps)
        redefined = {
            made
            for place, step in other._definitions.items()
            if self._definitions.get(place) != step
            for made in outputs(step)
        }
        touched = _touched(other._definitions.values(), redefined | set(changed))
        resized = {s for s in tables.frames if tables.height(s) != self.tables.height(s)}
        other._made = {
            p: s for p, s in self._made.items() if p not in touched and p[0] not in resized
        }
        return other

    def _undone(self) -> dict[Place, Step]:
        """The definitions of columns that are not there yet."""
        return {
            place: step
            for place, step in self._definitions.items()
            if any(made not in self._made for made in outputs(step))
        }

    # What plans are told ---------------------------------------------------------------------

    def complete(self, space: str, column: str) -> bool:
        return self._present(space, column).null_count() == 0

    def constant(self, space: str, column: str) -> int | None:
        if column != "today" or self.tables.height(space) == 0:
            return None
        if self.tables.day is not None:
            return self.tables.day
        least, most = self.column(space, column).min(), self.column(space, column).max()
        return least if least == most and isinstance(least, int) else None

    def _present(self, space: str, column: str) -> pl.Series:
        made = self._made.get((space, column))
        return self.tables.column(space, column) if made is None else made


def _touched(steps: Iterable[Step], changed: set[Place]) -> set[Place]:
    """What hangs on the changed columns, by steps that follow what they read from."""
    touched = set(changed)
    for step in steps:
        if not touched.isdisjoint(inputs(step)):
            touched.update(outputs(step))
    return touched


class _Moving:
    """Facts that also hold where some columns change from one engine to the next."""

    def __init__(self, facts: Facts, changed: set[Place]) -> None:
        self._facts = facts
        self._changed = changed

    def complete(self, space: str, column: str) -> bool:
        return self._facts.complete(space, column)

    def constant(self, space: str, column: str) -> int | None:
        if (space, column) in self._changed:
            return None
        return self._facts.constant(space, column)


class _Plans:
    """The plans made last: the same rules over the same kind of tables are planned once."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._plans: dict[object, tuple[_Noted, list[tuple[Step, ...]], list[Step]]] = {}

    def plan(
        self,
        programs: list[tuple[Step, ...]],
        definitions: Mapping[Place, Step],
        wanted: Sequence[Place],
        facts: Facts,
    ) -> list[Step]:
        # Holding on to the programs keeps their identities from being given to others.
        key = (tuple(map(id, programs)), tuple(wanted))
        found = self._plans.get(key)
        if found is not None and found[0].hold(facts):
            return found[2]
        noted = _Noted(facts)
        steps = plan(definitions, wanted, noted)
        if len(self._plans) >= self._room:
            self._plans.pop(next(iter(self._plans)))
        self._plans[key] = (noted, list(programs), steps)
        noted.forget_tables()
        return steps


class _Noted:
    """Facts, and which of them were asked for."""

    def __init__(self, facts: Facts) -> None:
        self._facts: Facts | None = facts
        self._complete: dict[Place, bool] = {}
        self._constant: dict[Place, int | None] = {}

    def complete(self, space: str, column: str) -> bool:
        assert self._facts is not None
        answer = self._facts.complete(space, column)
        self._complete[space, column] = answer
        return answer

    def constant(self, space: str, column: str) -> int | None:
        assert self._facts is not None
        answer = self._facts.constant(space, column)
        self._constant[space, column] = answer
        return answer

    def forget_tables(self) -> None:
        self._facts = None

    def hold(self, facts: Facts) -> bool:
        """Whether every answer would be the same."""
        return all(facts.complete(*p) == a for p, a in self._complete.items()) and all(
            facts.constant(*p) == a for p, a in self._constant.items()
        )


_PLANS = _Plans(16)


class _Execution:
    """One run of a plan: all that is ready of one kind at a time."""

    def __init__(
        self,
        engine: LocalEngine,
        made: dict[Place, pl.Series],
        steps: Sequence[Step],
        wanted: Iterable[Place],
    ) -> None:
        self._tables = engine.tables
        self._made = made
        self._waiting = list(steps)
        self._inputs = {id(step): frozenset(inputs(step)) for step in steps}
        self._wanted = set(wanted)
        self._passing: dict[Place, pl.Series] = {}
        self._unmade = {p for step in steps for p in outputs(step)}

    def run(self) -> None:
        while self._waiting:
            self._compute()
            ready = self._take(lambda step: not isinstance(step, Compute))
            self._aggregate([s for s in ready if isinstance(s, Aggregate)])
            for step in ready:
                if isinstance(step, Gather):
                    values = self._column(step.target, step.origin)
                    index = self._column(step.space, step.link)
                    self._keep(step.space, values.gather(index).alias(step.column))
                elif isinstance(step, PoolUp):
                    self._pool(step)
            self._let_go()

    def _take(self, kind: Callable[[Step], bool]) -> list[Step]:
        ready: list[Step] = []
        later: list[Step] = []
        for step in self._waiting:
            fit = kind(step) and self._unmade.isdisjoint(self._inputs[id(step)])
            (ready if fit else later).append(step)
        self._waiting = later
        return ready

    def _column(self, space: str, name: str) -> pl.Series:
        place = (space, name)
        for columns in (self._passing, self._made):
            if place in columns:
                return columns[place]
        return self._tables.column(space, name)

    def _keep(self, space: str, series: pl.Series) -> None:
        place = (space, series.name)
        self._unmade.discard(place)
        (self._made if place in self._wanted else self._passing)[place] = series

    def _let_go(self) -> None:
        """Forget what no waiting step reads."""
        needed = {p for step in self._waiting for p in self._inputs[id(step)]}
        self._passing = {p: s for p, s in self._passing.items() if p in needed}

    # Expressions -----------------------------------------------------------------------------

    def _compute(self) -> None:
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
        read_later = self._wanted | {p for step in later for p in self._inputs[id(step)]}
        for space, queue in levels.items():
            self._select(space, queue, read_later)

    def _select(self, space: str, queue: list[list[Compute]], read_later: set[Place]) -> None:
        own = {step.column for level in queue for step in level}
        read = {name for level in queue for s in level for _, name in self._inputs[id(s)]} - own
        given = {name: self._column(space, name).alias(name) for name in sorted(read)}
        schema = {name: series.dtype for name, series in given.items()}
        height = self._tables.height(space)
        query = pl.DataFrame(list(given.values()) or {"": pl.repeat(0, height, eager=True)}).lazy()
        for level in queue:
            query = query.with_columns(emit(s.expr, schema).alias(s.column) for s in level)
        kept = sorted(name for name in own if (space, name) in read_later)
        for series in query.select(kept).collect().iter_columns():
            # Polars forgets the height of a table of which only constants are asked.
            whole = len(series) == height
            self._keep(space, series if whole else series.new_from_index(0, height))
        self._unmade -= {(space, name) for name in own}

    # Collections -----------------------------------------------------------------------------

    def _aggregate(self, steps: Sequence[Aggregate]) -> None:
        counted: dict[tuple[str, str, str], list[tuple[str, pl.Series]]] = {}
        for step in steps:
            owners = self._tables.height(step.space)
            if step.reducer in ("distinct", "min", "max"):
                self._keep(step.space, self._grouped(step, owners))
                continue
            offsets = self._tables.offsets(step.elements, step.owner, owners)
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
                self._column(step.elements, name).alias(role)
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
