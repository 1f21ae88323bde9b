"""Coverage: the distinct facts that a scorer's rules name, known ones over all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from tests.oracle_compare import disagreements
from tests.package import (
    CelError,
    Corpus,
    Institution,
    Rulebook,
    Run,
    Score,
    Source,
    compile_rulebook,
)
from tests.strategies import corpora, corpus_of, default_rulebook, desk_of, rulebook_of


def book(on: str, *rules: str, facts: Mapping[str, str] | None = None, **scorer: Any) -> Rulebook:
    """A scorer of rules with these conditions, and named facts of the same subject."""
    made = [
        {"id": f"r{n}", "when": when, "add": 0.1, "because": "b"} for n, when in enumerate(rules)
    ]
    return rulebook_of(
        {
            "facts": [{"name": n, "on": on, "expr": e} for n, e in (facts or {}).items()],
            "scorers": [{"name": "s", "on": on, "rules": made, **scorer}],
        }
    )


def run(rulebook: Rulebook, **profile: Any) -> Run:
    given = {"kind": "institution", "id": "p", "name": "P", **profile}
    return desk_of(corpus_of([], [], [Institution.model_validate(given)]), rulebook).run


def score(rulebook: Rulebook, **profile: Any) -> Score:
    made = run(rulebook, **profile)
    return made.scores(made.program.scorers[0])[0]


def coverage(rulebook: Rulebook, **profile: Any) -> int:
    return score(rulebook, **profile).coverage


def claim(id_: str, **fields: Any) -> dict[str, Any]:
    return {"id": id_, "nature": "fact", "text": f"Claim {id_}.", **fields}


ASKING = (
    'profile.domain == "Law"',
    'claims.exists(c, c.type == "mandate")',
    "dependents.size() > 0",
)


def test_known_facts_over_all() -> None:
    mandate = [claim("a", type="mandate")]
    assert coverage(book("profile", *ASKING)) == 0
    assert coverage(book("profile", *ASKING), domain="Law") == 333
    assert coverage(book("profile", *ASKING), domain="Law", claims=mandate) == 666


def test_a_collection_is_known_if_a_member_states_what_is_asked() -> None:
    asks = book("profile", 'claims.exists(c, c.type == "mandate")')
    assert coverage(asks, claims=[claim("a")]) == 0
    assert coverage(asks, claims=[claim("a"), claim("b", type="figure")]) == 1000


def test_a_fact_counts_once_however_many_rules_name_it() -> None:
    twice = book("profile", 'profile.domain == "Law"', "has(profile.domain)", "has(profile.type)")
    assert coverage(twice, domain="Law") == 500


def test_named_facts_count_as_what_they_read() -> None:
    facts = {"legal": 'profile.domain == "Law"', "placed": "profile.legal && has(profile.region)"}
    asks = book("profile", "profile.placed", "profile.legal", facts=facts)
    assert coverage(asks, domain="Law") == 500


def test_what_every_profile_has_does_not_count() -> None:
    asks = book("profile", 'profile.kind == "event"', 'profile.domain == "Law"')
    assert coverage(asks) == 0


@pytest.mark.parametrize("combine", ["noisy_or", "mean", "max", "min", "sum"])
def test_a_pool_over_nothing_known_is_not_covered(combine: str) -> None:
    pool = {"over": "claims", "take": "it.likelihood", "combine": combine, "empty": 0}
    asks = book("profile", pool=pool)
    assert coverage(asks) == 0
    assert coverage(asks, claims=[claim("a")]) == 0
    forecast = {"id": "b", "nature": "forecast", "text": "B.", "likelihood": 0.5}
    assert coverage(asks, claims=[claim("a"), forecast]) == 1000


def test_below_the_least_coverage_nothing_is_rated() -> None:
    asks = book("profile", *ASKING, rated_from=0.5)
    below = score(asks, domain="Law")
    assert (below.points, below.coverage, below.rated) == (None, 333, False)
    above = score(asks, domain="Law", claims=[claim("a", type="figure")])
    assert (above.points, above.coverage, above.rated) == (100, 666, True)


def test_facts_that_are_not_asked_of_a_type_do_not_count() -> None:
    spared = {"facts": ["profile.domain", "dependents"], "when": 'profile.type == "regulator"'}
    asks = book("profile", *ASKING, not_asked=[spared])
    assert coverage(asks, type="company", domain="Law") == 333
    assert coverage(asks, type="regulator") == 0
    assert coverage(asks, type="regulator", claims=[claim("a", type="mandate")]) == 1000
    assert disagreements(run(asks, type="regulator", domain="Law")) == []


def test_a_fact_that_no_rule_names_cannot_be_spared() -> None:
    spared = {"facts": ["profile.region"], "when": "true"}
    with pytest.raises(CelError) as caught:
        compile_rulebook(book("profile", *ASKING, not_asked=[spared]))
    (problem,) = caught.value.problems
    assert problem.code == "unnamed-fact"
    assert problem.value.path == ("scorers", 0, "not_asked", 0, "facts", 0)


def test_a_mistake_in_what_is_spared_has_its_place() -> None:
    when = "claims.exists(c, citations.exists(d, d.stance == profile.domain))"
    spared = {"facts": ["profile.domain"], "when": when}
    with pytest.raises(CelError) as caught:
        compile_rulebook(book("profile", *ASKING, not_asked=[spared]))
    (problem,) = caught.value.problems
    assert problem.value.path == ("scorers", 0, "not_asked", 0, "when")


def test_with_nothing_known_no_shipped_score_is_covered() -> None:
    """A profile with a claim, a citation and an edge of which nothing more is stated."""
    source = Source.model_validate(
        {"kind": "source", "id": "x", "title": "X", "url": "https://x.example/a"}
    )
    claims = [claim("a", key=True, sources=["x"])]
    profile = Institution.model_validate(
        {"kind": "institution", "id": "p", "name": "P", "claims": claims}
    )
    found = desk_of(corpus_of([], [source], [profile]), default_rulebook()).run
    scorers = [s for s in found.program.scorers if s.scorer.on in ("citation", "claim", "profile")]
    covered = {s.scorer.key: found.scores(s)[0].coverage for s in scorers}
    assert set(covered.values()) == {0}


@settings(deadline=None)
@given(corpora())
def test_another_claim_never_lowers_the_coverage_of_a_profile(corpus: Corpus) -> None:
    rulebook = default_rulebook()
    fewer = desk_of(_with_last_claim_dropped(corpus), rulebook).run
    more = desk_of(corpus, rulebook).run
    for scorer in more.program.on("profile"):
        for before, after in zip(fewer.scores(scorer), more.scores(scorer), strict=True):
            assert before.coverage <= after.coverage


def _with_last_claim_dropped(corpus: Corpus) -> Corpus:
    kept = {i: p.model_copy(update={"claims": p.claims[:-1]}) for i, p in corpus.profiles.items()}
    return replace(corpus, profiles=kept)
