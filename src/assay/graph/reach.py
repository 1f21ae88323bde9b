"""How far a dependency is felt: strongest-path reach, in integers.

The reach of a path is the product of its edges' weights, damped once for every hop after the
first, rounded half up to thousandths at each hop. Rounding keeps order, so the strongest path is
found hop by hop. Of equally strong paths the shorter counts.
"""

from __future__ import annotations

import polars as pl

from assay.arithmetic import to_points

_RANKS = 16
"""More than the longest path, so that strength and shortness fit one integer."""

PAIR_SCHEMA = {"upper": pl.Int64, "lower": pl.Int64, "points": pl.Int64, "distance": pl.Int64}


def reach_pairs(edges: pl.DataFrame, hops: int, damping: float) -> pl.DataFrame:
    """Every pair of profiles joined by a path of at most ``hops`` edges, once.

    ``edges`` has ``upper`` (what is depended on), ``lower`` (what depends on it) and ``points``
    (weight in thousandths, null where unknown). Gives upper, lower, points (null where no path
    is known all along) and distance, sorted by upper and lower.
    """
    factor = to_points(damping)
    single = _strongest(
        edges.select("upper", "lower", "points", pl.lit(1, dtype=pl.Int64).alias("distance"))
    )
    found, frontier = [single], single
    step = single.select(
        pl.col("upper").alias("middle"), pl.col("lower").alias("end"), pl.col("points").alias("by")
    )
    for distance in range(2, hops + 1):
        further = frontier.join(step, left_on="lower", right_on="middle", how="inner").select(
            "upper",
            pl.col("end").alias("lower"),
            _scaled(_scaled(pl.col("points"), pl.col("by")), pl.lit(factor)).alias("points"),
            pl.lit(distance, dtype=pl.Int64).alias("distance"),
        )
        frontier = _strongest(further)
        if frontier.is_empty():
            break
        found.append(frontier)
    return _strongest(pl.concat(found)).sort("upper", "lower")


def _scaled(points: pl.Expr, factor: pl.Expr) -> pl.Expr:
    return (points * factor + 500) // 1000


def _strongest(pairs: pl.DataFrame) -> pl.DataFrame:
    """Of the paths between two profiles the strongest, then the shortest; unknown ones last."""
    short = _RANKS - 1 - pl.col("distance")
    rank = (
        pl.when(pl.col("points").is_null())
        .then(short - _RANKS)
        .otherwise(pl.col("points") * _RANKS + short)
    )
    best = (
        pairs.filter(pl.col("upper") != pl.col("lower"))
        .group_by("upper", "lower")
        .agg(rank.max().alias("rank"))
    )
    known = pl.col("rank") >= 0
    return best.select(
        "upper",
        "lower",
        pl.when(known).then(pl.col("rank") // _RANKS).alias("points"),
        pl.when(known)
        .then(_RANKS - 1 - pl.col("rank") % _RANKS)
        .otherwise(-1 - pl.col("rank"))
        .alias("distance"),
    )
