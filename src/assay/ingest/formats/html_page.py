"""The web page as saved: its main text, title, date and site, by a maintained extractor."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from assay.evidence.addresses import canonical_address
from assay.ingest.claims import figure_claims
from assay.ingest.dates import written_date
from assay.ingest.document import Document, UnreadableDocument, one_line
from assay.ingest.formats import institution_page
from assay.ingest.items import DraftProfile, Format, Item, Items
from assay.ingest.plain import passages

LIMIT = 5_000_000
"""Characters of a page, at most."""

_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_MOST_TAGS = 200_000
_MOST_OPEN = 2_000


def _recognise(document: Document) -> str | None:
    if _START.match(document.text[:5000]):
        return "it starts as an HTML page"
    if document.suffix in (".html", ".htm", ".xhtml") and "<" in document.text:
        return "its name and its tags are those of an HTML page"
    return None


def _read(document: Document) -> Items:
    text = document.text
    if len(text) > LIMIT or text.count("<") > _MOST_TAGS:
        raise UnreadableDocument(
            f"the page has {len(text):,} characters and {text.count('<'):,} tags, which is more "
            "than a page for readers has"
        )
    if _depth(text) > _MOST_OPEN:
        raise UnreadableDocument("its elements are nested deeper than any page for readers")
    try:
        from trafilatura import bare_extraction
    except ImportError:
        raise UnreadableDocument("to read HTML, install assay[ingest]") from None
    found = bare_extraction(text, with_metadata=True, include_comments=False)
    if found is None or isinstance(found, dict):
        raise UnreadableDocument("there is no main text in the page")
    title = one_line(found.title or "") or document.stem
    words = found.text or ""
    url = found.url if found.url and re.match(r"https?://[^\s/]+\S*$", found.url) else None
    day = written_date(found.date) if found.date and _stated(text, found.date) else None
    outlet = one_line(found.sitename or "") or None
    where = {"title": "the page's title" if found.title else "the file's name"}
    for name, value in (("published", day), ("publisher", outlet), ("url", url)):
        if value:
            where[name] = "the page's metadata"
    profile = institution_page.read_labelled(document, f"{title}\n\n{words}")
    if profile is not None:
        return Items((profile,))
    language = found.language or _language(text)
    claims = figure_claims(passages(words))
    item = Item(
        key=canonical_address(url) if url else f"file:{document.name}",
        title=title,
        published=day,
        publisher=outlet,
        domain=urlsplit(url).hostname if url else None,
        url=url,
        language=language,
        passages=words,
        where=where,
        drafts=(DraftProfile("event", title, claims),) if claims else (),
    )
    return Items((item,))


def _stated(text: str, day: str) -> bool:
    """Whether the year the extractor found is in the page at all."""
    return day[:4] in text


def _language(text: str) -> str | None:
    found = re.search(r"<html[^>]*\blang=[\"']?([A-Za-z]{2,3})", text[:5000])
    return found[1].lower() if found else None


_OPEN_OR_CLOSE = re.compile(
    r"<(/?)(?:div|span|p|b|i|table|tr|td|ul|li|section|font|blockquote)\b", re.IGNORECASE
)


def _depth(text: str) -> int:
    depth = deepest = 0
    for tag in _OPEN_OR_CLOSE.finditer(text):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


FORMAT = Format("HTML page", _recognise, _read)
