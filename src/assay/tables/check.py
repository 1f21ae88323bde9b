"""Checks on tables that engines rely on: columns, types, links, the order of rows, and ids.

Distributed tables are checked by Spark, in :mod:`assay.engine.spark.tables`, with these messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import polars as pl

from assay.tables.tables import ROW_LINKS, SCHEMAS

OWNERS: dict[str, tuple[str, ...]] = {
    "claim": ("profile_row",),
    "citation": ("owner_row", "cited_by_row"),
    "root": ("citation_row",),
    "corroboration": ("claim_row",),
    "member": ("corroboration_row",),
    "ground": ("claim_row",),
    "factor": ("profile_row",),
    "factor_ground": ("factor_row",),
    "dependent_ground": ("dependent_row",),
    **dict.fromkeys(
        ("dependency", "dependent", "event", "upstream", "downstream"), ("profile_row",)
    ),
}
"""The columns by which the rows of a table are sorted; rows without an owner are last."""


class Given(Protocol):
    """Tables whose columns can be read, from memory or from files."""

    def height(self, space: str) -> int: ...

    def given(self, space: str, name: str) -> pl.Series: ...


def column_errors(space: str, given: pl.Schema) -> Iterator[str]:
    """Report missing and unknown columns of a table, and wrong types."""
    expected = SCHEMAS[space]
    types = {}
    for name, dtype in given.items():
        # Any encoding of texts will do.
        is_text = isinstance(dtype, pl.String | pl.Enum | pl.Categorical)
        types[name] = "String" if is_text and expected.get(name) == pl.String else str(dtype)
    return column_type_errors(types, {name: str(dtype) for name, dtype in expected.items()})


def row_errors(space: str, tables: Given) -> Iterator[str]:
    """Report dangling links, rows out of order, and missing or duplicate ids."""
    for link, target in ROW_LINKS[space].items():
        optional = link_is_optional(space, link)
        outside = ~pl.col(link).is_between(0, tables.height(target) - 1)
        links = tables.given(space, link).to_frame()
        bad = links.select(outside.fill_null(not optional).arg_true()).to_series()
        if len(bad):
            yield dangling_link(bad[0], link, target)
    for owner in OWNERS.get(space, ()):
        series = tables.given(space, owner)
        known = series.drop_nulls()
        if not known.is_sorted() or series.head(len(known)).null_count():
            yield f"rows must be in the order of {owner!r}, those without one last"
    if space == "profile":
        for name in ("id", "kind", "today"):
            absent = tables.given(space, name).is_null().arg_true()
            if len(absent):
                yield missing(absent[0], name)
        ids = tables.given(space, "id")
        duplicates = ids.is_duplicated().arg_true()
        if len(duplicates):
            yield duplicate_id(duplicates[0], ids[duplicates[0]])


def link_is_optional(space: str, link: str) -> bool:
    """Return whether a link may be null: uncited originals have no owner."""
    return space == "citation" and link in ("owner_row", "cited_by_row")


def within_profiles(tables: Given) -> bool:
    """Return whether claims, citations and roots only refer to rows of their own profile.

    Tables built from documents always do; tables from elsewhere may not. In a part of the tables,
    spaces that no step reads have no rows, and nothing reads the links to them either.
    """
    own = tables.given("citation", "profile_row")
    linked = [tables.given("citation", "cited_by_row")]
    if tables.height("claim"):
        links = [tables.given("citation", name) for name in ("claim_row", "owner_row")]
        linked += [tables.given("claim", "profile_row").gather(rows) for rows in links]
    if any((other != own).any() for other in linked):
        return False
    if not tables.height("citation"):
        return True
    citation, root = (own.gather(tables.given("root", name)) for name in ROW_LINKS["root"])
    return citation.equals(root)


# Messages ----------------------------------------------------------------------------------


def unreadable(reason: str) -> str:
    """Describe a file that is not a table."""
    return f"cannot read the file as Parquet: {reason}"


def column_type_errors(given: Mapping[str, str], expected: Mapping[str, str]) -> Iterator[str]:
    """Compare the columns of a table with the expected ones, both by the names of their types."""
    for name, dtype in expected.items():
        if name not in given:
            yield f"the column {name!r} is missing"
        elif given[name] != dtype:
            yield f"the column {name!r} must be of type {dtype}, not {given[name]}"
    for name in given:
        if name not in expected:
            yield f"unknown column {name!r}"


def rows_not_numbered(column: str) -> str:
    """Describe a table of several files that does not number its rows."""
    return (
        f"the column {column!r} is missing: the rows of a table in several files must be "
        "numbered from 0"
    )


def wrong_row_numbers(column: str, height: int) -> str:
    """Describe row numbers with gaps or repeats."""
    return f"the column {column!r} must have every number from 0 to {height - 1} once"


def dangling_link(row: int | None, link: str, target: str) -> str:
    """Describe a link to a row that does not exist."""
    return f"{_row(row)}{link!r} refers to a row that {target}.parquet does not have"


def missing(row: int | None, name: str) -> str:
    """Describe a required value that is missing."""
    return f"{_row(row)}{name!r} is missing"


def duplicate_id(row: int | None, given_id: str) -> str:
    """Describe an id that two rows have."""
    return f"{_row(row)}duplicate id {given_id!r}"


def _row(row: int | None) -> str:
    """Return the prefix that names a row, counted from 1; empty if the table has no numbers."""
    return "" if row is None else f"row {row + 1}: "
