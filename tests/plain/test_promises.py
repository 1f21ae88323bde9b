"""The promises of the doctrine, tried on random worlds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model.base import Model
from assay.model.documents import (
    AnyProfile,
    Citation,
    Claim,
    Corpus,
    Dependency,
    Publisher,
    Source,
)
from tests.plain import evidence, impact
from tests.plain.evidence import Evidence, Scores, claim_scores
from tests.plain.test_against_engine import disagreements
from tests.plain.test_ladder import all_lines
from tests.plain.worlds import (
    AS_OF,
    KINDS,
    PERIODS,
    Document,
    claim,
    corpus,
    institution,
    maybe,
    publisher,
    some,
    source,
    worlds,
)

RANDOM = st.randoms(use_true_random=False)
TRIES = 6
"""Edits tried on each world."""

WORTH = [None, "self_report", "secondary", "first_hand", "record"]
"""The kinds, weakest first."""

M = TypeVar("M", bound=Model)
Key = tuple[str, str]


def scores_of(world: Corpus) -> dict[Key, Scores]:
    return claim_scores(world, AS_OF, PERIODS)


def edited(model: M, **fields: Any) -> M:
    return model.model_copy(update=fields)


def with_document(world: Corpus, document: Publisher | Source | AnyProfile) -> Corpus:
    publishers, sources = dict(world.publishers), dict(world.sources)
    profiles = dict(world.profiles)
    if isinstance(document, Publisher):
        publishers[document.id] = document
    elif isinstance(document, Source):
        sources[document.id] = document
    else:
        profiles[document.id] = document
    return Corpus(publishers, sources, profiles)


def with_claim(world: Corpus, key: Key, claim: Claim) -> Corpus:
    profile = world.profiles[key[0]]
    claims = tuple(claim if c.id == key[1] else c for c in profile.claims)
    return with_document(world, edited(profile, claims=claims))


def any_claim(random: Random, world: Corpus) -> tuple[Key, Claim]:
    return random.choice([((p.id, c.id), c) for p in world.profiles.values() for c in p.claims])


def evident(random: Random, world: Corpus) -> Source:
    """A source that a claim cites, or one behind it."""
    claims = [c for p in world.profiles.values() for c in p.claims if c.sources]
    if not claims:
        return random.choice(list(world.sources.values()))
    source = world.sources[random.choice(random.choice(claims).sources).id]
    while source.cites and random.random() < 0.4:
        source = world.sources[random.choice(source.cites)]
    return source


def cited_too(
    random: Random, world: Corpus, stance: str, kinds: list[str | None], **fields: Any
) -> tuple[Corpus, Key, Citation] | None:
    """The world with one more citation of some kind; None if a claim cites all sources."""
    key, claim = any_claim(random, world)
    free = [i for i in world.sources if i not in {c.id for c in claim.sources}]
    if not free:
        return None
    source = random.choice(free)
    earlier = [i for i in world.sources if int(i[1:]) < int(source[1:]) // 2]
    citation = Citation(
        id=source,
        stance=stance,
        directness=random.choice(kinds),
        cites=tuple(some(random, earlier, 2)) if random.random() < 0.3 else None,
        **fields,
    )
    more = edited(claim, sources=(*claim.sources, citation))
    return with_claim(world, key, more), key, citation


def assert_none_lower(before: Mapping[Key, Scores], after: Mapping[Key, Scores]) -> None:
    assert {k: s for k, s in before.items() if after[k].confidence < s.confidence} == {}
    assert {k: s for k, s in before.items() if after[k].support < s.support} == {}


def assert_no_side_heavier(before: Mapping[Key, Scores], after: Mapping[Key, Scores]) -> None:
    assert {k: s for k, s in before.items() if after[k].support > s.support} == {}
    assert {k: s for k, s in before.items() if after[k].dispute > s.dispute} == {}


# 1 and 2: further evidence -------------------------------------------------------------------


@given(worlds(), RANDOM)
def test_a_supporting_record_or_first_hand_report_never_lowers(
    world: Corpus, random: Random
) -> None:
    before = scores_of(world)
    for _ in range(TRIES):
        credibility = maybe(random, [1, 2, 3])
        added = cited_too(
            random, world, "supports", ["record", "first_hand"], credibility=credibility
        )
        if added:
            assert_none_lower(before, scores_of(added[0]))


@given(worlds(), RANDOM)
def test_secondary_reports_never_raise_above_the_strongest_of_them(
    world: Corpus, random: Random
) -> None:
    before = scores_of(world)
    for _ in range(TRIES):
        added = cited_too(random, world, "supports", ["secondary"])
        if added:
            fuller, key, citation = added
            claim = next(c for c in fuller.profiles[key[0]].claims if c.id == key[1])
            alone = with_claim(fuller, key, edited(claim, sources=(citation,)))
            report = scores_of(alone)[key].support
            assert report <= max(evidence.SECONDARY.values())
            assert scores_of(fuller)[key].support == max(before[key].support, report)


# 3: lineage and identity ---------------------------------------------------------------------


def is_acyclic(world: Corpus) -> bool:
    """Whether no publication draws on itself through ``cites``."""
    versions = Evidence(world, AS_OF, PERIODS).versions
    citations = [c for p in world.profiles.values() for k in p.claims for c in k.sources]
    graph: dict[frozenset[str], set[frozenset[str]]] = {}
    cites = [(s.id, s.cites) for s in world.sources.values()]
    for citing, cited in [*cites, *((c.id, c.cites or ()) for c in citations)]:
        behind = {versions[c] for c in cited if c in versions}
        graph.setdefault(versions[citing], set()).update(behind)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return False
    return all(own not in behind for own, behind in graph.items())


def lineage_written(random: Random, world: Corpus) -> Corpus:
    """The world with a lineage, an identity or an owner that nothing said before."""
    source, other = evident(random, world), random.choice(list(world.sources.values()))
    choice = random.randrange(6)
    if choice == 0:
        return with_document(world, edited(source, cites=(*source.cites, other.id)))
    if choice == 1:
        return with_document(world, edited(source, same_as=(*source.same_as, other.id)))
    if choice == 2 and source.revises is None:
        return with_document(world, edited(source, revises=other.id))
    if choice == 3 and source.url is None:
        return with_document(world, edited(source, url=other.url or "https://a.org/new"))
    if choice == 4:
        publisher = random.choice(list(world.publishers.values()))
        owner = random.choice(["house-a", "house-b", *world.publishers])
        return with_document(world, edited(publisher, owner=publisher.owner or owner))
    key, claim = any_claim(random, world)
    cited = [
        edited(c, cites=(*(world.sources[c.id].cites if c.cites is None else c.cites), other.id))
        for c in claim.sources
    ]
    return with_claim(world, key, edited(claim, sources=tuple(cited)))


@given(worlds(), RANDOM)
def test_lineage_and_identity_never_add_weight_to_a_side(world: Corpus, random: Random) -> None:
    before = scores_of(world)
    for _ in range(TRIES):
        linked = lineage_written(random, world)
        if is_acyclic(linked):
            assert_no_side_heavier(before, scores_of(linked))


# 4: what is not known ------------------------------------------------------------------------


def with_a_field_deleted(random: Random, world: Corpus) -> Corpus:
    """The world without one field, but for those that may add weight when they are withdrawn."""
    key, claim = any_claim(random, world)
    source = evident(random, world)
    publisher = world.publishers.get(source.publisher or "")
    weak = publisher is not None and publisher.reliability in ("D", "E")
    choice = random.randrange(4)
    if choice == 0 and publisher and not weak:
        return with_document(world, edited(publisher, reliability=None))
    if choice == 1:
        fields = ["published", "directness", "attribution", "not_same_as_reason"]
        name = random.choice(fields if weak else [*fields, "publisher"])
        return with_document(world, edited(source, **{name: None}))
    if choice == 2:
        name = random.choice(["type", "holds", "checked", "rests_on"])
        empty = () if name == "rests_on" else None
        return with_claim(world, key, edited(claim, **{name: empty}))
    cited = [without_a_field(random, c, world.sources[c.id]) for c in claim.sources]
    return with_claim(world, key, edited(claim, sources=tuple(cited)))


def without_a_field(random: Random, citation: Citation, source: Source) -> Citation:
    if random.random() < 0.5:
        kept = citation.credibility if citation.credibility in (4, 5) else None
        return edited(citation, credibility=kept)
    # A record by another body is of unknown kind: weaker than the first-hand report it hides.
    weaker = WORTH.index(citation.directness) < WORTH.index(source.directness)
    if citation.directness is None or weaker or citation.directness == "record":
        return citation
    return edited(citation, directness=None)


@given(worlds(), RANDOM)
def test_deleting_a_field_never_adds_weight_to_its_side(world: Corpus, random: Random) -> None:
    before = scores_of(world)
    for _ in range(TRIES):
        after = scores_of(with_a_field_deleted(random, world))
        assert_no_side_heavier(before, after)


# 5: disputes and time ------------------------------------------------------------------------


@given(worlds(), RANDOM)
def test_a_dispute_never_raises(world: Corpus, random: Random) -> None:
    before = scores_of(world)
    for _ in range(TRIES):
        credibility = maybe(random, [1, 2, 3, 4, 5])
        added = cited_too(random, world, "disputes", [None, *KINDS], credibility=credibility)
        if added:
            assert_none_lower(
                {k: Scores(0, 0, s.confidence, 0) for k, s in scores_of(added[0]).items()}, before
            )


@given(worlds(), st.integers(min_value=1, max_value=4000))
def test_time_alone_never_raises(world: Corpus, days: int) -> None:
    later = claim_scores(world, AS_OF + timedelta(days), PERIODS)
    assert_none_lower(later, scores_of(world))
    aged = Evidence(world, AS_OF, PERIODS).all_scores(AS_OF + timedelta(days))
    assert aged == later


@given(worlds(), RANDOM)
def test_a_recheck_never_lowers(world: Corpus, random: Random) -> None:
    before = scores_of(world)
    for _ in range(TRIES):
        key, claim = any_claim(random, world)
        checked = max(claim.checked or AS_OF, AS_OF)
        assert_none_lower(before, scores_of(with_claim(world, key, edited(claim, checked=checked))))


# 6: no number is idle ------------------------------------------------------------------------


def patches() -> Iterator[Any]:
    """Each number of the doctrine, changed or lifted."""
    for name in ("RECORD", "FIRST_HAND_UNRATED", "OTHER", "D_FACTOR", "E_CAP", "LEAST_FADE"):
        yield name, getattr(evidence, name) + 10
    for name in ("SUPPORT_CAP", "ONE_FAMILY_CAP", "UNPROVEN_CAP", "JUDGEMENT_CAP"):
        yield name, evidence.ONE
    yield "LARGEST_SET", 2
    yield "LARGEST_SET", 4
    yield "ASSUMPTION_FLOOR", 0
    for name in ("FIRST_HAND", "SECONDARY", "CREDIBILITY_CAPS", "DISPUTE_CAPS"):
        numbers: dict[Any, int] = getattr(evidence, name)
        for key in numbers:
            yield name, numbers | {key: evidence.ONE}


@pytest.mark.parametrize(("name", "value"), list(patches()))
def test_every_number_decides_some_score(
    name: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = all_lines()
    evidence.faded.cache_clear()
    monkeypatch.setattr(evidence, name, value)
    after = all_lines()
    evidence.faded.cache_clear()
    assert after != before


def test_dependence_decides_a_band() -> None:
    words = {"severity": "medium", "substitutability": "months", "geography": "several countries"}
    rated = {f: impact.Word(word, 620) for f, word in words.items()}
    alone = impact.estimate(impact.INSTITUTION, rated)
    lifted = impact.estimate(impact.INSTITUTION, rated, lift=600)
    assert (alone.floor, alone.level) == (418, "Medium")
    assert (lifted.floor, lifted.level) == (505, "High")


def depended(indirect: bool) -> Corpus:
    """A body whose dependents are one that depends on it and, if so, one that depends on that."""
    edge = {"relation": "built_on", "criticality": "high", "claims": ["c"]}
    factors = {"severity": "high", "users": "millions", "substitutability": "hours",
               "market_share": "under 5 %", "geography": "part of a country"}  # fmt: skip
    rated = [{"factor": f, "is": word, "claims": ["c"]} for f, word in factors.items()]
    names = ["centre", "near", "far"] if indirect else ["centre", "near"]
    documents: list[Document] = []
    for name, on in zip(names, [None, *names], strict=False):
        documents += [publisher(name, speaks_for=[name]), source(f"{name}-act", name, "record")]
        edges = [{**edge, "on": on}] if on else []
        body = institution(name, claim("c", f"{name}-act"), depends_on=edges, factors=rated)
        documents.append(body)
    return corpus(*documents)


def test_a_dependent_at_two_hops_decides_a_band() -> None:
    without, with_it = (
        impact.profile_scores(depended(indirect), AS_OF, PERIODS)["centre"]
        for indirect in (False, True)
    )
    assert (without.dependence, without.impact.floor, without.impact.level) == (320, 499, "Medium")
    assert (with_it.dependence, with_it.impact.floor, with_it.impact.level) == (355, 503, "High")
    assert disagreements(depended(indirect=False), AS_OF) == []
    assert disagreements(depended(indirect=True), AS_OF) == []


@given(worlds(), RANDOM)
def test_another_dependency_never_lowers_dependence(world: Corpus, random: Random) -> None:
    lower, upper = (random.choice(list(world.profiles.values())) for _ in range(2))
    if lower.id == upper.id or not lower.claims:
        return
    edge = {"on": upper.id, "relation": "built_on", "claims": [random.choice(lower.claims).id]}
    further = (*lower.depends_on, Dependency.model_validate(edge))
    after = with_document(world, edited(lower, depends_on=further))
    before, then = (impact.profile_scores(w, AS_OF, PERIODS) for w in (world, after))
    assert all(then[i].dependence >= before[i].dependence for i in world.profiles)
