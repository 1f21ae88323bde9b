"""Whole pages as frozen values: everything a template shows."""

from __future__ import annotations

from dataclasses import dataclass

from assay.briefing.views import (
    Badge,
    BodyLevels,
    ClaimComputation,
    ClaimView,
    Computation,
    Correction,
    Dependencies,
    Dispute,
    Fact,
    Figure,
    ImageView,
    JudgementView,
    LevelView,
    Link,
    Minute,
    Moment,
    OutlookView,
    Passage,
    Related,
    SourceGroupView,
    Verdict,
    WatchColumn,
)


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the page was made from, for its foot."""

    version: str
    digest: str
    as_of: str
    as_of_iso: str


@dataclass(frozen=True, slots=True)
class Narrative:
    """The claims of a page, each placed once."""

    bottom_line: ClaimView | None
    figures: tuple[Figure, ...]
    timeline: tuple[Moment, ...]
    passages: tuple[Passage, ...]
    why_claims: tuple[ClaimView, ...]
    why_judgements: tuple[JudgementView, ...]
    disputes: tuple[Dispute, ...]
    differing: tuple[ClaimView, ...]
    judgements: tuple[JudgementView, ...]
    assumptions: tuple[ClaimView, ...]
    forecasts: tuple[JudgementView, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """A briefing page. ``root`` leads from the page to the site's first page."""

    root: str
    path: str
    id: str
    kind: str
    name: str
    aliases: tuple[str, ...]
    kicker: tuple[str, ...]
    told: Narrative
    minute: Minute
    badges: tuple[Badge, ...]
    evidence: str
    verdict: Verdict | None
    levels: tuple[LevelView, ...]
    levels_of_bodies: tuple[BodyLevels, ...]
    outlook: OutlookView
    glance: tuple[Fact, ...]
    not_stated: str | None
    contents: tuple[Link, ...]
    gaps: tuple[str, ...]
    watch: tuple[WatchColumn, ...]
    dependencies: Dependencies
    related: tuple[Related, ...]
    source_groups: tuple[SourceGroupView, ...]
    corrections: tuple[Correction, ...]
    computations: tuple[Computation, ...]
    claim_computations: tuple[ClaimComputation, ...]
    image: ImageView | None
    imprint: Imprint


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
