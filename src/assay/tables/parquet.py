"""Tables as a folder of Parquet files, one for each kind of row: the input of a million profiles.

What is checked is what the engines rely on: columns and types, rows that links lead to, the order
of owners. Every mistake names the file, and the row where there is one (the first is row 1).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Position
from assay.errors import InputError
from assay.tables.check import Given, column_mistakes, misnumbered, row_mistakes, unreadable
from assay.tables.tables import SCHEMAS, Tables

ROW = "row"
"""A column that tables may have: which row each is, from 0, where they do not stand in order."""

_Problems = list[tuple[str, str]]


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
        # In one piece, the same rows are the same bytes, however they were put together.
        frame.rechunk().write_parquet(staged, statistics=False, compression="lz4")
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)


def read_tables(folder: Path) -> Tables:
    """The tables of a folder; a table without a file has no rows.

    Raises ``InputError`` with everything that is wrong with them.
    """
    problems: _Problems = []
    frames: dict[str, pl.DataFrame] = {}
    for space, schema in SCHEMAS.items():
        path = _file(folder, space)
        if path is None:
            frames[space] = pl.DataFrame(schema=schema)
            continue
        try:
            frame = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            problems.append((space, _unreadable(error)))
            continue
        if ROW in frame.columns:
            problems += [(space, message) for message in _numbering(frame)]
            frame = frame.sort(ROW).drop(ROW)
        wrong = list(column_mistakes(space, frame.schema))
        problems += [(space, message) for message in wrong]
        if not wrong:
            frames[space] = frame.select(pl.col(c).cast(t) for c, t in schema.items())
    tables = Tables(frames)
    _raise(folder, problems or _of_rows(tables))
    return tables


@dataclass(frozen=True)
class StoredTables:
    """The tables of a folder left in their files; columns and ranges of rows are read on demand.

    ``day``, if given, is the date of every row in place of the column ``today``.
    """

    scans: Mapping[str, pl.LazyFrame]
    heights: Mapping[str, int]
    day: int | None = None

    def height(self, space: str) -> int:
        return self.heights[space]

    def given(self, space: str, name: str) -> pl.Series:
        """A column as the file has it, whatever the ``day``."""
        return self.scans[space].select(name).collect().to_series()

    def column(self, space: str, name: str) -> pl.Series:
        """A column, on the ``day``."""
        if name == "today" and self.day is not None:
            return pl.repeat(self.day, self.height(space), dtype=pl.Int64, eager=True).alias(name)
        return self.given(space, name)

    def rows(self, space: str, names: list[str], of: range) -> pl.DataFrame:
        """Some columns of a range of rows."""
        return self.scans[space].select(names).slice(of.start, len(of)).collect()

    def on(self, day: int) -> StoredTables:
        """The same rows on another day."""
        return replace(self, day=day)


def open_tables(folder: Path) -> StoredTables | None:
    """The tables of a folder, checked as :func:`read_tables` checks them, one column at a time.

    None where a table says by a column ``row`` in what order it is: then it has to be sorted,
    and so be read whole. Raises ``InputError`` with everything that is wrong.
    """
    problems: _Problems = []
    scans: dict[str, pl.LazyFrame] = {}
    heights: dict[str, int] = {}
    for space, schema in SCHEMAS.items():
        path = _file(folder, space)
        scan = pl.LazyFrame(schema=schema) if path is None else pl.scan_parquet(path)
        try:
            given = scan.collect_schema()
            heights[space] = scan.select(pl.len()).collect().item()
        except (OSError, pl.exceptions.PolarsError) as error:
            problems.append((space, _unreadable(error)))
            continue
        if ROW in given:
            return None
        problems += [(space, message) for message in column_mistakes(space, given)]
        scans[space] = scan.select(pl.col(c).cast(t) for c, t in schema.items() if c in given)
    stored = StoredTables(scans, heights)
    _raise(folder, problems or _of_rows(stored))
    return stored


def _file(folder: Path, space: str) -> Path | None:
    """Where a table is; None for one that may be absent and is."""
    path = folder / f"{space}.parquet"
    return path if path.exists() or space == "profile" else None


def _unreadable(error: Exception) -> str:
    return unreadable(str(error).splitlines()[0])


def _numbering(frame: pl.DataFrame) -> Iterator[str]:
    """Whether rows that say which they are do so from 0, without gaps."""
    numbers = frame.get_column(ROW).sort()
    if not numbers.equals(pl.int_range(frame.height, eager=True), null_equal=False):
        yield misnumbered(ROW, frame.height)


def _of_rows(tables: Given) -> _Problems:
    return [(space, message) for space in SCHEMAS for message in row_mistakes(space, tables)]


def _raise(folder: Path, problems: _Problems) -> None:
    if problems:
        raise InputError(
            [
                codes.TABLE_MISTAKE.at(Position(str(folder / f"{space}.parquet")), message)
                for space, message in problems
            ]
        )
