"""The same rows several times over, so that several days are looked at in one go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from assay.tables.tables import ROW_LINKS, Tables


@dataclass(frozen=True)
class Copies:
    """Tables of copied rows; ``original`` gives by space the row that each is a copy of."""

    tables: Tables
    original: Mapping[str, pl.Series]


def copies(tables: Tables, count: int, columns: Collection[tuple[str, str]]) -> Copies:
    """``count`` copies of all rows; copy ``i`` of a table of ``n`` rows begins at row ``i * n``.

    Links lead to the rows of the same copy. Only the citations that no claim owns stand behind
    all that are owned, as tables have them, and roots in the order of these. Copied are the
    spaces and, besides links, the ``columns`` (space, name) that are named.
    """
    spaces = {"profile", *(space for space, _ in columns)}
    if "root" in spaces:
        spaces.add("citation")
    frames = {
        space: _copied(tables, space, count, {name for own, name in columns if own == space})
        for space in tables.frames
        if space in spaces
    }
    if "citation" in frames:
        frames |= _owned_first(frames)
    original = {space: frame.get_column(_ORIGINAL) for space, frame in frames.items()}
    copied = {space: frame.drop(_ORIGINAL) for space, frame in frames.items()}
    return Copies(Tables(copied, tables.day), original)


_ORIGINAL = "original row"


def _copied(tables: Tables, space: str, count: int, names: Collection[str]) -> pl.DataFrame:
    frame, links = tables.frames[space], ROW_LINKS[space]
    kept = frame.select(n for n in frame.columns if n in names or n in links)
    numbered = kept.with_columns(pl.int_range(frame.height, eager=True).alias(_ORIGINAL))
    copy = pl.int_range(pl.len(), dtype=pl.Int64) // max(frame.height, 1)
    return pl.concat([numbered] * count).with_columns(
        pl.col(column) + copy * tables.height(target) for column, target in links.items()
    )


def _owned_first(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    citation = frames["citation"].with_row_index("old_row")
    ordered = citation.sort(pl.col("owner_row").is_null(), maintain_order=True)
    made = {"citation": ordered.drop("old_row")}
    if "root" in frames:
        place = ordered.get_column("old_row").arg_sort().cast(pl.Int64)
        root = frames["root"].with_columns(
            place.gather(frames["root"].get_column(c)).alias(c) for c in ROW_LINKS["root"]
        )
        made["root"] = root.sort("citation_row")
    return made
