"""The compiled engine says what Google's CEL says, row by row."""

from __future__ import annotations

from hypothesis import given

from assay.model.corpus import Corpus
from assay.pipeline import Desk
from tests.oracle import Oracle, values
from tests.strategies import corpora, default_rulebook, desk_of, shipped


def disagreements(desk: Desk) -> list[str]:
    """Everything a run and the oracle do not agree about."""
    run = desk.run
    oracle = Oracle(desk.rulebook, run.tables)
    found = []
    for columns in run.program.scorers:
        scorer = columns.scorer
        scores = run.scores(columns)
        for row, score in enumerate(scores):
            if scorer.on == "citation" and run.engine.column("citation", "owner_row")[row] is None:
                continue
            wanted = oracle.score(scorer.on, scorer.name, row)
            band = oracle.band(scorer, wanted)
            got = (score.points, score.coverage, score.band)
            if got != (wanted.points, wanted.coverage, band):
                found.append(f"{scorer.key} of row {row}: {got}, not {wanted} {band}")
        for rule in columns.rules:
            outcomes = values(run.engine, scorer.on, rule.outcome)
            for row, outcome in enumerate(outcomes):
                expected = oracle.rule(scorer, rule.rule, row).outcome
                if outcome != expected:
                    found.append(
                        f"{scorer.key}.{rule.rule.id} of row {row}: {outcome}, not {expected}"
                    )
    return found


def test_the_shipped_workspace() -> None:
    assert disagreements(shipped()) == []


@given(corpora())
def test_random_workspaces(corpus: Corpus) -> None:
    assert disagreements(desk_of(corpus, default_rulebook())) == []
