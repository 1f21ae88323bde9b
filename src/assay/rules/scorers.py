"""Compilation of a rulebook to a program: phases, coverage, bands and texts.

A scorer runs start or pool → add → clamp → multiply → floor → cap → clamp. The order of rules in
the file does not matter: addition, minimum and maximum do not depend on it, and multiplications,
which round, run in the order of rule ids.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from datetime import date

from assay.arithmetic import ONE, to_points
from assay.cel.errors import CelError
from assay.cel.lower import Compiler
from assay.cel.operations import TRUE, UNKNOWN, Col, Expr, Lit, all_of, apply, sum_of
from assay.cel.program import (
    Aggregate,
    Compute,
    Gather,
    PoolUp,
    Program,
    RuleColumns,
    ScorerColumns,
    TextPart,
    WatchColumns,
)
from assay.cel.schema import SPACES, row_column
from assay.cel.scope import Rows, Scope, subject_scope
from assay.cel.text import split_text
from assay.diagnostics.diagnostic import Diagnostic
from assay.model.rulebook import Pool, Rule, Rulebook, Scorer
from assay.rules.bands import add_bands, near_ceiling
from assay.rules.check import uncompilable, uncompilable_facts
from assay.rules.coverage import coverage_of
from assay.rules.expressions import (
    Parsed,
    RulePath,
    parse_rulebook,
    scorer_order,
)


def compile_rulebook(rulebook: Rulebook, missing: Set[str] = frozenset()) -> Program:
    """Parse, check and compile every expression of a rulebook.

    ``missing`` are names whose definitions could not be read. Raises :class:`CelError` with all
    problems at once.
    """
    parsed = parse_rulebook(rulebook, missing)
    order = scorer_order(rulebook, parsed)
    if parsed.problems or not parsed.complete:
        raise CelError([*parsed.problems, *uncompilable(rulebook, parsed)])
    return _ProgramBuilder(rulebook, parsed).build(order)


class _ProgramBuilder:
    def __init__(self, rulebook: Rulebook, parsed: Parsed) -> None:
        self._rulebook = rulebook
        self._parsed = parsed
        self._compiler = Compiler(parsed.vocabulary, parsed.facts)
        self._problems: list[Diagnostic] = []

    def build(self, order: list[int]) -> Program:
        compiler = self._compiler
        scorers = [self._scorer(i) for i in order]
        scored = len(compiler.steps)
        scorers = [self._with_texts(i, s) for i, s in zip(order, scorers, strict=True)]
        worded = len(compiler.steps)
        outcomes = [
            compiler.column("profile", self._expr(("watch", i, "when"), self._watch_scope))
            for i in range(len(self._rulebook.watch))
        ]
        watch = tuple(
            WatchColumns(
                rule, outcome, self._text(("watch", i, "text"), rule.text, self._watch_scope)
            )
            for i, (rule, outcome) in enumerate(zip(self._rulebook.watch, outcomes, strict=True))
        )
        self._problems += uncompilable_facts(self._rulebook, self._parsed)
        if self._problems:
            raise CelError(self._problems)
        return Program(
            steps=tuple(compiler.steps[:scored]),
            text_steps=tuple(compiler.steps[scored:worded]),
            watch_steps=tuple(compiler.steps[worded:]),
            scorers=tuple(scorers[order.index(i)] for i in range(len(order))),
            watch=watch,
            definitions=compiler.definitions,
        )

    @property
    def _watch_scope(self) -> Scope:
        return subject_scope("profile", watch=True)

    def _expr(self, path: RulePath, scope: Scope, *, text: bool = False) -> Expr:
        compiled = self._compiler.text if text else self._compiler.scalar
        try:
            return compiled(self._parsed.expressions[path], scope)
        except CelError as error:
            self._problems += [p.within(path) for p in error.problems]
            return UNKNOWN

    def _scorer(self, index: int) -> ScorerColumns:
        scorer = self._rulebook.scorers[index]
        here: RulePath = ("scorers", index)
        scope = subject_scope(scorer.on)
        start, pool = self._start(scorer, here, scope)
        rules = tuple(
            self._rule(scorer, rule, (*here, "rules", j), scope)
            for j, rule in enumerate(scorer.rules)
        )
        raw = limit = None
        unbounded = self._adjusted(scorer, start, rules)
        final = _bounded(unbounded, rules)
        if scorer.on == "citation":
            raw, limit, final = self._limited_by_roots(scorer, final)
        final = Col(self._compute(scorer.on, f"final.{scorer.name}", final))
        score, coverage = self._rated(scorer, here, scope, final)
        bands = add_bands(
            self._compiler,
            self._rulebook,
            scorer,
            needs=self._condition((*here, "stands_on", "needs"), scope),
        )
        return ScorerColumns(
            scorer,
            score,
            coverage,
            start,
            rules,
            unbounded,
            bands.band,
            pool,
            raw,
            limit,
            self._scores_in_start(here),
            bands.ceiling,
            bands.stands_on,
            bands.firm,
        )

    def _rated(self, scorer: Scorer, here: RulePath, scope: Scope, final: Expr) -> tuple[str, str]:
        """Define score and coverage; the score is unknown where the subject is not rated."""
        score, coverage = f"score.{scorer.name}", f"cover.{scorer.name}"
        try:
            covered = coverage_of(scorer, here, self._parsed, self._compiler)
        except CelError as error:
            # The filter of a pool was compiled before, and its problems were reported.
            self._problems += [p for p in error.problems if p not in self._problems]
            covered = None
        if covered is None:
            covered = apply("if", apply("known", final), Lit(ONE), Lit(0))
        self._compute(scorer.on, coverage, covered)
        conditions = [self._condition((*here, name), scope) for name in ("kinds", "rated_when")]
        if scorer.rated_from is not None:
            conditions.append(apply("ge", Col(coverage), Lit(to_points(scorer.rated_from))))
        conditions.append(near_ceiling(self._rulebook, scorer))
        rated = all_of(*conditions)
        self._compute(
            scorer.on, score, final if rated == TRUE else apply("if", rated, final, UNKNOWN)
        )
        return score, coverage

    def _condition(self, path: RulePath, scope: Scope) -> Expr:
        """Compile a condition that is false where it is unknown; true if there is none."""
        if path not in self._parsed.expressions:
            return TRUE
        return apply("coalesce", self._expr(path, scope), Lit(False))

    def _scores_in_start(self, here: RulePath) -> tuple[str, ...]:
        """Return the names of the scores that the start of a scorer uses."""
        node = self._parsed.expressions.get((*here, "start"))
        names = self._parsed.vocabulary.scores
        used = () if node is None else self._parsed.uses(node)
        return tuple(
            dict.fromkeys(
                n for k in used for on, _, n in [k.partition(".")] if n in names.get(on, ())
            )
        )

    def _compute(self, space: str, column: str, expr: Expr) -> str:
        return self._compiler.add(Compute(space, column, expr))

    def _start(self, scorer: Scorer, here: RulePath, scope: Scope) -> tuple[str, PoolUp | None]:
        """Add the start; return its column and its pool."""
        column = f"start.{scorer.name}"
        if scorer.pool:
            pool = self._pool(scorer, scorer.pool, (*here, "pool"), scope, column)
            if pool is None:
                return self._compute(scorer.on, column, UNKNOWN), None
            return column, pool
        if isinstance(scorer.start, str):
            expr = apply("points", self._expr((*here, "start"), scope))
            return self._compute(scorer.on, column, expr), None
        return self._compute(scorer.on, column, Lit(to_points(scorer.start or 0.0))), None

    def _pool(
        self, scorer: Scorer, pool: Pool, here: RulePath, scope: Scope, column: str
    ) -> PoolUp | None:
        rows = scope.names[pool.over]
        assert isinstance(rows, Rows)
        inner = scope.inside(rows, "it")
        elements = rows.collection.space
        keep = self._expr((*here, "where"), inner)
        taken = apply("points", self._expr((*here, "take"), inner))
        take = self._compiler.column(elements, taken)
        by = self._compiler.column(elements, self._expr((*here, "by"), inner)) if pool.by else None
        weight = None
        if pool.weight:
            weighs = apply("points", self._expr((*here, "weight"), inner))
            weight = self._compiler.column(elements, weighs)
        step = PoolUp(
            space=scorer.on,
            column=column,
            elements=elements,
            owner=rows.collection.owner,
            keep=self._compiler.column(elements, keep),
            take=take,
            by=by,
            strongest=pool.strongest,
            combine=pool.combine,
            empty=None if pool.empty == "unknown" else to_points(pool.empty),
            weight=weight,
            hops=self._rulebook.reach.hops if pool.within_reach else None,
            damping=to_points(self._rulebook.reach.damping) if pool.within_reach else ONE,
        )
        self._compiler.add(step)
        return step

    def _rule(self, scorer: Scorer, rule: Rule, place: RulePath, scope: Scope) -> RuleColumns:
        space = scorer.on
        stem = f"{scorer.name}.{rule.id}"
        outcome = self._expr((*place, "when"), scope)
        if rule.disabled is not None:
            outcome = apply("and", self._since(rule.disabled.until, space), outcome)
        if not isinstance(outcome, Lit):
            outcome = Col(self._compute(space, f"outcome.{stem}", outcome))
        amount: Expr
        if isinstance(rule.amount, str):
            expr = self._expr((*place, rule.phase), scope)
            if isinstance(expr, Lit) and isinstance(expr.value, float) and abs(expr.value) < ONE:
                amount = Lit(to_points(expr.value))
            else:
                computed = apply("points", expr)
                amount = Col(self._compute(space, f"amount.{stem}", computed))
        else:
            amount = Lit(to_points(rule.amount))
        fires, decided = _fires(outcome, amount), _decided(outcome, amount)
        applied: Expr = fires
        effect: Expr = amount
        if rule.on_unknown not in (None, "ignore"):
            applied = apply("or", fires, apply("not", decided))
            if isinstance(rule.on_unknown, float):
                effect = apply("if", fires, amount, Lit(to_points(rule.on_unknown)))
        column = self._compute(space, f"applied.{stem}", applied)
        if not isinstance(effect, Lit | Col):
            effect = Col(self._compute(space, f"effect.{stem}", effect))
        return RuleColumns(rule, outcome, amount, column, effect, ())

    def _since(self, day: date, space: str) -> Expr:
        """Return the condition that the date of the scores is a day or later."""
        hops = () if space == "profile" else ((row_column("profile"), "profile"),)
        today = self._compiler.at(Scope(SPACES[space], {}), hops, "today")
        return apply("ge", today, Lit(day.toordinal()))

    def _adjusted(self, scorer: Scorer, start: str, rules: tuple[RuleColumns, ...]) -> Expr:
        """Return the score in thousandths before floors and caps; unknown if the start is."""
        added = [apply("if", Col(r.applied), r.effect, Lit(0)) for r in _of_phase(rules, "add")]
        score: Expr = sum_of([Col(start), *added])
        score = apply("hold", score, Lit(0), Lit(ONE))
        for r in sorted(_of_phase(rules, "multiply"), key=lambda r: r.rule.id):
            before = self._column(scorer, score)
            score = apply("if", Col(r.applied), apply("scale", before, r.effect), before)
        return score

    def _column(self, scorer: Scorer, expr: Expr) -> Expr:
        return expr if isinstance(expr, Lit) else Col(self._compiler.column(scorer.on, expr))

    def _limited_by_roots(self, scorer: Scorer, score: Expr) -> tuple[str, str, Expr]:
        """Limit the score of a secondary report to the lowest score of the originals it draws on.

        Returns the columns of the score before the limit and of the limit, and the limited score.
        """
        raw = self._compute("citation", f"raw.{scorer.name}", score)
        gathered = self._compiler.add(
            Gather("root", f"root_row:{raw}", "root_row", "citation", raw)
        )
        lowest = self._compiler.add(
            Aggregate("citation", f"held.{scorer.name}", "root", "citation_row", "min", gathered)
        )
        unknown = self._compiler.add(
            Aggregate(
                "citation", f"unheld.{scorer.name}", "root", "citation_row", "unknown", gathered
            )
        )
        limit = apply("coalesce", Col(lowest), Lit(ONE))
        bounded = apply("hold", Col(raw), Lit(0), limit)
        return raw, lowest, apply("if", apply("eq", Col(unknown), Lit(0)), bounded, UNKNOWN)

    # Texts -----------------------------------------------------------------------------------

    def _with_texts(self, index: int, columns: ScorerColumns) -> ScorerColumns:
        scope = subject_scope(columns.scorer.on)
        rules = tuple(
            replace(
                r,
                because=self._text(
                    ("scorers", index, "rules", j, "because"), r.rule.because, scope
                ),
            )
            for j, r in enumerate(columns.rules)
        )
        return replace(columns, rules=rules)

    def _text(self, path: RulePath, text: str, scope: Scope) -> tuple[TextPart, ...]:
        parts: list[TextPart] = []
        for index, part in enumerate(split_text(text)):
            if isinstance(part, str):
                parts.append(part)
            else:
                expr = self._expr((*path, index), scope, text=True)
                parts.append(Col(self._compiler.column(scope.space.name, expr)))
        return tuple(parts)


def _bounded(score: Expr, rules: tuple[RuleColumns, ...]) -> Expr:
    """Return the score limited by its floors and caps; a cap takes precedence."""
    floors = [apply("if", Col(r.applied), r.effect, Lit(0)) for r in _of_phase(rules, "floor")]
    caps = [apply("if", Col(r.applied), r.effect, Lit(ONE)) for r in _of_phase(rules, "cap")]
    score = apply("hold", score, apply("greatest", Lit(0), *floors), Lit(ONE))
    lowest: Expr = apply("least", Lit(ONE), *caps)
    if not all(isinstance(r.amount, Lit) for r in _of_phase(rules, "cap")):
        lowest = apply("greatest", Lit(0), lowest)  # a cap that is computed may be negative
    return apply("hold", score, Lit(0), lowest)


def _of_phase(rules: tuple[RuleColumns, ...], phase: str) -> list[RuleColumns]:
    return [r for r in rules if r.rule.phase == phase]


def _decided(outcome: Expr, amount: Expr) -> Expr:
    """Return whether condition and, if it matters, amount are known; never unknown itself."""
    if isinstance(outcome, Lit) and outcome != TRUE:
        return Lit(outcome.value is not None)
    if isinstance(amount, Lit):
        return TRUE if isinstance(outcome, Lit) else apply("known", outcome)
    amount_known = apply("known", amount)
    if isinstance(outcome, Lit):
        return amount_known
    false = apply("coalesce", apply("not", outcome), Lit(False))
    return apply("or", false, apply("and", apply("known", outcome), amount_known))


def _fires(outcome: Expr, amount: Expr) -> Expr:
    """Return whether the condition is true and the amount known; never unknown itself."""
    true = outcome if isinstance(outcome, Lit) else apply("coalesce", outcome, Lit(False))
    return true if isinstance(amount, Lit) else apply("and", true, apply("known", amount))
