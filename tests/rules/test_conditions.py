"""Random conditions: every outcome is the one Google's CEL gives.

A case is one drawn condition on every row of a random workspace with holes. The drawn rules have
amounts and sentences that are drawn, too, and start from drawn pools: all of it is compared.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle import Oracle
from tests.oracle_cel import UNKNOWN
from tests.oracle_compare import disagreements, disagreements_ahead, values
from tests.package import (
    Corpus,
    Institution,
    Rule,
    Rulebook,
    Scorer,
    Source,
    build_tables,
    compile_rulebook,
    run_program,
)
from tests.rulebooks import drawn_rulebook, watching_rulebook
from tests.strategies import AS_OF, corpora, corpus_of, default_rulebook, rulebook_of

SEEDS = st.integers(0, 2**64 - 1)


def mismatches(corpus: Corpus, seed: int, conditions: int) -> list[str]:
    rulebook, program = drawn_rulebook(Random(seed), conditions)
    tables = build_tables(corpus, rulebook, AS_OF)
    return disagreements(run_program(rulebook, program, tables))


@settings(max_examples=20)
@given(corpora(), SEEDS)
def test_two_thousand_cases(corpus: Corpus, seed: int) -> None:
    assert mismatches(corpus, seed, 102) == []


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(corpora(), SEEDS)
def test_a_hundred_thousand_cases(corpus: Corpus, seed: int) -> None:
    assert mismatches(corpus, seed, 500) == []


@settings(max_examples=10)
@given(corpora(most_profiles=2), SEEDS)
def test_watch_rules_and_their_sentences(corpus: Corpus, seed: int) -> None:
    rulebook, program = watching_rulebook(Random(seed), 30)
    run = run_program(rulebook, program, build_tables(corpus, rulebook, AS_OF))
    assert disagreements_ahead(corpus, run, AS_OF) == []


def probe(subject: str, conditions: list[str]) -> Scorer:
    rules = [
        Rule(id=f"r{i}", when=text, add=0.001, because="drawn") for i, text in enumerate(conditions)
    ]
    return Scorer.model_validate({"name": "probe", "on": subject, "rules": rules})


def with_probes(probes: list[Scorer]) -> Rulebook:
    rulebook = default_rulebook()
    kept = [s for s in rulebook.scorers if s.on != "profile"]
    return rulebook.model_copy(
        update={"scorers": (*kept, *probes), "watch": (), "settings": rulebook.settings}
    )


def outcomes(condition: str, claim: dict[str, object]) -> tuple[object, object]:
    """What the engine and CEL make of a condition on one claim."""
    given = {"id": "c", "nature": "fact", "text": "One.", "sources": ["s"], **claim}
    source = Source(kind="source", id="s", title="S")
    profile = Institution.model_validate(
        {"kind": "institution", "id": "p", "name": "P", "claims": [given]}
    )
    rulebook = with_probes([probe("claim", [condition])])
    tables = build_tables(corpus_of([], [source], [profile]), rulebook, AS_OF)
    run = run_program(rulebook, compile_rulebook(rulebook), tables)
    rule = run.program.scorer("claim.probe").rules[0]
    expected = Oracle(rulebook, tables).evaluate("claim", 0, condition)
    (outcome,) = values(run, "claim", rule.outcome)
    return outcome, None if expected is UNKNOWN else expected


@pytest.mark.parametrize(
    "condition",
    [
        "claim.value / claim.value > 1.0",
        "claim.value / claim.value == claim.value / claim.value",
        "claim.value / claim.value != 1.0",
        "1.0 <= claim.value / claim.value",
        "max(claim.value / claim.value, 1.0) == 1.0",
        "min(1.0, claim.value / claim.value) == 1.0",
        "clamp(claim.value / claim.value, 0.0, 1.0) == 1.0",
        "1.0 / claim.value > 5.0",
        "-1.0 / claim.value > 5.0",
        "claim.contradictions / claim.contradictions > 0",
        "claim.contradictions % claim.contradictions > 0",
        "1 / 0 > 0 || claim.value < 1.0",
        "(1 / 0 > 0 ? 1 : 2) > 0",
        "half_life(180, 180) == 0.5",
        "half_life(10, 0) == 0.5 || true",
        "half_life(10, 0) == 0.5",
        "0.5 < half_life(claim.contradictions, 10)",
        "claim.value in [0.0, 1.0]",
        "claim.value - claim.value / claim.value in [0.0]",
        "-7 / 2 == -3 && -7 % 2 == -1",
        "size(claim.unit) == 1",
        "claim.unit.startsWith('') && claim.unit.matches('é?')",
        "claim.unit < 'z'",
        "string(claim.contradictions) + 'x' == '0x'",
        "int(claim.contradictions) == 0 && double(claim.contradictions) == 0.0",
        "(claim.value / claim.value > 1.0) == claim.key",
        "max(size(string(claim.contradictions)), 1) == (claim.value / 2.0 > 1.0 ? 1 : 2)",
        "true",
        "false || has(claim.section)",
        # Found by chance, once.
        "(claim.key ? 1 : 0) == 0 && !(claim.key ? true : false)",
        "1.0 / (claim.key ? 1.0 : -0.0) < 0.0 || 1.0 / (claim.key ? 1.0 : 0.0) > 0.0",
        "citations.filter(c, c.credibility > 9).filter(c, false).all(c, true)",
        "citations.filter(c, c.credibility > 9).map(c, false, c.age_days).size() == 0",
        'duration("0s") - duration("2562047h") < day("9999-12-31") - profile.as_of',
        'day("0001-01-02") - profile.as_of < duration("0s")',
        'days_between(profile.as_of, profile.as_of - duration("36h")) == -1',
        "half_life(4611686018427387904, 10) == 0.0",
        "half_life(9223372036854775807, 9223372036854775807) == 0.5",
        "max(claim.value, half_life(2, 0)) in [40.0, 1.0]",
        "claim.likelihood > claim.value / claim.value",
        "claim.value / 10.0 == 0.25 && claim.value * 9.0 / 22.5 == 1.0",
        "9.0 * claim.value / 2.5 / 1000.0 == 0.009 && 13.0 * claim.value / 2.5 / 1000.0 > 0.013",
        "claim.value / claim.value != claim.likelihood",
        "-(1 / 0) > 0 || abs(1 % 0) > 0 || double(1 / 0) > 0.5",
    ],
)
@pytest.mark.parametrize("value", [0, 2.5], ids=["zero", "two and a half"])
def test_what_columns_might_compute_otherwise(condition: str, value: float) -> None:
    claim: dict[str, object] = {"quantity": {"measure": "m", "value": value, "unit": "é"}}
    outcome, expected = outcomes(condition, claim)
    assert outcome == expected


FACTS = {
    "ratio": "claim.value / claim.value",
    "most": "9223372036854775807 - claim.contradictions",
    "thousands": "(claim.contradictions + 70000) * 70000",
    "millions": "claim.thousands * 4000",
}
RATIOS = "citations.map(c, claim.value / claim.value)"
MOSTS = "citations.map(c, 9223372036854775807)"


@pytest.mark.parametrize("value", [0, 2.5], ids=["zero", "two and a half"])
def test_what_facts_and_mapped_values_might_compute_otherwise(value: float) -> None:
    """What may overflow or be no number is seen through a name."""
    conditions = [
        *("claim.ratio > 1.0", "claim.ratio <= 1.0", "claim.ratio == claim.ratio"),
        *("max(claim.ratio, 0.5) > 0.1", "claim.ratio + 1.0 > 1.0", "claim.ratio in [1.0]"),
        *(f"{RATIOS}.exists(r, r > 1.0)", f"{RATIOS}.all(r, r > 1.0)", f"1.0 in {RATIOS}"),
        *(f"{RATIOS}.exists(r, r == r)", f"{RATIOS}.filter(r, r != r).size() > 0"),
        *("claim.most + 1 > 0", "claim.most + 1 < 0", "-claim.most - 5 > 0", "abs(claim.most) > 0"),
        *("claim.millions * 1000 > 0", "claim.thousands * claim.millions > 0"),
        *("half_life(claim.most, 30) < 0.5", "half_life(claim.millions, 30) < 0.5"),
        *(f"{MOSTS}.exists(m, m + 1 < 0)", f"{MOSTS}.exists(m, m + 1 > 0)", "p9 + 1 > 0"),
    ]
    facts = [{"name": n, "on": "claim", "expr": e} for n, e in FACTS.items()]
    drawn = rulebook_of({"scorers": [{"name": "n", "on": "claim"}], "facts": facts})
    parameters = {"p9": 2**63 - 1}
    book = with_probes([probe("claim", conditions)]).model_copy(
        update={"facts": drawn.facts, "parameters": parameters}
    )
    quantity = {"measure": "m", "value": value, "unit": "u"}
    claim = {"id": "c", "nature": "fact", "text": "One.", "sources": ["s"], "quantity": quantity}
    profile = Institution.model_validate(
        {"kind": "institution", "id": "p", "name": "P", "claims": [claim]}
    )
    tables = build_tables(
        corpus_of([], [Source(kind="source", id="s", title="S")], [profile]), book, AS_OF
    )
    assert disagreements(run_program(book, compile_rulebook(book), tables)) == []


@pytest.mark.parametrize(
    "rule",
    [
        {"add": "1e308"},
        {"add": "9223372036854775807.0 * 10.0"},
        {"cap": "claim.likelihood - 2.0", "on_unknown": "ignore"},
        {"cap": "0.0 - claim.value", "on_unknown": 0.2},
        {"floor": "claim.value", "on_unknown": "ignore"},
        {"multiply": "-1.5", "on_unknown": "ignore"},
        {"when": "false", "add": "claim.likelihood", "on_unknown": 0.3},
        {"when": "1 / 0 > 0", "add": "claim.likelihood", "on_unknown": 0.3},
    ],
    ids=str,
)
@pytest.mark.parametrize("value", [None, 2.5], ids=["no value", "a value"])
def test_amounts_of_any_size(rule: dict[str, object], value: float | None) -> None:
    claim: dict[str, object] = {"id": "c", "nature": "fact", "text": "One."}
    if value is not None:
        claim["quantity"] = {"measure": "m", "value": value, "unit": "u"}
    profile = Institution.model_validate(
        {"kind": "institution", "id": "p", "name": "P", "claims": [claim]}
    )
    scorer = {
        "name": "s",
        "on": "claim",
        "start": 0.5,
        "rules": [{"id": "r", "because": "b"} | rule],
    }
    rulebook = rulebook_of({"scorers": [scorer]})
    tables = build_tables(corpus_of([], [], [profile]), rulebook, AS_OF)
    run = run_program(rulebook, compile_rulebook(rulebook), tables)
    assert disagreements(run) == []
    assert 0 <= (run.scores(run.program.scorers[0])[0].points or 0) <= 1000


def test_every_score_is_the_decimal_it_is_written_as() -> None:
    """k thousandths are k/1000, and no neighbour of it."""
    numbers = list(range(1001))
    signs = ["(claim.value + 1.0) / 0.0 > 0.0", "(claim.value + 1.0) / -0.0 < 0.0"]
    claims = [
        {
            "id": f"c{k}",
            "nature": "fact",
            "text": "One.",
            "quantity": {"measure": "m", "value": k, "unit": "u"},
        }
        for k in numbers
    ]
    profile = Institution.model_validate(
        {"kind": "institution", "id": "p", "name": "P", "claims": claims}
    )
    rule = {"id": "r", "add": "claim.value / 1000.0", "because": "b"}
    turned = [
        {"id": f"t{n}", "when": text, "add": 0.0, "because": "b"} for n, text in enumerate(signs)
    ]
    same = {"id": "same", "when": "claim.carried == claim.value / 1000.0", "add": 1.0}
    book = rulebook_of(
        {
            "scorers": [
                {"name": "carried", "on": "claim", "rules": [rule]},
                {"name": "s", "on": "claim", "rules": [same | {"because": "b"}, *turned]},
            ]
        }
    )
    tables = build_tables(corpus_of([], [], [profile]), book, AS_OF)
    run = run_program(book, compile_rulebook(book), tables)
    assert disagreements(run) == []
    assert [s.points for s in run.scores(run.program.scorer("claim.s"))] == [1000] * len(numbers)


@settings(max_examples=5)
@given(corpora())
def test_a_pool_of_coverages_is_covered_as_the_scores_are(corpus: Corpus) -> None:
    take = "it.profile.coverage.confidence"
    pool = {"over": "citations", "take": take, "combine": "mean", "empty": "unknown"}
    bare = {"name": "confidence", "on": "profile"}
    pooled = {"name": "pooled", "on": "profile", "pool": pool}
    drawn = rulebook_of({"scorers": [bare, pooled]}).scorers[1:]
    base = default_rulebook().model_copy(update={"watch": ()})
    rulebook = base.model_copy(update={"scorers": (*base.scorers, *drawn)})
    tables = build_tables(corpus, rulebook, AS_OF)
    assert disagreements(run_program(rulebook, compile_rulebook(rulebook), tables)) == []
