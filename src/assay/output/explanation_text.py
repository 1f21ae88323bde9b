"""Explanations as text, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assay.text import sentence, through

if TYPE_CHECKING:
    from assay.model.results import (
        Explanation,
        Horizon,
        Outlook,
        ReviewBy,
        Score,
        ScoreExplanation,
        Step,
    )

_MARKS = {"true": "yes", "false": "no", "unknown": "?"}


def explanation_lines(explanation: Explanation, *, every: bool) -> Iterator[str]:
    """Yield the explanation as text; ``every`` includes rules that changed nothing."""
    yield f"{explanation.id}, as of {explanation.as_of.isoformat()}"
    yield explanation.summary
    yield from horizon_lines(explanation.outlook.horizon)
    for scorer in explanation.scorers:
        score = scorer.score
        grade = f" {score.band.grade}" if score.band else ""
        yield ""
        number = _number(score.points) if score.rated else "not rated"
        notes = f"{_override(score)}{_range(score)}{_unknown(scorer)}"
        coverage = f"(coverage {score.coverage / 10:.0f}%)"
        yield f"{scorer.subject}  {scorer.name} {number}{grade}{notes}  {coverage}"
        for step in scorer.steps:
            always = step.phase in ("start", "pool") or step.outcome == "unknown"
            if every or always or (step.applied and step.can_matter):
                yield _step_line(step)
    if explanation.would_change:
        yield ""
        yield "Changes of evidence that would change a grade"
        for w in explanation.would_change:
            yield (
                f"  {w.scorer} {'up' if w.direction == 'upgrade' else 'down'} to {w.to.grade} "
                f"({w.points / 1000:.3f}), effort {w.effort}: {w.change}"
            )
    if explanation.outlook.points:
        yield ""
        yield f"Without new evidence: {next_change(explanation.outlook)}"
        for name, points in explanation.outlook.points.items():
            dated = (
                f"{p.date.isoformat()} {_number(p.score.points)} {p.score.grade}"
                if p.score.rated
                else f"{p.date.isoformat()} not rated"
                for p in points
            )
            yield f"  {name}: {', '.join(dated)}"


def _override(score: Score) -> str:
    if score.override is None:
        return ""
    found = score.override
    return f", set to {found.band.grade} by {found.reviewer} ({found.decision[:8]})"


def _range(score: Score) -> str:
    """Describe how high a grade may be, and the evidence that it rests on."""
    parts = [f"at most {score.ceiling.grade}"] if score.ceiling else []
    if score.stands_on is not None:
        # words: a term of the rulebook
        parts.append(f"stands on {score.stands_on.grade}")
    if score.provisional:
        firm = score.firm.grade if score.firm else "not rated"
        parts.append(f"provisional: {firm} on firm evidence")
    return "".join(f", {part}" for part in parts)


def _unknown(scorer: ScoreExplanation) -> str:
    """Name the factors without a rating, where they could move the grade."""
    names = [name.rpartition(":")[2] for name in scorer.unknown]
    uncertain = scorer.score.ceiling is not None or not scorer.score.rated
    return f", not known: {', '.join(names)}" if names and uncertain else ""


def horizon_lines(horizon: Horizon) -> Iterator[str]:
    """Yield the two lines of a horizon; one if the profile is closed."""
    if horizon.closed is not None:
        yield f"Closed on {horizon.closed.on}: {horizon.closed.because}"
        return
    following, review = horizon.next, horizon.review
    if following is not None:
        since = f", {following.since.isoformat()}" if following.since else ""
        from_claims = f" [{', '.join(following.claims)}]" if following.claims else ""
        yield f"Next ({horizon.word}): {following.written}, {following.text}{since}{from_claims}"
    else:
        yield "Next: no date is known"
    if review is not None:
        word = "" if following else f" ({horizon.word})"
        yield f"Review by{word}: {review.day.isoformat()}, {review_reason(review)}"


def horizon_cells(horizon: Horizon) -> tuple[str, str, str]:
    """Return the word of a horizon, its next date and the day of the review for a table.

    The word says if it is that of the review.
    """
    if horizon.closed is not None:
        return ("closed", horizon.closed.on, "")
    following, review = horizon.next, horizon.review
    word = horizon.word or "no date"
    return (
        word if following or review is None else f"{word} (review)",
        f"{following.written} {following.reason}" if following else "",
        review.day.isoformat() if review else "",
    )


def review_reason(review: ReviewBy) -> str:
    """Explain the day of a review, and name the gap that it should close."""
    if review.last is None:
        reason = "never reviewed"
    elif review.passed is not None:
        reason = f"the event was due on {review.passed.isoformat()}; check its factors"
    else:
        reason = f"{review.days} days after the review of {review.last.isoformat()}"
    parts = [reason]
    if review.gap is not None:
        state = "not known" if review.kind == "unknown" else "on weak evidence"
        parts.append(f"{review.gap.replace('_', ' ')} {state}")
    if review.question is not None:
        parts.append(f"open: {review.question}")
    return "; ".join(parts)


def next_change(outlook: Outlook) -> str:
    """Describe the first change of a grade without new evidence."""
    if outlook.until is None:
        return "no grade change expected within 366 days"
    return f"a grade changes on {outlook.until.isoformat()}"


def _step_line(step: Step) -> str:
    built_in = step.phase in ("start", "pool", "clamp", "coverage")
    name = step.phase if built_in else f"{step.phase} {step.rule}"
    state = "applied" if step.applied else "not applied"
    line = (
        f"  {name:<34} {_MARKS[step.outcome]:<3} {state:<11} {_amount(step):>7} "
        f"→ {_number(step.after)}  {sentence(step.because)}"
    )
    if step.missing:
        line += f" [unknown: {', '.join(step.missing)}]"
    named = map(through, step.evidence)
    unnamed = [name for name in named if name not in step.because]
    if unnamed:
        line += f" [{', '.join(unnamed)}]"
    return line


def _amount(step: Step) -> str:
    if step.amount is None:
        return "?"
    sign = {"add": "+", "multiply": "×", "floor": "≥", "cap": "≤"}.get(step.phase, "")
    return f"{sign}{step.amount / 1000:.3f}"


def _number(points: int | None) -> str:
    return "unknown" if points is None else f"{points / 1000:.3f}"
