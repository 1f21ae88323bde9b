"""How far a dependency is felt: strongest-path reach, in integers.

The reach of a path is the product of its edges' weights, damped once for every hop after the
first, rounded half up to thousandths at each hop. Rounding keeps order, so the strongest path is
found hop by hop. Of equally strong paths the shorter counts.

Paths are followed from a block of profiles at a time, so that memory is bounded. An end, how
strongly it is reached and how far away it is are one 64-bit number: sorted, the best path of a pair
is the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.arithmetic import scale_points, to_points
from assay.errors import UsageError

_PAIR_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(
    ("upper", "lower", "points", "distance"), pl.Int32
)

PATH_LIMIT = 150_000_000
"""Paths followed at one hop, at most."""

_BLOCK = 1 << 15
"""Edges that the profiles of a block have, unless one has more by itself."""

_RANKS = 16
"""More than the longest path, so that strength and shortness fit one number."""

_RANK_BITS = 15
_LOWEST = 2 * _RANKS

Ints = npt.NDArray[np.int64]


def reach_pairs(
    edges: pl.DataFrame, hops: int, damping: float, *, limit: int = PATH_LIMIT
) -> pl.DataFrame:
    """Every pair of profiles joined by a path of at most ``hops`` edges, once.

    ``edges`` has ``upper`` (what is depended on), ``lower`` (what depends on it) and ``points``
    (weight in thousandths, null where unknown). Gives upper, lower, points (null where no path
    is known all along) and distance, sorted by upper and lower. Raises ``UsageError`` where a
    hop would follow more paths than ``limit``.
    """
    graph = _Graph(edges)
    walk = _Walk(graph, hops, damping, limit)
    blocks = list(walk.blocks())
    if len(blocks) > 1:
        with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
            found = list(threads.map(walk.follow, blocks))
    else:
        found = [walk.follow(block) for block in blocks]
    if not found:
        return pl.DataFrame(schema=_PAIR_SCHEMA)
    return pl.concat(found).rechunk()


class _Graph:
    """The strongest edge of each pair, by upper row: those of ``u`` begin at ``begins[u]``."""

    def __init__(self, edges: pl.DataFrame) -> None:
        ends = [edges[name].to_numpy() for name in ("upper", "lower")]
        count = 1 + max(int(rows.max(initial=-1)) for rows in ends)
        self.bits = max(count - 1, 1).bit_length()
        known = edges.filter(pl.col("upper") != pl.col("lower"))
        points = known["points"].fill_null(-1).cast(pl.Int64).to_numpy()
        upper, lower = known["upper"].to_numpy(), known["lower"].to_numpy()
        keys = _strongest(_keys(upper, lower, points, 1, self.bits))
        self.upper, self.lower, self.points = _parts(keys, self.bits)
        self.degree = np.bincount(self.upper, minlength=count)
        self.begins = np.concatenate([[0], np.cumsum(self.degree)])


class _Walk:
    """Following paths of at most so many hops; ``limit`` of them at each."""

    def __init__(self, graph: _Graph, hops: int, damping: float, limit: int) -> None:
        self._graph = graph
        self._hops = hops
        self._factor = to_points(damping)
        self._limit = limit
        self._followed = dict.fromkeys(range(2, hops + 1), 0)
        self._lock = Lock()

    def blocks(self) -> Iterator[Ints]:
        """The profiles from which an edge leads, in parts that have about as many edges each."""
        uppers = np.flatnonzero(self._graph.degree)
        if len(uppers):
            part = (np.cumsum(self._graph.degree[uppers]) - 1) // _BLOCK
            yield from np.split(uppers, np.flatnonzero(np.diff(part)) + 1)

    def follow(self, uppers: Ints) -> pl.DataFrame:
        """The best paths from some profiles."""
        graph = self._graph
        own, at = self._edges_of(uppers)
        ends, points = graph.lower[at], graph.points[at]
        found = [_keys(own, ends, points, 1, graph.bits)]
        for distance in range(2, self._hops + 1):
            self._count(distance, int(graph.degree[ends].sum()))
            come, at = self._edges_of(ends)
            by, start = graph.points[at], points[come]
            scaled = ((start * by + 500) // 1000 * self._factor + 500) // 1000
            felt = np.where((start < 0) | (by < 0), -1, scaled)
            own, ends = own[come], graph.lower[at]
            away = ends != uppers[own]
            keys = _keys(own[away], ends[away], felt[away], distance, graph.bits)
            keys = _strongest(keys)
            found.append(keys)
            own, ends, points = _parts(keys, graph.bits)
        keys = _strongest(np.concatenate(found))
        own, ends, points = _parts(keys, graph.bits)
        rank = (keys & ((1 << _RANK_BITS) - 1)) - _LOWEST
        far = np.where(rank >= 0, _RANKS - 1 - rank % _RANKS, -1 - rank)
        columns = {"upper": uppers[own], "lower": ends, "points": points, "distance": far}
        made = pl.DataFrame(columns).cast(pl.Int32)
        return made.with_columns(pl.when(pl.col("points") >= 0).then("points").alias("points"))

    def _edges_of(self, rows: Ints) -> tuple[Ints, Ints]:
        """For every edge of each of the rows which row it is of, and the edge."""
        degree = self._graph.degree[rows]
        which = np.repeat(np.arange(len(rows)), degree)
        first = self._graph.begins[rows] - (np.cumsum(degree) - degree)
        return which, first[which] + np.arange(len(which))

    def _count(self, distance: int, paths: int) -> None:
        with self._lock:
            self._followed[distance] += paths
            if self._followed[distance] > self._limit:
                raise UsageError(
                    f"reach within {distance} hops follows more than {self._limit:,} paths; lower "
                    "'reach: hops' in rules.yaml, or remove edges of low criticality from the "
                    "profiles most depend on"
                )


def _keys(own: Ints, ends: Ints, points: Ints, distance: int, bits: int) -> Ints:
    """Pair and rank: the strongest, then the shortest is the greatest; unknown ones are last."""
    short = _RANKS - 1 - distance
    rank = points * _RANKS
    rank += short + _LOWEST
    rank[points < 0] = short - _RANKS + _LOWEST
    keys = own.astype(np.int64)
    keys <<= bits
    keys |= ends
    keys <<= _RANK_BITS
    keys |= rank
    return keys


def _parts(keys: Ints, bits: int) -> tuple[Ints, Ints, Ints]:
    """Own, end and points (-1 where unknown) of keys."""
    rank = (keys & ((1 << _RANK_BITS) - 1)) - _LOWEST
    pair = keys >> _RANK_BITS
    return pair >> bits, pair & ((1 << bits) - 1), np.where(rank >= 0, rank // _RANKS, -1)


def _strongest(keys: Ints) -> Ints:
    """Of the keys of each pair the greatest, in the order of pairs."""
    ordered = np.sort(keys)
    last = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:] >> _RANK_BITS, ordered[:-1] >> _RANK_BITS, out=last[:-1])
    best: Ints = ordered[last]
    return best


@dataclass(frozen=True, slots=True)
class Path:
    """A strongest path; ``points`` is its reach in thousandths, None where it is unknown."""

    peer: int
    points: int | None
    distance: int
    path: tuple[int, ...]

    @property
    def strength(self) -> tuple[bool, int, int, tuple[int, ...]]:
        """Sorts the strongest first: known, strong, short, then by the rows it leads through."""
        return (self.points is None, -(self.points or 0), self.distance, self.path)


def paths_from(
    links: Mapping[int, Sequence[tuple[int, int | None]]], start: int, hops: int, damping: float
) -> list[Path]:
    """The strongest path from ``start`` to every row within ``hops``, strongest first.

    ``links`` gives for each row the rows an edge leads to and the edge's weight in thousandths.
    """
    factor = to_points(damping)
    best: dict[int, Path] = {}
    frontier = {start: Path(start, 1000, 0, (start,))}
    for distance in range(1, hops + 1):
        further: dict[int, Path] = {}
        for here in sorted(frontier):
            come = frontier[here]
            for peer, weight in links.get(here, ()):
                points = _on(come.points, weight, factor if distance > 1 else 1000)
                found = Path(peer, points, distance, (*come.path, peer))
                if peer != start and (
                    peer not in further or found.strength < further[peer].strength
                ):
                    further[peer] = found
        frontier = further
        for peer, found in further.items():
            if peer not in best or found.strength < best[peer].strength:
                best[peer] = found
    return sorted(best.values(), key=lambda p: p.strength)


def _on(points: int | None, weight: int | None, factor: int) -> int | None:
    if points is None or weight is None:
        return None
    return scale_points(scale_points(points, weight), factor)
