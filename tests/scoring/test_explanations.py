"""The steps of an explanation are the computation: they lead from nothing to the score."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.output.explanation_text import explanation_lines
from assay.scoring.why_not import Against, Obstacle, against
from tests.package import (
    Assessment,
    Corpus,
    ScoreExplanation,
    UsageError,
    explanation_json,
    scores_json,
)
from tests.plain.test_promises import depended
from tests.strategies import corpora, desk_of, explanations_of, scores_of, shipped

_STEP = {
    "phase",
    "rule",
    "outcome",
    "applied",
    "amount",
    "before",
    "after",
    "because",
    "missing",
    "evidence",
}
_PHASES = ["start", "pool", "add", "clamp", "multiply", "floor", "cap", "coverage"]


def broken_steps(explanation: ScoreExplanation) -> list[str]:
    """Where the steps do not join up, or do not lead to the score."""
    found = []
    at: int | None = 0
    for step in explanation.steps:
        if step.before != at:
            found.append(f"{explanation.subject} {step.rule}: from {step.before}, not {at}")
        if not step.applied and step.after != step.before and step.phase not in ("start", "pool"):
            found.append(f"{explanation.subject} {step.rule}: moved without being applied")
        at = step.after
    if at != explanation.score.points:
        found.append(f"{explanation.subject}: ends at {at}, not {explanation.score.points}")
    return found


@given(corpora())
def test_random_workspaces_replay(corpus: Corpus) -> None:
    for explanations in explanations_of(corpus).values():
        for explanation in explanations:
            assert broken_steps(explanation) == []


def limiting_rules(desk: Assessment) -> list[Obstacle]:
    """The rules that are stated to keep a profile below a band."""
    of_sets = {s.name for s in desk.rulebook.scorers if s.on == "corroboration"}
    stated = (
        o
        for row in desk.run.profile_rows.values()
        for bands in desk.rulebook.scales.values()
        for band in bands
        for a in against_if_asked(desk, row, band.id)
        for o in a.obstacles
        # Conditions cannot name a set of citations, so limits of sets are not tried.
        if o.without is not None and o.scorer not in of_sets
    )
    return list(dict.fromkeys(stated))


def against_if_asked(desk: Assessment, row: int, band: str) -> list[Against]:
    try:
        return against(desk.run, (), row, band)
    except UsageError:  # a band of a scale that no score of the profile has
        return []


def score_without_rule(desk: Assessment, limit: Obstacle) -> int | None:
    """The score of the subject by a rulebook whose rule leaves the subject out."""
    claim, _, cited = limit.subject.partition("@")
    profile_id, _, claim_id = claim.partition("#")
    on, own = "profile", f"profile.id != '{profile_id}'"
    if cited:
        on, own = "citation", f"source.id != '{cited}'"
    elif claim_id:
        on, own = "claim", f"claim.id != '{claim_id}'"
    scorers = tuple(
        s.model_copy(
            update={
                "rules": tuple(
                    r.model_copy(update={"when": f"({r.when}) && {own}"})
                    if r.id == limit.rule
                    else r
                    for r in s.rules
                )
            }
        )
        if (s.on, s.name) == (on, limit.scorer)
        else s
        for s in desk.rulebook.scorers
    )
    rulebook = desk.rulebook.model_copy(update={"scorers": scorers})
    then = desk_of(desk.corpus, rulebook, desk.as_of)
    return scores_of(then, on, limit.scorer)[limit.subject].points


@settings(max_examples=12)
@given(corpora(most_profiles=1), st.integers(0, 2**32))
def test_without_a_stated_limit_a_score_is_as_stated(corpus: Corpus, seed: int) -> None:
    desk = desk_of(corpus)
    limits = limiting_rules(desk)
    for limit in Random(seed).sample(limits, min(3, len(limits))):
        assert score_without_rule(desk, limit) == limit.without, limit


def test_without_a_stated_limit_a_shipped_score_is_as_stated() -> None:
    desk = shipped()
    limits = limiting_rules(desk)
    assert {limit.rule for limit in limits} >= {"severity"}
    for limit in Random(0).sample(limits, min(12, len(limits))):
        assert score_without_rule(desk, limit) == limit.without, limit


@pytest.fixture(scope="module")
def exported() -> dict[str, Any]:
    desk = shipped()
    explained = desk.explain(list(desk.run.profile_rows))
    assert [b for e in explained.values() for s in e.scorers for b in broken_steps(s)] == []
    made = {
        "explained": [explanation_json(e) for e in explained.values()],
        "scores": scores_json(desk.overview()),
    }
    reread: dict[str, Any] = json.loads(json.dumps(made))
    return reread


def test_every_shipped_profile_replays(exported: dict[str, Any]) -> None:
    """In the printed form too: each step starts where the one before ended."""
    assert len(exported["explained"]) >= 20
    for explanation in exported["explained"]:
        for scorer in explanation["scorers"]:
            at = 0
            for step in scorer["steps"]:
                assert step["before"] == at
                at = step["after"]
            assert at == scorer["score"]


def test_the_shape_of_an_explanation(exported: dict[str, Any]) -> None:
    for explanation in exported["explained"]:
        assert {"id", "as_of", "scorers", "would_change", "outlook"} <= explanation.keys()
        for scorer in explanation["scorers"]:
            wanted = {"name", "on", "subject", "score", "band", "grade", "coverage", "steps"}
            assert wanted <= scorer.keys()
            assert scorer["rated"] == (scorer["score"] is not None)
            for step in scorer["steps"]:
                assert step.keys() >= _STEP
                assert step["phase"] in _PHASES
                assert step["outcome"] in ("true", "false", "unknown")
        for change in explanation["would_change"]:
            assert {"scorer", "to", "change", "effort", "score"} <= change.keys()
        for points in explanation["outlook"].values():
            assert [p.keys() >= {"date", "score", "band"} for p in points] == [True] * 3


def test_too_little_coverage_ends_an_explanation(exported: dict[str, Any]) -> None:
    """Of the shipped profiles some are not rated, though the steps before lead to a score."""
    held = [
        s
        for e in exported["explained"]
        for s in e["scorers"]
        if s["name"] == "policy_sensitivity" and not s["rated"]
    ]
    assert held
    for scorer in held:
        assert scorer["coverage"] < 0.5
        last = scorer["steps"][-1]
        assert (last["phase"], last["amount"]) == ("coverage", 0.5)
        assert last["before"] > 0
        assert last["after"] is None


def test_the_shape_of_the_scores(exported: dict[str, Any]) -> None:
    scores = exported["scores"]
    assert {"as_of", "audience", "rulebook", "profiles"} <= scores.keys()
    for profile in scores["profiles"]:
        wanted = {"id", "kind", "name", "scores", "horizon", "sources", "independent"}
        assert wanted <= profile.keys()
        assert {"word", "next", "review", "closed"} <= profile["horizon"].keys()
        for score in profile["scores"].values():
            assert {"score", "band", "grade", "label", "coverage"} <= score.keys()


def test_dependents_that_count_are_listed_with_the_path_of_indirect_ones() -> None:
    world = depended(indirect=True)
    explained = desk_of(world).explain(["centre"])["centre"]
    found = next(e for e in explained.scorers if (e.on, e.name) == ("profile", "dependence"))
    assert found.score.points == 355
    assert found.steps[0].evidence == ("near", "far>near")
    line = next(x for x in explanation_lines(explained, every=False) if "indirectly" in x)
    assert line.endswith(
        "The score combines 2 profiles that depend on it (1 of them indirectly)."
        " [near, far through near]"
    )
