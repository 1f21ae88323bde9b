"""What a workspace holds, as sheets: one row a publisher, source, profile or claim."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from assay.model.documents import Corpus
from assay.sheets.columns import KINDS, SHEETS, Kind, SheetKind, shown
from assay.sheets.files import Heading, Sheet, csv_bytes, xlsx_bytes


def rows_of(corpus: Corpus, kind: Kind, profiles: Collection[str] | None = None) -> list[list[str]]:
    """The rows of one sheet; of some ``profiles`` alone those with what they draw on."""
    sheet = SHEETS[kind]
    return [_row(sheet, model, owner) for owner, model in _models(corpus, kind, profiles)]


def _models(
    corpus: Corpus, kind: Kind, wanted: Collection[str] | None
) -> Iterator[tuple[str, Any]]:
    profiles = [p for p in corpus.profiles.values() if wanted is None or p.id in wanted]
    if kind == "profiles":
        yield from (("", p) for p in profiles)
    elif kind == "claims":
        yield from ((p.id, claim) for p in profiles for claim in p.claims)
    else:
        sources = _drawn_on(corpus, profiles) if wanted is not None else set(corpus.sources)
        if kind == "sources":
            yield from (("", s) for s in corpus.sources.values() if s.id in sources)
            return
        publishers = {corpus.sources[i].publisher for i in sources}
        yield from (
            ("", p) for p in corpus.publishers.values() if wanted is None or p.id in publishers
        )


def _drawn_on(corpus: Corpus, profiles: Sequence[Any]) -> set[str]:
    """The sources that claims cite, with those that they draw on in turn."""
    found: set[str] = set()
    waiting = [c.id for p in profiles for claim in p.claims for c in claim.sources]
    while waiting:
        source = corpus.sources.get(waiting.pop())
        if source is not None and source.id not in found:
            found.add(source.id)
            waiting += [*source.cites, *([source.revises] if source.revises else [])]
    return found


def _row(sheet: SheetKind, model: Any, owner: str) -> list[str]:
    return [owner if column.name == "profile" else shown(model, column) for column in sheet.columns]


def as_csv(
    corpus: Corpus, kinds: Sequence[Kind] = KINDS, profiles: Collection[str] | None = None
) -> dict[str, bytes]:
    """The sheets as CSV files, by the name of the file."""
    return {
        f"{kind}.csv": csv_bytes(
            [column.name for column in SHEETS[kind].columns], rows_of(corpus, kind, profiles)
        )
        for kind in kinds
    }


def as_xlsx(
    corpus: Corpus, kinds: Sequence[Kind] = KINDS, profiles: Collection[str] | None = None
) -> bytes:
    """The sheets as one workbook, claims first: they are what is worked on.

    Raises ``UsageError`` where openpyxl is not installed.
    """
    return xlsx_bytes(
        Sheet(
            kind,
            [
                Heading(column.name, column.meaning, column.choices, column.width)
                for column in SHEETS[kind].columns
            ],
            rows_of(corpus, kind, profiles),
        )
        for kind in reversed(kinds)
    )
