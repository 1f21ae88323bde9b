"""Tables as sheets of an XLSX workbook; every cell is text, so nothing is computed or reformed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from importlib import import_module
from typing import Any

from assay.errors import UsageError
from assay.spreadsheet.cells import letters, shielded
from assay.spreadsheet.tables import LARGEST, MOST_COLUMNS, Table

_LONGEST_CHOICES = 255
_LONGEST_CELL = 32_767
_ROWS_OFFERED = 2000
_MOST_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class Heading:
    """A column to be written: its name, what it means, the words it may hold, its width."""

    name: str
    meaning: str = ""
    choices: Sequence[str] = ()
    width: int = 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet to be written."""

    name: str
    headings: Sequence[Heading]
    rows: Iterable[Sequence[str]] = field(default_factory=list)


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """The sheets as a workbook. Raises ``UsageError`` where openpyxl is not installed."""
    book = _openpyxl().Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _write(book.create_sheet(sheet.name), sheet)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _write(page: Any, sheet: Sheet) -> None:
    styles = import_module("openpyxl.styles")
    page.append([heading.name for heading in sheet.headings])
    for row in sheet.rows:
        page.append([_fitting(shielded(cell)) or None for cell in row])
    wrapped = styles.Alignment(wrap_text=True, vertical="top")
    for cells in page.iter_rows(min_row=2):
        for cell in cells:
            # As text, so that no spreadsheet makes a date of 2024-01 or a sum of =1+1.
            cell.number_format = "@"
            cell.alignment = wrapped
            if cell.value is not None:
                cell.data_type = "s"
    for i, heading in enumerate(sheet.headings, 1):
        cell = page.cell(1, i)
        cell.font = styles.Font(bold=True)
        if heading.meaning:
            cell.comment = import_module("openpyxl.comments").Comment(heading.meaning, "assay")
        page.column_dimensions[letters(i)].width = heading.width
        _offer(page, i, heading.choices)
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions


def _fitting(cell: str) -> str:
    if len(cell) > _LONGEST_CELL:
        raise UsageError(
            f"a cell of a workbook holds {_LONGEST_CELL:,} characters, and this text has "
            f"{len(cell):,}: {cell[:60]}…; export as CSV"
        )
    return cell


def _offer(page: Any, column: int, choices: Sequence[str]) -> None:
    """The words that a cell may hold, to choose from; others are told on import."""
    listed = f'"{",".join(choices)}"'
    if not choices or len(listed) > _LONGEST_CHOICES:
        return
    validation = import_module("openpyxl.worksheet.datavalidation").DataValidation(
        type="list", formula1=listed, allow_blank=True, showErrorMessage=False
    )
    validation.add(f"{letters(column)}2:{letters(column)}{_ROWS_OFFERED}")
    page.add_data_validation(validation)


def read_xlsx(data: bytes, place: str) -> list[Table]:
    """The sheets of a workbook that are shown. Raises ``UsageError`` where it is none."""
    library = _openpyxl()
    _require_small(data, place)
    try:
        book = library.load_workbook(io.BytesIO(data), keep_links=False)
        pages = [page for page in book.worksheets if page.sheet_state == "visible"]
        return [_table(page, place, len(pages) > 1) for page in pages]
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises whatever a bad file leads it to
        raise UsageError(f"{place} is not a workbook that can be read: {error}") from None


def _require_small(data: bytes, place: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError):
        raise UsageError(f"{place} is not a workbook that can be read: it is no zip file") from None
    if size > LARGEST:
        raise UsageError(
            f"{place} unpacks to {size:,} bytes, and at most {LARGEST:,} are read; split it, or "
            "save it as CSV"
        )


def _table(page: Any, place: str, several: bool) -> Table:
    rows: list[list[str]] = []
    unread: dict[tuple[int, int], str] = {}
    width = min(page.max_column, MOST_COLUMNS)
    if page.max_row * width > _MOST_CELLS:
        raise UsageError(
            f"{place}: the sheet {page.title!r} goes down to row {page.max_row:,}; delete the "
            "rows below the table, or save it as CSV"
        )
    for number, cells in enumerate(page.iter_rows(max_col=width), 1):
        texts = []
        for at, cell in enumerate(cells, 1):
            if cell.data_type == "f":
                unread[number, at] = "a formula"
            elif cell.data_type == "e":
                unread[number, at] = f"the error {cell.value}"
            texts.append("" if cell.data_type in "fe" else _text(cell.value, cell.number_format))
        rows.append(texts)
    for merged in page.merged_cells.ranges:
        _fill_down(rows, merged)
    while rows and not any(rows[-1]):
        rows.pop()
    return Table(f"{place}:{page.title}" if several else place, page.title, rows, unread)


def _fill_down(rows: list[list[str]], merged: Any) -> None:
    """Cells merged over several rows say the same of each of them."""
    column = merged.min_col - 1
    if merged.min_row > len(rows) or column >= len(rows[merged.min_row - 1]):
        return
    value = rows[merged.min_row - 1][column]
    for row in rows[merged.min_row : merged.max_row]:
        row[column] = value


def _text(value: object, form: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (datetime, date)):
        return _dated(value, form)
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, (int, float)) and "%" in form:
        return f"{(Decimal(str(value)) * 100).normalize():f}%"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def _dated(value: date, form: str) -> str:
    """A date as precise as the cell shows it: spreadsheets make a day of every month."""
    day = value.date() if isinstance(value, datetime) else value
    shown = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", form.casefold())
    if "d" in shown or not {"m", "y"} & set(shown):
        return day.isoformat()
    return f"{day:%Y-%m}" if "m" in shown else f"{day:%Y}"


def _openpyxl() -> Any:
    try:
        return import_module("openpyxl")
    except ImportError:
        raise UsageError(
            "workbooks need the library openpyxl: pip install 'assay[sheets]'; CSV works without"
        ) from None
