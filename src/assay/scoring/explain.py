"""Why a score is what it is: the steps behind it, replayed from the engine's columns, and in short.

Each step starts where the one before ended and the last ends at the score; a replay that does
not is a defect and raises :class:`assay.errors.EngineError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assay.arithmetic import ONE, scale_points
from assay.errors import EngineError
from assay.model.rulebook import Band, Phase
from assay.rules.ir import Col, Expr, Lit
from assay.rules.program import PoolUp, RuleColumns, ScorerColumns
from assay.scoring.results import Outcome, Score, ScoreExplanation, Step, StepPhase, WouldChange
from assay.scoring.run import Run, ordered_bands
from assay.scoring.trace import Trace
from assay.scoring.wording import fill_text
from assay.text import plural

_ORDER: tuple[Phase, ...] = ("add", "multiply", "floor", "cap")


class Explainer:
    """Explains the scores of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        run.engine.run(run.program.text_steps)
        self._trace = Trace(run)
        self._bands: dict[str, list[Band]] = {}
        self._phases: dict[str, list[tuple[Phase, list[RuleColumns]]]] = {}
        self._idle: dict[tuple[str, str, int | None], Step] = {}

    def profile(self, row: int) -> Iterator[ScoreExplanation]:
        """All scores of a profile: its own first, then those of its claims and citations."""
        for scorer in self._run.program.on("profile"):
            yield self.score(scorer, row)
        claims = self._trace.owned("claim", "profile_row", row)
        for claim in claims:
            for scorer in reversed(self._run.program.on("claim")):
                yield self.score(scorer, claim)
        for claim in claims:
            for citation in self._trace.owned("citation", "owner_row", claim):
                for scorer in reversed(self._run.program.on("citation")):
                    yield self.score(scorer, citation)

    def subjects(self, on: str) -> dict[int, str]:
        """The name of everything of a kind that is scored, by row, without uncited originals."""
        height = self._run.tables.height(on)
        rows = (
            r
            for r in range(height)
            if on != "citation" or self._trace.value("citation", "owner_row", r) is not None
        )
        return {row: self._trace.subject(on, row) for row in rows}

    def score(self, scorer: ScorerColumns, row: int) -> ScoreExplanation:
        """One score of one row, with all its steps."""
        space = scorer.scorer.on
        key = scorer.scorer.key
        if key not in self._bands:
            self._bands[key] = ordered_bands(self._run.rulebook.bands(scorer.scorer))
        points, coverage, band = (
            None if column is None else self._trace.value(space, column, row)
            for column in (scorer.score, scorer.coverage, scorer.band)
        )
        assert points is None or isinstance(points, int)
        assert isinstance(coverage, int)
        score = Score(points, coverage, self._bands[key][band] if isinstance(band, int) else None)
        replay = _Replay(self._start(scorer, row))
        if key not in self._phases:
            self._phases[key] = _by_phase(scorer)
        for phase, rules in self._phases[key]:
            for rule in rules:
                if _says_the_same(rule) and self._trace.evaluate(space, rule.outcome, row) is False:
                    replay.steps.append(self._idle_step(key, phase, rule, replay.at))
                else:
                    replay.take(phase, self._rule(scorer, rule, row))
            if phase in ("add", "cap"):
                replay.clamp()
        if scorer.held is not None:
            held = self._trace.value(space, scorer.held, row)
            if isinstance(held, int):
                roots = self._trace.roots(row)
                replay.hold(held, f"a retelling carries no more than {', '.join(roots)}", roots)
        if replay.at != score.points:
            raise EngineError(
                f"{self._trace.subject(space, row)}: {scorer.scorer.key} replays to {replay.at}, "
                f"not to {score.points}"
            )
        return ScoreExplanation(
            name=scorer.scorer.name,
            on=space,
            subject=self._trace.subject(space, row),
            score=score,
            steps=tuple(replay.steps),
        )

    def _start(self, scorer: ScorerColumns, row: int) -> Step:
        space = scorer.scorer.on
        start = self._trace.value(space, scorer.start, row)
        assert start is None or isinstance(start, int)
        phase: StepPhase = "pool" if scorer.pool else "start"
        missing: tuple[str, ...] = ()
        if start is None:
            missing = self._trace.missing(space, Col(scorer.start), row)
        if scorer.pool:
            counted, because = self._pooled(scorer.pool, row)
        else:
            counted = ()
            because = _beginning(scorer)
        return Step(
            phase=phase,
            rule=phase,
            outcome="unknown" if start is None else "true",
            applied=start is not None,
            amount=start,
            before=0,
            after=start,
            because=because,
            missing=missing,
            evidence=counted,
        )

    def _pooled(self, pool: PoolUp, row: int) -> tuple[tuple[str, ...], str]:
        """What counted in a pool, and how to say it."""
        best: dict[object, tuple[int, str]] = {}
        known, unsure = 0, False
        for element in self._trace.owned(pool.elements, pool.owner, row):
            taken = self._trace.value(pool.elements, pool.take, element)
            kept = self._trace.value(pool.elements, pool.keep, element)
            if kept is not True or not isinstance(taken, int):
                unsure |= kept is not False
                continue
            known += 1
            group = self._trace.value(pool.elements, pool.by, element) if pool.by else element
            label = self._trace.label(pool.elements, element)
            best[group] = max(best.get(group, (-1, "")), (taken, label))
        ranked = sorted(best.values(), key=lambda b: (-b[0], b[1]))
        if pool.combine == "min":
            ranked = ranked[::-1][:1]
        elif pool.combine == "max":
            ranked = ranked[:1]
        elif pool.strongest is not None:
            ranked = ranked[: pool.strongest]
        ids = tuple(label for _, label in ranked)
        if not ids:
            return ids, "what could count is unknown" if unsure else "nothing to count"
        noun = {"noisy_or": "together", "mean": "on average", "sum": "in sum"}.get(pool.combine)
        if noun is None:
            word = "weakest" if pool.combine == "min" else "strongest"
            return ids, f"the {word} of {known}: {ids[0]}"
        if pool.by and known > len(best):
            return ids, f"{plural(len(ids), 'group')} of {plural(known, 'item')}, {noun}"
        return ids, f"{plural(len(ids), 'item')}, {noun}"

    def _idle_step(self, scorer: str, phase: Phase, rule: RuleColumns, at: int | None) -> Step:
        """The step of a rule that does not hold: the same wherever the score stands the same."""
        key = (scorer, rule.rule.id, at)
        if key not in self._idle:
            assert isinstance(rule.amount, Lit)
            amount = rule.amount.value
            assert amount is None or isinstance(amount, int)
            because = fill_text(rule.because, lambda _: None)
            self._idle[key] = Step(phase, rule.rule.id, "false", False, amount, at, at, because)
        return self._idle[key]

    def _rule(self, scorer: ScorerColumns, rule: RuleColumns, row: int) -> _Effect:
        space = scorer.scorer.on
        outcome = self._trace.evaluate(space, rule.outcome, row)
        applied = self._trace.value(space, rule.applied, row) is True
        effect = self._trace.evaluate(space, rule.effect if applied else rule.amount, row)
        undecided: Iterable[Expr] = ()
        if outcome is None:
            undecided = (rule.outcome,)
        elif outcome is True and effect is None:
            undecided = (rule.amount,)
        missing = dict.fromkeys(m for e in undecided for m in self._trace.missing(space, e, row))
        word: Outcome = "unknown" if outcome is None else "true" if outcome else "false"
        evidence = self._trace.evidence(space, rule.outcome, row) if outcome else ()
        assert effect is None or isinstance(effect, int)
        return _Effect(
            rule=rule.rule.id,
            outcome=word,
            applied=applied,
            amount=effect,
            because=fill_text(rule.because, lambda c: self._trace.value(space, c, row)),
            missing=tuple(missing),
            evidence=evidence,
        )


