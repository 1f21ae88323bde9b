"""Two runs side by side: which claims and grades differ, and where a rule acted differently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.engines.plan import Place
from assay.rules.ir import Col, Lit
from assay.rules.program import Program
from assay.scoring.run import Run


def moved_claims(before: Run, after: Run) -> Mapping[str, tuple[str, ...]]:
    """By profile id the claims (``profile#claim``) of which any score is not what it was."""
    names = [
        s.score
        for s in after.program.on("claim")
        if s.score in {o.score for o in before.program.on("claim")}
    ]
    if not names:
        return {}
    joined = _claims(before, names).join(
        _claims(after, names), on=["profile", "claim"], how="full", suffix=".after", coalesce=True
    )
    differs = pl.any_horizontal(pl.col(n).ne_missing(pl.col(f"{n}.after")) for n in names)
    moved: dict[str, list[str]] = defaultdict(list)
    for profile, claim in (
        joined.filter(differs).select("profile", "claim").sort("profile", "claim").iter_rows()
    ):
        moved[profile].append(f"{profile}#{claim}")
    return {profile: tuple(claims) for profile, claims in moved.items()}


def _claims(run: Run, names: Iterable[str]) -> pl.DataFrame:
    engine = run.engine
    engine.make(("claim", name) for name in names)
    owners = engine.column("claim", "profile_row")
    return pl.DataFrame(
        [
            engine.column("claim", "id").alias("claim"),
            engine.column("profile", "id").gather(owners).alias("profile"),
            *(engine.column("claim", name).alias(name) for name in names),
        ]
    )


def differing_rules(before: Run, after: Run, keys: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """For each rule (``on.scorer.rule``) the profiles where it did not act as it did.

    Both runs are of the same evidence at the same date, so their rows are the same.
    """
    found = {}
    for key in keys:
        was, now = _effects(before, key), _effects(after, key)
        if was is None and now is None:
            continue
        space = key.partition(".")[0]
        height = after.tables.height(space)
        nothing = pl.Series("effect", [None], dtype=pl.Int64).extend_constant(None, height)[1:]
        differs = (nothing if was is None else was).ne_missing(nothing if now is None else now)
        found[key] = frozenset(_profiles(after, space, differs))
    return found


def _effects(run: Run, key: str) -> pl.Series | None:
    """The amount a rule took effect with on every row, null where it did not.

    A floor or a cap takes effect where the score lies on it.
    """
    on, scorer, rule = key.split(".", 2)
    found = next(
        (
            (s, r)
            for s in run.program.on(on)
            if s.scorer.name == scorer
            for r in s.rules
            if r.rule.id == rule
        ),
        None,
    )
    if found is None:
        return None
    own, columns = found
    applied = run.engine.column(on, columns.applied)
    effect = columns.effect
    if isinstance(effect, Col):
        amount = pl.lit(run.engine.column(on, effect.name))
    else:
        assert isinstance(effect, Lit)
        amount = pl.lit(effect.value, dtype=pl.Int64)
    took = pl.lit(applied)
    if columns.rule.floor is not None or columns.rule.cap is not None:
        took &= pl.lit(run.engine.column(on, own.raw or own.score)) == amount
    return pl.select(pl.when(took).then(amount).cast(pl.Int64).alias("effect")).to_series()


def _profiles(run: Run, space: str, rows: pl.Series) -> list[str]:
    ids = run.engine.column("profile", "id")
    if space == "profile":
        return ids.filter(rows).to_list()
    owners = run.engine.column(space, "profile_row").filter(rows).unique()
    return ids.gather(owners).to_list()


# Grades -------------------------------------------------------------------------------------------


_UNKNOWN = -2
"""Stands for an unknown score or band; no score and no index of a band is so low."""


@dataclass(frozen=True, slots=True)
class BandMoves:
    """How many grades of profiles would go up, go down, and become known or unknown.

    ``scores`` counts every score that would differ, ``profiles`` the profiles of which a band
    would.
    """

    upgrades: int = 0
    downgrades: int = 0
    status: int = 0
    scores: int = 0
    profiles: int = 0

    def __add__(self, other: BandMoves) -> BandMoves:
        return BandMoves(
            self.upgrades + other.upgrades,
            self.downgrades + other.downgrades,
            self.status + other.status,
            self.scores + other.scores,
            self.profiles + other.profiles,
        )


def grade_columns(program: Program) -> list[Place]:
    """The scores and bands of profiles."""
    return [("profile", c) for s in program.on("profile") for c in (s.score, s.band) if c]


def band_moves(before: Run, after: Run) -> BandMoves:
    """Count the differences between two runs of the same profiles.

    Bands are compared by their order, and only where both rulebooks have some.
    """
    own = {c.score: c.band for c in before.program.on("profile")}
    graded = [
        (("profile", c.score), ("profile", c.band) if c.band and own[c.score] else None)
        for c in after.program.on("profile")
        if c.score in own
    ]
    for run in (before, after):
        run.engine.make(grade_columns(run.program))
    up = down = status = scores = 0
    moved = np.zeros(before.tables.height("profile"), dtype=bool)
    for score, band in graded:
        if all(_shared(before, after, place) for place in (score, band) if place):
            continue
        was, now = _numbers(before, score), _numbers(after, score)
        scores += _count(was != now)
        if any(run.engine.column(*score).null_count() for run in (before, after)):
            appeared = (was == _UNKNOWN) != (now == _UNKNOWN)
            status += _count(appeared)
            moved |= appeared
        if band is not None:
            low, high = _numbers(before, band), _numbers(after, band)
            rises, falls = (high > low) & (low != _UNKNOWN), (high < low) & (high != _UNKNOWN)
            up += _count(rises)
            down += _count(falls)
            moved |= rises | falls
    return BandMoves(up, down, status, scores, _count(moved))


def _count(rows: npt.NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(rows))


def _shared(before: Run, after: Run, place: Place) -> bool:
    """Whether both runs have the very same column, so that there is nothing to compare."""
    return before.engine.column(*place) is after.engine.column(*place)


def _numbers(run: Run, place: Place) -> npt.NDArray[np.int64]:
    column = run.engine.column(*place)
    return (column.fill_null(_UNKNOWN) if column.null_count() else column).to_numpy()
