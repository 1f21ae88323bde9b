"""Every operation gives on Spark what it gives on Polars, for the values that are hard."""

from __future__ import annotations

from itertools import product
from typing import Any

import polars as pl
import pytest

from assay.cel.operations import Each, Item
from tests.package import OPERATIONS, Apply, Col, Expr, Lit, UsageError, apply
from tests.package import emit as emit_polars

INTS = (None, 0, 1, -1, 7, -7, 1000, 86_399, -86_401, 1_800_000_000, 2**31, 2**63 - 1, -(2**63))
DOUBLES = (
    *(None, 0.0, -0.0, 1.0, -2.5, 0.0005, 0.0015, -0.0005, 2.675, 1e-300, 1e300),
    *(9.3e15, 9.3e18, -9.3e18, float("inf"), float("-inf"), float("nan")),
)
TEXTS = (None, "", "a", "A", "record", "Ä", "ÄMTER", "例", "😀x", "İ", "ΑΣ", "a`b", "%_\\")
LISTS: tuple[list[str] | None, ...] = (None, [], ["a"], ["a", "record", "a"], ["", "例"])
BOOLS = (None, True, False)

COLUMNS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "i": (pl.Int64, INTS),
    "d": (pl.Float64, DOUBLES),
    "s": (pl.String, TEXTS),
    "l": (pl.List(pl.String), LISTS),
    "b": (pl.Boolean, BOOLS),
}
SPARK_TYPES = {
    **dict.fromkeys(("row", "i", "small"), "bigint"),
    "d": "double",
    "s": "string",
    "l": "array<string>",
    "b": "boolean",
}

# The letters name the types of the operands; ``small`` operands stay far from 64 bits, as the
# compiler sees to.
SIGNATURES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("and", "or"), ("bb",)),
    "not": ("b",),
    "known": ("i", "d", "s", "l", "b"),
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge"), ("ii", "ss", "bb")),
    **dict.fromkeys(("feq", "fne", "flt", "fle", "fgt", "fge"), ("dd",)),
    **dict.fromkeys(("add", "sub", "mul"), ("dd", "small small")),
    "div": ("dd",),
    **dict.fromkeys(("quo", "rem"), ("small small",)),
    "neg": ("d", "small"),
    **dict.fromkeys(("min", "max"), ("ii", "dd")),
    "if": ("bii", "bdd", "bss"),
    "coalesce": ("ii", "dd", "ss", "bb"),
    "to_double": ("i", "d"),
    "to_int": ("i", "d"),
    "to_string": ("i", "b", "s"),
    **dict.fromkeys(("contains", "starts_with", "ends_with", "concat"), ("ss",)),
    **dict.fromkeys(("length", "lower", "lower_ascii", "upper_ascii", "same"), ("s",)),
    "has_item": ("ls",),
    "item_at": ("li",),
    "items": ("l",),
    "joined": ("l",),
    **dict.fromkeys(("checked_add", "checked_sub", "checked_mul"), ("ii",)),
    **dict.fromkeys(("checked_quo", "checked_rem"), ("ii",)),
    "checked_neg": ("i",),
    "abs": ("i", "d"),
    "points": ("d",),
    "double": ("i",),
    "number": ("d",),
    "half_life": ("small small",),
    "checked_half_life": ("ii",),
    **dict.fromkeys(("year", "month", "month_day", "month_day_0"), ("small",)),
    **dict.fromkeys(("week_day", "year_day", "day_text"), ("small",)),
}
WITH_CONSTANTS: tuple[Expr, ...] = (
    apply("in", Col("i0"), Lit((1, 7))),
    apply("in", Col("d0"), Lit((1.0, -0.0))),
    apply("in", Col("s0"), Lit(("a", "例"))),
    apply("in", Col("s0"), Lit(())),
    apply("has_item", Lit(("a", "例")), Col("s0")),
    apply("item_at", Lit((1, 7)), Col("i0")),
    apply("items", apply("if", Col("b0"), Lit(("a",)), Lit(("b", "c")))),
    apply("band", Col("i0"), Lit((0, 100, 550, 900))),
    apply("matches", Col("s0"), Lit("^[^a-z]|(?i:REC)")),
    apply("matches", Col("s0"), Lit(".x$")),
    apply("within", Col("i0"), Lit(-7), Lit(1000)),
    apply("hold", Col("i0"), Lit(0), Lit(1000)),
    apply("hold", Col("i0"), Lit(0), Col("small1")),
    apply("least", Lit(5), Lit(3)),
    apply("greatest", Lit(5), apply("coalesce", Col("small0"), Lit(3))),
    apply("scale", Col("small0"), Lit(333)),
    apply("scale", Lit(999), Col("small0")),
    apply("pick", apply("known", Col("i0")), Col("d0"), Lit(0.5)),
    apply("if", Col("b0"), Lit(1), Lit(None)),
    apply("checked_half_life", Col("i0"), Lit(365)),
    Each(Col("l0"), apply("eq", Item(), Lit("a")), "true"),
    Each(Col("l0"), apply("eq", Item(), Lit(None)), "unknown"),
    Each(Col("l0"), apply("gt", apply("length", Item()), Lit(1)), "true"),
)
SMALL = tuple(n for n in INTS if n is None or abs(n) <= 2**31)


