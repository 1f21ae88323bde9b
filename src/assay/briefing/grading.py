"""How a profile was graded: the page of the complete reasoning, and its short form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assay.briefing import charts, connected, wording
from assay.briefing.atlas import GRADING, Atlas, path_of
from assay.briefing.rules_pages import rule_path, scorer_path
from assay.briefing.sheet import Sheet, badge, band_badge, profile_badge
from assay.briefing.sources import publisher_name
from assay.briefing.views import (
    ClaimComputation,
    Computation,
    Fold,
    GradingView,
    Imprint,
    LevelView,
    Lever,
    Link,
    OutlookCell,
    OutlookRow,
    OutlookView,
    ScaleRow,
    StepView,
    TakenEffect,
)
from assay.model.documents import AnyProfile, Claim, Source
from assay.model.results import OutlookPoint, Score, ScoreExplanation, Step
from assay.model.rulebook import Band, Scorer
from assay.text import listed, sentence

_DEEP = "../../"
"""From a page of reasoning to the top of the site."""
_MOST = 4
_MOST_LEVERS = 5
_NO_SCORE = Score(points=None, coverage=0)
_OUTCOMES = {"true": "holds", "false": "does not hold", "unknown": "undecided"}
_OWN_SCORE = re.compile(r"\bprofile\.(\w+)")
_ALWAYS = ("start", "pool", "clamp", "rated_from")


@dataclass(frozen=True, slots=True)
class Balance:
    """Sentences for and against a score, and the claim that decides it."""

    supports: tuple[str, ...]
    limits: tuple[str, ...]
    deciding: Claim | None


def grading(atlas: Atlas, profile: AnyProfile, imprint: Imprint) -> GradingView:
    """The page with every step behind the grades of a published profile."""
    sheet = Sheet(atlas, profile, _DEEP, path_of(profile, GRADING))
    headline = atlas.headline
    asked = headline is not None and headline.asks(profile.kind)
    found = balance(sheet)
    bands = atlas.rulebook.bands(headline) if headline else ()
    score = sheet.result.scores.get(headline.name, _NO_SCORE) if headline else _NO_SCORE
    own, of_claims = _computations(sheet)
    return GradingView(
        root=_DEEP,
        path=path_of(profile, GRADING),
        briefing=Link(profile.name, _DEEP + path_of(profile)),
        kind=wording.KIND[profile.kind],
        summary=sheet.readable(sheet.explanation.summary),
        headline=_level(sheet, headline) if headline and asked else None,
        ruler=charts.ruler(headline.heading, bands, score.points) if headline and bands else None,
        scale=_scale(bands, score, atlas.band(profile.id, headline) if headline else None),
        supports=found.supports if found else (),
        limits=found.limits if found else (),
        levels=tuple(_level(sheet, s) for s in atlas.levels if s.asks(profile.kind)),
        outlook=_outlook(sheet),
        claims=tuple(sheet.mention(claim) for claim in sheet.claims),
        indirect=connected.indirect(sheet, _DEEP),
        computations=own,
        claim_computations=of_claims,
        imprint=imprint,
    )


def fold(sheet: Sheet) -> Fold | None:
    """The short form on the briefing; None where the rulebook has no headline score for it."""
    scorer = sheet.atlas.headline
    if scorer is None or not scorer.asks(sheet.profile.kind):
        return None
    bands = sheet.atlas.rulebook.bands(scorer)
    score = sheet.result.scores.get(scorer.name, _NO_SCORE)
    found = balance(sheet)
    return Fold(
        ruler=charts.ruler(scorer.heading, bands, score.points) if bands else None,
        supports=found.supports if found else (),
        limits=found.limits if found else (),
        levers=_levers(sheet, scorer)[:_MOST_LEVERS],
        outlook=_fading(sheet),
        rules=_effects(sheet, found.deciding if found else None),
        href=f"{sheet.profile.id}/grading.html",
    )


def override(sheet: Sheet, scorer: Scorer) -> str | None:
    """Both grades, who set the one that counts, when and why."""
    found = sheet.atlas.override(sheet.profile.id, scorer.name)
    if found is None:
        return None
    bands = sheet.atlas.rulebook.bands(scorer)
    computed = sheet.result.scores[scorer.name].band
    was = charts.band_name(bands, computed) if computed else "not rated"
    agreed = f" with the approval of {found.seconded_by}" if found.seconded_by else ""
    until = f" until {wording.day(found.until)}" if found.until else ""
    return (
        f"{found.reviewer} set it to {charts.band_name(bands, found.band)} from "
        f"{wording.day(found.since)}{until}{agreed}. The computed grade is {was}. "
        f"{sentence(found.reason)}"
    )


def band_of(bands: Sequence[Band], score: Score) -> Band | None:
    """The band of a score, None if it is not rated."""
    return None if score.points is None else charts.band_at(bands, score.points)


def _level(sheet: Sheet, scorer: Scorer) -> LevelView:
    score = sheet.result.scores.get(scorer.name, _NO_SCORE)
    explanation = profile_explanation(sheet.atlas, sheet.profile.id, scorer)
    shown = profile_badge(sheet.atlas, sheet.profile.id, scorer)
    about = f"{sheet.root}{scorer_path(scorer.on, scorer.name)}"
    return LevelView(
        heading=scorer.heading,
        about=about,
        badge=replace(shown, href=about),
        override=override(sheet, scorer),
        coverage=wording.percent(score.coverage),
        standing=wording.standing(score, explanation.unknown if explanation else ()),
        reasons=_reasons(sheet, explanation) if explanation else (),
        levers=_levers(sheet, scorer),
    )


def _scale(bands: Sequence[Band], score: Score, current: Band | None) -> tuple[ScaleRow, ...]:
    if not bands:
        return ()
    steps = charts.ascending(bands)
    ends = [charts.start_of(band) for band in steps[1:]]
    computed = charts.band_at(bands, score.points) if score.points is not None else None
    rows = []
    for band, end in zip(steps, [*ends, None], strict=True):
        start = wording.points(charts.start_of(band))
        reach = f"{start} to 1" if end is None else f"{start} to under {wording.points(end)}"
        notes = [] if band.publish else ["not published"]
        notes += ["computed"] if band == computed != current else []
        rows.append(ScaleRow(reach, band.grade, band.label, ", ".join(notes), band == current))
    return tuple(reversed(rows))


def _levers(sheet: Sheet, scorer: Scorer) -> tuple[Lever, ...]:
    bands = sheet.atlas.rulebook.bands(scorer)
    return tuple(
        Lever(
            direction="up" if change.direction == "upgrade" else "down",
            badge=band_badge(scorer, bands, change.to),
            change=sentence(sheet.readable(change.change)),
            effort=change.effort,
            number=wording.points(change.points),
        )
        for change in sheet.explanation.would_change
        if change.scorer == scorer.name
    )


# Reasons -------------------------------------------------------------------------------------


def profile_explanation(atlas: Atlas, profile_id: str, scorer: Scorer) -> ScoreExplanation | None:
    """The steps behind a score of a published profile."""
    return next(
        (
            e
            for e in atlas.explanations[profile_id].scorers
            if e.on == "profile" and e.subject == profile_id and e.name == scorer.name
        ),
        None,
    )


def explanations_of(
    sheet: Sheet, subject: str, on: str, name: str | None = None
) -> tuple[ScoreExplanation, ...]:
    """The explained scores of a subject, in the order they were computed."""
    return tuple(
        e
        for e in sheet.explanation.scorers
        if e.on == on and e.subject == subject and name in (None, e.name)
    )


def balance(sheet: Sheet) -> Balance | None:
    """Why the page has its grade: its own rules, then those of the claim that decides it."""
    scorer = sheet.atlas.headline
    explanation = profile_explanation(sheet.atlas, sheet.profile.id, scorer) if scorer else None
    if explanation is None:
        return None
    deciding = _deciding_claim(sheet, explanation)
    steps = list(explanation.steps)
    carried: list[tuple[Source, Step]] = []
    if deciding is not None:
        subject = f"{sheet.profile.id}#{deciding.id}"
        for own in explanations_of(sheet, subject, "claim", explanation.name):
            steps += own.steps
        carried = _carried(sheet, deciding)
    falls = sorted((s for s in steps if _moved(s) < 0), key=lambda s: (_moved(s), s.rule))
    rises = sorted((s for s in steps if _moved(s) > 0), key=lambda s: (-_moved(s), s.rule))
    held = [s for s in steps if s.phase == "cap" and s.applied and s.can_matter and not _moved(s)]
    lowered = [because(sheet, s) for s in falls if s.phase in ("add", "multiply", "cap")]
    lowered += [_of_source(sheet, source, s) for source, s in carried if _moved(s) < 0]
    lowered += [because(sheet, s) for s in sorted(held, key=lambda s: (s.amount or 0, s.rule))[:2]]
    raised = [because(sheet, s) for s in rises if s.phase in ("add", "multiply", "floor")]
    raised += [_of_source(sheet, source, s) for source, s in carried if _moved(s) > 0]
    return Balance(_sentences(raised), _sentences(lowered), deciding)


def because(sheet: Sheet, step: Step) -> str:
    """The reason of a step, with names in place of ids."""
    own = step.phase in ("pool", "clamp")
    ids = {i for e in step.evidence for i in e.split(">")} if own else ()
    return sheet.readable(step.because, ids)


def _of_source(sheet: Sheet, source: Source, step: Step) -> str:
    """The reason of a step of a citation, with its source."""
    text = sentence(because(sheet, step))
    label = f"source {sheet.numbers[source.id]}"
    if re.search(rf"\b{label}\b", text):
        return text
    return f"{wording.titled(label)} ({publisher_name(sheet.atlas.corpus, source)}): {text}"


def _reasons(sheet: Sheet, explanation: ScoreExplanation) -> tuple[str, ...]:
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
    """The profiles that count in the scores within reach which the amount of a rule reads."""
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
    return f"{wording.clause(counted)}: {listed(names)}" if names and not named else counted


def _moved(step: Step) -> int:
    if not step.applied or step.after is None:
        return 0
    return step.after - (step.before or 0)


def _of_citations(sheet: Sheet, claim: Claim) -> tuple[ScoreExplanation, ...]:
    head = f"{sheet.profile.id}#{claim.id}@"
    return tuple(
        e for e in sheet.explanation.scorers if e.on == "citation" and e.subject.startswith(head)
    )


def _carried(sheet: Sheet, claim: Claim) -> list[tuple[Source, Step]]:
    """The moving steps of the citations that count for a claim, each with its source."""
    counted = {
        reference
        for e in explanations_of(sheet, f"{sheet.profile.id}#{claim.id}", "claim")
        for step in e.steps
        if step.phase == "pool"
        for reference in step.evidence
    }
    found = []
    for explanation in _of_citations(sheet, claim):
        source = explanation.subject.partition("@")[2]
        if source in sheet.numbers and (not counted or source in counted):
            known = sheet.atlas.corpus.sources[source]
            found += [(known, s) for s in explanation.steps if _moved(s) and s.phase != "start"]
    return sorted(
        found,
        key=lambda entry: (-abs(_moved(entry[1])), sheet.numbers[entry[0].id], entry[1].rule),
    )


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


def _effects(sheet: Sheet, deciding: Claim | None) -> tuple[TakenEffect, ...]:
    """The rules that moved the headline score, or the score of the claim that decides it."""
    scorer = sheet.atlas.headline
    if scorer is None:
        return ()
    found = list(explanations_of(sheet, sheet.profile.id, "profile", scorer.name))
    if deciding is not None:
        subject = f"{sheet.profile.id}#{deciding.id}"
        found += explanations_of(sheet, subject, "claim", scorer.name)
        found += _of_citations(sheet, deciding)
    effects: dict[str, TakenEffect] = {}
    for explanation in found:
        owner = sheet.atlas.scorer(f"{explanation.on}.{explanation.name}")
        rules = {r.id for r in owner.rules} if owner else set()
        for step in explanation.steps:
            if owner and step.rule in rules and _moved(step) and step.after is not None:
                href = sheet.root + rule_path(owner.on, owner.name, step.rule)
                effects[f"{owner.key} {step.rule}"] = TakenEffect(
                    wording.titled(step.rule.replace("-", " ")),
                    href,
                    sentence(because(sheet, step)),
                    wording.points(step.after),
                )
    return tuple(effects.values())


# Outlook -------------------------------------------------------------------------------------


def _outlook(sheet: Sheet) -> OutlookView:
    """The scores at later dates without new evidence."""
    found = sheet.result.outlook
    rated = [
        (scorer, found.points[scorer.name])
        for scorer in sheet.atlas.profile_scorers
        if scorer.name in found.points
    ]
    dates = sorted({point.date for _, line in rated for point in line})
    headline = sheet.atlas.headline
    line = found.points.get(headline.name, ()) if headline else ()
    return OutlookView(
        until=wording.day(found.until) if found.until else None,
        dates=tuple(wording.day(d) for d in dates),
        rows=tuple(
            OutlookRow(scorer.heading, _cells(sheet, scorer, line, dates)) for scorer, line in rated
        ),
        chart=(
            charts.outlook(headline.heading, sheet.atlas.rulebook.bands(headline), line)
            if headline
            else None
        ),
    )


def _cells(
    sheet: Sheet, scorer: Scorer, line: Sequence[OutlookPoint], dates: Sequence[date]
) -> tuple[OutlookCell, ...]:
    bands = sheet.atlas.rulebook.bands(scorer)
    at = {point.date: point.score for point in line}
    first = band_of(bands, line[0].score) if line else None
    cells = []
    for when in dates:
        if when not in at:
            cells.append(OutlookCell("–", None, False))
            continue
        shown = badge(scorer, bands, at[when])
        number = None if shown.number == shown.word else shown.number
        band = band_of(bands, at[when])
        word = charts.band_name(bands, band) if band else shown.word
        cells.append(OutlookCell(word, number, band != first))
    return tuple(cells)


def _fading(sheet: Sheet) -> str | None:
    """What changes on the first day with another grade, if no new evidence arrives."""
    until = sheet.result.outlook.until
    return crossing(sheet, until) if until else None


def crossing(sheet: Sheet, until: date) -> str:
    """Which grade changes on the day, as far as the dates of the outlook tell."""
    moves = []
    for scorer in sheet.atlas.profile_scorers:
        line = sheet.result.outlook.points.get(scorer.name, ())
        later = [p for p in line if p.date >= until]
        if not line or not later:
            continue
        bands = sheet.atlas.rulebook.bands(scorer)
        now, then = (band_of(bands, p.score) for p in (line[0], later[0]))
        if now != then:
            before, after = (charts.band_name(bands, b) if b else "not rated" for b in (now, then))
            verb = "changes"
            if now and then:
                verb = "falls" if charts.rank(bands, then) < charts.rank(bands, now) else "rises"
            moves.append(f"{scorer.heading.lower()} {verb} from {before} to {after}")
    day = wording.day(until)
    if not moves:
        return f"Without new evidence, a grade changes on {day}."
    return sentence(f"Without new evidence, {listed(moves)} on {day}")


# Computations --------------------------------------------------------------------------------


def _computations(
    sheet: Sheet,
) -> tuple[tuple[Computation, ...], tuple[ClaimComputation, ...]]:
    """The scores of the profile, and those of its key claims with their citations."""
    own = tuple(_computation(sheet, e) for e in explanations_of(sheet, sheet.profile.id, "profile"))
    claims = []
    for claim in sheet.claims:
        found = explanations_of(sheet, f"{sheet.profile.id}#{claim.id}", "claim")
        if claim.key and found:
            claims.append(
                ClaimComputation(
                    claim=sheet.mention(claim),
                    own=tuple(_computation(sheet, e) for e in found),
                    citations=tuple(_computation(sheet, e) for e in _of_citations(sheet, claim)),
                )
            )
    return own, tuple(claims)


def _computation(sheet: Sheet, explanation: ScoreExplanation) -> Computation:
    scorer = sheet.atlas.scorer(f"{explanation.on}.{explanation.name}")
    heading = scorer.heading if scorer else wording.words(explanation.name).capitalize()
    numbered = list(enumerate(explanation.steps, 1))
    hrefs = _pages_of_rules(sheet, scorer) if scorer else {}
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


def _pages_of_rules(sheet: Sheet, scorer: Scorer) -> dict[str, str]:
    return {r.id: sheet.root + rule_path(scorer.on, scorer.name, r.id) for r in scorer.rules}


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
        because=sentence(because(sheet, step)),
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
    parts = [
        f"{field} of {listed(links) if len(links) < 3 else f'{len(links)} others'}"
        if links
        else field
        for field, links in places.items()
    ]
    return "; ".join(parts) or None


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
