"""The signals digest: one page on one article, in its older and its later layout.

Both have a title with the issue it is from, a link to the article, keywords, themes, a summary
and a table of signals; the later one also tables of concerns, behaviours, technologies and
issues. The page retells the article: it is a source of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from assay.evidence.addresses import canonical_address
from assay.evidence.sentences import sentences
from assay.ingest.dates import written_date
from assay.ingest.document import Document
from assay.ingest.items import DraftClaim, DraftProfile, DraftWatch, Format, Item, Items
from assay.ingest.plain import MOST_CELLS, passages, plain

_TITLE = re.compile(
    r"#\s*__(?P<title>.+?)__\s*,\s*\(?\s*from\s+(?:page\s*)?\(?\s*\[(?P<issue>[^\]]+)\]"
    r"\((?P<url>[^)\s]+)\)"
)
_LINK = re.compile(r"__\[External link\]\((?P<url>\S+?)\)__")
_HEADING = re.compile(r"^##\s+(.+?)\s*$")
_CLOSEST = re.compile(r"^\s*[*-]\s*\[(.*)\]\(([^)\s]+)\)\s*$")
_OTHER = re.compile(r"^\s*[*-]\s*([^:]+):\s*(.+)$")
MOST_SIGNALS = 500
"""Rows of the table of signals that become events."""

_TABLES = ("Concerns", "Behaviors", "Technologies", "Issues")


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: Mapping[str, str]

    def get(self, *names: str) -> str:
        return next((self.cells[n] for n in names if self.cells.get(n)), "")


def _recognise(document: Document) -> str | None:
    head = document.text[:2000]
    if _TITLE.search(head) and (_LINK.search(head) or "## Signals" in document.text):
        return "its first line names the issue of the digest that the page is from"
    return None


def _read(document: Document) -> Items:
    text = document.text
    title = _TITLE.search(text)
    assert title is not None
    link = _LINK.search(text)
    sections = _sections(text)
    summary_line, summary = sections.get("Summary", (0, []))
    article = link["url"] if link else None
    issue = written_date(title["issue"])
    line = _line(text, title.start())
    where = {"title": f"line {line}, heading", "publisher": f"line {line}, link to the issue"}
    if issue:
        where["published"] = f"line {line}, issue"
    extra: dict[str, Any] = {"issue": title["url"]}
    if article and link:
        extra["retells"] = article
        where["attributed_to"] = f"line {_line(text, link.start())}, external link"
    for name in ("Keywords", "Themes"):
        if listed := list(_bullets(sections.get(name, (0, []))[1])):
            extra[name.lower()] = list(dict.fromkeys(listed))
    for match in map(_OTHER.match, sections.get("Other", (0, []))[1]):
        if match:
            extra[match[1].strip().lower()] = match[2].strip()
    if closest := _closest(sections.get("Closest", (0, []))[1]):
        extra["closest"] = closest
    for name in _TABLES:
        if rows := [dict(r.cells) for r in _table(sections.get(name))]:
            extra[name.lower()] = rows
    words = " ".join(plain(p.text) for p in passages("\n".join(summary), summary_line))
    about = canonical_address(article) if article else title[1]
    item = Item(
        key=f"digest:{canonical_address(title['url'])}|{about}",
        title=plain(title["title"]),
        published=issue,
        publisher=_newsletter(title["url"]),
        domain=urlsplit(title["url"]).hostname,
        attributed_to=urlsplit(article).hostname if article else None,
        passages=words,
        where=where,
        extra=extra,
        drafts=(*_summary(title["title"], summary, summary_line), *_signals(sections)),
    )
    return Items((item,))


def _newsletter(url: str) -> str | None:
    host = urlsplit(url).hostname or ""
    return re.sub(r"^www\.", "", host) or None


def _sections(text: str) -> dict[str, tuple[int, list[str]]]:
    """The lines below each heading, with the line in the file that they start on."""
    found: dict[str, tuple[int, list[str]]] = {}
    lines: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        heading = _HEADING.match(line)
        if heading:
            lines = []
            found.setdefault(heading[1], (number + 1, lines))
        else:
            lines.append(line)
    return found


def _bullets(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if re.match(r"\s*[*-]\s+\S", line):
            yield plain(re.sub(r"^\s*[*-]\s+", "", line))


def _closest(lines: list[str]) -> list[dict[str, str]]:
    """The pages named as closest, each once."""
    found = {m[2]: plain(m[1]) for m in map(_CLOSEST.match, lines) if m}
    return [{"title": title, "page": page} for page, title in found.items()]


def _table(section: tuple[int, list[str]] | None) -> Iterator[_Row]:
    if section is None:
        return
    header: list[str] = []
    for number, line in enumerate(section[1], section[0]):
        if not line.lstrip().startswith("|"):
            continue
        parts = re.split(r"(?<!\\)\|", line.strip().strip("|"), maxsplit=MOST_CELLS)
        cells = [plain(c) for c in parts[:MOST_CELLS]]
        if all(re.fullmatch(r":?-*:?", c) for c in cells):
            continue
        if not header:
            header = [c.lower() for c in cells]
            continue
        yield _Row(number, dict(zip(header, cells, strict=False)))


def _summary(title: str, summary: list[str], first: int) -> Iterator[DraftProfile]:
    claims = tuple(
        DraftClaim(sentence, "attributed", "what_happened", f"Summary, line {p.line}")
        for p in passages("\n".join(summary), first)
        for sentence in sentences(p.text)
    )
    if claims:
        yield DraftProfile("event", plain(title), claims)


def _signals(sections: Mapping[str, tuple[int, list[str]]]) -> Iterator[DraftProfile]:
    """Each signal as an event, its horizon of ten years something to watch within a year."""
    for row in islice(_table(sections.get("Signals")), MOST_SIGNALS):
        name = row.get("signal", "name")
        if not name:
            continue
        at = f"Signals, line {row.line}"
        horizon = row.get("10y horizon", "10-year")
        claims = [DraftClaim(row.get("description") or name, "attributed", "what_happened", at)]
        for column, nature, section in (
            ("change", "attributed", "what_it_does"),
            ("driving force", "attributed", "why_it_matters"),
            ("driving-force", "attributed", "why_it_matters"),
        ):
            if row.get(column):
                text = f"{_NAMES[column]}: {row.get(column)}"
                claims.append(DraftClaim(text, nature, section, f"{at}, {column}"))
        watch: tuple[DraftWatch, ...] = ()
        if horizon:
            text = f"Within ten years: {horizon}"
            claims.append(DraftClaim(text, "forecast", "context", f"{at}, ten-year horizon"))
            watch = (DraftWatch(f"A first sign of what is expected within ten years: {horizon}"),)
        yield DraftProfile("event", name, tuple(claims), {"type": "signal"}, watch)


_NAMES = {"change": "Change", "driving force": "Driven by", "driving-force": "Driven by"}


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


FORMAT = Format("signals digest", _recognise, _read)
