"""The same rows several times over, so that several days are looked at in one go."""

from __future__ import annotations

import polars as pl

from assay.tables.tables import ROW_LINKS, Tables


def copies(tables: Tables, count: int) -> Tables:
    """``count`` copies of all rows; copy ``i`` of a table of ``n`` rows begins at row ``i * n``.

    Links lead to the rows of the same copy. Only the citations that no claim owns stand behind
    all that are owned, as tables have them.
    """
    frames = {space: _copied(tables, space, count) for space in tables.frames}
    return Tables(_owned_first(frames), tables.day)


def _copied(tables: Tables, space: str, count: int) -> pl.DataFrame:
    frame = tables.frames[space]
    copy = pl.int_range(pl.len(), dtype=pl.Int64) // max(frame.height, 1)
    return pl.concat([frame] * count).with_columns(
        pl.col(column) + copy * tables.height(target) for column, target in ROW_LINKS[space].items()
    )


def _owned_first(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    citation = frames["citation"].with_row_index("old_row")
    ordered = citation.sort(pl.col("owner_row").is_null(), maintain_order=True)
    place = ordered.get_column("old_row").arg_sort().cast(pl.Int64)
    root = frames["root"].with_columns(
        place.gather(frames["root"].get_column(c)).alias(c) for c in ROW_LINKS["root"]
    )
    return frames | {"citation": ordered.drop("old_row"), "root": root.sort("citation_row")}
