"""A planned run gives what running every step as it stands gives, to the bit."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl
import pytest
from benchmarks.generate import Shape, tables
from benchmarks.workload import rulebook
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.stepwise import StepwiseEngine
from tests.package import (
    LocalEngine,
    Program,
    Rulebook,
    Tables,
    Workspace,
    build_tables,
    compile_rulebook,
    load_workspace,
    outputs,
)

ROOT = Path(__file__).parents[2]


@cache
def shipped() -> tuple[Rulebook, Program]:
    loaded = load_workspace(Workspace(ROOT))
    assert loaded.rulebook is not None
    return loaded.rulebook, compile_rulebook(loaded.rulebook)


@cache
def workload() -> tuple[Rulebook, Program]:
    return rulebook(), compile_rulebook(rulebook())


def assert_same_columns(program: Program, given_tables: Tables) -> None:
    stepwise = StepwiseEngine(given_tables)
    stepwise.run(program.steps)
    planned = LocalEngine(given_tables)
    planned.run(program.steps)
    planned.make_all()
    for step in program.steps:
        for space, name in outputs(step):
            expected = stepwise.column(space, name).to_list()
            assert planned.column(space, name).to_list() == expected, (space, name)


SHAPES = st.builds(
    Shape,
    profiles=st.integers(1, 40),
    citations=st.sampled_from([1.0, 4.0, 40.0]),
    edges=st.sampled_from([0.5, 2.0]),
    missing=st.sampled_from([0.0, 0.2, 1.0]),
    seed=st.integers(0, 1000),
)


@settings(max_examples=12)
@given(SHAPES)
def test_workload_on_generated_tables(shape: Shape) -> None:
    assert_same_columns(workload()[1], tables(shape, reach_hops=2))


@settings(max_examples=12)
@given(SHAPES)
def test_shipped_rules_on_generated_tables(shape: Shape) -> None:
    book, program = shipped()
    assert_same_columns(program, tables(shape, reach_hops=2, factors=book.factors))


def test_shipped_rules_on_the_shipped_workspace() -> None:
    loaded = load_workspace(Workspace(ROOT))
    assert loaded.rulebook is not None
    assert loaded.as_of is not None
    assert_same_columns(shipped()[1], build_tables(loaded.corpus, loaded.rulebook, loaded.as_of))


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("profiles", [1, 7, 500])
def test_what_is_read_alone_is_the_same_as_read_with_the_rest(
    profiles: int, missing: float
) -> None:
    made = tables(Shape(profiles, missing=missing), reach_hops=3)
    for book, program in (workload(), shipped()):
        assert book.scorers
        together = LocalEngine(made)
        together.run(program.steps)
        together.make_all()
        for scorer in program.scorers:
            alone = LocalEngine(made)
            alone.run(program.steps)
            space = scorer.scorer.on
            for name in filter(None, (scorer.score, scorer.coverage, scorer.band)):
                expected = together.column(space, name).to_list()
                assert alone.column(space, name).to_list() == expected


@settings(max_examples=6)
@given(SHAPES, st.integers(-400, 400))
def test_an_engine_for_another_day_shares_only_what_does_not_change(
    shape: Shape, days: int
) -> None:
    made = tables(shape, reach_hops=2)
    today = made.frames["profile"].get_column("today")
    for _, program in (workload(), shipped()):
        first = LocalEngine(made)
        first.run(program.steps)
        first.make_all()
        later = made.on(int(today[0]) + days)
        derive = first.derive(later, program.steps, [("profile", "today")])
        moved = dict(made.frames)
        moved["profile"] = moved["profile"].with_columns(today + days)
        fresh = LocalEngine(Tables(moved))
        fresh.run(program.steps)
        for step in program.steps:
            for space, name in outputs(step):
                assert (
                    derive.column(space, name).to_list() == fresh.column(space, name).to_list()
                ), (space, name)


def test_a_count_fits_the_longest_collection() -> None:
    made = tables(Shape(3, citations=400.0))
    assert_same_columns(workload()[1], made)
    assert made.offsets("citation", "cited_by_row", 3)[-1] > 300


def test_tables_without_rows() -> None:
    empty = Tables({s: f.clear() for s, f in tables(Shape(1)).frames.items()})
    for _, program in (workload(), shipped()):
        assert_same_columns(program, empty)


def test_row_order_does_not_change_a_score() -> None:
    made = tables(Shape(200, missing=0.1))
    _, program = workload()
    order = pl.Series(range(199, -1, -1))
    place = order.arg_sort()
    frames = dict(made.frames)
    frames["profile"] = frames["profile"][order.to_list()]
    for space in ("claim", "citation"):
        links = [c for c in frames[space].columns if c.endswith("_row")]
        owner = "cited_by_row" if space == "citation" else "profile_row"
        frames[space] = (
            frames[space]
            .with_columns(
                pl.Series(c, place.gather(frames[space][c]).cast(pl.Int64)) for c in links
            )
            .sort(owner, maintain_order=True)
        )
    turned = LocalEngine(Tables(frames))
    straight = LocalEngine(made)
    for engine in (turned, straight):
        engine.run(program.steps)
    for scorer in program.scorers:
        expected = straight.column("profile", scorer.score).gather(order).to_list()
        assert turned.column("profile", scorer.score).to_list() == expected
