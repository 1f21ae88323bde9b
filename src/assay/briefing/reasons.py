"""What the steps of an explanation say in words: what carries a grade and what holds it down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assay.briefing import wording
from assay.briefing.sheet import Sheet
from assay.model.evidence import Claim
from assay.scoring.results import ScoreExplanation, Step

_MOST = 4


@dataclass(frozen=True, slots=True)
class Reasons:
    """Sentences for and against a score; ``limit`` is the weightiest against, with its claim."""

    supports: tuple[str, ...]
    limits: tuple[str, ...]
    limit: str | None
    weakest: Claim | None


def explanations_of(
    sheet: Sheet, subject: str, on: str, name: str | None = None
) -> tuple[ScoreExplanation, ...]:
    """The explained scores of a subject, in the order they were computed."""
    return tuple(
        e
        for e in sheet.explanation.scorers
        if e.on == on and e.subject == subject and name in (None, e.name)
    )


def of_citations(sheet: Sheet, claim: Claim) -> tuple[ScoreExplanation, ...]:
    """The explained scores of the citations of a claim of this page."""
    head = f"{sheet.profile.id}#{claim.id}@"
    return tuple(
        e
        for e in sheet.explanation.scorers
        if e.on == "citation" and e.subject.startswith(head)
    )


def rises(steps: Iterable[Step]) -> list[Step]:
    """The rules that raised a score, the largest rise first."""
    found = [s for s in steps if _moved(s) > 0 and s.phase in ("add", "multiply", "floor")]
    return sorted(found, key=lambda s: (-_moved(s), s.rule))


def falls(steps: Iterable[Step]) -> list[Step]:
    """The rules that lowered a score, the largest fall first."""
    found = [s for s in steps if _moved(s) < 0 and s.phase in ("add", "multiply", "cap")]
    return sorted(found, key=lambda s: (_moved(s), s.rule))


def _moved(step: Step) -> int:
    if not step.applied or step.after is None:
        return 0
    return step.after - (step.before or 0)


def of_level(explanation: ScoreExplanation) -> tuple[str, ...]:
    """Why a score is what it is: where it starts, then its rules in order."""
    told = [
        step.because
        for step in explanation.steps
        if step.applied and (_moved(step) or step.phase in ("start", "pool"))
        if step.phase != "clamp"
    ]
    return _sentences(told)


def of_headline(sheet: Sheet, explanation: ScoreExplanation) -> Reasons:
    """Why the page has its grade: its own rules, then those of the claim that decides it."""
    weakest = _deciding_claim(sheet, explanation)
    lowered, raised = falls(explanation.steps), rises(explanation.steps)
    if weakest is not None:
        own = explanations_of(sheet, f"{sheet.profile.id}#{weakest.id}", "claim", explanation.name)
        carried = [s for e in of_citations(sheet, weakest) for s in rises(e.steps)]
        lowered += [s for e in own for s in falls(e.steps)]
        raised += [s for e in own for s in rises(e.steps)]
        raised += sorted(carried, key=lambda s: (-_moved(s), s.rule))
    supports = _sentences(s.because for s in raised)
    limits = _sentences(s.because for s in lowered)
    if not limits and weakest is not None:
        limits = tuple(f"Its best evidence: {wording.clause(s)}." for s in supports[:1])
    return Reasons(supports, limits, limits[0] if limits else None, weakest)


def _deciding_claim(sheet: Sheet, explanation: ScoreExplanation) -> Claim | None:
    """The lowest of the claims that the score was pooled from."""
    named = [
        reference.rpartition("#")[2]
        for step in explanation.steps
        if step.phase == "pool"
        for reference in step.evidence
        if reference.startswith(f"{sheet.profile.id}#") and "@" not in reference
    ]
    scored = []
    for claim in sheet.claims:
        score = sheet.result.claims.get(claim.id, {}).get(explanation.name)
        if claim.id in named and score is not None:
            # An unknown score decides before any known one: it makes the whole unknown.
            known = score.points is not None
            scored.append((known, score.points or 0, sheet.claims.index(claim)))
    return sheet.claims[min(scored)[2]] if scored else None


def _sentences(texts: Iterable[str]) -> tuple[str, ...]:
    found = dict.fromkeys(wording.sentence(text) for text in texts if text.strip())
    return tuple(found)[:_MOST]
