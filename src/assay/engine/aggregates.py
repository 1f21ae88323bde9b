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
from assay.tables.tables import Ints

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


def pool_up(step: PoolUp, rows: pl.DataFrame, owners: int) -> pl.Series:
    """Compute the column a pool defines, with one value for each owner.

    ``rows`` are the elements: ``owner`` (may be null), ``keep``, ``take``, if the pool groups
    ``by``, and if it weighs ``weight``.
    """
    if "weight" not in rows.columns:
        rows = rows.with_columns(weight=pl.lit(1, dtype=pl.Int64))
    if "by" not in rows.columns:
        rows = rows.with_columns(by=pl.int_range(pl.len()))
    take = pl.when("keep").then("take")
    rows = rows.filter(pl.col("owner").is_not_null() & pl.col("keep").fill_null(True)).with_columns(
        take=take,
        unsure=pl.col("keep").is_null()
        | take.is_null()
        | pl.col("by").is_null()
        | pl.col("weight").is_null(),
    )
    counts = rows.group_by("owner").agg(unsure=pl.col("unsure").sum().cast(pl.Int64))
    every = pl.DataFrame({"owner": pl.int_range(owners, dtype=pl.Int64, eager=True)})
    result = every.join(counts, on="owner", how="left", maintain_order="left").join(
        _combined(step, rows), on="owner", how="left", maintain_order="left"
    )
    value = pl.col("take").cast(pl.Int64)
    if step.empty is not None:
        value = value.fill_null(step.empty)
    if step.combine in ("mean", "min"):
        value = pl.when(pl.col("unsure").fill_null(0) == 0).then(value)
    return result.select(value.alias(step.column)).to_series()


def _mean(take: pl.Expr, weight: pl.Expr) -> pl.Expr:
    """Return the weighted mean with halves rounded up, null if nothing has a weight."""
    total = weight.sum()
    return pl.when(total > 0).then((2 * (take * weight).sum() + total) // (2 * total))


def _combined(step: PoolUp, rows: pl.DataFrame) -> pl.DataFrame:
    """Combine the known elements of each owner, the strongest of each group."""
    groups = rows.filter("keep").drop_nulls(["take", "by"])
    groups = groups.select("owner", "by", "take", "weight")
    if step.by is not None:
        groups = groups.group_by("owner", "by").agg(pl.col("take").max(), pl.col("weight").max())
    if step.strongest is not None:
        rank = pl.col("take").rank("ordinal", descending=True).over("owner")
        groups = groups.filter(rank <= step.strongest)
    take = pl.col("take")
    if step.combine != "noisy_or":
        reducers = {
            "mean": _mean(take, pl.col("weight").clip(0)),
            "max": take.max(),
            "min": take.min(),
            "sum": take.sum(),
        }
        return groups.group_by("owner").agg(reducers[step.combine].cast(pl.Int64).alias("take"))
    weights = np.asarray(noisy_or_weights(), dtype=np.int64)
    clipped = groups.get_column("take").clip(0, len(weights) - 1).to_numpy()
    summed = (
        groups.with_columns(pl.Series("take", weights[clipped])).group_by("owner").agg(take.sum())
    )
    thresholds = np.asarray(noisy_or_thresholds(), dtype=np.int64)
    reached = np.searchsorted(thresholds, summed.get_column("take").to_numpy(), side="right")
    return summed.with_columns(pl.Series("take", reached, dtype=pl.Int64))
