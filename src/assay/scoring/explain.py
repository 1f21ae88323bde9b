"""Explanations of scores, and the results of profiles that lists and pages show.

An explanation replays a score from the columns of the engine. Each step starts where the previous
one ended, and the last one ends at the score; otherwise the engine is wrong, and the replay raises
:class:`assay.errors.EngineError`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from assay.arithmetic import ONE, scale_points, to_points
from assay.cel.operations import Col, Lit
from assay.cel.program import PoolUp, Program, RuleColumns, ScorerColumns
from assay.errors import EngineError
from assay.graph.reach import Path, paths_from
from assay.model.results import (
    Explanation,
    Horizon,
    Outcome,
    Outlook,
    Override,
    Overrides,
    ProfileResult,
    ReachLine,
    Score,
    ScoreExplanation,
    Step,
    WouldChange,
)
from assay.model.rulebook import Phase, Rulebook, Scorer
from assay.progress import counting
from assay.scoring.horizon import horizon_from_json, horizons
from assay.scoring.outlook import Projection, grade_changes, outlooks
from assay.scoring.run import Run, result_columns_of
from assay.scoring.trace import Trace
from assay.scoring.wording import fill_text
from assay.tables.build import edge_weights, valid_on
from assay.tables.tables import spans
from assay.text import listed, plural, sentence, through


def explanations(
    explainer: Explainer,
    results: Mapping[str, ProfileResult],
    changes: Mapping[str, tuple[WouldChange, ...]],
    as_of: date,
    ids: Sequence[str],
) -> dict[str, Explanation]:
    """Explain the profiles, by id; ``results`` and ``changes`` are theirs."""
    run = explainer.run
    name = headline(run.program, run.rulebook.settings.publish_by)
    upstream, downstream = _reach_lines(run, as_of, ids)
    made = {}
    for profile_id in counting(ids, "profiles"):
        result, would_change = results[profile_id], changes[profile_id]
        scorers = tuple(
            replace(e, score=result.scores.get(e.name, e.score)) if e.on == "profile" else e
            for e in explainer.profile(run.profile_rows[profile_id])
        )
        made[profile_id] = Explanation(
            id=profile_id,
            as_of=as_of,
            summary=_summary(scorers, name, would_change, result),
            scorers=scorers,
            would_change=would_change,
            outlook=result.outlook,
            upstream=upstream[profile_id],
            downstream=downstream[profile_id],
        )
    return made


def headline(program: Program, publish_by: str | None) -> str | None:
    """The profile scorer a summary is about: the one that publishes, otherwise the first graded.

    Without a graded one it is the first of all, None if there is none.
    """
    scorers = sorted(program.shown, key=lambda s: s.band is None)
    return publish_by or next((s.scorer.name for s in scorers), None)


# One score ----------------------------------------------------------------------------------------


_PHASES: tuple[Phase, ...] = ("add", "multiply", "floor", "cap")


class Explainer:
    """Explains single scores of one ``run``, by its ``trace``; computes all columns of the run."""

    def __init__(self, run: Run) -> None:
        run.engine.run(run.program.text_steps)
        self.run = run
        self.trace = Trace(run)
        self._makers: dict[str, Callable[..., Score]] = {}
        self._rules: dict[str, dict[Phase, list[RuleColumns]]] = {}
        self._idle_steps: dict[tuple[str, str, int | None], Step] = {}

    def profile(self, row: int) -> Iterator[ScoreExplanation]:
        """Explain all scores of a profile: its own first, then those of what it owns.

        These are its factors, dependents, claims and citations. Among their scorers, the last of
        the rulebook comes first. Sets of corroborating citations are explained only if a score of
        the claim counts them.
        """
        kind = str(self.trace.value("profile", "kind", row))
        for scorer in self.run.program.on("profile"):
            if scorer.scorer.asks(kind):
                yield self.score(scorer, row)
        for space in ("factor", "dependent"):
            for element in self.trace.owned(space, "profile_row", row):
                for scorer in reversed(self.run.program.on(space)):
                    yield self.score(scorer, element)
        claims = self.trace.owned("claim", "profile_row", row)
        counted: dict[int, set[str]] = {}
        for claim in claims:
            for scorer in reversed(self.run.program.on("claim")):
                explained = self.score(scorer, claim)
                counted.setdefault(claim, set()).update(explained.steps[0].evidence)
                yield explained
        for claim in claims:
            for found in self.trace.owned("corroboration", "claim_row", claim):
                if self.trace.label("corroboration", found) in counted.get(claim, ()):
                    for scorer in reversed(self.run.program.on("corroboration")):
                        yield self.score(scorer, found)
        for claim in claims:
            for citation in self.trace.owned("citation", "owner_row", claim):
                for scorer in reversed(self.run.program.on("citation")):
                    yield self.score(scorer, citation)

    def score(self, scorer: ScorerColumns, row: int) -> ScoreExplanation:
        """Explain one score of one row, with all its steps."""
        space, key = scorer.scorer.on, scorer.scorer.key
        if key not in self._makers:
            self._makers[key] = self.run.maker(scorer)
            rules = sorted(scorer.rules, key=lambda r: r.rule.id)
            self._rules[key] = {p: [r for r in rules if r.rule.phase == p] for p in _PHASES}
        score = self._makers[key](
            *(
                None if column is None else self.trace.value(space, column, row)
                for column in result_columns_of(scorer)
            )
        )
        steps = [self._start(scorer, row)]
        for phase, rules in self._rules[key].items():
            for rule in rules:
                steps.append(self._rule(scorer, phase, rule, row, steps[-1].after))
            if phase in ("add", "cap"):
                steps += _clamped(steps[-1].after)
        if scorer.held is not None:
            steps += self._limited(scorer.held, row, steps[-1].after)
        if score.points is None and steps[-1].after is not None:
            steps.append(_not_rated(scorer.scorer, score.coverage, steps[-1].after))
        if steps[-1].after != score.points:
            raise EngineError(
                f"{self.trace.subject(space, row)}: {key} replays to {steps[-1].after}, "
                f"not to {score.points}"
            )
        known, unknown = self.trace.stated(space, scorer.score, row)
        return ScoreExplanation(
            name=scorer.scorer.name,
            on=space,
            subject=self.trace.subject(space, row),
            score=score,
            steps=tuple(steps),
            known=known,
            unknown=unknown,
        )

    def _start(self, scorer: ScorerColumns, row: int) -> Step:
        space = scorer.scorer.on
        start = self.trace.value(space, scorer.start, row)
        assert start is None or isinstance(start, int)
        evidence, because = self._pooled(scorer, row) if scorer.pool else ((), _basis(scorer))
        return Step(
            phase="pool" if scorer.pool else "start",
            rule="pool" if scorer.pool else "start",
            outcome="unknown" if start is None else "true",
            applied=start is not None,
            amount=start,
            before=0,
            after=start,
            because=because,
            missing=self.trace.missing(space, Col(scorer.start), row) if start is None else (),
            evidence=evidence,
        )

    def _pooled(self, scorer: ScorerColumns, row: int) -> tuple[tuple[str, ...], str]:
        """The elements that count in a pool, strongest first, and a sentence about them."""
        pool = scorer.pool
        assert pool is not None
        best: dict[object, tuple[int, str]] = {}
        known, unsure = 0, False
        elements = self._within_reach if pool.hops else self._owned
        for group, points, label in elements(pool, row):
            if points is None:
                unsure = True
                continue
            known += 1
            best[group] = max(best.get(group, (-1, "")), (points, label))
        ranked = sorted(best.values(), key=lambda b: (-b[0], b[1]))
        if pool.combine == "min":
            ranked = ranked[::-1][:1]
        elif pool.combine == "max":
            ranked = ranked[:1]
        elif pool.strongest is not None:
            ranked = ranked[: pool.strongest]
        ids = tuple(label for _, label in ranked)
        return ids, _counted(scorer, pool, ids, known, unsure=unsure)

    def _owned(self, pool: PoolUp, row: int) -> Iterator[tuple[object, int | None, str]]:
        """Yield the group, the points (None if unknown) and the name of each element of a pool."""
        for element in self.trace.owned(pool.elements, pool.owner, row):
            points = self.trace.value(pool.elements, pool.take, element)
            included = self.trace.value(pool.elements, pool.keep, element)
            if included is False:
                continue
            group = self.trace.value(pool.elements, pool.by, element) if pool.by else element
            known = points if included and isinstance(points, int) else None
            yield group, known, self.trace.label(pool.elements, element)

    def _within_reach(self, pool: PoolUp, row: int) -> Iterator[tuple[object, int | None, str]]:
        """Yield the same for each profile within reach, named by its path as in ``far>near``."""
        assert pool.hops is not None
        links: dict[int, list[tuple[int, int | None]]] = {}
        ends = {row}
        for _ in range(pool.hops):
            links |= {end: list(self._edges(pool, end)) for end in sorted(ends - links.keys())}
            ends = {peer for edges in links.values() for peer, _ in edges}
        for found in paths_from(links, row, pool.hops, pool.damping / ONE):
            if found.points != 0:
                names = (self.trace.subject("profile", r) for r in found.path[:0:-1])
                yield found.peer, found.points, ">".join(names)

    def _edges(self, pool: PoolUp, row: int) -> Iterator[tuple[int, int | None]]:
        """Yield the peer at each edge of a row that a pool follows, and the weight of the edge."""
        assert pool.peer is not None
        for element in self.trace.owned(pool.elements, pool.owner, row):
            followed, weight, peer = (
                self.trace.value(pool.elements, column, element)
                for column in (pool.keep, pool.take, pool.peer)
            )
            if followed is not False:
                assert isinstance(peer, int)
                points = weight if followed and isinstance(weight, int) else None
                yield peer, None if points is None else min(max(points, 0), ONE)

    def _rule(
        self, scorer: ScorerColumns, phase: Phase, rule: RuleColumns, row: int, before: int | None
    ) -> Step:
        space, trace = scorer.scorer.on, self.trace
        outcome = trace.evaluate(space, rule.outcome, row)
        if outcome is False and _is_constant(rule):
            return self._idle(scorer.scorer.key, phase, rule, before)
        applied = trace.value(space, rule.applied, row) is True
        amount = trace.evaluate(space, rule.effect if applied else rule.amount, row)
        assert amount is None or isinstance(amount, int)
        missing: tuple[str, ...] = ()
        if outcome is None:
            missing = trace.missing(space, rule.outcome, row)
        elif outcome is True and amount is None:
            missing = trace.missing(space, rule.amount, row)
        after = before
        if applied and before is not None and amount is not None:
            after = _after(phase, before, amount)
        return Step(
            phase=phase,
            rule=rule.rule.id,
            outcome=outcome_word(outcome),
            applied=applied,
            amount=amount,
            before=before,
            after=after,
            because=fill_text(rule.because, lambda column: trace.value(space, column, row)),
            missing=missing,
            evidence=trace.evidence(space, rule.outcome, row) if outcome else (),
        )

    def _idle(self, scorer: str, phase: Phase, rule: RuleColumns, at: int | None) -> Step:
        """The step of a rule with a false condition, shared by all rows with the same score."""
        key = (scorer, rule.rule.id, at)
        if key not in self._idle_steps:
            assert isinstance(rule.amount, Lit)
            amount = rule.amount.value
            assert amount is None or isinstance(amount, int)
            because = fill_text(rule.because, lambda _: None)
            step = Step(phase, rule.rule.id, "false", False, amount, at, at, because)
            self._idle_steps[key] = step
        return self._idle_steps[key]

    def _limited(self, column: str, row: int, before: int | None) -> Iterator[Step]:
        """The limit of a secondary report to the score of its originals, if it lowers the score."""
        limit = self.trace.value("citation", column, row)
        if isinstance(limit, int) and before is not None and limit < before:
            links = self.trace.owned("root", "citation_row", row)
            roots = tuple(self.trace.label("root", link) for link in links)
            named = f"the weakest of its originals, {listed(roots)}"
            if len(roots) == 1:
                named = f"its original, {roots[0]}"
            report = self.trace.label("citation", row)
            because = f"As a secondary report, {report} carries no more than {named}."
            yield Step("cap", "root", "true", True, limit, before, limit, because, evidence=roots)


def outcome_word(value: object) -> Outcome:
    """Name the outcome of a condition from its value, None where it is unknown."""
    return "unknown" if value is None else "true" if value else "false"


def _is_constant(rule: RuleColumns) -> bool:
    """Whether a rule has the same amount and sentence for every row."""
    return isinstance(rule.amount, Lit) and all(isinstance(p, str) for p in rule.because)


def _basis(scorer: ScorerColumns) -> str:
    """A sentence for the start of a score: a number, or the scores that its expression reads."""
    start = scorer.scorer.start
    if not isinstance(start, str):
        return f"The score starts at {start or 0:g}."
    names = [f"the {name.replace('_', ' ')}" for name in scorer.starts_from]
    if not names:
        return f"The score is computed as {start}."
    return f"The score is computed from {listed(names)}."


_NOUNS = {
    "citation": ("citation", "citations"),
    "member": ("citation", "citations"),
    "corroboration": ("set of independent sources", "sets of independent sources"),
    "claim": ("claim", "claims"),
    "ground": ("claim that it rests on", "claims that it rests on"),
    "factor_ground": ("claim that it rests on", "claims that it rests on"),
    "dependent_ground": ("claim that it rests on", "claims that it rests on"),
    "factor": ("factor", "factors"),
    "dependent": ("profile that depends on it", "profiles that depend on it"),
    "downstream": ("profile that depends on it", "profiles that depend on it"),
    "dependency": ("profile it depends on", "profiles it depends on"),
    "upstream": ("profile it depends on", "profiles it depends on"),
    "event": ("event that affects it", "events that affect it"),
}


def _counted(
    scorer: ScorerColumns, pool: PoolUp, ids: Sequence[str], known: int, *, unsure: bool
) -> str:
    """A sentence about the ``ids`` that count in a pool, out of the ``known`` elements."""
    noun, nouns = _NOUNS[pool.elements]
    name = scorer.scorer.name.replace("_", " ")
    if not ids:
        if unsure:
            return f"We do not know how much the {nouns} contribute to its {name}."
        return f"No {noun} counts towards its {name}."
    if known == 1:
        return f"The only {noun} that counts is {through(ids[0])}."
    if pool.combine in ("min", "max"):
        word = "weakest" if pool.combine == "min" else "strongest"
        return f"The {word} of {known} {nouns} is {through(ids[0])}."
    some = f"{len(ids)} {nouns}"
    indirect = sum(">" in label for label in ids)
    if indirect:
        some += f" ({indirect} of them indirectly)"
    if len(ids) < known:
        each = ", one of each group" if pool.by else ""
        some = f"the strongest {len(ids)} of {known} {nouns}{each}"
    if pool.combine == "noisy_or":
        return f"The score combines {some}."
    if pool.combine == "sum":
        return f"The score adds up {some}."
    return f"The score is the {'weighted ' if pool.weight else ''}average of {some}."


def _after(phase: Phase, before: int, amount: int) -> int:
    if phase == "add":
        return before + amount
    if phase == "multiply":
        return scale_points(before, amount)
    return max(before, amount) if phase == "floor" else min(before, amount)


def score_without(explanation: ScoreExplanation, rule: Step) -> int | None:
    """Return the score if one rule did not apply and nothing else changed; None if not rated."""
    score, summed = 0, False
    for step in explanation.steps:
        if step is rule or not step.applied or step.phase == "clamp":
            continue
        if step.phase == "coverage" or step.amount is None:
            return None
        match step.phase:
            case "start" | "pool":
                score = step.amount
            case phase:
                if phase != "add" and not summed:
                    score, summed = min(max(score, 0), ONE), True
                score = _after(phase, score, step.amount)
    return min(max(score, 0), ONE)


def _clamped(before: int | None) -> Iterator[Step]:
    """The limits of every score, as a step if they change it."""
    if before is not None and not 0 <= before <= ONE:
        after = min(max(before, 0), ONE)
        because = "A score is never below 0 or above 1."
        yield Step("clamp", "clamp", "true", True, after, before, after, because)


def _not_rated(scorer: Scorer, coverage: int, before: int | None) -> Step:
    """The step of a score that too little is known for."""
    least = to_points(scorer.rated_from or 0.0)
    if coverage < least:
        known = f"Only {coverage // 10}%" if coverage >= 10 else "Almost nothing"
        if not coverage:
            known = "Nothing"
        because = f"{known} of what it asks is known; a rating needs {least / 10:g}%."
        return Step("coverage", "rated_from", "true", True, least, before, None, because)
    because = "Too little is known for a rating."
    return Step("coverage", "rated_when", "true", True, None, before, None, because)


# Summaries ----------------------------------------------------------------------------------------


def _summary(
    explanations: Sequence[ScoreExplanation],
    scorer: str | None,
    would_change: Sequence[WouldChange],
    result: ProfileResult,
) -> str:
    """Summarise a profile's score of ``scorer`` in a few sentences.

    ``explanations`` are those of the profile, its claims and its citations.
    """
    own = next((e for e in explanations if e.on == "profile" and e.name == scorer), None)
    if own is None:
        return ""
    override = own.score.override
    set_by = f"{override.reviewer} set the grade to {override.band.grade}. " if override else ""
    if own.score.points is None:
        not_rated = f"{set_by}Not rated{' by the rules' if override else ''}."
        if own.steps[-1].phase == "coverage":
            return f"{not_rated} {sentence(own.steps[-1].because)}"
        start = own.steps[0]
        if start.missing:
            return f"{not_rated} The unknown facts are {listed(start.missing)}."
        return f"{not_rated} {sentence(start.because)}"
    grade = f"grade {own.score.band.grade}" if own.score.band else "score"
    computed = "computed " if override else ""
    sources, independent = plural(result.sources, "source"), result.independent or "none"
    support = f"rests on {sources}, {independent} independent"
    parts = [f"{set_by}The {computed}{grade} ({own.score.points / 1000:.2f}) {support}"]
    chain = _weakest_chain(own, explanations)
    claim = next((e for e in chain if e.on == "claim"), None)
    if claim is not None:
        parts.append(f"The weakest key claim is {claim.subject.partition('#')[2]!r}")
    limit = _limit(chain)
    if limit:
        parts.append(limit)
    upgrade = next(
        (w for w in would_change if w.scorer == scorer and w.direction == "upgrade"), None
    )
    if upgrade is not None:
        parts.append(f"To reach {upgrade.to.grade}, {upgrade.change}")
    elif own.score.points < ONE:
        parts.append("No single change in the catalogue would raise it")
    return " ".join(map(sentence, parts))


def _weakest_chain(
    own: ScoreExplanation, explanations: Sequence[ScoreExplanation]
) -> list[ScoreExplanation]:
    """The score of a profile, those of the first claim in its pool, and those of its citations."""
    pool = own.steps[0]
    if pool.phase != "pool" or not pool.evidence:
        return [own]
    by_subject: dict[str, list[ScoreExplanation]] = {}
    for e in explanations:
        by_subject.setdefault(e.subject, []).append(e)
    claim = pool.evidence[0]
    chain = [own, *by_subject.get(claim, [])]
    # The pools of the claim name sets of citations, whose pools name the citations.
    for explained in chain:
        if explained is not own and explained.steps[0].phase == "pool":
            for name in explained.steps[0].evidence:
                chain += [e for e in by_subject.get(f"{claim}@{name}", []) if e not in chain]
    return chain


def _limit(chain: Sequence[ScoreExplanation]) -> str:
    """The reason of the rule without which a score would rise most, otherwise of an addition."""
    limits = [
        ((score_without(e, s) or 0) - (e.score.points or 0), s.rule, s.because)
        for e in chain
        for s in e.steps
        if _loss(s) > 0
    ]
    greatest = max(limits, key=lambda found: found[:2], default=(0, "", ""))
    if greatest[0] > 0:
        return greatest[2]
    steps = [(e.on, s) for e in chain for s in e.steps if s.applied]
    adding = [s for on, s in steps if on == "citation" and s.phase == "add" and s.amount]
    if adding:
        strongest = max(adding, key=lambda s: (s.amount or 0, s.rule))
        return strongest.because
    return ""


def _loss(step: Step) -> int:
    return 0 if step.before is None or step.after is None else step.before - step.after


# Reach --------------------------------------------------------------------------------------------


def _reach_lines(
    run: Run, as_of: date, ids: Sequence[str]
) -> tuple[dict[str, tuple[ReachLine, ...]], dict[str, tuple[ReachLine, ...]]]:
    """By profile id the profiles upstream and downstream of it, each with its strongest path.

    Paths are always followed downstream, from the profile or from the one upstream of it.
    """
    names = run.tables.frames["profile"].get_column("id").to_list()
    rows = run.profile_rows
    above: dict[int, list[int]] = {}
    for lower, upper in _reach_pairs(run, "upstream", [rows[i] for i in ids]).iter_rows():
        above.setdefault(lower, []).append(upper)
    begins = {row for i in ids for row in (rows[i], *above.get(rows[i], ()))}
    passed = begins | set(_reach_pairs(run, "downstream", begins)["peer_row"])
    edges = run.tables.edges
    assert edges is not None
    valid = edges.filter(pl.col("upper").is_in(passed) & valid_on(as_of.toordinal()))
    links: dict[int, list[tuple[int, int | None]]] = {}
    for upper, lower, points in edge_weights(valid, run.rulebook).iter_rows():
        links.setdefault(upper, []).append((lower, points))
    reach = run.rulebook.reach
    paths = {row: paths_from(links, row, reach.hops, reach.damping) for row in begins}

    upstream, downstream = {}, {}
    for profile_id in ids:
        row = rows[profile_id]
        downstream[profile_id] = tuple(_reach_line(p, p.path, names) for p in paths[row])
        found = [p for upper in above.get(row, ()) for p in paths[upper] if p.peer == row]
        found.sort(key=lambda p: p.strength)
        upstream[profile_id] = tuple(_reach_line(p, p.path[::-1], names) for p in found)
    return upstream, downstream


def _reach_pairs(run: Run, space: str, rows: Collection[int]) -> pl.DataFrame:
    """Rows of the given profiles and of the profiles upstream or downstream of them."""
    pairs = run.tables.frames[space].select("profile_row", "peer_row")
    return pairs.filter(pl.col("profile_row").is_in(rows))


def _reach_line(found: Path, path: Sequence[int], names: Sequence[str]) -> ReachLine:
    through = tuple(names[row] for row in path)
    return ReachLine(through[-1], found.points, found.distance, through)


# Results ------------------------------------------------------------------------------------------


def profile_results(
    run: Run,
    listing: pl.DataFrame,
    as_of: date,
    decided: Mapping[str, date],
    overrides: Overrides,
    ids: Sequence[str],
) -> dict[str, ProfileResult]:
    """Scores and outlook of some profiles, by id.

    ``listing`` has their watch items and dates, ``decided`` the days of their newest decisions.
    """
    rows = [run.profile_rows[i] for i in ids]
    ahead = outlooks(run, listing, as_of, decided, rows, overrides)
    own = [(s.scorer, run.scores(s, rows)) for s in run.program.shown]
    claims = _claim_scores(run, rows)
    kinds, sources, independent = listing["kind"], listing["sources"], listing["independent"]
    made = {}
    for number, (profile_id, row) in enumerate(zip(ids, rows, strict=True)):
        scores = {s.name: column[number] for s, column in own if s.asks(kinds[row])}
        scores = _in_force(scores, overrides.get(profile_id))
        made[profile_id] = ProfileResult(
            id=profile_id,
            scores=scores,
            claims=claims.get(row, {}),
            sources=sources[row],
            independent=independent[row],
            outlook=_outlook_in_force(ahead[number], scores),
            published=_is_published(run, scores),
        )
    return made


def _in_force(
    scores: dict[str, Score], overrides: Mapping[str, Override] | None
) -> dict[str, Score]:
    """The scores of a profile with the bands that reviewers set."""
    if not overrides:
        return scores
    return {name: replace(s, override=overrides.get(name)) for name, s in scores.items()}


def _outlook_in_force(outlook: Outlook, scores: Mapping[str, Score]) -> Outlook:
    """The outlook with overrides: each counts to its end, and while the computed band is the same.

    Other changes may make it stale before; they are not foreseen.
    """
    if all(score.override is None for score in scores.values()):
        return outlook
    points = {}
    for name, days in outlook.points.items():
        now = scores[name]
        points[name] = tuple(
            replace(p, score=replace(p.score, override=now.override))
            if now.override is not None
            and p.score.band == now.band
            and (now.override.until is None or p.date <= now.override.until)
            else p
            for p in days
        )
    return replace(outlook, points=points)


def _is_published(run: Run, scores: Mapping[str, Score]) -> bool:
    """Whether the band in force is published; a profile without a rating is not."""
    chosen = run.rulebook.settings.publish_by
    if chosen is None:
        return True
    band = scores[chosen].in_force
    return band is not None and band.publish


def _claim_scores(run: Run, rows: Sequence[int]) -> dict[int, dict[str, dict[str, Score]]]:
    """By row of the profile the scores of each of its claims."""
    offsets = run.tables.offsets("claim", "profile_row", run.tables.height("profile"))
    claims, profiles = spans(offsets, np.asarray(rows, dtype=np.int64))
    ids = run.engine.column("claim", "id").gather(claims)
    scores = {s.scorer.name: run.scores(s, claims.tolist()) for s in run.program.on("claim")}
    found: dict[int, dict[str, dict[str, Score]]] = {}
    for number, (claim_id, profile) in enumerate(zip(ids, profiles.tolist(), strict=True)):
        own = found.setdefault(rows[profile], {})
        own[claim_id] = {name: column[number] for name, column in scores.items()}
    return found


class Line(NamedTuple):
    """One profile in a list of profiles."""

    id: str
    kind: str
    name: str
    scores: Mapping[str, Score]
    horizon: Horizon
    sources: int
    independent: int
    published: bool


def overview(
    run: Run,
    listing: pl.DataFrame,
    as_of: date,
    decided: Mapping[str, date],
    overrides: Overrides,
) -> list[Line]:
    """A line for every profile of ``run``, in the order of its rows and of the listing."""
    scorers = run.program.shown
    run.engine.make(("profile", c) for s in scorers for c in result_columns_of(s) if c)
    scores = [(s.scorer, run.scores(s)) for s in scorers]
    rows = range(listing.height)
    falls = grade_changes(Projection(run, as_of), rows)
    ahead = horizons(run, listing, as_of, falls, decided, rows, overrides)
    profiles = listing.select("id", "kind", "name", "sources", "independent").iter_rows()
    lines = []
    for row, (profile_id, kind, name, sources, independent) in enumerate(profiles):
        own = {s.name: column[row] for s, column in scores if s.asks(kind)}
        own = _in_force(own, overrides.get(profile_id))
        published = _is_published(run, own)
        lines.append(Line(profile_id, kind, name, own, ahead[row], sources, independent, published))
    return lines


def lines_to_json(lines: Sequence[Line]) -> bytes:
    """Convert lines to JSON, with the ids of bands."""
    return json.dumps(
        [
            {
                **line._asdict(),
                "scores": {name: _plain(score) for name, score in line.scores.items()},
                "horizon": asdict(line.horizon),
            }
            for line in lines
        ],
        default=date.isoformat,
    ).encode()


def _plain(score: Score) -> list[object]:
    bands = (score.band, score.ceiling, score.stands_on, score.firm)
    found: list[object] = [
        score.points,
        score.coverage,
        score.provisional,
        *(b and b.id for b in bands),
    ]
    if score.override is not None:
        found.append({**asdict(score.override), "band": score.override.band.id})
    return found


def lines_from_json(data: bytes, rulebook: Rulebook) -> list[Line]:
    """Read lines that :func:`lines_to_json` wrote, of profiles scored by the rulebook."""
    makers = {s.name: _reader(rulebook, s) for s in rulebook.scorers if s.on == "profile"}
    lines = []
    for values in json.loads(data):
        values["scores"] = {name: makers[name](*score) for name, score in values["scores"].items()}
        values["horizon"] = horizon_from_json(values["horizon"])
        lines.append(Line(**values))
    return lines


def _reader(rulebook: Rulebook, scorer: Scorer) -> Callable[..., Score]:
    """Return the function that makes a score from what :func:`_plain` made of it."""
    bands = {band.id: band for band in rulebook.bands(scorer)}
    grades = {band.id: band for band in rulebook.evidence_bands(scorer)}

    def score(
        points: int | None,
        coverage: int,
        provisional: bool,
        band: str | None,
        ceiling: str | None,
        stands_on: str | None,
        firm: str | None,
        override: Mapping[str, Any] | None = None,
    ) -> Score:
        set_band = None
        if override is not None:
            days = {
                name: override[name] and date.fromisoformat(override[name])
                for name in ("since", "until")
            }
            set_band = Override(**{**override, **days, "band": bands[override["band"]]})
        return Score(
            points,
            coverage,
            bands.get(band or ""),
            bands.get(ceiling or ""),
            grades.get(stands_on or ""),
            provisional,
            bands.get(firm or ""),
            set_band,
        )

    return score
