"""Cases that are scored together give the results that each gives alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.model.rule_cases import Expectation, Expected, LoadedCase, RuleCase
from assay.scoring.rule_tests import RuleTester
from tests.package import (
    Corpus,
    Explainer,
    Program,
    Rulebook,
    ScoreExplanation,
    build_tables,
    compile_rulebook,
    run_program,
)
from tests.strategies import AS_OF, corpora, default_rulebook, unwatched

DATES = (AS_OF, date(2026, 6, 1))
EVERYTHING = Expectation(fired=("no-such-rule",))
"""An expectation that no score meets, so that the result has every explanation."""


def _case(corpus: Corpus, as_of: date, rulebook: Rulebook) -> LoadedCase:
    every = {
        on: {s.name: EVERYTHING for s in rulebook.scorers if s.on == on}
        for on in ("profile", "claim", "citation")
    }
    claims = [f"{p.id}#{c.id}" for p in corpus.profiles.values() for c in p.claims]
    citations = [
        f"{p.id}#{c.id}@{s.id}"
        for p in corpus.profiles.values()
        for c in p.claims
        for s in c.sources
    ]
    expect = Expected(
        profile=every["profile"],
        claims=dict.fromkeys(claims, every["claim"]),
        citations=dict.fromkeys(citations, every["citation"]),
    )
    case = RuleCase(name="a case", expect=expect)
    return LoadedCase(case, corpus, "p0", as_of, "rules.test.yaml", 1)


def _alone(case: LoadedCase, rulebook: Rulebook, program: Program) -> list[ScoreExplanation]:
    """Explanations of every score of the case, computed from its documents alone."""
    run = run_program(rulebook, program, build_tables(case.corpus, rulebook, case.as_of))
    explainer = Explainer(run)
    return [e for row in run.profile_rows.values() for e in explainer.profile(row)]


def _ordered(explanations: Iterable[ScoreExplanation]) -> list[ScoreExplanation]:
    return sorted(explanations, key=lambda e: (e.on, e.subject, e.name))


@settings(max_examples=10)
@given(st.lists(st.tuples(corpora(), st.sampled_from(DATES)), min_size=2, max_size=4))
def test_cases_do_not_affect_each_other(given: list[tuple[Corpus, date]]) -> None:
    rulebook = unwatched(default_rulebook())
    program = compile_rulebook(rulebook)
    cases = [_case(corpus, as_of, rulebook) for corpus, as_of in given]
    together = RuleTester(rulebook, covered=False).run(cases)
    for case, result in zip(cases, together, strict=True):
        found = [d.explanation for d in result.differences if d.explanation]
        alone = [
            e
            for e in _alone(case, rulebook, program)
            if e.on in ("claim", "citation") or e.subject == case.subject
        ]
        assert _ordered(found) == _ordered(alone)
