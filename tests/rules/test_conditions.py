"""Random conditions: every outcome is the one Google's CEL gives."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from assay.model.corpus import Corpus
from assay.model.rulebook import Rule, Rulebook, Scorer
from assay.rules.expressions import RulebookError
from assay.rules.ir import Lit
from assay.rules.schema import SUBJECTS
from assay.rules.scorers import compile_rulebook
from assay.scoring.run import run_program
from assay.tables.build import build_tables
from tests.conditions import Conditions, subject_scope
from tests.oracle import UNKNOWN, Oracle
from tests.strategies import AS_OF, corpora, default_rulebook

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


def compilable(rulebook: Rulebook) -> Rulebook:
    """Without the conditions that the compiler refuses, and says so."""
    try:
        compile_rulebook(rulebook)
    except RulebookError as error:
        assert {p.problem.code for p in error.problems} == {"not-compilable"}, error
        refused = {(p.path[1], p.path[3]) for p in error.problems}
        scorers = [
            s.model_copy(
                update={"rules": tuple(r for j, r in enumerate(s.rules) if (i, j) not in refused)}
            )
            for i, s in enumerate(rulebook.scorers)
        ]
        return rulebook.model_copy(update={"scorers": tuple(scorers)})
    return rulebook


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
            outcomes = (
                [rule.outcome.value] * tables.height(on)
                if isinstance(rule.outcome, Lit)
                else run.engine.column(on, rule.outcome.name).to_list()
            )
            for row, outcome in enumerate(outcomes):
                expected = oracle.evaluate(on, row, rule.rule.when)
                if outcome != (None if expected is UNKNOWN else expected):
                    found.append(f"{on} {row}: {outcome}, CEL says {expected}: {rule.rule.when}")
    return found


@given(corpora(), st.randoms(use_true_random=True))
def test_random_conditions(corpus: Corpus, random: Random) -> None:
    rulebook = probing(random)
    kept = compilable(rulebook)
    assert mismatches(corpus, kept) == []
