"""Pools: the elements of a collection, the strongest of each group, combined."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from assay.arithmetic import noisy_or_thresholds, noisy_or_weights
from assay.engines.plan import POOL_PARTS
from assay.rules.program import PoolUp


def pool_up(step: PoolUp, rows: pl.DataFrame, owners: int) -> Iterator[pl.Series]:
    """The columns a pool defines, one value for each owner.

    ``rows`` are the elements: ``owner`` (null for those of nobody), ``keep``, ``take``,
    ``cover`` and, where the pool groups, ``by``.
    """
    if "by" not in rows.columns:
        rows = rows.with_columns(by=pl.int_range(pl.len()))
    take = pl.when("keep").then("take")
    rows = rows.filter(pl.col("owner").is_not_null() & pl.col("keep").fill_null(True)).with_columns(
        take=take, unsure=pl.col("keep").is_null() | take.is_null() | pl.col("by").is_null()
    )
    counts = rows.group_by("owner").agg(
        elements=pl.len().cast(pl.Int64),
        coverage=pl.when("keep").then("cover").sum(),
        unsure=pl.col("unsure").sum().cast(pl.Int64),
    )
    every = pl.DataFrame({"owner": pl.int_range(owners, dtype=pl.Int64, eager=True)})
    placed = every.join(counts, on="owner", how="left", maintain_order="left").join(
        _combined(step, rows), on="owner", how="left", maintain_order="left"
    )
    value = pl.col("take").cast(pl.Int64)
    if step.empty is not None:
        value = value.fill_null(step.empty)
    if step.combine in ("mean", "min"):
        value = pl.when(pl.col("unsure").fill_null(0) == 0).then(value)
    elements, coverage = (step.column + part for part in POOL_PARTS)
    yield from placed.select(
        value.alias(step.column),
        pl.col("elements").fill_null(0).alias(elements),
        pl.col("coverage").fill_null(0).alias(coverage),
    ).iter_columns()


def _combined(step: PoolUp, rows: pl.DataFrame) -> pl.DataFrame:
    """Owner and combined score of the known elements."""
    groups = rows.filter("keep").drop_nulls(["take", "by"]).select("owner", "by", "take")
    if step.by is not None:
        groups = groups.group_by("owner", "by").agg(pl.col("take").max())
    if step.strongest is not None:
        place = pl.col("take").rank("ordinal", descending=True).over("owner")
        groups = groups.filter(place <= step.strongest)
    take = pl.col("take")
    if step.combine != "noisy_or":
        reducers = {
            "mean": (2 * take.sum() + pl.len()) // (2 * pl.len()),
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
