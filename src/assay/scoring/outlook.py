"""The same evidence on other days: what does not depend on the date is shared, not made again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.cel.program import ScorerColumns, TextPart, WatchColumns
from assay.cel.schema import HORIZONS
from assay.engine.local import DeltaPlan, LocalEngine
from assay.engine.plan import Place
from assay.evidence.origins import Lineage
from assay.model.dates import PartialDate, add_months
from assay.model.documents import AnyProfile, Claim, Corpus
from assay.model.results import HorizonGrade, Outlook, OutlookPoint, WatchNotice
from assay.model.rulebook import Rulebook
from assay.scoring.run import Rows, Run, ordered_bands
from assay.scoring.validity import LASTS, Lasting
from assay.scoring.wording import fill_text
from assay.tables.build import edge_frames, valid_on
from assay.tables.check import within_profiles
from assay.tables.edit import copies
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
        over them (:mod:`assay.scoring.validity`).
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


@dataclass(frozen=True, slots=True)
class Horizons:
    """The dates of the outlook: as-of, three months later, twelve months later."""

    now: date
    quarter: date
    year: date

    @classmethod
    def of(cls, as_of: date) -> Horizons:
        return cls(as_of, add_months(as_of, 3), add_months(as_of, 12))

    @property
    def days(self) -> tuple[date, date, date]:
        return (self.now, self.quarter, self.year)


LATER = ("quarter", "year")
"""What the later days are called."""


def later_days(day: date) -> dict[str, date]:
    """The days of the outlook after the first, by what they are called."""
    return dict(zip(LATER, Horizons.of(day).days[1:], strict=True))


def outlooks(
    run: Run, listing: pl.DataFrame, as_of: date, rows: Rows | None = None
) -> list[Outlook]:
    """The outlook of every profile row of ``run``, or of some.

    ``listing`` says what analysts wrote to look out for.
    """
    horizons = Horizons.of(as_of)
    later = Later(run, as_of)
    ahead = _looked_ahead(later, horizons)
    first: list[date | None] = later.first_changes(rows).to_list()
    asked = list(range(len(first)) if rows is None else rows)
    points = _points(ahead, horizons, asked)
    notices: dict[int, list[WatchNotice]] = {row: [] for row in asked}
    for watch, firing in _firing(run, ahead):
        run.engine.run(run.program.text_steps)
        for row in notices.keys() & firing:
            text, rule = _filled(run, watch.text, row), watch.rule
            notices[row].append(WatchNotice(rule.horizon, rule.priority, text, rule=rule.id))
    found = []
    for row, at, watch in zip(asked, points, listing["watch"].gather(asked), strict=True):
        written, fired, until = _written(watch), notices[row], first[row]
        due = [PartialDate.parse(notice.due).last for notice in written if notice.due]
        grade = horizon_grade(horizons, [until, *due], [notice.horizon for notice in fired])
        found.append(Outlook(grade, until, at, (*written, *fired)))
    return found


def watched(later: Later, horizons: Horizons) -> list[list[HorizonGrade]]:
    """For every profile row the horizons of the rulebook's watch rules that fire."""
    found: list[list[HorizonGrade]] = [[] for _ in range(later.run.tables.height("profile"))]
    if later.run.program.watch:
        for watch, rows in _firing(later.run, _looked_ahead(later, horizons)):
            for row in rows:
                found[row].append(watch.rule.horizon)
    return found


def horizon_grade(
    horizons: Horizons, days: Iterable[date | None], fired: Iterable[HorizonGrade]
) -> HorizonGrade:
    """The first horizon at which a band changes, something falls due or a watch rule fires."""
    grades = {*fired, *(_grade_of(day, horizons) for day in days if day)}
    order: tuple[HorizonGrade, ...] = ("now", "quarter", "year")
    return next((g for g in order if g in grades), "none")


def _graded(run: Run) -> list[ScorerColumns]:
    return [s for s in run.program.on("profile") if s.band]


def _looked_ahead(later: Later, horizons: Horizons) -> list[Run]:
    """The runs of the three dates, with the scores of graded scorers at hand."""
    columns = [
        ("profile", c) for s in _graded(later.run) for c in (s.score, s.coverage, s.band) if c
    ]
    return [later.run, *later.ahead(horizons.days[1:], columns)]


def _points(
    ahead: Sequence[Run], horizons: Horizons, rows: Rows
) -> list[dict[str, tuple[OutlookPoint, ...]]]:
    """The scores of the profile rows at each date, by scorer."""
    made = {s.scorer.name: [run.scores(s, rows) for run in ahead] for s in _graded(ahead[0])}
    return [
        {
            name: tuple(
                OutlookPoint(day, scores[place])
                for day, scores in zip(horizons.days, by_day, strict=True)
            )
            for name, by_day in made.items()
        }
        for place in range(len(rows))
    ]


def _written(watch: str | None) -> tuple[WatchNotice, ...]:
    """What analysts wrote to look out for, from the listing."""
    return tuple(
        WatchNotice(horizon, priority, text, trigger, due, owner)
        for horizon, priority, text, trigger, due, owner in json.loads(watch or "[]")
    )


