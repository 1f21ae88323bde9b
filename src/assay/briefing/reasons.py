"""What the steps of an explanation say in words: what carries a grade and what holds it down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assay.briefing import wording
from assay.briefing.sheet import Sheet
from assay.model.documents import Claim
from assay.model.results import ScoreExplanation, Step
from assay.text import listed, sentence

_MOST = 4
_OWN_SCORE = re.compile(r"\bprofile\.(\w+)")


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
        e for e in sheet.explanation.scorers if e.on == "citation" and e.subject.startswith(head)
    )


def rises(steps: Iterable[Step]) -> list[Step]:
    """The rules that raised a score, the largest rise first."""
    found = [s for s in steps if _moved(s) > 0 and s.phase in ("add", "multiply", "floor")]
    return sorted(found, key=lambda s: (-_moved(s), s.rule))


def falls(steps: Iterable[Step]) -> list[Step]:
    """The rules that lowered a score, the largest fall first."""
    found = [s for s in steps if _moved(s) < 0 and s.phase in ("add", "multiply", "cap")]
    return sorted(found, key=lambda s: (_moved(s), s.rule))


def held(steps: Iterable[Step]) -> list[Step]:
    """The caps that hold without biting yet, the lowest first."""
    found = [s for s in steps if s.phase == "cap" and s.applied and s.can_matter and _moved(s) == 0]
    return sorted(found, key=lambda s: (s.amount or 0, s.rule))


def _moved(step: Step) -> int:
    if not step.applied or step.after is None:
        return 0
    return step.after - (step.before or 0)


def of_level(sheet: Sheet, explanation: ScoreExplanation) -> tuple[str, ...]:
    """Why a score is what it is: what was counted, then its rules in order."""
    sentences = []
    for step in explanation.steps:
        if step.phase == "pool":
            sentences.append(_counted(sheet, step))
        elif step.phase == "coverage" or (_moved(step) and step.phase not in ("start", "clamp")):
            sentences.append(because(sheet, step))
            sentences += _reached(sheet, explanation, step)
    return _sentences(sentences)


def _reached(sheet: Sheet, explanation: ScoreExplanation, step: Step) -> Iterator[str]:
    """Who counts in the scores within reach that the amount of a rule reads."""
    scorer = sheet.atlas.scorer(f"{explanation.on}.{explanation.name}")
    amounts = [r.amount for r in scorer.rules if r.id == step.rule] if scorer else []
    for name in _OWN_SCORE.findall(" ".join(map(str, amounts))):
        read = sheet.atlas.scorer(f"profile.{name}")
        if read and read.pool and read.pool.within_reach:
            for own in explanations_of(sheet, sheet.profile.id, "profile", name):
                yield _counted(sheet, own.steps[0])


def _counted(sheet: Sheet, pool: Step) -> str:
    """What a pool counted, by name."""
    links = [link.text for link in map(sheet.link, pool.evidence) if link]
    names = links[:_MOST] + ([f"{len(links) - _MOST} more"] if len(links) > _MOST else [])
    counted = because(sheet, pool)
    named = any(e.partition(">")[0] in pool.because for e in pool.evidence)
    return f"{counted}: {listed(names)}" if names and not named else counted


def because(sheet: Sheet, step: Step) -> str:
    """The reason of a step, with names in place of ids."""
    own = step.phase in ("pool", "clamp")
    ids = {i for e in step.evidence for i in e.split(">")} if own else ()
    return sheet.readable(step.because, ids)


def of_headline(sheet: Sheet, explanation: ScoreExplanation) -> Reasons:
    """Why the page has its grade: its own rules, then those of the claim that decides it."""
    weakest = _deciding_claim(sheet, explanation)
    steps = list(explanation.steps)
    carried: list[tuple[str, Step]] = []
    if weakest is not None:
        subject = f"{sheet.profile.id}#{weakest.id}"
        for own in explanations_of(sheet, subject, "claim", explanation.name):
            steps += own.steps
        carried = _carried(sheet, weakest)
    lowered = [because(sheet, s) for s in falls(steps)]
    lowered += [f"{because(sheet, s)} ({source})" for source, s in carried if _moved(s) < 0]
    lowered += [because(sheet, s) for s in held(steps)[:2]]
    raised = [because(sheet, s) for s in rises(steps)]
    raised += [f"{because(sheet, s)} ({source})" for source, s in carried if _moved(s) > 0]
    supports, limits = _sentences(raised), _sentences(lowered)
    if not limits and supports:
        limits = (f"Its best evidence: {wording.clause(supports[0])}.",)
    return Reasons(supports, limits, limits[0] if limits else None, weakest)


def _carried(sheet: Sheet, claim: Claim) -> list[tuple[str, Step]]:
    """The moving steps of the citations that count for a claim, each with its source."""
    counted = {
        reference
        for e in explanations_of(sheet, f"{sheet.profile.id}#{claim.id}", "claim")
        for step in e.steps
        if step.phase == "pool"
        for reference in step.evidence
    }
    found = []
    for explanation in of_citations(sheet, claim):
        source = explanation.subject.partition("@")[2]
        if source in sheet.numbers and (not counted or source in counted):
            number = sheet.numbers[source]
            found += [
                (f"source {number}", s)
                for s in explanation.steps
                if _moved(s) and s.phase != "start"
            ]
    return sorted(found, key=lambda entry: (-abs(_moved(entry[1])), entry[0], entry[1].rule))


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
    found = dict.fromkeys(sentence(text) for text in texts if text.strip())
    return tuple(found)[:_MOST]
