"""Stored tables in parts: some profiles each, with all rows that are theirs.

Rows stand in the order of their owners, so what belongs to a range of profiles is a range of every
table; of citations and of what they draw on it is two, those that claims own and, behind all of
these, those that only retellings lead to.
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


@dataclass(frozen=True)
class PartedTables:
    """Stored tables and the parts they are gone through in."""

    stored: StoredTables
    parts: Sequence[Part]
    _away: dict[tuple[str, str], bool] = field(default_factory=dict, repr=False)

    def on(self, day: int) -> PartedTables:
        """The same rows on another day."""
        return replace(self, stored=self.stored.on(day))

    def leads_away(self, space: str, link: str) -> bool:
        """Whether a link of some row leads into another part than the row is in."""
        if link in OWNERS.get(space, ()):
            return False
        key = (space, link)
        if key not in self._away:
            self._away[key] = any(self._leaves(part, space, link) for part in self.parts)
        return self._away[key]

    def _leaves(self, part: Part, space: str, link: str) -> bool:
        values = _rows(self.stored, space, [link], part[space]).to_series().drop_nulls()
        there = part[ROW_LINKS[space][link]]
        within = [values.is_between(of.start, of.stop - 1) for of in there]
        return not (within[0] if len(within) == 1 else within[0] | within[1]).all()

    def tables(self, part: Part, names: Mapping[str, Iterable[str]]) -> Tables:
        """The rows of a part as tables of their own, with the columns named and all links.

        Links count within the part; those that lead away from it count as in the whole.
        """
        every = {**names, "profile": {"id", *names.get("profile", ())}}
        frames = {s: self._frame(part, s, every.get(s)) for s in SCHEMAS}
        return Tables(frames, self.stored.day)

    def _frame(self, part: Part, space: str, names: Iterable[str] | None) -> pl.DataFrame:
        """The rows of a space; where nobody asks for it, none of them."""
        links = ROW_LINKS[space]
        if names is None:
            return pl.DataFrame(schema={name: SCHEMAS[space][name] for name in links})
        every = sorted({*names, *links})
        return _rows(self.stored, space, every, part[space]).with_columns(
            _counted_within(link, part[target])
            for link, target in links.items()
            if not self.leads_away(space, link)
        )

    def cut(self, part: Part, space: str, whole: pl.Series) -> pl.Series:
        """What a column of all rows has in those of a part."""
        return pl.concat([whole[of.start : of.stop] for of in part[space]])

    def joined(self, space: str, pieces: Sequence[pl.Series]) -> pl.Series:
        """A column of all rows from its pieces, one of each part."""
        ranges = [(of, i) for i, part in enumerate(self.parts) for of in part[space]]
        taken = [0] * len(pieces)
        found: list[tuple[int, pl.DataFrame]] = []
        for of, i in ranges:
            found.append((of.start, pieces[i].slice(taken[i], len(of)).to_frame()))
            taken[i] += len(of)
        ordered = [piece for _, piece in sorted(found, key=lambda one: one[0])]
        return pl.concat(ordered, how="vertical_relaxed").to_series()


def _rows(stored: StoredTables, space: str, names: list[str], of: Sequence[range]) -> pl.DataFrame:
    return pl.concat([stored.rows(space, names, rows) for rows in of])


def _counted_within(link: str, there: Sequence[range]) -> pl.Expr:
    """Row numbers of the whole as numbers within the part."""
    first = pl.col(link) - there[0].start
    if len(there) == 1:
        return first
    beyond = pl.col(link) - there[1].start + len(there[0])
    return pl.when(pl.col(link) < there[0].stop).then(first).otherwise(beyond)


# Making parts ------------------------------------------------------------------------------


def homes(stored: StoredTables) -> Ints | None:
    """The profile each citation belongs to; None where the tables cannot be parted by profiles.

    They can where each citation is of the profile of the claim that owns it, and those that no
    claim owns stand in the order of their profiles, too.
    """
    owner, cited_by = (stored.given("citation", name) for name in OWNERS["citation"])
    known = owner.drop_nulls()
    if not stored.given("claim", "profile_row").gather(known).equals(cited_by.drop_nulls()):
        return None
    nobodys = stored.given("citation", "profile_row")[len(known) :]
    if not nobodys.is_sorted():
        return None
    home: Ints = pl.concat([cited_by[: len(known)], nobodys]).to_numpy()
    return home


def bytes_by_profile(
    stored: StoredTables, home: Ints, bytes_a_row: Mapping[str, int], other: int
) -> Ints:
    """What each profile takes with its rows: ``bytes_a_row`` by space, ``other`` elsewhere."""
    count = stored.height("profile")
    taken: Ints = np.full(count, bytes_a_row.get("profile", other))
    taken += bytes_a_row.get("citation", other) * np.bincount(home, minlength=count)
    for space in _BY_PROFILE:
        owned = stored.given(space, "profile_row").to_numpy()
        taken += bytes_a_row.get(space, other) * np.bincount(owned, minlength=count)
    return taken


def parted(stored: StoredTables, home: Ints, taken: Ints, room: int) -> PartedTables:
    """The tables in parts that take ``room`` bytes each, no part less than a profile."""
    return PartedTables(stored, list(_parts(stored, home, _bounds(np.cumsum(taken), room))))


def _bounds(running: Ints, room: int) -> Ints:
    """The profiles at which parts begin, and where the last one ends."""
    bounds = [0]
    while bounds[-1] < len(running):
        before = running[bounds[-1] - 1] if bounds[-1] else 0
        end = int(np.searchsorted(running, before + room, side="right"))
        bounds.append(max(end, bounds[-1] + 1))
    return np.array(bounds if len(bounds) > 1 else [0, 0])


def _parts(stored: StoredTables, home: Ints, profiles: Ints) -> Iterator[Part]:
    def within(space: str, owner: str, bounds: Ints) -> Ints:
        return np.searchsorted(stored.given(space, owner).drop_nulls().to_numpy(), bounds)

    at = {space: within(space, "profile_row", profiles) for space in _BY_PROFILE}
    at["profile"] = profiles
    at["ground"] = within("ground", "claim_row", at["claim"])
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
