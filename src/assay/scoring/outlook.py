"""The outlook: the same evidence at later dates, with nothing new having arrived.

``until`` is by definition the first day within 366 on which a band differs (see
:mod:`assay.scoring.later`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from assay.model.dates import PartialDate, add_months
from assay.rules.program import ScorerColumns, TextPart, WatchColumns
from assay.rules.schema import HORIZONS
from assay.scoring.later import LOOKAHEAD_DAYS, Later
from assay.scoring.results import HorizonGrade, Outlook, OutlookPoint, WatchNotice
from assay.scoring.run import Rows, Run, ordered_bands
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
