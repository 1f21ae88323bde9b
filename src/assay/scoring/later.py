"""The same evidence on other days: what does not depend on the date is shared, not made again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.engines.local import DeltaPlan, LocalEngine
from assay.engines.plan import Place
from assay.rules.lasting import LASTS, Lasting
from assay.scoring.run import Rows, Run
from assay.tables.assemble import edge_frames, valid_on
from assay.tables.checking import within_profiles
from assay.tables.copies import copies
from assay.tables.tables import Tables

LOOKAHEAD_DAYS = 366
"""How far ahead a change of band is looked for."""

ROWS_AT_ONCE = 200_000
"""Rows of all tables together, at most, in which several days are looked at in one go."""

_Days = npt.NDArray[np.int64]
_Frames = Mapping[str, pl.DataFrame]


@dataclass
class Later:
    """Runs of ``run`` on later days, with nothing new having arrived.

    Edges begin and end where the tables know of it; else they stay as they are.
    """

    run: Run
    as_of: date
    _edges: dict[bytes, _Frames] = field(default_factory=dict)
    _deltas: dict[tuple[tuple[Place, ...], frozenset[str]], DeltaPlan] = field(default_factory=dict)

    def ahead(self, days: Sequence[date], columns: Sequence[Place]) -> list[Run]:
        """The runs on several days, in which ``columns`` are going to be read, made together."""
        same = [day for day in days if not self._edges_on(day)]
        numbers = [day.toordinal() for day in same]
        made = dict(zip(same, self.run.engine.on_dates(columns, numbers), strict=True))
        return [
            self._with(self.run.tables.on(day.toordinal()), made[day])
            if day in made
            else self.on(day, columns)
            for day in days
        ]

    def on(self, day: date, columns: Iterable[Place]) -> Run:
        """The run on a day, in which ``columns`` are going to be read."""
        changed = self._edges_on(day)
        tables = self.run.tables.on(day.toordinal(), changed)
        return self._with(tables, self._delta_plan(columns, changed).on(tables))

    def _with(self, tables: Tables, made: Mapping[Place, pl.Series]) -> Run:
        engine = LocalEngine(tables)
        engine.run(self.run.program.steps)
        for (space, name), series in made.items():
            engine.add(space, series.alias(name))
        return Run(self.run.rulebook, self.run.program, tables, engine)

    def _delta_plan(self, columns: Iterable[Place], changed: _Frames) -> DeltaPlan:
        key = (tuple(columns), frozenset(changed))
        if key not in self._deltas:
            self._deltas[key] = self.run.engine.delta_plan(key[0], [("profile", "today")], changed)
        return self._deltas[key]

    def _edges_on(self, day: date) -> _Frames:
        """The tables of edges that differ from those of the first day."""
        edges = self.run.tables.edges
        if edges is None or not self._edge_days(self.as_of, day):
            return {}
        valid = edges.select(now=valid_on(self.as_of.toordinal()), then=valid_on(day.toordinal()))
        if valid["now"].equals(valid["then"]):
            return {}
        key = valid["then"].to_numpy().tobytes()
        if key not in self._edges:
            profiles = self.run.tables.frames["profile"]
            self._edges[key] = edge_frames(edges, profiles, self.run.rulebook, day.toordinal())
        return self._edges[key]

    def first_changes(self, rows: Rows | None = None) -> pl.Series:
        """For each profile the first day within the year on which a band differs; else null.

        With ``rows`` it is looked for these alone. Days between are left out where all bands last
        over them (:mod:`assay.rules.lasting`).
        Edges that begin or end are looked at on the day they do.
        """
        run, count = self.run, self.run.tables.height("profile")
        first: _Days = np.zeros(count, dtype=np.int64)
        if rows is not None:
            first[:] = _NOT_ASKED
            first[np.asarray(rows)] = 0
        bands = [s.band for s in run.program.on("profile") if s.band]
        if bands and count:
            begin = self.as_of
            last = begin + timedelta(days=LOOKAHEAD_DAYS)
            within = within_profiles(run.tables)
            for end in [*self._edge_days(begin, last), last + timedelta(days=1)]:
                self._look(first, bands, begin, end, within=within)
                begin = end
        found = pl.Series("until", first).cast(pl.Int32)
        return pl.select(
            pl.when(found > 0).then(found - _EPOCH).cast(pl.Date).alias("until")
        ).to_series()

    def _look(
        self, first: _Days, bands: Sequence[str], begin: date, end: date, *, within: bool
    ) -> None:
        """Note the first days from ``begin`` to the one before ``end`` on which a band differs.

        ``within``: no row reads from another profile.
        """
        places = [("profile", band) for band in bands]
        self.run.engine.make(places)
        now = [self.run.engine.column(*place) for place in places]
        changed = self._edges_on(begin)
        delta = self._delta_plan(places, changed)
        lasting = Lasting(delta.schedule.steps, bands)
        delta = delta.followed_by(lasting.steps)
        last = end.toordinal()
        at_once = ROWS_AT_ONCE // sum(map(self.run.tables.height, self.run.tables.frames))
        days = np.full(len(first), begin.toordinal(), dtype=np.int64)
        while True:
            tables = self.run.tables.at(pl.Series(days), changed)
            made = delta.on(tables)
            differs = _differ(now, [made[place] for place in places])
            open_ = first == 0
            first[open_ & differs] = days[open_ & differs]
            following = days + made["profile", LASTS].to_numpy()
            pending = (first == 0) & (following < last)
            if not pending.any():
                return
            if not (lasting.alone and within):
                following[:] = following[pending].min()
            if at_once > 1 and (following == days + 1).any():
                ahead = np.arange(min(at_once, last - following.min()))[:, np.newaxis]
                self._look_ahead(first, places, changed, np.minimum(following + ahead, last - 1))
                following += len(ahead)
            days = np.minimum(following, last - 1)

    def _look_ahead(
        self, first: _Days, places: Sequence[Place], changed: _Frames, days: _Days
    ) -> None:
        """Look at every profile on several days of its own (days x profiles) in one go."""
        count = len(first)
        delta = self._delta_plan(places, changed)
        there = copies(self.run.tables.on(0, changed), len(days), delta.columns)
        tables = there.tables.at(pl.Series(days.ravel()))
        made = delta.on(tables, there.original)
        differs = np.zeros(days.shape, dtype=bool)
        for place in places:
            now = self.run.engine.column(*place).fill_null(_NO_BAND)
            then = made[place].fill_null(_NO_BAND)
            differs |= then.to_numpy().reshape(days.shape) != now.to_numpy()
        found = (first == 0) & differs.any(axis=0)
        first[found] = days[differs.argmax(axis=0), np.arange(count)][found]

    def _edge_days(self, begin: date, last: date) -> list[date]:
        """The days on which an edge begins or is over, after the first."""
        edges = self.run.tables.edges
        if edges is None:
            return []
        days = pl.concat([edges["valid_from_day"], edges["valid_until_day"] + 1]).drop_nulls()
        within = days.is_between(begin.toordinal() + 1, last.toordinal())
        return [date.fromordinal(day) for day in days.filter(within).unique().sort()]


_NO_BAND = -1
_NOT_ASKED = -1
_EPOCH = date(1970, 1, 1).toordinal()


def _differ(now: Sequence[pl.Series], then: Sequence[pl.Series]) -> npt.NDArray[np.bool_]:
    differs = [a.ne_missing(b).to_numpy() for a, b in zip(now, then, strict=True)]
    result: npt.NDArray[np.bool_] = np.logical_or.reduce(differs)
    return result
