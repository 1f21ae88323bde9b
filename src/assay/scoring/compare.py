"""Two runs side by side: which claims and grades differ, and where a rule acted differently."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.cel.operations import Col, Lit, apply
from assay.cel.program import Compute, Gather, Program, Step
from assay.cel.schema import row_column
from assay.diagnostics.diagnostic import Diagnostic, ValueLocation
from assay.diagnostics.rule_codes import SATURATED_SCORER
from assay.engine.plan import Place
from assay.model.rulebook import Rulebook
from assay.scoring.run import Run, ordered_bands, run_program
from assay.tables.tables import Tables


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


_PEER = row_column("peer")

Held = Mapping[str, Mapping[str, tuple[int | None, int]]]
"""By profile id and scorer: score and coverage in thousandths, as they are to be felt."""


def reads_neighbours(program: Program) -> bool:
    """Whether any score reads a score of another profile along an edge or reach."""
    return any(_felt(step) for step in program.steps)


def neighbour_scorers(program: Program) -> tuple[str, ...]:
    """Names of the profile scorers whose scores are read along edges or reach."""
    names = {_scorer(s.origin) for s in program.steps if isinstance(s, Gather) and _felt(s)}
    return tuple(sorted(names))


def run_held(
    rulebook: Rulebook, program: Program, tables: Tables, held: Held, near: Run | None = None
) -> Run:
    """Score every row with the neighbours' scores held.

    A profile or scorer that ``held`` does not have is felt as it is computed. Of ``near``, a run
    of the same tables, all columns are kept that would be made in the same way.
    """
    if reads_neighbours(program):
        names = neighbour_scorers(program)
        profiles = _with_held(tables.frames["profile"], names, held)
        tables = Tables({**tables.frames, "profile": profiles})
        program = _holding(program)
    if near is None:
        return run_program(rulebook, program, tables)
    return Run(rulebook, program, tables, near.engine.varied(tables, program.steps))


def peers_felt(run: Run, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each of the profiles the peers whose scores its own scores read, in the order of ids."""
    spaces = sorted({s.space for s in run.program.steps if _felt(s)})
    wanted = {run.profile_rows[i]: i for i in ids if i in run.profile_rows}
    names = run.engine.column("profile", "id")
    found: dict[str, set[str]] = {i: set() for i in wanted.values()}
    for space in spaces:
        frame = run.tables.frames[space].select("profile_row", _PEER)
        frame = frame.filter(pl.col("profile_row").is_in(list(wanted)))
        peers = names.gather(frame.get_column(_PEER)).to_list()
        for row, peer in zip(frame.get_column("profile_row").to_list(), peers, strict=True):
            found[wanted[row]].add(peer)
    return {i: tuple(sorted(peers)) for i, peers in found.items()}


def _felt(step: Step) -> bool:
    """Whether a step brings a peer's score along an edge."""
    return (
        isinstance(step, Gather)
        and step.link == _PEER
        and step.target == "profile"
        and step.origin.partition(".")[0] in ("score", "cover")
    )


def _scorer(column: str) -> str:
    return column.partition(".")[2]


def _holding(program: Program) -> Program:
    """The program with every peer's score read from its held column."""
    steps: list[Step] = []
    made: set[str] = set()
    for step in program.steps:
        if not isinstance(step, Gather) or not _felt(step):
            steps.append(step)
            continue
        column = f"felt.{step.origin}"
        if column not in made:
            made.add(column)
            known = Col(f"holds.{_scorer(step.origin)}")
            value = apply("if", known, Col(f"held.{step.origin}"), Col(step.origin))
            steps.append(Compute("profile", column, value))
        steps.append(replace(step, origin=column))
    return replace(program, steps=tuple(steps))


def _with_held(profiles: pl.DataFrame, names: Iterable[str], held: Held) -> pl.DataFrame:
    ids = profiles.get_column("id").to_list()
    columns: list[pl.Series] = []
    for name in names:
        found = [held.get(i, {}).get(name) for i in ids]
        columns += [
            pl.Series(f"holds.{name}", [f is not None for f in found], dtype=pl.Boolean),
            pl.Series(f"held.score.{name}", [f[0] if f else None for f in found], dtype=pl.Int64),
            pl.Series(f"held.cover.{name}", [f[1] if f else None for f in found], dtype=pl.Int64),
        ]
    return profiles.with_columns(columns)


_FEWEST = 10
_MOST = 0.8


def saturated(run: Run) -> Iterator[Diagnostic]:
    """A finding for every graded profile scorer with more than four fifths in one band."""
    for index, scorer in enumerate(run.rulebook.scorers):
        if scorer.on != "profile" or not run.rulebook.bands(scorer):
            continue
        scores = run.scores(run.program.scorer(scorer.key))
        counts = Counter(s.band.id for s in scores if s.band)
        total = counts.total()
        if total < _FEWEST or max(counts.values()) <= _MOST * total:
            continue
        bands = ordered_bands(run.rulebook.bands(scorer))[::-1]
        told = ", ".join(f"{counts[b.id]} {b.id}" for b in bands)
        most = counts.most_common(1)[0]
        yield SATURATED_SCORER.at(
            ValueLocation(("scorers", index, "name")),
            f"{most[1]} of {total} profiles are in one band of {scorer.name}: {told}",
            f"'assay rules cutpoints {scorer.name}' shows bands that would part them",
        )


@dataclass(frozen=True, slots=True)
class Cutpoint:
    """Where a band is to start, in thousandths, and how many of the scores lie in it."""

    start: int
    count: int


def cutpoints(scores: Sequence[int], shares: Sequence[float]) -> list[Cutpoint]:
    """Starts of bands that hold about these shares of the scores, the highest band first.

    ``shares`` are of one whole, in the same order; the lowest band takes what is left and starts
    at 0. Equal scores are never parted, so a band may hold more than its share, and one that
    would be empty is left out.
    """
    ordered = sorted(scores, reverse=True)
    starts: list[int] = []
    taken = 0.0
    for share in shares:
        taken += share
        index = round(taken * len(ordered)) - 1
        start = ordered[min(max(index, 0), len(ordered) - 1)] if ordered else 0
        if start > 0 and (not starts or start < starts[-1]):
            starts.append(start)
    starts.append(0)
    uppers = [1001, *starts[:-1]]
    return [
        Cutpoint(start, sum(start <= s < upper for s in ordered))
        for start, upper in zip(starts, uppers, strict=True)
    ]
