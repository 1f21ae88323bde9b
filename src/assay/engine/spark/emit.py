"""Column expressions as Spark expressions: the counterpart of :mod:`assay.engine.emit`.

Both give the same value for the same row, unknown for unknown, to the bit. Spark is kept from
raising (``spark.sql.ansi.enabled`` is off), and where its arithmetic leaves IEEE's or a whole
number's path it is written out here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from string import ascii_lowercase, ascii_uppercase

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # the name every Spark program gives it

from assay.arithmetic import (
    HALVING_STEPS,
    ONE,
    half_life_table,
    noisy_or_thresholds,
    noisy_or_weights,
)
from assay.cel.functions import OPERATIONS
from assay.cel.operations import Apply, Col, Each, Expr, Item, Lit, Op
from assay.cel.program import Aggregate, PoolUp
from assay.engine.plan import POOL_PARTS
from assay.engine.spark.patterns import java_pattern
from assay.tables.parquet import ROW

_LIMIT = float(1 << 63)
_INFINITY = float("inf")


def quoted(name: str) -> Column:
    """A column by its name, whatever characters that has."""
    escaped = name.replace("`", "``")
    return F.col(f"`{escaped}`")


def whole(value: int | None) -> Column:
    """A constant of 64 bits."""
    return F.lit(value).cast("bigint")


def constants(values: Sequence[int]) -> Column:
    """Constant whole numbers as an array, which Spark makes once for a query."""
    return F.split(F.lit(",".join(map(str, values))), ",").cast("array<bigint>")


def floored(number: Column, by: Column) -> Column:
    """Whole division toward minus infinity by a positive whole number."""
    return F.call_function("div", number - F.pmod(number, by), by)


def emit(expr: Expr, item: Column | None = None) -> Column:
    """The Spark expression for a column expression; ``item`` is what ``Item`` stands for.

    Raises ``UsageError`` for what Spark cannot give as the embedded engine does.
    """
    if isinstance(expr, Col):
        return quoted(expr.name)
    if isinstance(expr, Lit):
        return _literal(expr)
    if isinstance(expr, Item):
        assert item is not None
        return item
    if isinstance(expr, Each):
        return _each(expr, item)
    if (of_constants := _OF_CONSTANTS.get(expr.op)) is not None:
        return of_constants(expr, item)
    args = [emit(a, item) for a in expr.args]
    if (plain := OPERATIONS[expr.op].plain) is not None:
        return _without_nan(plain, *args)
    return _PLAIN[expr.op](*args)


def _literal(expr: Lit) -> Column:
    if isinstance(expr.value, int) and not isinstance(expr.value, bool):
        return whole(expr.value)
    if isinstance(expr.value, tuple):
        items = F.array(*(_literal(Lit(item)) for item in expr.value))
        return items if expr.value else items.cast("array<string>")
    return F.lit(expr.value)


def _each(expr: Each, item: Column | None) -> Column:
    def asked(one: Column) -> Column:
        body = emit(expr.body, one)
        return body.isNull() if expr.counted == "unknown" else F.coalesce(body, F.lit(False))

    return F.array_size(F.filter(emit(expr.items, item), asked)).cast("bigint")


def _in(expr: Apply, item: Column | None) -> Column:
    value, within = emit(expr.args[0], item), _values(expr.args[1])
    if not within:
        return F.when(value.isNotNull(), F.lit(False))
    return value.isin(*within)


def _band(expr: Apply, item: Column | None) -> Column:
    points = emit(expr.args[0], item)
    reached = [(points >= F.lit(limit)).cast("bigint") for limit in _values(expr.args[1])]
    return reduce(Column.__add__, reached) - whole(1)


def _matches(expr: Apply, item: Column | None) -> Column:
    return F.rlike(emit(expr.args[0], item), F.lit(java_pattern(expr.args[1])))


def _values(expr: Expr) -> Sequence[object]:
    assert isinstance(expr, Lit)
    assert isinstance(expr.value, tuple)
    return expr.value


# Operations --------------------------------------------------------------------------------


def _if(condition: Column, then: Column, otherwise: Column) -> Column:
    return F.when(condition, then).when(~condition, otherwise)


def _lesser(a: Column, b: Column) -> Column:
    return F.when(a <= b, a).when(b < a, b)


def _greater(a: Column, b: Column) -> Column:
    return F.when(a >= b, a).when(b > a, b)


def _hold(value: Column, low: Column, high: Column) -> Column:
    """Between two bounds; one that is unknown does not hold anything."""
    return F.when(value < low, low).when(value > high, high).otherwise(value)


def _without_nan(plain: Op, a: Column, b: Column) -> Column:
    """A comparison of doubles; Spark orders NaN, CEL lets every comparison with it fail."""
    either = F.isnan(a) | F.isnan(b)
    made = _PLAIN[plain](a, b)
    made = made | either if plain == "ne" else made & ~either
    return F.when(a.isNotNull() & b.isNotNull(), made)


def _divided(a: Column, b: Column) -> Column:
    """Division of doubles, by zero as IEEE has it; Spark would make that unknown."""
    infinity = F.when(b.cast("string") == "-0.0", F.lit(-_INFINITY)).otherwise(F.lit(_INFINITY))
    return F.when(b == F.lit(0.0), a * infinity).otherwise(a / b)


def _quotient(a: Column, b: Column) -> Column:
    return F.when(b != whole(0), F.call_function("div", a, b))


def _checked_quotient(a: Column, b: Column) -> Column:
    """The least number has no counterpart above zero."""
    fits = (a != F.lit(-(1 << 63))) | (b != whole(-1))
    return F.when((b != whole(0)) & fits, F.call_function("div", a, b))


def _remainder(a: Column, b: Column) -> Column:
    return F.when(b != whole(0), a % b)


def _fits(number: Column) -> Column:
    """Whether a double can be a whole number of 64 bits; NaN is above all of them."""
    return (number >= F.lit(-_LIMIT)) & (number < F.lit(_LIMIT))


def _to_int(number: Column) -> Column:
    already = F.typeof(number) == "bigint"
    return F.when(already | _fits(number.cast("double")), number.cast("bigint"))


def _points(value: Column) -> Column:
    rounded = value * F.lit(1000.0) + F.lit(0.5)
    return F.when(_fits(rounded), F.floor(rounded).cast("bigint"))


def _half_life(days: Column, period: Column) -> Column:
    """``days`` and ``period`` are whole numbers of one type, wide enough for thousands of days."""
    table = half_life_table()
    last = F.lit(len(table) - 1)
    steps = F.least(F.greatest(days, F.lit(0)) * F.lit(HALVING_STEPS), period * last)
    index = F.call_function("div", steps, period).cast("int")
    left = F.when(days.isNotNull() & (period > F.lit(0)), F.get(constants(table), index))
    return left.cast("double") / F.lit(1000.0)


def _wide(number: Column) -> Column:
    return number.cast("decimal(20,0)")


def _has_item(items: Column, item: Column) -> Column:
    known = items.isNotNull() & item.isNotNull()
    return F.when(known, F.coalesce(F.array_contains(items, item), F.lit(False)))


def _item_at(items: Column, index: Column) -> Column:
    in_range = (index >= whole(0)) & (index < F.lit(1 << 31))
    return F.when(in_range, F.get(items, index.cast("int")))


def _day(seconds: Column) -> Column:
    return F.date_from_unix_date(floored(seconds, whole(86_400)).cast("int"))


def _of_day(read: Callable[[Column], Column], less: int = 0) -> Callable[[Column], Column]:
    return lambda seconds: read(_day(seconds)).cast("bigint") - whole(less)


_OF_CONSTANTS: dict[Op, Callable[[Apply, Column | None], Column]] = {
    "in": _in,
    "band": _band,
    "matches": _matches,
}
"""Primitives whose last argument is a constant."""

_PLAIN: dict[Op, Callable[..., Column]] = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "not": lambda a: ~a,
    "known": lambda a: a.isNotNull(),
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": _divided,
    "quo": _quotient,
    "rem": _remainder,
    "neg": lambda a: -a,
    "min": _lesser,
    "max": _greater,
    "least": lambda *several: F.least(*several) if len(several) > 1 else several[0],
    "greatest": lambda *several: F.greatest(*several) if len(several) > 1 else several[0],
    "hold": _hold,
    "if": _if,
    "pick": lambda condition, then, otherwise: F.when(condition, then).otherwise(otherwise),
    "coalesce": F.coalesce,
    "to_double": lambda a: a.cast("double"),
    "to_int": _to_int,
    "to_string": lambda a: a.cast("string"),
    "contains": F.contains,
    "starts_with": F.startswith,
    "ends_with": F.endswith,
    "concat": F.concat,
    "length": lambda a: F.char_length(a).cast("bigint"),
    "lower": F.lower,
    "lower_ascii": lambda a: F.translate(a, ascii_uppercase, ascii_lowercase),
    "upper_ascii": lambda a: F.translate(a, ascii_lowercase, ascii_uppercase),
    "has_item": _has_item,
    "item_at": _item_at,
    "items": lambda a: F.array_size(a).cast("bigint"),
    "joined": lambda a: F.array_join(a, ", "),
    "same": lambda a: a,
    "within": lambda a, low, high: F.when((a >= low) & (a <= high), a),
    "abs": lambda a: F.when(F.abs(a) >= F.lit(0), F.abs(a)),
    "checked_add": F.try_add,
    "checked_sub": F.try_subtract,
    "checked_mul": F.try_multiply,
    "checked_neg": lambda a: F.try_subtract(whole(0), a),
    "checked_quo": _checked_quotient,
    "checked_rem": _remainder,
    "year": _of_day(F.year),
    "month": _of_day(F.month, 1),
    "month_day": _of_day(F.dayofmonth),
    "month_day_0": _of_day(F.dayofmonth, 1),
    "week_day": _of_day(F.dayofweek, 1),
    "year_day": _of_day(F.dayofyear, 1),
    "day_text": lambda a: _day(a).cast("string"),
    "points": _points,
    "double": lambda a: a.cast("double") / F.lit(1000.0),
    "scale": lambda a, b: floored(a * b + whole(500), whole(1000)),
    "half_life": _half_life,
    "checked_half_life": lambda days, period: _half_life(_wide(days), _wide(period)),
    "number": lambda a: F.when(~F.isnan(a), a),
}
"""Primitives that are computed from the values of their arguments alone."""

PRIMITIVES = _OF_CONSTANTS.keys() | _PLAIN.keys()
"""Every operation of the rule language, as Spark computes it, but comparisons guarded for NaN."""


def counted(rows: DataFrame, owner: str, steps: Sequence[Aggregate]) -> DataFrame:
    """One row for each owner of any rows, by its ``row``, with a column for each of the steps."""
    distinct = [s for s in steps if s.reducer == "distinct"]
    plain = [s for s in steps if s.reducer != "distinct"]
    owned = rows.where(quoted(owner).isNotNull()).withColumn(ROW, quoted(owner))
    made: DataFrame | None = None
    if plain:
        made = owned.groupBy(ROW).agg(*(_reduced(s).alias(s.column) for s in plain))
    for step in distinct:
        # Apart from the others: Spark counts distinct values on a copy of the rows for each.
        assert step.source is not None
        values = owned.groupBy(ROW).agg(
            F.count_distinct(quoted(step.source)).cast("bigint").alias(step.column)
        )
        made = values if made is None else made.join(values, on=ROW, how="full")
    assert made is not None
    return made


def when_absent(step: Aggregate) -> int | None:
    """What an owner without rows has."""
    return None if step.reducer in ("min", "max") else 0


def _reduced(step: Aggregate) -> Column:
    if step.source is None:
        return F.count(F.lit(1)).cast("bigint")
    value = quoted(step.source)
    match step.reducer:
        case "true":
            return F.count(F.when(value, F.lit(1))).cast("bigint")
        case "unknown":
            return F.count(F.when(value.isNull(), F.lit(1))).cast("bigint")
        case "min":
            return F.min(value)
        case "max":
            return F.max(value)
    return F.coalesce(F.sum(value), whole(0))


# Pools -------------------------------------------------------------------------------------


def pooled(rows: DataFrame, owner: str, by: str | None, steps: Sequence[PoolUp]) -> DataFrame:
    """One row for each owner of any rows, with the columns that the pools define.

    All ``steps`` have the same owner and the same ``by``.
    """
    owned = rows.where(quoted(owner).isNotNull()).withColumn(ROW, quoted(owner))
    parts = [part for i, step in enumerate(steps) for part in _parts(i, step)]
    if by is None:
        # Every row is a group of its own.
        groups = owned.select(ROW, *(each.alias(name) for name, each, _ in parts))
    else:
        groups = (
            owned.withColumn("by", quoted(by))
            .groupBy(ROW, "by")
            .agg(*(over(each).alias(name) for name, each, over in parts))
        )
    made = groups.groupBy(ROW).agg(
        *(column for i, step in enumerate(steps) for column in _combined(i, step))
    )
    return made.select(
        ROW, *(column for i, step in enumerate(steps) for column in _results(i, step))
    )


def _parts(index: int, step: PoolUp) -> Iterator[tuple[str, Column, Callable[[Column], Column]]]:
    """What is made of every row, and how it is brought together within a group."""
    keep = quoted(step.keep)
    within = F.coalesce(keep, F.lit(True))
    take = F.when(keep, quoted(step.take))
    by_known = F.lit(True) if step.by is None else quoted(step.by).isNotNull()
    unsure = within & (keep.isNull() | take.isNull() | ~by_known)
    yield f"n{index}", within.cast("bigint"), F.sum
    yield f"c{index}", F.coalesce(F.when(keep, quoted(step.cover)), whole(0)), F.sum
    yield f"u{index}", unsure.cast("bigint"), F.sum
    yield f"t{index}", F.when(by_known, take), F.max


def _combined(index: int, step: PoolUp) -> Iterator[Column]:
    yield F.sum(f"n{index}").alias(f"n{index}")
    yield F.sum(f"c{index}").alias(f"c{index}")
    yield F.sum(f"u{index}").alias(f"u{index}")
    take = quoted(f"t{index}")
    if step.strongest is not None:
        yield F.collect_list(take).alias(f"t{index}")
        return
    match step.combine:
        case "min":
            made = F.min(take)
        case "max":
            made = F.max(take)
        case "sum":
            made = F.sum(take)
        case "mean":
            made = _mean(F.sum(take), F.count(take))
        case "noisy_or":
            made = F.sum(_weight(take))
    yield made.alias(f"t{index}")


def _results(index: int, step: PoolUp) -> Iterator[Column]:
    value = quoted(f"t{index}")
    if step.strongest is not None:
        value = _of_strongest(step, F.slice(F.sort_array(value, asc=False), 1, step.strongest))
    if step.combine == "noisy_or":
        value = F.when(value.isNotNull(), _reached(value))
    if step.empty is not None:
        value = F.coalesce(value, whole(step.empty))
    if step.combine in ("mean", "min"):
        value = F.when(quoted(f"u{index}") == whole(0), value)
    elements, coverage = (step.column + part for part in POOL_PARTS)
    yield value.cast("bigint").alias(step.column)
    yield quoted(f"n{index}").alias(elements)
    yield quoted(f"c{index}").alias(coverage)


def _of_strongest(step: PoolUp, takes: Column) -> Column:
    """The combination of an array of scores, unknown for an empty one."""

    def total(of: Column) -> Column:
        return F.aggregate(of, whole(0), lambda sofar, one: sofar + one)

    match step.combine:
        case "min":
            made = F.array_min(takes)
        case "max":
            made = F.array_max(takes)
        case "sum":
            made = total(takes)
        case "mean":
            made = _mean(total(takes), F.array_size(takes).cast("bigint"))
        case "noisy_or":
            made = total(F.transform(takes, _weight))
    return F.when(F.array_size(takes) > 0, made)


def absent(step: PoolUp) -> dict[str, int | None]:
    """What an owner without rows has."""
    elements, coverage = (step.column + part for part in POOL_PARTS)
    return {step.column: step.empty, elements: 0, coverage: 0}


def _mean(total: Column, count: Column) -> Column:
    """Halves rounded up, below zero, too."""
    return F.when(count > 0, floored(total * whole(2) + count, count * whole(2)))


def _weight(points: Column) -> Column:
    index = F.least(F.greatest(points, whole(0)), whole(ONE)).cast("int")
    return F.when(points.isNotNull(), F.get(constants(noisy_or_weights()), index))


def _reached(weight: Column) -> Column:
    """How many of the thresholds a summed weight has reached, by halving the interval."""
    thresholds = noisy_or_thresholds()
    table = constants(thresholds)
    steps = [1 << power for power in range(len(thresholds).bit_length() - 1, -1, -1)]

    def further(sofar: Column, step: Column) -> Column:
        at = F.get(table, (sofar + step - F.lit(1)).cast("int"))
        # Beyond the last threshold there is none, which nothing reaches.
        return F.when(at <= weight, sofar + step).otherwise(sofar)

    return F.aggregate(constants(steps), whole(0), further)
