"""The embedded engine: programs run on Polars tables in memory.

Columns are made when somebody reads them, with what else they need and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from assay.engines.alternatives import ALTERNATIVES
from assay.engines.apart import Apart, Tried
from assay.engines.dates import DATED, TODAY
from assay.engines.execution import Execution
from assay.engines.facts import PLANS, Moving
from assay.engines.numbered import numbered
from assay.engines.plan import Place, definition, hanging_on, outputs, read_for
from assay.rules.program import Step
from assay.tables.tables import Tables


class LocalEngine:
    """Runs steps on tables and keeps the columns that were asked for."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._definitions: dict[Place, Step] = {}
        self._taken_up: list[tuple[Step, ...]] = []
        self._made: dict[Place, pl.Series] = {}
        self._dates: dict[str, int] = {}

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

    def has(self, space: str, name: str) -> bool:
        """Whether there is such a column, made or not."""
        place = (space, name)
        known = place in self._made or definition(self._definitions, place) is not None
        return known or name in self.tables.frames[space].columns

    def make(self, wanted: Iterable[Place]) -> None:
        """Make several columns together, which is faster than one after the other."""
        asked = [
            place
            for place in dict.fromkeys(wanted)
            if place not in self._made and definition(self._definitions, place) is not None
        ]
        if not asked:
            return
        planned = PLANS.plan(self._taken_up, self._definitions, asked, self, self._made)
        Execution(self.tables, self._made, planned).run()

    def make_all(self) -> None:
        """Make every column, for whoever is going to read most of them."""
        self.make(p for step in self._definitions.values() for p in outputs(step))

    def needs(self, wanted: Iterable[Place]) -> set[Place]:
        """All columns the wanted ones hang on, those of the tables included."""
        return read_for(self._definitions, wanted)

    def apart(
        self, wanted: Iterable[Place], changed: Iterable[Place], other_rows: Iterable[str] = ()
    ) -> Apart:
        """The wanted columns for tables whose ``changed`` columns differ; planned once.

        What does not hang on these is made now and kept. Tables of the spaces ``other_rows`` may
        even have other rows: of them nothing is kept.
        """
        spaces = set(other_rows)
        anew = {p for s in self._definitions.values() if s.space in spaces for p in outputs(s)}
        anew |= {(space, name) for space in spaces for name in self.tables.frames[space].columns}
        targets, moving = list(wanted), anew | set(changed)
        touched = hanging_on(self._definitions.values(), moving)
        self.make(place for place in targets if place not in touched)

        planned = PLANS.plan(
            self._taken_up,
            self._definitions,
            targets,
            Moving(self, moving),
            self._made,
            frozenset(touched),
        )
        parted = planned.parted(moving, spaces)
        Execution(self.tables, self._made, parted.still).run()
        frontier = parted.still.wanted
        kept = {p: s for p, s in self._made.items() if p in frontier or p not in touched}
        return Apart(parted.moved, kept)

    def alternatives(self, programs: Sequence[tuple[Step, ...]], wanted: Iterable[Place]) -> Tried:
        """The wanted columns by the own steps and by each of other programs on the same tables.

        What all have in common is made once.
        """
        together = ALTERNATIVES.of([*self._taken_up, *programs], len(self._taken_up))
        ahead = LocalEngine(self.tables)
        ahead.run(together.steps)
        ahead._made = {p: s for p, s in self._made.items() if p not in together.differing}
        targets = list(wanted)
        made = [{p: own[p] for p in targets if p in own} for own in together.made]
        apart = ahead.apart([p for own in made for p in own.values()], together.changed)
        return Tried(made, apart, self.tables)

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
        touched = hanging_on(other._definitions.values(), redefined | set(changed))
        resized = {s for s in tables.frames if tables.height(s) != self.tables.height(s)}
        other._made = {
            p: s for p, s in self._made.items() if p not in touched and p[0] not in resized
        }
        return other

    def on_dates(
        self, wanted: Iterable[Place], days: Sequence[int]
    ) -> list[dict[Place, pl.Series]]:
        """The wanted columns, all rows being on each of further ``days`` (ordinals).

        They are made together with those of the day of the tables, which are kept.
        """
        targets = list(wanted)
        hanging = hanging_on(self._definitions.values(), {TODAY})
        ahead = LocalEngine(self.tables)
        for steps in (*self._taken_up, DATED.of(self._taken_up, len(days))):
            ahead.run(steps)
        ahead._made = dict(self._made)
        for number, day in enumerate(days, start=1):
            ahead._dates[numbered(TODAY[1], number)] = day
        there = [
            {p: (p[0], numbered(p[1], number)) if p in hanging else p for p in targets}
            for number in range(1, len(days) + 1)
        ]
        ahead.make([*targets, *(place for dated in there for place in dated.values())])
        self._made |= {p: ahead._made[p] for p in targets if p in ahead._made}
        return [{p: ahead.column(*place) for p, place in dated.items()} for dated in there]

    # What plans are told ---------------------------------------------------------------------

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
