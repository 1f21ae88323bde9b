"""Topics, regions and domains with their briefings counted, and the signals of each topic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from assay.briefing import wording
from assay.briefing.atlas import Atlas
from assay.briefing.index import facet_href, slug
from assay.briefing.views import Imprint, Link
from assay.model.documents import AnyProfile, Signal

PAGE = "topics.html"


@dataclass(frozen=True, slots=True)
class FacetRow:
    """A topic, region or domain with the number of its briefings, and its feed."""

    link: Link
    count: str
    feed: str | None


@dataclass(frozen=True, slots=True)
class Facet:
    """The words of one field."""

    id: str
    heading: str
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
    """The page of topics, regions and domains."""

    root: str
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


def topics_view(atlas: Atlas, imprint: Imprint) -> TopicsView:
    """The page of topics, regions and domains."""
    profiles = list(atlas.published.values())
    topics = by_topic(atlas)
    facets = (
        _facet("topic", "Topics", topics),
        _facet("region", "Regions", _by_word(profiles, lambda p: [p.region] if p.region else [])),
        _facet("domain", "Domains", _by_word(profiles, lambda p: [p.domain] if p.domain else [])),
    )
    return TopicsView(
        root="",
        facets=tuple(facet for facet in facets if facet.rows),
        signals=_signals(atlas, topics),
        imprint=imprint,
    )


def _facet(field: str, heading: str, found: Mapping[str, list[AnyProfile]]) -> Facet:
    rows = tuple(
        FacetRow(
            link=Link(word, facet_href(field, word, "")),
            count=str(len(members)),
            feed=quote(topic_feed_path(word)) if field == "topic" else None,
        )
        for word, members in found.items()
    )
    return Facet(field, heading, rows)


def _signals(atlas: Atlas, topics: Mapping[str, list[AnyProfile]]) -> tuple[SignalTable, ...]:
    """The signals by topic; those of profiles without a topic by themselves."""
    without = [p for p in atlas.published.values() if not p.topics]
    tables = []
    for number, (heading, members) in enumerate([*topics.items(), ("Other", without)], 1):
        rows = [_row(atlas, p, s) for p in members for s in p.signals]
        if rows:
            tables.append(SignalTable(f"signals-{number}", heading, tuple(rows)))
    return tuple(tables)


def _row(atlas: Atlas, profile: AnyProfile, signal: Signal) -> SignalRow:
    return SignalRow(
        signal=signal.signal,
        change=signal.change,
        horizon=wording.titled(signal.horizon),
        force=wording.titled(signal.driving_force),
        profile=Link(profile.name, atlas.href(profile.id, "")),
    )
