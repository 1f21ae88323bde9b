"""Counts and sums over collections, against the same row by row."""

from __future__ import annotations

from itertools import accumulate
from typing import Literal, TypeVar

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.cel.program import PoolUp
from assay.engine import aggregates
from assay.engine.aggregates import pool_up, segment_counts, segment_sums
from assay.tables.tables import Ints

T = TypeVar("T")
LENGTHS = st.lists(st.integers(0, 5), max_size=30)


def offsets(lengths: list[int]) -> Ints:
    return np.array([0, *accumulate(lengths)], dtype=np.int64)


def owned(rows: list[T], lengths: list[int]) -> list[list[T]]:
    ends = list(accumulate(lengths))
    return [rows[end - length : end] for end, length in zip(ends, lengths, strict=True)]


@given(LENGTHS, st.integers(0, 20), st.integers(0, 3), st.data())
def test_counts(lengths: list[int], conditions: int, of_nobody: int, data: st.DataObject) -> None:
    height = sum(lengths) + of_nobody
    asked = data.draw(
        st.lists(
            st.lists(st.sampled_from([True, False, None]), min_size=height, max_size=height),
            min_size=conditions,
            max_size=conditions,
        )
    )
    made = segment_counts([pl.Series(a, dtype=pl.Boolean) for a in asked], offsets(lengths))
    assert [m.tolist() for m in made] == [
        [own.count(True) for own in owned(a, lengths)] for a in asked
    ]


@pytest.mark.parametrize("longest", [1, 127, 128, 32_767, 32_768])
def test_every_row_of_a_long_collection_counts(longest: int) -> None:
    lengths = [2, longest, 0, 3]
    height = sum(lengths)
    every, none = pl.repeat(True, height, eager=True), pl.repeat(False, height, eager=True)
    made = segment_counts([every, none] * 9, offsets(lengths))
    assert [m.tolist() for m in made] == [lengths, [0] * 4] * 9


@given(LENGTHS, st.data())
def test_sums(lengths: list[int], data: st.DataObject) -> None:
    value = st.one_of(st.none(), st.integers(-(1 << 40), 1 << 40))
    rows = data.draw(st.lists(value, min_size=sum(lengths), max_size=sum(lengths)))
    made = segment_sums(pl.Series(rows, dtype=pl.Int64), offsets(lengths))
    assert made.tolist() == [sum(v or 0 for v in own) for own in owned(rows, lengths)]


def test_owners_are_summed_in_blocks_and_by_several_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lengths = [n % 4 for n in range(1000)]
    rows = pl.Series(range(sum(lengths)), dtype=pl.Int64)
    at_once = (
        segment_sums(rows, offsets(lengths)),
        segment_counts([rows % 3 == 0], offsets(lengths)),
    )
    monkeypatch.setattr(aggregates, "_BLOCK", 7)
    monkeypatch.setattr(aggregates, "_WORTH_THREADS", 1)
    assert segment_sums(rows, offsets(lengths)).tolist() == at_once[0].tolist()
    (counts,) = segment_counts([rows % 3 == 0], offsets(lengths))
    assert counts.tolist() == at_once[1][0].tolist()


@pytest.mark.parametrize(("combine", "result"), [("min", [300, 900]), ("max", [700, 900])])
@pytest.mark.parametrize("width", [pl.Int16, pl.Int32, pl.Int64])
def test_rows_that_are_not_pooled_change_no_extreme(
    combine: Literal["min", "max"], result: list[int], width: type[pl.DataType]
) -> None:
    step = PoolUp("profile", "p", "claim", "o", "keep", "take", None, None, combine, None)
    rows = pl.DataFrame(
        {
            "keep": [True, True, False, True, None],
            "take": pl.Series([700, 300, 100, 900, 50], dtype=width),
        }
    )
    if combine == "min":
        rows = rows.with_columns(pl.col("keep").fill_null(False))
    assert pool_up(step, rows, offsets([3, 2])).to_list() == result
