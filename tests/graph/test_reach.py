"""Reach along the strongest path, against all simple paths one by one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.graph import reach
from assay.graph.reach import paths_from
from tests.package import reach_pairs

Edge = tuple[int, int, int | None]
"""Upper row, lower row, weight in thousandths."""

Best = dict[tuple[int, int], tuple[int | None, int]]
"""Reach in thousandths and number of edges, by pair."""

weights = st.one_of(st.none(), st.sampled_from([0, 1, 50, 400, 500, 800, 1000]))
nodes = st.integers(0, 5)
edge_lists = st.lists(st.tuples(nodes, nodes, weights), max_size=12)


def frame(edges: list[Edge]) -> pl.DataFrame:
    schema = {"upper": pl.Int64, "lower": pl.Int64, "points": pl.Int64}
    return pl.DataFrame(edges, schema=schema, orient="row")


def pairs(edges: list[Edge], hops: int, damping: float) -> Best:
    found = reach_pairs(frame(edges), hops, damping)
    assert found.rows() == sorted(found.rows(), key=lambda row: row[:2])
    return {(upper, lower): (points, far) for upper, lower, points, far in found.iter_rows()}


def simple_paths(edges: list[Edge], start: int, hops: int) -> Iterator[list[Edge]]:
    def further(path: list[Edge], visited: set[int]) -> Iterator[list[Edge]]:
        if path:
            yield path
        if len(path) < hops:
            here = path[-1][1] if path else start
            for edge in edges:
                if edge[0] == here and edge[1] not in visited:
                    yield from further([*path, edge], visited | {edge[1]})

    return further([], {start})


def felt(path: list[Edge], damping: int) -> int | None:
    """Weights multiplied along the way, damped after the first hop, halves up once at each."""
    points = 1000
    for number, (_, _, weight) in enumerate(path):
        if weight is None:
            return None
        points = (points * weight * (damping if number else 1000) + 500_000) // 1_000_000
    return points


def strongest(edges: list[Edge], hops: int, damping: int) -> Best:
    best: Best = {}
    for start in range(6):
        for path in simple_paths(edges, start, hops):
            key, found = (start, path[-1][1]), (felt(path, damping), len(path))
            if key not in best or rank(found) > rank(best[key]):
                best[key] = found
    return best


def rank(found: tuple[int | None, int]) -> tuple[bool, int, int]:
    points, distance = found
    return (points is not None, points or 0, -distance)


@given(edge_lists, st.integers(1, 4), st.sampled_from([1000, 500, 1]))
def test_the_strongest_of_all_simple_paths(edges: list[Edge], hops: int, damping: int) -> None:
    assert pairs(edges, hops, damping / 1000) == strongest(edges, hops, damping)


@given(edge_lists, st.integers(1, 4), st.sampled_from([1000, 500, 1]))
def test_paths_of_one_profile_agree_and_exist(edges: list[Edge], hops: int, damping: int) -> None:
    links: dict[int, list[tuple[int, int | None]]] = {}
    for upper, lower, weight in edges:
        links.setdefault(upper, []).append((lower, weight))
    joined = {(upper, lower) for upper, lower, _ in edges}
    every = pairs(edges, hops, damping / 1000)
    for start in range(6):
        found = paths_from(links, start, hops, damping / 1000)
        assert {(start, p.peer): (p.points, p.distance) for p in found} == {
            pair: value for pair, value in every.items() if pair[0] == start
        }
        for path in found:
            assert path.path[0] == start
            assert path.path[-1] == path.peer
            assert len(path.path) == path.distance + 1
            assert set(zip(path.path, path.path[1:], strict=False)) <= joined


def test_a_known_path_counts_before_an_unknown_one_and_the_shorter_of_equals() -> None:
    edges: list[Edge] = [(0, 2, None), (0, 1, 1000), (1, 2, 1000), (0, 3, 1000), (1, 3, 1000)]
    assert pairs(edges, 3, 1.0)[0, 2] == (1000, 2)
    assert pairs(edges, 3, 1.0)[0, 3] == (1000, 1)


def test_each_hop_is_rounded_once() -> None:
    assert pairs([(0, 1, 50), (1, 2, 50)], 2, 0.5)[0, 2] == (1, 2)  # 0.00125


@given(edge_lists, st.integers(1, 4), st.sampled_from([1000, 500, 1]))
def test_positive_paths_alone(edges: list[Edge], hops: int, damping: int) -> None:
    found = reach_pairs(frame(edges), hops, damping / 1000, positive=True)
    every = pairs(edges, hops, damping / 1000)
    assert {(a, b): (points, far) for a, b, points, far in found.iter_rows()} == {
        pair: value for pair, value in every.items() if value[0]
    }


@given(edge_lists, st.integers(1, 4), st.sampled_from([1000, 500]))
def test_a_copy_reaches_what_its_original_reaches(
    edges: list[Edge], hops: int, damping: int
) -> None:
    copied = [(6 + upper, lower, weight) for upper, lower, weight in edges]
    origins = np.array([-1] * 6 + [*range(6)])
    found = reach_pairs(frame([*edges, *copied]), hops, damping / 1000, origins=origins)
    of_copies = {(a - 6, b): (points, far) for a, b, points, far in found.iter_rows()}
    assert of_copies == pairs(edges, hops, damping / 1000)


def test_nothing_reaches_itself() -> None:
    circle: list[Edge] = [(0, 1, 1000), (1, 0, 1000), (0, 0, 1000)]
    assert pairs(circle, 3, 1.0) == {(0, 1): (1000, 1), (1, 0): (1000, 1)}


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), weights), max_size=80))
def test_blocks_of_profiles_do_not_show(edges: list[Edge]) -> None:
    whole = reach_pairs(frame(edges), 3, 0.5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reach, "_BLOCK", 1)
        assert reach_pairs(frame(edges), 3, 0.5).equals(whole)
