"""The page about the site: what it is, how grades come about, who may read more, whom to write."""

from __future__ import annotations

from dataclasses import dataclass

from assay.briefing import charts, wording
from assay.briefing.atlas import Atlas
from assay.briefing.grading import fold
from assay.briefing.page import reasons
from assay.briefing.rules_pages import scorer_path
from assay.briefing.sheet import Sheet, band_badge, headline_badge
from assay.briefing.views import Badge, Imprint, Link, TakenEffect
from assay.model.documents import AnyProfile
from assay.text import listed, sentence

PAGE = "about.html"
_MOST_STEPS = 6
_FEW = 3
_CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Example:
    """One grade with the rules that led to it."""

    profile: Link
    reasoning: str
    badge: Badge
    reason: str | None
    steps: tuple[TakenEffect, ...]


@dataclass(frozen=True, slots=True)
class ScaleStep:
    """A grade and its meaning."""

    badge: Badge
    meaning: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A score and its description."""

    link: Link
    text: str


@dataclass(frozen=True, slots=True)
class Tier:
    """A more restricted audience: what it sees, and how to get access."""

    name: str
    holds: str | None
    access: str | None
    href: str | None


@dataclass(frozen=True, slots=True)
class AboutView:
    """The page about the site."""

    root: str
    covers: str
    measures: tuple[Measure, ...]
    scale: tuple[ScaleStep, ...]
    example: Example | None
    tiers: tuple[Tier, ...]
    contact: Link | None
    imprint: Imprint


def about_view(atlas: Atlas, imprint: Imprint) -> AboutView:
    """The page about the site."""
    contact = atlas.site.contact
    return AboutView(
        root="",
        covers=_covers(atlas),
        measures=tuple(
            Measure(Link(s.heading, scorer_path(s.on, s.name)), s.describes)
            for s in atlas.profile_scorers
            if s.describes
        ),
        scale=_scale(atlas),
        example=_example(atlas),
        tiers=_tiers(atlas),
        contact=Link(contact, imprint.contact) if contact else None,
        imprint=imprint,
    )


def _covers(atlas: Atlas) -> str:
    kinds = [profile.kind for profile in atlas.published.values()]
    claims = [claim for p in atlas.published.values() for claim in atlas.claims(p)]
    sources = {i for p in atlas.published.values() for i in atlas.cited(p)}
    parts = [(kinds.count("event"), "event"), (kinds.count("institution"), "institution")]
    subjects = [wording.count(number, noun) for number, noun in parts if number]
    if not subjects:
        return "No briefing is published yet."
    evidence = f"{wording.count(len(claims), 'statement')} from "
    return (
        f"Briefings on {listed(subjects)}, with {evidence}{wording.count(len(sources), 'source')}."
    )


def _scale(atlas: Atlas) -> tuple[ScaleStep, ...]:
    """The published grades of the headline scale, the highest first."""
    scorer = atlas.headline
    if scorer is None:
        return ()
    bands = atlas.rulebook.bands(scorer)
    return tuple(
        ScaleStep(band_badge(scorer, bands, b), b.label)
        for b in reversed(charts.ascending(bands))
        if b.publish
    )


def _example(atlas: Atlas) -> Example | None:
    """Of some profiles with few statements, the one whose grade took the most rules."""
    rated = [
        p
        for p in atlas.published.values()
        if (shown := headline_badge(atlas, p.id)) and shown.filled and not _overridden(atlas, p)
    ]
    rated.sort(key=lambda p: (len(atlas.claims(p)) < _FEW, len(atlas.claims(p)), p.id))
    found = [made for p in rated[:_CANDIDATES] if (made := _example_of(atlas, p))]
    return max(found, key=lambda example: len(example.steps), default=None)


def _example_of(atlas: Atlas, profile: AnyProfile) -> Example | None:
    sheet = Sheet(atlas, profile)
    graded = fold(sheet)
    shown = headline_badge(atlas, profile.id)
    if shown is None or graded is None or not graded.rules:
        return None
    href = atlas.href(profile.id, "") or ""
    found = reasons(sheet)
    reason = found.reason if found else None
    return Example(
        profile=Link(profile.name, href),
        reasoning=f"{href.removesuffix('.html')}/grading.html",
        badge=shown,
        reason=sentence(reason) if reason else None,
        steps=tuple(
            TakenEffect(r.name, r.href.removeprefix("../") if r.href else None, r.because, r.after)
            for r in graded.rules[:_MOST_STEPS]
        ),
    )


def _overridden(atlas: Atlas, profile: AnyProfile) -> bool:
    headline = atlas.headline
    return headline is not None and atlas.override(profile.id, headline.name) is not None


def _tiers(atlas: Atlas) -> tuple[Tier, ...]:
    """The audiences that see more than this one."""
    order = atlas.rulebook.audiences
    above = atlas.rulebook.tiers[order.index(atlas.audience) + 1 :]
    tiers = []
    for tier in above:
        access = tier.access
        is_link = access is not None and access.startswith(("https://", "http://"))
        tiers.append(
            Tier(
                name=tier.name or wording.titled(tier.id.replace("-", " ")),
                holds=sentence(tier.holds) if tier.holds else None,
                access=None if is_link or access is None else sentence(access),
                href=access if is_link else None,
            )
        )
    return tuple(tiers)
