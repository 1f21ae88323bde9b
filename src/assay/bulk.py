"""Tables scored as they are: no documents, no explanations, on one machine or on a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from assay.progress import stage
from assay.workspace import Workspace

if TYPE_CHECKING:
    from assay.scoring.distributed import Cluster


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
    from assay.engines.parts import fits
    from assay.loading.load import load_rulebook
    from assay.rules.scorers import compile_rulebook
    from assay.scoring.bulk import Asked, score_in_parts, score_whole
    from assay.tables.bulk import write_frame

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
    from assay.loading.load import load_rulebook
    from assay.rules.scorers import compile_rulebook
    from assay.scoring.distributed import score_on_spark

    stage("rulebook")
    rulebook = load_rulebook(workspace)
    return Written(score_on_spark(rulebook, compile_rulebook(rulebook), cluster, as_of))
