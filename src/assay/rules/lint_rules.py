"""What can be said against the rules of one scorer."""

from __future__ import annotations

from collections.abc import Iterator

from assay.diagnostics import Diagnostic, ValueLocation
from assay.diagnostics import rule_codes as codes
from assay.model.rulebook import Rule
from assay.rules.analysis import Analysis
from assay.rules.bounds import Bounds, fixed_points
from assay.rules.expressions import Path
from assay.rules.ir import Col, Expr
from assay.rules.program import Compute, Program, RuleColumns, ScorerColumns
from assay.rules.proofs import impossible


class RuleLint:
    """What can be said against the rules of one scorer."""

    def __init__(
        self, analysis: Analysis, program: Program, columns: ScorerColumns, here: Path
    ) -> None:
        self._analysis = analysis
        self._program = program
        self._columns = columns
        self._space = columns.scorer.on
        self._here = here
        self._conditions = [self._condition(r) for r in columns.rules]
        self._first: dict[tuple[object, ...], int] = {}
        for j, rule in enumerate(columns.rules):
            self._first.setdefault(self._meaning(rule, j), j)
        self._bounds = Bounds(analysis, columns, self._conditions)

    def _meaning(self, rule: RuleColumns, index: int) -> tuple[object, ...]:
        unknown = _applies_unknown(rule.rule)
        return (rule.rule.phase, rule.amount, unknown, self._conditions[index])

    def findings(self) -> Iterator[Diagnostic]:
        for j, rule in enumerate(self._columns.rules):
            place: Path = (*self._here, "rules", j)
            found = self._outcome(rule, place) or self._alike(rule, j, place)
            yield from found
            if not found:
                yield from self._amount(rule, j, place)

    def _outcome(self, rule: RuleColumns, place: Path) -> list[Diagnostic]:
        """A condition that is never true, or always."""
        if rule.rule.disabled is not None:
            return []
        outcomes = self._analysis.expression(self._space, rule.outcome).outcomes
        if "true" not in outcomes and not _applies_unknown(rule.rule):
            why = impossible(self._analysis, self._program, self._space, rule.outcome)
            message = f"the condition of {rule.rule.id!r} can never be true: {why}"
            return [codes.NEVER_TRUE.at(ValueLocation((*place, "when")), message, _NEVER_HINT)]
        if outcomes == {"true"} and rule.rule.when.strip() != "true":
            message = f"the condition of {rule.rule.id!r} is always true"
            hint = "leave 'when' out, so that a reader sees it applies to all"
            return [codes.ALWAYS_TRUE.at(ValueLocation((*place, "when")), message, hint)]
        return []

    def _alike(self, rule: RuleColumns, index: int, place: Path) -> list[Diagnostic]:
        """A rule that says what an earlier one says, or that another one makes idle."""
        first = self._first[self._meaning(rule, index)]
        if first != index and rule.rule.disabled is None:
            message = f"the rule {rule.rule.id!r} repeats {self._columns.rules[first].rule.id!r}"
            hint = "delete one of the two, or change what it asks"
            return [codes.REPEATED_RULE.at(ValueLocation((*place, "id")), message, hint)]
        other = self._bounds.shadow_of(index)
        if other is None:
            return []
        bound = "no higher" if rule.rule.phase == "cap" else "no lower"
        message = (
            f"the rule {rule.rule.id!r} changes nothing: wherever it holds, "
            f"{other.rule.id!r} holds too, with an amount that is {bound}"
        )
        hint = "delete it, or make it stricter"
        return [codes.SHADOWED_RULE.at(ValueLocation((*place, "id")), message, hint)]

    def _condition(self, rule: RuleColumns) -> Expr:
        if isinstance(rule.outcome, Col):
            step = self._program.definitions.get((self._space, rule.outcome.name))
            if isinstance(step, Compute):
                return step.expr
        return rule.outcome

    def _amount(self, rule: RuleColumns, index: int, place: Path) -> Iterator[Diagnostic]:
        """An amount that moves no score."""
        points = fixed_points(rule.amount)
        if points is None or isinstance(rule.rule.on_unknown, float):
            return
        path = (*place, rule.rule.phase)
        shown = f"{rule.rule.phase} {points / 1000:.3f}"
        if (rule.rule.phase, points) in (("add", 0), ("multiply", 1000)):
            message = f"{shown} changes nothing"
            yield codes.IDLE_AMOUNT.at(ValueLocation(path), message, "delete the rule")
        elif rule.rule.phase == "cap" and points >= (most := self._bounds.most_without(index)):
            message = f"{shown} never holds anything down: without it the score is at most "
            message += f"{most / 1000:.3f}"
            yield codes.IDLE_AMOUNT.at(ValueLocation(path), message, "lower it, or delete the rule")
        elif rule.rule.phase == "floor" and points <= (least := self._bounds.least_without(index)):
            message = f"{shown} never lifts anything: without it the score is at least "
            message += f"{least / 1000:.3f} where the floors begin"
            yield codes.IDLE_AMOUNT.at(ValueLocation(path), message, "raise it, or delete the rule")


_NEVER_HINT = "correct the comparison, or delete the rule"


def _applies_unknown(rule: Rule) -> bool:
    return rule.on_unknown not in (None, "ignore")
