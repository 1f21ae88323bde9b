"""The engine and the plain implementation agree on every score of every claim."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given, settings

from tests.package import Corpus, Rulebook, build_tables, compile_rulebook, run_program
from tests.plain.evidence import claim_scores
from tests.plain.test_ladder import DISPUTED, LADDER, agency_world
from tests.plain.worlds import AS_OF, drawn_world, worlds
from tests.strategies import default_rulebook

COMPARED = ("support", "dispute", "confidence")


def engine_scores(world: Corpus, rulebook: Rulebook, as_of: date) -> dict[tuple[str, str], tuple]:
    run = run_program(rulebook, compile_rulebook(rulebook), build_tables(world, rulebook, as_of))
    profiles = run.engine.column("profile", "id")
    claims = run.tables.frames["claim"]
    names = profiles.gather(claims["profile_row"]).to_list()
    keys = zip(names, claims["id"].cast(str).to_list(), strict=True)
    scorers = {s.scorer.name: s for s in run.program.on("claim")}
    columns = [[s.points for s in run.scores(scorers[name])] for name in COMPARED]
    return dict(zip(keys, zip(*columns, strict=True), strict=True))


def disagreements(world: Corpus, as_of: date) -> list[str]:
    rulebook = default_rulebook().model_copy(update={"watch": ()})
    plain = claim_scores(world, as_of, rulebook.settings.review_after_days)
    found = []
    for key, engine in engine_scores(world, rulebook, as_of).items():
        expected = tuple(getattr(plain[key], name) for name in COMPARED)
        if engine != expected:
            found.append(f"{key}: engine {engine}, plain {expected}")
    return found


@pytest.mark.parametrize(
    ("supports", "disputes"),
    [*((supports, []) for supports, _, _ in LADDER.values()), *(d[:2] for d in DISPUTED.values())],
    ids=[*LADDER, *DISPUTED],
)
def test_the_ladder(supports: list[str], disputes: list[str]) -> None:
    assert disagreements(agency_world(supports, disputes), AS_OF) == []


@settings(max_examples=150)
@given(worlds())
def test_small_worlds(world: Corpus) -> None:
    assert disagreements(world, AS_OF) == []


@pytest.mark.parametrize("seed", range(4))
def test_large_worlds(seed: int) -> None:
    assert disagreements(drawn_world(Random(seed), profiles=250), AS_OF) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1_000, 1_200))
def test_a_hundred_thousand_profiles(seed: int) -> None:
    assert disagreements(drawn_world(Random(seed), profiles=500), AS_OF) == []