def expressions() -> list[Expr]:
    made: list[Expr] = []
    for op, signatures in SIGNATURES.items():
        for signature in signatures:
            types = signature.split() if "small" in signature else list(signature)
            args = tuple(Col(f"{t}{i}") for i, t in enumerate(types))
            made.append(Apply(op, args))
    return [*made, *WITH_CONSTANTS]


def rows() -> pl.DataFrame:
    """Pairs of all values of a type beside pairs of the others; lists with every number."""
    columns: dict[str, pl.Series] = {}
    height = max(len(v) for _, v in COLUMNS.values()) ** 2
    for name, (dtype, values) in {**COLUMNS, "small": (pl.Int64, SMALL)}.items():
        pairs = list(product(values, values))
        filled = [pairs[i % len(pairs)] for i in range(height)]
        for side in (0, 1):
            columns[f"{name}{side}"] = pl.Series([p[side] for p in filled], dtype=dtype)
    bools = [BOOLS[i // 7 % 3] for i in range(height)]
    columns["b2"] = pl.Series(bools, dtype=pl.Boolean)
    for name in ("i", "d", "s"):
        columns[f"{name}2"] = columns[f"{name}0"].reverse()
    return pl.DataFrame(columns)


def test_every_operation_is_tried() -> None:
    tried = set(SIGNATURES) | {e.op for e in WITH_CONSTANTS if isinstance(e, Apply)}
    assert tried == set(OPERATIONS)


def test_spark_computes_every_operation() -> None:
    spark_emit = pytest.importorskip("assay.engine.spark.emit")
    guarded = {o.name for o in OPERATIONS.values() if o.plain is not None}
    assert spark_emit.PRIMITIVES | guarded == OPERATIONS.keys()


@pytest.mark.slow
def test_operations_give_the_same_on_spark_and_on_polars(spark: Any) -> None:
    from assay.engine.spark.emit import emit as emit_spark

    given = rows().with_row_index("row").cast({"row": pl.Int64})
    types = ", ".join(f"{c} {SPARK_TYPES[c.rstrip('012')]}" for c in given.columns)
    frame = spark.createDataFrame(given.rows(), types)
    asked = {f"e{i}": e for i, e in enumerate(expressions())}
    on_polars = given.select(emit_polars(e).alias(n) for n, e in asked.items())
    on_spark = frame.select("row", *(emit_spark(e).alias(n) for n, e in asked.items()))
    found = on_spark.orderBy("row").collect()
    for name, expr in asked.items():
        # As text, NaN equals itself and 0.0 does not equal -0.0.
        expected = [repr(v) for v in on_polars[name].to_list()]
        actual = [repr(row[name]) for row in found]
        different = [
            (given.row(i, named=True), e, a)
            for i, (e, a) in enumerate(zip(expected, actual, strict=True))
            if e != a
        ]
        assert not different, (expr, len(different), different[0])


@pytest.mark.slow
def test_what_spark_cannot_do_the_same_way_is_refused(spark: Any) -> None:
    from assay.engine.spark.emit import emit as emit_spark

    assert spark
    with pytest.raises(UsageError, match="use contains, startsWith or endsWith"):
        emit_spark(apply("matches", Col("s0"), Lit(r"\pL")))
