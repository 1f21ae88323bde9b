"""How the scores of a page were computed: every step, numbered, with its picture."""

from __future__ import annotations

from collections.abc import Mapping

from assay.briefing import charts, reasons, wording
from assay.briefing.rules_pages import ROOT, rule_path
from assay.briefing.sheet import Sheet
from assay.briefing.views import ClaimComputation, Computation, Link, StepView
from assay.model.results import Score, ScoreExplanation, Step
from assay.model.rulebook import Scorer
from assay.text import listed, sentence

_OUTCOMES = {"true": "holds", "false": "does not hold", "unknown": "undecided"}
_ALWAYS = ("start", "pool", "clamp", "rated_from")


def computations(sheet: Sheet) -> tuple[tuple[Computation, ...], tuple[ClaimComputation, ...]]:
    """The scores of the profile, and those of its key claims with their citations."""
    own = tuple(
        _computation(sheet, e) for e in reasons.explanations_of(sheet, sheet.profile.id, "profile")
    )
    claims = []
    for claim in sheet.claims:
        found = reasons.explanations_of(sheet, f"{sheet.profile.id}#{claim.id}", "claim")
        if claim.key and found:
            claims.append(
                ClaimComputation(
                    claim=sheet.mention(claim),
                    own=tuple(_computation(sheet, e) for e in found),
                    citations=tuple(
                        _computation(sheet, e) for e in reasons.of_citations(sheet, claim)
                    ),
                )
            )
    return own, tuple(claims)


def _computation(sheet: Sheet, explanation: ScoreExplanation) -> Computation:
    scorer = sheet.atlas.scorer(f"{explanation.on}.{explanation.name}")
    heading = scorer.heading if scorer else wording.words(explanation.name).capitalize()
    numbered = list(enumerate(explanation.steps, 1))
    hrefs = _pages_of_rules(scorer) if scorer else {}
    link = sheet.link(explanation.subject) if explanation.on == "citation" else None
    return Computation(
        heading=heading,
        subject=f"of source {link.text}" if link else None,
        result=_result(scorer, explanation.score),
        coverage=wording.percent(explanation.score.coverage),
        steps=tuple(_step(sheet, hrefs, number, step) for number, step in numbered),
        waterfall=(
            charts.waterfall(heading, numbered) if explanation.score.points is not None else None
        ),
    )


def _pages_of_rules(scorer: Scorer) -> dict[str, str]:
    return {r.id: ROOT + rule_path(scorer.on, scorer.name, r.id) for r in scorer.rules}


def _result(scorer: Scorer | None, score: Score) -> str:
    if score.points is None:
        return wording.not_rated(scorer, score) if scorer else "not rated"
    number = wording.points(score.points)
    return f"{number}, {score.grade}" if score.grade else number


def _step(sheet: Sheet, hrefs: Mapping[str, str], number: int, step: Step) -> StepView:
    outcome = "" if step.rule in _ALWAYS else _OUTCOMES[step.outcome]
    if step.outcome == "unknown" and step.applied:
        outcome = "undecided, applied all the same"
    evidence = (sheet.link(item) for item in step.evidence)
    return StepView(
        number=number,
        phase=step.phase,
        rule=wording.words(step.rule),
        outcome=outcome,
        applied=step.applied,
        amount=_amount(step),
        after="–" if step.after is None else wording.points(step.after),
        because=sentence(reasons.because(sheet, step)),
        missing=_missing(sheet, step),
        evidence=tuple(dict.fromkeys(link for link in evidence if isinstance(link, Link))),
        href=hrefs.get(step.rule),
    )


def _missing(sheet: Sheet, step: Step) -> str | None:
    """The absent fields, each with what it is missing from where that is something else."""
    places: dict[str, list[str]] = {}
    for item in step.missing:
        field, _, place = item.partition(" of ")
        link = sheet.link(place) if place else None
        places.setdefault(field, []).extend([link.text] if link else [])
    told = [
        f"{field} of {listed(links) if len(links) < 3 else f'{len(links)} others'}"
        if links
        else field
        for field, links in places.items()
    ]
    return "; ".join(told) or None


def _amount(step: Step) -> str:
    if step.amount is None:
        return ""
    number = wording.points(abs(step.amount))
    if step.phase == "multiply":
        return f"× {number}"
    if step.phase == "add":
        return f"{'−' if step.amount < 0 else '+'}{number}"
    if step.phase == "cap":
        return f"at most {number}"
    if step.phase == "floor":
        return f"at least {number}"
    return number
