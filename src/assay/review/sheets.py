"""The decisions sheet for reviewers without git: written as CSV or XLSX, read back row by row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from assay.errors import UsageError
from assay.sheets import files as csv_form
from assay.sheets import files as workbook
from assay.sheets.files import Heading, Record, Sheet, heading, read_tables

COLUMNS = (
    *("profile", "name", "scorer", "claim", "matter", "detail", "computed", "grounds"),
    *("decision", "grade", "code", "until", "reason", "reviewer"),
)
"""The columns of the sheet; those from ``decision`` on are for the reviewer to fill in."""

NEEDED = ("profile", "scorer", "claim", "matter", "grounds", "decision")
TITLE = "decisions"


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """The sheet as CSV; each cell is one line."""
    return csv_form.csv_bytes(COLUMNS, _lines(rows))


def xlsx_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """The sheet as a workbook. Raises ``UsageError`` where openpyxl is not installed."""
    return workbook.xlsx_bytes([Sheet(TITLE, [Heading(name) for name in COLUMNS], _lines(rows))])


def _lines(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[" ".join(cell.split()) for cell in row] for row in rows]


def read_sheet(path: Path) -> list[Record]:
    """The filled-in rows of a sheet, CSV or XLSX by the file's name.

    Raises ``UsageError`` where the file is not such a sheet.
    """
    tables = read_tables(path)
    chosen = next((t for t in tables if t.name == TITLE), tables[0] if tables else None)
    if chosen is None or not chosen.rows:
        raise UsageError(f"{path} is empty")
    records = chosen.records(_is_header)
    if records is None:
        missing = [n for n in NEEDED if n not in {heading(cell) for cell in chosen.rows[0]}]
        raise UsageError(
            f"{path} is no decisions sheet: it lacks the columns {', '.join(missing)}; "
            "'assay review pack --out DIR' writes one"
        )
    return records.rows


def _is_header(names: Collection[str]) -> bool:
    return all(name in names for name in NEEDED)
