"""What a list of profiles says of each, beside its scores: a frame in the order of the rows."""

from __future__ import annotations

import json
from collections.abc import Sequence

import polars as pl

from assay.model.profile import AnyProfile
from assay.tables.rows import Rows
from assay.tables.tables import Dtype

SCHEMA: dict[str, Dtype] = {
    "id": pl.String,
    "kind": pl.String,
    "name": pl.String,
    "sources": pl.Int64,
    "origins": pl.Int64,
    "watch": pl.String,
}
"""``sources`` and ``origins`` count what the profile cites; ``watch`` holds what analysts wrote
to look out for, as JSON, null where they wrote nothing."""


def listing(profiles: Sequence[AnyProfile], rows: Rows) -> pl.DataFrame:
    """The listing of the profiles, whose rows these are, in this order."""
    told = pl.DataFrame(
        [(p.id, p.kind, p.name, _watch(p), own) for own, p in enumerate(profiles)],
        schema={name: SCHEMA[name] for name in ("id", "kind", "name", "watch")} | {"own": pl.Int64},
        orient="row",
    )
    counted = (
        rows["citation"]
        .lazy()
        .filter(~pl.col("implied"))
        .select("own", "profile_origin", "source.id")
        .unique()
        .group_by("own")
        .agg(
            pl.len().cast(pl.Int64).alias("sources"),
            pl.col("profile_origin").n_unique().cast(pl.Int64).alias("origins"),
        )
    )
    return (
        told.lazy()
        .join(counted, on="own", how="left", maintain_order="left")
        .select(
            pl.col(name).fill_null(0) if name in ("sources", "origins") else pl.col(name)
            for name in SCHEMA
        )
        .collect()
    )


def _watch(profile: AnyProfile) -> str | None:
    if not profile.watch:
        return None
    return json.dumps(
        [
            [w.horizon, w.priority, w.text, w.trigger, w.due.text if w.due else None, w.owner]
            for w in profile.watch
        ],
        ensure_ascii=False,
    )
