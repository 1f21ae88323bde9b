"""The engine gives the scores that an analyst gets by writing the shipped rules in Polars."""

from __future__ import annotations

from pathlib import Path
from random import Random

import polars as pl
import pytest
from benchmarks.by_hand import ByHand, prepared, result_columns
from benchmarks.generate import Shape, tables

from tests.engine.test_planned_runs import shipped
from tests.package import (
    Tables,
    Workspace,
    build_tables,
    load_workspace,
    run_program,
)
from tests.plain.worlds import AS_OF, drawn_world

ROOT = Path(__file__).parents[2]


def by_engine(made: Tables) -> pl.DataFrame:
    rulebook, program = shipped()
    run = run_program(rulebook, program, made)
    return pl.DataFrame(
        [run.engine.column("profile", c).alias(name) for name, c in result_columns(program).items()]
    )


def assert_same(made: Tables, *, streaming: bool = False) -> pl.DataFrame:
    by_hand = ByHand(prepared(made), streaming=streaming).run()
    engine = by_engine(made)
    # An engine may give the bands of a profile that is not rated, which nobody reads.
    rated = [
        pl.when(pl.col(name.partition(".")[0]).is_not_null()).then(name).alias(name)
        for name in engine.columns
    ]
    expected, found = (
        frame.cast(pl.Int64).to_dict(as_series=False)
        for frame in (by_hand.select(engine.columns), engine.select(rated))
    )
    assert found == expected
    return by_hand


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_generated_tables(missing: float, streaming: bool) -> None:
    rulebook, _ = shipped()
    shape = Shape(400, missing=missing, retold=0.5, grounded=0.1)
    made = tables(shape, reach_hops=2, factors=rulebook.factors)
    found = assert_same(made, streaming=streaming)
    # Every score is given to some profile, and not to all.
    for name in ("impact", "operational_criticality", "policy_sensitivity"):
        assert 0 < found[name].null_count() < found.height
        assert found[f"{name}.stands_on"].n_unique() > 3
    assert found["confidence"].n_unique() > 20
    assert found["centrality"].n_unique() > 20


def test_shipped_workspace() -> None:
    loaded = load_workspace(Workspace(ROOT))
    assert loaded.rulebook is not None
    assert loaded.as_of is not None
    assert_same(build_tables(loaded.corpus, loaded.rulebook, loaded.as_of))


@pytest.mark.parametrize("seed", range(3))
def test_random_profiles_that_share_publishers_sources_and_edges(seed: int) -> None:
    rulebook, _ = shipped()
    assert_same(build_tables(drawn_world(Random(seed), 60), rulebook, AS_OF))
