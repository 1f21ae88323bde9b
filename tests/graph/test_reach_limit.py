"""Reach that would not fit says so, in words, before it is tried."""

from __future__ import annotations

import polars as pl
import pytest

from tests.package import UsageError, reach_pairs


def star(leaves: int) -> pl.DataFrame:
    """Half of the leaves above one middle, half below it."""
    half = leaves // 2
    return pl.DataFrame(
        {
            "upper": [*range(1, half + 1), *([0] * half)],
            "lower": [*([0] * half), *range(half + 1, 2 * half + 1)],
            "points": [500] * (2 * half),
        }
    )


def test_more_paths_than_the_limit_are_refused() -> None:
    with pytest.raises(UsageError, match="within 2 hops follows more than 9,999 paths"):
        reach_pairs(star(200), 3, 0.5, limit=9_999)


def test_as_many_paths_as_the_limit_are_followed() -> None:
    pairs = reach_pairs(star(200), 3, 0.5, limit=10_000)
    assert pairs.filter(pl.col("distance") == 2).height == 10_000
    assert pairs.filter(pl.col("distance") == 2)["points"].unique().to_list() == [125]


def test_the_order_of_edges_does_not_matter() -> None:
    edges = star(40).vstack(pl.DataFrame({"upper": [1, 1], "lower": [2, 30], "points": [None, 1]},
                                         schema=star(2).schema))  # fmt: skip
    assert reach_pairs(edges.reverse(), 4, 0.7).equals(reach_pairs(edges, 4, 0.7))
