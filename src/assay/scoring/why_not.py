"""Why a rule did not fire: which part of its condition was false or unknown, with the values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.cel import ast
from assay.cel.ast import walk
from assay.cel.errors import CelError
from assay.cel.lower import Compiler
from assay.cel.program import RuleColumns, ScorerColumns
from assay.cel.scope import Rows, Scope, subject_scope
from assay.cel.text import unparse
from assay.diagnostics.suggest import unknown
from assay.errors import UsageError
from assay.model.results import Explanation, Outcome, Score, ScoreExplanation, WouldChange
from assay.model.rulebook import Band
from assay.rules.expressions import Parsed, parse_rulebook
from assay.scoring.explain import Explainer
from assay.scoring.run import Run
from assay.scoring.trace import Trace
from assay.scoring.wording import shown


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a condition with its outcome at one row.

    ``values`` are the fields it asks for with what they hold; ``elements`` the members of the
    collection it ranges over, each with the outcome for it.
    """

    text: str
    outcome: Outcome
    values: tuple[tuple[str, str], ...] = ()
    elements: tuple[tuple[str, Outcome], ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What became of a rule for one subject."""

    scorer: str
    rule: str
    subject: str
    applied: bool
    condition: Part


class WhyNotAsker:
    """Takes conditions of one run apart."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._trace = Trace(run)
        self._parsed: Parsed = parse_rulebook(run.rulebook)
        self._compiler = Compiler(self._parsed.vocabulary, self._parsed.facts, prefix="why")

    def ask(self, rule: str, profile: int) -> list[WhyNot]:
        """The rule for a profile, or for each of its claims or citations.

        ``rule`` is an id, or ``scorer.id``. Raises ``UsageError`` where no scorer has it.
        """
        name, _, rule_id = rule.rpartition(".")
        found = [
            (index, j, columns, r)
            for index, scorer in enumerate(self._run.rulebook.scorers)
            for columns in [self._run.program.scorer(scorer.key)]
            for j, r in enumerate(columns.rules)
            if r.rule.id == self._run.rulebook.successor(scorer, rule_id)
            and name in ("", scorer.name, scorer.key)
        ]
        if not found:
            known = sorted({r.id for s in self._run.rulebook.scorers for r in s.rules})
            raise UsageError(unknown("rule", rule, known))
        return [
            self._at(index, j, columns, r, row)
            for index, j, columns, r in found
            for row in self._rows(columns.scorer.on, profile)
        ]

    def _rows(self, on: str, profile: int) -> Iterator[int]:
        if on == "profile":
            yield profile
            return
        for claim in self._trace.owned("claim", "profile_row", profile):
            if on == "claim":
                yield claim
            else:
                yield from self._trace.owned("citation", "owner_row", claim)

    def _at(
        self, index: int, j: int, columns: ScorerColumns, rule: RuleColumns, row: int
    ) -> WhyNot:
        on = columns.scorer.on
        node = self._parsed.expressions["scorers", index, "rules", j, "when"]
        part = self._part(node, subject_scope(on), row)
        applied = self._trace.value(on, rule.applied, row) is True
        subject = self._trace.subject(on, row)
        return WhyNot(columns.scorer.key, rule.rule.id, subject, applied, part)

    # Parts -------------------------------------------------------------------------------

    def _part(self, node: ast.Expression, scope: Scope, row: int) -> Part:
        outcome = _word(self._value(node, scope, row))
        if isinstance(node, ast.Call) and node.function in ("_&&_", "_||_", "!_"):
            parts = tuple(self._part(n, scope, row) for n in _flat(node))
            return Part(unparse(node), outcome, parts=parts)
        fact = self._fact(node, scope.space.name)
        if fact is not None:
            return Part(unparse(node), outcome, parts=(self._part(fact, scope, row),))
        return Part(
            unparse(node),
            outcome,
            values=tuple(self._values(node, scope, row)),
            elements=tuple(self._elements(node, scope, row)),
        )

    def _fact(self, node: ast.Expression, on: str) -> ast.Expression | None:
        """The condition that a named fact of the row itself stands for."""
        match node:
            case ast.Select(operand=ast.Ident(name=name), field=field) if name == on:
                fact = self._parsed.facts.get((on, field))
                return fact if fact is not None and fact.type.name == "bool" else None
        return None

    def _value(self, node: ast.Expression, scope: Scope, row: int) -> object:
        expr = self._compiler.plain(scope, self._compiler.text(node, scope))
        self._run_pending()
        return self._trace.evaluate(scope.space.name, expr, row)

    def _run_pending(self) -> None:
        """Make the columns that were asked for and are not there yet."""
        engine = self._run.engine
        steps, self._compiler.steps = self._compiler.steps, []
        engine.run(s for s in steps if not engine.has(s.space, s.column))

    def _values(self, node: ast.Expression, scope: Scope, row: int) -> Iterator[tuple[str, str]]:
        """The fields and counts a part speaks of, with their values at the row."""
        told: set[str] = set()
        for term in _terms(node):
            text = unparse(term)
            if text in told:
                continue
            told.add(text)
            try:
                yield text, shown(self._value(term, scope, row))
            except CelError:
                continue

    def _elements(
        self, node: ast.Expression, scope: Scope, row: int
    ) -> Iterator[tuple[str, Outcome]]:
        macro = next((p for p in walk(node) if isinstance(p, ast.Macro)), None)
        if macro is None or macro.body.type.name != "bool":
            return
        rows = self._compiler.value(macro.range, scope)
        if not isinstance(rows, Rows) or rows.hops or rows.value is not None:
            return
        inner = scope.inside(rows, macro.variable)
        space = rows.collection.space
        for element in self._trace.owned(space, rows.collection.owner, row):
            yield self._trace.label(space, element), _word(self._value(macro.body, inner, element))


def _flat(node: ast.Call) -> Iterator[ast.Expression]:
    """The operands of a chain of && or ||, or what a ! negates."""
    for arg in node.args:
        if isinstance(arg, ast.Call) and arg.function == node.function and node.function != "!_":
            yield from _flat(arg)
        else:
            yield arg


def _terms(node: ast.Expression) -> Iterator[ast.Expression]:
    """The fields, counts and own functions in a part, outermost first; macros have elements."""
    match node:
        case ast.Select(test=True):
            yield ast.Select(node.offset, node.type, node.operand, node.field, test=False)
        case ast.Select():
            yield node
        case ast.Call(function="size" | "origins"):
            yield node
        case ast.Call():
            for child in (*((node.target,) if node.target else ()), *node.args):
                yield from _terms(child)


def _word(value: object) -> Outcome:
    return "unknown" if value is None else "true" if value else "false"


def why_not_lines(found: WhyNot) -> Iterator[str]:
    """A rule's condition as text, the parts that decided marked."""
    state = "takes effect" if found.applied else "takes no effect"
    yield f"{found.rule} of {found.scorer}, for {found.subject}: {state}"
    yield from _part_lines(found.condition, 1)


_MARKS: dict[Outcome, str] = {"true": "yes", "false": "no ", "unknown": "?  "}


def _part_lines(part: Part, depth: int) -> Iterator[str]:
    pad = "  " * depth
    yield f"{pad}{_MARKS[part.outcome]} {part.text}"
    for text, value in part.values:
        if text != part.text:
            yield f"{pad}      {text} is {value}"
    for label, outcome in part.elements:
        yield f"{pad}      {_MARKS[outcome]} {label}"
    for inner in part.parts:
        yield from _part_lines(inner, depth + 1)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A step that keeps a score below the band, or an element of the pool that is below it."""

    subject: str
    scorer: str
    rule: str
    at: int | None
    because: str


@dataclass(frozen=True, slots=True)
class Against:
    """One scorer and a band of its scale; ``short`` is how much is missing, in thousandths.

    It is 0 where the band is reached, None where the score is unknown.
    """

    scorer: str
    band: Band
    score: Score
    short: int | None
    obstacles: tuple[Obstacle, ...]
    changes: tuple[WouldChange, ...]


def against(run: Run, explanation: Explanation, profile: int, wanted: str) -> list[Against]:
    """What stands between a profile and the band of that id or grade, for every scorer with it.

    Raises ``UsageError`` where no scale has it.
    """
    found = []
    for columns in run.program.on("profile"):
        bands = run.rulebook.bands(columns.scorer)
        band = next((b for b in bands if wanted in (b.id, b.grade)), None)
        if band is not None:
            found.append(_Between(run, columns, band, profile).told(explanation))
    if not found:
        scorers = [s.scorer for s in run.program.on("profile")]
        every = [b for s in scorers for b in run.rulebook.bands(s)]
        known = [*(b.grade for b in every), *(b.id for b in every)]
        raise UsageError(unknown("band", wanted, known))
    return found


class _Between:
    def __init__(self, run: Run, columns: ScorerColumns, band: Band, profile: int) -> None:
        self._run = run
        self._columns = columns
        self._band = band
        self._start = round(band.from_ * 1000)
        self._row = profile
        self._explainer = Explainer(run)
        self._trace = Trace(run)

    def told(self, explanation: Explanation) -> Against:
        name = self._columns.scorer.name
        score = self._run.scores(self._columns)[self._row]
        short = None if score.points is None else max(self._start - score.points, 0)
        obstacles = tuple(self._obstacles()) if short != 0 else ()
        changes = tuple(
            w
            for w in explanation.would_change
            if w.scorer == name and w.direction == "upgrade" and w.points >= self._start
        )
        return Against(name, self._band, score, short, obstacles, changes)

    def _obstacles(self) -> Iterator[Obstacle]:
        own = self._explainer.score(self._columns, self._row)
        yield from self._steps(own)
        pool = self._columns.pool
        if pool is None:
            return
        for element in self._trace.owned(pool.elements, pool.owner, self._row):
            take = self._trace.value(pool.elements, pool.take, element)
            kept = self._trace.value(pool.elements, pool.keep, element)
            if kept is False or (isinstance(take, int) and take >= self._start):
                continue
            label = self._trace.label(pool.elements, element)
            inner = list(self._inner(pool.elements, element))
            yield from inner
            if not inner:
                at = take if isinstance(take, int) else None
                yield Obstacle(label, "", "", at, "it brings no more than this")

    def _inner(self, space: str, row: int) -> Iterator[Obstacle]:
        """What holds the element's own score of the same scale below the band."""
        for columns in self._run.program.on(space):
            scorer = columns.scorer
            if scorer.scale == self._columns.scorer.scale:
                yield from self._steps(self._explainer.score(columns, row))

    def _steps(self, explanation: ScoreExplanation) -> Iterator[Obstacle]:
        if explanation.score.points is not None and explanation.score.points >= self._start:
            return
        for step in explanation.steps:
            beginning = step.phase in ("start", "pool")
            lowering = step.phase in ("cap", "multiply") and step.applied
            pooled = beginning and explanation.on == "profile" and step.phase == "pool"
            if pooled or not (beginning or lowering):
                continue
            bound = step.amount if step.phase == "cap" else step.after
            lowers = beginning or (step.before or 0) > (step.after or 0) or step.phase == "cap"
            if lowers and (bound is None or bound < self._start):
                name = explanation.name
                yield Obstacle(explanation.subject, name, step.rule, bound, step.because)


def against_lines(found: Against) -> Iterator[str]:
    """What stands in between, as text."""
    start = f"{found.band.from_:.3f}"
    if found.short is None:
        yield f"{found.scorer}: {found.band.grade} starts at {start}; it is not rated"
    elif found.short == 0:
        yield f"{found.scorer}: {found.band.grade} starts at {start} and is reached"
        return
    else:
        yield (
            f"{found.scorer}: {found.band.grade} starts at {start}; "
            f"{found.short / 1000:.3f} is missing"
        )
    for o in found.obstacles:
        at = "unknown" if o.at is None else f"{o.at / 1000:.3f}"
        rule = f" {o.rule}" if o.rule else ""
        yield f"  {o.subject}{rule}: {at}  {o.because}"
    yield from _changes(found.changes)


def _changes(changes: Sequence[WouldChange]) -> Iterator[str]:
    if not changes:
        yield "  no single change in the catalogue would reach it"
    for w in changes:
        yield f"  would reach it, effort {w.effort}: {w.change} ({w.points / 1000:.3f})"