def _by_phase(scorer: ScorerColumns) -> list[tuple[Phase, list[RuleColumns]]]:
    ordered = sorted(scorer.rules, key=lambda r: r.rule.id)
    return [(phase, [r for r in ordered if r.rule.phase == phase]) for phase in _ORDER]


def _says_the_same(rule: RuleColumns) -> bool:
    """Whether the amount and the words of a rule are those of every row."""
    return isinstance(rule.amount, Lit) and all(isinstance(p, str) for p in rule.because)


def _beginning(scorer: ScorerColumns) -> str:
    """What a score starts from: a number, or the scores its expression reads."""
    start = scorer.scorer.start
    if start is None:
        return "starts from nothing"
    if not isinstance(start, str):
        return f"starts from {start}"
    return f"starts from its {' or its '.join(scorer.starts_from)}" if scorer.starts_from else start


@dataclass(frozen=True, slots=True)
class _Effect:
    """What a rule says of one row."""

    rule: str
    outcome: Outcome
    applied: bool
    amount: int | None
    because: str
    missing: tuple[str, ...]
    evidence: tuple[str, ...]


class _Replay:
    """The running score and the steps that led to it."""

    def __init__(self, start: Step) -> None:
        self.steps = [start]
        self.at = start.after

    def take(self, phase: Phase, effect: _Effect) -> None:
        before = self.at
        if effect.applied and before is not None and effect.amount is not None:
            self.at = _after(phase, before, effect.amount)
        self.steps.append(
            Step(
                phase=phase,
                rule=effect.rule,
                outcome=effect.outcome,
                applied=effect.applied,
                amount=effect.amount,
                before=before,
                after=self.at,
                because=effect.because,
                missing=effect.missing,
                evidence=effect.evidence,
            )
        )

    def clamp(self) -> None:
        """Hold the score between 0 and 1; a step only where that changes it."""
        if self.at is not None and not 0 <= self.at <= ONE:
            self._built_in("clamp", "clamp", min(max(self.at, 0), ONE), "a score is from 0 to 1")

    def hold(self, limit: int, because: str, evidence: tuple[str, ...]) -> None:
        if self.at is not None and limit < self.at:
            self._built_in("cap", "root", limit, because, evidence)

    def _built_in(
        self,
        phase: StepPhase,
        rule: str,
        after: int,
        because: str,
        evidence: tuple[str, ...] = (),
    ) -> None:
        step = Step(phase, rule, "true", True, after, self.at, after, because, (), evidence)
        self.steps.append(step)
        self.at = after


