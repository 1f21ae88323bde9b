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
    """``4 sources, all secondary, none independent``."""
    parts = [wording.count(len(sheet.sources), "source")]
    kinds = Counter(_kind(source) for source in sheet.sources)
    if len(kinds) == 1 and len(sheet.sources) > 1:
        parts.append(f"all {wording.KINDS_OF_SOURCES[next(iter(kinds))]}")
    elif len(kinds) == 1:
        parts.append(wording.KINDS_OF_SOURCES[next(iter(kinds))])
    else:
        records = kinds["record"] + kinds["first_hand"]
        if records:
            every = records == len(sheet.sources)
            parts.append("all at first hand" if every else f"{records} at first hand")
    if len(sheet.sources) > 1:
        independent = sheet.result.independent
        parts.append(f"{independent or 'none'} independent")
    return ", ".join(parts)


def publisher_name(corpus: Corpus, source: Source) -> str:
    """Who published it; "an unknown publisher" if the documents name nobody."""
    if source.publisher is None:
        return "an unknown publisher"
    publisher = corpus.publishers.get(source.publisher)
    return publisher.name if publisher else source.publisher


def _kind(source: Source) -> str:
    return source.directness or ""


def _row(sheet: Sheet, source: Source) -> SourceRow:
    corpus = sheet.atlas.corpus
    publisher = corpus.publishers.get(source.publisher or "")
    name = publisher_name(corpus, source)
    return SourceRow(
        number=sheet.numbers[source.id],
        title=source.title,
        url=source.url,
        language=source.language,
        publisher="not named" if source.publisher is None else name,
        reliability=publisher.reliability if publisher else None,
        date=wording.partial_short(source.published) if source.published else "undated",
        seen=_seen(sheet, source),
        retracted=_retracted(sheet, source),
    )


def _seen(sheet: Sheet, source: Source) -> str:
    """The kind of the source, and what it draws on."""
    kind = wording.KINDS_OF_SOURCES[_kind(source)]
    parts = [kind[0].upper() + kind[1:]]
    if source.ingested is not None and source.ingested.mention:
        parts.append("not read")
    drawn = [str(sheet.numbers[i]) for i in source.cites if i in sheet.numbers]
    if drawn:
        parts.append(f"draws on {listed(drawn)}")
    elif source.attributed_to:
        parts.append(f"credits {wording.shortened(source.attributed_to, 32)}")
    return "; ".join(parts)


def _retracted(sheet: Sheet, source: Source) -> str | None:
    if source.retracted is None or source.retracted > sheet.atlas.as_of:
        return None
    return wording.day(source.retracted)
