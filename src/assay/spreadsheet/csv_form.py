"""Tables as CSV: written for every spreadsheet, read as each of them writes it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from assay.errors import UsageError
from assay.spreadsheet.cells import shielded
from assay.spreadsheet.tables import Table

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
