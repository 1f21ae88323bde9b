"""Column expressions on Polars, where Polars by itself would do something else."""

from __future__ import annotations

import polars as pl
import pytest

from assay.engines.emit import emit
from assay.rules.ir import Col, Expr, Lit, Op, apply

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
