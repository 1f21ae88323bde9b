"""The institution profile page: as text with labelled fields, or as MDX with ratings."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from assay.ingest.claims import figure_claims
from assay.ingest.document import Document, FrontMatter
from assay.ingest.formats.article import read_article
from assay.ingest.items import DraftClaim, DraftProfile, Format, Item, Items
from assay.ingest.plain import Passage, passages

_MARKS = frozenset(("ratings", "importance", "llmSummary", "entityId", "clusters", "metrics"))
_HEAD = re.compile(r"(?:\A|\n)\s*(?:#\s*)?Institution Profiling\s*/\s*(?P<topic>[^\n]+)\n")
_LABELS = {
    "Category": "category",
    "Region": "region",
    "Signal Focus": "signal_focus",
    "Content Type": "content_type",
    "Primary Domain": "domain",
    "Topic": "topic",
    "Impact": "impact",
}
_LABEL = re.compile(rf"^({'|'.join(_LABELS)})[ \t:]*(\S[^\n]*)$", re.MULTILINE)
_CONFIDENCE = re.compile(r"^\w+ confidence \((\d{1,3})\s*%\)", re.MULTILINE)
_POLICY = re.compile(
    r"\b(?:Act|Bill|Law|Laws|Legislation|Orders?|Treaty|Convention|Agreement|Proposals?|Lawsuit|v\.|vs\.?"
    r"|Commitments?|Policy|Policies|Regulations?|Standards|Thresholds|Summits?|Dialogues?|Regimes?"
    r"|Controls|Monitoring|[A-Z]{2} \d+)\b"
)
_CAPTION = re.compile(r"^Caption:\s*(.+)$", re.MULTILINE)


def _recognise(document: Document) -> str | None:
    if _HEAD.match(document.text):
        return "its first line says 'Institution Profiling'"
    front = document.front_matter
    if front is not None and len(_MARKS & front.data.keys()) >= 2:
        return "its front matter rates the page: " + ", ".join(sorted(_MARKS & front.data.keys()))
    if front is not None and "sidebar" in front.data and "knowledge-base" in document.name:
        return "it is a page of a knowledge base"
    return None


def _read(document: Document) -> Items:
    labelled = read_labelled(document, document.text)
    if labelled is not None:
        return Items((labelled,))
    front = document.front_matter
    assert front is not None
    found = passages(front.body, front.body_line)
    item = read_article(document, front, found)
    drafts = (_draft(item.title, front, found),)
    return Items((replace(item, drafts=drafts),), (front.problem,) if front.problem else ())


def _draft(title: str, front: FrontMatter, found: list[Passage]) -> DraftProfile:
    described = front.text("description", "llmSummary")
    claims: tuple[DraftClaim, ...] = ()
    if described:
        claims = (DraftClaim(described[0], "attributed", "what_it_does", described[1]),)
    name = re.sub(r"\s*\(([A-Z][A-Za-z&-]{1,9})\)\s*$", "", title)
    short = re.search(r"\(([A-Z][A-Za-z&-]{1,9})\)\s*$", title)
    fields: dict[str, Any] = {"aliases": [short[1]]} if short else {}
    kind = "event" if _POLICY.search(title) else "institution"
    return DraftProfile(kind, name, (*claims, *figure_claims(found, "context")), fields)


def read_labelled(document: Document, text: str) -> Item | None:
    """The page as words: label and value on one line, the article below. None for another page."""
    head = _HEAD.search(text[:1000])
    if head is None:
        return None
    found = passages(text)
    rest = [p for p in found if p.line > text.count("\n", 0, head.end())]
    title = rest[0].text if rest else document.stem
    where = {"title": f"line {rest[0].line}, heading"} if rest else {"title": "the file's name"}
    extra: dict[str, Any] = {"heading": head["topic"].strip()}
    fields: dict[str, Any] = {}
    for match in _LABEL.finditer(text):
        name = _LABELS[match[1]]
        extra.setdefault(name, match[2].strip())
        where.setdefault(f"extra.{name}", f"line {_line(text, match.start())}, {match[1]}")
    for name in ("region", "domain"):
        if name in extra:
            fields[name] = extra[name]
    if confidence := _CONFIDENCE.search(text):
        extra["stated_confidence"] = int(confidence[1])
        where["extra.stated_confidence"] = f"line {_line(text, confidence.start())}"
    if caption := _CAPTION.search(text):
        extra["image"] = caption[1].strip()
    start = text.find("\n\n", confidence.end()) if confidence else 0
    body = [p for p in found if p.line > _line(text, max(start, 0))]
    by = re.search(r"\bprofiled by ([A-Z][\w&.-]*(?: [A-Z][\w&.-]*)*)", text)
    if by:
        where["publisher"] = f"line {_line(text, by.start())}, 'profiled by'"
    kind = (
        "institution"
        if not re.search(r"\b(?:approves?|launches|bans?|wins?)\b", title)
        else "event"
    )
    return Item(
        key=f"profile:{title.casefold()}",
        title=title,
        publisher=by[1] if by else None,
        passages="\n".join(p.text for p in found),
        where=where,
        extra=extra,
        drafts=(DraftProfile(kind, title, figure_claims(body), fields),),
    )


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


FORMAT = Format("institution profile page", _recognise, _read)
