"""What is said about tables that do not fit together, whoever reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import polars as pl

from assay.tables.tables import ROW_LINKS, SCHEMAS


def unreadable(reason: str) -> str:
    """A file that is no table."""
    return f"it cannot be read as Parquet: {reason}"


def of_columns(given: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the columns of a table, by the names of their types."""
    for name, dtype in wanted.items():
        if name not in given:
            yield f"the column {name!r} is missing"
        elif given[name] != dtype:
            yield f"the column {name!r} is of type {given[name]}, where {dtype} is wanted"
    for name in given:
        if name not in wanted:
            yield f"there is no column {name!r} in this table"


def unnumbered(column: str) -> str:
    """Rows that links lead to, in no order that could be kept."""
    return (
        f"the column {column!r} is missing: a table of several files does not say which row is "
        "which; number the rows from 0"
    )


def misnumbered(column: str, height: int) -> str:
    """Numbers of rows with gaps or repeats."""
    return f"{column!r} is not every number from 0 to {height - 1} once"


def may_be_missing(space: str, link: str) -> bool:
    """Whether a row may have nothing in a link: roots that only retellings lead to are nobody's."""
    return space == "citation" and link in ("owner_row", "cited_by_row")


def leads_nowhere(row: int | None, link: str, target: str) -> str:
    """A link to a row that is not there."""
    return f"{_row(row)}{link!r} leads to no row of {target}.parquet"


def out_of_order(owner: str) -> str:
    """Rows that do not follow their owners."""
    return f"rows are not in the order of {owner!r}, with those of nobody at the end"


def missing(row: int | None, name: str) -> str:
    """A value that every row has to have."""
    return f"{_row(row)}{name!r} is missing"


def given_twice(row: int | None, given_id: str) -> str:
    """Two rows of one id."""
    return f"{_row(row)}the id {given_id!r} is given twice"


def _row(row: int | None) -> str:
    """Rows are counted from 1 where people read of them; not every table counts its rows."""
    return "" if row is None else f"row {row + 1}: "


OWNERS: dict[str, tuple[str, ...]] = {
    "claim": ("profile_row",),
    "citation": ("owner_row", "cited_by_row"),
    "root": ("citation_row",),
    "ground": ("claim_row",),
    **dict.fromkeys(
        ("dependency", "dependent", "event", "upstream", "downstream"), ("profile_row",)
    ),
}
"""The columns by which the rows of a table stand in order; rows of nobody stand at the end."""


class Given(Protocol):
    """Tables that give a column as it is, held in memory or read from its file."""

    def height(self, space: str) -> int: ...

    def given(self, space: str, name: str) -> pl.Series: ...


def within_profiles(tables: Given) -> bool:
    """Whether claims, citations and roots lead to no other profile than their own.

    So it is where documents were read; tables that somebody made may have it otherwise. Of a part
    of tables the spaces that nobody reads have no rows, and what leads to them is not read either.
    """
    own = tables.given("citation", "profile_row")
    there = [tables.given("citation", "cited_by_row")]
    if tables.height("claim"):
        links = [tables.given("citation", name) for name in ("claim_row", "owner_row")]
        there += [tables.given("claim", "profile_row").gather(rows) for rows in links]
    if any((other != own).any() for other in there):
        return False
    if not tables.height("citation"):
        return True
    begin, end = (own.gather(tables.given("root", name)) for name in ROW_LINKS["root"])
    return begin.equals(end)


def column_mistakes(space: str, given: pl.Schema) -> Iterator[str]:
    """What is wrong with the columns of a table and their types."""
    wanted = SCHEMAS[space]
    types = {
        name: str(wanted[name]) if _is_text(dtype) and wanted.get(name) == pl.String else str(dtype)
        for name, dtype in given.items()
    }
    return of_columns(types, {name: str(dtype) for name, dtype in wanted.items()})


def _is_text(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.String | pl.Enum | pl.Categorical)


def row_mistakes(space: str, tables: Given) -> Iterator[str]:
    """What is wrong with the rows of a table: where links lead, their order, and ids."""
    for link, target in ROW_LINKS[space].items():
        optional = may_be_missing(space, link)
        outside = ~pl.col(link).is_between(0, tables.height(target) - 1)
        links = tables.given(space, link).to_frame()
        bad = links.select(outside.fill_null(not optional).arg_true()).to_series()
        if len(bad):
            yield leads_nowhere(bad[0], link, target)
    for owner in OWNERS.get(space, ()):
        series = tables.given(space, owner)
        known = series.drop_nulls()
        if not known.is_sorted() or series.head(len(known)).null_count():
            yield out_of_order(owner)
    if space == "profile":
        yield from _profiles(tables)


def _profiles(tables: Given) -> Iterator[str]:
    for name in ("id", "kind", "today"):
        absent = tables.given("profile", name).is_null().arg_true()
        if len(absent):
            yield missing(absent[0], name)
    ids = tables.given("profile", "id")
    twice = ids.is_duplicated().arg_true()
    if len(twice):
        yield given_twice(twice[0], ids[twice[0]])
