"""How often rules decide: a score differs without them."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from assay.scoring.deciding import RuleUse, idle_rules, rule_uses
from tests.package import (
    Corpus,
    Institution,
    Rule,
    Rulebook,
    Scorer,
    build_tables,
    compile_rulebook,
    run_program,
)
from tests.strategies import AS_OF, corpora, corpus_of, default_rulebook, rulebook_of


def run_of(corpus: Corpus, rulebook: Rulebook) -> Any:
    tables = build_tables(corpus, rulebook, AS_OF)
    return run_program(rulebook, compile_rulebook(rulebook), tables)


def profiles(*gaps: int) -> Corpus:
    made = [
        Institution.model_validate(
            {"kind": "institution", "id": f"p{n}", "name": "P", "gaps": ["x"] * n}
        )
        for n in gaps
    ]
    return corpus_of([], [], made)


def rules(*given: dict[str, Any], start: float = 0.0) -> Rulebook:
    made = [
        {"id": f"r{i}", "because": "b", "on_unknown": "ignore", **g} for i, g in enumerate(given)
    ]
    return rulebook_of({"scorers": [{"name": "s", "on": "profile", "start": start, "rules": made}]})


def uses(corpus: Corpus, rulebook: Rulebook) -> list[RuleUse]:
    return list(rule_uses(run_of(corpus, rulebook)).values())


def test_a_cap_above_a_stricter_one_applies_and_decides_nothing() -> None:
    rulebook = rules(
        {"when": "profile.gaps > 0", "cap": 0.6},
        {"when": "profile.gaps > 1", "cap": 0.3},
        start=0.8,
    )
    assert uses(profiles(2, 3), rulebook) == [RuleUse(2, 2, 0), RuleUse(2, 2, 2)]
    assert uses(profiles(0, 1, 2), rulebook) == [RuleUse(3, 2, 1), RuleUse(3, 1, 1)]


def test_two_equal_caps_decide_nothing_alone() -> None:
    rulebook = rules({"when": "true", "cap": 0.6}, {"when": "true", "cap": 0.6}, start=0.8)
    assert uses(profiles(0), rulebook) == [RuleUse(1, 1, 0), RuleUse(1, 1, 0)]


def test_amounts_that_a_cap_or_the_end_of_the_scale_takes_away_decide_nothing() -> None:
    added = {"when": "profile.gaps > 0", "add": 0.3}
    assert uses(profiles(1), rules(added, {"when": "true", "cap": 0.8}, start=0.9)) == [
        RuleUse(1, 1, 0),
        RuleUse(1, 1, 1),
    ]
    assert uses(profiles(1), rules(added, start=1.0)) == [RuleUse(1, 1, 0)]
    assert uses(profiles(1), rules(added, start=0.9)) == [RuleUse(1, 1, 1)]


def test_floors_and_products() -> None:
    rulebook = rules(
        {"when": "true", "multiply": 0.5}, {"when": "profile.gaps > 0", "floor": 0.4}, start=0.5
    )
    assert uses(profiles(0, 1), rulebook) == [RuleUse(2, 2, 2), RuleUse(2, 1, 1)]


def test_what_is_reported() -> None:
    rulebook = rules({"when": "profile.gaps > 5", "add": 0.1}, {"when": "true", "add": 0.1})
    run = run_of(profiles(0, 1), rulebook)
    (found,) = idle_rules(run, {("profile.s", "r0"): RuleUse(4, 1, 0)}, 4)
    assert (found.code, found.severity) == ("rule-decides-nothing", "info")
    assert found.message == (
        "the rule 'r0' decides no score: it applies to 0 of 2 profiles in this workspace, and to "
        "1 of 4 profiles in 4 rule tests"
    )
    assert list(idle_rules(run, {("profile.s", "r0"): RuleUse(4, 1, 1)}, 4)) == []


def without(scorer: Scorer, rule: Rule) -> Scorer:
    """The scorer without a rule, and without the facts that are not asked and only it names."""
    rules = tuple(r for r in scorer.rules if r != rule)
    text = str([rules, scorer.start, scorer.pool, scorer.rated_when])
    exempt = [
        n.model_copy(update={"facts": tuple(f for f in n.facts if f in text)})
        for n in scorer.not_asked
    ]
    asked = tuple(n for n in exempt if n.facts)
    return scorer.model_copy(update={"rules": rules, "not_asked": asked})


@settings(max_examples=8)
@given(corpora())
def test_a_rule_decides_where_the_score_differs_without_it(corpus: Corpus) -> None:
    """Compared with the engine on a rulebook that lacks the rule."""
    rulebook = default_rulebook().model_copy(update={"watch": ()})
    run = run_of(corpus, rulebook)
    found = rule_uses(run)
    for index, scorer in enumerate(rulebook.scorers):
        if scorer.on == "citation":  # what a secondary report draws on limits it, too
            continue
        name = f"score.{scorer.name}"
        every = run.engine.column(scorer.on, name).to_list()
        for rule in scorer.rules:
            kept = without(scorer, rule)
            scorers = (*rulebook.scorers[:index], kept, *rulebook.scorers[index + 1 :])
            again = run_of(corpus, rulebook.model_copy(update={"scorers": scorers}))
            scores = again.engine.column(scorer.on, name).to_list()
            differing = sum(a != b for a, b in zip(every, scores, strict=True))
            assert found[scorer.key, rule.id].decided == differing, rule.id
