"""Spark expressions for column expressions: the counterpart of :mod:`assay.engine.emit`.

Both have the same value for every row, to the bit. Spark does not raise, because
``spark.sql.ansi.enabled`` is off. Where its arithmetic differs from IEEE's or from that of whole
numbers, the operation is composed of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from string import ascii_lowercase, ascii_uppercase

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # the customary name

from assay.arithmetic import (
    HALF,
    HALVING_STEPS,
    ONE,
    half_life_table,
    noisy_or_thresholds,
    noisy_or_weights,
)
from assay.cel.functions import OPERATIONS
from assay.cel.operations import Apply, Col, Each, Expr, Item, Lit, Op
from assay.cel.program import Aggregate, PoolUp
from assay.engine.spark.patterns import java_pattern
from assay.tables.parquet import ROW

_LIMIT = float(1 << 63)
_INFINITY = float("inf")


def quoted(name: str) -> Column:
    """Column by its name, which may contain any character."""
    escaped = name.replace("`", "``")
    return F.col(f"`{escaped}`")


def whole(value: int | None) -> Column:
    """Constant of 64 bits."""
    return F.lit(value).cast("bigint")


def constants(values: Sequence[int]) -> Column:
    """Array of whole constants, which Spark creates once a query."""
    return F.split(F.lit(",".join(map(str, values))), ",").cast("array<bigint>")


def floored(number: Column, by: Column) -> Column:
    """Divide by a positive whole number, rounding toward minus infinity."""
    return F.call_function("div", number - F.pmod(number, by), by)


def emit(expr: Expr, item: Column | None = None) -> Column:
    """Translate a column expression to Spark, with ``item`` for ``Item``.

    Raises ``UsageError`` if Spark might compute another value than the embedded engine.
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
    if (with_constant := _WITH_CONSTANT.get(expr.op)) is not None:
        return with_constant(expr, item)
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
    def condition(one: Column) -> Column:
        body = emit(expr.body, one)
        return body.isNull() if expr.counted == "unknown" else F.coalesce(body, F.lit(False))

    return F.array_size(F.filter(emit(expr.items, item), condition)).cast("bigint")


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
    """Limit a value to two bounds; an unknown bound limits nothing."""
    return F.when(value < low, low).when(value > high, high).otherwise(value)


def _without_nan(plain: Op, a: Column, b: Column) -> Column:
    """Compare doubles; unlike Spark, CEL does not order NaN."""
    either = F.isnan(a) | F.isnan(b)
    result = _PLAIN[plain](a, b)
    result = result | either if plain == "ne" else result & ~either
    return F.when(a.isNotNull() & b.isNotNull(), result)


def _divided(a: Column, b: Column) -> Column:
    """Divide doubles; by zero as in IEEE 754, where Spark returns null."""
    infinity = F.when(b.cast("string") == "-0.0", F.lit(-_INFINITY)).otherwise(F.lit(_INFINITY))
    return F.when(b == F.lit(0.0), a * infinity).otherwise(a / b)


def _quotient(a: Column, b: Column) -> Column:
    return F.when(b != whole(0), F.call_function("div", a, b))


def _checked_quotient(a: Column, b: Column) -> Column:
    # The negated least number does not fit 64 bits.
    fits = (a != F.lit(-(1 << 63))) | (b != whole(-1))
    return F.when((b != whole(0)) & fits, F.call_function("div", a, b))


def _remainder(a: Column, b: Column) -> Column:
    return F.when(b != whole(0), a % b)


def _fits(number: Column) -> Column:
    """Whether a double fits a whole number of 64 bits; Spark orders NaN above all numbers."""
    return (number >= F.lit(-_LIMIT)) & (number < F.lit(_LIMIT))


def _to_int(number: Column) -> Column:
    already = F.typeof(number) == "bigint"
    return F.when(already | _fits(number.cast("double")), number.cast("bigint"))


def _points(value: Column) -> Column:
    rounded = value * F.lit(1000.0) + F.lit(HALF)
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


