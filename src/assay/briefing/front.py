"""The site's first page: every published profile by grade, by kind and by horizon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assay.briefing import charts, wording
from assay.briefing.atlas import Atlas
from assay.briefing.rules_pages import scorer_path
from assay.briefing.sheet import profile_badge
from assay.briefing.story import bottom_line
from assay.briefing.views import Badge, Fact, Imprint, Link
from assay.model.dates import PartialDate
from assay.model.documents import AnyProfile
from assay.model.results import Horizon
from assay.model.rulebook import Rulebook, Scorer, rulebook_digest


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A profile as a row of the first page."""

    link: Link
    kind: str
    kicker: str
    bottom_line: str | None
    badge: Badge | None
    badges: tuple[Badge, ...]
    evidence: str
    horizon: str
    due: str | None


@dataclass(frozen=True, slots=True)
class IndexGroup:
    """Entries under one heading."""

    id: str
    heading: str
    note: str | None
    entries: tuple[IndexEntry, ...]


@dataclass(frozen=True, slots=True)
class ScoreMeaning:
    """What a score of the rulebook means to a reader, and its scale from the top down."""

    id: str
    heading: str
    describes: str | None
    scale: tuple[str, ...]
    href: str


@dataclass(frozen=True, slots=True)
class IndexView:
    """The first page: every published profile, by grade, by kind and by horizon."""

    root: str
    counts: tuple[Fact, ...]
    by_grade: tuple[IndexGroup, ...]
    by_kind: tuple[IndexGroup, ...]
    by_date: tuple[IndexGroup, ...]
    meanings: tuple[ScoreMeaning, ...]
    headline: str | None
    rulebook_digest: str
    imprint: Imprint


ROOT = ""
_FAR = date.max


def front(atlas: Atlas, imprint: Imprint) -> IndexView:
    """The first page of the site."""
    profiles = sorted(atlas.published.values(), key=lambda p: (p.name.casefold(), p.id))
    entries = {profile.id: _entry(atlas, profile) for profile in profiles}
    headline = atlas.headline
    return IndexView(
        root=ROOT,
        counts=_counts(atlas, profiles),
        by_grade=_by_grade(atlas, profiles, entries),
        by_kind=tuple(
            IndexGroup(f"kind-{kind}", plural, None, _of(entries, members))
            for kind, plural in (("event", "Events"), ("institution", "Institutions"))
            if (members := [p for p in profiles if p.kind == kind])
        ),
        by_date=_by_date(atlas, profiles, entries),
        meanings=tuple(_meaning(atlas.rulebook, scorer) for scorer in atlas.profile_scorers),
        headline=headline.heading if headline else None,
        rulebook_digest=rulebook_digest(atlas.rulebook),
        imprint=imprint,
    )


def _meaning(rulebook: Rulebook, scorer: Scorer) -> ScoreMeaning:
    steps = charts.ascending(rulebook.bands(scorer))
    scale = []
    for band in reversed(steps):
        name = band.grade if band.label == band.grade else f"{band.grade}, {band.label}"
        scale.append(f"{name} from {wording.points(charts.start_of(band))}")
    return ScoreMeaning(
        f"score-{scorer.name}",
        scorer.heading,
        scorer.describes,
        tuple(scale),
        scorer_path(scorer.on, scorer.name),
    )


def _of(entries: dict[str, IndexEntry], profiles: Iterable[AnyProfile]) -> tuple[IndexEntry, ...]:
    return tuple(entries[profile.id] for profile in profiles)


def _entry(atlas: Atlas, profile: AnyProfile) -> IndexEntry:
    result = atlas.results[profile.id]
    shown = {
        s.name: profile_badge(atlas, profile.id, s)
        for s in (*([atlas.headline] if atlas.headline else []), *atlas.levels)
        if s.name in result.scores
    }
    line = bottom_line(profile, atlas.claims(profile))
    return IndexEntry(
        link=Link(profile.name, atlas.href(profile.id, ROOT)),
        kind=wording.KIND[profile.kind],
        kicker="",
        bottom_line=line.text if line else None,
        badge=shown.get(atlas.headline.name) if atlas.headline else None,
        badges=tuple(shown.values()),
        evidence="",
        horizon=_horizon(result.outlook.horizon),
        due=_due(result.outlook.horizon),
    )


