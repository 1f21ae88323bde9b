"""The engine and the plain implementation agree on every score and on every horizon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings

from tests import package as engine
from tests.package import (
    Corpus,
    Rulebook,
    Run,
    build,
    compile_rulebook,
    overview,
    run_program,
)
from tests.plain.evidence import claim_scores
from tests.plain.horizon import Horizon, Next, horizons
from tests.plain.impact import Estimate, ProfileScores, profile_scores
from tests.plain.test_ladder import DISPUTED, LADDER, agency_world
from tests.plain.worlds import AS_OF, drawn_world, worlds
from tests.strategies import default_rulebook

COMPARED = ("support", "dispute", "confidence")


def claim_scores_of_engine(run: Run) -> dict[tuple[str, str], tuple]:
    profiles = run.engine.column("profile", "id")
    claims = run.tables.frames["claim"]
    names = profiles.gather(claims["profile_row"]).to_list()
    keys = zip(names, claims["id"].cast(str).to_list(), strict=True)
    scorers = {s.scorer.name: s for s in run.program.on("claim")}
    columns = [[s.points for s in run.scores(scorers[name])] for name in COMPARED]
    return dict(zip(keys, zip(*columns, strict=True), strict=True))


def disagreements(world: Corpus, as_of: date, decided: dict[str, date] | None = None) -> list[str]:
    rulebook = default_rulebook()
    built = build(world, rulebook, as_of)
    run = run_program(rulebook, compile_rulebook(rulebook), built.tables)
    plain = claim_scores(world, as_of, rulebook.settings.review_after_days)
    found = []
    for key, scored in claim_scores_of_engine(run).items():
        expected = tuple(getattr(plain[key], name) for name in COMPARED)
        if scored != expected:
            found.append(f"{key}: engine {scored}, plain {expected}")
    lines = overview(run, built.listing, as_of, decided or {}, {})
    read = profile_scores(world, as_of, rulebook.settings.review_after_days)
    found += different_estimates(run, lines, read)
    return [*found, *different_horizons(world, rulebook, as_of, decided, lines)]


def different_estimates(
    run: Run, lines: list[engine.Line], read: dict[str, ProfileScores]
) -> Iterator[str]:
    dependence = run.scores(run.program.scorer("profile.dependence"))
    for line, depended in zip(lines, dependence, strict=True):
        plain, scores = read[line.id], line.scores
        if depended.points != plain.dependence:
            yield f"{line.id}: dependence {depended.points}, plain {plain.dependence}"
        if scores["confidence"].points != plain.confidence:
            yield f"{line.id}: confidence {scores['confidence'].points}, plain {plain.confidence}"
        for name, estimate in (
            ("impact", plain.impact),
            ("operational_criticality", plain.criticality),
            ("policy_sensitivity", plain.sensitivity),
        ):
            found = scores.get(name)
            if (found and of_score(found)) != (estimate and of_estimate(estimate)):
                yield f"{line.id}: {name} {found}, plain {estimate}"


def of_score(score: engine.Score) -> tuple:
    """Points, band, highest possible band, and the grade the band stands on, if it is rated."""
    if score.points is None or score.band is None:
        return ()
    highest, stands_on = score.ceiling or score.band, score.stands_on and score.stands_on.id
    return score.points, score.band.grade, highest.grade, stands_on, score.provisional


def of_estimate(found: Estimate) -> tuple:
    """The same of the plain implementation."""
    if found.level is None:
        return ()
    return found.floor, found.level, found.highest, found.stands_on, found.provisional


@pytest.mark.parametrize(
    ("supports", "disputes"),
    [*((supports, []) for supports, _, _ in LADDER.values()), *(d[:2] for d in DISPUTED.values())],
    ids=[*LADDER, *DISPUTED],
)
def test_the_ladder(supports: list[str], disputes: list[str]) -> None:
    assert disagreements(agency_world(supports, disputes), AS_OF) == []


def plain_horizon(found: engine.Horizon) -> Horizon:
    """The horizon of the engine in the form of the plain implementation."""
    ahead, review = found.next, found.review
    assert review is not None
    assert found.word is not None
    following = Next(ahead.day, ahead.reason, ahead.subject) if ahead else None
    return Horizon(following, review.day, review.gap, found.word)


def different_horizons(
    world: Corpus,
    rulebook: Rulebook,
    as_of: date,
    decided: dict[str, date] | None,
    lines: list[engine.Line],
) -> Iterator[str]:
    periods = rulebook.settings.review_after_days
    wanted = horizons(world, as_of, periods, decided)
    for line in lines:
        plain = wanted.get(line.id)
        if line.horizon.closed:
            if plain is not None:
                yield f"{line.id}: closed for the engine alone"
            continue
        here = plain_horizon(line.horizon)
        if here != plain:
            yield f"{line.id}: engine {here}, plain {plain}"


@settings(max_examples=60)
@given(worlds())
def test_small_worlds(world: Corpus) -> None:
    assert disagreements(world, AS_OF) == []


@pytest.mark.parametrize("seed", range(4))
def test_large_worlds(seed: int) -> None:
    world = drawn_world(Random(seed), profiles=250)
    decided = dict.fromkeys(sorted(world.profiles)[::5], date(2026, 1, 2))
    assert disagreements(world, AS_OF, decided) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1_000, 1_200))
def test_a_hundred_thousand_profiles(seed: int) -> None:
    assert disagreements(drawn_world(Random(seed), profiles=500), AS_OF) == []