_WITH_CONSTANT: dict[Op, Callable[[Apply, Column | None], Column]] = {
    "in": _in,
    "band": _band,
    "matches": _matches,
}
"""Operations whose last argument is a constant."""

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
"""Operations that depend only on the values of their arguments."""

PRIMITIVES = _WITH_CONSTANT.keys() | _PLAIN.keys()
"""All operations that Spark computes, without the comparisons of doubles."""


def counted(rows: DataFrame, owner: str, steps: Sequence[Aggregate]) -> DataFrame:
    """Aggregate to one row for each owner that has rows, with a column for each step."""
    distinct = [s for s in steps if s.reducer == "distinct"]
    plain = [s for s in steps if s.reducer != "distinct"]
    owned = rows.where(quoted(owner).isNotNull()).withColumn(ROW, quoted(owner))
    result: DataFrame | None = None
    if plain:
        result = owned.groupBy(ROW).agg(*(_reduce(s).alias(s.column) for s in plain))
    for step in distinct:
        # Separately, because Spark copies the rows for each count of distinct values.
        assert step.source is not None
        values = owned.groupBy(ROW).agg(
            F.count_distinct(quoted(step.source)).cast("bigint").alias(step.column)
        )
        result = values if result is None else result.join(values, on=ROW, how="full")
    assert result is not None
    return result


def when_absent(step: Aggregate) -> int | None:
    """Value for an owner without rows."""
    return None if step.reducer in ("min", "max") else 0


def _reduce(step: Aggregate) -> Column:
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
    """Aggregate to one row for each owner that has rows, with the column that each pool defines.

    All ``steps`` must have this ``owner`` and ``by``.
    """
    owned = rows.where(quoted(owner).isNotNull()).withColumn(ROW, quoted(owner))
    parts = [part for i, step in enumerate(steps) for part in _parts(i, step)]
    if by is None:
        # Every row is a group.
        groups = owned.select(ROW, *(each.alias(name) for name, each, _ in parts))
    else:
        groups = (
            owned.withColumn("by", quoted(by))
            .groupBy(ROW, "by")
            .agg(*(over(each).alias(name) for name, each, over in parts))
        )
    combined = groups.groupBy(ROW).agg(
        *(column for i, step in enumerate(steps) for column in _combine(i, step))
    )
    return combined.select(ROW, *(_result(i, step) for i, step in enumerate(steps)))


