"""Spreadsheet files: tables read from and written to CSV and XLSX."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from assay.characters import without_unsafe
from assay.diagnostics.diagnostic import Position
from assay.errors import UsageError

LARGEST = 50_000_000
"""Limit of a file's size in bytes."""

LARGEST_UNPACKED = 50_000_000
"""Limit of the size in bytes of a workbook's unpacked parts."""

_HEADER_WITHIN = 10
_MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a file.

    ``place`` is the file's name, with the sheet's name if the file has several. ``unread`` names
    the content of cells without a value, by row and column from 1. With ``decimal_comma`` the
    sheet writes 2,5 for 2.5.
    """

    place: str
    name: str
    rows: Sequence[Sequence[str]]
    unread: dict[tuple[int, int], str] = field(default_factory=dict)
    decimal_comma: bool = False
    notes: tuple[str, ...] = ()

    def records(self, is_header: Callable[[Collection[str]], bool]) -> Records | None:
        """Return the non-empty rows below the header; None if none of the first ten rows is one.

        Rows above the header are ignored.
        """
        first = enumerate(self.rows[:_HEADER_WITHIN], 1)
        header = next((n for n, cells in first if is_header({heading(c) for c in cells})), None)
        if header is None:
            return None
        names = [heading(cell) for cell in self.rows[header - 1]]
        columns: dict[str, int] = {}
        for at, name in enumerate(names, 1):
            if name:
                columns.setdefault(name, at)
        repeated = [(at, name) for at, name in enumerate(names, 1) if name and columns[name] != at]
        rows_unread = {row for row, _ in self.unread}
        records = [
            Record(self, row, columns, [from_cell(cell) for cell in cells])
            for row, cells in enumerate(self.rows[header:], header + 1)
        ]
        filled = [r for r in records if any(r.cells) or r.number in rows_unread]
        return Records(header, columns, repeated, filled)


@dataclass(frozen=True, slots=True)
class Records:
    """The rows of a table below its header, whose columns are numbered from 1.

    ``repeated`` are the columns whose name occurs further left.
    """

    header: int
    columns: dict[str, int]
    repeated: list[tuple[int, str]]
    rows: list[Record]


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a table: its cells by the name of their column."""

    table: Table
    number: int
    columns: dict[str, int]
    cells: Sequence[str]

    def __getitem__(self, column: str) -> str:
        """Return the text of a cell; empty if the row or the table does not have it."""
        at = self.columns.get(column, 0)
        return self.cells[at - 1] if 0 < at <= len(self.cells) else ""

    def at(self, column: str = "") -> Position:
        """Return the position of a cell; of the row's first cell without a known column."""
        return Position(self.table.place, self.number, self.columns.get(column, 1))

    def name(self, column: str) -> str:
        """Return the name of the cell of a column, see :func:`cell_name`."""
        return cell_name(self.number, self.columns.get(column, 1))


