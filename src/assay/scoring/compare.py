"""Comparisons of runs and of profiles: changes between two runs, frozen neighbours, bands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.cel.operations import Col, Lit, apply
from assay.cel.program import Compute, Gather, Program, Step
from assay.cel.schema import row_column
from assay.cel.steps import Place
from assay.diagnostics.diagnostic import Diagnostic, ValueLocation
from assay.diagnostics.rule_codes import SATURATED_SCORER
from assay.model.rulebook import Rulebook
from assay.scoring.run import Run, run_program
from assay.tables.tables import Tables


def changed_claims(before: Run, after: Run) -> Mapping[str, tuple[str, ...]]:
    """By profile id the claims (``profile#claim``) with a score that differs."""
    earlier = {s.score for s in before.program.on("claim")}
    names = [s.score for s in after.program.on("claim") if s.score in earlier]
    if not names:
        return {}
    key = ["profile", "claim"]
    joined = _claim_scores(before, names).join(
        _claim_scores(after, names), on=key, how="full", suffix=".after", coalesce=True
    )
    differs = pl.any_horizontal(pl.col(n).ne_missing(pl.col(f"{n}.after")) for n in names)
    found: dict[str, list[str]] = defaultdict(list)
    for profile, claim in joined.filter(differs).select(key).sort(key).iter_rows():
        found[profile].append(f"{profile}#{claim}")
    return {profile: tuple(claims) for profile, claims in found.items()}


def _claim_scores(run: Run, names: Iterable[str]) -> pl.DataFrame:
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
    """For each rule (``on.scorer.rule``) the profiles in which it has another effect.

    Both runs must be of the same tables. Rules in neither run are left out.
    """
    found = {}
    for key in keys:
        was, now = _effects(before, key), _effects(after, key)
        if was is None and now is None:
            continue
        space = key.partition(".")[0]
        none = pl.repeat(None, after.tables.height(space), dtype=pl.Int64, eager=True)
        differs = (none if was is None else was).ne_missing(none if now is None else now)
        ids = after.engine.column("profile", "id")
        if space == "profile":
            found[key] = frozenset(ids.filter(differs))
        else:
            owners = after.engine.column(space, "profile_row").filter(differs)
            found[key] = frozenset(ids.gather(owners.unique()))
    return found


def profiles_of_rule(run: Run, key: str) -> frozenset[str] | None:
    """The profiles in which a rule (``on.scorer.rule``) takes effect; None for an unknown rule."""
    effects = _effects(run, key)
    if effects is None:
        return None
    acts = effects.is_not_null()
    space, ids = key.partition(".")[0], run.engine.column("profile", "id")
    if space == "profile":
        return frozenset(ids.filter(acts))
    owners = run.engine.column(space, "profile_row").filter(acts)
    return frozenset(ids.gather(owners.unique()))


def _effects(run: Run, key: str) -> pl.Series | None:
    """The amount of a rule by row, null where it takes no effect; None for an unknown rule.

    A floor or a cap takes effect where the score equals it.
    """
    on, name, rule = key.split(".", 2)
    scorer = next((s for s in run.program.on(on) if s.scorer.name == name), None)
    columns = next((r for r in scorer.rules if r.rule.id == rule), None) if scorer else None
    if scorer is None or columns is None:
        return None
    applied = run.engine.column(on, columns.applied)
    effect = columns.effect
    if isinstance(effect, Col):
        amount = pl.lit(run.engine.column(on, effect.name))
    else:
        assert isinstance(effect, Lit)
        amount = pl.lit(effect.value, dtype=pl.Int64)
    effective = pl.lit(applied)
    if columns.rule.floor is not None or columns.rule.cap is not None:
        effective &= pl.lit(run.engine.column(on, scorer.raw or scorer.score)) == amount
    return pl.select(pl.when(effective).then(amount).cast(pl.Int64).alias("effect")).to_series()


# Grades -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BandMoves:
    """How many grades of profiles go up, go down, and become known or unknown (``status``).

    ``scores`` counts the scores that differ, ``profiles`` those with a grade that differs.
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
    """The columns of scores and bands of profiles."""
    return [("profile", c) for s in program.shown for c in (s.score, s.band) if c]


def band_moves(before: Run, after: Run) -> BandMoves:
    """Count the differences between two runs of the same profiles.

    Bands are compared by their order, and only for scorers that have bands in both.
    """
    earlier = {c.score: c.band for c in before.program.shown}
    for run in (before, after):
        run.engine.make(grade_columns(run.program))
    up = down = status = scores = 0
    differs = np.zeros(before.tables.height("profile"), dtype=bool)
    for columns in after.program.shown:
        if columns.score not in earlier:
            continue
        score: Place = ("profile", columns.score)
        band = ("profile", columns.band) if columns.band and earlier[columns.score] else None
        if all(
            before.engine.column(*place) is after.engine.column(*place)
            for place in (score, band)
            if place
        ):
            continue  # both runs share the columns
        was, now = _numbers(before, score), _numbers(after, score)
        scores += _count(was != now)
        if any(run.engine.column(*score).null_count() for run in (before, after)):
            appeared = (was == _UNKNOWN) != (now == _UNKNOWN)
            status += _count(appeared)
            differs |= appeared
        if band is not None:
            low, high = _numbers(before, band), _numbers(after, band)
            rises, falls = (high > low) & (low != _UNKNOWN), (high < low) & (high != _UNKNOWN)
            up += _count(rises)
            down += _count(falls)
            differs |= rises | falls
    return BandMoves(up, down, status, scores, _count(differs))


# Lower than every score and every index of a band.
_UNKNOWN = -2


def _count(rows: npt.NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(rows))


def _numbers(run: Run, place: Place) -> npt.NDArray[np.int64]:
    column = run.engine.column(*place)
    return (column.fill_null(_UNKNOWN) if column.null_count() else column).to_numpy()


# Frozen neighbours --------------------------------------------------------------------------------


_PEER = row_column("peer")

Held = Mapping[str, Mapping[str, tuple[int | None, int]]]
"""By profile id and scorer the score and coverage that neighbours read, in thousandths."""


def reads_neighbours(program: Program) -> bool:
    """Whether any score reads a score of another profile along dependencies or reach."""
    return any(map(_reads_peer, program.steps))


def neighbour_scorers(program: Program) -> tuple[str, ...]:
    """Names of the profile scorers whose scores are read along dependencies or reach."""
    return tuple(sorted({_scorer(s.origin) for s in program.steps if _reads_peer(s)}))


def run_with_frozen_neighbours(
    rulebook: Rulebook, program: Program, tables: Tables, frozen: Held, near: Run | None = None
) -> Run:
    """Score every row, with neighbours' scores from ``frozen`` instead of the computed ones.

    Without a frozen score, neighbours read the computed one. Columns with the same definition are
    taken from ``near``, a run of the same tables.
    """
    if reads_neighbours(program):
        profiles = _with_frozen(tables.frames["profile"], neighbour_scorers(program), frozen)
        tables = Tables({**tables.frames, "profile": profiles})
        program = _reading_frozen(program)
    if near is None:
        return run_program(rulebook, program, tables)
    return Run(rulebook, program, tables, near.engine.derive(tables, program.steps))


def peers_read(run: Run, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each of the profiles the peers whose scores its own scores read, in the order of ids."""
    names = run.engine.column("profile", "id").to_list()
    found: dict[str, set[str]] = {i: set() for i in ids if i in run.profile_rows}
    rows = [run.profile_rows[i] for i in found]
    for space in sorted({s.space for s in run.program.steps if _reads_peer(s)}):
        pairs = run.tables.frames[space].select("profile_row", _PEER)
        for row, peer in pairs.filter(pl.col("profile_row").is_in(rows)).iter_rows():
            found[names[row]].add(names[peer])
    return {i: tuple(sorted(peers)) for i, peers in found.items()}


def _reads_peer(step: Step) -> TypeGuard[Gather]:
    """Whether a step reads a score or coverage of a peer."""
    return (
        isinstance(step, Gather)
        and step.link == _PEER
        and step.target == "profile"
        and step.origin.partition(".")[0] in ("score", "cover")
    )


def _scorer(column: str) -> str:
    return column.partition(".")[2]


def _with_frozen(profiles: pl.DataFrame, names: Iterable[str], frozen: Held) -> pl.DataFrame:
    ids = profiles.get_column("id").to_list()
    columns: list[pl.Series] = []
    for name in names:
        found = [frozen.get(i, {}).get(name) for i in ids]
        score, cover = ([f[part] if f else None for f in found] for part in (0, 1))
        columns += [
            pl.Series(f"is_frozen.{name}", [f is not None for f in found], dtype=pl.Boolean),
            pl.Series(f"frozen.score.{name}", score, dtype=pl.Int64),
            pl.Series(f"frozen.cover.{name}", cover, dtype=pl.Int64),
        ]
    return profiles.with_columns(columns)


def _reading_frozen(program: Program) -> Program:
    """The program with every peer's score read from its frozen column, if it has a value."""
    steps: list[Step] = []
    defined: set[str] = set()
    for step in program.steps:
        if not _reads_peer(step):
            steps.append(step)
            continue
        column = f"seen.{step.origin}"
        if column not in defined:
            defined.add(column)
            is_frozen = Col(f"is_frozen.{_scorer(step.origin)}")
            value = apply("if", is_frozen, Col(f"frozen.{step.origin}"), Col(step.origin))
            steps.append(Compute("profile", column, value))
        steps.append(replace(step, origin=column))
    return replace(program, steps=tuple(steps))


# Bands --------------------------------------------------------------------------------------------


_FEWEST_PROFILES = 10
_LARGEST_SHARE = 0.8


def saturated(run: Run) -> Iterator[Diagnostic]:
    """Report graded profile scorers with more than four fifths of the profiles in one band."""
    for index, scorer in enumerate(run.rulebook.scorers):
        if scorer.on != "profile" or not run.rulebook.bands(scorer):
            continue
        scores = run.scores(run.program.scorer(scorer.key))
        counts = Counter((s.band.id, s.band.grade) for s in scores if s.band)
        total = counts.total()
        (_, grade), most = counts.most_common(1)[0] if counts else (("", ""), 0)
        if total < _FEWEST_PROFILES or most <= _LARGEST_SHARE * total:
            continue
        yield SATURATED_SCORER.at(
            ValueLocation(("scorers", index, "name")),
            f"{scorer.name} barely separates profiles: {most} of {total} are {grade}",
            f"see `assay rules cutpoints {scorer.name}`",
        )


@dataclass(frozen=True, slots=True)
class Cutpoint:
    """The start of a band in thousandths, and how many of the scores are in it."""

    start: int
    count: int


def cutpoints(scores: Sequence[int], shares: Sequence[float]) -> list[Cutpoint]:
    """Find bands with about these shares of the scores, the highest band first.

    ``shares`` are from 0 to 1, in the same order; the lowest band has the rest and starts at 0.
    Equal scores stay in one band. A band may therefore exceed its share, and empty ones are left
    out.
    """
    ordered = sorted(scores, reverse=True)
    starts: list[int] = []
    total = 0.0
    for share in shares:
        total += share
        index = round(total * len(ordered)) - 1
        start = ordered[min(max(index, 0), len(ordered) - 1)] if ordered else 0
        if start > 0 and (not starts or start < starts[-1]):
            starts.append(start)
    starts.append(0)
    uppers = [1001, *starts[:-1]]
    return [
        Cutpoint(start, sum(start <= s < upper for s in ordered))
        for start, upper in zip(starts, uppers, strict=True)
    ]
