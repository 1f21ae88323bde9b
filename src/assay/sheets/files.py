"""A text as a cell that no spreadsheet takes for a formula, and back."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from assay.diagnostics.diagnostic import Position
from assay.errors import UsageError

# The last four are the wide forms, which some spreadsheets read like the plain ones.
_FORMULA = re.compile("'*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_SHIELDED = re.compile("'+[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_LINE_BREAK = re.compile("\r\n|[\r\u2028\u2029\x85\x0b\x0c]")


def shielded(text: str) -> str:
    """The text as a cell: without control characters and outer blanks, an apostrophe before what
    would begin a formula.
    """
    plain = _CONTROL.sub("", _LINE_BREAK.sub("\n", text)).strip()
    return f"'{plain}" if _FORMULA.match(plain) else plain


def unshielded(cell: str) -> str:
    """The text that a cell was written from."""
    text = _CONTROL.sub("", _LINE_BREAK.sub("\n", cell)).strip()
    return text[1:] if _SHIELDED.match(text) else text


def letters(column: int) -> str:
    """The column, counted from 1, as spreadsheets name it: A … Z, AA …"""
    name = ""
    while column > 0:
        column, digit = divmod(column - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


LARGEST = 50_000_000
"""Largest file, in bytes."""

LARGEST_UNPACKED = 50_000_000
"""Largest size of an unpacked workbook, in bytes."""

_HEADER_WITHIN = 10
MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: ``rows`` from the first of the file, ``unread`` what some cells hold instead of
    a value, by row and column from 1.

    ``place`` is the file, with the sheet's name where it has several. With ``decimal_comma`` a
    comma in a number is what a point is elsewhere.
    """

    place: str
    name: str
    rows: Sequence[Sequence[str]]
    unread: dict[tuple[int, int], str] = field(default_factory=dict)
    decimal_comma: bool = False
    notes: tuple[str, ...] = ()

    def records(self, is_header: Callable[[Collection[str]], bool]) -> Records | None:
        """The rows below the first that ``is_header``; None where none of the first ten is one.

        Rows without anything in them are left out, whatever stands above the header is not read.
        """
        for at, cells in enumerate(self.rows[:_HEADER_WITHIN]):
            names = [heading(cell) for cell in cells]
            if is_header(set(names)):
                return self._below(at, names)
        return None

    def _below(self, header: int, names: list[str]) -> Records:
        columns: dict[str, int] = {}
        for i, name in enumerate(names, 1):
            if name:
                columns.setdefault(name, i)
        twice = [(i, name) for i, name in enumerate(names, 1) if name and columns[name] != i]
        odd = {row for row, _ in self.unread}
        found = []
        for number, cells in enumerate(self.rows[header + 1 :], header + 2):
            given = [unshielded(cell) for cell in cells]
            if any(given) or number in odd:
                found.append(Record(self.place, number, columns, given))
        return Records(self, header + 1, columns, twice, found)


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a table: its cells by the name of their column, each with its place."""

    place: str
    number: int
    columns: dict[str, int]
    cells: Sequence[str]

    def __getitem__(self, column: str) -> str:
        """The text of a cell; empty where the row or the table does not have it."""
        at = self.columns.get(column, 0)
        return self.cells[at - 1] if 0 < at <= len(self.cells) else ""

    def at(self, column: str = "") -> Position:
        """Where the cell of a column stands; the first cell of the row without one."""
        return Position(self.place, self.number, self.columns.get(column, 1))

    def name(self, column: str) -> str:
        """The cell as a spreadsheet names it: F12."""
        return f"{letters(self.columns.get(column, 1))}{self.number}"


@dataclass(frozen=True, slots=True)
class Records:
    """The rows of a table below its header, and the columns that the header names."""

    table: Table
    header: int
    columns: dict[str, int]
    twice: list[tuple[int, str]]
    rows: list[Record]


def heading(cell: str) -> str:
    """The name of a column, however its heading is written: ``As of`` is ``as_of``."""
    return "_".join(unshielded(cell).casefold().replace("-", " ").split())


_DELIMITERS = ",;\t"
_MARKED = re.compile(r"sep=(.)\r?\n")
# No Western word has three letters in a row beyond ASCII; other scripts have little else.
_NOT_WESTERN = re.compile(rb"[\x80-\xff]{3}")


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The table as CSV in UTF-8, with a mark that spreadsheets know it by."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([shielded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def read_csv(data: bytes, place: str, name: str) -> Table:
    """The table in a CSV file, separated by commas, semicolons or tabs.

    Raises ``UsageError`` where it is none, or its encoding cannot be told.
    """
    text, notes = _decoded(data, place)
    marked = _MARKED.match(text)
    first = text.split("\n", 1)[0]
    delimiter = marked[1] if marked else max(_DELIMITERS, key=first.count)
    # A quote where none belongs, and a cell that is longer than any text, are mistakes.
    lines = io.StringIO(text, newline="")
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UsageError(f"{place} is not a CSV file: {error}") from None
    if marked:
        rows[0] = []
    return Table(place, name, rows, decimal_comma=delimiter == ";", notes=notes)


def _decoded(data: bytes, place: str) -> tuple[str, tuple[str, ...]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), ("read as UTF-16",)
        except UnicodeDecodeError:
            raise UsageError(f"{place} begins like UTF-16 and is not") from None
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pass
    if not _NOT_WESTERN.search(data):
        try:
            return data.decode("cp1252"), ("not UTF-8, so read as Windows-1252",)
        except UnicodeDecodeError:
            pass
    raise UsageError(f"{place} is not text in UTF-8; save the sheet as 'CSV UTF-8', or as .xlsx")


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
    if size > LARGEST_UNPACKED:
        raise UsageError(
            f"{place} unpacks to {size:,} bytes, and at most {LARGEST_UNPACKED:,} are read; "
            "split it, or save it as CSV"
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


SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")


def read_tables(path: Path) -> list[Table]:
    """The tables of a file: the sheets of an ``.xlsx`` workbook, the one of a CSV file.

    Raises ``UsageError`` where the file is neither, or larger than any sheet.
    """
    if path.suffix.casefold() not in SUFFIXES:
        raise UsageError(f"{path} is neither CSV (.csv, .tsv, .txt) nor a workbook (.xlsx)")
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than any sheet")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    name = path.name.encode("utf-8", "backslashreplace").decode("utf-8")
    if path.suffix.casefold() == ".xlsx":
        return read_xlsx(data, name)
    return [read_csv(data, name, path.stem)]