def _after(phase: Phase, before: int, amount: int) -> int:
    if phase == "add":
        return before + amount
    if phase == "multiply":
        return scale_points(before, amount)
    return max(before, amount) if phase == "floor" else min(before, amount)


# In one sentence ----------------------------------------------------------------------------------


def summarise(
    explanations: Sequence[ScoreExplanation],
    scorer: str | None,
    would_change: Sequence[WouldChange],
    sources: int,
    origins: int,
) -> str:
    """One sentence about a profile's score of ``scorer``.

    ``explanations`` are all of the profile, its claims and citations; ``sources`` and
    ``origins`` are the counts of the profile.
    """
    own = next((e for e in explanations if e.on == "profile" and e.name == scorer), None)
    if own is None:
        return ""
    if own.score.points is None:
        return f"Not rated: {_missing(own)}."
    grade = f"{own.score.grade} " if own.score.grade else ""
    value = f"{own.score.points / 1000:.2f}"
    chain = _weakest_chain(own, explanations)
    parts = [
        f"{grade}({value}): rests on {plural(sources, 'source')} from {plural(origins, 'origin')}"
    ]
    claim = next((e for e in chain if e.on == "claim"), None)
    if claim is not None:
        parts.append(f"its weakest key claim is {claim.subject.partition('#')[2]!r}")
    limit = _limit(chain)
    if limit:
        parts.append(f"what limits it: {limit}")
    raise_ = next(
        (w for w in would_change if w.scorer == scorer and w.direction == "upgrade"), None
    )
    if raise_ is not None:
        parts.append(f"{raise_.to.grade} would take one thing: {raise_.change}")
    elif own.score.points < 1000:
        parts.append("no single change in the catalogue would raise it")
    return "; ".join(parts) + "."


def _missing(explanation: ScoreExplanation) -> str:
    start = explanation.steps[0]
    if start.missing:
        return f"unknown are {', '.join(start.missing)}"
    return start.because


def _weakest_chain(
    own: ScoreExplanation, explanations: Sequence[ScoreExplanation]
) -> list[ScoreExplanation]:
    """The score and the scores it was pooled from, following the first of each pool down."""
    by_subject: dict[str, list[ScoreExplanation]] = {}
    for e in explanations:
        by_subject.setdefault(e.subject, []).append(e)
    chain = [own]
    pool = own.steps[0]
    if pool.phase == "pool" and pool.evidence:
        claim = pool.evidence[0]
        below = by_subject.get(claim, [])
        chain += below
        supporting = [s for e in below for s in e.steps[:1] if s.phase == "pool"]
        for source in dict.fromkeys(i for s in supporting for i in s.evidence):
            chain += by_subject.get(f"{claim}@{source}", [])
    return chain


def _limit(chain: Sequence[ScoreExplanation]) -> str:
    """Why the score is not higher: the step that took most away, else what it starts from."""
    lowering = [s for e in chain for s in e.steps if _taken(s) > 0]
    if lowering:
        return max(lowering, key=lambda s: (_taken(s), s.rule)).because
    carried = [
        s
        for e in chain
        if e.on == "citation"
        for s in e.steps
        if s.phase == "add" and s.applied and s.amount
    ]
    if carried:
        strongest = max(carried, key=lambda s: (s.amount or 0, s.rule))
        return f"no source carries more than this: {strongest.because}"
    return ""


def _taken(step: Step) -> int:
    if not step.applied or step.before is None or step.after is None:
        return 0
    return step.before - step.after
