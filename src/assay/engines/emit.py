"""Column expressions as Polars expressions."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import polars as pl

from assay.arithmetic import HALVING_STEPS, half_life_table
from assay.rules.ir import Apply, Col, Expr, Lit, Op, apply, columns


def emit(expr: Expr) -> pl.Expr:
    """The Polars expression for a column expression; null stays unknown throughout."""
    if isinstance(expr, Col):
        return pl.col(expr.name)
    if isinstance(expr, Lit):
        return pl.lit(expr.value)
    made = _SPECIAL[expr.op](expr) if expr.op in _SPECIAL else _plain(expr)
    if _is_constant(expr):
        # What was looked up or computed from constants is one row, which fits no table.
        value = pl.select(made).to_series()
        return pl.lit(value.item(), dtype=value.dtype)
    return made


def _plain(expr: Apply) -> pl.Expr:
    """Polars loses the height of a column of equal values compared with a constant on its left."""
    op, args = expr.op, expr.args
    if op in _MIRRORED and _is_constant(args[0]):
        op, args = _MIRRORED[op], args[::-1]
    return _PLAIN[op](*(emit(a) for a in args))


def _is_constant(expr: Expr) -> bool:
    return next(columns(expr), None) is None


def _if(expr: Apply) -> pl.Expr:
    condition, then, otherwise = expr.args
    asked = emit(condition)
    if otherwise == Lit(None):
        return pl.when(asked).then(emit(then))
    return pl.when(asked).then(emit(then)).when(~asked).then(emit(otherwise))


def _in(expr: Apply) -> pl.Expr:
    item, within = expr.args
    assert isinstance(within, Lit)
    assert isinstance(within.value, tuple)
    if not within.value:
        return pl.when(emit(item).is_not_null()).then(pl.lit(False))
    return emit(item).is_in(list(within.value))


def _band(expr: Apply) -> pl.Expr:
    score, limits = expr.args
    assert isinstance(limits, Lit)
    assert isinstance(limits.value, tuple)
    at = emit(score)
    reached = [(at >= limit).cast(pl.Int64) for limit in sorted(limits.value)]
    return reduce(pl.Expr.add, reached) - 1


def _compare_doubles(expr: Apply) -> pl.Expr:
    """A comparison of doubles; Polars orders NaN, CEL lets every comparison with it fail."""
    result = _plain(apply(_COMPARISONS[expr.op], *expr.args))
    a, b = (emit(x) for x in expr.args)
    either = a.is_nan() | b.is_nan()
    return result | either if expr.op == "fne" else result & ~either


def _lesser(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return pl.when(a <= b).then(a).when(b < a).then(b)


def _greater(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return pl.when(a >= b).then(a).when(b > a).then(b)


def _quotient(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Whole division toward zero; unknown for a divisor of zero."""
    size = a.abs() // b.abs()
    return pl.when(b != 0).then(pl.when((a < 0) == (b < 0)).then(size).otherwise(-size))


def _points(value: pl.Expr) -> pl.Expr:
    rounded = (value * 1000 + 0.5).floor()
    return pl.when(rounded.is_finite()).then(rounded).cast(pl.Int64, strict=False)


def _half_life(days: pl.Expr, period: pl.Expr) -> pl.Expr:
    table = pl.Series(half_life_table(), dtype=pl.Int64)
    index = (days.clip(lower_bound=0) * HALVING_STEPS // period).clip(upper_bound=len(table) - 1)
    left = pl.lit(table).gather(pl.when(period > 0).then(index))
    return left.cast(pl.Float64) / 1000


_COMPARISONS: dict[Op, Op] = {
    "feq": "eq",
    "fne": "ne",
    "flt": "lt",
    "fle": "le",
    "fgt": "gt",
    "fge": "ge",
}

_MIRRORED: dict[Op, Op] = {
    "eq": "eq",
    "ne": "ne",
    "lt": "gt",
    "le": "ge",
    "gt": "lt",
    "ge": "le",
    "min": "min",
    "max": "max",
}
"""What an operation is called when its two arguments change places."""

_SPECIAL: dict[str, Callable[[Apply], pl.Expr]] = {
    "if": _if,
    "in": _in,
    "band": _band,
    **dict.fromkeys(_COMPARISONS, _compare_doubles),
}

_PLAIN: dict[str, Callable[..., pl.Expr]] = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "not": lambda a: ~a,
    "known": lambda a: a.is_not_null(),
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "quo": _quotient,
    "rem": lambda a, b: a - b * _quotient(a, b),
    "neg": lambda a: -a,
    "min": _lesser,
    "max": _greater,
    "least": pl.min_horizontal,
    "greatest": pl.max_horizontal,
    "hold": lambda a, low, high: a.clip(lower_bound=low).clip(upper_bound=high),
    "coalesce": pl.coalesce,
    "to_double": lambda a: a.cast(pl.Float64),
    "to_int": lambda a: a.cast(pl.Int64),
    "to_string": lambda a: a.cast(pl.String),
    "contains": lambda a, b: a.str.contains(b, literal=True),
    "starts_with": lambda a, b: a.str.starts_with(b),
    "ends_with": lambda a, b: a.str.ends_with(b),
    "matches": lambda a, b: a.str.contains(b),
    "concat": lambda a, b: a + b,
    "length": lambda a: a.str.len_chars().cast(pl.Int64),
    "lower": lambda a: a.str.to_lowercase(),
    "has_item": lambda a, b: a.list.contains(b),
    "items": lambda a: a.list.len().cast(pl.Int64),
    "points": _points,
    "double": lambda a: a.cast(pl.Float64) / 1000,
    "half_life": _half_life,
    "number": lambda a: pl.when(~a.is_nan()).then(a),
    "scale": lambda a, b: (a * b + 500) // 1000,
}
