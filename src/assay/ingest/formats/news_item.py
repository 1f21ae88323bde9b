"""The news item that is all front matter: provider, quality, heat, topics, related items.

Its relatives are read as well: courses, videos, samples, communities and people of the same
collection, which may lack a date, a title or an address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from assay.evidence.addresses import canonical_address
from assay.ingest.claims import figure_claims
from assay.ingest.dates import written_date
from assay.ingest.document import Document, FrontMatter, one_line
from assay.ingest.items import DraftProfile, Format, Item, Items, kept
from assay.ingest.plain import Passage, plain
from assay.model.dates import PartialDate

_MARKS = frozenset(("publishedDateTime", "originalUrl", "provider", "quality", "heat", "secured"))
_SAID = ("title", "webUrl", "originalUrl", "quality", "heat")
_USED = ("title", "name", "publishedDateTime", "provider", "webUrl", "originalUrl", "related")
MOST_RELATED = 200


def _recognise(document: Document) -> str | None:
    front = document.front_matter
    if front is None:
        return None
    found = sorted(_MARKS & front.data.keys())
    if len(found) < 2:
        return None
    return f"its front matter has {', '.join(found)}"


def _read(document: Document) -> Items:
    front = document.front_matter
    assert front is not None
    notes = [front.problem] if front.problem else []
    item = _item(front.data, front, document, mention=False)
    raw = front.data.get("related")
    related = [r for r in raw if isinstance(r, Mapping)] if isinstance(raw, list) else []
    if len(related) > MOST_RELATED:
        notes.append(
            f"{len(related)} related items, of which {MOST_RELATED} are read as sources; "
            "split the file to have them all"
        )
    mentions = [_item(r, front, document, mention=True) for r in related[:MOST_RELATED]]
    if related:
        # Each is a source of its own; what this item says of it stays with the item.
        said = [
            {key: _plain(r.get(key)) for key in _SAID if _plain(r.get(key)) is not None}
            for r in related[:MOST_RELATED]
        ]
        item = replace(item, extra={**item.extra, "related": said})
    return Items((item, *(m for m in mentions if m.key != item.key)), tuple(notes))


def _plain(value: object) -> str | int | float | None:
    return value if isinstance(value, (str, int, float)) else None


def _item(data: Mapping[str, Any], front: FrontMatter, document: Document, mention: bool) -> Item:
    place = "related" if mention else None
    where: dict[str, str] = {}

    def taken(field: str, *keys: str) -> str | None:
        for key in keys:
            value = data.get(key)
            if isinstance(value, (str, int, float)) and one_line(str(value)):
                where[field] = front.where(place or key) + (f", {key}" if place else "")
                return one_line(str(value))
        return None

    title = taken("title", "title", "name")
    if title is None:
        title, where["title"] = document.stem, "the file's name"
    url = taken("url", "webUrl", "originalUrl")
    provider = data.get("provider")
    outlet, domain, more = None, None, {}
    if isinstance(provider, Mapping):
        outlet, domain = (_text(provider.get(k)) for k in ("name", "domain"))
        if outlet or domain:
            where["publisher"] = front.where(place or "provider")
        more = {k: v for k, v in provider.items() if k not in ("name", "domain")}
    extra, ignored = kept(data, _USED)
    original = _text(data.get("originalUrl"))
    if original and original != url:
        extra["originalUrl"] = original
    if more:
        extra["provider"] = more
    day = taken("published", "publishedDateTime")
    published = written_date(day) if day else None
    if published is None:
        where.pop("published", None)
        if day:
            extra["publishedDateTime"] = day
    words = _text(data.get("excerpt")) or _text(data.get("bio")) or ""
    return Item(
        key=_key(url, document),
        title=title,
        published=published,
        publisher=outlet or domain,
        domain=domain,
        url=url,
        passages=plain(words),
        where=where,
        extra=extra,
        ignored=ignored,
        drafts=() if mention else tuple(_drafts(title, words, published, front)),
        mention=mention,
    )


def _key(url: str | None, document: Document) -> str:
    if url is None:
        return f"file:{document.stem}"
    return canonical_address(url)


def _drafts(
    title: str, words: str, published: PartialDate | None, front: FrontMatter
) -> Iterator[DraftProfile]:
    """The event that a headline or an excerpt with a figure in it speaks of."""
    if published is None:
        return
    lines = [
        Passage(front.lines.get(key, 1), f"front matter, {key}", plain(text))
        for key, text in (("title", title), ("excerpt", words))
    ]
    claims = figure_claims(lines)
    if claims:
        yield DraftProfile("event", title, claims)


def _text(value: object) -> str | None:
    return one_line(value) or None if isinstance(value, str) else None


FORMAT = Format("news item in front matter", _recognise, _read)
