"""The outlook: the same evidence at later dates, with nothing new having arrived.

``until`` is by definition the first day within 366 on which a band differs (see
:mod:`assay.scoring.later`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from assay.model.corpus import Corpus
from assay.model.dates import add_months
from assay.model.profile import AnyProfile
from assay.rules.program import ScorerColumns, TextPart, WatchColumns
from assay.rules.schema import HORIZONS
from assay.scoring.later import LOOKAHEAD_DAYS, Later
from assay.scoring.results import HorizonGrade, Outlook, OutlookPoint, WatchNotice
from assay.scoring.run import Run, ordered_bands
from assay.scoring.wording import fill_text

__all__ = ["LOOKAHEAD_DAYS", "Horizons", "horizon_grade", "outlooks", "watched"]


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


def outlooks(corpus: Corpus, run: Run, as_of: date) -> list[Outlook]:
    """The outlook of every profile row of ``run``, which scored ``corpus`` at ``as_of``."""
    horizons = Horizons.of(as_of)
    later = Later(run, as_of)
    ahead = _looked_ahead(later, horizons)
    points = _points(ahead, horizons)
    first: list[date | None] = later.first_changes().to_list()
    notices: list[list[WatchNotice]] = [[] for _ in points]
    for watch, rows in _firing(run, ahead):
        run.engine.run(run.program.text_steps)
        for row in rows:
            text, rule = _filled(run, watch.text, row), watch.rule
            notices[row].append(WatchNotice(rule.horizon, rule.priority, text, rule=rule.id))
    profiles = [corpus.profiles[i] for i in run.engine.column("profile", "id").to_list()]
    return [
        Outlook(
            grade=horizon_grade(
                horizons, [until, *_due(profile)], [notice.horizon for notice in fired]
            ),
            until=until,
            points=at,
            watch=(*_written(profile), *fired),
        )
        for at, until, fired, profile in zip(points, first, notices, profiles, strict=True)
    ]


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
    later.run.engine.make(columns)
    return [later.run, *(later.on(day, columns) for day in horizons.days[1:])]


def _points(ahead: Sequence[Run], horizons: Horizons) -> list[dict[str, tuple[OutlookPoint, ...]]]:
    """The scores of every profile row at each date, by scorer."""
    made = {s.scorer.name: [run.scores(s) for run in ahead] for s in _graded(ahead[0])}
    return [
        {
            name: tuple(
                OutlookPoint(day, scores[row])
                for day, scores in zip(horizons.days, by_day, strict=True)
            )
            for name, by_day in made.items()
        }
        for row in range(ahead[0].tables.height("profile"))
    ]


def _due(profile: AnyProfile) -> Iterator[date]:
    return (item.due.last for item in profile.watch if item.due)


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
