"""Topics, regions and domains with their briefings counted, and the signals of each topic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from assay.briefing import paging, wording
from assay.briefing.atlas import Atlas
from assay.briefing.index import facet_href, slug
from assay.briefing.paging import Pager
from assay.briefing.views import Imprint, Link
from assay.model.documents import AnyProfile, Signal

PAGE = "topics.html"
_WORDS = 50
"""Words of each field on one page."""


@dataclass(frozen=True, slots=True)
class FacetRow:
    """A topic, region or domain with the number of its briefings, and its feed."""

    link: Link
    count: str
    feed: str | None


@dataclass(frozen=True, slots=True)
class Facet:
    """Words of one field; ``count`` includes those on other pages."""

    id: str
    heading: str
    count: int
    rows: tuple[FacetRow, ...]


@dataclass(frozen=True, slots=True)
class SignalRow:
    """An early sign of a change, with the briefing that has it."""

    signal: str
    change: str
    horizon: str
    force: str
    profile: Link


@dataclass(frozen=True, slots=True)
class SignalTable:
    """The signals of a topic."""

    id: str
    heading: str
    rows: tuple[SignalRow, ...]


@dataclass(frozen=True, slots=True)
class TopicsView:
    """A page of topics, regions, domains and signals, with a part of each."""

    root: str
    page: int
    pager: Pager | None
    facets: tuple[Facet, ...]
    signals: tuple[SignalTable, ...]
    imprint: Imprint


def by_topic(atlas: Atlas) -> dict[str, list[AnyProfile]]:
    """The published profiles of each topic, topics in the order of the alphabet."""
    return _by_word(atlas.published.values(), lambda p: p.topics)


def _by_word(
    profiles: Iterable[AnyProfile], words: Callable[[AnyProfile], Iterable[str]]
) -> dict[str, list[AnyProfile]]:
    """The profiles of each word; of words that share a page, the first one counts for all."""
    spelt: dict[str, str] = {}
    found: dict[str, dict[str, AnyProfile]] = {}
    for profile in profiles:
        for word in words(profile):
            name = spelt.setdefault(slug(word), word)
            found.setdefault(name, {})[profile.id] = profile
    ordered = sorted(found.items(), key=lambda entry: (entry[0].casefold(), entry[0]))
    return {word: list(members.values()) for word, members in ordered}


def topic_feed_path(topic: str) -> str:
    """Where the feed of a topic lies in the site."""
    return f"feeds/topic/{slug(topic)}.atom"


def topics_pages(atlas: Atlas, imprint: Imprint) -> Iterator[tuple[str, TopicsView]]:
    """The pages of topics, regions and domains; the first begins each of their lists."""
    profiles = list(atlas.published.values())
    topics = by_topic(atlas)
    regions = _by_word(profiles, lambda p: [p.region] if p.region else [])
    domains = _by_word(profiles, lambda p: [p.domain] if p.domain else [])
    facets = [
        _facet("topic", "Topics", topics),
        _facet("region", "Regions", regions),
        _facet("domain", "Domains", domains),
    ]
    signals = _signals(atlas, topics)
    words = [paging.parts(rows, _WORDS) for _, _, rows in facets]
    cut = paging.parts(signals)
    paths = paging.paths(PAGE, max(len(cut), *map(len, words)))
    for page, path in enumerate(paths):
        shown = [
            Facet(field, heading, len(rows), tuple(part[page]))
            for (field, heading, rows), part in zip(facets, words, strict=True)
            if page < len(part) and part[page]
        ]
        tables = groupby(cut[page] if page < len(cut) else (), key=lambda s: s[:2])
        yield (
            path,
            TopicsView(
                root="",
                page=page + 1,
                pager=paging.pager(paths, page),
                facets=tuple(shown),
                signals=tuple(
                    SignalTable(place, heading, tuple(row for _, _, row in rows))
                    for (place, heading), rows in tables
                ),
                imprint=imprint,
            ),
        )


def _facet(
    field: str, heading: str, found: Mapping[str, list[AnyProfile]]
) -> tuple[str, str, tuple[FacetRow, ...]]:
    rows = tuple(
        FacetRow(
            link=Link(word, facet_href(field, word, "")),
            count=str(len(members)),
            feed=quote(topic_feed_path(word)) if field == "topic" else None,
        )
        for word, members in found.items()
    )
    return field, heading, rows


def _signals(
    atlas: Atlas, topics: Mapping[str, list[AnyProfile]]
) -> list[tuple[str, str, SignalRow]]:
    """The signals by topic, each with the id and the heading of its table.

    Those of profiles without a topic come last, by themselves.
    """
    without = [p for p in atlas.published.values() if not p.topics]
    return [
        (f"signals-{number}", heading, _row(atlas, profile, signal))
        for number, (heading, members) in enumerate([*topics.items(), ("Other", without)], 1)
        for profile in members
        for signal in profile.signals
    ]


def _row(atlas: Atlas, profile: AnyProfile, signal: Signal) -> SignalRow:
    return SignalRow(
        signal=signal.signal,
        change=signal.change,
        horizon=wording.titled(signal.horizon),
        force=wording.titled(signal.driving_force),
        profile=Link(profile.name, atlas.href(profile.id, "")),
    )
