"""How far effects reach along dependencies: strongest-path reach, in integers.

The reach of a path is the product of its edges' weights, damped once for every hop after the
first, rounded half up to thousandths once at each hop. Rounding is monotonic, so the strongest path
is found hop by hop. The shorter of equally strong paths counts. Weights are those of the rulebook
for ``reach``, and scores of dependencies for a pool within reach.

Paths are followed from a block of profiles at a time, so that memory is bounded. Start, end,
strength and length of a path are packed into one 64-bit number: after sorting, the best path of a
pair is the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.arithmetic import ONE, to_points
from assay.errors import UsageError

_PAIR_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(
    ("upper", "lower", "points", "distance"), pl.Int32
)

PATH_LIMIT = 150_000_000
"""Maximal number of paths followed at one hop."""

_BLOCK = 1 << 15
"""Edges of the profiles in a block, unless a single profile has more."""

_RANKS = 16
"""More than the longest path, so that strength and length fit into one number."""

_RANK_BITS = 15
_LOWEST = 2 * _RANKS

Ints = npt.NDArray[np.int64]


def reach_pairs(
    edges: pl.DataFrame,
    hops: int,
    damping: float,
    *,
    origins: Ints | None = None,
    positive: bool = False,
    limit: int = PATH_LIMIT,
) -> pl.DataFrame:
    """Return each pair of profiles connected by a path of at most ``hops`` edges.

    ``edges`` has ``upper`` (the profile depended on), ``lower`` (the dependent one) and ``points``
    (weight in thousandths, null if unknown). Returns upper, lower, points (null if every path has
    an unknown weight) and distance, sorted by upper and lower. Raises ``UsageError`` if a hop would
    follow more paths than ``limit``.

    ``origins`` has for each row the row that its paths never enter, -1 if none start there. By
    default this is the row itself; for the copy of a profile it is the original. Only paths that
    are known and not rounded to 0 count if ``positive``, which is faster.
    """
    if positive:
        edges = edges.filter(pl.col("points") > 0)
    walk = _Walk(_Graph(edges), hops, damping, origins, limit, positive=positive)
    blocks = list(walk.blocks())
    if not blocks:
        return pl.DataFrame(schema=_PAIR_SCHEMA)
    if len(blocks) == 1:
        return walk.follow(blocks[0]).rechunk()
    with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
        return pl.concat(threads.map(walk.follow, blocks)).rechunk()


class _Graph:
    """The strongest edge of each pair, sorted: those of upper row ``u`` begin at ``begins[u]``."""

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
    """Paths of at most ``hops`` edges, and at most ``limit`` of them at each hop."""

    def __init__(
        self,
        graph: _Graph,
        hops: int,
        damping: float,
        origins: Ints | None,
        limit: int,
        *,
        positive: bool,
    ) -> None:
        self._graph = graph
        rows = len(graph.degree)
        self._origins = np.arange(rows) if origins is None else origins[:rows]
        self._hops = hops
        self._factor = to_points(damping)
        # The least strength of a path to each row that any edge continues with more than 0.
        self._least: Ints | None = None
        if positive:
            some = np.flatnonzero(graph.degree)
            self._least = np.full(rows, ONE + 1)
            if len(some):
                strongest = np.maximum.reduceat(graph.points, graph.begins[some])
                self._least[some] = -(-(ONE * ONE // 2) // np.maximum(strongest * self._factor, 1))
        self._limit = limit
        self._followed = dict.fromkeys(range(2, hops + 1), 0)
        self._lock = Lock()

    def blocks(self) -> Iterator[Ints]:
        """Yield the profiles with edges, in blocks of about as many edges each."""
        uppers = np.flatnonzero((self._graph.degree > 0) & (self._origins >= 0))
        if len(uppers):
            part = (np.cumsum(self._graph.degree[uppers]) - 1) // _BLOCK
            yield from np.split(uppers, np.flatnonzero(np.diff(part)) + 1)

    def follow(self, uppers: Ints) -> pl.DataFrame:
        """Return the best paths from some profiles."""
        graph = self._graph
        # `own` are positions in `uppers`, `points` is -1 if unknown.
        origin = self._origins[uppers]
        own, edge = self._edges_of(uppers)
        away = graph.lower[edge] != origin[own]
        own, edge = own[away], edge[away]
        ends, points = graph.lower[edge], graph.points[edge]
        best = [_keys(own, ends, points, 1, graph.bits)]
        for distance in range(2, self._hops + 1):
            if self._least is not None:
                further = points >= self._least[ends]
                own, ends, points = own[further], ends[further], points[further]
            self._count(distance, int(graph.degree[ends].sum()))
            path, edge = self._edges_of(ends)
            before, weight = points[path], graph.points[edge]
            scaled = (before * weight * self._factor + ONE * ONE // 2) // (ONE * ONE)
            points = np.where((before < 0) | (weight < 0), -1, scaled)
            own, ends = own[path], graph.lower[edge]
            away = ends != origin[own]
            if self._least is not None:
                away &= points > 0
            keys = _strongest(_keys(own[away], ends[away], points[away], distance, graph.bits))
            best.append(keys)
            own, ends, points = _parts(keys, graph.bits)
        keys = _strongest(np.concatenate(best))
        own, ends, points = _parts(keys, graph.bits)
        rank = (keys & ((1 << _RANK_BITS) - 1)) - _LOWEST
        distances = np.where(rank >= 0, _RANKS - 1 - rank % _RANKS, -1 - rank)
        columns = {"upper": uppers[own], "lower": ends, "points": points, "distance": distances}
        pairs = pl.DataFrame(columns).cast(pl.Int32)
        return pairs.with_columns(pl.when(pl.col("points") >= 0).then("points").alias("points"))

    def _edges_of(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return all edges of the rows: for each its position in ``rows``, and its number."""
        degree = self._graph.degree[rows]
        position = np.repeat(np.arange(len(rows)), degree)
        first = self._graph.begins[rows] - (np.cumsum(degree) - degree)
        return position, first[position] + np.arange(len(position))

    def _count(self, distance: int, paths: int) -> None:
        with self._lock:
            self._followed[distance] += paths
            if self._followed[distance] > self._limit:
                raise UsageError(
                    f"reach within {distance} hops follows more than {self._limit:,} paths; lower "
                    "'reach: hops' in rules.yaml, or remove edges of low criticality from the "
                    "profiles with most dependents"
                )


