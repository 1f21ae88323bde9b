"""Proofs about the rules of one scorer: conditions, repetitions, and rules without effect.

Scorers can have thousands of caps and floors, too many to compare all pairs. A cap that applies
whenever another does must allow every value of a column that the other allows, so only those are
compared whose interval of some column contains the other's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assay.arithmetic import ONE
from assay.cel.domain import Domain, is_nothing
from assay.cel.operations import Apply, Col, Expr, Lit
from assay.cel.program import Compute, Program, RuleColumns, ScorerColumns
from assay.diagnostics import rule_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, ValueLocation
from assay.lint.analysis import Analysis, Narrowed
from assay.lint.canonical import CanonicalForms
from assay.model.rulebook import Rule
from assay.rules.expressions import RulePath


class RuleLint:
    """The rules of one scorer, with their conditions analysed."""

    def __init__(
        self,
        analysis: Analysis,
        forms: CanonicalForms,
        program: Program,
        columns: ScorerColumns,
        here: RulePath,
    ) -> None:
        self._analysis = analysis
        self._program = program
        self._columns = columns
        self._space = columns.scorer.on
        self._here = here
        self._conditions = [self._condition(r) for r in columns.rules]
        self._forms = forms
        self._first: dict[tuple[object, ...], int] = {}
        for j, rule in enumerate(columns.rules):
            self._first.setdefault(self._meaning(rule), j)
        self._bounds = _Bounds(analysis, forms, columns, self._conditions)

    def _meaning(self, rule: RuleColumns) -> tuple[object, ...]:
        unknown = rule.rule.on_unknown if _applies_unknown(rule.rule) else None
        amount, condition = (self._forms.of(self._space, e) for e in (rule.amount, rule.outcome))
        return (rule.rule.phase, amount, unknown, condition)

    def findings(self) -> Iterator[Diagnostic]:
        for j, rule in enumerate(self._columns.rules):
            place: RulePath = (*self._here, "rules", j)
            found = self._outcome(rule, place) or self._redundant(rule, j, place)
            yield from found
            if not found:
                yield from self._amount(rule, j, place)

    def _outcome(self, rule: RuleColumns, place: RulePath) -> list[Diagnostic]:
        """Report a condition that is never decided or never true, or always."""
        if rule.rule.disabled is not None:
            return []
        outcomes = self._analysis.expression(self._space, rule.outcome).outcomes
        if outcomes == {"unknown"}:
            words = f"the condition of {rule.rule.id!r}"
            return [self._undecided(words, rule.outcome, (*place, "when"))]
        amount = self._analysis.expression(self._space, rule.amount)
        if amount.unknown and is_nothing(amount):
            words = f"the amount of {rule.rule.id!r}"
            return [self._undecided(words, rule.amount, (*place, rule.rule.phase))]
        if "true" not in outcomes and not _applies_unknown(rule.rule):
            why = _impossible(self._analysis, self._program, self._space, rule.outcome)
            message = f"the condition of {rule.rule.id!r} can never be true: {why}"
            return [codes.NEVER_TRUE.at(ValueLocation((*place, "when")), message, _NEVER_HINT)]
        if outcomes == {"true"} and rule.rule.when.strip() != "true":
            message = f"the condition of {rule.rule.id!r} is always true"
            hint = "delete 'when', so that a reader sees that the rule always applies"
            return [codes.ALWAYS_TRUE.at(ValueLocation((*place, "when")), message, hint)]
        return []

    def _undecided(self, words: str, expr: Expr, place: RulePath) -> Diagnostic:
        why = why_undecided(self._analysis, self._program, self._space, expr)
        message = f"{words} can never be decided: {why}"
        return codes.NEVER_DECIDED.at(
            ValueLocation(place), message, "correct it, or delete the rule"
        )

    def _redundant(self, rule: RuleColumns, index: int, place: RulePath) -> list[Diagnostic]:
        """Report a rule that repeats an earlier one, or that another one makes redundant."""
        first = self._first[self._meaning(rule)]
        if first != index and rule.rule.disabled is None:
            message = f"the rule {rule.rule.id!r} repeats {self._columns.rules[first].rule.id!r}"
            hint = "delete one of them, or change its condition"
            return [codes.REPEATED_RULE.at(ValueLocation((*place, "id")), message, hint)]
        other = self._bounds.shadow_of(index)
        if other is None:
            return []
        bound = "no higher" if rule.rule.phase == "cap" else "no lower"
        message = (
            f"the rule {rule.rule.id!r} changes nothing: whenever it applies, "
            f"{other.rule.id!r} applies too, with an amount that is {bound}"
        )
        hint = "delete it, or make it stricter"
        return [codes.SHADOWED_RULE.at(ValueLocation((*place, "id")), message, hint)]

    def _condition(self, rule: RuleColumns) -> Expr:
        if isinstance(rule.outcome, Col):
            step = self._program.definitions.get((self._space, rule.outcome.name))
            if isinstance(step, Compute):
                return step.expr
        return rule.outcome

    def _amount(self, rule: RuleColumns, index: int, place: RulePath) -> Iterator[Diagnostic]:
        """Report an amount that changes no score."""
        points = _fixed_points(rule.amount)
        if points is None or isinstance(rule.rule.on_unknown, float):
            return
        path = (*place, rule.rule.phase)
        shown = f"{rule.rule.phase} {points / 1000:.3f}"
        if (rule.rule.phase, points) in (("add", 0), ("multiply", 1000)):
            message = f"{shown} changes nothing"
            yield codes.IDLE_AMOUNT.at(ValueLocation(path), message, "delete the rule")
        elif rule.rule.phase == "cap" and points >= (most := self._bounds.most_without(index)):
            message = f"{shown} limits no score: without it the score is at most {most / 1000:.3f}"
            yield codes.IDLE_AMOUNT.at(ValueLocation(path), message, "lower it, or delete the rule")
        elif rule.rule.phase == "floor" and (cap := self._bounds.cap_below(index)) is not None:
            limit = (_fixed_points(cap.amount) or 0) / 1000
            message = (
                f"{shown} is idle above {limit:.3f}: whenever {rule.rule.id!r} applies, the cap "
                f"{cap.rule.id!r} applies too"
            )
            hint = f"lower it to at most {limit:.3f}, or raise the cap"
            yield codes.IDLE_AMOUNT.at(ValueLocation(path), message, hint)
        elif rule.rule.phase == "floor" and points <= (least := self._bounds.least_without(index)):
            message = f"{shown} raises no score: without it the score is at least "
            message += f"{least / 1000:.3f} before caps"
            yield codes.IDLE_AMOUNT.at(ValueLocation(path), message, "raise it, or delete the rule")


_NEVER_HINT = "correct the comparison, or delete the rule"


def _applies_unknown(rule: Rule) -> bool:
    return rule.on_unknown not in (None, "ignore")


# Caps and floors ---------------------------------------------------------------------------

_MAX_PROOFS = 50
"""Candidates tried for one rule, at most."""


def _fixed_points(amount: Expr) -> int | None:
    """Return the amount in thousandths if it is a constant."""
    return amount.value if isinstance(amount, Lit) and isinstance(amount.value, int) else None


@dataclass
class _Bucket:
    """Rules of a phase with conditions on one column, and the interval that each allows."""

    rules: list[int] = field(default_factory=list)
    amounts: list[int] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, rule: int, amount: int, asked: Domain) -> None:
        self.rules.append(rule)
        self.amounts.append(amount)
        self.low.append(asked.low)
        self.high.append(asked.high)

    def containing(self, asked: Domain) -> Iterator[int]:
        """Return the positions of those whose interval contains the values ``asked``."""
        low, high = np.array(self.low), np.array(self.high)
        found: list[int] = np.flatnonzero((low <= asked.low) & (asked.high <= high)).tolist()
        return iter(found)

    def as_strict(self, phase: str, amount: int, index: int) -> np.ndarray[Any, Any]:
        """Return which of them are at least as strict; of equal ones the earlier."""
        amounts, rules = np.array(self.amounts), np.array(self.rules)
        tighter = amounts < amount if phase == "cap" else amounts > amount
        strict: np.ndarray[Any, Any] = tighter | ((amounts == amount) & (rules < index))
        return strict


_OPEN = 2


def _openness(domain: Domain) -> int:
    """Return 0 for an interval with an end, 1 for a set of texts, 2 for any value."""
    if math.isfinite(domain.low) or math.isfinite(domain.high):
        return 0
    return 1 if domain.words is not None else _OPEN


def _lies_in(inner: Domain, outer: Domain) -> bool:
    if outer.words is not None and (inner.words is None or not inner.words <= outer.words):
        return False
    return outer.low <= inner.low and inner.high <= outer.high


def _varies(rule: RuleColumns) -> bool:
    """Return whether a rule is disabled for a time, or has another amount if unknown."""
    return rule.rule.disabled is not None or isinstance(rule.rule.on_unknown, float)


class _Bounds:
    """The caps and floors of one scorer, with the domains that their conditions assume."""

    def __init__(
        self,
        analysis: Analysis,
        forms: CanonicalForms,
        columns: ScorerColumns,
        conditions: Sequence[Expr],
    ) -> None:
        self._analysis = analysis
        self._forms = [forms.of(columns.scorer.on, r.outcome) for r in columns.rules]
        self._columns = columns
        self._space = columns.scorer.on
        self._conditions = conditions
        self._asked: dict[int, Narrowed | None] = {}
        self._buckets: dict[tuple[str, Expr | None], _Bucket] = {}
        for j, rule in enumerate(columns.rules):
            if rule.rule.phase in ("cap", "floor"):
                self._sort(j, rule)
        self._reach = analysis.expression(self._space, columns.unbounded)
        self._limits = {phase: self._effective(phase) for phase in ("cap", "floor")}
        self._lifted = max([self._reach.high, *(e.high for _, _, e in self._limits["floor"])])

    def _sort(self, j: int, rule: RuleColumns) -> None:
        """Put a rule that can make others redundant into its bucket."""
        asked = self._asked[j] = self._analysis.narrowed(self._space, rule.outcome)
        amount = _fixed_points(rule.amount)
        if amount is None or _varies(rule):
            return
        compared = sorted((asked or {}).items(), key=lambda item: _openness(item[1]))
        expr, domain = compared[0] if compared else (None, Domain())
        if self._analysis.expression(self._space, rule.outcome).outcomes == {"true"}:
            expr, domain = None, Domain()
        elif _openness(domain) == _OPEN:
            expr = None
        self._buckets.setdefault((rule.rule.phase, expr), _Bucket()).add(j, amount, domain)

    # Shadows -----------------------------------------------------------------------------

    def shadow_of(self, index: int) -> RuleColumns | None:
        """Return a cap or floor that applies whenever this one does and is as strict."""
        rule = self._columns.rules[index]
        amount = _fixed_points(rule.amount)
        if index not in self._asked or amount is None or _varies(rule):
            return None
        tried = 0
        for j in self._candidates(index, rule.rule.phase, amount):
            other = self._columns.rules[j]
            if self._analysis.expression(self._space, other.outcome).outcomes == {"true"}:
                return other
            if rule.rule.on_unknown == "apply" or not self._may_imply(index, j):
                continue
            tried += 1
            if self._is_implied(index, j):
                return other
            if tried == _MAX_PROOFS:
                break
        return None

    def cap_below(self, index: int) -> RuleColumns | None:
        """Return a lower cap that applies whenever the floor at ``index`` does."""
        floor = self._columns.rules[index]
        amount = _fixed_points(floor.amount)
        if amount is None or _varies(floor):
            return None
        tried = 0
        for j in self._candidates(index, "cap", amount):
            cap = self._columns.rules[j]
            if (_fixed_points(cap.amount) or 0) == amount:
                continue
            if self._analysis.expression(self._space, cap.outcome).outcomes == {"true"}:
                return cap
            if floor.rule.on_unknown == "apply":
                same = self._forms[index] == self._forms[j]
                if same and cap.rule.on_unknown == "apply":
                    return cap
                continue
            if self._forms[index] == self._forms[j]:
                return cap
            if not self._may_imply(index, j):
                continue
            tried += 1
            if self._is_implied(index, j):
                return cap
            if tried == _MAX_PROOFS:
                break
        return None

    def _candidates(self, index: int, phase: str, amount: int) -> Iterator[int]:
        asked = self._asked[index] or {}
        for expr, domain in ((None, Domain()), *asked.items()):
            bucket = self._buckets.get((phase, expr))
            if bucket is not None:
                strict = bucket.as_strict(phase, amount, index)
                yield from (bucket.rules[i] for i in bucket.containing(domain) if strict[i])

    def _may_imply(self, index: int, other: int) -> bool:
        """Return whether the condition narrows every column at least as much as the other."""
        mine, theirs = self._asked[index], self._asked[other]
        if mine is None:
            return False
        return all(
            expr in mine and _lies_in(mine[expr], domain)
            for expr, domain in (theirs or {}).items()
            if isinstance(expr, Col) and _openness(domain) < _OPEN
        )

    def _is_implied(self, index: int, other: int) -> bool:
        asked = self._asked[index]
        condition = self._conditions[other]
        return self._analysis.expression(self._space, condition, asked).outcomes == {"true"}

    # Reach -------------------------------------------------------------------------------

    def _effective(self, phase: str) -> list[tuple[int, bool, Domain]]:
        """List the rules of a phase that can apply: index, whether always, and the amounts."""
        found = []
        for j, rule in enumerate(self._columns.rules):
            if rule.rule.phase == phase:
                applied = self._analysis.column(self._space, rule.applied)
                if applied.true:
                    effect = self._analysis.expression(self._space, rule.effect)
                    found.append((j, not applied.false, effect))
        return found

    def most_without(self, index: int) -> float:
        """Return the highest score, in thousandths, without the cap at ``index``."""
        caps = [e.high for j, always, e in self._limits["cap"] if always and j != index]
        return min([float(ONE), self._lifted, *caps])

    def least_without(self, index: int) -> float:
        """Return the lowest score before caps, in thousandths, without the floor at ``index``."""
        floors = [e.low for j, always, e in self._limits["floor"] if always and j != index]
        return max([0.0, self._reach.low, *floors])


# Why a condition cannot be true ------------------------------------------------------------


def _impossible(analysis: Analysis, program: Program, space: str, expr: Expr) -> str:
    """Explain why a condition cannot be true, by the part that cannot and its possible values."""
    expr = program.written_out(space, expr)
    if isinstance(expr, Apply) and expr.op == "and":
        for part in expr.args:
            if not analysis.expression(space, part).true:
                return _impossible(analysis, program, space, part)
        for part, other in (expr.args, expr.args[::-1]):
            given = analysis.narrowed(space, other)
            if given and analysis.expression(space, part, given).outcomes == {"unknown"}:
                why = why_undecided(analysis, program, space, part, given)
                return f"if the rest of it is true, {why}"
        return "its parts contradict each other"
    if isinstance(expr, Apply) and len(expr.args) == 2 and isinstance(expr.args[0], Col):
        name = _shown_column(program, space, expr.args[0].name)
        return f"{name} is {_shown(analysis.expression(space, expr.args[0]))}"
    return "none of its parts can be true"


def why_undecided(
    analysis: Analysis,
    program: Program,
    space: str,
    expr: Expr,
    given: Narrowed | None = None,
) -> str:
    """Explain why an expression is always unknown, by its innermost part that is."""
    expr = program.written_out(space, expr)
    if isinstance(expr, Apply):
        for part in expr.args:
            domain = analysis.expression(space, part, given)
            if not isinstance(part, Lit) and domain.unknown and is_nothing(domain):
                return why_undecided(analysis, program, space, part, given)
        if expr.op.removeprefix("checked_") in ("quo", "rem"):
            return "it divides by 0"
        if expr.op == "item_at":
            return "the list has no item of that number"
    return "one of its parts is always unknown"


def _shown_column(program: Program, space: str, column: str) -> str:
    space, column = program.source(space, column)
    if column.startswith(("x", "score.", "cover.")) and (space, column) in program.definitions:
        return column.partition(".")[2] or "it"
    return column if "." in column else f"{space}.{column}"


def _shown(domain: Domain) -> str:
    if domain.words is not None:
        return "one of " + ", ".join(sorted(domain.words))
    if math.isfinite(domain.low) and math.isfinite(domain.high):
        return f"from {_shown_number(domain.low)} to {_shown_number(domain.high)}"
    if math.isfinite(domain.low):
        return f"at least {_shown_number(domain.low)}"
    return (
        f"at most {_shown_number(domain.high)}" if math.isfinite(domain.high) else "something else"
    )


def _shown_number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
