"""Publishers and their sources: how reliable they are, and the claims that each source carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from assay.briefing import paging, wording
from assay.briefing.atlas import Atlas
from assay.briefing.paging import Pager
from assay.briefing.views import Imprint, Link
from assay.model.documents import AnyProfile, Citation, Claim, Publisher, Source

PAGE = "sources.html"
FOLDER = "sources/"
_UNNAMED = "_unnamed"
"""Page of sources without a publisher; no id starts with an underscore."""


@dataclass(frozen=True, slots=True)
class PublisherRow:
    """A publisher as a row of the list."""

    link: Link
    sources: str
    claims: str
    reliability: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class PublishersView:
    """A page of the publishers of cited sources, by name."""

    root: str
    page: int
    pager: Pager | None
    counts: tuple[str, ...]
    rows: tuple[PublisherRow, ...]
    imprint: Imprint


@dataclass(frozen=True, slots=True)
class CarriedClaim:
    """A claim that a source carries; ``note`` says if it disputes it, and where it says so."""

    claim: Link
    profile: Link
    note: str | None


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A source with claims that it carries; ``facts`` say if the page before has others."""

    anchor: str
    title: str
    url: str | None
    language: str | None
    facts: tuple[str, ...]
    retracted: str | None
    claims: tuple[CarriedClaim, ...]


@dataclass(frozen=True, slots=True)
class PublisherView:
    """A page of a publisher: its sources with their claims."""

    root: str
    page: int
    pager: Pager | None
    name: str
    url: str | None
    counts: tuple[str, ...]
    reliability: str
    reason: str | None
    speaks_for: tuple[Link, ...]
    owner: Link | None
    sources: tuple[SourceEntry, ...]
    imprint: Imprint


