"""Tables that were built before, kept in ``.assay/`` under what they were built from.

Tables stay the same until a document, the rulebook's days of review or its reach changes, or a day
comes on which evidence begins to count, is retracted or leaves its embargo, or an edge begins or
ends. Rules may change as they like. Where a few documents changed, the rows of their profiles are
made anew and all others are taken as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from assay.loading import Sound
from assay.model.corpus import Corpus
from assay.model.evidence import Publisher, Source
from assay.model.rulebook import Rulebook
from assay.snapshot.sealed import read_sealed, write_sealed
from assay.snapshot.stamp import stamped
from assay.tables.packed import Frames, Held, Packed, held, pack, unpack
from assay.tables.tables import Tables, coded

if TYPE_CHECKING:
    from assay.tables.rows import Rows


@dataclass(frozen=True)
class Built:
    """The tables of a corpus at a date, the listing, and what they were put together from."""

    tables: Tables
    listing: pl.DataFrame
    made_of: Callable[[], Rows]

    @cached_property
    def rows(self) -> Rows:
        """What the tables were put together from."""
        return self.made_of()


def build(corpus: Corpus, rulebook: Rulebook, as_of: date) -> Built:
    """The tables of a corpus at a date."""
    from assay.tables.assemble import assemble
    from assay.tables.listing import listing
    from assay.tables.rows import rows_of, scored_profiles

    profiles = scored_profiles(corpus, as_of)
    rows = rows_of(corpus, rulebook.settings.review_after_days, as_of, profiles)
    tables = assemble(rows, rulebook, as_of.toordinal())
    return Built(tables, listing(profiles, rows), lambda: rows)


@dataclass(frozen=True)
class _Part:
    """What is kept in one file, and for which state and days (from, to before) it is right."""

    state: str
    days: tuple[int, int]
    frames: Frames


@dataclass(frozen=True)
class TableStore:
    """Where the tables of ``corpus`` are kept: of what ``audience`` may know of ``written``."""

    folder: Path
    sound: Sound
    audience: str
    corpus: Corpus
    written: Corpus

    def built(self, rulebook: Rulebook, as_of: date) -> Built:
        """The tables at a date: kept, mended or built, and kept from then on."""
        key, today = self._key(rulebook), as_of.toordinal()
        kept = self._read("tables", key, today)
        if kept is not None and kept.state == self.sound.state:
            return Built(*_told(kept), lambda: self._rows(rulebook, as_of))
        rows = self._read("rows", key, today) if kept is not None else None
        made, days = None, (0, 0)
        if kept is not None and rows is not None and kept.state == rows.state:
            mended = self._mended(kept, rows, rulebook, as_of)
            if mended is not None:
                made, days = mended
        if made is None:
            made = build(self.corpus, rulebook, as_of)
            days = _lasts(self.written, made.tables, as_of)
        self._write("rows", key, days, held(made.rows))
        assert made.tables.edges is not None
        more = {"listing": made.listing, "edges": made.tables.edges}
        self._write("tables", key, days, {**held(made.tables.frames), **more})
        return made

    def kept_on(self, rulebook: Rulebook, as_of: date) -> Tables | None:
        """The tables at a date, where those that are kept are right for it; nothing is written."""
        kept = self._read("tables", self._key(rulebook), as_of.toordinal())
        return _told(kept)[0] if kept is not None and kept.state == self.sound.state else None

    def documents_of(self, rulebook: Rulebook, as_of: date, ids: Sequence[str]) -> Corpus | None:
        """Some profiles, as the audience may know them, with what they draw on.

        None where documents cannot be had one by one.
        """
        from assay.tables.mend import evidence_of, known_profiles

        standing = self.sound.standing
        if standing is None:
            return None
        profiles = known_profiles(standing, ids, rulebook, self.audience, as_of)
        return evidence_of(standing, profiles)

    def _rows(self, rulebook: Rulebook, as_of: date) -> Rows:
        kept = self._read("rows", self._key(rulebook), as_of.toordinal())
        if kept is not None and kept.state == self.sound.state:
            return kept.frames
        return build(self.corpus, rulebook, as_of).rows

    def _mended(
        self, kept: _Part, rows: _Part, rulebook: Rulebook, as_of: date
    ) -> tuple[Built, tuple[int, int]] | None:
        """The tables after a few edits, and the days they are right for."""
        from assay.tables.assemble import assemble
        from assay.tables.listing import listing
        from assay.tables.mend import evidence_of, known_profiles, merged, merged_listing
        from assay.tables.rows import rows_of

        standing = self.sound.standing
        changed = standing.changed_since(kept.state) if standing is not None else None
        if standing is None or changed is None:
            return None
        profiles = known_profiles(standing, changed, rulebook, self.audience, as_of)
        evidence = evidence_of(standing, profiles)
        review_after = rulebook.settings.review_after_days
        new = rows_of(evidence, review_after, as_of, profiles)
        together = merged(rows.frames, changed, new)
        told = merged_listing(kept.frames["listing"], changed, listing(profiles, new))
        before, _ = _told(kept)
        tables = assemble(together, rulebook, as_of.toordinal(), before)
        found = [standing.find(i) for i in changed]
        whole = {p.id: p for p in found if not isinstance(p, Publisher | Source)}
        since, until = _lasts(Corpus(sources=evidence.sources, profiles=whole), tables, as_of)
        days = (max(since, kept.days[0]), min(until, kept.days[1]))
        return Built(tables, told, lambda: together), days

    def _key(self, rulebook: Rulebook) -> dict[str, Any]:
        return {
            "audience": self.audience,
            "audiences": list(rulebook.audiences),
            "review_after_days": dict(rulebook.settings.review_after_days),
            "reach": rulebook.reach.model_dump(mode="json"),
        }

    def _path(self, kind: str) -> Path:
        return self.folder / f"{kind}-{self.audience}"

    def _read(self, kind: str, key: Mapping[str, Any], today: int) -> _Part | None:
        body = read_sealed(self._path(kind), stamped(kind))
        if body is None:
            return None
        head, frames = unpack(body)
        since, until = head["days"]
        if head["key"] != key or not since <= today < until:
            return None
        now = pl.lit(today, dtype=pl.Int64).alias("today")
        profile = frames["profile"].with_columns(now)
        return _Part(head["state"], (since, until), Frames({**frames.held, "profile": profile}))

    def _write(
        self, kind: str, key: Mapping[str, Any], days: tuple[int, int], frames: Held
    ) -> None:
        head = {"key": key, "state": self.sound.state, "days": days}
        told = {n: f if isinstance(f, Packed) else coded(n, f) for n, f in frames.items()}
        write_sealed(self._path(kind), stamped(kind), pack(head, told))


def _told(kept: _Part) -> tuple[Tables, pl.DataFrame]:
    frames = dict(kept.frames.held)
    del frames["listing"], frames["edges"]
    return Tables(Frames(frames), edges=kept.frames["edges"]), kept.frames["listing"]


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
