"""Bulk scoring: from a folder of tables to one table of scores, here or on Spark.

Tables that fit into memory are scored as a whole, others a part of the profiles at a time. The
scores are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from assay.cel.program import Program
from assay.cel.steps import Place
from assay.engine.parts import Passes, Steps, bytes_held, fits, split_to_fit, too_large_error
from assay.model.rulebook import Rulebook
from assay.progress import stage
from assay.rules.scorers import compile_rulebook
from assay.scoring.outlook import Projection, later_days
from assay.scoring.run import Run, band_columns, run_program
from assay.tables.parquet import StoredTables, read_tables, write_frame
from assay.tables.tables import Tables
from assay.workspace.load import load_rulebook
from assay.workspace.paths import Workspace

if TYPE_CHECKING:
    from assay.scoring.distributed import Cluster


@dataclass(frozen=True, slots=True)
class Written:
    """The numbers of profiles scored, and of parts in which the tables were read."""

    profiles: int
    parts: int = 1


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """A rulebook and options for scoring tables.

    ``as_of`` replaces the date of the tables. ``later_bands`` adds the bands a quarter and a year
    later; ``until`` adds the day of the next change and implies ``later_bands``.
    """

    rulebook: Rulebook
    program: Program
    as_of: date | None = None
    later_bands: bool = False
    until: bool = False


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
    """Score a folder of Parquet tables by the workspace's rulebook, and write one Parquet file.

    ``out`` is replaced when the new file is complete. The options are those of
    :class:`BulkRequest`. Tables that need more than ``memory`` bytes are scored in parts; raises
    ``UsageError`` if these do not fit either.
    """
    stage("rulebook")
    rulebook = load_rulebook(workspace)
    request = BulkRequest(rulebook, compile_rulebook(rulebook), as_of, later_bands, until)
    if memory is None or fits(folder, memory):
        table, parts = score_whole(request, folder), 1
    else:
        table, parts = _score_in_parts(request, folder, memory)
    stage("writing")
    write_frame(table, out)
    return Written(table.height, parts)


def score_with_spark(workspace: Workspace, cluster: Cluster, as_of: date | None) -> Written:
    """Score tables on a Spark cluster by the workspace's rulebook.

    The scores are those of :func:`score_tables`, written as a folder of Parquet files.
    """
    from assay.scoring.distributed import score_on_spark

    stage("rulebook")
    rulebook = load_rulebook(workspace)
    return Written(score_on_spark(rulebook, compile_rulebook(rulebook), cluster, as_of))


def score_whole(request: BulkRequest, folder: Path) -> pl.DataFrame:
    """Score a folder of tables, all of them in memory."""
    stage("reading the tables")
    tables = read_tables(folder)
    if request.as_of is not None:
        tables = tables.on(request.as_of.toordinal())
    stage("scores")
    run = run_program(request.rulebook, request.program, tables)
    table = score_table(run)
    if request.later_bands:
        stage("outlook")
        table = _with_outlook(table, run, _first_day(tables), until=request.until)
    return table


def _score_in_parts(request: BulkRequest, folder: Path, memory: int) -> tuple[pl.DataFrame, int]:
    """Score a folder of tables a part at a time; also return the number of parts."""
    stage("checking the tables")
    steps, wanted = Steps(request.program.steps), result_columns(request.program)
    parted = split_to_fit(folder, memory, lambda stored: bytes_held(steps, wanted, stored))
    if request.as_of is not None:
        parted = parted.on(request.as_of.toordinal())
    passes = Passes(parted, steps, wanted)
    if request.until and passes.cross_part_steps:
        raise too_large_error(
            folder,
            memory,
            "with --with-outlook these rules read several profiles together on each day, which is "
            "not possible in parts; use --with-later-bands, or ",
        )
    day = _first_day(parted.stored)
    stage("scores and outlook" if request.until else "scores")
    parts = []
    for run in _runs(request, passes):
        table = score_table(run)
        parts.append(_with_outlook(table, run, day, until=True) if request.until else table)
    table = pl.concat(parts)
    if request.later_bands and not request.until:
        for name, then in later_days(day).items():
            stage(f"bands of {then.isoformat()}")
            passes = Passes(parted.on(then.toordinal()), steps, wanted)
            bands = [pl.DataFrame(_all_bands(run, name)) for run in _runs(request, passes)]
            table = table.hstack(pl.concat(bands))
    return table, len(parted.parts)


def _runs(request: BulkRequest, passes: Passes) -> Iterator[Run]:
    for engine in passes.run():
        yield Run(request.rulebook, request.program, engine.tables, engine)


def _first_day(tables: Tables | StoredTables) -> date:
    days = tables.column("profile", "today")
    # Without profiles no result depends on the day.
    return date.fromordinal(int(days[0])) if len(days) else date.min


def _with_outlook(table: pl.DataFrame, run: Run, day: date, *, until: bool) -> pl.DataFrame:
    return table.hstack(
        outlook_table(Projection(run, day), later_days(day), until=until).drop("id")
    )


def result_columns(program: Program) -> tuple[Place, ...]:
    """The columns from which results are read."""
    return tuple(
        ("profile", name)
        for scorer in program.shown
        for name in (scorer.score, scorer.coverage, scorer.band, scorer.ceiling, scorer.stands_on)
        if name is not None
    )


def score_table(run: Run) -> pl.DataFrame:
    """``id`` and, for each scorer, score, coverage, ``rated`` and the ids of its bands."""
    run.engine.make(result_columns(run.program))
    columns = [run.engine.column("profile", "id").cast(pl.String)]
    for scorer in run.program.shown:
        name = scorer.scorer.name
        for alias, column in ((name, scorer.score), (f"{name}.coverage", scorer.coverage)):
            columns.append(run.engine.column("profile", column).cast(pl.Int32).alias(alias))
        columns.append(columns[-2].is_not_null().alias(f"{name}.rated"))
        for suffix, column, ids in band_columns(run.rulebook, scorer):
            columns.append(_bands(run, column, ids, f"{name}.{suffix}"))
    return pl.DataFrame(columns)


def outlook_table(
    projection: Projection, days: dict[str, date], *, until: bool = True
) -> pl.DataFrame:
    """``id``, the band of each scorer on each of the days, and the day of the next change."""
    run = projection.run
    wanted = [p for p in result_columns(run.program) if p[1].startswith("band.")]
    columns = [run.engine.column("profile", "id").cast(pl.String)]
    for name, then in zip(days, projection.ahead(list(days.values()), wanted), strict=True):
        columns += _all_bands(then, name)
    if until:
        columns.append(projection.first_changes())
    return pl.DataFrame(columns)


def _all_bands(run: Run, name: str) -> list[pl.Series]:
    return [
        _bands(run, column, ids, f"{scorer.scorer.name}.{name}")
        for scorer in run.program.shown
        for kind, column, ids in band_columns(run.rulebook, scorer)
        if kind == "band"
    ]


def _bands(run: Run, column: str, ids: Sequence[str], name: str) -> pl.Series:
    index = run.engine.column("profile", column)
    return pl.Series(ids, dtype=pl.Enum(ids)).gather(index).alias(name)
