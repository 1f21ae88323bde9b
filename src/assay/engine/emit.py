"""Column expressions as Polars expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from functools import reduce
from string import ascii_lowercase, ascii_uppercase

import polars as pl

from assay.arithmetic import HALVING_STEPS, half_life_table
from assay.cel.functions import OPERATIONS
from assay.cel.operations import Apply, Col, Each, Expr, Item, Lit, Op, columns
from assay.engine.simplify import MOST, bound, least_type, stored_in

Words = Mapping[str, Set[str]]
"""Text columns that are stored as numbers, and the words each of them has."""


def emit(expr: Expr, schema: Mapping[str, pl.DataType] | None = None) -> pl.Expr:
    """The Polars expression for a column expression; null stays unknown throughout.

    ``schema`` tells of columns that are stored in other types than they have in rules: texts as
    ``Enum`` are compared with constants by number, counts in few bits as they are; everything
    else sees texts and 64 bits.
    """
    return _Emitter(schema or {}).emit(expr)


def emit_stored(
    expr: Expr, schema: Mapping[str, pl.DataType]
) -> tuple[pl.Expr, pl.DataType | None]:
    """The expression for a column to be stored, and the type if that has less than 64 bits.

    Bands, and sums of amounts known beforehand, fit a few bits.
    """
    emitter = _Emitter(schema)
    stored = emitter.narrow(expr)
    return (emitter.emit(expr), None) if stored is None else stored


class _Emitter:
    def __init__(self, schema: Mapping[str, pl.DataType]) -> None:
        self._words: Words = {
            name: frozenset(dtype.categories.to_list())
            for name, dtype in schema.items()
            if isinstance(dtype, pl.Enum)
        }
        self._counts = {name: dtype for name, dtype in schema.items() if dtype in MOST}

    def emit(self, expr: Expr) -> pl.Expr:
        if isinstance(expr, Col):
            column = pl.col(expr.name)
            if expr.name in self._counts:
                return column.cast(pl.Int64)
            return column.cast(pl.String) if expr.name in self._words else column
        if isinstance(expr, Lit):
            return _literal(expr)
        if isinstance(expr, Item):
            return pl.element()
        if isinstance(expr, Each):
            return self._each(expr)
        made = self._made(_mirrored(expr))
        if next(columns(expr), None) is None:
            # What was looked up or computed from constants is one row, which fits no table.
            value = pl.select(made).to_series()
            return pl.lit(value.item(), dtype=value.dtype)
        return made

    def _made(self, expr: Apply) -> pl.Expr:
        special = _SPECIAL.get(expr.op)
        if special is not None:
            return special(self, expr)
        return _PLAIN[expr.op](*(self.emit(a) for a in expr.args))

    def _logic(self, expr: Apply) -> pl.Expr:
        truths = (pl.lit(None, pl.Boolean) if a == Lit(None) else self.emit(a) for a in expr.args)
        return _LOGIC[expr.op](*truths)

    def _each(self, expr: Each) -> pl.Expr:
        body = self.emit(expr.body)
        asked = body.is_null() if expr.counted == "unknown" else body.fill_null(False)
        counted = self.emit(expr.items).list.eval(asked).list.sum()
        return counted.cast(pl.Int64)

    def _if(self, expr: Apply) -> pl.Expr:
        condition, then, otherwise = expr.args
        asked = self.emit(condition)
        if otherwise == Lit(None):
            return pl.when(asked).then(self.emit(then))
        return pl.when(asked).then(self.emit(then)).when(~asked).then(self.emit(otherwise))

    def _pick(self, expr: Apply) -> pl.Expr:
        condition, then, otherwise = (self.emit(a) for a in expr.args)
        return pl.when(condition).then(then).otherwise(otherwise)

    def _equal(self, expr: Apply) -> pl.Expr:
        op, otherwise = _COMPARISONS[expr.op], expr.op == "ne"
        for a, b in (expr.args, expr.args[::-1]):
            words = self._words.get(a.name) if isinstance(a, Col) else None
            if words is not None and isinstance(a, Col) and isinstance(b, Lit):
                column = pl.col(a.name)
                if b.value in words:
                    return op(column, pl.lit(b.value))
                return pl.when(column.is_not_null()).then(pl.lit(otherwise))
        return self._ordered(expr)

    def _ordered(self, expr: Apply) -> pl.Expr:
        """A comparison, of a count with a constant in the bits the count has."""
        op = _COMPARISONS[expr.op]
        a, b = expr.args
        if isinstance(a, Col) and a.name in self._counts and isinstance(b, Lit):
            dtype = self._counts[a.name]
            if isinstance(b.value, int) and 0 <= b.value <= MOST[dtype]:
                return op(pl.col(a.name), pl.lit(b.value, dtype=dtype))
        if isinstance(b, Lit) and not isinstance(a, Lit):
            return op(self.emit(a), pl.lit(b.value))
        return op(self.emit(a), self.emit(b))

    def _known(self, expr: Apply) -> pl.Expr:
        (arg,) = expr.args
        asked = pl.col(arg.name) if isinstance(arg, Col) else self.emit(arg)
        return asked.is_not_null()

    def _in(self, expr: Apply) -> pl.Expr:
        item, within = expr.args
        assert isinstance(within, Lit)
        assert isinstance(within.value, tuple)
        values, words = list(within.value), None
        column = self.emit(item)
        if isinstance(item, Col) and (words := self._words.get(item.name)) is not None:
            column, values = pl.col(item.name), [v for v in values if v in words]
        if not values:
            return pl.when(column.is_not_null()).then(pl.lit(False))
        if words is not None:
            return reduce(pl.Expr.or_, [column == v for v in values])
        return column.is_in(values)

    def narrow(self, expr: Expr) -> tuple[pl.Expr, pl.DataType] | None:
        """A whole number in the least type that is known to hold it; None where none is."""
        if isinstance(expr, Col) and expr.name in self._counts:
            return pl.col(expr.name), self._counts[expr.name]
        if not isinstance(expr, Apply):
            return None
        if expr.op == "band":
            return self._few_bits_band(expr)
        most = bound(expr, self._counts)
        dtype = None if most is None else least_type(most)
        return None if dtype is None else (self._few_bits(expr, dtype), dtype)

    def _few_bits(self, expr: Expr, dtype: pl.DataType) -> pl.Expr:
        """What :func:`bound` knows of, in a type that holds it and all it is made from."""
        if isinstance(expr, Lit):
            return pl.lit(expr.value, dtype=dtype)
        if isinstance(expr, Col):
            return pl.col(expr.name).cast(dtype)
        assert isinstance(expr, Apply)
        if expr.op == "pick":
            condition, then, otherwise = expr.args
            picked = pl.when(self.emit(condition)).then(self._few_bits(then, dtype))
            return picked.otherwise(self._few_bits(otherwise, dtype))
        args = [self._few_bits(a, dtype) for a in expr.args]
        if expr.op != "hold":
            return _PLAIN[expr.op](*args)
        value, low, high = args
        # This takes a third of the time of a clip, but makes a bound of an unknown value.
        held = pl.max_horizontal(pl.min_horizontal(value, high), low)
        known = [pl.col(name).is_not_null() for name in stored_in(expr.args[0])]
        return pl.when(reduce(pl.Expr.and_, known)).then(held) if known else held

    def _few_bits_band(self, expr: Apply) -> tuple[pl.Expr, pl.DataType]:
        score, limits = expr.args
        assert isinstance(limits, Lit)
        assert isinstance(limits.value, tuple)
        dtype = least_type(len(limits.value)) or pl.Int64()
        one, none = (pl.lit(n, dtype=dtype) for n in (1, 0))
        reached = [
            pl.when(self.emit(Apply("ge", (score, Lit(limit))))).then(one).otherwise(none)
            for limit in sorted(limits.value)
        ]
        index = reduce(pl.Expr.add, reached) - one
        return pl.when(self.emit(score).is_not_null()).then(index), dtype

    def _band(self, expr: Apply) -> pl.Expr:
        return self._few_bits_band(expr)[0].cast(pl.Int64)

    def _div(self, expr: Apply) -> pl.Expr:
        """A quotient; Polars multiplies by the inverse of a constant, which is not the same."""
        a, b = expr.args
        divided, by = self.emit(a), self.emit(b)
        if next(columns(b), None) is None and next(columns(a), None) is not None:
            constant = pl.select(by).item()
            # By zero it is the same, and the sign of a zero would be lost in the sum.
            if constant:
                by = pl.int_range(pl.len()).cast(pl.Float64) * 0.0 + constant
        return divided / by

    def _hold(self, expr: Apply) -> pl.Expr:
        stored = self.narrow(expr)
        if stored is not None:
            return stored[0].cast(pl.Int64)
        value, low, high = (self.emit(a) for a in expr.args)
        return value.clip(low, high)

    def _compared(self, expr: Apply) -> pl.Expr:
        """A comparison of doubles; Polars orders NaN, CEL lets every comparison with it fail."""
        op = _COMPARISONS[OPERATIONS[expr.op].plain or expr.op]
        a, b = (self.emit(x) for x in expr.args)
        either = a.is_nan() | b.is_nan()
        made = op(a, b) | either if expr.op == "fne" else op(a, b) & ~either
        return pl.when(a.is_not_null() & b.is_not_null()).then(made)


def _mirrored(expr: Apply) -> Apply:
    """Polars loses the height of a column of equal values compared with a constant on its left."""
    mirrored = OPERATIONS[expr.op].mirrored
    if mirrored is not None and next(columns(expr.args[0]), None) is None:
        return Apply(mirrored, expr.args[::-1])
    return expr


def _literal(expr: Lit) -> pl.Expr:
    """A whole number has 64 bits, as in CEL."""
    if isinstance(expr.value, int) and not isinstance(expr.value, bool):
        return pl.lit(expr.value, dtype=pl.Int64)
    return pl.lit(expr.value)


def _lesser(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return pl.when(a <= b).then(a).when(b < a).then(b)


def _greater(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return pl.when(a >= b).then(a).when(b > a).then(b)


def _quotient(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Whole division toward zero; unknown for a divisor of zero."""
    size = a.abs() // b.abs()
    return pl.when(b != 0).then(pl.when((a < 0) == (b < 0)).then(size).otherwise(0 - size))


