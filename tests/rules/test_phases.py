"""Pools and phases that the default rulebook has no need of, against the oracle."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

from hypothesis import given, settings

from tests.oracle_compare import disagreements
from tests.package import Corpus, Institution, Rulebook
from tests.strategies import corpora, corpus_of, desk_of, rulebook_of

COMBINATIONS = ("noisy_or", "mean", "max", "min", "sum")
TAKES = (
    "it.strength",
    "double(it.credibility) / 4.0 - 0.3",
    "it.publisher.reliability == 'A' ? 0.7 : it.strength * 0.9",
)
GROUPS: tuple[dict[str, Any], ...] = (
    {},
    {"by": "it.source.id", "strongest": 2},
    {"by": "it.publisher.id"},
    {"where": "it.credibility < 4"},
    {"where": "it.stance == 'supports'", "strongest": 1},
)

STRENGTH: dict[str, Any] = {
    "name": "strength",
    "on": "citation",
    "start": "citation.directness == 'record' ? 0.8 : 0.35",
    "rules": [
        {"id": "old", "when": "citation.age_days > 365", "multiply": 0.7, "on_unknown": 0.6},
        {"id": "rated", "when": "publisher.reliability in ['A', 'B']", "add": 0.2},
    ],
}

RULES: list[dict[str, Any]] = [
    {"id": "typed", "when": "claim.type == 'figure'", "add": "claim.likelihood + 0.1"},
    {"id": "less", "when": "claim.holds == 'standing'", "add": -0.4, "on_unknown": "apply"},
    {"id": "b-third", "when": "claim.key", "multiply": 0.333},
    {"id": "a-half", "when": "has(claim.section)", "multiply": 0.501},
    {"id": "c-more", "when": "claim.value > 2.0", "multiply": 1.7, "on_unknown": 0.9},
    {
        "id": "faded",
        "when": "claim.checked_days > 0",
        "multiply": "half_life(claim.checked_days, claim.review_after_days)",
        "on_unknown": 0.777,
    },
    {"id": "floor", "when": "claim.contradictions > 0", "floor": 0.25},
    {"id": "floor-unknown", "when": "claim.likelihood > 0.1", "floor": 0.05, "on_unknown": 0.1},
    {"id": "cap", "when": "citations.exists(c, c.credibility > 2)", "cap": 0.6},
    {"id": "cap-unknown", "when": "claim.unit == '%'", "cap": 0.9, "on_unknown": "apply"},
    {"id": "cap-below-floor", "when": "claim.section == 'context'", "cap": "claim.likelihood"},
    {"id": "always", "cap": 0.97},
]


def with_reasons(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**rule, "because": rule["id"]} for rule in rules]


def rulebook(scorers: list[dict[str, Any]]) -> Rulebook:
    settings = {"review_after_days": {"figure": 180, "role": 365}}
    strength = {**STRENGTH, "rules": with_reasons(STRENGTH["rules"])}
    return rulebook_of({"settings": settings, "scorers": [strength, *scorers]})


@cache
def pooling() -> Rulebook:
    """Scorers that combine, group and take in every way, over citations, claims and peers."""
    scorers: list[dict[str, Any]] = []
    ways = [*product(COMBINATIONS, TAKES, GROUPS, (0.2, "unknown"))][::3]
    for number, (combine, take, group, empty) in enumerate(ways):
        pool = {"over": "citations", "take": take, "combine": combine, "empty": empty, **group}
        on = "claim" if number % 3 else "profile"
        scorers.append({"name": f"pool_{number}", "on": on, "pool": pool})
    for number, combine in enumerate(COMBINATIONS):
        pool = {
            "over": "claims",
            "where": "it.type != 'view'",
            "take": "it.pool_1 * 0.5 + it.likelihood",
            "combine": combine,
            "empty": 0,
        }
        scorers.append({"name": f"claims_{number}", "on": "profile", "pool": pool})
        peers = {"over": "dependencies", "take": f"it.peer.claims_{number}", "combine": combine}
        scorers.append(
            {"name": f"peers_{number}", "on": "profile", "pool": {**peers, "empty": "unknown"}}
        )
    return rulebook(scorers)


@cache
def phased() -> Rulebook:
    """The same rules from several starts: known, expected to be unknown, pooled."""
    pool = {"over": "citations", "take": "it.strength", "combine": "sum", "empty": "unknown"}
    starts: list[dict[str, Any]] = [
        {},
        {"start": 0.9},
        {"start": "claim.likelihood"},
        {"start": "claim.scored_1 + claim.value / 10.0"},
        {"pool": pool},
    ]
    scorers = [
        {"name": f"scored_{i}", "on": "claim", "rules": with_reasons(RULES), **start}
        for i, start in enumerate(starts)
    ]
    return rulebook(scorers)


@settings(max_examples=settings.default.max_examples // 2 if settings.default else 25)
@given(corpora())
def test_every_way_to_pool(corpus: Corpus) -> None:
    assert disagreements(desk_of(corpus, pooling()).run) == []


@given(corpora())
def test_every_phase(corpus: Corpus) -> None:
    assert disagreements(desk_of(corpus, phased()).run) == []


def test_coverage_counts_scores_as_far_as_they_are_covered() -> None:
    """Those that its facts name, too; of a collection the member that is covered best."""
    facts = [{"name": "carried", "on": "claim", "expr": "claim.asked"}]
    rule = {"id": "r", "when": "claim.value > 1.0", "add": 0.1, "because": "b"}
    asked = {"name": "asked", "on": "claim", "rules": [rule]}
    start = "claim.carried + (claim.profile.claims.exists(c, c.asked > 0.5) ? 0.1 : 0.0)"
    scorer = {"name": "s", "on": "claim", "start": start}
    book = rulebook_of({"facts": facts, "scorers": [asked, scorer]})
    claims = [
        {"id": "a", "nature": "fact", "text": "A."},
        {
            "id": "b",
            "nature": "fact",
            "text": "B.",
            "quantity": {"measure": "m", "value": 2, "unit": "u"},
        },
    ]
    given = {"kind": "institution", "id": "p", "name": "P", "claims": claims}
    run = desk_of(corpus_of([], [], [Institution.model_validate(given)]), book).run
    assert [s.coverage for s in run.scores(run.program.scorer("claim.s"))] == [500, 1000]
    assert disagreements(run) == []
