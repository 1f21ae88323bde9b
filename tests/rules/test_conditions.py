"""Random conditions: every outcome is the one Google's CEL gives."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model.corpus import Corpus
from assay.model.profile import Institution
from assay.model.rulebook import Rule, Rulebook, Scorer
from assay.rules.expressions import RulebookError, RuleProblem
from assay.rules.schema import SUBJECTS
from assay.rules.scorers import compile_rulebook
from assay.scoring.run import run_program
from assay.tables.build import build_tables
from tests.conditions import Conditions, subject_scope
from tests.oracle import UNKNOWN, Oracle, values
from tests.strategies import AS_OF, corpora, corpus_of, default_rulebook

CONDITIONS = 42


def probing(random: Random) -> Rulebook:
    """The default rulebook with a scorer of random conditions for each kind of subject."""
    rulebook = default_rulebook()
    scores = {
        on: tuple(s.name for s in rulebook.scorers if s.on == on) for on in ("citation", "claim")
    }
    probes = []
    for subject in SUBJECTS:
        drawn = Conditions(random, scores)
        texts = [drawn.of("bool", subject_scope(subject)) for _ in range(CONDITIONS // 3)]
        probes.append(probe(subject, texts))
    return with_probes(probes)


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


def refusals(rulebook: Rulebook) -> list[RuleProblem]:
    """What the compiler refuses, and says so."""
    try:
        compile_rulebook(rulebook)
    except RulebookError as error:
        return error.problems
    return []


def compilable(rulebook: Rulebook) -> Rulebook:
    """Without the conditions that the compiler refuses."""
    refused = refusals(rulebook)
    assert {r.problem.code for r in refused} <= {"not-compilable"}, refused
    places = {(r.path[1], r.path[3]) for r in refused}
    scorers = [
        s.model_copy(
            update={"rules": tuple(r for j, r in enumerate(s.rules) if (i, j) not in places)}
        )
        for i, s in enumerate(rulebook.scorers)
    ]
    return rulebook.model_copy(update={"scorers": tuple(scorers)})


def mismatches(corpus: Corpus, rulebook: Rulebook) -> list[str]:
    tables = build_tables(corpus, rulebook, AS_OF)
    run = run_program(rulebook, compile_rulebook(rulebook), tables)
    oracle = Oracle(rulebook, tables)
    found = []
    for columns in run.program.scorers:
        if columns.scorer.name != "probe":
            continue
        on = columns.scorer.on
        for rule in columns.rules:
            for row, outcome in enumerate(values(run.engine, on, rule.outcome)):
                expected = oracle.evaluate(on, row, rule.rule.when)
                if outcome != (None if expected is UNKNOWN else expected):
                    found.append(f"{on} {row}: {outcome}, CEL says {expected}: {rule.rule.when}")
    return found


@given(corpora(), st.randoms(use_true_random=True))
def test_random_conditions(corpus: Corpus, random: Random) -> None:
    kept = compilable(probing(random))
    assert sum(len(s.rules) for s in kept.scorers if s.name == "probe") > CONDITIONS // 2
    assert mismatches(corpus, kept) == []


def outcomes(condition: str, claim: dict[str, object]) -> tuple[object, object]:
    """What the engine and CEL make of a condition on one claim."""
    given = {"id": "c", "nature": "fact", "text": "One.", **claim}
    profile = Institution.model_validate(
        {"kind": "institution", "id": "p", "name": "P", "claims": [given]}
    )
    rulebook = with_probes([probe("claim", [condition])])
    tables = build_tables(corpus_of([], [], [profile]), rulebook, AS_OF)
    run = run_program(rulebook, compile_rulebook(rulebook), tables)
    rule = run.program.scorer("claim.probe").rules[0]
    expected = Oracle(rulebook, tables).evaluate("claim", 0, condition)
    (outcome,) = values(run.engine, "claim", rule.outcome)
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
    ],
)
@pytest.mark.parametrize("value", [0, 2.5], ids=["zero", "two and a half"])
def test_what_columns_might_compute_otherwise(condition: str, value: float) -> None:
    claim: dict[str, object] = {"quantity": {"measure": "m", "value": value, "unit": "é"}}
    outcome, expected = outcomes(condition, claim)
    assert outcome == expected
