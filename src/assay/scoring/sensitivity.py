"""What would change a grade: the least changes of the evidence that cross a boundary.

A what-if is one more row for the engine that made the scores, never a second way to compute
them. Neighbours are held as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from assay.engines.plan import Place
from assay.model.corpus import Corpus
from assay.progress import counting
from assay.rules.program import ScorerColumns
from assay.scoring.beside import run_beside
from assay.scoring.results import WouldChange
from assay.scoring.run import Run, ordered_bands
from assay.scoring.tried import tried
from assay.tables.rows import Rows
from assay.tables.tables import Tables

_AT_ONCE = 4_000
"""Profiles whose what-ifs are scored together."""


def would_change(
    corpus: Corpus, rows: Rows, run: Run, as_of: date, ids: Sequence[str]
) -> dict[str, tuple[WouldChange, ...]]:
    """For each profile the least changes that move one of its scores into another band.

    Every change of the rulebook's catalogue is tried; upgrades first, by effort. ``rows`` are
    those of the ``corpus`` that was scored in ``run``.
    """
    found: dict[str, tuple[WouldChange, ...]] = {}
    blocks = [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
    for block in counting(blocks, f"times {_AT_ONCE:,} profiles"):
        places = np.array(sorted({run.profile_rows[i] for i in block}), dtype=np.int64)
        changes = _crossing(run, *tried(corpus, rows, run, as_of, places))
        found |= {i: tuple(changes.get(run.profile_rows[i], ())) for i in block}
    return found


def _crossing(run: Run, told: pl.DataFrame, tables: Tables) -> dict[int, list[WouldChange]]:
    """By row of the profile the least changes that cross a boundary, by score and effort."""
    graded = [s for s in run.program.on("profile") if s.band]
    wanted: list[Place] = [("profile", c) for s in graded for c in (s.score, s.band) if c]
    if not graded or told.is_empty():
        return {}
    then = run_beside(run, tables, wanted)
    found: dict[int, list[WouldChange]] = {}
    for scorer in sorted(graded, key=lambda s: s.scorer.name):
        bands = ordered_bands(run.rulebook.bands(scorer.scorer))
        least = _least(_moves(run, then, scorer, told))
        for own, up, effort, text, points, band in least.iter_rows():
            change = WouldChange(
                scorer=scorer.scorer.name,
                to=bands[band],
                change=text,
                effort=effort,
                points=points,
                direction="upgrade" if up else "downgrade",
            )
            found.setdefault(own, []).append(change)
    return found


def _moves(now: Run, then: Run, scorer: ScorerColumns, told: pl.DataFrame) -> pl.DataFrame:
    """The what-ifs that are in another band than their profile."""
    assert scorer.band is not None
    score, band = (
        now.engine.column("profile", c).gather(told["own"]) for c in (scorer.score, scorer.band)
    )
    frame = told.with_columns(
        score.alias("score"),
        band.alias("from"),
        then.engine.column("profile", scorer.score).alias("points"),
        then.engine.column("profile", scorer.band).alias("to"),
    )
    moved = pl.col("to").is_not_null() & pl.col("from").ne_missing(pl.col("to"))
    up = (pl.col("points") > pl.col("score")).fill_null(True)
    return frame.filter(moved).select("own", up.alias("up"), "effort", "text", "points", "to")


def _least(moves: pl.DataFrame) -> pl.DataFrame:
    """For each direction the least effort, and more effort only where it goes further."""
    sign = pl.when("up").then(1).otherwise(-1)
    far, to = pl.col("points") * sign, pl.col("to").cast(pl.Int64) * sign
    return (
        moves.with_columns(far=far, band=to)
        .sort(
            ["own", "up", "effort", "far", "text"],
            descending=[False, True, False, True, False],
        )
        .unique(["own", "up", "effort"], keep="first", maintain_order=True)
        .with_columns(before=pl.col("band").cum_max().shift(1).over("own", "up"))
        .filter((pl.col("band") > pl.col("before")).fill_null(True))
        .select("own", "up", "effort", "text", "points", "to")
    )
