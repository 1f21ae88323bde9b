"""Sums over collections as group-bys: what a collection's rows give the row that owns them.

All reductions of one collection by the same owner are one shuffle; pools that keep the strongest
of each group have one more before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from assay.arithmetic import ONE, noisy_or_thresholds, noisy_or_weights
from assay.engines.plan import POOL_PARTS
from assay.engines.spark.emit import constants, floored, quoted, whole
from assay.rules.program import Aggregate, PoolUp
from assay.tables.bulk import ROW


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
