"""What the rulebook promises about evidence, on random workspaces."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from assay.evidence.origins import Lineage
from assay.model.corpus import Corpus
from assay.model.evidence import Citation, Claim, Source
from assay.model.profile import AnyProfile
from assay.pipeline import Desk
from assay.tables.build import scored_claims, scored_profiles
from tests.strategies import AS_OF, corpora, desk_of, replaced, with_claim

Points = dict[str, int | None]

_DATES = st.sampled_from([None, "2019", "2025-06-20", "2026-01-15"])


def points(desk: Desk, scorer: str) -> Points:
    """A score of every claim (``profile#claim``), and of every profile that has it."""
    made: Points = {}
    for profile_id, result in desk.results.items():
        if scorer in result.scores:
            made[profile_id] = result.scores[scorer].points
        for claim_id, scores in result.claims.items():
            made[f"{profile_id}#{claim_id}"] = scores[scorer].points
    return made


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


def chosen_claim(data: st.DataObject, corpus: Corpus) -> tuple[AnyProfile, Claim]:
    claims = [(p, c) for p in scored_profiles(corpus, AS_OF) for c in scored_claims(p)]
    assume(claims)
    return data.draw(st.sampled_from(claims))


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


@given(corpora(), st.data())
def test_a_retelling_of_a_root_already_there_never_raises(
    corpus: Corpus, data: st.DataObject
) -> None:
    profile, claim = chosen_claim(data, corpus)
    traced = Lineage(corpus, AS_OF).trace(claim.sources)
    roots = [
        t.citation.id
        for t in traced
        if t.citation.stance == "supports" and not t.roots and t.origin != "unseen"
    ]
    assume(roots)
    source = added(data, corpus, "retelling", (data.draw(st.sampled_from(roots)),))
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
    assert raised(claims_only(before, "support"), claims_only(after, "support")) == []
    if claims_only(before, "dispute") == claims_only(after, "dispute"):
        assert raised(points(before, "confidence"), points(after, "confidence")) == []


def claims_only(desk: Desk, scorer: str) -> Points:
    return {name: p for name, p in points(desk, scorer).items() if "#" in name}


@given(corpora())
def test_a_rule_for_the_unknown_takes_effect_there(corpus: Corpus) -> None:
    """What says on_unknown: apply is only lifted by knowing that its condition is false."""
    desk = desk_of(corpus)
    explained = desk.explain(list(desk.run.profile_rows))
    applying = {
        (s.on, s.name, r.id)
        for s in desk.rulebook.scorers
        for r in s.rules
        if r.on_unknown == "apply"
    }
    assert applying
    for explanation in explained.values():
        for scorer in explanation.scorers:
            for step in scorer.steps:
                if (scorer.on, scorer.name, step.rule) in applying:
                    assert step.applied == (step.outcome != "false")


@given(corpora(), st.data())
def test_forgetting_a_field_lifts_no_cap_on_a_claim(corpus: Corpus, data: st.DataObject) -> None:
    """Of the fields that caps ask for themselves; others go through the scores they carry."""
    profile, claim = chosen_claim(data, corpus)
    forgotten: list[Source | AnyProfile] = [
        s.model_copy(update={"published": None}) for s in corpus.sources.values() if s.published
    ]
    if claim.holds:
        forgotten.append(with_claim(profile, claim.model_copy(update={"holds": None})))
    assume(forgotten)
    before = desk_of(corpus)
    after = desk_of(replaced(corpus, data.draw(st.sampled_from(forgotten))))
    for profile_id, caps in applied_caps(before).items():
        assert caps <= applied_caps(after)[profile_id]


def applied_caps(desk: Desk) -> dict[str, set[tuple[str, str]]]:
    """For each profile the caps of its claims that took effect."""
    asked = {r.id for s in desk.rulebook.scorers for r in s.rules if r.on_unknown == "apply"}
    return {
        profile_id: {
            (scorer.subject, step.rule)
            for scorer in explanation.scorers
            for step in scorer.steps
            if scorer.on == "claim"
            and step.phase == "cap"
            and step.applied
            and step.rule in asked
        }
        for profile_id, explanation in desk.explain(list(desk.run.profile_rows)).items()
    }
