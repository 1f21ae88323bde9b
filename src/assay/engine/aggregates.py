"""Aggregates over collections: counts, sums and pools, one value for each owner.

Collections are stored in the order of their owners. A sum over the rows of an owner is the
difference of two values of a running total. Counts of conditions share one running total: a 64-bit
number of several lanes, each wide enough for the longest collection. The total may overflow, but
its differences never do, because no count exceeds its lane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import reduce

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.arithmetic import ONE, noisy_or_thresholds, noisy_or_weights
from assay.cel.program import PoolUp
from assay.graph.reach import reach_pairs
from assay.tables.tables import Ints, begins

Bools = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.signedinteger]

_WORD = np.dtype(np.int64)
# Owners summed at a time, few enough for the processor's cache.
_BLOCK = 16_384
# Fewer rows than this are summed faster by one thread.
_WORTH_THREADS = 2_000_000


def segment_counts(conditions: Sequence[pl.Series], offsets: Ints) -> list[Counts]:
    """Count, for each condition, the rows of each owner where it is true.

    The counts have the narrowest type that holds them.
    """
    owners = len(offsets) - 1
    longest = int(np.diff(offsets).max(initial=1))
    lane = np.min_scalar_type(-longest - 1)
    lanes = _WORD.itemsize // lane.itemsize
    results: list[Counts] = [np.empty(owners, dtype=lane) for _ in conditions]
    for first in range(0, len(conditions), lanes):
        word = slice(first, first + lanes)
        _count_in_lanes(conditions[word], offsets, results[word])
    return results


def _count_in_lanes(
    conditions: Sequence[pl.Series], offsets: Ints, results: Sequence[Counts]
) -> None:
    """Count at most as many conditions as a number has lanes."""
    codes = _codes(conditions)
    lane = results[0].dtype
    steps = np.zeros((1 << len(conditions), _WORD.itemsize // lane.itemsize), dtype=lane)
    for position in range(len(conditions)):
        steps[:, position] = np.arange(len(steps)) >> position & 1
    words = steps.view(_WORD).ravel()

    def total(elements: slice, out: Ints) -> None:
        words.take(codes[elements], out=out, mode="clip")  # other modes would buffer ``out``
        np.cumsum(out, out=out)

    def store(owners: slice, sums: Ints) -> None:
        by_condition = sums.view(lane).reshape(len(sums), -1).T
        for result, count in zip(results, by_condition, strict=False):
            result[owners] = count

    _sum_blocks(offsets, total, store)


def _codes(conditions: Sequence[pl.Series]) -> npt.NDArray[np.uint8]:
    """Encode which of at most eight conditions are true in each row, one bit for each."""
    frame = pl.DataFrame([c.alias(str(bit)) for bit, c in enumerate(conditions)])
    zero = pl.lit(0, dtype=pl.UInt8)
    bits = [
        pl.when(pl.col(str(bit))).then(pl.lit(1 << bit, dtype=pl.UInt8)).otherwise(zero)
        for bit in range(len(conditions))
    ]
    code = frame.lazy().select(reduce(pl.Expr.add, bits))
    return code.collect(optimizations=pl.QueryOptFlags.none()).to_series().to_numpy()


def segment_sums(values: pl.Series, offsets: Ints) -> Ints:
    """Sum the values of each owner; nulls count as 0."""
    return _sums(_numbers(values), offsets)


def _numbers(values: pl.Series) -> Ints:
    return (values.fill_null(0) if values.null_count() else values).to_numpy()


def _sums(numbers: Ints, offsets: Ints) -> Ints:
    result = np.empty(len(offsets) - 1, dtype=np.int64)

    def total(elements: slice, out: Ints) -> None:
        np.cumsum(numbers[elements], out=out)

    def store(owners: slice, sums: Ints) -> None:
        result[owners] = sums

    _sum_blocks(offsets, total, store)
    return result


def segment_extreme(values: pl.Series, offsets: Ints, *, greatest: bool) -> pl.Series:
    """Greatest or least value of each owner, null without rows; ``values`` must have no nulls."""
    numbers = values.to_numpy()
    known = np.diff(offsets) > 0
    result = np.zeros(len(known), dtype=np.int64)
    if known.any():
        extreme = np.maximum if greatest else np.minimum
        result[known] = extreme.reduceat(numbers[: offsets[-1]], offsets[:-1][known])
    return pl.select(pl.when(pl.Series(known)).then(pl.Series(result))).to_series()


def _sum_blocks(
    offsets: Ints, total: Callable[[slice, Ints], None], store: Callable[[slice, Ints], None]
) -> None:
    """Sum over the rows of each owner, a block of owners at a time.

    ``total`` writes the running total of a range of rows, ``store`` receives the sums of a range
    of owners.
    """
    owners = len(offsets) - 1
    begins = range(0, owners, _BLOCK)
    ends = offsets[[min(begin + _BLOCK, owners) for begin in begins]]
    longest = int((ends - offsets[begins]).max(initial=0))
    threads = pl.thread_pool_size() if offsets[-1] >= _WORTH_THREADS else 1

    def share(number: int) -> None:
        buffer = np.zeros(longest + 1, dtype=np.int64)
        for begin in begins[number::threads]:
            block = offsets[begin : begin + _BLOCK + 1]
            first, last = int(block[0]), int(block[-1])
            running = buffer[: last - first + 1]
            total(slice(first, last), running[1:])
            totals = running.take(block - first)
            store(slice(begin, begin + len(totals) - 1), np.diff(totals))

    if threads == 1:
        share(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(share, range(threads)))


# Pools --------------------------------------------------------------------------------------------


def pool_up(step: PoolUp, rows: pl.DataFrame, offsets: Ints) -> pl.Series:
    """Compute the column a pool defines, with one value for each owner.

    ``rows`` are the elements in the order of their owners: ``keep``, ``take``, if the pool groups
    ``by``, and if it weighs ``weight``. Elements without an owner are at the end.
    """
    rows = rows.head(int(offsets[-1]))
    keep, given = rows.get_column("keep"), rows.drop("keep")
    doubts = [keep.is_null()] if keep.null_count() else []
    doubts += [series.is_null() & keep for series in given.iter_columns() if series.null_count()]
    known = reduce(lambda kept, doubt: kept & ~doubt, doubts, keep).fill_null(False)
    if step.by is None and step.strongest is None:
        value = _combined(step, given, known.to_numpy(), offsets)
    else:
        value = _combined(step, *_strongest(step, given, known, offsets))
    if step.empty is not None:
        value = value.fill_null(step.empty)
    if step.combine in ("mean", "min"):
        for counts in segment_counts([doubt.fill_null(False) for doubt in doubts], offsets):
            value = value.set(pl.Series(counts) > 0, None)
    return value.alias(step.column)


def pool_within_reach(
    step: PoolUp, edges: pl.DataFrame, owners: int, origins: Ints | None = None
) -> pl.Series:
    """Compute the column of a pool that follows paths, with one value for each owner.

    ``edges`` have ``owner``, ``peer``, ``keep`` and ``take``. ``origins`` are those of
    :func:`reach_pairs`.
    """
    assert step.hops is not None
    weight = pl.col("take").cast(pl.Int64).clip(0, ONE)
    followed = edges.filter(pl.col("keep").fill_null(True)).select(
        pl.col("owner").alias("upper"),
        pl.col("peer").alias("lower"),
        pl.when("keep").then(weight).alias("points"),
    )
    # Paths of no or unknown strength change nothing then.
    positive = step.combine in ("noisy_or", "sum", "max") and step.empty == 0
    pairs = reach_pairs(followed, step.hops, step.damping / ONE, origins=origins, positive=positive)
    reached = pairs.select(
        pl.repeat(True, pl.len()).alias("keep"), pl.col("points").cast(pl.Int64).alias("take")
    )
    offsets = begins(pairs.get_column("upper").to_numpy(), owners)
    return pool_up(replace(step, hops=None), reached, offsets)


def _strongest(
    step: PoolUp, elements: pl.DataFrame, known: pl.Series, offsets: Ints
) -> tuple[pl.DataFrame, Bools, Ints]:
    """Reduce the known elements to the strongest of each group, and of these to the best."""
    owners = len(offsets) - 1
    owner = pl.Series("owner", np.repeat(np.arange(owners), np.diff(offsets)))
    groups = elements.with_columns(owner).filter(known).lazy()
    if step.by is not None:
        groups = groups.group_by("owner", "by").agg(pl.col("take").max())
    if step.strongest is not None:
        rank = pl.col("take").rank("ordinal", descending=True).over("owner")
        groups = groups.filter(rank <= step.strongest)
    found = groups.sort("owner").collect()
    every = np.full(found.height, True)
    return found, every, begins(found.get_column("owner").to_numpy(), owners)


def _combined(step: PoolUp, elements: pl.DataFrame, known: Bools, offsets: Ints) -> pl.Series:
    """Combine the known elements of each owner; null where there are none.

    Unknown elements get a value that changes nothing, which is faster than to filter them.
    """
    numbers = _numbers(elements.get_column("take"))
    if step.combine == "mean":
        weight = elements.get_column("weight", default=None)
        given = 1 if weight is None else np.maximum(_numbers(weight), 0)
        weights = np.multiply(known, given, dtype=np.int64)
        total = _sums(weights, offsets)
        some = total > 0
        # Halves are rounded up.
        result = (2 * _sums(numbers * weights, offsets) + total) // np.where(some, 2 * total, 1)
        return _masked(result, some)
    if known.all():
        some = np.diff(offsets) > 0
    else:
        (counts,) = segment_counts([pl.Series(known)], offsets)
        some = counts > 0
    if step.combine in ("max", "min"):
        greatest = step.combine == "max"
        limits = np.iinfo(numbers.dtype)  # one of a wider type would wrap around
        worst = limits.min if greatest else limits.max
        values = pl.Series(np.where(known, numbers, worst))
        return _masked(segment_extreme(values, offsets, greatest=greatest), some)
    if step.combine == "sum":
        return _masked(_sums(numbers * known, offsets), some)
    logs = np.asarray(noisy_or_weights(), dtype=np.int64).take(numbers, mode="clip")
    thresholds = np.asarray(noisy_or_thresholds(), dtype=np.int64)
    result = np.searchsorted(thresholds, _sums(logs * known, offsets), side="right")
    return _masked(result, some)


def _masked(values: Ints | pl.Series, known: Bools) -> pl.Series:
    """Return the values as a column that is null where they are not known."""
    column = pl.Series(values, dtype=pl.Int64)
    return column if known.all() else column.set(pl.Series(~known), None)
