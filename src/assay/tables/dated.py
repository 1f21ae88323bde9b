"""The same tables on several days: one copy of every row for each day."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from assay.tables.tables import ROW_LINKS, SCHEMAS, Tables


def repeated(tables: Tables, days: Sequence[int]) -> Tables:
    """Copies of the tables for each of the days, in that order; row numbers are a copy's own.

    The copy for day ``i`` has its profiles at rows ``i * n`` to ``(i + 1) * n - 1``. Citations
    that no claim owns stay at the end of their table, behind all that are owned.
    """
    offsets = dict.fromkeys(SCHEMAS, 0)
    parts: dict[str, list[pl.DataFrame]] = {space: [] for space in SCHEMAS}
    for _ in days:
        for space, frame in tables.frames.items():
            shifted = [
                (pl.col(column) + offsets[target]).alias(column)
                for column, target in ROW_LINKS[space].items()
            ]
            parts[space].append(frame.with_columns(shifted))
        for space, frame in tables.frames.items():
            offsets[space] += frame.height
    stacked = {space: pl.concat(frames) for space, frames in parts.items()}
    count = tables.height("profile")
    today = pl.Series("today", days, dtype=pl.Int64).gather(
        pl.select(pl.int_range(count * len(days)) // max(count, 1)).to_series()
    )
    stacked["profile"] = stacked["profile"].with_columns(today)
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
