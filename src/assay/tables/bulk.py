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
from assay.tables.mistakes import (
    given_twice,
    leads_nowhere,
    may_be_missing,
    misnumbered,
    missing,
    of_columns,
    out_of_order,
    unreadable,
)
from assay.tables.tables import ROW_LINKS, SCHEMAS, Tables

ROW = "row"
"""A column that tables may have: which row each is, from 0, where they do not stand in order."""

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
            problems.append((space, unreadable(str(error).splitlines()[0])))
            continue
        if ROW in frame.columns:
            wrong = list(_numbering(frame))
            frame = frame.sort(ROW).drop(ROW)
            problems += [(space, message) for message in wrong]
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


def _numbering(frame: pl.DataFrame) -> Iterator[str]:
    """Whether rows that say which they are do so from 0, without gaps."""
    numbers = frame.get_column(ROW).sort()
    if not numbers.equals(pl.int_range(frame.height, eager=True), null_equal=False):
        yield misnumbered(ROW, frame.height)


def _columns(space: str, frame: pl.DataFrame) -> Iterator[str]:
    wanted = SCHEMAS[space]
    given = {
        name: str(wanted[name]) if _is_text(dtype) and wanted.get(name) == pl.String else str(dtype)
        for name, dtype in frame.schema.items()
    }
    return of_columns(given, {name: str(dtype) for name, dtype in wanted.items()})


def _is_text(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.String | pl.Enum | pl.Categorical)


def _rows(space: str, frames: dict[str, pl.DataFrame]) -> Iterator[str]:
    frame = frames[space]
    for link, target in ROW_LINKS[space].items():
        optional = may_be_missing(space, link)
        outside = ~pl.col(link).is_between(0, frames[target].height - 1)
        bad = frame.select(outside.fill_null(not optional).arg_true()).to_series()
        if len(bad):
            yield leads_nowhere(bad[0], link, target)
    for owner in _OWNERS.get(space, ()):
        series = frame.get_column(owner)
        known = series.drop_nulls()
        if not known.is_sorted() or series.head(len(known)).null_count():
            yield out_of_order(owner)
    if space == "profile":
        yield from _profiles(frame)


def _profiles(frame: pl.DataFrame) -> Iterator[str]:
    for name in ("id", "kind", "today"):
        absent = frame.get_column(name).is_null().arg_true()
        if len(absent):
            yield missing(absent[0], name)
    twice = frame.get_column("id").is_duplicated().arg_true()
    if len(twice):
        yield given_twice(twice[0], frame["id"][twice[0]])
