"""A table without rows gives columns without rows, also where only a constant is asked for."""

from __future__ import annotations

import polars as pl
import pytest

from tests.package import SCHEMAS, Compute, Lit, LocalEngine, PoolUp, Tables

_NOTHING = Tables({space: pl.DataFrame(schema=schema) for space, schema in SCHEMAS.items()})


@pytest.mark.parametrize("value", [True, 1, 0.5, "a"])
def test_a_constant_over_no_rows_has_no_rows(value: bool | int | float | str) -> None:
    engine = LocalEngine(_NOTHING)
    engine.run((Compute("claim", "always", Lit(value)),))
    assert engine.column("claim", "always").to_list() == []


def test_a_pool_over_no_rows_is_empty() -> None:
    engine = LocalEngine(_NOTHING)
    engine.run(
        (
            Compute("claim", "kept", Lit(True)),
            Compute("claim", "taken", Lit(500)),
            PoolUp(
                space="profile",
                column="pooled",
                elements="claim",
                owner="profile_row",
                keep="kept",
                take="taken",
                by=None,
                strongest=None,
                combine="max",
                empty=0,
            ),
        )
    )
    assert engine.column("profile", "pooled").to_list() == []


def test_constants_are_made_anew_where_a_table_has_other_rows() -> None:
    always = (Compute("claim", "always", Lit(True)),)
    before = LocalEngine(_NOTHING)
    before.run(always)
    before.make([("claim", "always")])
    one = pl.DataFrame([dict.fromkeys(SCHEMAS["claim"])], schema=SCHEMAS["claim"])
    grown = Tables({**_NOTHING.frames, "claim": one})
    assert before.derive(grown, always, ()).column("claim", "always").to_list() == [True]
