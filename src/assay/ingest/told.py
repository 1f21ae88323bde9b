"""Publications in the form in which they are compared with each other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assay.evidence.addresses import canonical_address
from assay.evidence.told import Told
from assay.ingest.items import Item
from assay.model.documents import Corpus

_CODE = re.compile(r"(?:[a-z]{2,3})(?:-[a-z]{2,4})?")


def told_of_item(id_: str, file: str, item: Item, beside: Sequence[Item] = ()) -> Told:
    """A publication as it was read, before anything is written.

    ``beside`` are those that its document mentions.
    """
    return Told(
        id=id_,
        title=item.title,
        words=item.passages,
        day=item.published.first if item.published else None,
        address=canonical_address(item.url) if item.url else None,
        publisher=item.publisher,
        family=item.publisher,
        links=_links(item.extra),
        related=tuple(canonical_address(i.url) for i in beside if i.url and i.mention),
        work=_work(file, item.language),
        language=item.language,
    )


def told_of_corpus(corpus: Corpus, words_of: Callable[[str], str | None]) -> list[Told]:
    """All sources of a workspace, with the words kept of them; without those, their titles."""
    beside: dict[str, list[str]] = defaultdict(list)
    for source in corpus.sources.values():
        if source.ingested and source.ingested.mention and source.url:
            beside[source.ingested.file].append(canonical_address(source.url))
    found: list[Told] = []
    for source in corpus.sources.values():
        publisher = corpus.publishers.get(source.publisher or "")
        file = source.ingested.file if source.ingested else ""
        mention = source.ingested is not None and source.ingested.mention
        found.append(
            Told(
                id=source.id,
                title=source.title,
                words=words_of(source.id) or "",
                day=source.published.first if source.published else None,
                address=canonical_address(source.url) if source.url else None,
                publisher=publisher.name if publisher else None,
                family=corpus.family(source),
                links=_links(source.extra),
                related=() if mention else tuple(beside[file]),
                work=None if mention else _work(file, source.language),
                language=source.language,
            )
        )
    return found


def _links(extra: Mapping[str, Any]) -> tuple[str, ...]:
    retold = extra.get("retells", ())
    links = [retold] if isinstance(retold, str) else retold
    return tuple(canonical_address(link) for link in links if isinstance(link, str))


def _work(file: str, language: str | None) -> str | None:
    """The name of a page's file without the part that says its language, if a part does."""
    if not re.search(r"\.(?:mdx?|html?|txt)$", file):
        return None
    if language is None or not _CODE.fullmatch(language.lower()):
        return file
    code = re.escape(language.lower())
    part = rf"(?:(?<![a-z0-9]){code}(?:__|/)|[._-]{code}(?=\.[a-z]+$))"
    return re.sub(part, "", file, count=1, flags=re.IGNORECASE)