def _counts(atlas: Atlas, profiles: list[AnyProfile]) -> tuple[Fact, ...]:
    claims = [claim for profile in profiles for claim in atlas.claims(profile)]
    sources = {s.id for claim in claims for _, s in atlas.citations(claim)}
    links = sum(e.owner == i for i in atlas.published for e in atlas.edges(i))
    return (
        Fact("events", str(sum(p.kind == "event" for p in profiles))),
        Fact("institutions", str(sum(p.kind == "institution" for p in profiles))),
        Fact("claims", str(len(claims))),
        Fact("sources", str(len(sources))),
        Fact("links", str(links)),
    )


def _by_grade(
    atlas: Atlas, profiles: list[AnyProfile], entries: dict[str, IndexEntry]
) -> tuple[IndexGroup, ...]:
    """Sections from the highest band down; last what is not rated."""
    headline = atlas.headline
    bands = atlas.rulebook.bands(headline) if headline else ()
    grouped: dict[str, list[tuple[int, AnyProfile]]] = {}
    for profile in profiles:
        score = atlas.results[profile.id].scores.get(headline.name) if headline else None
        points = score.points if score else None
        band = atlas.band(profile.id, headline) if headline else None
        grouped.setdefault(band.id if band else "", []).append((-(points or 0), profile))
    groups = []
    for band in reversed(charts.ascending(bands)):
        if band.id in grouped:
            members = [p for _, p in sorted(grouped[band.id], key=lambda entry: entry[0])]
            groups.append(
                IndexGroup(f"grade-{band.id}", band.grade, band.label, _of(entries, members))
            )
    if "" in grouped:
        members = [p for _, p in sorted(grouped[""], key=lambda entry: entry[0])]
        groups.append(IndexGroup("grade-none", "Not rated", None, _of(entries, members)))
    return tuple(groups)


def _by_date(
    atlas: Atlas, profiles: list[AnyProfile], entries: dict[str, IndexEntry]
) -> tuple[IndexGroup, ...]:
    """Sections by the word of the horizon; last what has no date, and what is closed."""
    grouped: dict[str, list[AnyProfile]] = {}
    for profile in profiles:
        horizon = atlas.results[profile.id].outlook.horizon
        grouped.setdefault("closed" if horizon.closed else horizon.word or "", []).append(profile)
    groups: list[IndexGroup] = []
    for number, word in enumerate((*atlas.rulebook.cadence.in_order, "", "closed")):
        if word in grouped:
            members = sorted(grouped[word], key=lambda p: _day(atlas.results[p.id].outlook.horizon))
            heading = wording.titled(word or "no date")
            groups.append(IndexGroup(f"again-{number}", heading, None, _of(entries, members)))
    return tuple(groups)


def _day(horizon: Horizon) -> date:
    """The day that a horizon takes its word from."""
    found = horizon.next or horizon.review
    return found.day if found else _FAR


def _due(horizon: Horizon) -> str | None:
    """The date that a horizon takes its word from; the end if it is closed."""
    if horizon.closed is not None:
        return f"closed {wording.partial(PartialDate.parse(horizon.closed.on))}"
    if horizon.next is not None:
        return f"next {wording.partial(PartialDate.parse(horizon.next.written))}"
    return f"review by {wording.day(horizon.review.day)}" if horizon.review else None


def _horizon(horizon: Horizon) -> str:
    """The dates of a horizon in a line."""
    parts = [] if horizon.closed else [horizon.word or "no date"]
    if (due := _due(horizon)) is not None:
        reason = f": {wording.clause(horizon.next.text)}" if horizon.next else ""
        parts.append(f"{due}{reason}")
    if horizon.next is not None and horizon.review is not None:
        parts.append(f"review by {wording.day(horizon.review.day)}")
    return " · ".join(parts)
