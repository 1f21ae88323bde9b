"""Stored tables in parts: some profiles each, with all rows that belong to them.

Rows are sorted by owner, so the rows of a range of profiles are one range of every table. Citations
and roots have two: those that claims own, and after all of these the originals that no claim cites.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import polars as pl

from assay.tables.check import OWNERS
from assay.tables.parquet import StoredTables
from assay.tables.tables import ROW_LINKS, SCHEMAS, Ints, Tables

_BY_PROFILE = tuple(space for space, owners in OWNERS.items() if owners == ("profile_row",))

Part = Mapping[str, tuple[range, ...]]
"""For each space the rows that belong to a part."""


def citation_profiles(stored: StoredTables) -> Ints | None:
    """Return the profile of each citation; None if the tables cannot be split by profiles.

    They can if each citation has the profile of the claim that owns it, and those without an owner
    are sorted by profile, too.
    """
    owner, cited_by = (stored.given("citation", name) for name in OWNERS["citation"])
    owned = owner.drop_nulls()
    if not stored.given("claim", "profile_row").gather(owned).equals(cited_by.drop_nulls()):
        return None
    without_owner = stored.given("citation", "profile_row")[len(owned) :]
    if not without_owner.is_sorted():
        return None
    home: Ints = pl.concat([cited_by[: len(owned)], without_owner]).to_numpy()
    return home


def bytes_by_profile(
    stored: StoredTables, home: Ints, bytes_a_row: Mapping[str, int], other: int
) -> Ints:
    """Estimate the memory that each profile takes with all its rows.

    A row takes ``bytes_a_row`` of its space, or ``other`` in a space without an entry.
    """
    count = stored.height("profile")
    total: Ints = np.full(count, bytes_a_row.get("profile", other))
    total += bytes_a_row.get("citation", other) * np.bincount(home, minlength=count)
    for space in _BY_PROFILE:
        owned = stored.given(space, "profile_row").to_numpy()
        total += bytes_a_row.get(space, other) * np.bincount(owned, minlength=count)
    return total


def parted(stored: StoredTables, home: Ints, sizes: Ints, room: int) -> PartitionedTables:
    """Split the tables into parts of ``room`` bytes each, with at least one profile in each."""
    running = np.cumsum(sizes)
    bounds = [0]
    while bounds[-1] < len(running):
        before = running[bounds[-1] - 1] if bounds[-1] else 0
        end = int(np.searchsorted(running, before + room, side="right"))
        bounds.append(max(end, bounds[-1] + 1))
    profiles = np.array(bounds if len(bounds) > 1 else [0, 0])
    return PartitionedTables(stored, list(_parts(stored, home, profiles)))


def _parts(stored: StoredTables, home: Ints, profiles: Ints) -> Iterator[Part]:
    """Yield the rows of each part; ``profiles`` are the bounds of parts in the profile table."""

    def within(space: str, owner: str, bounds: Ints) -> Ints:
        return np.searchsorted(stored.given(space, owner).drop_nulls().to_numpy(), bounds)

    at = {space: within(space, "profile_row", profiles) for space in _BY_PROFILE}
    at["profile"] = profiles
    at["ground"] = within("ground", "claim_row", at["claim"])
    at["dependent_ground"] = within("dependent_ground", "dependent_row", at["dependent"])
    at["factor_ground"] = within("factor_ground", "factor_row", at["factor"])
    at["corroboration"] = within("corroboration", "claim_row", at["claim"])
    at["member"] = within("member", "corroboration_row", at["corroboration"])
    owned = stored.height("citation") - stored.given("citation", "owner_row").null_count()
    citations = (
        np.searchsorted(home[:owned], profiles),
        owned + np.searchsorted(home[owned:], profiles),
    )
    roots = tuple(within("root", "citation_row", bounds) for bounds in citations)
    for i, _ in enumerate(pairwise(profiles)):
        yield {
            **{space: (range(bounds[i], bounds[i + 1]),) for space, bounds in at.items()},
            "citation": tuple(range(b[i], b[i + 1]) for b in citations),
            "root": tuple(range(b[i], b[i + 1]) for b in roots),
        }


@dataclass(frozen=True)
class PartitionedTables:
    """Stored tables, and their division into parts."""

    stored: StoredTables
    parts: Sequence[Part]
    _away: dict[tuple[str, str], bool] = field(default_factory=dict, repr=False)

    def on(self, day: int) -> PartitionedTables:
        """Return the same rows on another day (an ordinal)."""
        return replace(self, stored=self.stored.on(day))

    def leaves_part(self, space: str, link: str) -> bool:
        """Return whether the link of any row refers to a row of another part."""
        if link in OWNERS.get(space, ()):
            return False
        key = (space, link)
        if key not in self._away:
            self._away[key] = any(self._leaves(part, space, link) for part in self.parts)
        return self._away[key]

    def _leaves(self, part: Part, space: str, link: str) -> bool:
        values = self._rows(part, space, [link]).to_series().drop_nulls()
        target = part[ROW_LINKS[space][link]]
        within = [values.is_between(of.start, of.stop - 1) for of in target]
        return not (within[0] if len(within) == 1 else within[0] | within[1]).all()

    def tables(self, part: Part, names: Mapping[str, Iterable[str]]) -> Tables:
        """Read the rows of a part, with the columns in ``names`` and all links.

        Links to rows of the part count within it; links that may lead to other parts count in the
        whole tables. Spaces without an entry in ``names`` have no rows.
        """
        names = {**names, "profile": {"id", *names.get("profile", ())}}
        frames = {}
        for space, schema in SCHEMAS.items():
            links = ROW_LINKS[space]
            if space not in names:
                frames[space] = pl.DataFrame(schema={link: schema[link] for link in links})
                continue
            frames[space] = self._rows(part, space, sorted({*names[space], *links})).with_columns(
                _counted_within(link, part[target])
                for link, target in links.items()
                if not self.leaves_part(space, link)
            )
        return Tables(frames, self.stored.day)

    def _rows(self, part: Part, space: str, names: list[str]) -> pl.DataFrame:
        return pl.concat([self.stored.rows(space, names, rows) for rows in part[space]])

    def cut(self, part: Part, space: str, whole: pl.Series) -> pl.Series:
        """Return the values of a part from a column of all rows."""
        return pl.concat([whole[of.start : of.stop] for of in part[space]])

    def joined(self, space: str, pieces: Sequence[pl.Series]) -> pl.Series:
        """Join a column of all rows from its pieces, one for each part."""
        ordered: list[tuple[int, pl.DataFrame]] = []
        for part, piece in zip(self.parts, pieces, strict=True):
            offset = 0
            for of in part[space]:
                ordered.append((of.start, piece.slice(offset, len(of)).to_frame()))
                offset += len(of)
        ordered.sort(key=lambda one: one[0])
        return pl.concat((piece for _, piece in ordered), how="vertical_relaxed").to_series()


def _counted_within(link: str, target: Sequence[range]) -> pl.Expr:
    """Convert row numbers of the whole table to numbers within a part."""
    first = pl.col(link) - target[0].start
    if len(target) == 1:
        return first
    second = pl.col(link) - target[1].start + len(target[0])
    return pl.when(pl.col(link) < target[0].stop).then(first).otherwise(second)
