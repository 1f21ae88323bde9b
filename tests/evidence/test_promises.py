"""What the rulebook promises about evidence, on random workspaces."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.package import (
    UNSEEN,
    AnyProfile,
    Assessment,
    Citation,
    Claim,
    Corpus,
    Lineage,
    Source,
    scored_claims,
    scored_profiles,
)
from tests.strategies import (
    AS_OF,
    corpora,
    default_rulebook,
    desk_of,
    explanations_of,
    replaced,
    scores_of,
    with_claim,
)

Points = dict[str, int | None]

_DATES = st.sampled_from([None, "2019", "2025-06-20", "2026-01-15"])


def points(desk: Assessment, scorer: str, *, profiles: bool = True) -> Points:
    """A score of every claim (``profile#claim``) and, if it has it, of every profile."""
    made = scores_of(desk, "claim", scorer)
    if profiles:
        made |= scores_of(desk, "profile", scorer)
    return {name: score.points for name, score in made.items()}


def raised(before: Points, after: Points) -> list[str]:
    """Which of them are higher than before; a score that was unknown has not been raised."""
    return [
        f"{name}: {was} to {now}"
        for name, was in before.items()
        if was is not None and (now := after[name]) is not None and now > was
    ]


def lowered(before: Points, after: Points) -> list[str]:
    """Which of them are lower than before, or unknown now."""
    return [
        f"{name}: {was} to {now}"
        for name, was in before.items()
        if was is not None and ((now := after[name]) is None or now < was)
    ]


def claims_of(corpus: Corpus) -> list[tuple[AnyProfile, Claim]]:
    return [(p, c) for p in scored_profiles(corpus, AS_OF) for c in scored_claims(p)]


def chosen_claim(data: st.DataObject, corpus: Corpus) -> tuple[AnyProfile, Claim]:
    claims = claims_of(corpus)
    assume(claims)
    return data.draw(st.sampled_from(claims))


def roots_seen(corpus: Corpus, claim: Claim) -> list[str]:
    """The roots that a claim cites in its support."""
    return [
        t.citation.id
        for t in Lineage(corpus, AS_OF).trace(claim.sources)
        if t.citation.stance == "supports" and not t.roots and t.origin != UNSEEN
    ]


def added(
    data: st.DataObject, corpus: Corpus, directness: str, cites: tuple[str, ...] = ()
) -> Source:
    """A source nobody has cited yet, of any publisher and date."""
    return Source.model_validate(
        {
            "kind": "source",
            "id": "s-added",
            "title": "Added",
            "publisher": data.draw(st.sampled_from([None, *corpus.publishers])),
            "published": data.draw(_DATES),
            "attribution": data.draw(st.sampled_from([None, "named", "none"])),
            "directness": directness,
            "cites": cites,
        }
    )


def citing(profile: AnyProfile, claim: Claim, source: Source) -> AnyProfile:
    cited = claim.model_copy(update={"sources": (*claim.sources, Citation(id=source.id))})
    return with_claim(profile, cited)


@given(corpora(), st.data())
def test_a_record_of_a_new_root_never_lowers(corpus: Corpus, data: st.DataObject) -> None:
    profile, claim = chosen_claim(data, corpus)
    source = added(data, corpus, "record")
    after = replaced(corpus, source, citing(profile, claim, source))
    before = points(desk_of(corpus), "confidence")
    assert lowered(before, points(desk_of(after), "confidence")) == []


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(corpora(), st.data())
def test_a_retelling_of_a_root_already_there_never_raises(
    corpus: Corpus, data: st.DataObject
) -> None:
    rooted = [(p, c, r) for p, c in claims_of(corpus) for r in roots_seen(corpus, c)]
    assume(rooted)
    profile, claim, root = data.draw(st.sampled_from(rooted))
    source = added(data, corpus, "secondary", (root,))
    after = replaced(corpus, source, citing(profile, claim, source))
    before = points(desk_of(corpus), "confidence")
    assert raised(before, points(desk_of(after), "confidence")) == []


@given(corpora(), st.data())
def test_documenting_what_a_source_draws_on_never_raises(
    corpus: Corpus, data: st.DataObject
) -> None:
    """What it disputes may gain: two disputes that turn out to be one weigh less."""
    names = sorted(corpus.sources)
    assume(len(names) > 1)
    later = data.draw(st.sampled_from(names[1:]))
    source = corpus.sources[later]
    earlier = data.draw(st.sampled_from(names[: names.index(later)]))
    lineage = Lineage(corpus, AS_OF)
    assume(lineage.canonical(later) != lineage.canonical(earlier))
    documented = source.model_copy(update={"cites": tuple({*source.cites, earlier})})
    before, after = desk_of(corpus), desk_of(replaced(corpus, documented))
    assert (
        raised(points(before, "support", profiles=False), points(after, "support", profiles=False))
        == []
    )
    if points(before, "dispute", profiles=False) == points(after, "dispute", profiles=False):
        assert raised(points(before, "confidence"), points(after, "confidence")) == []


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
