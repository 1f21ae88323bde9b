"""Tables as a folder of Parquet files, one for each kind of row: the input of a million profiles.

What is checked is what the engines rely on: columns and types, rows that links lead to, the order
of owners. Every mistake names the file, and the row where there is one (the first is row 1).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from assay.diagnostics import Position
from assay.documents import codes
from assay.errors import InputError
from assay.tables.tables import ROW_LINKS, SCHEMAS, Tables

_OWNERS: dict[str, tuple[str, ...]] = {
    "claim": ("profile_row",),
    "citation": ("owner_row", "cited_by_row"),
    "root": ("citation_row",),
    "ground": ("claim_row",),
    **dict.fromkeys(
        ("dependency", "dependent", "event", "upstream", "downstream"), ("profile_row",)
    ),
}
"""The columns by which the rows of a table stand in order; rows of nobody stand at the end."""


def write_tables(tables: Tables, folder: Path) -> None:
    """Write every table into ``folder`` as ``SPACE.parquet``."""
    folder.mkdir(parents=True, exist_ok=True)
    for space, frame in tables.frames.items():
        frame.write_parquet(folder / f"{space}.parquet", statistics=False)


def write_frame(frame: pl.DataFrame, path: Path) -> None:
    """Write one table so that a reader finds the old file or the new one, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        frame.write_parquet(staged, statistics=False, compression="lz4")
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)


def read_tables(folder: Path) -> Tables:
    """The tables of a folder; a table without a file has no rows.

    Raises ``InputError`` with everything that is wrong with them.
    """
    frames: dict[str, pl.DataFrame] = {}
    problems: list[tuple[str, str]] = []
    for space, schema in SCHEMAS.items():
        path = folder / f"{space}.parquet"
        if not path.exists() and space != "profile":
            frames[space] = pl.DataFrame(schema=schema)
            continue
        try:
            frame = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            problems.append((space, f"it cannot be read as Parquet: {str(error).splitlines()[0]}"))
            continue
        wrong = list(_columns(space, frame))
        problems += [(space, message) for message in wrong]
        if not wrong:
            frames[space] = frame.select(pl.col(c).cast(t) for c, t in schema.items())
    if not problems:
        problems = [(s, message) for s in frames for message in _rows(s, frames)]
    if problems:
        raise InputError(
            [
                codes.TABLE_MISTAKE.at(Position(str(folder / f"{space}.parquet")), message)
                for space, message in problems
            ]
        )
    return Tables(frames)


def _columns(space: str, frame: pl.DataFrame) -> Iterator[str]:
    for name, wanted in SCHEMAS[space].items():
        if name not in frame.columns:
            yield f"the column {name!r} is missing"
            continue
        given = frame.schema[name]
        text = wanted == pl.String and isinstance(given, pl.Enum | pl.Categorical)
        if given != wanted and not text:
            yield f"the column {name!r} is of type {given}, where {wanted} is wanted"
    for name in frame.columns:
        if name not in SCHEMAS[space]:
            yield f"there is no column {name!r} in this table"


def _rows(space: str, frames: dict[str, pl.DataFrame]) -> Iterator[str]:
    frame = frames[space]
    for link, target in ROW_LINKS[space].items():
        optional = space == "citation" and link in ("owner_row", "cited_by_row")
        outside = ~pl.col(link).is_between(0, frames[target].height - 1)
        bad = frame.select(outside.fill_null(not optional).arg_true()).to_series()
        if len(bad):
            yield f"row {bad[0] + 1}: {link!r} leads to no row of {target}.parquet"
    for owner in _OWNERS.get(space, ()):
        series = frame.get_column(owner)
        known = series.drop_nulls()
        if not known.is_sorted() or series.head(len(known)).null_count():
            yield f"rows are not in the order of {owner!r}, with those of nobody at the end"
    if space == "profile":
        yield from _profiles(frame)


def _profiles(frame: pl.DataFrame) -> Iterator[str]:
    for name in ("id", "kind", "today"):
        missing = frame.get_column(name).is_null().arg_true()
        if len(missing):
            yield f"row {missing[0] + 1}: {name!r} is missing"
    twice = frame.get_column("id").is_duplicated().arg_true()
    if len(twice):
        yield f"row {twice[0] + 1}: the id {frame['id'][twice[0]]!r} is given twice"
