"""The reasoning in one sentence: what supports a grade, what limits it, what would raise it."""

from __future__ import annotations

from collections.abc import Sequence

from assay.scoring.results import ScoreExplanation, Step, WouldChange
from assay.text import plural


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