Uses = Mapping[str, list[tuple[AnyProfile, Claim, Citation]]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The cited sources of one publisher; ``publisher`` is None for those that name none."""

    id: str
    name: str
    publisher: Publisher | None
    sources: tuple[Source, ...]


def publisher_path(shelf_id: str) -> str:
    """Where the first page of a publisher lies in the site."""
    return f"{FOLDER}{shelf_id}.html"


def uses_of(atlas: Atlas) -> Uses:
    """By source the claims of published pages that cite it."""
    found: dict[str, list[tuple[AnyProfile, Claim, Citation]]] = {}
    for profile in atlas.published.values():
        for claim in atlas.claims(profile):
            for citation, source in atlas.citations(claim):
                found.setdefault(source.id, []).append((profile, claim, citation))
    return found


def shelves(atlas: Atlas, uses: Uses) -> tuple[Shelf, ...]:
    """The cited sources by publisher, publishers by name; those without one come last."""
    corpus = atlas.corpus
    found: dict[str | None, list[Source]] = {}
    for source_id in sorted(uses):
        source = corpus.sources[source_id]
        found.setdefault(source.publisher, []).append(source)
    made = []
    for publisher_id, sources in found.items():
        publisher = corpus.publishers.get(publisher_id or "")
        name = publisher.name if publisher else publisher_id or "Publisher not named"
        sources.sort(key=lambda s: (_newest_first(s), s.title.casefold(), s.id))
        made.append(Shelf(publisher_id or _UNNAMED, name, publisher, tuple(sources)))
    return tuple(sorted(made, key=lambda s: (s.id == _UNNAMED, s.name.casefold(), s.id)))


def _newest_first(source: Source) -> int:
    return -source.published.last.toordinal() if source.published else 0


def publishers_pages(
    shelved: tuple[Shelf, ...], uses: Uses, imprint: Imprint
) -> Iterator[tuple[str, PublishersView]]:
    """The pages of the list of all publishers."""
    named = sum(shelf.publisher is not None for shelf in shelved)
    sources = sum(len(shelf.sources) for shelf in shelved)
    cut = paging.parts(shelved)
    paths = paging.paths(PAGE, len(cut))
    for page, (path, shown) in enumerate(zip(paths, cut, strict=True)):
        yield (
            path,
            PublishersView(
                root="",
                page=page + 1,
                pager=paging.pager(paths, page),
                counts=(wording.count(named, "publisher"), wording.count(sources, "source")),
                rows=tuple(_row(shelf, uses) for shelf in shown),
                imprint=imprint,
            ),
        )


def _row(shelf: Shelf, uses: Uses) -> PublisherRow:
    publisher = shelf.publisher
    return PublisherRow(
        link=Link(shelf.name, publisher_path(shelf.id)),
        sources=str(len(shelf.sources)),
        claims=str(sum(len(uses[s.id]) for s in shelf.sources)),
        reliability=_reliability(publisher),
        reason=publisher.reliability_reason if publisher else None,
    )


def _reliability(publisher: Publisher | None) -> str:
    if publisher is None or publisher.reliability is None:
        return "unrated"
    return f"{publisher.reliability}, {wording.RELIABILITY[publisher.reliability]}"


def publisher_pages(
    atlas: Atlas, shelf: Shelf, uses: Uses, imprint: Imprint
) -> Iterator[tuple[str, PublisherView]]:
    """The pages of one publisher; each has 50 citations, so that a long source is divided."""
    cut = paging.parts([(s, number) for s in shelf.sources for number in range(len(uses[s.id]))])
    paths = paging.paths(publisher_path(shelf.id), len(cut))
    first = _publisher(atlas, shelf, sum(map(len, cut)), imprint)
    for page, (path, shown) in enumerate(zip(paths, cut, strict=True)):
        root = paging.root_of(path)
        grouped = [list(group) for _, group in groupby(shown, key=lambda c: c[0].id)]
        yield (
            path,
            replace(
                first,
                root=root,
                page=page + 1,
                pager=paging.pager(paths, page),
                speaks_for=_speaks_for(atlas, shelf, root),
                sources=tuple(
                    _source(atlas, group[0][0], uses, root, [number for _, number in group])
                    for group in grouped
                ),
            ),
        )


def _publisher(atlas: Atlas, shelf: Shelf, citations: int, imprint: Imprint) -> PublisherView:
    publisher = shelf.publisher
    owned_by = atlas.corpus.publishers.get(publisher.owner or "") if publisher else None
    return PublisherView(
        root="",
        page=1,
        pager=None,
        name=shelf.name,
        url=publisher.url if publisher else None,
        counts=(wording.count(len(shelf.sources), "source"), wording.count(citations, "citation")),
        reliability=_reliability(publisher),
        reason=publisher.reliability_reason if publisher else None,
        speaks_for=(),
        owner=Link(owned_by.name) if owned_by else None,
        sources=(),
        imprint=imprint,
    )


def _speaks_for(atlas: Atlas, shelf: Shelf, root: str) -> tuple[Link, ...]:
    spoken = shelf.publisher.speaks_for if shelf.publisher else ()
    return tuple(
        Link(atlas.published[i].name, atlas.href(i, root)) for i in spoken if i in atlas.published
    )


def _source(
    atlas: Atlas, source: Source, uses: Uses, root: str, shown: Sequence[int]
) -> SourceEntry:
    """A source with those of its uses that have the numbers ``shown``."""
    published = wording.partial(source.published) if source.published else "undated"
    kind = wording.KINDS_OF_SOURCES[source.directness or ""][0]
    facts = [published, kind]
    if source.ingested is not None and source.ingested.mention:
        facts.append("not read")
    if source.accessed is not None:
        facts.append(f"read on {wording.day(source.accessed)}")
    if shown[0]:
        facts.append("continued")
    retracted = atlas.retracted(source)
    return SourceEntry(
        anchor=source.id,
        title=source.title,
        url=source.url,
        language=source.language,
        facts=tuple(facts),
        retracted=wording.day(retracted) if retracted else None,
        claims=tuple(_carried(atlas, root, *uses[source.id][number]) for number in shown),
    )


def _carried(
    atlas: Atlas, root: str, profile: AnyProfile, claim: Claim, citation: Citation
) -> CarriedClaim:
    page = atlas.href(profile.id, root)
    notes = ["disputed by this source"] if citation.stance == "disputes" else []
    notes += [citation.locator] if citation.locator else []
    return CarriedClaim(
        claim=Link(claim.text, f"{page}#claim-{claim.id}"),
        profile=Link(profile.name, page),
        note=", ".join(notes) or None,
    )
