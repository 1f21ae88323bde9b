"""Rows that stand in the order of their owners: where those of each begin, and those of a few."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def begins(owners: Ints, count: int) -> Ints:
    """Where the rows of each of ``count`` owners begin, and where the last end."""
    return np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))]).astype(np.int64)


def spans(offsets: Ints, owners: Ints) -> tuple[Ints, Ints]:
    """The rows of each of the owners given, one after the other, and whose they are.

    ``offsets`` say where the rows of each owner begin. An owner may be given several times: the
    second result counts in ``owners``.
    """
    counts = offsets[owners + 1] - offsets[owners]
    which = np.repeat(np.arange(len(owners)), counts)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]]) if len(owners) else counts
    rows: Ints = np.arange(len(which)) - first[which] + offsets[owners][which]
    return rows, which
