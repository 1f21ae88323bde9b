"""The sources of a page, and what is known of each."""

from __future__ import annotations

from collections import Counter

from assay.briefing import wording
from assay.briefing.sheet import Sheet
from assay.briefing.views import SourceRow
from assay.model.documents import Corpus, Source
from assay.text import listed

_MOST = 6


def source_rows(sheet: Sheet) -> tuple[tuple[SourceRow, ...], tuple[SourceRow, ...]]:
    """The sources of the page by number: those shown, and those folded."""
    rows = [_row(sheet, source) for source in sheet.sources]
    most = sheet.shown(len(rows), _MOST)
    return tuple(rows[:most]), tuple(rows[most:])


def summary(sheet: Sheet) -> str:
    """``4 secondary reports, 2 independent on the weakest key statement``."""
    kinds = Counter(_kinds(sheet, source)[0] for source in sheet.sources)
    total = len(sheet.sources)
    if len(kinds) == 1:
        text = wording.count(total, *wording.KINDS_OF_SOURCES[next(iter(kinds))])
    else:
        direct = kinds["record"] + kinds["first_hand"]
        many = "all" if direct == total else direct or "none"
        text = f"{wording.count(total, 'source')}, {many} at first hand"
    keys = sum(claim.key for claim in sheet.claims)
    if total > 1 and keys:
        statement = "its key statement" if keys == 1 else "the weakest key statement"
        independent = sheet.result.independent
        text += (
            f", {independent} independent on {statement}" if independent else ", none independent"
        )
    return text


def publisher_name(corpus: Corpus, source: Source) -> str:
    """Who published it; "an unknown publisher" if the documents name nobody."""
    if source.publisher is None:
        return "an unknown publisher"
    publisher = corpus.publishers.get(source.publisher)
    return publisher.name if publisher else source.publisher


def _kinds(sheet: Sheet, source: Source) -> list[str]:
    """The kinds of evidence that the source is for the claims of the page, the strongest first."""
    found = {
        citation.directness or cited.directness or ""
        for claim in sheet.claims
        for citation, cited in sheet.atlas.citations(claim)
        if cited.id == source.id
    }
    return [kind for kind in wording.KINDS_OF_SOURCES if kind in found]


def _row(sheet: Sheet, source: Source) -> SourceRow:
    corpus = sheet.atlas.corpus
    publisher = corpus.publishers.get(source.publisher or "")
    name = publisher_name(corpus, source)
    retracted = sheet.atlas.retracted(source)
    return SourceRow(
        number=sheet.numbers[source.id],
        title=source.title,
        url=source.url,
        language=source.language,
        publisher="not named" if source.publisher is None else name,
        reliability=publisher.reliability if publisher else None,
        date=wording.partial_short(source.published) if source.published else "undated",
        seen=_seen(sheet, source),
        retracted=wording.day(retracted) if retracted else None,
    )


def _seen(sheet: Sheet, source: Source) -> str:
    """The kinds of the source, and what it draws on."""
    kinds = [wording.KINDS_OF_SOURCES[kind][0] for kind in _kinds(sheet, source)]
    parts = [wording.titled(listed(kinds))]
    if source.ingested is not None and source.ingested.mention:
        parts.append("not read")
    drawn = [str(sheet.numbers[i]) for i in source.cites if i in sheet.numbers]
    if drawn:
        parts.append(f"draws on {listed(drawn)}")
    elif source.attributed_to and sheet.room:
        parts.append(f"credits {wording.shortened(source.attributed_to, 28)}")
    return "; ".join(parts)
