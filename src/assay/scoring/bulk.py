"""Scores of all profiles as one table: what is written for a million of them.

Tables that fit into memory are scored as a whole, others a part of the profiles at a time; the
scores are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from assay.engines.memory import as_a_whole, parted_to_fit
from assay.engines.passes import Passes, Steps, bytes_held
from assay.engines.plan import Place
from assay.model.rulebook import Rulebook
from assay.progress import stage
from assay.rules.program import Program, ScorerColumns
from assay.scoring.later import Later
from assay.scoring.outlook import Horizons
from assay.scoring.run import Run, ordered_bands, run_program
from assay.tables.bulk import StoredTables, read_tables
from assay.tables.tables import Tables

_TOGETHER = (
    "with --with-outlook these rules look at several profiles together, day by day, which is not "
    "done in parts; leave it out, or "
)


@dataclass(frozen=True, slots=True)
class Asked:
    """By what tables are scored: on ``as_of`` if not on their own date, and how far ahead."""

    rulebook: Rulebook
    program: Program
    as_of: date | None = None
    outlook: bool = False


def score_whole(asked: Asked, folder: Path) -> pl.DataFrame:
    """The scores of a folder of tables, all of which are held in memory."""
    stage("reading the tables")
    tables = read_tables(folder)
    if asked.as_of is not None:
        tables = tables.on(asked.as_of.toordinal())
    stage("scores")
    run = run_program(asked.rulebook, asked.program, tables)
    table = score_table(run)
    if asked.outlook:
        stage("outlook")
        table = _with_outlook(table, run, _first_day(tables))
    return table


def score_in_parts(asked: Asked, folder: Path, memory: int) -> tuple[pl.DataFrame, int]:
    """The same scores, a part of the profiles at a time; and the number of parts.

    Raises ``UsageError`` where ``memory`` bytes are too little even for that.
    """
    stage("checking the tables")
    steps, wanted = Steps(asked.program.steps), result_columns(asked.program)
    parted = parted_to_fit(folder, memory, lambda stored: bytes_held(steps, wanted, stored))
    if asked.as_of is not None:
        parted = parted.on(asked.as_of.toordinal())
    passes = Passes(parted, steps, wanted)
    if asked.outlook and passes.led_away:
        raise as_a_whole(folder, memory, _TOGETHER)
    day = _first_day(parted.stored)
    stage("scores and outlook" if asked.outlook else "scores")
    made = []
    for engine in passes.run():
        run = Run(asked.rulebook, asked.program, engine.tables, engine)
        table = score_table(run)
        made.append(_with_outlook(table, run, day) if asked.outlook else table)
    return pl.concat(made, rechunk=True), len(parted.parts)


def _first_day(tables: Tables | StoredTables) -> date:
    days = tables.column("profile", "today")
    # Where there is no profile, any day will do.
    return date.fromordinal(int(days[0])) if len(days) else date.min


def _with_outlook(table: pl.DataFrame, run: Run, day: date) -> pl.DataFrame:
    ahead = Horizons.of(day)
    days = {"quarter": ahead.quarter, "year": ahead.year}
    return table.hstack(outlook_table(Later(run, day), days).drop("id"))


def result_columns(program: Program) -> tuple[Place, ...]:
    """The columns the results are read from."""
    return tuple(
        ("profile", name)
        for scorer in program.on("profile")
        for name in (scorer.score, scorer.coverage, scorer.band)
        if name is not None
    )


def score_table(run: Run) -> pl.DataFrame:
    """``id`` and, for each scorer, the score and its coverage in thousandths and the band's id."""
    run.engine.make(result_columns(run.program))
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
    wanted = [p for p in result_columns(run.program) if p[1].startswith("band.")]
    made = [run.engine.column("profile", "id").cast(pl.String)]
    for name, then in zip(days, later.ahead(list(days.values()), wanted), strict=True):
        for scorer in run.program.on("profile"):
            made += _bands(then, scorer, f"{scorer.scorer.name}.{name}")
    return pl.DataFrame([*made, later.first_changes()])


def _bands(run: Run, scorer: ScorerColumns, name: str) -> list[pl.Series]:
    if scorer.band is None:
        return []
    words = [band.id for band in ordered_bands(run.rulebook.bands(scorer.scorer))]
    index = run.engine.column("profile", scorer.band)
    return [pl.Series(words, dtype=pl.Enum(words)).gather(index).alias(name)]
