"""The body of a page: what is claimed, where statements differ, and what was concluded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from assay.briefing import wording
from assay.briefing.pageviews import Narrative
from assay.briefing.sheet import Sheet
from assay.briefing.sourcing import publisher_name
from assay.briefing.views import ClaimView, Dispute, Figure, JudgementView, Link, Moment, Passage
from assay.model.dates import PartialDate
from assay.model.documents import AnyProfile, Claim, Quantity, Section, Source
from assay.text import listed

_HEADINGS: dict[str, dict[Section, str]] = {
    "event": {
        "what_happened": "What happened",
        "what_it_does": "How it works",
        "context": "Context",
    },
    "institution": {
        "what_it_does": "What it does",
        "what_happened": "What has happened",
        "context": "Context",
    },
}
_HOME: dict[str, Section] = {"event": "what_happened", "institution": "what_it_does"}
_MOST_FIGURES = 4


def narrative(sheet: Sheet) -> Narrative:
    """Place every claim of the page at its home and gather what is shown beside it."""
    reported = [c for c in sheet.claims if c.nature in ("fact", "attributed")]
    judged = [c for c in sheet.claims if c.nature == "judgement"]
    bottom = bottom_line(sheet.profile, sheet.claims)
    is_event = sheet.profile.kind == "event"
    timeline = _timeline(sheet, reported) if is_event else ()
    passages = _passages(sheet, reported)
    why = [c for c in reported if c.section == "why_it_matters"]
    differing = [c for c in reported if c.section == "where_sources_differ"]
    pairs = _pairs(sheet)
    paired = {c.id for pair in pairs for owner, c in pair if owner is sheet.profile}
    disputes = tuple(_dispute(sheet, pair) for pair in pairs)
    return Narrative(
        bottom_line=sheet.mention(bottom) if bottom else None,
        figures=_figures(sheet),
        timeline=timeline,
        passages=passages,
        why_claims=tuple(sheet.place(c) for c in why),
        why_judgements=tuple(_judgement(sheet, c) for c in judged if c.section == "why_it_matters"),
        disputes=disputes,
        differing=tuple(sheet.place(c) for c in differing if c.id not in paired),
        judgements=tuple(_judgement(sheet, c) for c in judged if c.section != "why_it_matters"),
        assumptions=tuple(sheet.place(c) for c in sheet.claims if c.nature == "assumption"),
        forecasts=tuple(_judgement(sheet, c) for c in sheet.claims if c.nature == "forecast"),
    )


def bottom_line(profile: AnyProfile, claims: Iterable[Claim]) -> Claim | None:
    """The claim that says it all: the one named so, else the first key claim, else the first."""
    known = list(claims)
    named = next((c for c in known if c.id == profile.bottom_line), None)
    return named or next((c for c in known if c.key), known[0] if known else None)


def _section(sheet: Sheet, claim: Claim) -> Section:
    return claim.section or _HOME[sheet.profile.kind]


def _timeline(sheet: Sheet, reported: list[Claim]) -> tuple[Moment, ...]:
    """What happened when, and when the sources told of it."""
    dated = [
        (c.as_of, replace(sheet.place(c), notes=()))
        for c in reported
        if c.as_of is not None and _section(sheet, c) == "what_happened"
    ]
    if not dated:
        return ()
    moments: list[tuple[PartialDate, int, Moment]] = [
        (when, 0, Moment(wording.partial(when), _machine(when), view, None, ()))
        for when, view in dated
    ]
    told: dict[PartialDate, list[Source]] = {}
    for source in sheet.sources:
        if source.published is not None:
            told.setdefault(source.published, []).append(source)
    for when, sources in told.items():
        moments.append((when, 1, _publication(sheet, when, sources)))
    return tuple(m for _, _, m in sorted(moments, key=lambda entry: entry[:2]))


def _machine(when: PartialDate) -> str | None:
    return None if when.precision == "quarter" else when.text


def _publication(sheet: Sheet, when: PartialDate, sources: list[Source]) -> Moment:
    corpus = sheet.atlas.corpus
    names = list(dict.fromkeys(publisher_name(corpus, source) for source in sources))
    return Moment(
        when=wording.partial(when),
        machine=_machine(when),
        claim=None,
        told=f"published by {listed(names)}",
        published=tuple(sheet.mark(source) for source in sources),
    )


def _passages(sheet: Sheet, reported: list[Claim]) -> tuple[Passage, ...]:
    passages = []
    for section, heading in _HEADINGS[sheet.profile.kind].items():
        claims = [c for c in reported if _section(sheet, c) == section and not sheet.is_home(c)]
        if claims:
            name = section.replace("_", "-")
            passages.append(Passage(name, heading, tuple(sheet.place(c) for c in claims)))
    return tuple(passages)


def _figures(sheet: Sheet) -> tuple[Figure, ...]:
    shown = [(c, c.quantity) for c in sheet.claims if c.key and c.quantity is not None]
    return tuple(
        Figure(
            value=_amount(quantity),
            measure=quantity.measure,
            when=wording.partial(claim.as_of) if claim.as_of else None,
            cites=sheet.cites(claim),
        )
        for claim, quantity in shown[:_MOST_FIGURES]
    )


def _amount(quantity: Quantity) -> str:
    value = quantity.value
    number = f"{value:,}" if isinstance(value, int) else f"{value:,.15g}"
    unit = quantity.unit or ""
    if unit in ("%", "percent", "per cent"):
        number, unit = f"{number}%", ""
    # A unit that the measure already names would be read twice.
    if unit and unit.casefold() in quantity.measure.casefold():
        unit = ""
    return " ".join(part for part in (quantity.qualifier, number, unit) if part)


def _pairs(sheet: Sheet) -> list[tuple[tuple[AnyProfile, Claim], ...]]:
    """Claims that contradict each other, each pair once, in the order of the page's claims."""
    pairs: dict[frozenset[tuple[str, str]], tuple[tuple[AnyProfile, Claim], ...]] = {}
    profile = sheet.profile
    for claim in sheet.claims:
        for reference in claim.contradicts:
            other = sheet.atlas.claim(profile.id, reference)
            if other is not None:
                key = frozenset({(profile.id, claim.id), (other[0].id, other[1].id)})
                pairs.setdefault(key, ((profile, claim), other))
    for claim in sheet.claims:
        if any(citation.stance == "disputes" for citation, _ in sheet.atlas.citations(claim)):
            key = frozenset({(profile.id, claim.id)})
            pairs.setdefault(key, ((profile, claim),))
    return list(pairs.values())


