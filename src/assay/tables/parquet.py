"""Tables as a folder of Parquet files, one for each space: the input of a million profiles.

Errors in them name the file, and the row if there is one (the first is row 1).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Position
from assay.errors import InputError
from assay.tables.check import column_errors, row_errors, unreadable, wrong_row_numbers
from assay.tables.tables import SCHEMAS, Tables

ROW = "row"
"""An optional column: the number of each row, from 0, in tables whose rows are not in order."""

_Problems = list[tuple[str, str]]


def write_tables(tables: Tables, folder: Path) -> None:
    """Write every table into ``folder`` as ``SPACE.parquet``."""
    folder.mkdir(parents=True, exist_ok=True)
    for space, frame in tables.frames.items():
        frame.write_parquet(folder / f"{space}.parquet", statistics=False)


def write_frame(frame: pl.DataFrame, path: Path) -> None:
    """Write one table atomically: a reader finds the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        # In one chunk, so that equal rows give equal bytes however they were put together.
        frame.rechunk().write_parquet(staged, statistics=False, compression="lz4")
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)


def read_tables(folder: Path) -> Tables:
    """Read the tables of a folder; a table without a file has no rows.

    Raises ``InputError`` with all errors in them.
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
            problems.append((space, unreadable(str(error).splitlines()[0])))
            continue
        if ROW in frame.columns:
            frame = frame.sort(ROW)
            numbers = pl.int_range(frame.height, eager=True)
            if not frame.get_column(ROW).equals(numbers, null_equal=False):
                problems.append((space, wrong_row_numbers(ROW, frame.height)))
            frame = frame.drop(ROW)
        wrong = list(column_errors(space, frame.schema))
        problems += [(space, message) for message in wrong]
        if not wrong:
            frames[space] = frame.select(pl.col(c).cast(t) for c, t in schema.items())
    tables = Tables(frames)
    _raise_problems(folder, problems, tables)
    return tables


@dataclass(frozen=True)
class StoredTables:
    """The tables of a folder, read by column and range of rows on demand.

    ``day``, if given, is the date of every row and replaces the column ``today``.
    """

    scans: Mapping[str, pl.LazyFrame]
    heights: Mapping[str, int]
    day: int | None = None

    def height(self, space: str) -> int:
        return self.heights[space]

    def given(self, space: str, name: str) -> pl.Series:
        """Return a column of the file, ignoring ``day``."""
        return self.scans[space].select(name).collect().to_series()

    def column(self, space: str, name: str) -> pl.Series:
        """Return a column, with ``day`` as ``today``."""
        if name == "today" and self.day is not None:
            return pl.repeat(self.day, self.height(space), dtype=pl.Int64, eager=True).alias(name)
        return self.given(space, name)

    def rows(self, space: str, names: list[str], of: range) -> pl.DataFrame:
        """Return some columns of a range of rows."""
        return self.scans[space].select(names).slice(of.start, len(of)).collect()

    def on(self, day: int) -> StoredTables:
        """Return the same rows on another day (an ordinal)."""
        return replace(self, day=day)


def open_tables(folder: Path) -> StoredTables | None:
    """Open the tables of a folder, checked like in :func:`read_tables` but one column at a time.

    Returns None if a table numbers its rows in a column ``row``: sorting them needs the whole
    table. Raises ``InputError`` with all errors.
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
            problems.append((space, unreadable(str(error).splitlines()[0])))
            continue
        if ROW in given:
            return None
        problems += [(space, message) for message in column_errors(space, given)]
        scans[space] = scan.select(pl.col(c).cast(t) for c, t in schema.items() if c in given)
    stored = StoredTables(scans, heights)
    _raise_problems(folder, problems, stored)
    return stored


def _file(folder: Path, space: str) -> Path | None:
    """Return the file of a table, or None if it is absent; only profiles may not be."""
    path = folder / f"{space}.parquet"
    return path if path.exists() or space == "profile" else None


def _raise_problems(folder: Path, problems: _Problems, tables: Tables | StoredTables) -> None:
    """Raise the problems found in files and columns; without any, those of the rows."""
    problems = problems or [(space, m) for space in SCHEMAS for m in row_errors(space, tables)]
    if problems:
        raise InputError(
            [
                codes.TABLE_MISTAKE.at(Position(str(folder / f"{space}.parquet")), message)
                for space, message in problems
            ]
        )
