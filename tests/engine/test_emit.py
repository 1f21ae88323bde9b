"""Column expressions on Polars, where Polars by itself would do something else."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from assay.engine.emit import emit_stored
from tests.package import Col, Expr, Lit, Op, apply, emit

FRAME = pl.DataFrame({"row": [0, 1, 2]}).with_columns(
    pl.lit(2.0).alias("same"), pl.lit(None, dtype=pl.Float64).alias("none")
)


def column(expr: Expr) -> list[object]:
    return FRAME.with_columns(emit(expr).alias("made")).get_column("made").to_list()


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ("eq", False),
        ("ne", True),
        ("lt", True),
        ("le", True),
        ("gt", False),
        ("ge", False),
        ("min", 1.0),
        ("max", 2.0),
    ],
)
def test_a_constant_before_a_column_of_equal_values(op: Op, expected: object) -> None:
    assert column(apply(op, Lit(1.0), Col("same"))) == [expected] * 3
    assert column(apply(op, Lit(1.0), Col("none"))) == [None] * 3


def test_doubles_that_are_no_numbers_compare_false() -> None:
    nan = apply("div", Lit(0.0), Lit(0.0))
    assert column(apply("feq", nan, nan)) == [False] * 3
    assert column(apply("fgt", nan, Col("same"))) == [False] * 3
    assert column(apply("fne", Col("same"), nan)) == [True] * 3
    assert (
        column(apply("number", apply("div", apply("sub", Col("same"), Lit(2.0)), Lit(0.0))))
        == [None] * 3
    )


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (apply("half_life", Lit(180), Lit(180)), 0.5),
        (apply("half_life", Lit(180), Lit(0)), None),
        (apply("quo", Lit(-7), Lit(2)), -3),
        (apply("rem", Lit(-7), Lit(2)), -1),
        (apply("quo", Lit(1), Lit(0)), None),
        (apply("in", Lit("a"), Lit(("a", "b"))), True),
        (apply("in", Lit("a"), Lit(())), False),
        (apply("points", Lit(0.0005)), 1),
        (apply("points", apply("div", Lit(1.0), Lit(0.0))), None),
        (apply("band", Lit(550), Lit((0, 900, 550))), 1),
    ],
)
def test_constants_fill_a_column(expr: Expr, expected: object) -> None:
    assert column(expr) == [expected] * 3
    assert column(apply("coalesce", expr, expr)) == [expected] * 3


def test_a_condition_that_is_unknown_leaves_the_choice_unknown() -> None:
    unknown = apply("gt", Col("none"), Lit(0.0))
    assert column(apply("if", unknown, Lit(1), Lit(2))) == [None] * 3
    assert column(apply("or", unknown, apply("known", Col("same")))) == [True] * 3
    assert column(apply("and", unknown, apply("known", Col("none")))) == [False] * 3


@pytest.mark.parametrize("amount", [100, 127, 128, 32_767, 32_768, (1 << 31) - 1, 1 << 31, 1 << 40])
def test_a_sum_of_amounts_takes_the_bits_it_needs_and_no_fewer(amount: int) -> None:
    frame = pl.DataFrame({"yes": [True, True, False], "no": [True, False, False]})
    added = [apply("pick", Col(name), Lit(amount), Lit(-amount)) for name in ("yes", "no")]
    held = apply("hold", apply("add", *added), Lit(-3 * amount), Lit(amount))
    stored, dtype = emit_stored(held, dict(frame.schema))
    made = frame.with_columns(stored.alias("score"))
    assert made.schema["score"] == (dtype or pl.Int64())
    assert made.get_column("score").to_list() == [amount, 0, -2 * amount]
    limits = Lit((0, amount, -amount))
    band, _ = emit_stored(apply("band", Col("score"), limits), dict(made.schema))
    assert made.select(band).to_series().to_list() == [2, 1, -1]
    beyond = emit(apply("mul", Col("score"), Lit(3)), dict(made.schema))
    assert made.select(beyond).to_series().to_list() == [3 * amount, 0, -6 * amount]


def test_a_score_that_is_unknown_has_no_band() -> None:
    frame = pl.DataFrame({"score": [None, 500, 900]})
    made = emit(apply("band", Col("score"), Lit((800, 0))), dict(frame.schema))
    assert frame.select(made).to_series().to_list() == [None, 0, 1]


def test_a_value_that_is_unknown_is_not_held() -> None:
    frame = pl.DataFrame(
        {"count": pl.Series([None, -5, 50, 127], dtype=pl.Int8), "hit": [True, False, True, True]}
    )
    picked = apply("pick", Col("hit"), Lit(100), Lit(0))
    held = apply("hold", apply("add", Col("count"), picked), Lit(0), Lit(200))
    stored, dtype = emit_stored(held, dict(frame.schema))
    assert dtype == pl.Int16()
    assert frame.select(stored).to_series().to_list() == [None, 0, 150, 200]


def test_binary_numbers_never_hide_a_half() -> None:
    """A quarter of a score times what another leaves, as dependence lifts impact."""
    lift, floor = np.mgrid[0:1001, 0:1001].reshape(2, -1)
    value = 0.25 * (lift / 1000) * (1.0 - floor / 1000)
    found = pl.DataFrame({"value": value}).select(emit(apply("points", Col("value"))))
    assert (found.to_series().to_numpy() == (lift * (1000 - floor) + 2000) // 4000).all()
