"""The outlook: the same evidence at later dates, with nothing new having arrived.

``until`` is by definition the first day within 366 on which a band differs (see
:mod:`assay.scoring.later`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from assay.model.corpus import Corpus
from assay.model.dates import add_months
from assay.model.profile import AnyProfile
from assay.rules.program import TextPart
from assay.rules.schema import HORIZONS
from assay.scoring.later import LOOKAHEAD_DAYS, Later
from assay.scoring.results import HorizonGrade, Outlook, OutlookPoint, Score, WatchNotice
from assay.scoring.run import Run
from assay.scoring.wording import fill_text

__all__ = ["LOOKAHEAD_DAYS", "Horizons", "outlooks"]


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
    later = Later(run, as_of, corpus)
    points = _points(later, horizons)
    first: list[date | None] = later.first_changes().to_list()
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


def _points(later: Later, horizons: Horizons) -> list[dict[str, tuple[OutlookPoint, ...]]]:
    """The scores of every profile row at each date, by scorer."""
    run = later.run
    graded = [s for s in run.program.on("profile") if s.band]
    columns = [("profile", c) for s in graded for c in (s.score, s.coverage, s.band) if c]
    run.engine.make(columns)
    made: dict[str, list[list[Score]]] = {s.scorer.name: [] for s in graded}
    for day in horizons.days:
        at = later.on(day, columns)
        at.engine.make(columns)
        for scorer in graded:
            made[scorer.scorer.name].append(at.scores(scorer))
    return [
        {
            name: tuple(
                OutlookPoint(day, scores[row])
                for day, scores in zip(horizons.days, by_day, strict=True)
            )
            for name, by_day in made.items()
        }
        for row in range(run.tables.height("profile"))
    ]


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
