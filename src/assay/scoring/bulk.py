"""Scores of all profiles as one table: what is written for a million of them."""

from __future__ import annotations

from datetime import date

import polars as pl

from assay.engines.plan import Place
from assay.rules.program import ScorerColumns
from assay.scoring.later import Later
from assay.scoring.run import Run, ordered_bands


def result_columns(run: Run) -> list[Place]:
    """The columns the results are read from."""
    return [
        ("profile", name)
        for scorer in run.program.on("profile")
        for name in (scorer.score, scorer.coverage, scorer.band)
        if name is not None
    ]


def score_table(run: Run) -> pl.DataFrame:
    """``id`` and, for each scorer, the score and its coverage in thousandths and the band's id."""
    run.engine.make(result_columns(run))
    made = [run.engine.column("profile", "id").cast(pl.String)]
    for scorer in run.program.on("profile"):
        name = scorer.scorer.name
        for part, column in ((name, scorer.score), (f"{name}.coverage", scorer.coverage)):
            made.append(run.engine.column("profile", column).cast(pl.Int32).alias(part))
        made += _bands(run, scorer, f"{name}.band")
    return pl.DataFrame(made)


def outlook_table(later: Later, days: dict[str, date]) -> pl.DataFrame:
    """``id``, the band of each scorer on each of the days, and ``until``."""
    run = later.run
    wanted = [p for p in result_columns(run) if p[1].startswith("band.")]
    made = [run.engine.column("profile", "id").cast(pl.String)]
    for name, day in days.items():
        then = later.on(day, wanted)
        then.engine.make(wanted)
        for scorer in run.program.on("profile"):
            made += _bands(then, scorer, f"{scorer.scorer.name}.{name}")
    return pl.DataFrame([*made, later.first_changes()])


def _bands(run: Run, scorer: ScorerColumns, name: str) -> list[pl.Series]:
    if scorer.band is None:
        return []
    words = [band.id for band in ordered_bands(run.rulebook.bands(scorer.scorer))]
    index = run.engine.column("profile", scorer.band)
    return [pl.Series(words, dtype=pl.Enum(words)).gather(index).alias(name)]