def within_reach(rows: DataFrame, step: PoolUp) -> DataFrame:
    """Reduce edges to one row for each pair of profiles within reach, by the strongest path.

    A path is -1 as long as a weight on it is unknown.
    """
    assert step.hops is not None
    assert step.peer is not None
    keep, take = quoted(step.keep), quoted(step.take)
    weight = F.least(F.greatest(take, whole(0)), whole(ONE))
    start, end, points = F.col("start"), F.col("end"), F.col("points")
    edges = (
        rows.where(quoted(step.owner).isNotNull() & F.coalesce(keep, F.lit(True)))
        .select(
            quoted(step.owner).alias("start"),
            quoted(step.peer).alias("end"),
            F.coalesce(F.when(keep, weight), whole(-1)).alias("points"),
        )
        .where(start != end)
        .groupBy("start", "end")
        .agg(F.max("points").alias("points"))
    )
    further = edges.select(start.alias("end"), end.alias("next"), points.alias("weight"))
    paths = every = edges
    for _ in range(step.hops - 1):
        product = floored(
            points * F.col("weight") * whole(step.damping) + whole(ONE * ONE // 2),
            whole(ONE * ONE),
        )
        known = (points >= whole(0)) & (F.col("weight") >= whole(0))
        paths = (
            paths.join(further, "end")
            .where(start != F.col("next"))
            .select(
                "start",
                F.col("next").alias("end"),
                F.when(known, product).otherwise(whole(-1)).alias("points"),
            )
            .groupBy("start", "end")
            .agg(F.max("points").alias("points"))
        )
        every = every.unionByName(paths)
    strongest = every.groupBy("start", "end").agg(F.max("points").alias("points"))
    return strongest.select(
        start.alias(step.owner),
        F.lit(True).alias(step.keep),
        F.when(points >= whole(0), points).alias(step.take),
    )


def _parts(index: int, step: PoolUp) -> Iterator[tuple[str, Column, Callable[[Column], Column]]]:
    """Names and values of the columns of each row, and the functions that merge a group."""
    keep = quoted(step.keep)
    within = F.coalesce(keep, F.lit(True))
    take = F.when(keep, quoted(step.take))
    by_known = F.lit(True) if step.by is None else quoted(step.by).isNotNull()
    weight = whole(1) if step.weight is None else F.greatest(quoted(step.weight), whole(0))
    weighed = F.lit(True) if step.weight is None else quoted(step.weight).isNotNull()
    unsure = within & (keep.isNull() | take.isNull() | ~by_known | ~weighed)
    yield f"u{index}", unsure.cast("bigint"), F.sum
    yield f"t{index}", F.when(by_known & weighed, take * weight), F.max
    yield f"w{index}", F.when(by_known & weighed & take.isNotNull(), weight), F.max


def _combine(index: int, step: PoolUp) -> Iterator[Column]:
    yield F.sum(f"u{index}").alias(f"u{index}")
    take = quoted(f"t{index}")
    if step.strongest is not None:
        yield F.collect_list(take).alias(f"t{index}")
        return
    match step.combine:
        case "min":
            combined = F.min(take)
        case "max":
            combined = F.max(take)
        case "sum":
            combined = F.sum(take)
        case "mean":
            combined = _mean(F.sum(take), F.sum(f"w{index}"))
        case "noisy_or":
            combined = F.sum(_weight(take))
    yield combined.alias(f"t{index}")


def _result(index: int, step: PoolUp) -> Column:
    value = quoted(f"t{index}")
    if step.strongest is not None:
        value = _combine_strongest(step, F.slice(F.sort_array(value, asc=False), 1, step.strongest))
    if step.combine == "noisy_or":
        value = F.when(value.isNotNull(), _reached(value))
    if step.empty is not None:
        value = F.coalesce(value, whole(step.empty))
    if step.combine in ("mean", "min"):
        value = F.when(quoted(f"u{index}") == whole(0), value)
    return value.cast("bigint").alias(step.column)


def _combine_strongest(step: PoolUp, takes: Column) -> Column:
    """Combine an array of scores; null if it is empty."""

    def total(of: Column) -> Column:
        return F.aggregate(of, whole(0), lambda sofar, one: sofar + one)

    match step.combine:
        case "min":
            combined = F.array_min(takes)
        case "max":
            combined = F.array_max(takes)
        case "sum":
            combined = total(takes)
        case "mean":
            combined = _mean(total(takes), F.array_size(takes).cast("bigint"))
        case "noisy_or":
            combined = total(F.transform(takes, _weight))
    return F.when(F.array_size(takes) > 0, combined)


def _mean(total: Column, count: Column) -> Column:
    """Mean with halves rounded up, also below zero."""
    return F.when(count > 0, floored(total * whole(2) + count, count * whole(2)))


def _weight(points: Column) -> Column:
    index = F.least(F.greatest(points, whole(0)), whole(ONE)).cast("int")
    return F.when(points.isNotNull(), F.get(constants(noisy_or_weights()), index))


def _reached(weight: Column) -> Column:
    """Number of thresholds a summed weight has reached, by binary search."""
    thresholds = noisy_or_thresholds()
    table = constants(thresholds)
    steps = [1 << power for power in range(len(thresholds).bit_length() - 1, -1, -1)]

    def further(sofar: Column, step: Column) -> Column:
        at = F.get(table, (sofar + step - F.lit(1)).cast("int"))
        # Beyond the last threshold this is null, which no weight reaches.
        return F.when(at <= weight, sofar + step).otherwise(sofar)

    return F.aggregate(constants(steps), whole(0), further)
