"""The outlook: the same evidence at later dates, with nothing new having arrived.

``until`` is by definition the first day within 366 on which a band differs, found by scoring
every one of those days. The days are rows for the one engine, run in blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from assay.model.corpus import Corpus
from assay.model.dates import add_months
from assay.model.profile import AnyProfile
from assay.rules.ir import columns
from assay.rules.program import Compute, Gather, Program, Step, TextPart
from assay.rules.schema import HORIZONS
from assay.scoring.results import HorizonGrade, Outlook, OutlookPoint, Score, WatchNotice
from assay.scoring.run import Run, run_program
from assay.scoring.wording import fill_text
from assay.tables.dated import dated_tables
from assay.tables.tables import Tables

LOOKAHEAD_DAYS = 366
_ROWS_A_BLOCK = 500_000


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


def outlooks(corpus: Corpus, run: Run, as_of: date) -> list[Outlook]:
    """The outlook of every profile row of ``run``, which scored ``corpus`` at ``as_of``."""
    horizons = Horizons.of(as_of)
    later = _run_at(corpus, run, as_of, horizons.days)
    count = run.tables.height("profile")
    points: list[dict[str, tuple[OutlookPoint, ...]]] = [{} for _ in range(count)]
    for scorer in run.program.on("profile"):
        if scorer.band is None:
            continue
        scores = later.scores(scorer)
        for row in range(count):
            points[row][scorer.scorer.name] = tuple(
                OutlookPoint(day, scores[i * count + row]) for i, day in enumerate(horizons.days)
            )
    first = _first_changes(corpus, run, as_of)
    notices = _notices(run, points)
    profiles = [corpus.profiles[i] for i in run.engine.column("profile", "id").to_list()]
    return [
        Outlook(
            grade=_horizon(horizons, until, profile, fired),
            until=until,
            points=at,
            watch=(*_written(profile), *fired),
        )
        for at, until, fired, profile in zip(points, first, notices, profiles, strict=True)
    ]


def _run_at(corpus: Corpus, run: Run, as_of: date, days: Sequence[date]) -> Run:
    tables = dated_tables(corpus, run.rulebook, run.tables, as_of, days)
    return run_program(run.rulebook, run.program, tables)


def _first_changes(corpus: Corpus, run: Run, as_of: date) -> list[date | None]:
    """For each profile the first later day on which a band differs from today's."""
    count = run.tables.height("profile")
    bands = [s.band for s in run.program.on("profile") if s.band]
    first: list[date | None] = [None] * count
    if not bands or not (reads_today(run.program) or _edges_end(corpus)):
        return first
    today = run.engine.frames["profile"].select(bands)
    for days in _blocks(run.tables, as_of):
        later = _run_at(corpus, run, as_of, days).engine.frames["profile"].select(bands)
        repeated = pl.concat([today] * len(days))
        differs = pl.Series([False]).extend_constant(False, later.height - 1)
        for band in bands:
            differs |= later.get_column(band).ne_missing(repeated.get_column(band))
        for index in differs.arg_true().to_list():
            day, row = days[index // count], index % count
            if first[row] is None:
                first[row] = day
        if all(first):
            break
    return first


def reads_today(program: Program) -> bool:
    """Whether any score depends on the date at all."""
    return any("today" in used for used in map(_reads, program.steps))


def _reads(step: Step) -> Iterable[str]:
    if isinstance(step, Compute):
        return columns(step.expr)
    return (step.origin,) if isinstance(step, Gather) else ()


def _edges_end(corpus: Corpus) -> bool:
    return any(
        d.valid_from or d.valid_until
        for p in corpus.profiles.values()
        for d in (*p.depends_on, *getattr(p, "affects", ()))
    )


def _blocks(tables: Tables, as_of: date) -> Iterator[list[date]]:
    """The days to look ahead, in blocks whose copies stay within a bounded number of rows."""
    rows = max(sum(frame.height for frame in tables.frames.values()), 1)
    size = max(_ROWS_A_BLOCK // rows, 1)
    days = [as_of + timedelta(days=n) for n in range(1, LOOKAHEAD_DAYS + 1)]
    for start in range(0, len(days), size):
        yield days[start : start + size]


def _written(profile: AnyProfile) -> Iterator[WatchNotice]:
    for item in profile.watch:
        yield WatchNotice(
            horizon=item.horizon,
            priority=item.priority,
            text=item.text,
            trigger=item.trigger,
            due=item.due.text if item.due else None,
            owner=item.owner,
        )


def _notices(
    run: Run, points: Sequence[dict[str, tuple[OutlookPoint, ...]]]
) -> list[list[WatchNotice]]:
    """What the rulebook's watch rules say of each profile."""
    notices: list[list[WatchNotice]] = [[] for _ in points]
    program, engine = run.program, run.engine
    if not program.watch:
        return notices
    for scorer in program.on("profile"):
        if scorer.band is None:
            continue
        name = scorer.scorer.name
        for index, horizon in enumerate(HORIZONS):
            scores = [p[name][index].score for p in points]
            engine.add("profile", *_outlook_columns(f"outlook.{name}.{horizon}", scores))
    engine.run(program.watch_steps)
    engine.run(program.text_steps)
    for watch in program.watch:
        for row, fires in enumerate(engine.column("profile", watch.outcome).to_list()):
            if fires:
                rule = watch.rule
                text = _filled(run, watch.text, row)
                notices[row].append(WatchNotice(rule.horizon, rule.priority, text, rule=rule.id))
    return notices


def _outlook_columns(stem: str, scores: Sequence[Score]) -> tuple[pl.Series, pl.Series]:
    bands = [s.band.id if s.band else None for s in scores]
    return (
        pl.Series(f"{stem}.band", bands, dtype=pl.String),
        pl.Series(f"{stem}.score", [s.points for s in scores], dtype=pl.Int64),
    )


def _filled(run: Run, text: Sequence[TextPart], row: int) -> str:
    return fill_text(text, lambda column: run.engine.column("profile", column)[row])


def _horizon(
    horizons: Horizons, until: date | None, profile: AnyProfile, fired: Sequence[WatchNotice]
) -> HorizonGrade:
    """The first horizon at which a band changes or something falls due."""
    dates = [until, *(w.due.last for w in profile.watch if w.due)]
    grades: set[HorizonGrade] = {_grade_of(d, horizons) for d in dates if d}
    grades |= {n.horizon for n in fired}
    order: tuple[HorizonGrade, ...] = ("now", "quarter", "year")
    return next((g for g in order if g in grades), "none")


def _grade_of(day: date, horizons: Horizons) -> HorizonGrade:
    if day <= horizons.now:
        return "now"
    if day <= horizons.quarter:
        return "quarter"
    return "year" if day <= horizons.year else "none"
