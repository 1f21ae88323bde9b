"""Reach mended where edges changed, in place of being followed from nothing.

A pair can differ only where a changed edge lies on a path between the two: its upper row leads to
the upper end of a changed edge, and its lower row is reached from a lower end. Only such pairs are
followed anew, along the edges that lead to their lower rows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.graph.reach import (
    Graph,
    Ints,
    Mask,
    Walk,
    edge_keys,
    parts,
    row_bits,
    row_count,
    strongest,
    walked,
)

Rows = npt.NDArray[np.int32]


def mended_pairs(
    pairs: pl.DataFrame, before: pl.DataFrame, edges: pl.DataFrame, hops: int, damping: float
) -> pl.DataFrame:
    """The ``pairs`` that ``reach_pairs`` gave for the edges ``before``, for other ``edges``."""
    count = row_count(edges, before)
    bits = row_bits(count)
    graph = Graph(strongest(edge_keys(edges, bits)), count)
    changed = _changed(strongest(edge_keys(before, bits)), graph.keys)
    if not len(changed):
        return pairs
    above, below, _ = parts(changed, bits)
    upper, lower = pairs["upper"].to_numpy(), pairs["lower"].to_numpy()
    # Before the first changed edge of a path, and behind the last, edges are in both tables.
    uppers, lowers = _nearing(graph, _mask(above, count), hops)[-1], _mask(below, count)
    lowers[lower[_owned(upper, np.flatnonzero(lowers))]] = True
    towards = _nearing(graph, lowers, hops)
    near = graph.to(towards[-1])
    found = walked(Walk(near, hops, damping, towards=towards), near.uppers[uppers[near.uppers]])
    gone = _owned(upper, np.flatnonzero(uppers))
    return _replaced(pairs, gone[lowers[lower[gone]]], found)


def _changed(old: Ints, new: Ints) -> Ints:
    """The keys that only one of two ordered lists has."""
    every = np.concatenate([old, new])
    every.sort(kind="stable")  # which merges two runs that are in order
    differs = np.ones(len(every) + 1, dtype=bool)
    np.not_equal(every[1:], every[:-1], out=differs[1:-1])
    return every[differs[1:] & differs[:-1]]


def _mask(rows: Ints, count: int) -> Mask:
    mask = np.zeros(count, dtype=bool)
    mask[rows] = True
    return mask


def _owned(upper: Rows, rows: Ints) -> Ints:
    """The places of the pairs of some upper rows; the pairs stand in the order of these."""
    wanted = rows.astype(upper.dtype)
    begins, ends = (np.searchsorted(upper, wanted, side) for side in ("left", "right"))
    counts = ends - begins
    first = begins - (np.cumsum(counts) - counts)
    found: Ints = np.repeat(first, counts) + np.arange(counts.sum())
    return found


def _nearing(graph: Graph, lowers: Mask, hops: int) -> list[Mask]:
    """The rows, those that are one edge away or nearer, and so on, for each hop."""
    found = [lowers]
    for _ in range(hops - 1):
        nearer = found[-1].copy()
        nearer[graph.upper[nearer[graph.lower]]] = True
        found.append(nearer)
    return found


def _replaced(pairs: pl.DataFrame, gone: Ints, found: pl.DataFrame) -> pl.DataFrame:
    """The pairs without those at some places, with others, in the order of upper and lower."""
    if pairs[gone].select("upper", "lower").equals(found.select("upper", "lower")):
        return pairs.with_columns(
            pairs[name].scatter(gone, found[name]) for name in ("points", "distance")
        )
    stay = np.ones(pairs.height, dtype=bool)
    stay[gone] = False
    kept = pairs.filter(pl.Series(stay))
    new = np.searchsorted(_order(kept), _order(found)) + np.arange(found.height)
    place = np.empty(kept.height + found.height, dtype=np.uint32)
    stays = np.ones(len(place), dtype=bool)
    stays[new] = False
    place[new] = np.arange(kept.height, len(place), dtype=np.uint32)
    place[stays] = np.arange(kept.height, dtype=np.uint32)
    return pl.concat([kept, found], rechunk=True)[pl.Series(place)]


def _order(pairs: pl.DataFrame) -> Ints:
    """Pairs as numbers that stand in the order of upper and lower row."""
    upper, lower = (pairs[name].to_numpy().astype(np.int64) for name in ("upper", "lower"))
    ordered: Ints = upper << 32 | lower
    return ordered
