"""Tables that were built before, kept in ``.assay/`` under what they were built from.

Tables stay the same until a document, the rulebook's days of review or its reach changes, or a day
comes on which evidence begins to count, is retracted or leaves its embargo, or an edge begins or
ends. Rules may change as they like.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from assay.model.corpus import Corpus
from assay.model.rulebook import Rulebook
from assay.snapshot.sealed import read_sealed, write_sealed
from assay.snapshot.stamp import stamped
from assay.tables.build import build_tables, scored_profiles
from assay.tables.listing import listing
from assay.tables.tables import CODED, Tables

_LENGTH = 8


@dataclass(frozen=True)
class Built:
    """The tables of a corpus at a date, and what a list says of each profile."""

    tables: Tables
    listing: pl.DataFrame


def build(corpus: Corpus, rulebook: Rulebook, as_of: date) -> Built:
    """The tables of a corpus at a date."""
    tables = build_tables(corpus, rulebook, as_of)
    return Built(tables, listing(scored_profiles(corpus, as_of), tables))


@dataclass(frozen=True)
class TableStore:
    """Where the tables of ``corpus`` are kept.

    It is what ``audience`` may know of the documents whose digest is ``state``; ``written`` are
    all of them.
    """

    folder: Path
    state: str
    audience: str
    corpus: Corpus
    written: Corpus

    def built(self, rulebook: Rulebook, as_of: date) -> Built:
        """The tables at a date: those that are kept, else built, and kept from then on."""
        key = self._key(rulebook)
        found = self._read(key, as_of)
        if found is None:
            found = build(self.corpus, rulebook, as_of)
            since, until = _lasts(self.written, found.tables, as_of)
            write_sealed(self._path, stamped("tables"), _packed([key, since, until], found))
        return found

    @property
    def _path(self) -> Path:
        return self.folder / f"tables-{self.audience}"

    def _key(self, rulebook: Rulebook) -> dict[str, Any]:
        return {
            "state": self.state,
            "audience": self.audience,
            "audiences": list(rulebook.audiences),
            "review_after_days": dict(rulebook.settings.review_after_days),
            "reach": rulebook.reach.model_dump(mode="json"),
        }

    def _read(self, key: dict[str, Any], as_of: date) -> Built | None:
        body = read_sealed(self._path, stamped("tables"))
        if body is None:
            return None
        parts = _parts(body)
        kept, since, until, names = json.loads(next(parts))
        if kept != key or not since <= as_of.toordinal() < until:
            return None
        frames = {name: pl.read_ipc(part) for name, part in zip(names, parts, strict=True)}
        today = pl.lit(as_of.toordinal(), dtype=pl.Int64).alias("today")
        frames["profile"] = frames["profile"].with_columns(today)
        told, edges = frames.pop("listing"), frames.pop("edges")
        return Built(Tables(frames, edges=edges), told)


def _packed(head: list[Any], built: Built) -> bytes:
    assert built.tables.edges is not None
    frames = built.tables.frames | {"listing": built.listing, "edges": built.tables.edges}
    parts = [json.dumps([*head, list(frames)]).encode()]
    for name, frame in frames.items():
        buffer = io.BytesIO()
        _coded(name, frame).write_ipc(buffer, compression="lz4")
        parts.append(buffer.getvalue())
    return b"".join(len(part).to_bytes(_LENGTH, "little") + part for part in parts)


def _parts(body: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        size = int.from_bytes(body[at : at + _LENGTH], "little")
        yield body[at + _LENGTH : at + _LENGTH + size]
        at += _LENGTH + size


def _coded(space: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Texts with few distinct values as numbers, as the engines want them."""
    return frame.with_columns(
        series.cast(pl.Enum(series.unique().drop_nulls().sort()))
        for series in frame.iter_columns()
        if series.name in CODED.get(space, ()) and series.dtype == pl.String
    )


def _lasts(written: Corpus, tables: Tables, as_of: date) -> tuple[int, int]:
    """The first day on which the tables are as they are, and the first on which they are not."""
    days = {day.toordinal() for day in _moments(written)}
    if tables.edges is not None:
        days.update(tables.edges["valid_from_day"].drop_nulls())
        days.update((tables.edges["valid_until_day"] + 1).drop_nulls())
    today = as_of.toordinal()
    since = max((d for d in days if d <= today), default=0)
    return since, min((d for d in days if d > today), default=date.max.toordinal() + 1)


def _moments(written: Corpus) -> Iterator[date]:
    """The days on which something that is written begins to count or ceases to."""
    for source in written.sources.values():
        if source.published is not None:
            yield source.published.first
        yield from filter(None, (source.retracted, source.accessed))
    for profile in written.profiles.values():
        if profile.embargo is not None:
            yield profile.embargo
        for claim in profile.claims:
            if claim.checked is not None:
                yield claim.checked
