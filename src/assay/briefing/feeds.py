"""Feeds of rating actions and corrections: of the whole site, of a topic, of a profile."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assay.briefing import wording
from assay.briefing.atlas import Atlas, path_of
from assay.briefing.changes import Move, corrections_of, headline_moves
from assay.briefing.ratings import rating_line
from assay.model.documents import AnyProfile
from assay.text import sentence

ALL = "feeds/all"
_MOST_ENTRIES = 100
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A rating action or a correction; ``updated`` is a time as RFC 3339 has it."""

    id: str
    profile: AnyProfile
    title: str
    text: str
    updated: str


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry as its feed shows it."""

    id: str
    title: str
    text: str
    updated: str
    href: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed; ``self_href`` is None if the address of the site is not known."""

    id: str
    title: str
    updated: str
    self_href: str | None
    site_href: str
    entries: tuple[FeedEntry, ...]


def entries(atlas: Atlas) -> tuple[Entry, ...]:
    """All entries, the newest first."""
    found = []
    latest: set[str] = set()
    for move in headline_moves(atlas):
        profile = atlas.published[move.profile]
        text = _action(move)
        if move.profile not in latest:
            text += f" {sentence(rating_line(atlas, profile))}"
        latest.add(move.profile)
        step = move.after if move.first else f"{move.before} to {move.after}"
        found.append(
            Entry(
                _uuid(move.record.lock, move.record.at, profile.id, move.scorer),
                profile,
                f"{profile.name}: {step}",
                text,
                move.record.at,
            )
        )
    for profile in atlas.published.values():
        for day, row in corrections_of(atlas, profile):
            found.append(_correction(profile, day, row.text, row.note))
    return tuple(sorted(found, key=lambda entry: entry.updated, reverse=True))


def _action(move: Move) -> str:
    as_of = f"as of {wording.day(move.as_of)}"
    if move.first:
        return f"First rating: {move.after}, {as_of}."
    return f"From {move.before} to {move.after}, {as_of}. {sentence(move.why)}"


def _correction(profile: AnyProfile, day: date, text: str, note: str | None) -> Entry:
    return Entry(
        _uuid("correction", profile.id, day.isoformat(), text),
        profile,
        f"{profile.name}: correction",
        sentence(f"{text}, {note}" if note else text),
        f"{day.isoformat()}T00:00:00+00:00",
    )


def feed(atlas: Atlas, path: str, title: str, found: Sequence[Entry]) -> Feed:
    """The newest of the entries as the feed at ``path``."""
    base = atlas.base_url
    root = base if base is not None else "../" * path.count("/")
    shown = found[:_MOST_ENTRIES]
    empty = f"{atlas.as_of.isoformat()}T00:00:00+00:00"
    address = None if base is None else base + path
    return Feed(
        id=address or _uuid("feed", atlas.site.title, path),
        title=_xml(title),
        updated=max((entry.updated for entry in shown), default=empty),
        self_href=address,
        site_href=f"{root}changes.html",
        entries=tuple(
            FeedEntry(e.id, _xml(e.title), _xml(e.text), e.updated, root + path_of(e.profile))
            for e in shown
        ),
    )


def json_feed(made: Feed) -> bytes:
    """The feed as JSON Feed 1.1, which has absolute addresses only."""
    data: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": made.title}
    absolute = made.self_href is not None
    if absolute:
        data |= {"home_page_url": made.site_href, "feed_url": made.self_href}
    data["items"] = [
        {
            "id": entry.id,
            **({"url": entry.href} if absolute else {}),
            "title": entry.title,
            "content_text": entry.text,
            "date_published": entry.updated,
        }
        for entry in made.entries
    ]
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _uuid(*parts: str) -> str:
    """An identity that stays the same wherever the site lies."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(("assay", *parts))).urn


def _xml(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return _NOT_XML.sub("", text)
