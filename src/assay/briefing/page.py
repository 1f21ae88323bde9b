"""A briefing page, gathered: everything its template shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from assay.briefing import computation, narrative, relations, sourcing, verdict, wording
from assay.briefing.atlas import Atlas, path_of
from assay.briefing.pageviews import Imprint, PageView
from assay.briefing.sheet import ROOT, Sheet
from assay.briefing.views import Badge, Cite, Fact, ImageView, Link
from assay.model.documents import AnyProfile, Event, Institution
from assay.text import listed, sentence

IMAGES = "assets/images/"
"""Where pictures lie in the site."""


def page(atlas: Atlas, profile: AnyProfile, imprint: Imprint) -> PageView:
    """The page of a published profile."""
    sheet = Sheet(atlas, profile)
    told = narrative.narrative(sheet)
    graded = verdict.verdict(sheet)
    rated = verdict.levels(sheet)
    badges = [graded.badge] if graded else []
    badges += [level.badge for level in rated]
    facts, not_stated = _glance(sheet, tuple(badges))
    computed, of_claims = computation.computations(sheet)
    view = PageView(
        root=ROOT,
        path=path_of(profile),
        id=profile.id,
        kind=profile.kind,
        name=profile.name,
        aliases=profile.aliases,
        kicker=kicker(atlas, profile, sheet),
        told=told,
        minute=verdict.minute(sheet),
        badges=tuple(badges),
        evidence=sourcing.summary(sheet.result),
        verdict=graded,
        levels=rated,
        levels_of_bodies=relations.levels_of_bodies(sheet),
        outlook=verdict.outlook(sheet),
        glance=facts,
        not_stated=not_stated,
        contents=(),
        gaps=tuple(gap.text for gap in profile.gaps),
        watch=verdict.watch(sheet),
        dependencies=relations.dependencies(sheet),
        related=relations.related(sheet),
        source_groups=sourcing.source_groups(sheet),
        corrections=sourcing.corrections(sheet),
        computations=computed,
        claim_computations=of_claims,
        image=_image(profile),
        imprint=imprint,
    )
    return replace(view, contents=_contents(view))


def _contents(view: PageView) -> tuple[Link, ...]:
    """The sections of the page, in order."""
    told = view.told
    sections: list[tuple[str, str, object]] = [
        ("grade", view.verdict.heading if view.verdict else "", view.verdict),
        ("timeline", "What happened, in order", told.timeline),
        *((p.id, p.heading, True) for p in told.passages if p.id != "what-happened"),
        ("why", "Why it matters", True),
        ("differ", "Where sources differ", told.disputes or told.differing),
        (
            "judgements",
            "Judgements" if told.judgements else "Assumptions",
            told.judgements or told.assumptions,
        ),
        ("forecasts", "Forecasts", told.forecasts),
        ("gaps", "Not known", view.gaps),
        ("watch", "What to watch", view.watch),
        ("outlook", "When it runs out", view.outlook.rows),
        ("dependencies", "Dependencies", view.dependencies.groups),
        ("related", "Related profiles", view.related),
        ("corrections", "Corrections", view.corrections),
        ("sources", "Sources", view.source_groups),
        ("computed", "How this was computed", view.computations or view.claim_computations),
    ]
    return tuple(Link(heading, f"#{name}") for name, heading, shown in sections if shown)


def kicker(atlas: Atlas, profile: AnyProfile, sheet: Sheet | None = None) -> tuple[str, ...]:
    """The line above a name: what it is, where, when; only what is known."""
    parts = [wording.KIND[profile.kind]]
    parts += [part for part in (profile.type, profile.domain, profile.region) if part]
    if isinstance(profile, Event):
        when = _when(profile) or _reported(sheet or Sheet(atlas, profile))
        if when:
            parts.append(when)
    # A type that only repeats the kind says nothing.
    return tuple(dict.fromkeys(part[0].upper() + part[1:] for part in parts))


def _when(event: Event) -> str | None:
    if event.date:
        return wording.partial(event.date)
    if event.from_ and event.until:
        return wording.span(event.from_, event.until)
    if event.from_:
        return f"since {wording.partial(event.from_)}"
    return f"until {wording.partial(event.until)}" if event.until else None


def _reported(sheet: Sheet) -> str | None:
    dates = sorted(s.published for s in sheet.sources if s.published)
    return f"reported {wording.span(dates[0], dates[-1])}" if dates else None


def _glance(sheet: Sheet, badges: tuple[Badge, ...]) -> tuple[tuple[Fact, ...], str | None]:
    """The rows of "at a glance", and what the documents do not state."""
    profile = sheet.profile
    rows: list[tuple[str, str | None, str]] = [
        ("Category", wording.KIND[profile.kind], ""),
        ("Type", profile.type, "type"),
        ("Also called", ", ".join(profile.aliases) or "–", "aliases"),
        ("Region", profile.region, "region"),
    ]
    if isinstance(profile, Institution):
        rows.append(("Base", profile.base, "base"))
    else:
        rows.append(("Date", _when(profile), "date"))
    rows += [
        ("Primary domain", profile.domain, "domain"),
        ("Topics", ", ".join(profile.topics) or None, "topics"),
    ]
    facts = [
        Fact(term, value, _basis(sheet, field))
        for term, value, field in rows
        if value and value != "–"
    ]
    facts.append(Fact("Signal focus", _signal_focus(sheet)))
    facts.append(Fact("Content type", _content_type(sheet)))
    facts += [Fact(b.label, _spoken(b)) for b in badges]
    facts.append(Fact("Evidence", sourcing.summary(sheet.result)))
    missing = [term.lower() for term, value, _ in rows if not value]
    return tuple(facts), sentence(listed(missing)) if missing else None


def _spoken(badge: Badge) -> str:
    """The badge as words: grade, meaning and number."""
    meaning = f", {badge.meaning[0].lower()}{badge.meaning[1:]}" if badge.meaning else ""
    return f"{badge.word}{meaning}" + (f" ({badge.number})" if badge.number else "")


def _basis(sheet: Sheet, field: str) -> tuple[Cite, ...]:
    fields = ("date", "from", "until") if field == "date" else (field,)
    named = {i for f in fields for i in sheet.profile.basis.get(f, ())}
    return tuple(mark for claim in sheet.claims if claim.id in named for mark in sheet.cites(claim))


def _signal_focus(sheet: Sheet) -> str:
    """What the key claims mostly speak of: ``Figures (3 of 4 key claims)``."""
    key = [claim for claim in sheet.claims if claim.key]
    types: Counter[str] = Counter(claim.type for claim in key if claim.type)
    if not types:
        return "unknown"
    most = max(types.values())
    leading = [wording.CLAIM_TYPES[t] for t in wording.CLAIM_TYPES if types.get(t) == most]
    focus = listed([leading[0], *(word.lower() for word in leading[1:])])
    each = "each " if len(leading) > 1 else ""
    return f"{focus} ({each}{most} of {wording.count(len(key), 'key claim')})"


def _content_type(sheet: Sheet) -> str:
    """What the page consists of: ``Event briefing: 9 facts, 2 judgements``."""
    natures: Counter[str] = Counter(claim.nature for claim in sheet.claims)
    parts = [wording.natures(natures[n], n) for n in wording.NATURE if natures[n]]
    name = f"{wording.KIND[sheet.profile.kind]} briefing"
    return f"{name}: {', '.join(parts)}" if parts else name


def _image(profile: AnyProfile) -> ImageView | None:
    if profile.image is None:
        return None
    return ImageView(
        src=f"{ROOT}{IMAGES}{profile.image.src}",
        caption=profile.image.caption,
        source_context=profile.image.source_context,
        relevance=profile.image.relevance,
        provenance=profile.image.provenance,
    )
