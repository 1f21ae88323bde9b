"""The order in which things are written changes nothing that is computed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from tests.package import AnyProfile, Assessment, Corpus, Rulebook, Trace
from tests.strategies import AS_OF, corpora, default_rulebook, desk_of, shipped

T = TypeVar("T")


def _mixed(random: Random, items: Sequence[T]) -> tuple[T, ...]:
    return tuple(random.sample(items, len(items)))


def shuffled_profile(profile: AnyProfile, random: Random) -> AnyProfile:
    claims = tuple(
        c.model_copy(
            update={
                "sources": _mixed(random, c.sources),
                "rests_on": _mixed(random, c.rests_on),
                "contradicts": _mixed(random, c.contradicts),
            }
        )
        for c in profile.claims
    )
    update = {
        "claims": _mixed(random, claims),
        "depends_on": _mixed(random, profile.depends_on),
        "topics": _mixed(random, profile.topics),
    }
    return profile.model_copy(update=update)


def shuffled_corpus(corpus: Corpus, random: Random) -> Corpus:
    sources = [
        s.model_copy(update={"cites": _mixed(random, s.cites)}) for s in corpus.sources.values()
    ]
    profiles = [shuffled_profile(p, random) for p in corpus.profiles.values()]
    return Corpus(
        dict(_mixed(random, [*corpus.publishers.items()])),
        {s.id: s for s in _mixed(random, sources)},
        {p.id: p for p in _mixed(random, profiles)},
    )


def shuffled_rulebook(rulebook: Rulebook, random: Random) -> Rulebook:
    scorers = [s.model_copy(update={"rules": _mixed(random, s.rules)}) for s in rulebook.scorers]
    scales = {name: bands[::-1] for name, bands in _mixed(random, [*rulebook.scales.items()])}
    return rulebook.model_copy(update={"scorers": _mixed(random, scorers), "scales": scales})


def every_score(desk: Assessment) -> list[tuple[str, str, str]]:
    """All scores but those of citations, by scorer and subject; two links may have one subject."""
    trace = Trace(desk.run)
    return sorted(
        (scorer.key, trace.subject(scorer.on, row), str(score))
        for scorer in desk.rulebook.scorers
        if scorer.on != "citation"
        for row, score in enumerate(desk.run.scores(desk.run.program.scorer(scorer.key)))
    )


@given(corpora(), st.randoms(use_true_random=True))
def test_the_order_of_documents_claims_and_rules(corpus: Corpus, random: Random) -> None:
    other = desk_of(shuffled_corpus(corpus, random), shuffled_rulebook(default_rulebook(), random))
    assert every_score(desk_of(corpus)) == every_score(other)


def test_the_order_changes_no_outlook_and_no_origin() -> None:
    corpus = shipped().corpus
    random = Random(1)
    here = desk_of(corpus, as_of=AS_OF).results
    there = desk_of(shuffled_corpus(corpus, random), as_of=AS_OF).results
    assert {i: (r.sources, r.outlook.until, r.outlook.horizon) for i, r in here.items()} == {
        i: (r.sources, r.outlook.until, r.outlook.horizon) for i, r in there.items()
    }
