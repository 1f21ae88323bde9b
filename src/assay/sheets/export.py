"""Export of a workspace's documents as sheets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from assay.model.documents import AnyProfile, Corpus
from assay.sheets.columns import ITEMS, KINDS, SHEETS, Kind
from assay.sheets.files import Heading, Sheet, csv_bytes, xlsx_bytes

_WORKBOOK: Sequence[Kind] = (
    *("claims", "profiles", "sources", "publishers"),
    *("edges", "watch", "factors"),
)


def as_csv(
    corpus: Corpus, kinds: Sequence[Kind] = KINDS, profiles: Collection[str] | None = None
) -> dict[str, bytes]:
    """Return the sheets as CSV files, by file name. For ``profiles``, see :func:`rows_of`."""
    return {
        f"{kind}.csv": csv_bytes(
            [column.name for column in SHEETS[kind].columns], rows_of(corpus, kind, profiles)
        )
        for kind in kinds
    }


def as_xlsx(
    corpus: Corpus, kinds: Sequence[Kind] = KINDS, profiles: Collection[str] | None = None
) -> bytes:
    """Return the sheets as a workbook, claims first, since analysts mostly edit those.

    Raises ``UsageError`` if openpyxl is not installed.
    """
    return xlsx_bytes(
        Sheet(
            kind,
            [Heading(c.name, c.meaning, c.choices, c.width) for c in SHEETS[kind].columns],
            rows_of(corpus, kind, profiles),
        )
        for kind in sorted(kinds, key=_WORKBOOK.index)
    )


def rows_of(corpus: Corpus, kind: Kind, profiles: Collection[str] | None = None) -> list[list[str]]:
    """Return the rows of one sheet.

    With ``profiles`` (ids), only those, their claims, the sources that these draw on, and their
    publishers.
    """
    return [
        [
            given[column.name] if column.name in given else column.show(model)
            for column in SHEETS[kind].columns
        ]
        for given, model in _models(corpus, kind, profiles)
    ]


def items_of(kind: Kind, profile: AnyProfile) -> list[tuple[str, int, Any]]:
    """Return the items of a profile in a sheet, each with its list and its place in it."""
    lists = {"edges": ("depends_on", "affects"), "watch": ("watch",), "factors": ("factors",)}
    return [
        (name, at, item)
        for name in lists[kind]
        for at, item in enumerate(getattr(profile, name, ()))
    ]


def _models(
    corpus: Corpus, kind: Kind, wanted: Collection[str] | None
) -> list[tuple[dict[str, str], Any]]:
    """Return the documents, claims or items of a sheet, with cells that no model has."""
    profiles = [p for p in corpus.profiles.values() if wanted is None or p.id in wanted]
    if kind == "profiles":
        return [({}, p) for p in profiles]
    if kind == "claims":
        return [({"profile": p.id}, claim) for p in profiles for claim in p.claims]
    if kind in ITEMS:
        return [
            ({"profile": p.id, "affects": "yes" if name == "affects" else ""}, item)
            for p in profiles
            for name, _, item in items_of(kind, p)
        ]
    everything = corpus.sources if kind == "sources" else corpus.publishers
    if wanted is None:
        return [({}, document) for document in everything.values()]
    used: set[str | None] = set(_sources_of(corpus, profiles))
    if kind == "publishers":
        used = {corpus.sources[i].publisher for i in used if i}
    return [({}, document) for id_, document in everything.items() if id_ in used]


def _sources_of(corpus: Corpus, profiles: Iterable[AnyProfile]) -> set[str]:
    """Return the sources that claims cite, and those that these draw on or revise in turn."""
    found: set[str] = set()
    waiting = [
        source
        for p in profiles
        for claim in p.claims
        for citation in claim.sources
        for source in (citation.id, *(citation.cites or ()))
    ]
    while waiting:
        source = corpus.sources.get(waiting.pop())
        if source is not None and source.id not in found:
            found.add(source.id)
            waiting += [*source.cites, *([source.revises] if source.revises else [])]
    return found
