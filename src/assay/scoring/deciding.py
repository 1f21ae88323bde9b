"""Counts of how often rules apply and decide: a rule decides a score that differs without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assay.arithmetic import ONE
from assay.cel.operations import Col, Expr, Lit
from assay.cel.program import RuleColumns, ScorerColumns
from assay.diagnostics import rule_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, ValueLocation
from assay.scoring.run import Run
from assay.text import plural

Points = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
RuleKey = tuple[str, str]
"""The key of a scorer and the id of one of its rules."""


@dataclass(frozen=True, slots=True)
class RuleUse:
    """Scores of a rule's scorer, those it applies to, and those that differ without it."""

    scores: int = 0
    applied: int = 0
    decided: int = 0

    def __add__(self, other: RuleUse) -> RuleUse:
        return RuleUse(
            self.scores + other.scores,
            self.applied + other.applied,
            self.decided + other.decided,
        )


def rule_uses(run: Run) -> dict[RuleKey, RuleUse]:
    """Count for every rule the scores that it applies to and decides.

    Without one rule, the other scores are those of the run: a rule counts by the score of its own
    scorer.
    """
    return {
        (columns.scorer.key, rule.rule.id): use
        for columns in run.program.scorers
        for rule, use in zip(columns.rules, _uses(run, columns), strict=True)
    }


def _uses(run: Run, columns: ScorerColumns) -> Iterator[RuleUse]:
    rules = [_Applied.of(run, columns, rule) for rule in columns.rules]
    start = run.engine.column(columns.scorer.on, columns.start)
    # A score that is not rated is decided by no rule.
    known = run.engine.column(columns.scorer.on, columns.score).is_not_null().to_numpy()
    points = start.fill_null(0).to_numpy()
    every = scored_with(points, rules)
    for rule in rules:
        applied = int((rule.applied & known).sum())
        decided = 0
        if applied:
            others = [r for r in rules if r is not rule]
            decided = int(((scored_with(points, others) != every) & known).sum())
        yield RuleUse(int(known.sum()), applied, decided)


@dataclass(frozen=True, eq=False, slots=True)
class _Applied:
    """Where a rule applies, and the amounts in thousandths."""

    id: str
    phase: str
    applied: Mask
    amounts: Points

    @staticmethod
    def of(run: Run, columns: ScorerColumns, rule: RuleColumns) -> _Applied:
        space = columns.scorer.on
        applied = run.engine.column(space, rule.applied).to_numpy()
        amounts = _amounts(run, space, rule.effect, len(applied))
        return _Applied(rule.rule.id, rule.rule.phase, applied, amounts)

    def or_else(self, neutral: int) -> Points:
        """Return the amounts where the rule applies, and ``neutral`` elsewhere."""
        found: Points = np.where(self.applied, self.amounts, neutral)
        return found


def _amounts(run: Run, space: str, effect: Expr, rows: int) -> Points:
    if isinstance(effect, Lit):
        assert isinstance(effect.value, int)
        return np.full(rows, effect.value, dtype=np.int64)
    assert isinstance(effect, Col)
    found: Points = run.engine.column(space, effect.name).fill_null(0).to_numpy()
    return found


def scored_with(start: Points, rules: list[_Applied]) -> Points:
    """Return the scores from the start by some rules: add, multiply, floor, cap."""

    def of(phase: str) -> list[_Applied]:
        return [r for r in rules if r.phase == phase]

    score = start.copy()
    for rule in of("add"):
        score += rule.or_else(0)
    score = np.clip(score, 0, ONE)
    for rule in sorted(of("multiply"), key=lambda r: r.id):
        score = np.where(rule.applied, (score * rule.amounts + ONE // 2) // ONE, score)
    score = np.clip(score, 0, ONE)
    for rule in of("floor"):
        score = np.maximum(score, rule.or_else(0))
    score = np.minimum(score, ONE)
    for rule in of("cap"):
        score = np.minimum(score, rule.or_else(ONE))
    return np.maximum(score, 0)


def idle_rules(run: Run, cases: Mapping[RuleKey, RuleUse], case_count: int) -> Iterator[Diagnostic]:
    """Report rules that decide no score of a workspace, nor of its rule tests."""
    here = rule_uses(run)
    for i, scorer in enumerate(run.rulebook.scorers):
        for j, rule in enumerate(scorer.rules):
            key = (scorer.key, rule.id)
            use, tested = here[key], cases.get(key, RuleUse())
            if use.decided or tested.decided or rule.disabled is not None:
                continue
            yield codes.RULE_DECIDES_NOTHING.at(
                ValueLocation(("scorers", i, "rules", j, "id")),
                f"the rule {rule.id!r} decides no score: it applies to {use.applied} of "
                f"{plural(use.scores, scorer.on)} in this workspace, and to {tested.applied} "
                f"of {plural(tested.scores, scorer.on)} in {plural(case_count, 'rule test')}",
                "add a rule test that it decides, or delete it",
            )
