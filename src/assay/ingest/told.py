"""Publications in the form in which they are compared with each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from assay.authoring.addresses import address_key
from assay.evidence.retellings import Told
from assay.ingest.items import Item
from assay.model.corpus import Corpus

_LANGUAGE = re.compile(r"(?:[._-](?:[a-z]{2}(?:-[a-z]{2})?))?(\.[a-z]+)$")


def told_of_item(id_: str, file: str, item: Item) -> Told:
    """A publication as it was read, before anything is written."""
    return _told(
        id_,
        item.title,
        item.passages,
        item.published.first if item.published else None,
        item.url,
        (item.publisher, item.publisher),
        (item.extra, file, item.language),
    )


def told_of_corpus(corpus: Corpus, words_of: Callable[[str], str | None]) -> list[Told]:
    """All sources of a workspace, with the words kept of them; without those, their titles."""
    found: list[Told] = []
    for source in corpus.sources.values():
        publisher = corpus.publishers.get(source.publisher or "")
        found.append(
            _told(
                source.id,
                source.title,
                words_of(source.id) or "",
                source.published.first if source.published else None,
                source.url,
                (publisher.name if publisher else None, corpus.family(source)),
                (
                    source.extra,
                    source.ingested.file if source.ingested else "",
                    source.language,
                ),
            )
        )
    return found


def _told(
    id_: str,
    title: str,
    words: str,
    day: date | None,
    url: str | None,
    voice: tuple[str | None, str | None],
    document: tuple[Mapping[str, Any], str, str | None],
) -> Told:
    extra, file, language = document
    retold = extra.get("retells", ())
    links = [retold] if isinstance(retold, str) else retold
    return Told(
        id=id_,
        title=title,
        words=words,
        day=day,
        address=address_key(url) if url else None,
        publisher=voice[0],
        family=voice[1],
        links=tuple(address_key(link) for link in links if isinstance(link, str)),
        work=_LANGUAGE.sub(r"\1", file) if file and re.search(r"\.mdx?$", file) else None,
        language=language,
    )
