"""The part of a plan that hangs on columns that change, apart from what is made once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from assay.engines.alike import Ints, alike
from assay.engines.execution import Execution
from assay.engines.plan import Place, inputs, outputs, read_for
from assay.engines.schedule import Schedule, schedule
from assay.rules.program import Compute, Step
from assay.tables.tables import Tables


@dataclass(frozen=True)
class Apart:
    """What makes the wanted columns anew from tables that differ, and what is kept."""

    schedule: Schedule
    kept: dict[Place, pl.Series]

    @cached_property
    def columns(self) -> frozenset[Place]:
        """All columns that the steps read or define."""
        steps = self.schedule.steps
        return frozenset(p for step in steps for p in (*inputs(step), *outputs(step)))

    def followed_by(self, further: Sequence[Step]) -> Apart:
        """The same with steps that read from it; what they define of profiles is wanted, too."""
        more = {place for step in further for place in outputs(step) if place[0] == "profile"}
        return Apart(
            schedule([*self.schedule.steps, *further], self.schedule.wanted | more), self.kept
        )

    def only(self, wanted: Iterable[Place]) -> Apart:
        """As much of it as some of the wanted columns need."""
        targets = list(wanted)
        needed = read_for({(s.space, s.column): s for s in self.schedule.steps}, targets)
        steps = [s for s in self.schedule.steps if not needed.isdisjoint(outputs(s))]
        return Apart(schedule(steps, targets), self.kept)

    def on(
        self, tables: Tables, copied: Mapping[str, pl.Series] | None = None
    ) -> dict[Place, pl.Series]:
        """The wanted columns; ``copied`` gives by space the row that each row is a copy of."""
        made = dict(self.kept)
        if copied is not None:
            made = {
                place: series.gather(copied[place[0]])
                for place, series in self.kept.items()
                if place in self.columns or place in self.schedule.wanted
            }
        Execution(tables, made, self.schedule).run()
        return {place: made[place] for place in self.schedule.wanted if place in made}

    def counted(self, tables: Tables) -> tuple[dict[Place, pl.Series], Ints] | None:
        """The wanted columns of one row of each kind, and how many there are of it.

        None where they are made of more than columns of one space that have few values each.
        """
        steps = self.schedule.steps
        spaces = {step.space for step in steps}
        if len(spaces) != 1 or not all(isinstance(step, Compute) for step in steps):
            return None
        (space,) = spaces
        own = {place for step in steps for place in outputs(step)}
        read = {p: self._column(tables, p) for step in steps for p in inputs(step) if p not in own}
        kinds = alike(list(read.values()), tables.height(space))
        if kinds is None:
            return None
        made = {place: series.gather(kinds.rows) for place, series in read.items()}
        few = Tables({space: pl.DataFrame({"row": kinds.rows})}, tables.day)
        Execution(few, made, self.schedule).run()
        return made, kinds.counts

    def _column(self, tables: Tables, place: Place) -> pl.Series:
        series = self.kept.get(place)
        return tables.column(*place) if series is None else series


@dataclass(frozen=True)
class Tried:
    """Columns by several programs, of which ``names`` says what each calls its own.

    A column that is the same by all of them has no name.
    """

    names: Sequence[Mapping[Place, Place]]
    _apart: Apart
    _tables: Tables

    @cached_property
    def _counted(self) -> tuple[dict[Place, pl.Series], Ints] | None:
        return self._apart.counted(self._tables)

    @property
    def counts(self) -> Ints | None:
        """For how many rows of the tables each row of the columns stands; None: for itself."""
        return None if self._counted is None else self._counted[1]

    def columns(self, number: int) -> dict[Place, pl.Series]:
        """The columns by one of the programs, those of the engine being the first."""
        own = self.names[number]
        made = (
            self._apart.only(own.values()).on(self._tables)
            if self._counted is None
            else self._counted[0]
        )
        return {place: made[name] for place, name in own.items()}
