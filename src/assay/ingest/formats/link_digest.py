"""The link digest: one post, several stories, each with a link, a quotation and a credit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assay.evidence.addresses import canonical_address
from assay.ingest.dates import written_date
from assay.ingest.document import Document, FrontMatter
from assay.ingest.formats.article import read_article
from assay.ingest.items import Format, Item, Items
from assay.ingest.plain import passages, plain

_CALL = re.compile(r"\{\{\s*\w*quote\((?P<body>.*?)\)\s*\}\}", re.DOTALL)
_ARGUMENT = re.compile(r"(\w+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')", re.DOTALL)
_NAMED = re.compile(
    r"\b(?:digest|threads|links|round-?up|weekly|newsletter|this week|issue \d+)\b", re.IGNORECASE
)
_SECTION = re.compile(
    r"^##\s+(?P<title>[^\n]+)\n(?P<body>.*?)(?=^##\s|\Z)", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(
    r"(?<!!)\[(?P<title>[^\]]+)\]\((?P<url>https?://[^)\s]+)\)(?P<credit>[^\n]{0,120})"
)
_DATE = r"(?:\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{4}|[A-Za-z]{3,9}\.? \d{1,2}, \d{4}|\d{4}-\d{2}-\d{2})"
_CREDIT = re.compile(
    rf"^[\s,–—-]*(?:\[\w+\][\s,]*)?(?P<outlet>[^,(\n][^\n]*?)?(?:,?\s*(?P<date>{_DATE}))?\s*$"
)
_LEAST = 2


def _recognise(document: Document) -> str | None:
    quoted = len(_CALL.findall(document.text))
    if quoted >= _LEAST:
        return f"it quotes {quoted} publications, each with its address"
    front = document.front_matter
    heading = (
        " ".join(str(front.data.get(k, "")) for k in ("title", "category", "categories", "tags"))
        if front
        else document.text[:200]
    )
    if not _NAMED.search(heading):
        return None
    stories = sum(1 for _ in _linked(document.text))
    if stories > _LEAST:
        return f"it is named as a digest and has {stories} sections, each with its link"
    return None


def _read(document: Document) -> Items:
    front = document.front_matter or FrontMatter({}, {}, document.text, 1)
    item = read_article(document, front, passages(front.body, front.body_line))
    quoted = list(_quoted(document.text))
    stories = {s.key: s for s in quoted or _linked(document.text)}
    retold = [s.url for s in stories.values() if s.url]
    main = replace(item, extra={**item.extra, "retells": retold})
    return Items((main, *stories.values()), (front.problem,) if front.problem else ())


def _quoted(text: str) -> Iterator[Item]:
    for call in _CALL.finditer(text):
        given = {m[1]: _unquoted(m[2]) for m in _ARGUMENT.finditer(call["body"])}
        url = given.get("href", "")
        if re.match(r"https?://[^\s/]+", url):
            title = plain(given.get("anchor", "")) or url
            line = text.count("\n", 0, call.start()) + 1
            yield _story(title, url, given.get("post", ""), given.get("blockquote", ""), line)


def _linked(text: str) -> Iterator[Item]:
    """The first link of every section, with the credit that stands behind it."""
    for section in _SECTION.finditer(text):
        link = _LINK.search(section["body"])
        if link:
            line = text.count("\n", 0, section.start("body") + link.start()) + 1
            words = " ".join(p.text for p in passages(section["body"]))
            yield _story(plain(link["title"]), link["url"], link["credit"], words, line)


def _story(title: str, url: str, credit: str, words: str, line: int) -> Item:
    parts = _CREDIT.match(plain(credit))
    outlet = parts["outlet"] if parts else None
    day = written_date(parts["date"]) if parts and parts["date"] else None
    where = {"title": f"line {line}", "url": f"line {line}"}
    if day:
        where["published"] = f"line {line}, credit"
    name = _outlet(outlet)
    if name:
        where["publisher"] = f"line {line}, credit"
    return Item(
        key=canonical_address(url),
        title=title,
        published=day,
        publisher=name,
        url=url,
        passages=plain(words),
        where=where,
        mention=True,
    )


def _outlet(credit: str | None) -> str | None:
    """The last part of the credit: before it stands who wrote it."""
    name = (credit or "").strip(" ,.;–—-").rpartition(", ")[2].strip()
    return name if re.match(r"[A-Z0-9À-ÞΑ-ΩА-Я]", name) and len(name) <= 80 else None


def _unquoted(literal: str) -> str:
    return re.sub(r"\\(.)", r"\1", literal[1:-1])


FORMAT = Format("link digest", _recognise, _read)