def _dispute(sheet: Sheet, pair: tuple[tuple[AnyProfile, Claim], ...]) -> Dispute:
    sides = tuple(_side(sheet, owner, claim) for owner, claim in pair)
    if len(pair) > 1:
        return Dispute(sides, ())
    against = {
        source.id: source
        for citation, source in sheet.atlas.citations(pair[0][1])
        if citation.stance == "disputes"
    }
    links = (
        Link(f"[{sheet.numbers[s.id]}] {s.title}", f"#source-{sheet.numbers[s.id]}")
        for s in against.values()
    )
    return Dispute(sides, tuple(links))


def _side(sheet: Sheet, owner: AnyProfile, claim: Claim) -> ClaimView:
    if owner is sheet.profile and claim.section == "where_sources_differ":
        return sheet.place(claim)
    return sheet.mention(claim, owner)


def _judgement(sheet: Sheet, claim: Claim) -> JudgementView:
    grounds = [sheet.atlas.claim(sheet.profile.id, r) for r in claim.rests_on]
    known = [found for found in grounds if found is not None]
    competing = [c for c in sheet.claims if c.alternative_to == claim.id]
    if claim.alternative_to:
        original = sheet.atlas.claim(sheet.profile.id, claim.alternative_to)
        competing += [original[1]] if original and original[0] is sheet.profile else []
    return JudgementView(
        claim=sheet.place(claim),
        likelihood=_likelihood(claim.likelihood),
        rests_on=tuple(sheet.mention(c, o) for o, c in known if c.nature != "assumption"),
        assumptions=tuple(sheet.mention(c, o) for o, c in known if c.nature == "assumption"),
        alternatives=tuple(sheet.mention(c) for c in competing),
        hidden_grounds=len(known) < len(grounds),
    )


def _likelihood(value: float | None) -> str | None:
    return None if value is None else f"{round(value * 1000) / 10:g}%"