def heading(cell: str) -> str:
    """Return the column that a heading names: ``As of`` is ``as_of``."""
    return "_".join(without_unsafe(from_cell(cell)).casefold().replace("-", " ").split())


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell in spreadsheets, such as F12."""
    return f"{column_letters(column)}{row}"


def column_letters(column: int) -> str:
    """Return the name of a column counted from 1: A … Z, AA …"""
    name = ""
    while column > 0:
        column, digit = divmod(column - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


# Cells ------------------------------------------------------------------------------------------

# The last four are the wide forms, which some spreadsheets read like the plain ones.
_FORMULA = re.compile("'*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_LINE_BREAK = re.compile("\r\n?")


def to_cell(text: str) -> str:
    """Return a text as a cell, with an apostrophe if it would be read as a formula."""
    plain = without_unsafe(_plain(text))
    return f"'{plain}" if _FORMULA.match(plain) else plain


def from_cell(cell: str) -> str:
    """Return the text of a cell that :func:`to_cell` or a person wrote."""
    plain = _plain(cell)
    return plain[1:] if plain.startswith("'") and _FORMULA.match(plain) else plain


def _plain(text: str) -> str:
    return _LINE_BREAK.sub("\n", text).strip()


# Reading ----------------------------------------------------------------------------------------


def read_tables(path: Path) -> list[Table]:
    """Read the visible sheets of an ``.xlsx`` workbook, or the single table of a CSV file.

    Raises ``UsageError`` if the file is neither or too large.
    """
    suffix = path.suffix.casefold()
    if suffix not in (".csv", ".tsv", ".txt", ".xlsx"):
        raise UsageError(f"{path} is neither CSV (.csv, .tsv, .txt) nor a workbook (.xlsx)")
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than the limit of {LARGEST:,} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    name = path.name.encode("utf-8", "backslashreplace").decode("utf-8")
    return _read_xlsx(data, name) if suffix == ".xlsx" else [_read_csv(data, name, path.stem)]


_DELIMITERS = ",;\t"
_DECLARED_DELIMITER = re.compile(r"sep=(.)\r?\n")
# No Western word has three letters in a row beyond ASCII; other scripts have little else.
_NOT_WESTERN = re.compile(rb"[\x80-\xff]{3}")


def _read_csv(data: bytes, place: str, name: str) -> Table:
    text, notes = _decode(data, place)
    declared = _DECLARED_DELIMITER.match(text)
    first = text.split("\n", 1)[0]
    delimiter = declared[1] if declared else max(_DELIMITERS, key=first.count)
    try:
        # Strict: a misplaced quote is an error, since it would swallow the rows that follow.
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UsageError(f"{place} is not a CSV file: {error}") from None
    if declared:
        rows[0] = []
    return Table(place, name, rows, decimal_comma=delimiter == ";", notes=notes)


def _decode(data: bytes, place: str) -> tuple[str, tuple[str, ...]]:
    encodings: dict[str, tuple[str, ...]] = {"utf-8-sig": ()}
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = {"utf-16": ("read as UTF-16",)}
    elif not _NOT_WESTERN.search(data):
        encodings["cp1252"] = ("not UTF-8, so read as Windows-1252",)
    for encoding, notes in encodings.items():
        with suppress(UnicodeDecodeError):
            return data.decode(encoding), notes
    raise UsageError(f"{place} is not text in UTF-8; save the sheet as 'CSV UTF-8', or as .xlsx")


_MOST_CELLS = 1_000_000


def _read_xlsx(data: bytes, place: str) -> list[Table]:
    library = _openpyxl()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > LARGEST_UNPACKED:
            raise UsageError(
                f"{place} unpacks to {size:,} bytes, more than the limit of "
                f"{LARGEST_UNPACKED:,}; split it, or save it as CSV"
            )
        book = library.load_workbook(io.BytesIO(data), keep_links=False)
        pages = [page for page in book.worksheets if page.sheet_state == "visible"]
        return [_table(library, page, place, len(pages) > 1) for page in pages]
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - a broken workbook raises almost anything
        raise UsageError(f"{place} is not a workbook, or is damaged: {error}") from None


def _table(library: Any, page: Any, place: str, several: bool) -> Table:
    rows: list[list[str]] = []
    unread: dict[tuple[int, int], str] = {}
    width = min(page.max_column, _MOST_COLUMNS)
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
            text = "" if cell.data_type in "fe" else _text(cell.value, cell.number_format)
            # The format writes a carriage return as _x000D_, which the library does not decode.
            texts.append(library.utils.escape.unescape(text))
        rows.append(texts)
    for merged in page.merged_cells.ranges:
        # A cell merged over several rows holds the value of each of them.
        column = merged.min_col - 1
        if merged.min_row <= len(rows) and column < len(rows[merged.min_row - 1]):
            for row in rows[merged.min_row : merged.max_row]:
                row[column] = rows[merged.min_row - 1][column]
    while rows and not any(rows[-1]):
        rows.pop()
    return Table(f"{place}:{page.title}" if several else place, page.title, rows, unread)


def _text(value: object, form: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return _date_text(value, form)
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, (int, float)) and "%" in form:
        return f"{(Decimal(str(value)) * 100).normalize():f}%"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def _date_text(value: date, form: str) -> str:
    """Return a date as precise as shown: spreadsheets store a month as its first day."""
    day = value.date() if isinstance(value, datetime) else value
    shown = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", form.casefold())
    if "d" in shown or not {"m", "y"} & set(shown):
        return day.isoformat()
    return f"{day:%Y-%m}" if "m" in shown else f"{day:%Y}"


# Writing ----------------------------------------------------------------------------------------


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a table as CSV in UTF-8, with the byte order mark that spreadsheets look for."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([to_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


_LONGEST_CHOICES = 255
_LONGEST_CELL = 32_767
_ROWS_WITH_CHOICES = 2000
_ESCAPE = re.compile("_x(?=[0-9A-Fa-f]{4}_)")
"""Text that a workbook would take for the escape of a character."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a sheet to write: its name, a comment, the words to choose from, its width."""

    name: str
    meaning: str = ""
    choices: Sequence[str] = ()
    width: int = 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet to write."""

    name: str
    headings: Sequence[Heading]
    rows: Iterable[Sequence[str]] = ()


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """Write sheets as a workbook.

    Raises ``UsageError`` if openpyxl is not installed or a text is too long for a cell.
    """
    library = _openpyxl()
    book = library.Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _write(library, book.create_sheet(sheet.name), sheet)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _write(library: Any, page: Any, sheet: Sheet) -> None:
    page.append([heading.name for heading in sheet.headings])
    for row in sheet.rows:
        cells = [to_cell(text) for text in row]
        for cell in cells:
            if len(cell) > _LONGEST_CELL:
                raise UsageError(
                    f"a text has {len(cell):,} characters, and a cell of a workbook holds at most "
                    f"{_LONGEST_CELL:,}: {cell[:60]}…; export as CSV"
                )
        page.append([_ESCAPE.sub("_x005F_x", cell) or None for cell in cells])
    wrapped = library.styles.Alignment(wrap_text=True, vertical="top")
    for cells in page.iter_rows(min_row=2):
        for cell in cells:
            # As text, so that no spreadsheet makes a date of 2024-01 or a sum of =1+1.
            cell.number_format = "@"
            cell.alignment = wrapped
            if cell.value is not None:
                cell.data_type = "s"
    for at, heading in enumerate(sheet.headings, 1):
        letters = column_letters(at)
        cell = page.cell(1, at)
        cell.font = library.styles.Font(bold=True)
        if heading.meaning:
            cell.comment = library.comments.Comment(heading.meaning, "assay")
        page.column_dimensions[letters].width = heading.width
        choices = f'"{",".join(heading.choices)}"'
        if heading.choices and len(choices) <= _LONGEST_CHOICES:
            # Other words are reported on import, where the message can say more.
            validation = library.worksheet.datavalidation.DataValidation(
                type="list", formula1=choices, allow_blank=True, showErrorMessage=False
            )
            validation.add(f"{letters}2:{letters}{_ROWS_WITH_CHOICES}")
            page.add_data_validation(validation)
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions


def _openpyxl() -> Any:
    try:
        return import_module("openpyxl")
    except ImportError:
        raise UsageError(
            "workbooks require openpyxl: pip install 'assay[sheets]'; CSV works without it"
        ) from None
