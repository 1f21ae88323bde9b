"""Tables that were built before, kept in ``.assay/`` under what they were built from.

Tables stay the same until a document, the rulebook's days of review or its reach changes, or a day
comes on which evidence begins to count, is retracted or leaves its embargo, or an edge begins or
ends. Rules may change as they like. Where a few documents changed, the rows of their profiles are
made anew and all others are taken as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from assay.tables.packed import Frames, Packed, held, pack, unpack
from assay.tables.tables import SCHEMAS, Tables, coded

if TYPE_CHECKING:
    from assay.tables.rows import Rows


_ROWS = "rows "
"""What the names of kept rows begin with; those of profiles are the table of profiles."""


@dataclass(frozen=True)
class Built:
    """The tables of a corpus at a date, the listing, and what they were put together from.

    ``frames`` are all of these by name, made ``today`` (an ordinal) or on a day that gave the same;
    what is packed is read when it is asked for.
    """

    frames: Frames
    today: int

    @cached_property
    def profiles(self) -> pl.DataFrame:
        """The table of profiles, which are rows by themselves, too."""
        now = pl.lit(self.today, dtype=pl.Int64).alias("today")
        return self.frames["profile"].with_columns(now)

    @cached_property
    def tables(self) -> Tables:
        """The tables, with every edge that documents give."""
        own = {name: self.frames.held[name] for name in SCHEMAS}
        return Tables(Frames({**own, "profile": self.profiles}), edges=self.frames["edges"])

    @cached_property
    def listing(self) -> pl.DataFrame:
        """What a list of profiles says of each."""
        return self.frames["listing"]

    @cached_property
    def rows(self) -> Rows:
        """What the tables were put together from."""
        held = self.frames.held
        own = {n.removeprefix(_ROWS): f for n, f in held.items() if n.startswith(_ROWS)}
        return Frames({"profile": self.profiles, **own})


def build(corpus: Corpus, rulebook: Rulebook, as_of: date) -> Built:
    """The tables of a corpus at a date."""
    from assay.tables.assemble import assemble
    from assay.tables.listing import listing
    from assay.tables.rows import rows_of, scored_profiles

    profiles = scored_profiles(corpus, as_of)
    rows = rows_of(corpus, rulebook.settings.review_after_days, as_of, profiles)
    tables = assemble(rows, rulebook, as_of.toordinal())
    assert tables.edges is not None
    more = {"edges": tables.edges, "listing": listing(profiles, rows)}
    own = {_ROWS + name: frame for name, frame in rows.items() if name != "profile"}
    return Built(Frames({**tables.frames, **more, **own}), as_of.toordinal())


@dataclass(frozen=True)
class _Kept:
    """What is kept, and for which state and days (from, to before) it is right."""

    state: str
    days: tuple[int, int]
    built: Built


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
        kept = self._read(key, today)
        if kept is not None and kept.state == self.sound.state:
            return kept.built
        mended = None if kept is None else self._mended(kept, rulebook, as_of)
        if mended is not None:
            made, days = mended
        else:
            made = build(self.corpus, rulebook, as_of)
            days = _lasts(self.written, made.frames["edges"], as_of)
        self._write(key, days, made)
        return made

    def kept_on(self, rulebook: Rulebook, as_of: date) -> Tables | None:
        """The tables at a date, where those that are kept are right for it; nothing is written."""
        kept = self._read(self._key(rulebook), as_of.toordinal())
        right = kept is not None and kept.state == self.sound.state
        return kept.built.tables if kept is not None and right else None

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

    def _mended(
        self, kept: _Kept, rulebook: Rulebook, as_of: date
    ) -> tuple[Built, tuple[int, int]] | None:
        """The tables after a few edits, and the days they are right for."""
        from assay.tables.assemble import reassemble
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
        before = kept.built
        other = merged(before.rows, changed, new)
        rows = Frames({**held(before.rows), **other})
        tables = reassemble(rows, other, before.tables, rulebook, as_of.toordinal())
        told = merged_listing(before.listing, changed, listing(profiles, new))
        frames = {**before.frames.held, **held(tables.frames)}
        frames |= {_ROWS + name: frame for name, frame in other.items() if name != "profile"}
        # What is as it was stays packed as it is.
        if "profile" not in other:
            frames["profile"] = before.frames.held["profile"]
        if tables.edges is not None and tables.edges is not before.tables.edges:
            frames["edges"] = tables.edges
        if told is not before.listing:
            frames["listing"] = told
        found = [standing.find(i) for i in changed]
        whole = {p.id: p for p in found if not isinstance(p, Publisher | Source)}
        written = Corpus(sources=evidence.sources, profiles=whole)
        after = Built(Frames(frames), as_of.toordinal())
        since, until = _lasts(written, after.frames["edges"], as_of)
        return after, (max(since, kept.days[0]), min(until, kept.days[1]))

    def _key(self, rulebook: Rulebook) -> dict[str, Any]:
        return {
            "audience": self.audience,
            "audiences": list(rulebook.audiences),
            "review_after_days": dict(rulebook.settings.review_after_days),
            "reach": rulebook.reach.model_dump(mode="json"),
        }

    @property
    def _path(self) -> Path:
        return self.folder / f"tables-{self.audience}"

    def _read(self, key: Mapping[str, Any], today: int) -> _Kept | None:
        body = read_sealed(self._path, stamped("tables"))
        if body is None:
            return None
        head, frames = unpack(body)
        since, until = head["days"]
        if head["key"] != key or not since <= today < until:
            return None
        return _Kept(head["state"], (since, until), Built(frames, today))

    def _write(self, key: Mapping[str, Any], days: tuple[int, int], built: Built) -> None:
        head = {"key": key, "state": self.sound.state, "days": days}
        frames = {
            name: frame if isinstance(frame, Packed) else coded(name.removeprefix(_ROWS), frame)
            for name, frame in built.frames.held.items()
        }
        write_sealed(self._path, stamped("tables"), pack(head, frames))


def _lasts(written: Corpus, edges: pl.DataFrame, as_of: date) -> tuple[int, int]:
    """The first day on which the tables are as they are, and the first on which they are not."""
    days = {day.toordinal() for day in _moments(written)}
    days.update(edges["valid_from_day"].drop_nulls().unique())
    days.update(edges["valid_until_day"].drop_nulls().unique() + 1)
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
