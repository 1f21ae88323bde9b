"""The same evidence at several dates: one copy of every row for each date.

Nothing new arrives: the evidence is that of the first date, and only ``today`` and the edges
that are valid move on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from assay.model.corpus import Corpus
from assay.model.rulebook import Rulebook
from assay.tables.build import Edge, edge_tables, scored_profiles, valid_edges
from assay.tables.tables import ROW_LINKS, SCHEMAS, Tables


def dated_tables(
    corpus: Corpus, rulebook: Rulebook, tables: Tables, as_of: date, days: Sequence[date]
) -> Tables:
    """Copies of ``tables`` (built at ``as_of``) for each of ``days``, in that order.

    The copy for day ``i`` has its profiles at rows ``i * n`` to ``(i + 1) * n - 1``.
    """
    profiles = scored_profiles(corpus, as_of)
    made: dict[tuple[Edge, ...], dict[str, pl.DataFrame]] = {}
    copies: list[dict[str, pl.DataFrame]] = []
    for day in days:
        edges = tuple(valid_edges(profiles, day))
        if edges not in made:
            made[edges] = edge_tables(edges, profiles, rulebook)
        frames = tables.frames | made[edges]
        today = pl.lit(day.toordinal(), dtype=pl.Int64).alias("today")
        copies.append(frames | {"profile": frames["profile"].with_columns(today)})
    return _stacked(copies)


def _stacked(copies: Sequence[dict[str, pl.DataFrame]]) -> Tables:
    """All copies in one set of tables, row numbers shifted to the copy's own rows.

    Citations that no claim owns must stay at the end of their table, behind all that are owned.
    """
    offsets = dict.fromkeys(SCHEMAS, 0)
    parts: dict[str, list[pl.DataFrame]] = {space: [] for space in SCHEMAS}
    for frames in copies:
        for space, frame in frames.items():
            shifted = [
                (pl.col(column) + offsets[target]).alias(column)
                for column, target in ROW_LINKS[space].items()
            ]
            parts[space].append(frame.with_columns(shifted))
        for space, frame in frames.items():
            offsets[space] += frame.height
    stacked = {space: pl.concat(frames) for space, frames in parts.items()}
    return Tables(_owned_first(stacked))


def _owned_first(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    citation = frames["citation"].with_row_index("old_row")
    ordered = citation.sort(pl.col("owner_row").is_null(), maintain_order=True)
    place = (
        ordered.select(pl.col("old_row").cast(pl.Int64))
        .with_row_index("new_row")
        .sort("old_row")
        .get_column("new_row")
        .cast(pl.Int64)
    )
    root = frames["root"].with_columns(
        place.gather(frames["root"].get_column(c)).alias(c) for c in ("citation_row", "root_row")
    )
    return frames | {"citation": ordered.drop("old_row"), "root": root.sort("citation_row")}
