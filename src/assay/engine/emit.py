"""Polars expressions for column expressions.

Columns may be stored in narrower types than they have in rules: texts as ``Enum``, whole numbers in
8 to 32 bits. Expressions use these types where the result is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from string import ascii_lowercase, ascii_uppercase

import polars as pl

from assay.arithmetic import HALF, HALVING_STEPS, half_life_table
from assay.cel.functions import OPERATIONS
from assay.cel.operations import Apply, Col, Each, Expr, Item, Lit, Op, columns

_MOST: dict[pl.DataType, int] = {
    pl.Int8(): (1 << 7) - 1,
    pl.Int16(): (1 << 15) - 1,
    pl.Int32(): (1 << 31) - 1,
}
"""Narrow types with the greatest number of each."""

_BOUNDED_BY_ARGUMENTS: frozenset[Op] = frozenset(("add", "hold", "least", "greatest"))


def emit(expr: Expr, schema: Mapping[str, pl.DataType] | None = None) -> pl.Expr:
    """Translate a column expression to Polars, with null for unknown.

    ``schema`` contains the types of columns that are stored in narrower types than in rules.
    """
    return _Emitter(schema or {}).emit(expr)


def emit_stored(
    expr: Expr, schema: Mapping[str, pl.DataType]
) -> tuple[pl.Expr, pl.DataType | None]:
    """Translate the expression of a column to store; also return its type if that is narrow.

    Bands, and sums of known amounts, have narrow types.
    """
    emitter = _Emitter(schema)
    return emitter.narrow(expr) or (emitter.emit(expr), None)


class _Emitter:
    def __init__(self, schema: Mapping[str, pl.DataType]) -> None:
        self._words = {
            name: frozenset(dtype.categories.to_list())
            for name, dtype in schema.items()
            if isinstance(dtype, pl.Enum)
        }
        self._narrow = {name: dtype for name, dtype in schema.items() if dtype in _MOST}

    def emit(self, expr: Expr) -> pl.Expr:
        if isinstance(expr, Col):
            column = pl.col(expr.name)
            if expr.name in self._narrow:
                return column.cast(pl.Int64)
            return column.cast(pl.String) if expr.name in self._words else column
        if isinstance(expr, Lit):
            return _literal(expr)
        if isinstance(expr, Item):
            return pl.element()
        if isinstance(expr, Each):
            return self._each(expr)
        expr = _mirrored(expr)
        special = _SPECIAL.get(expr.op)
        if special is not None:
            emitted = special(self, expr)
        else:
            emitted = _PLAIN[expr.op](*(self.emit(a) for a in expr.args))
        if next(columns(expr), None) is None:
            # An expression of constants has one row, which does not fit the other columns.
            value = pl.select(emitted).to_series()
            return pl.lit(value.item(), dtype=value.dtype)
        return emitted

    def _logic(self, expr: Apply) -> pl.Expr:
        args = (pl.lit(None, pl.Boolean) if a == Lit(None) else self.emit(a) for a in expr.args)
        return _LOGIC[expr.op](*args)

    def _each(self, expr: Each) -> pl.Expr:
        body = self.emit(expr.body)
        condition = body.is_null() if expr.counted == "unknown" else body.fill_null(False)
        return self.emit(expr.items).list.eval(condition).list.sum().cast(pl.Int64)

    def _if(self, expr: Apply) -> pl.Expr:
        condition = self.emit(expr.args[0])
        then = pl.when(condition).then(self.emit(expr.args[1]))
        otherwise = expr.args[2]
        return then if otherwise == Lit(None) else then.when(~condition).then(self.emit(otherwise))

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
        """Compare; a narrow column and a constant are compared in the type of the column."""
        op = _COMPARISONS[expr.op]
        a, b = expr.args
        if isinstance(a, Col) and a.name in self._narrow and isinstance(b, Lit):
            dtype = self._narrow[a.name]
            if isinstance(b.value, int) and 0 <= b.value <= _MOST[dtype]:
                return op(pl.col(a.name), pl.lit(b.value, dtype=dtype))
        if isinstance(b, Lit) and not isinstance(a, Lit):
            return op(self.emit(a), pl.lit(b.value))
        return op(self.emit(a), self.emit(b))

    def _known(self, expr: Apply) -> pl.Expr:
        (arg,) = expr.args
        value = pl.col(arg.name) if isinstance(arg, Col) else self.emit(arg)
        return value.is_not_null()

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
        """Translate an expression to the least narrow type that is sure to hold it, if any."""
        if isinstance(expr, Col) and expr.name in self._narrow:
            return pl.col(expr.name), self._narrow[expr.name]
        if not isinstance(expr, Apply):
            return None
        if expr.op == "band":
            return self._narrow_band(expr)
        most = self._bound(expr)
        dtype = None if most is None else _least_type(most)
        return None if dtype is None else (self._cast(expr, dtype), dtype)

    def _bound(self, expr: Expr) -> int | None:
        """Greatest absolute value of an expression of constants and narrow columns."""
        if isinstance(expr, Col):
            return _MOST.get(self._narrow[expr.name]) if expr.name in self._narrow else None
        if isinstance(expr, Lit):
            return abs(expr.value) if type(expr.value) is int else None
        if not isinstance(expr, Apply) or expr.op not in ("pick", *_BOUNDED_BY_ARGUMENTS):
            return None
        bounds = [self._bound(a) for a in _values(expr)]
        known = [bound for bound in bounds if bound is not None]
        if len(known) < len(bounds):
            return None
        return sum(known) if expr.op == "add" else max(known)

    def _cast(self, expr: Expr, dtype: pl.DataType) -> pl.Expr:
        """Translate an expression with a known bound to a type that holds all its parts."""
        if isinstance(expr, Lit):
            return pl.lit(expr.value, dtype=dtype)
        if isinstance(expr, Col):
            return pl.col(expr.name).cast(dtype)
        assert isinstance(expr, Apply)
        if expr.op == "pick":
            condition, then, otherwise = expr.args
            picked = pl.when(self.emit(condition)).then(self._cast(then, dtype))
            return picked.otherwise(self._cast(otherwise, dtype))
        args = [self._cast(a, dtype) for a in expr.args]
        if expr.op != "hold":
            return _PLAIN[expr.op](*args)
        value, low, high = args
        # This takes a third of the time of a clip, but turns an unknown value into a bound.
        clipped = pl.max_horizontal(pl.min_horizontal(value, high), low)
        known = [pl.col(name).is_not_null() for name in _value_columns(expr.args[0])]
        return pl.when(reduce(pl.Expr.and_, known)).then(clipped) if known else clipped

    def _narrow_band(self, expr: Apply) -> tuple[pl.Expr, pl.DataType]:
        score, limits = expr.args
        assert isinstance(limits, Lit)
        assert isinstance(limits.value, tuple)
        dtype = _least_type(len(limits.value)) or pl.Int64()
        one, none = (pl.lit(n, dtype=dtype) for n in (1, 0))
        reached = [
            pl.when(self.emit(Apply("ge", (score, Lit(limit))))).then(one).otherwise(none)
            for limit in sorted(limits.value)
        ]
        index = reduce(pl.Expr.add, reached) - one
        return pl.when(self.emit(score).is_not_null()).then(index), dtype

    def _band(self, expr: Apply) -> pl.Expr:
        return self._narrow_band(expr)[0].cast(pl.Int64)

    def _div(self, expr: Apply) -> pl.Expr:
        """Divide by a column: Polars would multiply by the inverse of a constant, less exactly."""
        a, b = expr.args
        divided, by = self.emit(a), self.emit(b)
        if next(columns(b), None) is None and next(columns(a), None) is not None:
            constant = pl.select(by).item()
            # For zero the result is exact, and the sum would lose the sign of a zero.
            if constant:
                by = pl.int_range(pl.len()).cast(pl.Float64) * 0.0 + constant
        return divided / by

    def _hold(self, expr: Apply) -> pl.Expr:
        narrow = self.narrow(expr)
        if narrow is not None:
            return narrow[0].cast(pl.Int64)
        value, low, high = (self.emit(a) for a in expr.args)
        # What is unknown throughout has no type, and Polars clips numbers only.
        return value.cast(pl.Int64).clip(low, high)

    def _compared(self, expr: Apply) -> pl.Expr:
        """Compare doubles; unlike Polars, CEL does not order NaN."""
        op = _COMPARISONS[OPERATIONS[expr.op].plain or expr.op]
        a, b = (self.emit(x) for x in expr.args)
        either = a.is_nan() | b.is_nan()
        result = op(a, b) | either if expr.op == "fne" else op(a, b) & ~either
        return pl.when(a.is_not_null() & b.is_not_null()).then(result)


def _values(expr: Apply) -> tuple[Expr, ...]:
    """Arguments whose values the expression may have, without the condition of a pick."""
    return expr.args[1:] if expr.op == "pick" else expr.args


def _value_columns(expr: Expr) -> Iterator[str]:
    """Columns whose values a bounded expression may have."""
    if isinstance(expr, Col):
        yield expr.name
    elif isinstance(expr, Apply):
        for arg in _values(expr):
            yield from _value_columns(arg)


def _least_type(most: int) -> pl.DataType | None:
    """Narrowest type for whole numbers up to ``most``, or None if they need 64 bits."""
    return next((dtype for dtype, limit in _MOST.items() if most <= limit), None)


def _mirrored(expr: Apply) -> Apply:
    """Move a constant to the right: with one on the left, Polars loses the height of a column."""
    mirrored = OPERATIONS[expr.op].mirrored
    if mirrored is not None and next(columns(expr.args[0]), None) is None:
        return Apply(mirrored, expr.args[::-1])
    return expr


def _literal(expr: Lit) -> pl.Expr:
    # CEL's whole numbers have 64 bits.
    if isinstance(expr.value, int) and not isinstance(expr.value, bool):
        return pl.lit(expr.value, dtype=pl.Int64)
    return pl.lit(expr.value)


def _lesser(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return pl.when(a <= b).then(a).when(b < a).then(b)


def _greater(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return pl.when(a >= b).then(a).when(b > a).then(b)


def _quotient(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Divide whole numbers toward zero; unknown if the divisor is zero."""
    size = a.abs() // b.abs()
    return pl.when(b != 0).then(pl.when((a < 0) == (b < 0)).then(size).otherwise(0 - size))


def _checked(op: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Callable[[pl.Expr, pl.Expr], pl.Expr]:
    """Compute with 128 bits; a result that does not fit 64 bits is unknown."""

    def build(a: pl.Expr, b: pl.Expr) -> pl.Expr:
        return op(a.cast(pl.Int128), b.cast(pl.Int128)).cast(pl.Int64, strict=False)

    return build


def _has_item(items: pl.Expr, item: pl.Expr) -> pl.Expr:
    return pl.when(item.is_not_null()).then(items.list.contains(item))


def _moment(seconds: pl.Expr) -> pl.Expr:
    return pl.from_epoch(seconds, time_unit="s")


def _points(value: pl.Expr) -> pl.Expr:
    rounded = (value * 1000 + HALF).floor()
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
"""Operations that depend on the form or storage of their arguments."""

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
"""Operations that depend only on the values of their arguments."""

PRIMITIVES = _SPECIAL.keys() | _PLAIN.keys()
"""All operations of the rule language that Polars computes."""