def _firing(run: Run, ahead: Sequence[Run]) -> Iterator[tuple[WatchColumns, list[int]]]:
    """The watch rules of the rulebook, and the rows of the profiles for which they fire."""
    if not run.program.watch:
        return
    for scorer in _graded(run):
        for horizon, then in zip(HORIZONS, ahead, strict=True):
            run.engine.add("profile", *_outlook_columns(then, scorer, horizon))
    run.engine.run(run.program.watch_steps)
    for watch in run.program.watch:
        outcome = run.engine.column("profile", watch.outcome)
        yield watch, outcome.fill_null(False).arg_true().to_list()


def _outlook_columns(run: Run, scorer: ScorerColumns, horizon: str) -> tuple[pl.Series, pl.Series]:
    assert scorer.band is not None
    stem = f"outlook.{scorer.scorer.name}.{horizon}"
    bands = [band.id for band in ordered_bands(run.rulebook.bands(scorer.scorer))]
    index = run.engine.column("profile", scorer.band)
    return (
        pl.Series(bands, dtype=pl.String).gather(index).alias(f"{stem}.band"),
        run.engine.column("profile", scorer.score).cast(pl.Int64).alias(f"{stem}.score"),
    )


def _filled(run: Run, text: Sequence[TextPart], row: int) -> str:
    return fill_text(text, lambda column: run.engine.column("profile", column)[row])


def _grade_of(day: date, horizons: Horizons) -> HorizonGrade:
    if day <= horizons.now:
        return "now"
    if day <= horizons.quarter:
        return "quarter"
    return "year" if day <= horizons.year else "none"


Reason = Literal["watch", "recheck", "grade"]


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that falls due: ``day`` is the last on which it is in time.

    ``watch``: an analyst wrote it down, with the date ``written``. ``recheck``: the standing
    claims named would then have been checked too long ago. ``grade``: a grade changes then, if
    nothing new arrives.
    """

    profile: str
    day: date
    reason: Reason
    text: str
    written: str
    claims: tuple[str, ...] = ()
    trigger: str | None = None
    priority: str | None = None
    owner: str | None = None


def calendar(
    corpus: Corpus, rulebook: Rulebook, outlooks: Mapping[str, Outlook], as_of: date
) -> list[Due]:
    """What falls due for the profiles that have an outlook, in the order of days.

    Grades and rechecks are those of the next 366 days, and what is overdue; watch items are all
    that have a date.
    """
    lineage = Lineage(corpus, as_of)
    found = [
        due
        for profile_id, outlook in outlooks.items()
        for due in (
            *_watched(profile_id, outlook),
            *_rechecks(corpus.profiles[profile_id], rulebook, lineage, as_of),
            *_grades(profile_id, outlook),
        )
    ]
    return sorted(found, key=lambda due: (due.day, due.profile, due.reason, due.text))


def _watched(profile_id: str, outlook: Outlook) -> Iterator[Due]:
    for notice in outlook.watch:
        if notice.due:
            yield Due(
                profile_id,
                PartialDate.parse(notice.due).last,
                "watch",
                notice.text,
                notice.due,
                trigger=notice.trigger,
                priority=notice.priority,
                owner=notice.owner,
            )


def _rechecks(
    profile: AnyProfile, rulebook: Rulebook, lineage: Lineage, as_of: date
) -> Iterator[Due]:
    """Standing claims by the last day on which they count as checked."""
    by_day: dict[date, list[Claim]] = {}
    for claim in profile.claims:
        day = _fresh_until(claim, rulebook, lineage, as_of)
        if day is not None and day <= as_of + timedelta(LOOKAHEAD_DAYS):
            by_day.setdefault(day, []).append(claim)
    for day, claims in by_day.items():
        what = (
            "a standing claim still holds"
            if len(claims) == 1
            else f"{len(claims)} standing claims still hold"
        )
        yield Due(
            profile.id,
            day,
            "recheck",
            f"Check again whether {what}.",
            day.isoformat(),
            claims=tuple(claim.id for claim in claims),
        )


def _fresh_until(claim: Claim, rulebook: Rulebook, lineage: Lineage, as_of: date) -> date | None:
    """None where the claim does not age, or nobody knows when it was last checked."""
    limits = rulebook.settings.review_after_days
    limit = limits.get(claim.type or "", limits.get("default"))
    if claim.holds != "standing" or limit is None:
        return None
    days = [
        t.day for t in lineage.trace(claim.sources) if t.day and t.citation.stance == "supports"
    ]
    if claim.checked and claim.checked <= as_of:
        days.append(claim.checked)
    return max(days) + timedelta(limit) if days else None


def _grades(profile_id: str, outlook: Outlook) -> Iterator[Due]:
    until = outlook.until
    if until is None:
        return
    moves = []
    for name, points in outlook.points.items():
        now = points[0].score.band
        later = next((p.score.band for p in points if p.date >= until), now)
        if now != later:
            before, after = (band.grade if band else "not rated" for band in (now, later))
            moves.append(f"{name.replace('_', ' ')} from {before} to {after}")
    said = f": {', '.join(moves)}" if moves else ""
    yield Due(
        profile_id,
        until,
        "grade",
        f"A grade changes if nothing new arrives{said}.",
        until.isoformat(),
    )
