"""The body of a briefing: its claims, each at one place, and where statements differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from assay.briefing import charts, wording
from assay.briefing.sheet import Sheet
from assay.briefing.sources import publisher_name
from assay.briefing.views import (
    ClaimView,
    Dispute,
    Figure,
    FigureSeries,
    Hypotheses,
    JudgementView,
    Link,
    Moment,
    Passage,
    Sentence,
    Story,
    Timeline,
)
from assay.model.dates import PartialDate
from assay.model.documents import AnyProfile, Claim, Quantity, Section
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
_MOST_FIGURES = 3
_MOST_DISPUTES = 2
_WORDS = {"timeline": 110, "story": 110, "more": 40, "why": 40, "judgements": 70, "differ": 50}
"""Words of claims that a part of the page shows; the claims beyond are folded."""
_OPEN = ("more than", "over", "at least", "above", "no fewer than")
"""Qualifiers of a figure whose true value may be greater."""


def story(sheet: Sheet) -> Story:
    """Place every claim of the page."""
    reported = [c for c in sheet.claims if c.nature in ("fact", "attributed")]
    judged = [c for c in sheet.claims if c.nature in ("judgement", "forecast")]
    summary = _summary(sheet)
    disputes = [_dispute(sheet, pair) for pair in _pairs(sheet)]
    left = [c for c in reported if not sheet.is_home(c)]
    timeline = _timeline(sheet, left) if sheet.profile.kind == "event" else None
    passages = _passages(sheet, left)
    differing = [c for c in left if c.section == "where_sources_differ"]
    why = [c for c in left if c.section == "why_it_matters"]
    shown, folded = _judgements(sheet, judged)
    most = 1 if sheet.room < 1 else _MOST_DISPUTES
    return Story(
        summary=summary,
        timeline=timeline,
        figures=_figures(sheet),
        series=_series(sheet),
        passages=passages,
        why=_passage(sheet, "why", "Why it matters", why, "why"),
        judgements=shown,
        judgements_folded=folded,
        hypotheses=_hypotheses(sheet, judged),
        disputes=tuple(disputes[:most]),
        disputes_folded=tuple(disputes[most:]),
        differing=_passage(sheet, "differing", "Where sources differ", differing, "differ"),
        assumptions=tuple(
            sheet.place(c)
            for c in sheet.claims
            if c.nature == "assumption" and not sheet.is_home(c)
        ),
    )


def bottom_line(profile: AnyProfile, claims: Iterable[Claim]) -> Claim | None:
    """The claim that sums up a profile: the one named so, else the first key claim or claim."""
    known = list(claims)
    named = next((c for c in known if c.id == profile.bottom_line), None)
    return named or next((c for c in known if c.key), known[0] if known else None)


def _summary(sheet: Sheet) -> tuple[Sentence, ...]:
    """The summary of the analyst; without one, the key claims, which are then at home here."""
    if sheet.profile.summary:
        return tuple(
            Sentence(line.text, sheet.cites_of(line.claims)) for line in sheet.profile.summary
        )
    key = [c for c in sheet.claims if c.key and c.nature in ("fact", "attributed")]
    first = bottom_line(sheet.profile, sheet.claims)
    shown = key[:3] if key else [first] if first else []
    views = [sheet.place(claim) for claim in shown]
    return tuple(
        Sentence(view.text, view.cites, view.anchor, view.former_anchors) for view in views
    )


def _section(sheet: Sheet, claim: Claim) -> Section:
    return claim.section or _HOME[sheet.profile.kind]


def _timeline(sheet: Sheet, reported: Sequence[Claim]) -> Timeline | None:
    """The claims of what happened whose dates are known; None for fewer than two."""
    dated = [
        (period, claim)
        for claim in reported
        if _section(sheet, claim) == "what_happened" and (period := _period(claim))
    ]
    if len(dated) < 2:
        return None
    dated.sort(key=lambda entry: (entry[0][0].first, entry[0][1].last))
    shown = _fitting(sheet, [c for _, c in dated], "timeline")
    extents = charts.extents([period for period, _ in dated])
    moments = []
    for (period, claim), extent in zip(dated, extents, strict=True):
        when = wording.span(*period)
        machine = None if period[0].precision == "quarter" else period[0].text
        moments.append((claim, Moment(when, machine, sheet.place(claim), extent)))
    first = min((p[0] for p, _ in dated), key=lambda d: d.first)
    last = max((p[1] for p, _ in dated), key=lambda d: d.last)
    return Timeline(
        wording.partial(first),
        wording.partial(last),
        tuple(m for c, m in moments if c in shown),
        tuple(m for c, m in moments if c not in shown),
    )


def _period(claim: Claim) -> tuple[PartialDate, PartialDate] | None:
    """When the event of a claim happened; the date of a statement only where it states an act."""
    if claim.happened:
        return claim.happened, claim.happened_until or claim.happened
    if claim.as_of and claim.holds != "standing" and claim.type == "action":
        return claim.as_of, claim.as_of
    return None


def _fitting(sheet: Sheet, claims: Sequence[Claim], part: str) -> list[Claim]:
    """The claims that a part of the page has room for, in their own order.

    Claims that the summary states come last, except on the timeline: what a reader has read once
    is folded. Key claims come first among the others.
    """
    room = _WORDS[part] * sheet.room
    summary = () if part == "timeline" else sheet.profile.summary
    stated = {reference for line in summary for reference in line.claims}
    order = sorted(range(len(claims)), key=lambda i: (claims[i].id in stated, not claims[i].key, i))
    tight = sheet.room < 0.5
    if part == "more" and tight:
        return []
    chosen: list[int] = []
    for index in order:
        words = len(claims[index].text.split())
        is_stated = claims[index].id in stated
        if (chosen and (words > room or is_stated)) or (is_stated and tight):
            break
        chosen.append(index)
        room -= words
    return [claims[i] for i in sorted(chosen)]


def _passage(
    sheet: Sheet, name: str, heading: str, claims: Sequence[Claim], part: str
) -> Passage | None:
    """The claims under one heading; None without claims."""
    if not claims:
        return None
    shown = _fitting(sheet, claims, part)
    views = tuple(sheet.place(c) for c in shown)
    return Passage(name, heading, views, tuple(sheet.place(c) for c in claims if c not in shown))


def _passages(sheet: Sheet, reported: Sequence[Claim]) -> tuple[Passage, ...]:
    passages: list[Passage] = []
    for section, heading in _HEADINGS[sheet.profile.kind].items():
        claims = [c for c in reported if _section(sheet, c) == section and not sheet.is_home(c)]
        part = "more" if passages else "story"
        found = _passage(sheet, section.replace("_", "-"), heading, claims, part)
        passages += [found] if found else []
    return tuple(passages)


# Figures -------------------------------------------------------------------------------------


def _figures(sheet: Sheet) -> tuple[Figure, ...]:
    """Figures of key claims that share their measure with no other."""
    measures = [c.quantity.measure for c in sheet.claims if c.quantity is not None]
    shown = [
        (c, c.quantity)
        for c in sheet.claims
        if c.key and c.quantity is not None and measures.count(c.quantity.measure) == 1
    ]
    return tuple(
        Figure(
            value=_amount(quantity),
            measure=_measure(quantity),
            when=wording.partial(claim.as_of) if claim.as_of else None,
            cites=sheet.cites(claim),
        )
        for claim, quantity in shown[: _MOST_FIGURES if sheet.room == 1 else 1]
    )


def _measure(quantity: Quantity) -> str:
    """The measure without a first word that the amount before it ends with."""
    first, _, rest = quantity.measure.partition(" ")
    return rest if rest and _amount(quantity).endswith(f" {first}") else quantity.measure


def _series(sheet: Sheet) -> tuple[FigureSeries, ...]:
    """Figures of one measure and unit, which may share an axis."""
    groups: dict[tuple[str, str | None], list[tuple[Claim, Quantity]]] = {}
    for claim in sheet.claims:
        quantity = claim.quantity
        if quantity is not None and quantity.value >= 0:
            key = (quantity.measure, quantity.unit)
            groups.setdefault(key, []).append((claim, quantity))
    found = []
    for (measure, _), members in groups.items():
        if len(members) > 1:
            bars = charts.proportions(
                [
                    (_amount(q), float(q.value), (q.qualifier or "").casefold() in _OPEN)
                    for _, q in members
                ]
            )
            labels = [wording.partial(c.as_of) if c.as_of else "no date" for c, _ in members]
            found.append(
                FigureSeries(wording.titled(measure), tuple(zip(labels, bars, strict=True)))
            )
    return tuple(found)


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


# Judgements ----------------------------------------------------------------------------------


def _judgements(
    sheet: Sheet, judged: Sequence[Claim]
) -> tuple[tuple[JudgementView, ...], tuple[JudgementView, ...]]:
    """The judgements and forecasts of the page: those shown, and those folded."""
    first = [c for c in judged if c.alternative_to is None]
    ordered = sorted(first, key=lambda c: (c.section != "why_it_matters", not c.key))
    ordered += [c for c in judged if c.alternative_to is not None]
    shown = _fitting(sheet, ordered, "judgements") if ordered else []
    return (
        tuple(_judgement(sheet, c) for c in ordered if c in shown),
        tuple(_judgement(sheet, c) for c in ordered if c not in shown),
    )


def _judgement(sheet: Sheet, claim: Claim) -> JudgementView:
    own = sheet.place(claim)
    grounds = [sheet.atlas.claim(sheet.profile.id, r) for r in claim.rests_on]
    known = [found for found in grounds if found is not None]
    competing = [c for c in sheet.claims if c.alternative_to == claim.id]
    if claim.alternative_to:
        original = sheet.atlas.claim(sheet.profile.id, claim.alternative_to)
        competing += [original[1]] if original and original[0] is sheet.profile else []
    return JudgementView(
        claim=own,
        likelihood=_likelihood(claim.likelihood),
        rests_on=tuple(sheet.mention(c, o) for o, c in known if c.nature != "assumption"),
        assumptions=tuple(
            sheet.place(c) if o is sheet.profile else sheet.mention(c, o)
            for o, c in known
            if c.nature == "assumption"
        ),
        alternatives=tuple(sheet.mention(c) for c in competing),
        hidden_grounds=len(known) < len(grounds),
    )


def _likelihood(value: float | None) -> str | None:
    return None if value is None else f"{round(value * 1000) / 10:g}%"


def _hypotheses(sheet: Sheet, judged: Sequence[Claim]) -> Hypotheses | None:
    """The judgements that are alternatives to each other against the claims they rest on.

    A claim supports a judgement that rests on it, and disputes one that it contradicts.
    """
    rivals = [c for c in judged if c.alternative_to]
    if not rivals:
        return None
    root = rivals[0].alternative_to
    columns = [c for c in judged if root in (c.id, c.alternative_to)]
    if len(columns) < 2:
        return None
    evidence: dict[tuple[str, str], tuple[AnyProfile, Claim]] = {}
    for judgement in columns:
        for reference in (*judgement.rests_on, *judgement.contradicts):
            found = sheet.atlas.claim(sheet.profile.id, reference)
            if found is not None:
                evidence[found[0].id, found[1].id] = found
        for claim in sheet.claims:
            if judgement.id in claim.contradicts:
                evidence[sheet.profile.id, claim.id] = (sheet.profile, claim)
    rows = tuple(
        (sheet.mention(claim, owner), tuple(_says(sheet, owner, claim, j) for j in columns))
        for owner, claim in evidence.values()
    )
    return Hypotheses(tuple(sheet.mention(c) for c in columns), rows) if rows else None


def _says(sheet: Sheet, owner: AnyProfile, claim: Claim, judgement: Claim) -> str:
    """What a claim says on a judgement: supports, disputes, or nothing."""
    own = owner is sheet.profile
    names = {f"{owner.id}#{claim.id}"} | ({claim.id, f"#{claim.id}"} if own else set())
    if names & set(judgement.contradicts) or (own and judgement.id in claim.contradicts):
        return "disputes"
    return "supports" if names & set(judgement.rests_on) else "says nothing"


# Differences ---------------------------------------------------------------------------------


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
    paired = {claim for key in pairs for _, claim in key}
    for claim in sheet.claims:
        if claim.id in paired:
            continue
        if any(citation.stance == "disputes" for citation, _ in sheet.atlas.citations(claim)):
            key = frozenset({(profile.id, claim.id)})
            pairs.setdefault(key, ((profile, claim),))
    return list(pairs.values())


def _dispute(sheet: Sheet, pair: tuple[tuple[AnyProfile, Claim], ...]) -> Dispute:
    sides = tuple((_said_by(sheet, owner, c), _side(sheet, owner, c)) for owner, c in pair)
    if len(pair) > 1:
        return Dispute(sides, ())
    against = {
        source.id: source
        for citation, source in sheet.atlas.citations(pair[0][1])
        if citation.stance == "disputes"
    }
    links = (
        Link(f"{sheet.numbers[s.id]}. {s.title}", f"#source-{sheet.numbers[s.id]}")
        for s in against.values()
    )
    return Dispute(sides, tuple(links))


def _said_by(sheet: Sheet, owner: AnyProfile, claim: Claim) -> str:
    """Who says it: the publishers of the supporting sources, by name."""
    if claim.nature == "judgement":
        return "Our judgement"
    names = [
        publisher_name(sheet.atlas.corpus, source)
        for citation, source in sheet.atlas.citations(claim)
        if citation.stance == "supports"
    ]
    names = list(dict.fromkeys(names))
    if names == ["an unknown publisher"]:
        return "A publisher that is not named"
    if not names:
        return owner.name
    if len(names) > 3:
        names = [*names[:2], f"{len(names) - 2} others"]
    return listed(names)


def _side(sheet: Sheet, owner: AnyProfile, claim: Claim) -> ClaimView:
    if owner is not sheet.profile or claim.nature not in ("fact", "attributed"):
        return sheet.mention(claim, owner)
    if sheet.is_home(claim):
        return replace(sheet.mention(claim), text=wording.shortened(claim.text, 60))
    return sheet.place(claim)
