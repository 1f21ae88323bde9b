"""A table as it was read: its cells as texts, and where each of them stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from assay.diagnostics import Position
from assay.spreadsheet.cells import letters, unshielded

LARGEST = 50_000_000
"""Bytes of a file, and of what a workbook unpacks to, at most."""

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
