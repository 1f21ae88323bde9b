"""Aggregates over collections: counts, sums and pools, one value for each owner.

Collections are stored in the order of their owners. A sum over the rows of an owner is the
difference of two values of a running total. Counts of conditions share one running total: a 64-bit
number of several lanes, each wide enough for the longest collection. The total may overflow, but
its differences never do, because no count exceeds its lane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.arithmetic import noisy_or_thresholds, noisy_or_weights
from assay.cel.program import PoolUp
from assay.tables.tables import Ints, begins

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
    numbers = (values.fill_null(0) if values.null_count() else values).to_numpy()
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
    unsure = keep.is_null()
    for series in given.iter_columns():
        if series.null_count():
            unsure |= series.is_null() & keep
    known = keep.fill_null(False) & ~unsure
    if step.combine != "mean":
        given = given.drop("weight", strict=False)
    if known.all():
        elements, segments = given, offsets
    else:
        elements = given.filter(known)
        segments = np.concatenate([[0], np.cumsum(known.to_numpy(), dtype=np.int64)])[offsets]
    if step.by is not None or step.strongest is not None:
        elements, segments = _strongest(step, elements, segments)
    value = _combined(step, elements, segments)
    if step.empty is not None:
        value = value.fill_null(step.empty)
    if step.combine in ("mean", "min") and unsure.any():
        (doubts,) = segment_counts([unsure], offsets)
        value = value.set(pl.Series(doubts) > 0, None)
    return value.alias(step.column)


def _strongest(step: PoolUp, elements: pl.DataFrame, offsets: Ints) -> tuple[pl.DataFrame, Ints]:
    """Reduce the elements of an owner to the strongest of each group, and of these to the best."""
    owners = len(offsets) - 1
    owner = pl.Series("owner", np.repeat(np.arange(owners), np.diff(offsets)))
    groups = elements.with_columns(owner).lazy()
    if step.by is not None:
        groups = groups.group_by("owner", "by").agg(pl.all().max())
    if step.strongest is not None:
        rank = pl.col("take").rank("ordinal", descending=True).over("owner")
        groups = groups.filter(rank <= step.strongest)
    found = groups.sort("owner").collect()
    return found, begins(found.get_column("owner").to_numpy(), owners)


def _combined(step: PoolUp, elements: pl.DataFrame, offsets: Ints) -> pl.Series:
    """Combine the elements of each owner; null where there are none."""
    take = elements.get_column("take")
    if step.combine in ("max", "min"):
        return segment_extreme(take, offsets, greatest=step.combine == "max")
    some = np.diff(offsets) > 0
    if step.combine == "sum":
        result = segment_sums(take, offsets)
    elif step.combine == "mean":
        result, some = _means(take, elements.get_column("weight", default=None), offsets)
    else:
        weights = np.asarray(noisy_or_weights(), dtype=np.int64)
        logs = weights.take(take.to_numpy(), mode="clip")
        thresholds = np.asarray(noisy_or_thresholds(), dtype=np.int64)
        summed = segment_sums(pl.Series(logs), offsets)
        result = np.searchsorted(thresholds, summed, side="right")
    value = pl.Series(result, dtype=pl.Int64)
    return value if some.all() else value.set(pl.Series(~some), None)


def _means(
    take: pl.Series, weight: pl.Series | None, offsets: Ints
) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Weighted means with halves rounded up, and for which owners anything has a weight."""
    if weight is None:
        summed, total = segment_sums(take, offsets), np.diff(offsets)
    else:
        weight = weight.clip(0)
        summed, total = segment_sums(take * weight, offsets), segment_sums(weight, offsets)
    some = total > 0
    return (2 * summed + total) // (2 * np.where(some, total, 1)), some
