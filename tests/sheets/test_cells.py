"""Cells preserve their texts, and no spreadsheet reads one as a formula."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.sheets.files import column_letters
from tests.package import from_cell, to_cell


@given(st.one_of(st.text(max_size=30), st.text(" \t\r\n=+-@'x\uff1d", max_size=6)))
def test_a_cell_is_no_formula_and_is_read_as_it_was_written(text: str) -> None:
    cell = to_cell(text)
    assert not cell.startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n"))
    assert to_cell(from_cell(cell)) == cell
    if text.isprintable():
        assert from_cell(cell) == text.strip()


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("'=1+1", "''=1+1"),
        ("-5", "'-5"),
        ("it's", "it's"),
        ("'quoted'", "'quoted'"),
        ("two\r\nlines", "two\nlines"),
        ("a\x00b", "ab"),
    ],
)
def test_forms(text: str, cell: str) -> None:
    assert to_cell(text) == cell


@pytest.mark.parametrize(("column", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (703, "AAA")])
def test_columns_are_named_as_spreadsheets_do(column: int, name: str) -> None:
    assert column_letters(column) == name
