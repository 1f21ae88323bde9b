"""Reach mended where edges changed, in place of being followed from nothing.

A pair can differ only where a changed edge lies on a path between the two: its upper row leads to
the upper end of a changed edge, and its lower row is reached from a lower end. Only such pairs are
followed anew, along the edges that lead to their lower rows.
"""

from __future__ import annotations

from functools import cached_property, reduce
from operator import or_

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.graph.reach import (
    Ints,
    Mask,
    Walk,
    edge_keys,
    graph_of,
    parts,
    row_bits,
    row_count,
    strongest,
    walked,
)

Rows = npt.NDArray[np.int32]

_MANY = 8
"""Where one in so many edges differs in its place, edges have other places."""


def mended_pairs(
    pairs: pl.DataFrame, before: pl.DataFrame, edges: pl.DataFrame, hops: int, damping: float
) -> pl.DataFrame:
    """The ``pairs`` that ``reach_pairs`` gave for the edges ``before``, for other ``edges``.

    It takes least where the edges that stay are in the order they were in.
    """
    count = row_count(edges, before)
    bits = row_bits(count)
    changed = _changed(before, edges, count)
    if not len(changed):
        return pairs
    above, below, _ = parts(changed, bits)
    upper, lower = (edges[end].to_numpy() for end in ("upper", "lower"))
    # Before the first changed edge of a path, and behind the last, edges are in both tables, so
    # it does not matter in which of them they are followed.
    uppers = _nearing(upper, lower, _mask(above, count), hops)[-1]
    lowers = _nearing(lower, upper, _mask(below, count), hops)[-1]
    towards = _nearing(upper, lower, lowers, hops)
    near = graph_of(edges.filter(pl.Series(towards[-1][lower])), count)
    spans = Spans(pairs, np.flatnonzero(uppers))
    found = walked(Walk(near, hops, damping, towards=towards), spans.rows)
    gone = lowers[pairs["lower"].to_numpy()[spans.places]]
    return _replaced(pairs, spans, gone, found)


class Spans:
    """Where the pairs of some upper rows begin and end; pairs stand in the order of these."""

    def __init__(self, pairs: pl.DataFrame, rows: Ints) -> None:
        upper = pairs["upper"].to_numpy()
        self.rows = rows
        wanted = rows.astype(upper.dtype)
        self.begins, self.ends = (np.searchsorted(upper, wanted, s) for s in ("left", "right"))

    @cached_property
    def places(self) -> Ints:
        """The places of all these pairs."""
        counts = self.ends - self.begins
        first = self.begins - (np.cumsum(counts) - counts)
        found: Ints = np.repeat(first, counts) + np.arange(counts.sum())
        return found


def _changed(before: pl.DataFrame, edges: pl.DataFrame, count: int) -> Ints:
    """The strongest edges that only one of two tables has, as keys."""
    old, new = (strongest(edge_keys(t, row_bits(count))) for t in _unlike(before, edges, count))
    every = np.concatenate([old, new])
    every.sort(kind="stable")  # which merges two runs that are in order
    differs = np.ones(len(every) + 1, dtype=bool)
    np.not_equal(every[1:], every[:-1], out=differs[1:-1])
    return every[differs[1:] & differs[:-1]]


def _unlike(
    before: pl.DataFrame, edges: pl.DataFrame, count: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two tables of edges without those that are seen to be in both, as they come."""
    if before.height == edges.height:
        differs = _differs(before, edges)
        if differs.sum() * _MANY < edges.height:
            return before.filter(differs), edges.filter(differs)
    # Where as many edges lead to a row as before, they are most likely the same.
    lowers = [table["lower"].to_numpy() for table in (before, edges)]
    were, are = (np.bincount(rows, minlength=count) for rows in lowers)
    same = [pl.Series((were == are)[rows]) for rows in lowers]
    old, new = before.filter(same[0]), edges.filter(same[1])
    differs = _differs(old, new)
    return (
        pl.concat([before.filter(~same[0]), old.filter(differs)]),
        pl.concat([edges.filter(~same[1]), new.filter(differs)]),
    )


def _differs(old: pl.DataFrame, new: pl.DataFrame) -> pl.Series:
    return reduce(or_, (old[name].ne_missing(new[name]) for name in ("upper", "lower", "points")))


def _mask(rows: Ints, count: int) -> Mask:
    mask = np.zeros(count, dtype=bool)
    mask[rows] = True
    return mask


def _nearing(begins: Ints, ends: Ints, rows: Mask, hops: int) -> list[Mask]:
    """The rows, those that lead there by one edge at most, and so on, for each hop."""
    found = [rows]
    for _ in range(hops - 1):
        nearer = found[-1].copy()
        nearer[begins[nearer[ends]]] = True
        found.append(nearer)
    return found


def _replaced(pairs: pl.DataFrame, spans: Spans, gone: Mask, found: pl.DataFrame) -> pl.DataFrame:
    """The pairs with those ``found`` in place of some that lie in spans.

    ``gone`` says of each pair in the spans whether it is one.
    """
    places = spans.places
    there, key = places[gone], ["upper", "lower"]
    if pairs.select(key)[there].equals(found.select(key)):
        return pairs.with_columns(
            pairs[name].scatter(there, found[name]) for name in ("points", "distance")
        )
    new = pl.concat([pairs[places[~gone]], found])
    upper, lower = (new[name].to_numpy().astype(np.int64) for name in key)
    new = new[np.argsort(upper << 32 | lower, kind="stable")]  # which merges two runs
    ends = np.searchsorted(new["upper"].to_numpy(), spans.rows.astype(np.int32), "right")
    return pl.DataFrame([_spliced(pairs[name], new[name], spans, ends) for name in pairs.columns])


def _spliced(old: pl.Series, new: pl.Series, spans: Spans, ends: Ints) -> pl.Series:
    """The old values with new ones in place of the spans; ``ends`` says where those of each end."""
    # Null is a number meanwhile that is no other value: all of them are counted from 0.
    kept, put = (values.fill_null(-1).to_numpy() for values in (old, new))
    pieces: list[Rows] = []
    last = done = 0
    for begin, end, until in zip(
        spans.begins.tolist(), spans.ends.tolist(), ends.tolist(), strict=True
    ):
        pieces += (kept[last:begin], put[done:until])
        last, done = end, until
    made = pl.Series(old.name, np.concatenate([*pieces, kept[last:]]))
    nulls = old.null_count() + new.null_count()
    return pl.select(pl.when(made >= 0).then(made)).to_series() if nulls else made
