"""Reading a Parquet file: one document a row, one column a key.

Lists and structs correspond to lists and mappings, null to an absent key; dates may be dates or
texts. Positions count rows from 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from io import BytesIO
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, Position
from assay.progress import counting_up_to
from assay.yaml.json_lines import more_problems
from assay.yaml.reader import is_plain
from assay.yaml.source_map import ValuePath

if TYPE_CHECKING:
    import polars as pl

_ROWS_AT_ONCE = 10_000
_EXCERPT = 120
_PROBLEM_LIMIT = 100


@dataclass(frozen=True)
class ParquetFile:
    """Parsed file; a document's number is that of its row, from 0."""

    file: str
    rows: pl.DataFrame | None
    diagnostics: tuple[Diagnostic, ...] = ()
    unread: frozenset[int] = field(default=frozenset())

    def readable(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Return the documents to validate, each with the number of its row."""
        height = 0 if self.rows is None else self.rows.height
        for number, document in counting_up_to(_documents(self.rows), height, "rows"):
            if number not in self.unread:
                yield number, document

    def locate(
        self,
        document: int,
        path: ValuePath,
        *,
        key: bool = False,  # noqa: ARG002  # keys are column names
    ) -> Position:
        """Return the row, with the value at ``path`` or the innermost one around it."""
        return _position(self.file, document, self._document(document), path)

    def locate_inside(
        self,
        document: int,
        path: ValuePath,
        offset: int,  # noqa: ARG002  # a row has no columns
    ) -> Position:
        """Return the row, with the text at ``path``."""
        return self.locate(document, path)

    def source_of(
        self,
        document: int,
        path: ValuePath,
    ) -> None:
        """Return None: a table has no source text."""

    def _document(self, number: int) -> dict[str, Any]:
        assert self.rows is not None
        return next(d for _, d in _documents(self.rows[number : number + 1]))

    @cached_property
    def mentioned_ids(self) -> tuple[str, ...]:
        """Ids of the unreadable rows."""
        found = (self._document(number).get("id") for number in sorted(self.unread))
        return tuple(i for i in found if isinstance(i, str))


def read_parquet_rows(data: bytes, file: str) -> ParquetFile:
    """Parse a file; all problems are in the result's diagnostics, none is raised."""
    import polars as pl

    try:
        rows = pl.read_parquet(BytesIO(data))
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        message = f"cannot read the file as Parquet: {reason}"
        return ParquetFile(file, None, (codes.UNREADABLE_FILE.at(Position(file), message),))
    found = [
        codes.COLUMN_TYPE.at(
            Position(file),
            f"column {name!r} has the unsupported type {dtype}",
            "use texts, numbers, booleans, dates, or lists and structs of these",
        )
        for name, dtype in rows.schema.items()
        if not _fits(dtype)
    ]
    if found:
        return ParquetFile(file, None, tuple(found))
    if not rows.height:
        empty = codes.EMPTY_FILE.at(
            Position(file), "the file has no document", "add one, or delete the file"
        )
        return ParquetFile(file, rows, (empty,))
    problems = {n: d for n, document in _documents(rows) for d in _problems(file, n, document)}
    shown = list(problems.values())[:_PROBLEM_LIMIT]
    shown += more_problems(file, len(problems) - _PROBLEM_LIMIT, "rows")
    return ParquetFile(file, rows, tuple(shown), frozenset(problems))


def rows_in(path: FilePath) -> int:
    """Return the number of rows by the file's footer; 0 if it cannot be read."""
    import polars as pl

    try:
        return int(pl.scan_parquet(path).select(pl.len()).collect().item())
    except (OSError, ValueError, pl.exceptions.PolarsError):
        return 0


def _fits(dtype: pl.DataType) -> bool:
    """Whether documents can have values of this type."""
    import polars as pl

    if isinstance(dtype, pl.List | pl.Array):
        return isinstance(dtype.inner, pl.DataType) and _fits(dtype.inner)
    if isinstance(dtype, pl.Struct):
        return all(isinstance(f.dtype, pl.DataType) and _fits(f.dtype) for f in dtype.fields)
    plain = (pl.String, pl.Enum, pl.Categorical, pl.Boolean, pl.Date, pl.Datetime, pl.Null)
    return dtype.is_numeric() or isinstance(dtype, plain)


def _documents(rows: pl.DataFrame | None) -> Iterator[tuple[int, dict[str, Any]]]:
    if rows is None:
        return
    number = 0
    for part in rows.iter_slices(_ROWS_AT_ONCE):
        for row in part.iter_rows(named=True):
            yield number, _mapping(row) or {}
            number += 1


def _mapping(given: dict[str, Any]) -> dict[str, Any] | None:
    """Return the keys that have a value; None if none has, as for an absent struct."""
    made = {key: _value(value) for key, value in given.items() if value is not None}
    return {key: value for key, value in made.items() if value is not None} or None


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return _mapping(value)
    if isinstance(value, list):
        return [_value(item) for item in value]
    if isinstance(value, date):  # includes datetime
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _problems(file: str, number: int, document: dict[str, Any]) -> Iterator[Diagnostic]:
    """Report the first problem that prevents validation of a row."""
    if not is_plain([document]):
        yield codes.NOT_A_NUMBER.at(
            _position(file, number, document, ()),
            "the row has a number that is not finite or needs more than 64 bits",
            "use null if the value is unknown",
        )


def _position(file: str, number: int, document: dict[str, Any], path: ValuePath) -> Position:
    value: Any = document
    shown = ""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
        shown += f"[{step}]" if isinstance(step, int) else f".{step}" if shown else step
    text = json.dumps(value, ensure_ascii=False)
    text = text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"
    return Position(file, number + 1, 0, f"{shown} = {text}" if shown else text)
