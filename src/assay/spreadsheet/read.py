"""Reading a file as tables, by the form that its name says."""

from __future__ import annotations

from pathlib import Path

from assay.errors import UsageError
from assay.spreadsheet.csv_form import read_csv
from assay.spreadsheet.tables import LARGEST, Table
from assay.spreadsheet.workbook import read_xlsx

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
