"""Tables scored as they are: no documents, no explanations, on one machine or on a cluster."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from assay.progress import stage
from assay.workspace import Workspace

if TYPE_CHECKING:
    from assay.scoring.distributed import Cluster


def score_tables(
    workspace: Workspace,
    folder: Path,
    out: Path,
    as_of: date | None,
    *,
    outlook: bool = False,
    memory: int | None = None,
) -> int:
    """Score a folder of Parquet tables by the workspace's rulebook; the number of profiles.

    The result is one Parquet file, written beside ``out`` and then put in its place. ``as_of``
    takes the place of the date the tables were made at. Tables that do not fit into ``memory``
    bytes are refused before they are read.
    """
    from assay.engines.memory import require_memory
    from assay.loading.load import load_rulebook
    from assay.rules.scorers import compile_rulebook
    from assay.scoring.bulk import outlook_table, score_table
    from assay.scoring.later import Later
    from assay.scoring.outlook import Horizons
    from assay.scoring.run import run_program
    from assay.tables.bulk import read_tables, write_frame

    stage("rulebook")
    rulebook = load_rulebook(workspace)
    program = compile_rulebook(rulebook)
    require_memory(folder, memory)
    stage("reading the tables")
    tables = read_tables(folder)
    if as_of is not None:
        tables = tables.on(as_of.toordinal())
    stage("scores")
    run = run_program(rulebook, program, tables)
    table = score_table(run)
    if outlook:
        stage("outlook")
        day = date.fromordinal(int(tables.column("profile", "today")[0]))
        ahead = Horizons.of(day)
        days = {"quarter": ahead.quarter, "year": ahead.year}
        table = table.hstack(outlook_table(Later(run, day), days).drop("id"))
    stage("writing")
    write_frame(table, out)
    return tables.height("profile")


def score_with_spark(workspace: Workspace, cluster: Cluster, as_of: date | None) -> int:
    """Score tables on a Spark cluster by the workspace's rulebook; the number of profiles.

    The scores are those :func:`score_tables` gives, written as a folder of Parquet files.
    """
    from assay.loading.load import load_rulebook
    from assay.rules.scorers import compile_rulebook
    from assay.scoring.distributed import score_on_spark

    stage("rulebook")
    rulebook = load_rulebook(workspace)
    return score_on_spark(rulebook, compile_rulebook(rulebook), cluster, as_of)
