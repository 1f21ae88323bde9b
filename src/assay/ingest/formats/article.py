"""The plain article: text, Markdown or MDX, with or without front matter."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assay.evidence.addresses import canonical_address
from assay.evidence.sentences import sentences
from assay.ingest.claims import figure_claims
from assay.ingest.dates import date_of_name, written_date
from assay.ingest.document import Document, FrontMatter, UnreadableDocument
from assay.ingest.items import DraftProfile, Format, Item, Items, kept
from assay.ingest.plain import Passage, passages, plain
from assay.model.dates import PartialDate

_SUFFIXES = (".md", ".mdx", ".markdown", ".txt", ".text", "")
_TITLES = ("title", "metaTitle", "headline", "name", "linkTitle")
_DATES = ("date", "published", "publishedDateTime", "pubDate", "posted")
_EDITS = ("lastmod", "lastEdited", "modified", "updated")
_OUTLETS = ("publisher", "source", "event_organizer", "host", "site")
_ADDRESSES = ("source_url", "canonical", "canonical_url", "url", "link")
_USED = (*_TITLES[:1], *_DATES, *_ADDRESSES)
_HEADING = re.compile(r"^ {0,3}#[ \t]+(\S.*)$", re.MULTILINE)
_LANGUAGE = re.compile(r"(?:^|__|/|\.)([a-z]{2}(?:-[a-z]{2})?)(?=__|/|\.mdx?$|\.txt$)")


def _recognise(document: Document) -> str | None:
    if document.suffix not in _SUFFIXES:
        return None
    if document.text.lstrip()[:1] in "{[" and document.text.rstrip()[-1:] in "}]":
        return None
    return "it is text" if document.front_matter is None else "it is text under front matter"


def _read(document: Document) -> Items:
    front = document.front_matter
    body, line = (front.body, front.body_line) if front else (document.text, 1)
    found = passages(body, line)
    notes = [front.problem] if front and front.problem else []
    item = read_article(document, front or _NOTHING, found)
    if not item.passages and front is None:
        raise UnreadableDocument("there are no words in it")
    return Items((item,), tuple(notes))


_NOTHING = FrontMatter({}, {}, "", 1)


def read_article(document: Document, front: FrontMatter, found: list[Passage]) -> Item:
    """The item that front matter and passages make, each field from the best place for it."""
    where: dict[str, str] = {}
    title = _title(document, front, found, where)
    published = _published(document, front, where)
    url = front.text(*_ADDRESSES)
    if url and not re.match(r"https?://[^\s/]", url[0]):
        url = None
    if url:
        where["url"] = url[1]
    outlet = front.text(*_OUTLETS)
    if outlet:
        where["publisher"] = outlet[1]
    used = tuple(k for k in _USED if k not in _DATES or written_date(str(front.data.get(k))))
    if outlet:
        used += tuple(k for k in _OUTLETS if outlet[1].endswith(k))
    extra, ignored = kept(front.data, used)
    language = _language(document, front)
    claims = figure_claims(found)
    return Item(
        key=f"{canonical_address(url[0])}|{language or ''}" if url else f"file:{document.name}",
        title=title,
        published=published,
        publisher=outlet[0] if outlet else None,
        url=url[0] if url else None,
        language=language,
        passages="\n".join(p.text for p in found),
        where=where,
        extra=extra,
        ignored=ignored,
        drafts=(DraftProfile("event", title, claims),) if claims and published else (),
    )


def _title(
    document: Document, front: FrontMatter, found: list[Passage], where: dict[str, str]
) -> str:
    given = front.text(*_TITLES)
    if given:
        where["title"] = given[1]
        return given[0]
    heading = _HEADING.search(front.body or document.text)
    if heading and (named := plain(heading[1].rstrip().rstrip("#"))):
        where["title"] = "the first heading"
        return named
    if found:
        # An article saved without its headline is known by its first sentence.
        where["title"] = f"line {found[0].line}, the first sentence"
        return sentences(found[0].text)[0]
    where["title"] = "the file's name"
    return document.stem


def _published(document: Document, front: FrontMatter, where: dict[str, str]) -> PartialDate | None:
    """The stated date, else the day in the file's name, else that of the last edit.

    A source is one version of a publication, so a page that is dated by its last edit alone has
    that date.
    """
    for keys, remark in ((_DATES, ""), ((), "name"), (_EDITS, ", its last edit")):
        if remark == "name":
            named = date_of_name(document.stem)
            if named:
                where["published"] = "the file's name"
                return named
            continue
        for key in keys:
            value = front.text(key)
            day = written_date(value[0]) if value else None
            if day and value:
                where["published"] = value[1] + remark
                return day
    return None


def _language(document: Document, front: FrontMatter) -> str | None:
    stated = front.text("lang", "language", "locale")
    if stated and re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", stated[0]):
        return stated[0]
    named = [n for n in _LANGUAGE.findall(document.name) if n[:2] in _LANGUAGES]
    # The part nearest to the name of the file says most.
    return named[-1] if named else None


_LANGUAGES: Mapping[str, str] = {
    code: code
    for code in [
        "ar",
        "bg",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "fa",
        "fi",
        "fr",
        "he",
        "hi",
        "hu",
        "id",
        "it",
        "ja",
        "ko",
        "lv",
        "nb",
        "nl",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "si",
        "sk",
        "sr",
        "sv",
        "th",
        "tr",
        "uk",
        "vi",
        "zh",
    ]
}


FORMAT = Format("article", _recognise, _read)
