"""Why a score is what it is: the steps behind it, replayed from the engine's columns, and in short.

Each step starts where the one before ended and the last ends at the score; a replay that does
not is a defect and raises :class:`assay.errors.EngineError`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple

import numpy as np
import polars as pl

from assay.arithmetic import ONE, scale_points
from assay.cel.operations import Col, Expr, Lit
from assay.cel.program import PoolUp, Program, RuleColumns, ScorerColumns
from assay.errors import EngineError
from assay.evidence.origins import UNSEEN
from assay.graph.reach import Path, paths_from
from assay.model.results import (
    Explanation,
    HorizonGrade,
    OriginGroup,
    Outcome,
    ProfileResult,
    ReachLine,
    Score,
    ScoreExplanation,
    Step,
    StepPhase,
    WouldChange,
)
from assay.model.rulebook import Band, Phase
from assay.progress import counting
from assay.scoring.outlook import Horizons, Later, horizon_grade, outlooks, watched
from assay.scoring.run import Run, ordered_bands
from assay.scoring.trace import Trace
from assay.scoring.wording import fill_text
from assay.tables.build import edge_weights, valid_on
from assay.tables.tables import spans
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


class Line(NamedTuple):
    """What a list of profiles says of one; ``until`` as in the outlook."""

    id: str
    kind: str
    name: str
    scores: Mapping[str, Score]
    horizon: HorizonGrade
    until: date | None
    sources: int
    origins: int
    published: bool


def overview(run: Run, listing: pl.DataFrame, as_of: date) -> list[Line]:
    """A line about every profile of ``run``, in the order of its rows and of the listing."""
    later = Later(run, as_of)
    horizons = Horizons.of(as_of)
    scores = {s.scorer.name: run.scores(s) for s in run.program.on("profile")}
    days: list[date | None] = later.first_changes().to_list()
    due = run.tables.column("profile", "due_day").to_list()
    fired = watched(later, horizons)
    told = listing.select("id", "kind", "name", "sources", "origins").iter_rows()

    @cache  # thousands of profiles share a few hundred combinations of days
    def horizon(
        until: date | None, day: int | None, rules: tuple[HorizonGrade, ...]
    ) -> HorizonGrade:
        next_due = None if day is None else date.fromordinal(day)
        return horizon_grade(horizons, (until, next_due), rules)

    lines = []
    for row, (until, day, rules, (profile_id, kind, name, sources, origins)) in enumerate(
        zip(days, due, fired, told, strict=True)
    ):
        at = {scorer: column[row] for scorer, column in scores.items()}
        grade = horizon(until, day, tuple(rules))
        published = is_published(run, at)
        lines.append(Line(profile_id, kind, name, at, grade, until, sources, origins, published))
    return lines


def is_published(run: Run, scores: Mapping[str, Score]) -> bool:
    """Whether a profile gets a page: its band says so; without a rating it gets none."""
    chosen = run.rulebook.settings.publish_by
    if chosen is None:
        return True
    band = scores[chosen].band
    return band is not None and band.publish


def profile_results(
    run: Run, listing: pl.DataFrame, as_of: date, ids: Sequence[str] | None = None
) -> dict[str, ProfileResult]:
    """Scores, origins and outlook of every profile of ``run``, or of some, by id.

    ``listing`` says what analysts wrote to look out for.
    """
    rows = run.profile_rows if ids is None else {i: run.profile_rows[i] for i in ids}
    wanted = list(rows.values())
    ahead = outlooks(run, listing, as_of, None if ids is None else wanted)
    own = {s.scorer.name: run.scores(s, wanted) for s in run.program.on("profile")}
    claims = _claim_scores(run, wanted)
    origins = _origins(run, wanted)
    made = {}
    for place, (profile_id, row) in enumerate(rows.items()):
        scores = {name: column[place] for name, column in own.items()}
        made[profile_id] = ProfileResult(
            id=profile_id,
            scores=scores,
            claims=claims.get(row, {}),
            origins=origins.get(row, ()),
            outlook=ahead[place],
            published=is_published(run, scores),
        )
    return made


def _claim_scores(run: Run, rows: Sequence[int]) -> dict[int, dict[str, dict[str, Score]]]:
    """By row of the profile the scores of each of its claims."""
    offsets = run.tables.offsets("claim", "profile_row", run.tables.height("profile"))
    places, which = spans(offsets, np.asarray(rows, dtype=np.int64))
    ids = run.engine.column("claim", "id").gather(places)
    scores = {s.scorer.name: run.scores(s, places.tolist()) for s in run.program.on("claim")}
    found: dict[int, dict[str, dict[str, Score]]] = {}
    for place, (claim_id, number) in enumerate(zip(ids, which.tolist(), strict=True)):
        own = found.setdefault(rows[number], {})
        own[claim_id] = {name: made[place] for name, made in scores.items()}
    return found


def _origins(run: Run, rows: Sequence[int]) -> dict[int, tuple[OriginGroup, ...]]:
    """The sources of each profile by origin, unseen originals last."""
    cited = run.tables.frames["citation"].select("cited_by_row", "profile_origin", "source.id")
    groups = (
        cited.filter(pl.col("cited_by_row").is_in(rows))
        .group_by("cited_by_row", "profile_origin")
        .agg(pl.col("source.id").unique().sort().alias("sources"))
        .sort("cited_by_row", pl.col("profile_origin") == UNSEEN, "profile_origin")
    )
    found: dict[int, list[OriginGroup]] = {}
    for row, origin, sources in groups.iter_rows():
        found.setdefault(row, []).append(OriginGroup(origin, tuple(sources)))
    return {row: tuple(own) for row, own in found.items()}


def explanations(
    run: Run,
    results: Mapping[str, ProfileResult],
    changes: Mapping[str, tuple[WouldChange, ...]],
    as_of: date,
    ids: Sequence[str],
) -> dict[str, Explanation]:
    """The whole reasoning of the profiles asked for, by id; ``changes`` would change them."""
    explainer = Explainer(run)
    upstream, downstream = _reach_lines(run, as_of, ids)
    made = {}
    for profile_id in counting(ids, "profiles"):
        scorers = tuple(explainer.profile(run.profile_rows[profile_id]))
        result = results[profile_id]
        made[profile_id] = Explanation(
            id=profile_id,
            as_of=as_of,
            summary=summarise(
                scorers,
                headline(run.program, run.rulebook.settings.publish_by),
                changes[profile_id],
                result.sources,
                len(result.origins),
            ),
            scorers=scorers,
            would_change=changes[profile_id],
            outlook=result.outlook,
            upstream=upstream[profile_id],
            downstream=downstream[profile_id],
        )
    return made


def headline(program: Program, publish_by: str | None) -> str | None:
    """The profile scorer a summary speaks of: the one that publishes, else the first graded."""
    graded = [s.scorer.name for s in program.on("profile") if s.band]
    every = [s.scorer.name for s in program.on("profile")]
    return publish_by or next(iter([*graded, *every]), None)


def _reach_lines(
    run: Run, as_of: date, ids: Sequence[str]
) -> tuple[dict[str, tuple[ReachLine, ...]], dict[str, tuple[ReachLine, ...]]]:
    """What each profile reaches and is reached by; paths are always followed downward."""
    names = run.tables.frames["profile"].get_column("id").to_list()
    rows = run.profile_rows
    above: dict[int, list[int]] = {}
    for lower, upper in _reached(run, "upstream", [rows[i] for i in ids]).iter_rows():
        above.setdefault(lower, []).append(upper)
    begins = {row for i in ids for row in (rows[i], *above.get(rows[i], ()))}
    passed = begins | set(_reached(run, "downstream", begins)["peer_row"])
    edges = run.tables.edges
    assert edges is not None
    valid = edges.filter(pl.col("upper").is_in(passed) & valid_on(as_of.toordinal()))
    links: dict[int, list[tuple[int, int | None]]] = {}
    for upper, lower, points in edge_weights(valid, run.rulebook).iter_rows():
        links.setdefault(upper, []).append((lower, points))
    reach = run.rulebook.reach
    paths: dict[int, list[Path]] = {}

    def down(row: int) -> list[Path]:
        if row not in paths:
            paths[row] = paths_from(links, row, reach.hops, reach.damping)
        return paths[row]

    upstream, downstream = {}, {}
    for profile_id in ids:
        row = rows[profile_id]
        downstream[profile_id] = tuple(_line(p, p.path, names) for p in down(row))
        found = [p for upper in above.get(row, ()) for p in down(upper) if p.peer == row]
        upstream[profile_id] = tuple(
            _line(p, p.path[::-1], names) for p in sorted(found, key=lambda p: p.strength)
        )
    return upstream, downstream


def _reached(run: Run, space: str, rows: Collection[int]) -> pl.DataFrame:
    """Rows of some profiles and of those they reach."""
    pairs = run.tables.frames[space].select("profile_row", "peer_row")
    return pairs.filter(pl.col("profile_row").is_in(rows))


def _line(found: Path, path: Sequence[int], names: Sequence[str]) -> ReachLine:
    through = tuple(names[row] for row in path)
    return ReachLine(through[-1], found.points, found.distance, through)
