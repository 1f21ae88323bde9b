"""What is said about tables that do not fit together, whoever reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


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
