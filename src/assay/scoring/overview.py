"""A line about every profile: its scores, how long they hold, how much evidence stands behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

import polars as pl

from assay.scoring.later import Later
from assay.scoring.outlook import Horizons, horizon_grade, watched
from assay.scoring.results import HorizonGrade, Score
from assay.scoring.run import Run


class Line(NamedTuple):
    """What a list of profiles says of one; ``until`` as in the outlook."""

    id: str
    kind: str
    name: str
    scores: Mapping[str, Score]
    horizon: HorizonGrade
    until: date | None
    sources: int
    origins: int
    published: bool


def overview(run: Run, listing: pl.DataFrame, as_of: date) -> list[Line]:
    """A line about every profile of ``run``, in the order of its rows and of the listing."""
    later = Later(run, as_of)
    horizons = Horizons.of(as_of)
    scores = {s.scorer.name: run.scores(s) for s in run.program.on("profile")}
    days: list[date | None] = later.first_changes().to_list()
    due = run.tables.column("profile", "due_day").to_list()
    fired = watched(later, horizons)
    told = listing.select("id", "kind", "name", "sources", "origins").iter_rows()

    @cache  # thousands of profiles share a few hundred combinations of days
    def horizon(
        until: date | None, day: int | None, rules: tuple[HorizonGrade, ...]
    ) -> HorizonGrade:
        next_due = None if day is None else date.fromordinal(day)
        return horizon_grade(horizons, (until, next_due), rules)

    lines = []
    for row, (until, day, rules, (profile_id, kind, name, sources, origins)) in enumerate(
        zip(days, due, fired, told, strict=True)
    ):
        at = {scorer: column[row] for scorer, column in scores.items()}
        grade = horizon(until, day, tuple(rules))
        published = is_published(run, at)
        lines.append(Line(profile_id, kind, name, at, grade, until, sources, origins, published))
    return lines


def is_published(run: Run, scores: Mapping[str, Score]) -> bool:
    """Whether a profile gets a page: its band says so; without a rating it gets none."""
    chosen = run.rulebook.settings.publish_by
    if chosen is None:
        return True
    band = scores[chosen].band
    return band is not None and band.publish
