"""Programs run over tables in parts, in as many passes as neighbours' scores ask for.

Within a part everything is made as in the whole. What a link reads from another part is held in
memory as a whole column: one of the tables, or one that an earlier pass has made in every part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from assay.engines.local import LocalEngine
from assay.engines.plan import Place, definition, inputs, outputs, read_for
from assay.progress import counting
from assay.rules.program import Gather, Step
from assay.tables.bulk import StoredTables
from assay.tables.checking import OWNERS
from assay.tables.parts import Part, PartedTables
from assay.tables.tables import coded

_BYTES_HELD = 8


class Steps:
    """The steps of a program by what they define."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.every = steps
        self._definitions = {(step.space, step.column): step for step in steps}

    def defining(self, place: Place) -> Step | None:
        """The step that makes a column; None for a column of the tables."""
        return definition(self._definitions, place)

    def needed(self, wanted: Iterable[Place]) -> list[Step]:
        """The steps that the wanted columns hang on, each after those it reads."""
        found = read_for(self._definitions, wanted)
        return [step for step in self.every if not found.isdisjoint(outputs(step))]


def bytes_held(steps: Steps, wanted: Iterable[Place], stored: StoredTables) -> int:
    """What columns held as a whole take at most: those read through links that may lead away."""
    origins = {
        (step.target, step.origin)
        for step in steps.needed(wanted)
        if isinstance(step, Gather)
        and step.link not in OWNERS[step.space]
        and stored.height(step.space)
    }
    return sum(_BYTES_HELD * stored.height(space) for space, _ in origins)


@dataclass
class _Read:
    """What parts are given: columns of the tables by space, columns held, links that lead away."""

    columns: dict[str, set[str]] = field(default_factory=dict)
    held: list[Place] = field(default_factory=list)
    away: list[Gather] = field(default_factory=list)


@dataclass
class Passes:
    """A program over tables in parts; the ``wanted`` columns are made in the last pass."""

    parted: PartedTables
    steps: Steps
    wanted: Sequence[Place]
    _held: dict[Place, pl.Series] = field(default_factory=dict, repr=False)

    @property
    def led_away(self) -> list[Gather]:
        """The steps that read from other parts."""
        return [
            step
            for step in self.steps.needed(self.wanted)
            if isinstance(step, Gather) and self._leads_away(step)
        ]

    def run(self) -> Iterator[LocalEngine]:
        """An engine for each part, in their order, with the wanted columns made."""
        before, parts = self._before(), self.parted.parts
        turns = iter(counting([*parts] * (len(before) + 1), "parts"))
        for wanted in before:
            pieces: dict[Place, list[pl.Series]] = {place: [] for place in wanted}
            read = self._read_for(wanted)
            for _ in parts:
                engine = self._engine(next(turns), read, wanted)
                for place, of_parts in pieces.items():
                    of_parts.append(_movable(engine.column(*place)))
            for (space, name), of_parts in pieces.items():
                self._held[space, name] = self.parted.joined(space, of_parts)
        read = self._read_for(self.wanted)
        for part in turns:
            yield self._engine(part, read, self.wanted)

    def _leads_away(self, step: Step | None) -> bool:
        return isinstance(step, Gather) and self.parted.leads_away(step.space, step.link)

    def _before(self) -> list[list[Place]]:
        """What each pass before the last makes to be held."""
        number: dict[Place, int] = {}
        held: list[dict[Place, None]] = []
        for step in self.steps.needed(self.wanted):
            own = max((number.get(place, 0) for place in inputs(step)), default=0)
            if isinstance(step, Gather) and self._leads_away(step):
                origin = (step.target, step.origin)
                if self.steps.defining(origin):
                    own = max(own, number[origin] + 1)
                    held += [{} for _ in range(own - len(held))]
                    held[number[origin]][origin] = None
            number |= dict.fromkeys(outputs(step), own)
        return [list(places) for places in held]

    def _read_for(self, wanted: Iterable[Place]) -> _Read:
        """What the wanted columns hang on, as far as the passes before have not made it."""
        read = _Read()
        seen: set[Place] = set()
        waiting = list(wanted)
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            step, columns = self.steps.defining(place), read.columns.setdefault(place[0], set())
            if step is None:
                columns.add(place[1])
            elif place in self._held:
                read.held.append(place)
            elif isinstance(step, Gather) and self._leads_away(step):
                read.away.append(step)
                columns.add(step.link)
            else:
                waiting += inputs(step)
        return read

    def _engine(self, part: Part, read: _Read, wanted: Iterable[Place]) -> LocalEngine:
        """An engine for a part that has what it cannot make from the part's own rows."""
        tables = self.parted.tables(part, read.columns)
        engine = LocalEngine(tables)
        engine.run(self.steps.every)
        for space, name in read.held:
            engine.add(space, self.parted.cut(part, space, self._held[space, name]).alias(name))
        for step in read.away:
            links = tables.given(step.space, step.link)
            engine.add(step.space, self._whole(step).gather(links).alias(step.column))
        engine.make(wanted)
        return engine

    def _whole(self, step: Gather) -> pl.Series:
        """The column that a link leads to, of all rows."""
        place = (step.target, step.origin)
        if place not in self._held:
            given = self.parted.stored.column(*place).to_frame()
            self._held[place] = coded(step.target, given).to_series()
        return self._held[place]


def _movable(series: pl.Series) -> pl.Series:
    """A column as it can be put together with those of other parts, whose words may differ."""
    return series.cast(pl.String) if isinstance(series.dtype, pl.Enum) else series
