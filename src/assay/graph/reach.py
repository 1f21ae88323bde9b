"""How far a dependency is felt: strongest-path reach, in integers.

The reach of a path is the product of its edges' weights, damped once for every hop after the
first, rounded half up to thousandths at each hop. Rounding keeps order, so the strongest path is
found hop by hop. Of equally strong paths the shorter counts.
"""

from __future__ import annotations

import polars as pl

from assay.arithmetic import to_points
from assay.errors import UsageError

_RANKS = 16
"""More than the longest path, so that strength and shortness fit one integer."""

PAIR_SCHEMA = {"upper": pl.Int64, "lower": pl.Int64, "points": pl.Int64, "distance": pl.Int64}


PATH_LIMIT = 150_000_000
"""Paths followed at one hop, at most; each takes about 60 bytes while they are compared."""

_ROWS = 1 << 31


def reach_pairs(
    edges: pl.DataFrame, hops: int, damping: float, *, limit: int = PATH_LIMIT
) -> pl.DataFrame:
    """Every pair of profiles joined by a path of at most ``hops`` edges, once.

    ``edges`` has ``upper`` (what is depended on), ``lower`` (what depends on it) and ``points``
    (weight in thousandths, null where unknown). Gives upper, lower, points (null where no path
    is known all along) and distance, sorted by upper and lower. Raises ``UsageError`` where a
    hop would follow more paths than ``limit``.
    """
    factor = to_points(damping)
    single = _strongest(
        edges.select(
            (pl.col("upper") * _ROWS + pl.col("lower")).alias("pair"),
            _rank(pl.col("points"), 1).alias("rank"),
        )
    )
    step = single.select(
        (pl.col("pair") // _ROWS).alias("middle"),
        (pl.col("pair") % _ROWS).alias("end"),
        _points(pl.col("rank")).alias("by"),
    )
    degree = step.group_by("middle").agg(pl.len().alias("paths"))
    found, frontier = [single], single
    for distance in range(2, hops + 1):
        ends = frontier.select(
            (pl.col("pair") // _ROWS).alias("upper"),
            (pl.col("pair") % _ROWS).alias("middle"),
            _points(pl.col("rank")).alias("points"),
        )
        paths = ends.join(degree, on="middle", how="inner").get_column("paths").sum()
        if paths > limit:
            raise UsageError(
                f"reach within {distance} hops follows {paths:,} paths, and at most {limit:,} are "
                "followed; lower 'reach: hops' in rules.yaml, or remove edges of low criticality "
                "from the profiles most depend on"
            )
        frontier = _strongest(
            ends.lazy()
            .join(step.lazy(), on="middle", how="inner")
            .select(
                (pl.col("upper") * _ROWS + pl.col("end")).alias("pair"),
                _rank(
                    _scaled(_scaled(pl.col("points"), pl.col("by")), pl.lit(factor)), distance
                ).alias("rank"),
            )
            .collect(engine="streaming")
        )
        if frontier.is_empty():
            break
        found.append(frontier)
    return (
        _strongest(pl.concat(found))
        .sort("pair")
        .select(
            (pl.col("pair") // _ROWS).alias("upper"),
            (pl.col("pair") % _ROWS).alias("lower"),
            _points(pl.col("rank")).alias("points"),
            _distance(pl.col("rank")).alias("distance"),
        )
    )


def _scaled(points: pl.Expr, factor: pl.Expr) -> pl.Expr:
    return (points * factor + 500) // 1000


def _rank(points: pl.Expr, distance: int) -> pl.Expr:
    """Strength and shortness in one number: the strongest, then the shortest; unknown ones last."""
    short = _RANKS - 1 - distance
    return (pl.when(points.is_null()).then(short - _RANKS).otherwise(points * _RANKS + short)).cast(
        pl.Int32
    )


def _points(rank: pl.Expr) -> pl.Expr:
    return pl.when(rank >= 0).then(rank // _RANKS).cast(pl.Int64)


def _distance(rank: pl.Expr) -> pl.Expr:
    known = _RANKS - 1 - rank % _RANKS
    return pl.when(rank >= 0).then(known).otherwise(-1 - rank).cast(pl.Int64)


def _strongest(paths: pl.DataFrame) -> pl.DataFrame:
    """Of the paths between two profiles the best, none from a profile to itself."""
    pair = pl.col("pair")
    return (
        paths.lazy()
        .filter(pair // _ROWS != pair % _ROWS)
        .group_by("pair")
        .agg(pl.col("rank").max())
        .collect(engine="streaming")
    )