def _checked(op: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Callable[[pl.Expr, pl.Expr], pl.Expr]:
    """Whole numbers with room for twice the digits; what does not fit 64 bits is unknown."""

    def build(a: pl.Expr, b: pl.Expr) -> pl.Expr:
        return op(a.cast(pl.Int128), b.cast(pl.Int128)).cast(pl.Int64, strict=False)

    return build


def _has_item(items: pl.Expr, item: pl.Expr) -> pl.Expr:
    return pl.when(item.is_not_null()).then(items.list.contains(item))


def _moment(seconds: pl.Expr) -> pl.Expr:
    return pl.from_epoch(seconds, time_unit="s")


def _points(value: pl.Expr) -> pl.Expr:
    rounded = (value * 1000 + 0.5).floor()
    return pl.when(rounded.is_finite()).then(rounded).cast(pl.Int64, strict=False)


def _half_life(days: pl.Expr, period: pl.Expr) -> pl.Expr:
    table = pl.Series([left / 1000 for left in half_life_table()], dtype=pl.Float64)
    index = (days.clip(lower_bound=0) * HALVING_STEPS // period).clip(upper_bound=len(table) - 1)
    return pl.lit(table).gather(pl.when(period > 0).then(index))


_COMPARISONS: dict[Op, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "eq": pl.Expr.eq,
    "ne": pl.Expr.ne,
    "lt": pl.Expr.lt,
    "le": pl.Expr.le,
    "gt": pl.Expr.gt,
    "ge": pl.Expr.ge,
}

_LOGIC: dict[Op, Callable[..., pl.Expr]] = {
    "and": pl.Expr.and_,
    "or": pl.Expr.or_,
    "not": pl.Expr.not_,
}

_SPECIAL: dict[Op, Callable[[_Emitter, Apply], pl.Expr]] = {
    **dict.fromkeys(_LOGIC, _Emitter._logic),
    **dict.fromkeys(("eq", "ne"), _Emitter._equal),
    **dict.fromkeys(("lt", "le", "gt", "ge"), _Emitter._ordered),
    **dict.fromkeys(("feq", "fne", "flt", "fle", "fgt", "fge"), _Emitter._compared),
    "known": _Emitter._known,
    "if": _Emitter._if,
    "pick": _Emitter._pick,
    "in": _Emitter._in,
    "band": _Emitter._band,
    "div": _Emitter._div,
    "hold": _Emitter._hold,
}
"""Primitives that look at how their arguments are written or stored."""

_PLAIN: dict[Op, Callable[..., pl.Expr]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "quo": _quotient,
    "rem": lambda a, b: a - b * _quotient(a, b),
    "neg": lambda a: -a,
    "min": _lesser,
    "max": _greater,
    "least": pl.min_horizontal,
    "greatest": pl.max_horizontal,
    "coalesce": pl.coalesce,
    "to_double": lambda a: a.cast(pl.Float64),
    "to_int": lambda a: a.cast(pl.Int64, strict=False),
    "to_string": lambda a: a.cast(pl.String),
    "contains": lambda a, b: a.str.contains(b, literal=True),
    "starts_with": lambda a, b: a.str.starts_with(b),
    "ends_with": lambda a, b: a.str.ends_with(b),
    "matches": lambda a, b: a.str.contains(b),
    "concat": lambda a, b: a + b,
    "length": lambda a: a.str.len_chars().cast(pl.Int64),
    "lower": lambda a: a.str.to_lowercase(),
    "lower_ascii": lambda a: a.str.replace_many(list(ascii_uppercase), list(ascii_lowercase)),
    "upper_ascii": lambda a: a.str.replace_many(list(ascii_lowercase), list(ascii_uppercase)),
    "has_item": _has_item,
    "item_at": lambda a, i: a.list.get(pl.when(i >= 0).then(i), null_on_oob=True),
    "joined": lambda a: a.list.join(", "),
    "same": lambda a: a,
    "within": lambda a, low, high: pl.when(a.is_between(low, high)).then(a),
    "abs": lambda a: pl.when(a.abs() >= 0).then(a.abs()),
    "checked_add": _checked(lambda a, b: a + b),
    "checked_sub": _checked(lambda a, b: a - b),
    "checked_mul": _checked(lambda a, b: a * b),
    "checked_neg": lambda a: _checked(lambda x, y: x * y)(a, pl.lit(-1)),
    "checked_quo": _checked(_quotient),
    "checked_rem": _checked(lambda a, b: a - b * _quotient(a, b)),
    "year": lambda a: _moment(a).dt.year().cast(pl.Int64),
    "month": lambda a: _moment(a).dt.month().cast(pl.Int64) - 1,
    "month_day": lambda a: _moment(a).dt.day().cast(pl.Int64),
    "month_day_0": lambda a: _moment(a).dt.day().cast(pl.Int64) - 1,
    "week_day": lambda a: _moment(a).dt.weekday().cast(pl.Int64) % 7,
    "year_day": lambda a: _moment(a).dt.ordinal_day().cast(pl.Int64) - 1,
    "day_text": lambda a: _moment(a).dt.strftime("%Y-%m-%d"),
    "items": lambda a: a.list.len().cast(pl.Int64),
    "points": _points,
    "double": lambda a: (a.cast(pl.Float64) / 1000).round(3),
    "scale": lambda a, b: (a * b + 500) // 1000,
    "half_life": _half_life,
    "checked_half_life": lambda days, period: _half_life(days.cast(pl.Int128), period),
    "number": lambda a: pl.when(~a.is_nan()).then(a),
}
"""Primitives that are computed from the values of their arguments alone."""

PRIMITIVES = _SPECIAL.keys() | _PLAIN.keys()
"""Every operation of the rule language, as Polars computes it."""
