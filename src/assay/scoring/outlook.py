"""Outlooks: the scores of the same evidence on later days, and the dates that follow from them.

Only the date and the valid dependencies differ from day to day. Columns that depend on neither are
shared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.cel.program import ScorerColumns, TextPart, WatchColumns
from assay.cel.schema import HORIZONS
from assay.cel.steps import Place
from assay.engine.local import DeltaPlan, LocalEngine
from assay.evidence.independence import Independence
from assay.model.dates import PartialDate, add_days, add_months
from assay.model.documents import AnyProfile, Claim, Corpus
from assay.model.identity import Identity
from assay.model.results import NextReason, Outlook, OutlookPoint, Overrides, WatchNotice
from assay.model.rulebook import Rulebook
from assay.scoring.horizon import horizons, watch_items
from assay.scoring.run import Rows, Run, ordered_bands, result_columns_of
from assay.scoring.validity import VALID_DAYS, Validity
from assay.scoring.wording import fill_text
from assay.tables.build import edge_frames, valid_on
from assay.tables.check import within_profiles
from assay.tables.edit import copies
from assay.tables.tables import Tables

LOOKAHEAD_DAYS = 366
"""Days within which changes of bands are found."""

ROWS_AT_ONCE = 200_000
"""Limit for the rows of all tables together when several days are scored at once."""

LATER = ("quarter", "year")
"""Names of the later days."""


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


def later_days(as_of: date) -> dict[str, date]:
    """The dates of the outlook after the first, by name."""
    return dict(zip(LATER, Horizons.of(as_of).days[1:], strict=True))


def outlooks(
    run: Run,
    listing: pl.DataFrame,
    as_of: date,
    decided: Mapping[str, date],
    rows: Rows,
    overrides: Overrides,
) -> list[Outlook]:
    """Compute the outlooks of some profile rows of ``run``.

    ``listing`` has the watch items of analysts and the dates of profiles, ``decided`` by profile id
    the day of the newest decision, ``overrides`` the overrides that count.
    """
    dates = Horizons.of(as_of)
    projection = Projection(run, as_of)
    ahead = _runs_ahead(projection, dates)
    first: list[date | None] = projection.first_changes(rows).to_list()
    found = horizons(run, listing, as_of, grade_changes(projection, rows), decided, rows, overrides)
    points = _points(ahead, dates, rows)
    fired: dict[int, list[WatchNotice]] = {row: [] for row in rows}
    for watch, firing in _firing(run, ahead):
        rule = watch.rule
        for row in fired.keys() & firing:
            text = _filled(run, watch.text, row)
            fired[row].append(WatchNotice(rule.priority, text, rule=rule.id))
    stated = listing["watch"].gather(list(rows))
    return [
        Outlook(
            horizon,
            first[row],
            own,
            () if horizon.closed else (*watch_items(items), *fired[row]),
        )
        for row, horizon, own, items in zip(rows, found, points, stated, strict=True)
    ]


def grade_changes(projection: Projection, rows: Rows) -> list[date | None]:
    """For some rows the first day within the year on which the grade differs, otherwise None.

    The grade is that of the scorer that decides on pages; by default it is every graded one.
    """
    run = projection.run
    chosen = [s for s in _graded(run) if s.scorer.name == run.rulebook.settings.publish_by]
    first = projection.first_changes(rows, chosen or None)
    days: list[date | None] = first.gather(list(rows)).to_list()
    return days


def _filled(run: Run, text: Sequence[TextPart], row: int) -> str:
    return fill_text(text, lambda column: run.engine.column("profile", column)[row])


def _graded(run: Run) -> list[ScorerColumns]:
    return [s for s in run.program.on("profile") if s.band]


def _runs_ahead(projection: Projection, horizons: Horizons) -> list[Run]:
    """The runs of the three dates, with the scores of graded scorers."""
    columns = [("profile", c) for s in _graded(projection.run) for c in result_columns_of(s) if c]
    projection.run.engine.make(columns)
    return [projection.run, *projection.ahead(horizons.days[1:], columns)]


def _points(
    ahead: Sequence[Run], horizons: Horizons, rows: Rows
) -> list[dict[str, tuple[OutlookPoint, ...]]]:
    """For each profile row the scores on each date, by scorer."""
    kinds = ahead[0].engine.column("profile", "kind")
    columns = [(s.scorer, [run.scores(s, rows) for run in ahead]) for s in _graded(ahead[0])]
    return [
        {
            scorer.name: tuple(
                OutlookPoint(day, scores[number])
                for day, scores in zip(horizons.days, by_day, strict=True)
            )
            for scorer, by_day in columns
            if scorer.asks(kinds[row])
        }
        for number, row in enumerate(rows)
    ]


def _firing(run: Run, ahead: Sequence[Run]) -> Iterator[tuple[WatchColumns, list[int]]]:
    """The watch rules, each with the rows of the profiles for which it fires.

    Adds the outlook to ``run``, because the rules read it.
    """
    if not run.program.watch:
        return
    for scorer in _graded(run):
        for horizon, then in zip(HORIZONS, ahead, strict=True):
            run.engine.add("profile", *_outlook_columns(then, scorer, horizon))
    run.engine.run([*run.program.text_steps, *run.program.watch_steps])
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


# Later days ---------------------------------------------------------------------------------------


_Days = npt.NDArray[np.int64]
_Frames = Mapping[str, pl.DataFrame]

_NO_BAND = -1
_SKIPPED = -1
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass
class Projection:
    """Scores a run on later days, without new evidence.

    Dependencies begin and end on the days that the tables have for them.
    """

    run: Run
    as_of: date
    _edges: dict[bytes, _Frames] = field(default_factory=dict)
    _deltas: dict[tuple[tuple[Place, ...], frozenset[str]], DeltaPlan] = field(default_factory=dict)

    def ahead(self, days: Sequence[date], columns: Sequence[Place]) -> list[Run]:
        """The runs on several days together; ``columns`` are those that will be read."""
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
        """The run on one day; ``columns`` are those that will be read."""
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
        """The tables of dependencies that differ from those of the first day."""
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

    def first_changes(
        self, rows: Rows | None = None, scorers: Sequence[ScorerColumns] | None = None
    ) -> pl.Series:
        """For each profile the first day within the year on which a band differs, otherwise null.

        With ``rows``, only for these; with ``scorers``, only their bands. Days on which no band can
        change are skipped (:mod:`assay.scoring.validity`), except those on which a dependency
        begins or ends.
        """
        run, count = self.run, self.run.tables.height("profile")
        first: _Days = np.zeros(count, dtype=np.int64)
        if rows is not None:
            first[:] = _SKIPPED
            first[np.asarray(rows, dtype=np.int64)] = 0
        given = run.program.on("profile") if scorers is None else scorers
        bands = [s.band for s in given if s.band]
        if bands and count:
            begin = self.as_of
            last = add_days(begin, LOOKAHEAD_DAYS)
            within = within_profiles(run.tables)
            for end in [*self._edge_days(begin, last), add_days(last, 1)]:
                self._scan(first, bands, begin, end, within=within)
                begin = end
        found = pl.Series("until", first).cast(pl.Int32)
        return pl.select(
            pl.when(found > 0).then(found - _EPOCH).cast(pl.Date).alias("until")
        ).to_series()

    def _scan(
        self, first: _Days, bands: Sequence[str], begin: date, end: date, *, within: bool
    ) -> None:
        """Enter into ``first`` the first days with another band, from ``begin`` to before ``end``.

        ``within``: no row reads from another profile.
        """
        places = [("profile", band) for band in bands]
        self.run.engine.make(places)
        now = [self.run.engine.column(*place) for place in places]
        changed = self._edges_on(begin)
        delta = self._delta_plan(places, changed)
        validity = Validity(delta.schedule.steps, bands)
        delta = delta.followed_by(validity.steps)
        last = end.toordinal()
        at_once = ROWS_AT_ONCE // sum(map(self.run.tables.height, self.run.tables.frames))
        days = np.full(len(first), begin.toordinal(), dtype=np.int64)
        while True:
            tables = self.run.tables.at(pl.Series(days), changed)
            made = delta.on(tables)
            differs: npt.NDArray[np.bool_] = np.logical_or.reduce(
                [a.ne_missing(made[place]).to_numpy() for a, place in zip(now, places, strict=True)]
            )
            open_ = first == 0
            first[open_ & differs] = days[open_ & differs]
            following = days + made["profile", VALID_DAYS].to_numpy()
            pending = (first == 0) & (following < last)
            if not pending.any():
                return
            if not (validity.independent and within):
                following[:] = following[pending].min()
            if at_once > 1 and (following == days + 1).any():
                ahead = np.arange(min(at_once, last - following.min()))[:, np.newaxis]
                self._scan_several(first, places, changed, np.minimum(following + ahead, last - 1))
                following += len(ahead)
            days = np.minimum(following, last - 1)

    def _scan_several(
        self, first: _Days, places: Sequence[Place], changed: _Frames, days: _Days
    ) -> None:
        """Score every profile on several days of its own (days x profiles) at once."""
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
        """The days after ``begin`` on which a dependency begins or has ended."""
        edges = self.run.tables.edges
        if edges is None:
            return []
        days = pl.concat([edges["valid_from_day"], edges["valid_until_day"] + 1]).drop_nulls()
        within = days.is_between(begin.toordinal() + 1, last.toordinal())
        return [date.fromordinal(day) for day in days.filter(within).unique().sort()]


# Due dates --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """A due date: ``day`` is the last day on which it is in time.

    ``watch``: a watch item with a date, which is ``written`` as the analyst gave it. ``recheck``:
    ``claims`` need rechecking by then. ``grade``: a grade will change without new evidence.
    ``identity`` names it in a calendar; it does not depend on wording or on later ids.
    """

    profile: str
    day: date
    reason: NextReason
    text: str
    written: str
    claims: tuple[str, ...] = ()
    trigger: str | None = None
    priority: str | None = None
    owner: str | None = None
    identity: str = ""


def calendar(
    corpus: Corpus, rulebook: Rulebook, outlooks: Mapping[str, Outlook], as_of: date
) -> list[Due]:
    """List due dates of the open profiles with an outlook, in the order of days.

    Includes all watch items with a date. Changes of grades and rechecks are those of the next 366
    days, and overdue rechecks.
    """
    independence = Independence(corpus, as_of)
    identity = Identity(corpus)
    found: list[Due] = []
    for profile_id, outlook in outlooks.items():
        if outlook.horizon.closed is not None:
            continue
        profile = corpus.profiles[profile_id]
        first = identity.first("profile", profile_id)
        own = [
            *_watch_items(profile_id, outlook),
            *_rechecks(profile, rulebook, independence, as_of, identity),
            *_grade_changes(profile_id, outlook),
        ]
        found += (replace(d, identity=f"{first} {d.reason} {d.identity}") for d in own)
    return sorted(found, key=lambda due: (due.day, due.profile, due.reason, due.text))


def _watch_items(profile_id: str, outlook: Outlook) -> Iterator[Due]:
    places: Counter[str] = Counter()
    for notice in outlook.watch:
        if notice.due:
            places[notice.due] += 1
            yield Due(
                profile_id,
                PartialDate.parse(notice.due).last,
                "watch",
                notice.text,
                notice.due,
                trigger=notice.trigger,
                priority=notice.priority,
                owner=notice.owner,
                identity=notice.id or f"{notice.due} {places[notice.due]}",
            )


def _rechecks(
    profile: AnyProfile,
    rulebook: Rulebook,
    independence: Independence,
    as_of: date,
    identity: Identity,
) -> Iterator[Due]:
    """Standing claims, grouped by the day on which they need rechecking."""
    by_day: dict[date, list[Claim]] = {}
    for claim in profile.claims:
        day = _recheck_day(profile, claim, rulebook, independence, as_of)
        if day is not None and day <= add_days(as_of, LOOKAHEAD_DAYS):
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
            identity=" ".join(identity.first("claim", f"{profile.id}#{c.id}") for c in claims),
        )


def _recheck_day(
    profile: AnyProfile, claim: Claim, rulebook: Rulebook, independence: Independence, as_of: date
) -> date | None:
    """None if the claim does not age, or if the date of its last check is unknown."""
    limits = rulebook.settings.review_after_days
    if claim.type is None:
        limit = min(limits.values(), default=None)
    else:
        limit = limits.get(claim.type, limits.get("default"))
    if claim.holds == "dated" or limit is None:
        return None
    valued = independence.valued(profile, claim)
    days = [v.day for v in valued if v.day and v.citation.stance == "supports"]
    if claim.checked and claim.checked <= as_of:
        days.append(claim.checked)
    return add_days(max(days), limit) if days else None


def _grade_changes(profile_id: str, outlook: Outlook) -> Iterator[Due]:
    until = outlook.until
    if until is None:
        return
    changes = []
    for name, points in outlook.points.items():
        now = points[0].score.band
        later = next((p.score.band for p in points if p.date >= until), now)
        if now != later:
            before, after = (band.grade if band else "not rated" for band in (now, later))
            changes.append(f"{name.replace('_', ' ')} from {before} to {after}")
    scorers = f": {', '.join(changes)}" if changes else ""
    yield Due(
        profile_id,
        until,
        "grade",
        f"A grade changes if nothing new arrives{scorers}.",
        until.isoformat(),
    )
