"""What the linter takes for possible: never less than happens, and no more than it must."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle_compare import values
from tests.package import Analysis, Corpus, build_tables, compile_rulebook, run_program
from tests.rulebooks import drawn_rulebook
from tests.strategies import AS_OF, corpora, rulebook_of


@settings(max_examples=12)
@given(corpora(), st.integers(0, 2**64 - 1))
def test_nothing_happens_that_is_said_to_be_impossible(corpus: Corpus, seed: int) -> None:
    rulebook, program = drawn_rulebook(Random(seed), 60)
    run = run_program(rulebook, program, build_tables(corpus, rulebook, AS_OF))
    analysis = Analysis(program)
    for columns in program.scorers:
        on = columns.scorer.on
        limits = analysis.column(on, columns.score)
        for score in run.engine.column(on, columns.score).to_list():
            assert limits.unknown if score is None else limits.low <= score <= limits.high
        for rule in columns.rules:
            possible = analysis.expression(on, rule.outcome).outcomes
            happened = {
                "unknown" if v is None else "true" if v else "false"
                for v in values(run, on, rule.outcome)
            }
            assert happened <= possible, rule.rule.when


@pytest.mark.parametrize(
    ("when", "outcomes"),
    [
        ("claim.contradictions > 3 && claim.contradictions < 4", {"false"}),
        ("claim.contradictions >= 3 && claim.contradictions < 4", {"true", "false"}),
        ("claim.likelihood > 0.3 && claim.likelihood < 0.4", {"true", "false", "unknown"}),
        ("claim.likelihood > 1.0", {"false", "unknown"}),
        ("claim.likelihood >= 1.0", {"true", "false", "unknown"}),
        ("has(claim.likelihood) && claim.likelihood > 1.0", {"false", "unknown"}),
        ('claim.nature in ["fact", "attributed", "judgement", "assumption", "forecast"]', {"true"}),
        ('claim.holds in ["dated", "standing"]', {"true", "unknown"}),
        ('claim.nature in ["rumour"]', {"false"}),
        ('claim.nature == "fact" && claim.nature == "forecast"', {"false"}),
        ('claim.nature != "fact" || claim.nature == "fact"', {"true"}),
        ("claim.key || !claim.key", {"true"}),
        ("claim.key && !claim.key", {"false"}),
        ("claim.key && claim.value > 0.0", {"true", "false", "unknown"}),
        ("claim.value > 0.0 || claim.key", {"true", "false", "unknown"}),
        ("claim.value > 0.0 && false", {"false"}),
        ("(claim.key ? 1 : 2) > 2", {"false"}),
        ("(claim.key ? 1 : 2) >= 1", {"true"}),
        ("(claim.contradictions > 5 ? claim.contradictions : 6) > 5", {"true"}),
        ("citations.size() >= 0", {"true"}),
        ("citations.size() < 0", {"false"}),
        ("citations.exists(c, c.credibility > 5)", {"false", "unknown"}),
        ("size(claim.id) >= 0", {"true"}),
        ("min(claim.contradictions, 3) <= 3", {"true"}),
        ("max(claim.contradictions, 3) >= 3", {"true"}),
        ("clamp(claim.likelihood, 0.2, 0.5) > 0.5", {"false", "unknown"}),
        ("half_life(claim.contradictions, 30) > 1.0", {"false"}),
        ("half_life(30, claim.contradictions) > 1.0", {"false", "unknown"}),
        ('profile.kind == "event" && has(profile.base)', {"true", "false"}),
    ],
)
def test_what_a_condition_can_come_to(when: str, outcomes: set[str]) -> None:
    rule = {"id": "r", "when": when, "add": 0.1, "because": "b"}
    program = compile_rulebook(
        rulebook_of({"scorers": [{"name": "s", "on": "claim", "rules": [rule]}]})
    )
    found = Analysis(program).expression("claim", program.scorers[0].rules[0].outcome)
    assert found.outcomes == outcomes


@pytest.mark.parametrize("combine", ["mean", "min", "max", "sum", "noisy_or"])
def test_a_pool_reaches_no_further_than_its_elements(combine: str) -> None:
    pool = {"over": "citations", "take": "it.carried", "combine": combine, "empty": "unknown"}
    carried = {"id": "r", "when": "has(citation.kind)", "add": 0.3, "because": "b"}
    book = rulebook_of(
        {
            "scorers": [
                {"name": "carried", "on": "citation", "rules": [carried]},
                {"name": "pooled", "on": "claim", "pool": pool},
            ]
        }
    )
    program = compile_rulebook(book)
    found = Analysis(program).column("claim", "start.pooled")
    most = {"sum": 300 * 2**31, "noisy_or": 1000}.get(combine, 300)
    assert found.unknown
    assert (found.low, found.high) == (0, most)
