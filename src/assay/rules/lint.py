"""What is likely a mistake in a rulebook that can be computed: each finding comes with its proof.

The proofs are from :mod:`assay.rules.domains`: what is said to be out of reach is out of reach for
every document, and what is said to be always true is so for every row.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from itertools import pairwise

from assay.model.rulebook import Band, Rule, Rulebook, Scorer
from assay.rules import codes
from assay.rules.domains import Analysis, Domain, Narrowed, field_words, truth
from assay.rules.expressions import Path
from assay.rules.findings import RuleFinding
from assay.rules.ir import Apply, Col, Expr, Lit
from assay.rules.program import Aggregate, Compute, Gather, Program, RuleColumns, ScorerColumns
from assay.rules.unused import unused_names

Values = Mapping[tuple[str, str], Collection[str]]
"""The texts that documents hold, by space and column."""


def lint_rulebook(
    rulebook: Rulebook, program: Program, written: Values, as_of: date | None
) -> Iterator[RuleFinding]:
    """Warnings and infos about a rulebook without errors, at a date."""
    yield from unused_names(rulebook)
    yield from _expiries(rulebook, as_of)
    for name, bands in rulebook.scales.items():
        yield from _words(name, bands)
    analysis = Analysis(program)
    for index, scorer in enumerate(rulebook.scorers):
        columns = program.scorer(scorer.key)
        here: Path = ("scorers", index)
        yield from _Scorer(analysis, program, columns, here).findings()
        yield from _unreached(analysis, rulebook.bands(scorer), scorer, here)
        for j, rule in enumerate(columns.rules):
            place = (*here, "rules", j, "when")
            yield from _values(program, scorer.on, rule.outcome, written, place)


def _expiries(rulebook: Rulebook, as_of: date | None) -> Iterator[RuleFinding]:
    for i, scorer in enumerate(rulebook.scorers):
        for j, rule in enumerate(scorer.rules):
            if rule.disabled is None:
                continue
            until = rule.disabled.until
            place = ("scorers", i, "rules", j, "disabled")
            if as_of is not None and as_of >= until:
                message = f"the rule {rule.id!r} was switched off until {until} and is in force"
                yield RuleFinding(codes.RULE_EXPIRY, place, message, "take 'disabled' out")
            else:
                message = f"the rule {rule.id!r} is switched off until {until}"
                yield RuleFinding(codes.RULE_EXPIRY, place, message, rule.disabled.reason)


_MOST_COMPARED = 100
"""With more caps and floors than this in one scorer, none is compared with every other one."""


class _Scorer:
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
        bounds = [j for j, r in enumerate(columns.rules) if r.rule.phase in ("cap", "floor")]
        self._bounds = bounds if len(bounds) <= _MOST_COMPARED else []

    def _meaning(self, rule: RuleColumns, index: int) -> tuple[object, ...]:
        unknown = _applies_unknown(rule.rule)
        return (rule.rule.phase, rule.amount, unknown, self._conditions[index])

    def findings(self) -> Iterator[RuleFinding]:
        for j, rule in enumerate(self._columns.rules):
            place: Path = (*self._here, "rules", j)
            found = self._outcome(rule, place) or self._alike(rule, j, place)
            yield from found
            if not found:
                yield from self._amount(rule, place, bounded=j in self._bounds)

    def _outcome(self, rule: RuleColumns, place: Path) -> list[RuleFinding]:
        """A condition that is never true, or always."""
        if rule.rule.disabled is not None:
            return []
        outcomes = self._analysis.expression(self._space, rule.outcome).outcomes
        if "true" not in outcomes and not _applies_unknown(rule.rule):
            why = _impossible(self._analysis, self._program, self._space, rule.outcome)
            message = f"the condition of {rule.rule.id!r} can never be true: {why}"
            return [RuleFinding(codes.NEVER_TRUE, (*place, "when"), message, _NEVER_HINT)]
        if outcomes == {"true"} and rule.rule.when.strip() != "true":
            message = f"the condition of {rule.rule.id!r} is always true"
            hint = "leave 'when' out, so that a reader sees it applies to all"
            return [RuleFinding(codes.ALWAYS_TRUE, (*place, "when"), message, hint)]
        return []

    def _alike(self, rule: RuleColumns, index: int, place: Path) -> list[RuleFinding]:
        """A rule that says what an earlier one says, or that another one makes idle."""
        first = self._first[self._meaning(rule, index)]
        if first != index and rule.rule.disabled is None:
            message = f"the rule {rule.rule.id!r} repeats {self._columns.rules[first].rule.id!r}"
            hint = "delete one of the two, or change what it asks"
            return [RuleFinding(codes.REPEATED_RULE, (*place, "id"), message, hint)]
        if index not in self._bounds:
            return []
        narrowed = self._analysis.narrowed(self._space, rule.outcome)
        for j in self._bounds:
            other = self._columns.rules[j]
            if j != index and self._is_shadowed(rule, j, narrowed, earlier=j < index):
                bound = "no higher" if rule.rule.phase == "cap" else "no lower"
                message = (
                    f"the rule {rule.rule.id!r} changes nothing: wherever it holds, "
                    f"{other.rule.id!r} holds too, with an amount that is {bound}"
                )
                hint = "delete it, or make it stricter"
                return [RuleFinding(codes.SHADOWED_RULE, (*place, "id"), message, hint)]
        return []

    def _condition(self, rule: RuleColumns) -> Expr:
        if isinstance(rule.outcome, Col):
            step = self._program.definitions.get((self._space, rule.outcome.name))
            if isinstance(step, Compute):
                return step.expr
        return rule.outcome

    def _is_shadowed(
        self, rule: RuleColumns, index: int, narrowed: Narrowed | None, *, earlier: bool
    ) -> bool:
        """Whether the rule at ``index`` holds wherever this one does, and is as strict."""
        other = self._columns.rules[index]
        mine, theirs = _points(rule.amount), _points(other.amount)
        if mine is None or theirs is None or rule.rule.phase != other.rule.phase:
            return False
        if any(r.rule.disabled or isinstance(r.rule.on_unknown, float) for r in (rule, other)):
            return False
        tighter = theirs < mine if rule.rule.phase == "cap" else theirs > mine
        if not (tighter or (theirs == mine and earlier)):
            return False
        if self._analysis.expression(self._space, other.outcome).outcomes == {"true"}:
            return True
        if rule.rule.on_unknown == "apply" or narrowed is None:
            return False
        implied = self._analysis.expression(self._space, self._conditions[index], narrowed)
        return implied.outcomes == {"true"}

    def _amount(self, rule: RuleColumns, place: Path, *, bounded: bool) -> Iterator[RuleFinding]:
        """An amount that moves no score, or none over a boundary."""
        points = _points(rule.amount)
        if points is None or isinstance(rule.rule.on_unknown, float):
            return
        path = (*place, rule.rule.phase)
        shown = f"{rule.rule.phase} {points / 1000:.3f}"
        if (rule.rule.phase, points) in (("add", 0), ("multiply", 1000)):
            yield RuleFinding(
                codes.IDLE_AMOUNT, path, f"{shown} changes nothing", "delete the rule"
            )
            return
        if not bounded:
            return
        without = self._without(rule)
        if rule.rule.phase == "cap" and points >= without.high:
            message = f"{shown} never holds anything down: without it the score is at most "
            message += f"{without.high / 1000:.3f}"
            yield RuleFinding(codes.IDLE_AMOUNT, path, message, "lower it, or delete the rule")
        elif rule.rule.phase == "floor" and points <= without.low:
            message = f"{shown} never lifts anything: without it the score is at least "
            message += f"{without.low / 1000:.3f}"
            yield RuleFinding(codes.IDLE_AMOUNT, path, message, "raise it, or delete the rule")

    def _without(self, rule: RuleColumns) -> Domain:
        """What the score can be where the rule takes no effect."""
        given: Narrowed = {Col(rule.applied): truth(False, True, False)}
        return self._analysis.expression(self._space, Col(self._columns.score), given)


_NEVER_HINT = "correct the comparison, or delete the rule"


def _applies_unknown(rule: Rule) -> bool:
    return rule.on_unknown not in (None, "ignore")


def _points(amount: Expr) -> int | None:
    return amount.value if isinstance(amount, Lit) and isinstance(amount.value, int) else None


# Proofs ------------------------------------------------------------------------------------


def _impossible(analysis: Analysis, program: Program, space: str, expr: Expr) -> str:
    """Why a condition cannot be true: the part of it that cannot, with the values it meets."""
    expr = _followed(program, space, expr)
    if isinstance(expr, Apply) and expr.op == "and":
        for part in expr.args:
            if not analysis.expression(space, part).true:
                return _impossible(analysis, program, space, part)
        return "its parts contradict each other"
    if isinstance(expr, Apply) and len(expr.args) == 2 and isinstance(expr.args[0], Col):
        name = _shown_column(program, space, expr.args[0].name)
        return f"{name} is {_shown(analysis.expression(space, expr.args[0]))}"
    return "none of its parts can be true"


def _followed(program: Program, space: str, expr: Expr) -> Expr:
    while isinstance(expr, Col):
        step = program.definitions.get((space, expr.name))
        if not isinstance(step, Compute):
            break
        expr = step.expr
    return expr


def _shown_column(program: Program, space: str, column: str) -> str:
    while isinstance(step := program.definitions.get((space, column)), Gather):
        space, column = step.target, step.origin
    if column.startswith(("x", "score.", "cover.")) and (space, column) in program.definitions:
        return column.partition(".")[2] or "it"
    return column if "." in column else f"{space}.{column}"


def _shown(domain: Domain) -> str:
    if domain.words is not None:
        return "one of " + ", ".join(sorted(domain.words))
    if math.isfinite(domain.low) and math.isfinite(domain.high):
        return f"from {domain.low:g} to {domain.high:g}"
    if math.isfinite(domain.low):
        return f"at least {domain.low:g}"
    return f"at most {domain.high:g}" if math.isfinite(domain.high) else "something else"


# Scales ------------------------------------------------------------------------------------


def _unreached(
    analysis: Analysis, bands: Sequence[Band], scorer: Scorer, here: Path
) -> Iterator[RuleFinding]:
    if not bands:
        return
    found = analysis.column(scorer.on, f"score.{scorer.name}")
    ordered = sorted(bands, key=lambda b: b.from_)
    ends = [*(b.from_ * 1000 for b in ordered[1:]), math.inf]
    for band, end in zip(ordered, ends, strict=True):
        start = band.from_ * 1000
        if start > found.high or end <= found.low:
            yield RuleFinding(
                codes.UNREACHED_BAND,
                (*here, "scale"),
                f"{scorer.name} of a {scorer.on} never reaches {band.id!r}, which starts at "
                f"{band.from_:.3f}: its scores are from {found.low / 1000:.3f} to "
                f"{found.high / 1000:.3f}",
                "move the band, or let rules reach it",
            )


_RANKED = (
    ("negligible", "minimal", "low", "medium", "moderate", "high", "severe", "critical"),
    ("remote", "unlikely", "even", "likely", "certain"),
    ("weak", "medium", "strong"),
    ("poor", "fair", "good", "excellent"),
)


def _words(name: str, bands: Sequence[Band]) -> Iterator[RuleFinding]:
    """Bands whose words say the opposite of their order."""
    ordered = sorted(bands, key=lambda b: b.from_)
    for words in _RANKED:
        ranks = [(b, rank) for b in ordered if (rank := _rank(b.grade, words)) is not None]
        for (low, below), (high, above) in pairwise(ranks):
            if below > above:
                yield RuleFinding(
                    codes.BAND_WORDS,
                    ("scales", name, list(bands).index(high), "grade"),
                    f"{high.grade!r} starts at {high.from_:.3f}, above {low.grade!r} at "
                    f"{low.from_:.3f}, and says less",
                    "exchange the grades, or the starts",
                )
    letters = [(b, b.grade[0]) for b in ordered if re.match(r"[A-F](\W|$)", b.grade)]
    for (low, first), (high, second) in pairwise(letters):
        if second > first:
            yield RuleFinding(
                codes.BAND_WORDS,
                ("scales", name, list(bands).index(high), "grade"),
                f"{high.grade!r} starts at {high.from_:.3f}, above {low.grade!r} at "
                f"{low.from_:.3f}; A is the best grade",
                "exchange the grades, or the starts",
            )


def _rank(text: str, words: Sequence[str]) -> int | None:
    found = [words.index(w) for w in re.findall(r"[a-z]+", text.lower()) if w in words]
    return found[0] if len(found) == 1 else None


# Values ------------------------------------------------------------------------------------


_ALIKE = 0.86
"""From this likeness on, a text that no document has is taken for a slip of the pen."""


def _values(
    program: Program, space: str, expr: Expr, written: Values, place: Path
) -> Iterator[RuleFinding]:
    """Texts that a condition compares a field with and that the field never holds."""
    told: set[str] = set()
    for home, column, value in _compared(program, space, expr, set()):
        possible = field_words(home, column)
        known = possible or written.get((home, column), ())
        if value in known or value in told or not value:
            continue
        near = next(iter(get_close_matches(value, sorted(known), n=1, cutoff=_ALIKE)), None)
        if not possible and near is None:
            continue
        told.add(value)
        message = f"no {home} has the {column.replace('.', chr(39) + 's ')} {value!r}"
        hint = f"did you mean {near!r}?" if near else "possible are: " + ", ".join(possible)
        yield RuleFinding(codes.UNKNOWN_VALUE, place, message, hint)


def _compared(
    program: Program, space: str, expr: Expr, seen: set[tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    """(space, column, text) of every comparison of a column with a constant text."""
    if isinstance(expr, Col):
        if (space, expr.name) not in seen:
            seen.add((space, expr.name))
            yield from _compared_inside(program, space, expr.name, seen)
        return
    if not isinstance(expr, Apply):
        return
    if expr.op in ("eq", "ne", "in", "has_item"):
        columns = [_home(program, space, a.name) for a in expr.args if isinstance(a, Col)]
        constants = [v for a in expr.args if isinstance(a, Lit) for v in _texts(a.value)]
        yield from ((*home, v) for home in columns if home for v in constants)
    for arg in expr.args:
        yield from _compared(program, space, arg, seen)


def _compared_inside(
    program: Program, space: str, column: str, seen: set[tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    step = program.definitions.get((space, column))
    if isinstance(step, Compute) and not column.startswith(("score.", "raw.", "cover.")):
        yield from _compared(program, space, step.expr, seen)
    elif isinstance(step, Aggregate) and step.source is not None:
        yield from _compared(program, step.elements, Col(step.source), seen)


def _home(program: Program, space: str, column: str) -> tuple[str, str] | None:
    """The field a column brings; None where it is computed."""
    while isinstance(step := program.definitions.get((space, column)), Gather):
        space, column = step.target, step.origin
    return None if step is not None else (space, column)


def _texts(value: object) -> Iterator[str]:
    for item in value if isinstance(value, tuple) else (value,):
        if isinstance(item, str):
            yield item
