"""Texts that are nearly the same, found without comparing each with each."""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

_PERMUTATIONS, _BANDS = 64, 16
_PRIME = (1 << 31) - 1
_WORDS_IN_SHINGLE = 3
_MOST_IN_BUCKET = 50
_WORD = re.compile(r"[^\W_]+")


def _coefficients() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Fixed multipliers and offsets, the same on every run and machine."""
    state, numbers = 1, []
    for _ in range(2 * _PERMUTATIONS):
        state = state * 48271 % _PRIME
        numbers.append(state)
    made = np.array(numbers, dtype=np.uint64)
    return made[:_PERMUTATIONS, None], made[_PERMUTATIONS:, None]


_FACTORS, _OFFSETS = _coefficients()


def shingles(text: str) -> frozenset[int]:
    """Hashes of all runs of three words; of the words themselves where there are fewer."""
    words = [w.casefold() for w in _WORD.findall(text)]
    size = min(_WORDS_IN_SHINGLE, len(words))
    if size == 0:
        return frozenset()
    return frozenset(
        zlib.crc32(" ".join(words[i : i + size]).encode("utf-8")) % _PRIME
        for i in range(len(words) - size + 1)
    )


def overlap(a: frozenset[int], b: frozenset[int]) -> float:
    """Shared shingles by all shingles, from 0 to 1; 0 where there are none."""
    return len(a & b) / len(a | b) if a or b else 0.0


def near_pairs(texts: Mapping[str, frozenset[int]], least: float) -> Iterator[tuple[str, str]]:
    """Pairs of ids whose shingles overlap by ``least`` or more, each once.

    Pairs that overlap by less than about a half are not found, whatever ``least`` says. What
    very many texts share bucket by bucket (boilerplate) is compared with its neighbours only.
    """
    buckets: dict[tuple[int, bytes], list[str]] = defaultdict(list)
    rows = _PERMUTATIONS // _BANDS
    for id_, hashes in texts.items():
        if not hashes:
            continue
        signature = _signature(hashes)
        for band in range(_BANDS):
            buckets[band, signature[band * rows : (band + 1) * rows].tobytes()].append(id_)
    seen: set[tuple[str, str]] = set()
    for members in buckets.values():
        for i, first in enumerate(members):
            for second in members[i + 1 : i + 1 + _MOST_IN_BUCKET]:
                pair = (min(first, second), max(first, second))
                if pair in seen:
                    continue
                seen.add(pair)
                if overlap(texts[first], texts[second]) >= least:
                    yield pair


def _signature(hashes: frozenset[int]) -> NDArray[np.uint32]:
    values = np.fromiter(hashes, dtype=np.uint64, count=len(hashes))
    permuted = (_FACTORS * values + _OFFSETS) % np.uint64(_PRIME)
    least: NDArray[np.uint32] = permuted.min(axis=1).astype(np.uint32)
    return least
