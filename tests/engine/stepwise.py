"""What a program means: every step as it stands, one after the other, nothing left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.cel.operations import columns
from assay.cel.program import Aggregate, Gather
from tests.package import Compute, PoolUp, Step, Tables, emit, noisy_or_thresholds, noisy_or_weights

Ints = npt.NDArray[np.int64]


class StepwiseEngine:
    """Runs steps on tables and keeps the columns they make.

    ``frames`` are the tables by space, grown by a column for each step that ran.
    """

    def __init__(self, tables: Tables) -> None:
        self.frames: dict[str, pl.DataFrame] = dict(tables.frames)
        self._offsets: dict[tuple[str, str], Ints] = {}

    def run(self, steps: Iterable[Step]) -> None:
        """Run the steps in their order."""
        pending: list[Compute] = []
        for step in steps:
            if isinstance(step, Compute):
                if pending and not _independent(step, pending):
                    self._compute(pending)
                    pending = []
                pending.append(step)
                continue
            self._compute(pending)
            pending = []
            match step:
                case Gather():
                    self._gather(step)
                case Aggregate():
                    self._aggregate(step)
                case PoolUp():
                    self._pool(step)
        self._compute(pending)

    def add(self, space: str, *series: pl.Series) -> None:
        """Add columns made elsewhere, such as the outlook."""
        self.frames[space] = self.frames[space].with_columns(*series)

    def column(self, space: str, name: str) -> pl.Series:
        return self.frames[space].get_column(name)

    def _compute(self, steps: list[Compute]) -> None:
        if steps:
            space = steps[0].space
            made = [emit(s.expr).alias(s.column) for s in steps]
            self.frames[space] = self.frames[space].with_columns(made)

    def _gather(self, step: Gather) -> None:
        values = self.column(step.target, step.origin)
        index = self.column(step.space, step.link)
        self.add(step.space, values.gather(index).alias(step.column))

    def _owner_offsets(self, elements: str, owner: str, owners: int) -> Ints:
        """Where each owner's rows begin; rows without an owner stand at the end."""
        key = (elements, owner)
        if key not in self._offsets:
            owned = self.column(elements, owner).drop_nulls().to_numpy()
            self._offsets[key] = np.searchsorted(owned, np.arange(owners + 1))
        return self._offsets[key]

    def _segment_sums(self, elements: str, owner: str, owners: int, values: pl.Series) -> Ints:
        offsets = self._owner_offsets(elements, owner, owners)
        running = np.zeros(len(values) + 1, dtype=np.int64)
        np.cumsum(values.cast(pl.Int64).fill_null(0).to_numpy(), out=running[1:])
        sums: Ints = running[offsets[1:]] - running[offsets[:-1]]
        return sums

    def _aggregate(self, step: Aggregate) -> None:
        owners = self.frames[step.space].height
        if step.reducer in ("distinct", "min", "max"):
            self.add(step.space, self._grouped(step, owners))
            return
        if step.source is None:
            offsets = self._owner_offsets(step.elements, step.owner, owners)
            counted = np.diff(offsets)
        else:
            values = self.column(step.elements, step.source)
            if step.reducer == "unknown":
                values = values.is_null()
            counted = self._segment_sums(step.elements, step.owner, owners, values)
        self.add(step.space, pl.Series(step.column, counted, dtype=pl.Int64))

    def _grouped(self, step: Aggregate, owners: int) -> pl.Series:
        assert step.source is not None
        known = self.frames[step.elements].select(
            pl.col(step.owner).alias("owner"), pl.col(step.source).alias("value")
        )
        known = known.drop_nulls()
        reducers: dict[str, Callable[[pl.Expr], pl.Expr]] = {
            "distinct": lambda e: e.n_unique().cast(pl.Int64),
            "min": pl.Expr.min,
            "max": pl.Expr.max,
        }
        reduced = known.group_by("owner").agg(reducers[step.reducer](pl.col("value")))
        result = _by_owner(reduced, owners).alias(step.column)
        return result.fill_null(0) if step.reducer == "distinct" else result

    def _pool(self, step: PoolUp) -> None:
        owners = self.frames[step.space].height
        frame = self.frames[step.elements] if step.hops is None else self._reached(step)
        rows = frame.select(
            pl.col(step.owner).alias("owner"),
            pl.col(step.keep).alias("keep"),
            pl.when(pl.col(step.keep)).then(pl.col(step.take)).alias("take"),
            (pl.col(step.by) if step.by else pl.int_range(pl.len())).alias("by"),
            (pl.col(step.weight) if step.weight else pl.lit(1)).alias("weight"),
        )
        rows = rows.with_columns(
            (
                pl.col("keep").is_null()
                | (pl.col("keep") & (pl.col("take").is_null() | pl.col("weight").is_null()))
            ).alias("unsure")
        )
        in_pool = pl.col("keep").fill_null(True)
        counts = (
            rows.filter(in_pool & pl.col("owner").is_not_null())
            .group_by("owner")
            .agg(
                (pl.col("unsure") | pl.col("by").is_null()).sum().cast(pl.Int64).alias("unsure"),
            )
        )
        value = self._pooled(step, rows, owners)
        unsure = _by_owner(counts.select("owner", "unsure"), owners).fill_null(0)
        if step.combine in ("mean", "min"):
            value = pl.select(pl.when(unsure == 0).then(value)).to_series()
        self.add(
            step.space,
            value.alias(step.column),
        )

    def _reached(self, step: PoolUp) -> pl.DataFrame:
        """An element for each pair of profiles, by the strongest path, instead of the edges."""
        assert step.hops is not None
        names = [step.owner, str(step.peer), step.keep, step.take]
        edges: dict[int, list[tuple[int, int]]] = {}
        for upper, lower, keep, take in self.frames[step.elements].select(names).iter_rows():
            known = keep and take is not None
            if keep is not False:
                weight = min(max(take, 0), 1000) if known else -1
                edges.setdefault(upper, []).append((lower, weight))
        best: dict[tuple[int, int], int] = {}
        ends = {(upper, upper): 1000 for upper in edges}
        for hop in range(step.hops):
            damping = step.damping if hop else 1000
            found: dict[tuple[int, int], int] = {}
            for (start, here), so_far in ends.items():
                for end, weight in edges.get(here, ()):
                    if end != start:
                        path = (so_far * weight * damping + 500_000) // 1_000_000
                        path = -1 if min(so_far, weight) < 0 else path
                        found[start, end] = max(found.get((start, end), -1), path)
            best |= {pair: max(path, best.get(pair, -1)) for pair, path in found.items()}
            ends = found
        rows = [(start, True, None if p < 0 else p) for (start, _), p in sorted(best.items())]
        schema = {step.owner: pl.Int64, step.keep: pl.Boolean, step.take: pl.Int64}
        return pl.DataFrame(rows, schema, orient="row")

    def _pooled(self, step: PoolUp, rows: pl.DataFrame, owners: int) -> pl.Series:
        known = rows.filter("keep").drop_nulls(["owner", "take", "by", "weight"])
        groups = known.group_by("owner", "by").agg(pl.col("take").max(), pl.col("weight").max())
        if step.strongest is not None:
            groups = (
                groups.sort("take", descending=True)
                .group_by("owner", maintain_order=True)
                .head(step.strongest)
            )
        take, weight = pl.col("take"), pl.col("weight").clip(0)
        if step.combine == "noisy_or":
            weights = np.asarray(noisy_or_weights(), dtype=np.int64)
            clipped = groups.get_column("take").clip(0, len(weights) - 1).to_numpy()
            summed = (
                groups.with_columns(pl.Series("take", weights[clipped]))
                .group_by("owner")
                .agg(take.sum())
            )
            reached = np.searchsorted(
                np.asarray(noisy_or_thresholds(), dtype=np.int64),
                summed.get_column("take").to_numpy(),
                side="right",
            )
            combined = summed.with_columns(pl.Series("take", reached, dtype=pl.Int64))
        else:
            reducers: dict[str, pl.Expr] = {
                "mean": pl.when(weight.sum() > 0).then(
                    (2 * (take * weight).sum() + weight.sum()) // (2 * weight.sum())
                ),
                "max": take.max(),
                "min": take.min(),
                "sum": take.sum(),
            }
            reduced = reducers[step.combine].cast(pl.Int64).alias("take")
            combined = groups.group_by("owner").agg(reduced)
        value = _by_owner(combined.select("owner", "take"), owners).cast(pl.Int64)
        return value if step.empty is None else value.fill_null(step.empty)


def _independent(step: Compute, pending: list[Compute]) -> bool:
    made = {p.column for p in pending}
    return step.space == pending[0].space and made.isdisjoint(columns(step.expr))


def _by_owner(frame: pl.DataFrame, owners: int) -> pl.Series:
    """Values of (owner, value) pairs in the order of owners, null where there is none."""
    owner, value = frame.columns
    every = pl.DataFrame({owner: pl.int_range(owners, dtype=pl.Int64, eager=True)})
    return every.join(frame, on=owner, how="left", maintain_order="left").get_column(value)