def _keys(own: Ints, ends: Ints, points: Ints, distance: int, bits: int) -> Ints:
    """Pack pairs and ranks: the strongest, then shortest path is the greatest, unknown the least.

    All keys are positive.
    """
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
    """Unpack own, end and points (-1 if unknown) from keys."""
    rank = (keys & ((1 << _RANK_BITS) - 1)) - _LOWEST
    pair = keys >> _RANK_BITS
    return pair >> bits, pair & ((1 << bits) - 1), np.where(rank >= 0, rank // _RANKS, -1)


def _strongest(keys: Ints) -> Ints:
    """Return the greatest key of each pair, in the order of pairs."""
    ordered = np.sort(keys)
    last = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:] >> _RANK_BITS, ordered[:-1] >> _RANK_BITS, out=last[:-1])
    best: Ints = ordered[last]
    return best


@dataclass(frozen=True, slots=True)
class Path:
    """A strongest path to ``peer``; ``points`` is its reach in thousandths, None if unknown."""

    peer: int
    points: int | None
    distance: int
    path: tuple[int, ...]

    @property
    def strength(self) -> tuple[bool, int, int, tuple[int, ...]]:
        """Sort key, strongest first: known, strong, short, then by the rows on the path."""
        return (self.points is None, -(self.points or 0), self.distance, self.path)


def paths_from(
    links: Mapping[int, Sequence[tuple[int, int | None]]], start: int, hops: int, damping: float
) -> list[Path]:
    """Return the strongest path from ``start`` to every row within ``hops``, strongest first.

    ``links`` has for each row the peers at its edges, with the weights in thousandths (None if
    unknown).
    """
    best: dict[int, Path] = {}
    frontier = {start: Path(start, ONE, 0, (start,))}
    for distance in range(1, hops + 1):
        factor = to_points(damping) if distance > 1 else ONE
        reached: dict[int, Path] = {}
        for row in sorted(frontier):
            path = frontier[row]
            for peer, weight in links.get(row, ()):
                if peer == start:
                    continue
                points = None
                if path.points is not None and weight is not None:
                    points = (path.points * weight * factor + ONE * ONE // 2) // (ONE * ONE)
                _keep_stronger(reached, Path(peer, points, distance, (*path.path, peer)))
        frontier = reached
        for path in reached.values():
            _keep_stronger(best, path)
    return sorted(best.values(), key=lambda p: p.strength)


def _keep_stronger(best: dict[int, Path], path: Path) -> None:
    if path.peer not in best or path.strength < best[path.peer].strength:
        best[path.peer] = path
