"""Which sheet a table is, and its rows; what is wrong with the sheet as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assay.diagnostics import Diagnostic, Position
from assay.diagnostics import document_codes as codes
from assay.documents.suggest import nearest
from assay.errors import UsageError
from assay.sheets.columns import KINDS, SHEETS, Kind, SheetKind
from assay.spreadsheet.cells import letters
from assay.spreadsheet.tables import Record, Records, Table


@dataclass(frozen=True, slots=True)
class Row:
    """A row of one of the sheets; ``given`` are the columns that its sheet has."""

    sheet: SheetKind
    record: Record
    given: frozenset[str]
    decimal_comma: bool = False
    unread: frozenset[str] = frozenset()

    def __getitem__(self, column: str) -> str:
        return self.record[column]

    def mistake(self, column: str, message: str, hint: str = "") -> Diagnostic:
        """A mistake in one cell: its place, and what a spreadsheet calls it."""
        named = f"{self.record.name(column)} ({column}): {message}" if column else message
        return codes.SHEET_MISTAKE.at(self.record.at(column), named, hint)


@dataclass
class SheetRows:
    """All rows that were read, by sheet, and what is to be said about the sheets."""

    rows: dict[Kind, list[Row]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    diagnostics: list[Diagnostic] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_rows(tables: Iterable[Table]) -> SheetRows:
    """The rows of the tables. Raises ``UsageError`` where none of them is such a sheet."""
    found = SheetRows()
    read = 0
    for table in tables:
        found.notes += [f"{table.place}: {note}" for note in table.notes]
        chosen = _recognised(table)
        if chosen is None:
            found.notes.append(
                f"{table.place}: not read: no row of headings says whether it holds "
                "publishers, sources, profiles or claims"
            )
            continue
        read += 1
        sheet, records = chosen
        found.diagnostics += _headings(sheet, records)
        found.diagnostics += _cells(table, sheet, records)
        found.rows[sheet.kind] += _rows(table, sheet, records)
    if not read:
        raise UsageError("; ".join(found.notes) or "there is no sheet to read")
    return found


def _recognised(table: Table) -> tuple[SheetKind, Records] | None:
    """The sheet that the table's name says it is, else that of which it has the columns."""
    kinds: Sequence[Kind] = sorted(KINDS, key=lambda kind: kind != table.name.casefold())
    for kind in kinds:
        sheet = SHEETS[kind]
        records = table.records(sheet.is_header)
        if records is not None:
            return sheet, records
    return None


def _headings(sheet: SheetKind, records: Records) -> Iterable[Diagnostic]:
    place = records.table.place
    for at, name in records.twice:
        yield codes.SHEET_MISTAKE.at(
            Position(place, records.header, at),
            f"{letters(at)}{records.header}: the column {name!r} stands here and in "
            f"{letters(records.columns[name])}",
            "keep one of the two",
        )
    for name, at in records.columns.items():
        if name in sheet.by_name:
            continue
        near = nearest(name, sheet.by_name)
        here = Position(place, records.header, at)
        cell = f"{letters(at)}{records.header}"
        if near is not None and near not in records.columns:
            yield codes.SHEET_MISTAKE.at(
                here, f"{cell}: there is no column {name!r}", f"did you mean {near!r}?"
            )
        else:
            yield codes.SHEET_COLUMN_NOT_READ.at(here, f"{cell}: the column {name!r} is not read")


def _cells(table: Table, sheet: SheetKind, records: Records) -> Iterable[Diagnostic]:
    """Cells that hold no value, and values that stand under no heading."""
    names = {at: name for name, at in records.columns.items()}
    for (row, at), what in sorted(table.unread.items()):
        if row > records.header and names.get(at) in sheet.by_name:
            yield codes.SHEET_MISTAKE.at(
                Position(table.place, row, at),
                f"{letters(at)}{row} ({names[at]}): the cell holds {what}",
                "replace it by its value (paste special: values)",
            )
    for record in records.rows:
        for at, cell in enumerate(record.cells, 1):
            if cell and at not in names:
                yield codes.SHEET_MISTAKE.at(
                    Position(table.place, record.number, at),
                    f"{letters(at)}{record.number}: the cell stands under no heading",
                    "give the column a heading, or put the text in quotes if a separator cut it",
                )


def _rows(table: Table, sheet: SheetKind, records: Records) -> list[Row]:
    names = {at: name for name, at in records.columns.items()}
    unread: dict[int, set[str]] = {}
    for row, at in table.unread:
        unread.setdefault(row, set()).add(names.get(at, ""))
    given = frozenset(records.columns) & frozenset(sheet.by_name)
    return [
        Row(
            sheet,
            record,
            given,
            table.decimal_comma,
            frozenset(unread.get(record.number, ())),
        )
        for record in records.rows
    ]
