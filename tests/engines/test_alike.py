"""Rows that agree in some columns, counted, against counting them one by one."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.engines import alike as module
from assay.engines.alike import alike

WORDS = pl.Enum(["first", "second", "third"])
VALUES: dict[pl.DataType, st.SearchStrategy[Any]] = {
    pl.Boolean(): st.booleans(),
    pl.Int8(): st.integers(-128, 127),
    pl.Int16(): st.sampled_from([-32768, 0, 3, 32767]),
    pl.Int64(): st.integers(-3, 3) | st.integers(2**40, 2**40 + 3),
    WORDS: st.sampled_from(WORDS.categories.to_list()),
}


@st.composite
def tables(draw: st.DrawFn) -> list[pl.Series]:
    height = draw(st.integers(0, 30))
    dtypes = draw(st.lists(st.sampled_from(list(VALUES)), max_size=4))
    return [
        pl.Series(
            draw(st.lists(st.none() | VALUES[dtype], min_size=height, max_size=height)), dtype=dtype
        )
        for dtype in dtypes
    ]


@given(tables(), st.sampled_from([0, 300, 1 << 16]))
def test_every_kind_of_rows_is_counted_once(columns: list[pl.Series], least_room: int) -> None:
    height = len(columns[0]) if columns else 5
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_LEAST_ROOM", least_room)
        found = alike(columns, height)
    if found is None:
        return
    expected = Counter(zip(*columns, strict=True)) if columns else Counter({(): height})
    rows = [tuple(column[row] for column in columns) for row in found.rows]
    assert dict(zip(rows, found.counts.tolist(), strict=True)) == dict(expected)


@pytest.mark.parametrize("rows", [10, 100_000])
def test_few_kinds_among_many_combinations(rows: int) -> None:
    column = pl.Series(range(rows)) % 5 * 1_000
    found = alike([column, column + 3, column * 2], rows)
    assert found is not None
    assert found.counts.tolist() == [rows // 5] * 5


@pytest.mark.parametrize(
    "column", [pl.Series(["text"]), pl.Series([0.5]), pl.Series([0, 2**40]), pl.Series([[1]])]
)
def test_what_has_no_few_numbers_is_not_looked_at(column: pl.Series) -> None:
    assert alike([column], len(column)) is None
