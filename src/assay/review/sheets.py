"""The decisions sheet for reviewers without git: written as CSV or XLSX, read back row by row.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it, and
read without.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from assay.errors import UsageError

COLUMNS = (
    *("profile", "name", "scorer", "claim", "matter", "detail", "computed", "grounds"),
    *("decision", "grade", "code", "until", "reason", "reviewer"),
)
"""The columns of the sheet; those from ``decision`` on are for the reviewer to fill in."""

NEEDED = ("profile", "scorer", "claim", "matter", "grounds", "decision")
TITLE = "decisions"

# The last four are the wide forms, which some spreadsheets read like the plain ones.
_STARTERS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
_LARGEST = 50_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet that was read; ``number`` counts from 1, the header included."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def safe(text: str) -> str:
    """The text as one line that no spreadsheet takes for a formula."""
    shown = " ".join(text.split())
    return f"'{shown}" if shown.startswith(_STARTERS) else shown


def plain(cell: str) -> str:
    """The text that a cell was written from."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(_STARTERS) else text


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """The sheet as CSV in UTF-8 with a mark that spreadsheets know it by."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """The sheet as a workbook. Raises ``UsageError`` where openpyxl is not installed."""
    book = _openpyxl().Workbook(write_only=False)
    sheet = book.active
    sheet.title = TITLE
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append([_printable(safe(cell)) for cell in row])
    for column in sheet.iter_cols(min_row=1):
        for cell in column:
            cell.number_format = "@"
    sheet.freeze_panes = "A2"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _printable(text: str) -> str:
    """Without control characters, which a workbook cannot hold."""
    return "".join(c for c in text if c.isprintable())


def read_sheet(path: Path) -> list[Row]:
    """The filled-in rows of a sheet, CSV or XLSX by the file's name.

    Raises ``UsageError`` where the file is not such a sheet.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(f"{path} is larger than any decisions sheet")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    table = _from_xlsx(path, data) if path.suffix.lower() == ".xlsx" else _from_csv(path, data)
    if not table:
        raise UsageError(f"{path} is empty")
    header = [cell.strip().casefold() for cell in table[0]]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise UsageError(
            f"{path} is no decisions sheet: it lacks the columns {', '.join(missing)}; "
            "'assay review pack --out DIR' writes one"
        )
    rows = []
    for number, cells in enumerate(table[1:], 2):
        if any(cell.strip() for cell in cells):
            found = {name: plain(cell) for name, cell in zip(header, cells, strict=False)}
            rows.append(Row(number, found))
    return rows


def require_unfilled(paths: Iterable[Path]) -> None:
    """Raise ``UsageError`` where one of the files is a sheet in which somebody has decided."""
    for path in paths:
        if path.suffix in (".csv", ".xlsx") and path.exists():
            decided = sum(bool(row["decision"]) for row in read_sheet(path))
            if decided:
                raise UsageError(
                    f"{path} was filled in ({decided} decided): 'assay review import {path}' takes "
                    "it back; name another folder for a new one"
                )


def _from_csv(path: Path, data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            f"{path} is not text in UTF-8; save the sheet as 'CSV UTF-8', or as .xlsx"
        ) from None
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UsageError(f"{path} is not a CSV file: {error}") from None


def _from_xlsx(path: Path, data: bytes) -> list[list[str]]:
    library = _openpyxl()
    try:
        book = library.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book[TITLE] if TITLE in book.sheetnames else book.worksheets[0]
        return [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    except Exception as error:  # noqa: BLE001 - the library raises whatever a bad file leads it to
        raise UsageError(f"{path} is not a workbook that can be read: {error}") from None


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _openpyxl() -> Any:
    try:
        return import_module("openpyxl")
    except ImportError:
        raise UsageError(
            "workbooks need the library openpyxl: pip install 'assay[sheets]'; "
            "the CSV sheet works without"
        ) from None
