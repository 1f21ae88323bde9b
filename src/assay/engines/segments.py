"""Sums over collections that are stored in the order of their owners.

A sum over the rows of an owner is the difference of a running total at two places. Counts of
conditions share one running total: each has as many bits of a 64-bit number as the longest
collection needs. The total may overflow; its differences never do, because no count outgrows
its own bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Counts = npt.NDArray[np.signedinteger]

_BITS = 63
_BLOCK = 16_384
_WORTH_THREADS = 2_000_000


def segment_counts(conditions: Sequence[pl.Series], offsets: Ints) -> list[Counts]:
    """For each condition the number of rows of each owner where it is true.

    The counts come in the least type that holds them.
    """
    longest = int(np.diff(offsets).max(initial=1))
    width = max(longest.bit_length(), 1)
    room = _BITS // width
    dtype = np.min_scalar_type(-longest - 1)
    results: list[Counts] = [np.empty(len(offsets) - 1, dtype=dtype) for _ in conditions]
    frame = pl.DataFrame([c.alias(str(i)) for i, c in enumerate(conditions)])
    chunks = [range(i, min(i + room, len(conditions))) for i in range(0, len(conditions), room)]
    packing = [_packed(chunk, width).alias(str(i)) for i, chunk in enumerate(chunks)]

    def work(owners: slice, elements: slice, places: Ints) -> None:
        block = frame.slice(elements.start, elements.stop - elements.start)
        packed = block.lazy().select(packing).collect()
        for chunk, series in zip(chunks, packed.iter_columns(), strict=True):
            sums = _differences(series.to_numpy(), places)
            for position, index in enumerate(chunk):
                results[index][owners] = (sums >> position * width) & ((1 << width) - 1)

    _in_blocks(offsets, work)
    return results


def segment_sums(values: pl.Series, offsets: Ints) -> Ints:
    """The sum over the rows of each owner; missing values count for nothing."""
    numbers = (values.fill_null(0) if values.null_count() else values).to_numpy()
    result = np.empty(len(offsets) - 1, dtype=np.int64)

    def work(owners: slice, elements: slice, places: Ints) -> None:
        result[owners] = _differences(numbers[elements], places)

    _in_blocks(offsets, work)
    return result


def segment_least(values: pl.Series, offsets: Ints) -> pl.Series:
    """The least value over the rows of each owner; missing for owners without rows.

    No value may be missing.
    """
    numbers = values.to_numpy()
    some = np.flatnonzero(np.diff(offsets))
    result = np.zeros(len(offsets) - 1, dtype=np.int64)
    known = np.zeros(len(offsets) - 1, dtype=bool)
    if len(some):
        result[some] = np.minimum.reduceat(numbers[: offsets[-1]], offsets[some])
        known[some] = True
    return pl.select(pl.when(pl.Series(known)).then(pl.Series(result))).to_series()


def _packed(chunk: range, width: int) -> pl.Expr:
    """All conditions of a chunk in one number; it takes 32 bits where they suffice."""
    dtype = pl.UInt32 if len(chunk) * width <= 32 else pl.Int64
    zero = pl.lit(0, dtype=dtype)
    bits = [pl.lit(1 << i * width, dtype=dtype) for i in range(len(chunk))]
    return reduce(
        pl.Expr.add,
        [
            pl.when(pl.col(str(index))).then(bit).otherwise(zero)
            for index, bit in zip(chunk, bits, strict=True)
        ],
    )


def _differences(numbers: npt.NDArray[np.integer], places: Ints) -> Ints:
    running = np.zeros(len(numbers) + 1, dtype=np.int64)
    np.cumsum(numbers, out=running[1:], dtype=np.int64)
    at = running.take(places)
    result: Ints = at[1:] - at[:-1]
    return result


def _in_blocks(offsets: Ints, work: Callable[[slice, slice, Ints], None]) -> None:
    """Do the work for so many owners at a time that it stays in the processor's cache.

    ``work`` is given the owners, their elements, and where each owner's begin among these.
    """
    owners = len(offsets) - 1

    def one(begin: int) -> None:
        end = min(begin + _BLOCK, owners)
        first, last = int(offsets[begin]), int(offsets[end])
        work(slice(begin, end), slice(first, last), offsets[begin : end + 1] - first)

    begins = range(0, owners, _BLOCK)
    if offsets[-1] < _WORTH_THREADS:
        for begin in begins:
            one(begin)
    else:
        with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
            list(threads.map(one, begins))
