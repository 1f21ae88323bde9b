"""Reasons why a rule takes no effect, and why a profile does not reach a band."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.cel import ast
from assay.cel.ast import walk
from assay.cel.errors import CelError
from assay.cel.lower import Compiler
from assay.cel.program import ScorerColumns
from assay.cel.scope import Rows, Scope, subject_scope
from assay.cel.text import unparse
from assay.diagnostics.suggest import unknown
from assay.errors import UsageError
from assay.model.results import Outcome, Score, ScoreExplanation, Step, WouldChange
from assay.model.rulebook import Band
from assay.rules.expressions import Parsed, parse_rulebook
from assay.scoring.explain import Explainer, outcome_word, score_without
from assay.scoring.run import Run
from assay.scoring.trace import Trace
from assay.scoring.wording import shown
from assay.text import sentence


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a condition with its outcome for one row.

    ``values`` are the fields it reads with their values; ``elements`` the elements of its
    collection, each with the outcome for it.
    """

    text: str
    outcome: Outcome
    values: tuple[tuple[str, str], ...] = ()
    elements: tuple[tuple[str, Outcome], ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyNot:
    """The outcome of a rule for one subject."""

    scorer: str
    rule: str
    subject: str
    applied: bool
    condition: Part


class ConditionParts:
    """Evaluates the parts of conditions in one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._trace = Trace(run)
        self._parsed: Parsed = parse_rulebook(run.rulebook)
        self._compiler = Compiler(self._parsed.vocabulary, self._parsed.facts, prefix="why")

    def ask(self, rule: str, profile: int) -> list[WhyNot]:
        """Evaluate the rule for a profile, or for each of its claims or citations.

        ``rule`` is an id, or ``scorer.id``. Raises ``UsageError`` for an unknown rule.
        """
        name, _, rule_id = rule.rpartition(".")
        rulebook = self._run.rulebook
        kind = self._run.engine.column("profile", "kind")[profile]
        found = [
            (("scorers", i, "rules", j, "when"), scorer.on, scorer.key, columns)
            for i, scorer in enumerate(rulebook.scorers)
            for j, columns in enumerate(self._run.program.scorer(scorer.key).rules)
            if columns.rule.id == rulebook.successor(scorer, rule_id)
            and name in ("", scorer.name, scorer.key)
        ]
        if not found:
            known = sorted({r.id for s in rulebook.scorers for r in s.rules})
            raise UsageError(unknown("rule", rule, known))
        return [
            WhyNot(
                scorer=key,
                rule=columns.rule.id,
                subject=self._trace.subject(on, row),
                applied=self._trace.value(on, columns.applied, row) is True,
                condition=self._part(self._parsed.expressions[path], subject_scope(on), row),
            )
            for path, on, key, columns in found
            if self._run.program.scorer(key).scorer.asks(kind)
            for row in self._rows(on, profile)
        ]

    def _rows(self, on: str, profile: int) -> Iterator[int]:
        if on == "profile":
            yield profile
            return
        for claim in self._trace.owned("claim", "profile_row", profile):
            if on == "claim":
                yield claim
            elif on == "corroboration":
                yield from self._trace.owned("corroboration", "claim_row", claim)
            else:
                yield from self._trace.owned("citation", "owner_row", claim)

    def _part(self, node: ast.Expression, scope: Scope, row: int) -> Part:
        outcome = outcome_word(self._value(node, scope, row))
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
        """The condition of a fact that the row itself has by name."""
        match node:
            case ast.Select(operand=ast.Ident(name=name), field=field) if name == on:
                fact = self._parsed.facts.get((on, field))
                return fact if fact is not None and fact.type.name == "bool" else None
        return None

    def _value(self, node: ast.Expression, scope: Scope, row: int) -> object:
        expr = self._compiler.plain(scope, self._compiler.text(node, scope))
        engine = self._run.engine
        steps, self._compiler.steps = self._compiler.steps, []
        engine.run(s for s in steps if not engine.has(s.space, s.column))
        return self._trace.evaluate(scope.space.name, expr, row)

    def _values(self, node: ast.Expression, scope: Scope, row: int) -> Iterator[tuple[str, str]]:
        """The fields and counts in a part, with their values for the row."""
        for text, term in {unparse(term): term for term in _terms(node)}.items():
            try:
                yield text, shown(self._value(term, scope, row))
            except CelError:  # it has no single value for a row
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
            outcome = outcome_word(self._value(macro.body, inner, element))
            yield self._trace.label(space, element), outcome


def _flat(node: ast.Call) -> Iterator[ast.Expression]:
    """The operands of a chain of && or ||, or the operand of !."""
    for arg in node.args:
        if isinstance(arg, ast.Call) and arg.function == node.function and node.function != "!_":
            yield from _flat(arg)
        else:
            yield arg


def _terms(node: ast.Expression) -> Iterator[ast.Expression]:
    """The fields and counts in a part, outermost first. Macros are shown by their elements."""
    match node:
        case ast.Select(test=True):
            yield ast.Select(node.offset, node.type, node.operand, node.field, test=False)
        case ast.Select():
            yield node
        case ast.Call(function="size" | "peers"):
            yield node
        case ast.Call():
            for child in (*((node.target,) if node.target else ()), *node.args):
                yield from _terms(child)


def why_not_lines(found: WhyNot) -> Iterator[str]:
    """Format a rule's condition, each part with its outcome."""
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


# Bands --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A step that keeps a score below the band, or an element of the pool that is below it.

    ``at`` is its score in thousandths, None if unknown. ``without`` is the score of the subject if
    this rule alone did not apply; None for other steps, and if the score would not be rated.
    """

    subject: str
    scorer: str
    rule: str
    at: int | None
    because: str
    without: int | None = None


@dataclass(frozen=True, slots=True)
class Against:
    """The distance of a profile from a band of one scorer, with its reasons.

    ``short`` is the difference from the start of the band in thousandths: 0 if the band is
    reached, None if the score is unknown. ``changes`` would reach the band.
    """

    scorer: str
    band: Band
    score: Score
    short: int | None
    obstacles: tuple[Obstacle, ...]
    changes: tuple[WouldChange, ...]


def against(
    run: Run, would_change: Sequence[WouldChange], profile: int, wanted: str
) -> list[Against]:
    """Find what keeps a profile below a band, for every scorer with a band of that id or grade.

    ``profile`` is the row of the profile, ``would_change`` are its changes. Raises ``UsageError``
    if no scorer has the band.
    """
    kind = run.engine.column("profile", "kind")[profile]
    asked = [s for s in run.program.on("profile") if s.scorer.asks(kind)]
    scorers = [(s, run.rulebook.bands(s.scorer)) for s in asked]
    found = [
        _against(run, columns, band, profile, would_change)
        for columns, bands in scorers
        for band in [b for b in bands if wanted in (b.id, b.grade)][:1]
    ]
    if not found:
        every = [band for _, bands in scorers for band in bands]
        known = [*(b.grade for b in every), *(b.id for b in every)]
        raise UsageError(unknown("band", wanted, known))
    return found


def _against(
    run: Run, columns: ScorerColumns, band: Band, row: int, would_change: Sequence[WouldChange]
) -> Against:
    name, start = columns.scorer.name, round(band.from_ * 1000)
    score = run.scores(columns, [row])[0]
    short = None if score.points is None else max(start - score.points, 0)
    obstacles = () if short == 0 else tuple(_Obstacles(run, columns, start).of(row))
    changes = tuple(
        w
        for w in would_change
        if w.scorer == name and w.direction == "upgrade" and w.points >= start
    )
    return Against(name, band, score, short, obstacles, changes)


class _Obstacles:
    """Finds what keeps scores of profiles below ``start``, in thousandths."""

    def __init__(self, run: Run, columns: ScorerColumns, start: int) -> None:
        self._run = run
        self._columns = columns
        self._start = start
        self._explainer = Explainer(run)
        self._trace = self._explainer.trace

    def of(self, row: int) -> Iterator[Obstacle]:
        yield from self._score(self._columns, row)
        pool = self._columns.pool
        if pool is None:
            return
        for element in self._trace.owned(pool.elements, pool.owner, row):
            points = self._trace.value(pool.elements, pool.take, element)
            included = self._trace.value(pool.elements, pool.keep, element)
            if included is False or (isinstance(points, int) and points >= self._start):
                continue
            inner = list(self._inner(pool.elements, element))
            yield from inner
            if not inner:
                label = self._trace.label(pool.elements, element)
                at = points if isinstance(points, int) else None
                yield Obstacle(label, "", "", at, "its score is no higher")

    def _inner(self, space: str, row: int) -> Iterator[Obstacle]:
        """The steps that keep the element's own scores of the same scale below the band."""
        for columns in self._run.program.on(space):
            if columns.scorer.scale == self._columns.scorer.scale:
                yield from self._score(columns, row)

    def _score(self, columns: ScorerColumns, row: int) -> Iterator[Obstacle]:
        """The steps that keep one score below the band, and the scores that it is taken from."""
        found = self._explainer.score(columns, row)
        if found.score.points is not None and found.score.points >= self._start:
            return
        basis, *rules = found.steps
        # The pool of a profile is shown by its elements.
        shown = found.on != "profile" or basis.phase == "start"
        if shown and (basis.amount is None or basis.amount < self._start):
            taken = list(self._taken_from(columns, row, basis))
            if basis.phase == "pool" or not taken:
                yield _obstacle(found, basis, basis.amount, None)
            yield from taken
        for step in rules:
            if step.phase not in ("cap", "multiply") or not step.applied:
                continue
            limit = step.amount if step.phase == "cap" else step.after
            lowers = step.phase == "cap" or (step.before or 0) > (step.after or 0)
            if lowers and (limit is None or limit < self._start):
                yield _obstacle(found, step, limit, score_without(found, step))

    def _taken_from(self, columns: ScorerColumns, row: int, basis: Step) -> Iterator[Obstacle]:
        """Those of the one score that a score starts from: another of the subject, or of its pool.

        If several scores of the subject are equal, it is not known which of them counts.
        """
        space, pool = columns.scorer.on, columns.pool
        if pool is None:
            others = [self._run.program.scorer(f"{space}.{n}") for n in columns.starts_from]
            equal = [c for c in others if self._trace.value(space, c.score, row) == basis.amount]
            if len(equal) == 1:
                yield from self._score(equal[0], row)
        elif pool.combine == "max" and basis.amount is not None:
            taken = [c for c in self._run.program.on(pool.elements) if c.score == pool.take]
            for element in self._trace.owned(pool.elements, pool.owner, row):
                label = self._trace.label(pool.elements, element)
                if taken and basis.evidence == (label,):
                    yield from self._score(taken[0], element)


def _obstacle(
    found: ScoreExplanation, step: Step, limit: int | None, without: int | None
) -> Obstacle:
    return Obstacle(found.subject, found.name, step.rule, limit, step.because, without)


def against_lines(found: Against) -> Iterator[str]:
    """Format the distance from a band with its reasons."""
    start = f"{found.scorer}: {found.band.grade} starts at {found.band.from_:.3f}"
    if found.short == 0:
        yield f"{start} and is reached"
        return
    distance = "it is not rated" if found.short is None else f"{found.short / 1000:.3f} is missing"
    yield f"{start}; {distance}"
    for o in found.obstacles:
        at = "unknown" if o.at is None else f"{o.at / 1000:.3f}"
        rule = f" {o.rule}" if o.rule else ""
        without = "" if o.without is None else f" ({o.without / 1000:.3f} without it)"
        yield f"  {o.subject}{rule}: {at}{without}  {sentence(o.because)}"
    if not found.changes:
        yield "  no single change in the catalogue would reach it"
    for w in found.changes:
        yield f"  would reach it, effort {w.effort}: {w.change} ({w.points / 1000:.3f})"
