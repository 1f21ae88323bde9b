"""Feeds: RSS 2.0 and 1.0, Atom 1.0, JSON Feed 1.x. Nothing they point to is fetched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.evidence.addresses import canonical_address
from assay.ingest.claims import figure_claims
from assay.ingest.dates import written_date
from assay.ingest.document import Document, UnreadableDocument, one_line
from assay.ingest.items import DraftProfile, Format, Item, Items, kept
from assay.ingest.plain import passages, plain

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@dataclass(frozen=True, slots=True)
class _Feed:
    """What a feed says for all its entries."""

    outlet: str | None
    language: str | None


_ROOT = re.compile(r"<(?:\w+:)?(rss|feed|RDF)[\s>]")
_USED = frozenset(
    [
        "title",
        "link",
        "id",
        "guid",
        "pubDate",
        "published",
        "updated",
        "date",
        "description",
        "summary",
        "content",
        "encoded",
        "source",
        "author",
        "creator",
        "language",
    ]
)


def _recognise(document: Document) -> str | None:
    head = document.text[:4000]
    root = _ROOT.search(head)
    if root and head.lstrip().startswith("<"):
        return f"its root is <{root[1]}>"
    if document.text.lstrip().startswith("{") and "jsonfeed.org/version/" in head:
        return "it names the version of JSON Feed"
    return None


def _read(document: Document) -> Items:
    if document.text.lstrip().startswith("{"):
        return _json(document)
    root = _parsed(document)
    channel = next((e for e in root if _name(e) == "channel"), root)
    feed = _Feed(_child(channel, "title"), _child(channel, "language"))
    entries = [e for e in (*channel, *root) if _name(e) in ("item", "entry")]
    found: dict[str, Item] = {}
    for number, entry in enumerate(entries, 1):
        item = _entry(entry, feed, number)
        if item is not None:
            found.setdefault(item.key, item)
    notes = () if found else ("the feed has no entries",)
    return Items(tuple(found.values()), notes)


def _parsed(document: Document) -> Element:
    try:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import fromstring
    except ImportError:
        raise UnreadableDocument("to read feeds, install assay[ingest]") from None
    from xml.etree.ElementTree import ParseError

    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", document.text)
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        raise UnreadableDocument(
            "the feed declares a document type or entities, which are not read: they can point "
            "to other files or grow without bound"
        ) from None
    except (ParseError, ValueError, RecursionError) as error:
        raise UnreadableDocument(f"it is not well-formed XML: {error}") from None
    return root


def _entry(entry: Element, feed: _Feed, number: int) -> Item | None:
    title = plain(_child(entry, "title") or "")
    url = _address(entry)
    if not title and not url:
        return None
    day_text = next((d for n in _DATES if (d := _child(entry, n))), None)
    words = plain(next((w for n in _TEXTS if (w := _child(entry, n))), ""))
    source = next((e for e in entry if _name(e) == "source"), None)
    credited = (
        (one_line(source.text or "") or _child(source, "title")) if source is not None else None
    )
    extra = {k: v for k, v in _others(entry) if k not in _USED}
    return _made(
        title or str(url),
        url,
        _child(entry, "id") or _child(entry, "guid"),
        day_text,
        _Feed(credited or feed.outlet, feed.language),
        words,
        extra,
        f"entry {number}",
    )


_DATES = ("pubDate", "published", "date", "updated")
_TEXTS = ("encoded", "content", "description", "summary")


def _made(
    title: str,
    url: str | None,
    own_id: str | None,
    day_text: str | None,
    feed: _Feed,
    words: str,
    extra: dict[str, Any],
    place: str,
) -> Item:
    day = written_date(day_text) if day_text else None
    if day_text and not day:
        extra["date"] = day_text
    found = passages(words)
    claims = figure_claims(found)
    outlet, language = feed.outlet, feed.language
    given = {"title": title, "url": url, "published": day, "publisher": outlet}
    code = language.split("-")[0].lower() if language else None
    return Item(
        key=canonical_address(url) if url else f"entry:{own_id or title.casefold()}",
        title=title,
        published=day,
        publisher=outlet,
        url=url,
        language=code if code and re.fullmatch(r"[a-z]{2,3}", code) else None,
        passages=words,
        where={k: place for k, v in given.items() if v},
        extra=extra,
        drafts=(DraftProfile("event", title, claims),) if claims else (),
    )


def _address(entry: Element) -> str | None:
    links = [e for e in entry if _name(e) == "link"]
    links.sort(key=lambda e: e.get("rel", "alternate") != "alternate")
    candidates = [e.get("href") or e.text or "" for e in links]
    candidates += [_child(entry, "guid") or "", _child(entry, "id") or ""]
    return next((c.strip() for c in candidates if re.match(r"\s*https?://[^\s/]+\S*\s*$", c)), None)


def _others(entry: Element) -> Iterator[tuple[str, Any]]:
    found: dict[str, list[str]] = {}
    for child in entry:
        value = one_line(child.text or "") or child.get("term") or child.get("url")
        if value and len(value) <= 1000:
            found.setdefault(_name(child), []).append(value)
    for name, values in found.items():
        yield name, values[0] if len(values) == 1 else values


def _child(element: Element, name: str) -> str | None:
    for child in element:
        if _name(child) == name:
            return one_line(" ".join(child.itertext())) or None
    return None


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _json(document: Document) -> Items:
    try:
        feed = json.loads(document.text)
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(f"it is not JSON: {error}") from None
    entries = feed.get("items")
    found: dict[str, Item] = {}
    outlet = _string(feed.get("title"))
    for number, entry in enumerate(entries if isinstance(entries, list) else [], 1):
        if not isinstance(entry, dict):
            continue
        url = _string(entry.get("external_url")) or _string(entry.get("url"))
        title = plain(_string(entry.get("title")) or "") or url
        if not title:
            continue
        words = next(
            (
                w
                for k in ("content_text", "content_html", "summary")
                if (w := _string(entry.get(k)))
            ),
            "",
        )
        extra, _ = kept(entry, _JSON_USED)
        item = _made(
            title,
            url if url and re.match(r"https?://[^\s/]+\S*$", url) else None,
            _string(entry.get("id")),
            _string(entry.get("date_published")) or _string(entry.get("date_modified")),
            _Feed(outlet, _string(entry.get("language")) or _string(feed.get("language"))),
            plain(words),
            extra,
            f"item {number}",
        )
        found.setdefault(item.key, item)
    return Items(tuple(found.values()), () if found else ("the feed has no items",))


_JSON_USED = (
    "id",
    "url",
    "external_url",
    "title",
    "content_text",
    "content_html",
    "summary",
    "date_published",
    "date_modified",
    "language",
)


def _string(value: object) -> str | None:
    return one_line(value) or None if isinstance(value, str) else None


FORMAT = Format("feed", _recognise, _read)
