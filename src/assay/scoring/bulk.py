"""Scores of all profiles as one table: what is written for a million of them.

Tables that fit into memory are scored as a whole, others a part of the profiles at a time; the
scores are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from assay.cel.program import Program, ScorerColumns
from assay.engine.parts import Passes, Steps, as_a_whole, bytes_held, parted_to_fit
from assay.engine.plan import Place
from assay.model.rulebook import Rulebook
from assay.progress import stage
from assay.scoring.outlook import Later, later_days
from assay.scoring.run import Run, ordered_bands, run_program
from assay.tables.parquet import StoredTables, read_tables
from assay.tables.tables import Tables
from assay.workspace.paths import Workspace

if TYPE_CHECKING:
    from assay.scoring.distributed import Cluster


_TOGETHER = (
    "with --with-outlook these rules look at several profiles together, day by day, which is not "
    "done in parts; use --with-later-bands, or "
)


@dataclass(frozen=True, slots=True)
class Asked:
    """By what tables are scored: on ``as_of`` if not on their own date, and how far ahead.

    ``later_bands`` are those a quarter and a year later; ``until``, the day of the next change,
    comes with them.
    """

    rulebook: Rulebook
    program: Program
    as_of: date | None = None
    later_bands: bool = False
    until: bool = False


def score_whole(asked: Asked, folder: Path) -> pl.DataFrame:
    """The scores of a folder of tables, all of which are held in memory."""
    stage("reading the tables")
    tables = read_tables(folder)
    if asked.as_of is not None:
        tables = tables.on(asked.as_of.toordinal())
    stage("scores")
    run = run_program(asked.rulebook, asked.program, tables)
    table = score_table(run)
    if asked.later_bands:
        stage("outlook")
        later = Later(run, _first_day(tables))
        table = table.hstack(_ahead(asked, later))
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
    if asked.until and passes.led_away:
        raise as_a_whole(folder, memory, _TOGETHER)
    day = _first_day(parted.stored)
    stage("scores and outlook" if asked.until else "scores")
    made = []
    for run in _runs(asked, passes):
        table = score_table(run)
        made.append(table.hstack(_ahead(asked, Later(run, day))) if asked.until else table)
    table = pl.concat(made)
    if asked.later_bands and not asked.until:
        for name, then in later_days(day).items():
            stage(f"bands of {then.isoformat()}")
            passes = Passes(parted.on(then.toordinal()), steps, wanted)
            bands = [pl.DataFrame(_all_bands(run, name)) for run in _runs(asked, passes)]
            table = table.hstack(pl.concat(bands))
    return table, len(parted.parts)


def _runs(asked: Asked, passes: Passes) -> Iterator[Run]:
    for engine in passes.run():
        yield Run(asked.rulebook, asked.program, engine.tables, engine)


def _first_day(tables: Tables | StoredTables) -> date:
    days = tables.column("profile", "today")
    # Where there is no profile, any day will do.
    return date.fromordinal(int(days[0])) if len(days) else date.min


def _ahead(asked: Asked, later: Later) -> pl.DataFrame:
    table = outlook_table(later, later_days(later.as_of), until=asked.until)
    return table.drop("id")


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


def outlook_table(later: Later, days: dict[str, date], *, until: bool = True) -> pl.DataFrame:
    """``id``, the band of each scorer on each of the days, and ``until`` if asked for."""
    run = later.run
    wanted = [p for p in result_columns(run.program) if p[1].startswith("band.")]
    made = [run.engine.column("profile", "id").cast(pl.String)]
    for name, then in zip(days, later.ahead(list(days.values()), wanted), strict=True):
        made += _all_bands(then, name)
    return pl.DataFrame([*made, *([later.first_changes()] if until else [])])


def _all_bands(run: Run, name: str) -> list[pl.Series]:
    scorers = run.program.on("profile")
    return [series for s in scorers for series in _bands(run, s, f"{s.scorer.name}.{name}")]


def _bands(run: Run, scorer: ScorerColumns, name: str) -> list[pl.Series]:
    if scorer.band is None:
        return []
    words = [band.id for band in ordered_bands(run.rulebook.bands(scorer.scorer))]
    index = run.engine.column("profile", scorer.band)
    return [pl.Series(words, dtype=pl.Enum(words)).gather(index).alias(name)]


@dataclass(frozen=True, slots=True)
class Written:
    """How many profiles were scored, and in how many parts the tables were gone through."""

    profiles: int
    parts: int = 1


def score_tables(
    workspace: Workspace,
    folder: Path,
    out: Path,
    as_of: date | None,
    *,
    later_bands: bool = False,
    until: bool = False,
    memory: int | None = None,
) -> Written:
    """Score a folder of Parquet tables by the workspace's rulebook.

    The result is one Parquet file, written beside ``out`` and then put in its place. ``as_of``
    takes the place of the date the tables were made at. ``later_bands`` are those a quarter and a
    year later; ``until``, the day of the next change, comes with them. Tables that do not fit into
    ``memory`` bytes are scored in parts; where these do not fit either, they are refused at once.
    """
    from assay.engine.parts import fits
    from assay.rules.scorers import compile_rulebook
    from assay.tables.parquet import write_frame
    from assay.workspace.load import load_rulebook

    stage("rulebook")
    rulebook = load_rulebook(workspace)
    asked = Asked(rulebook, compile_rulebook(rulebook), as_of, later_bands, until)
    if memory is None or fits(folder, memory):
        table, parts = score_whole(asked, folder), 1
    else:
        table, parts = score_in_parts(asked, folder, memory)
    stage("writing")
    write_frame(table, out)
    return Written(table.height, parts)


def score_with_spark(workspace: Workspace, cluster: Cluster, as_of: date | None) -> Written:
    """Score tables on a Spark cluster by the workspace's rulebook.

    The scores are those :func:`score_tables` gives, written as a folder of Parquet files.
    """
    from assay.rules.scorers import compile_rulebook
    from assay.scoring.distributed import score_on_spark
    from assay.workspace.load import load_rulebook

    stage("rulebook")
    rulebook = load_rulebook(workspace)
    return Written(score_on_spark(rulebook, compile_rulebook(rulebook), cluster, as_of))
