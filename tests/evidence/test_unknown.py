"""What rules do where something is unknown, on random workspaces."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.package import (
    AnyProfile,
    Claim,
    Corpus,
    Source,
    scored_claims,
    scored_profiles,
)
from tests.strategies import (
    AS_OF,
    corpora,
    default_rulebook,
    explanations_of,
    replaced,
    with_claim,
)


def claims_of(corpus: Corpus) -> list[tuple[AnyProfile, Claim]]:
    return [(p, c) for p in scored_profiles(corpus, AS_OF) for c in scored_claims(p)]


def chosen_claim(data: st.DataObject, corpus: Corpus) -> tuple[AnyProfile, Claim]:
    claims = claims_of(corpus)
    assume(claims)
    return data.draw(st.sampled_from(claims))


@given(corpora())
def test_a_rule_for_the_unknown_takes_effect_there(corpus: Corpus) -> None:
    """What says on_unknown: apply is only lifted by knowing that its condition is false."""
    applying = {
        (s.on, s.name, r.id)
        for s in default_rulebook().scorers
        for r in s.rules
        if r.on_unknown == "apply"
    }
    assert applying
    for explanations in explanations_of(corpus).values():
        for scorer in explanations:
            for step in scorer.steps:
                if (scorer.on, scorer.name, step.rule) in applying:
                    assert step.applied == (step.outcome != "false")


@given(corpora(), st.data())
def test_forgetting_a_field_lifts_no_cap_on_a_claim(corpus: Corpus, data: st.DataObject) -> None:
    """Of the fields that caps ask for themselves; others go through the scores they carry.

    Without its date a source that is still to come would be there already, so those keep theirs.
    """
    profile, claim = chosen_claim(data, corpus)
    forgotten: list[Source | AnyProfile] = [
        s.model_copy(update={"published": None})
        for s in corpus.sources.values()
        if s.published and s.published.first <= AS_OF
    ]
    if claim.holds:
        forgotten.append(with_claim(profile, claim.model_copy(update={"holds": None})))
    assume(forgotten)
    after = applied_caps(replaced(corpus, data.draw(st.sampled_from(forgotten))))
    for profile_id, caps in applied_caps(corpus).items():
        assert caps <= after[profile_id]


def applied_caps(corpus: Corpus) -> dict[str, set[tuple[str, str]]]:
    """For each profile the caps of its claims that took effect."""
    asked = {r.id for s in default_rulebook().scorers for r in s.rules if r.on_unknown == "apply"}
    return {
        profile_id: {
            (scorer.subject, step.rule)
            for scorer in explanations
            for step in scorer.steps
            if scorer.on == "claim" and step.phase == "cap" and step.applied and step.rule in asked
        }
        for profile_id, explanations in explanations_of(corpus).items()
    }
