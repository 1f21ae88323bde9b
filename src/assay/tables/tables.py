"""Columns and links of the tables that engines read, and the tables in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl

Dtype = pl.DataType | type[pl.DataType]

_TEXT, _INT, _BOOL, _REAL = pl.String, pl.Int64, pl.Boolean, pl.Float64
_EDGE: dict[str, Dtype] = {
    "relation": _TEXT,
    "criticality": _TEXT,
    "claims": _INT,
    "valid_from_day": _INT,
    "profile_row": _INT,
    "peer_row": _INT,
}
_REACH: dict[str, Dtype] = {"reach": _REAL, "distance": _INT, "profile_row": _INT, "peer_row": _INT}

SCHEMAS: dict[str, dict[str, Dtype]] = {
    "profile": {
        "id": _TEXT,
        "kind": _TEXT,
        "type": _TEXT,
        "region": _TEXT,
        "base": _TEXT,
        "domain": _TEXT,
        "topics": pl.List(_TEXT),
        "gaps": _INT,
        "begun_day": _INT,
        "ended_day": _INT,
        "due_day": _INT,
        "today": _INT,
    },
    "claim": {
        "id": _TEXT,
        "nature": _TEXT,
        "section": _TEXT,
        "type": _TEXT,
        "key": _BOOL,
        "holds": _TEXT,
        "as_of_day": _INT,
        "checked_day": _INT,
        "review_after_days": _INT,
        "value": _REAL,
        "unit": _TEXT,
        "likelihood": _REAL,
        "contradictions": _INT,
        "profile_row": _INT,
    },
    "citation": {
        "stance": _TEXT,
        "directness": _TEXT,
        "kind": _TEXT,
        "credibility": _INT,
        "day": _INT,
        "fresh_day": _INT,
        "source.id": _TEXT,
        "source.day": _INT,
        "source.accessed_day": _INT,
        "source.directness": _TEXT,
        "source.attribution": _TEXT,
        "publisher.id": _TEXT,
        "publisher.owner": _TEXT,
        "publisher.reliability": _TEXT,
        "claim_row": _INT,
        "owner_row": _INT,
        "cited_by_row": _INT,
        "profile_row": _INT,
    },
    "root": {"citation_row": _INT, "root_row": _INT},
    "corroboration": {
        "stance": _TEXT,
        "size": _INT,
        "one_family": _BOOL,
        "claim_row": _INT,
        "profile_row": _INT,
    },
    "member": {"corroboration_row": _INT, "citation_row": _INT},
    "ground": {"claim_row": _INT, "ground_row": _INT},
    "factor": {
        "name": _TEXT,
        "word": _TEXT,
        "value": _REAL,
        "lowest": _REAL,
        "highest": _REAL,
        "profile_row": _INT,
    },
    "factor_ground": {"factor_row": _INT, "ground_row": _INT},
    "dependency": _EDGE,
    "dependent": _EDGE,
    "dependent_ground": {"dependent_row": _INT, "ground_row": _INT},
    "event": _EDGE,
    "upstream": _REACH,
    "downstream": _REACH,
}
"""Columns of every table. Days are proleptic ordinals (:meth:`datetime.date.toordinal`); ``today``
is the date of the row."""

ROW_LINKS: dict[str, dict[str, str]] = {
    "profile": {},
    "claim": {"profile_row": "profile"},
    "citation": {
        "claim_row": "claim",
        "owner_row": "claim",
        "cited_by_row": "profile",
        "profile_row": "profile",
    },
    "root": {"citation_row": "citation", "root_row": "citation"},
    "corroboration": {"claim_row": "claim", "profile_row": "profile"},
    "member": {"corroboration_row": "corroboration", "citation_row": "citation"},
    "ground": {"claim_row": "claim", "ground_row": "claim"},
    "factor": {"profile_row": "profile"},
    "factor_ground": {"factor_row": "factor", "ground_row": "claim"},
    "dependent_ground": {"dependent_row": "dependent", "ground_row": "claim"},
    **{
        space: {"profile_row": "profile", "peer_row": "profile"}
        for space in ("dependency", "dependent", "event", "upstream", "downstream")
    },
}
"""For each column of row numbers, the table that it refers to."""

CODED: dict[str, frozenset[str]] = {
    "profile": frozenset(["kind", "type", "region", "base", "domain"]),
    "claim": frozenset(["nature", "section", "type", "holds", "unit"]),
    "citation": frozenset(
        [
            "stance",
            "directness",
            "kind",
            "source.directness",
            "source.attribution",
            "publisher.id",
            "publisher.owner",
            "publisher.reliability",
        ]
    ),
    "factor": frozenset(["name", "word"]),
    "corroboration": frozenset(["stance"]),
    **{
        space: frozenset(["relation", "criticality"])
        for space in ("dependency", "dependent", "event")
    },
}
"""Text columns with few distinct values, stored as ``Enum`` so that engines compare numbers."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tables:
    """One frame for each space, in the order of :data:`SCHEMAS`.

    ``day``, if given, is the date of every row and replaces the column ``today``. ``edges`` are all
    edges in the documents, by ``lower`` and ``upper`` row, valid or not; None if only the valid
    ones are known.
    """

    frames: Mapping[str, pl.DataFrame]
    day: int | None = None
    edges: pl.DataFrame | None = None
    _coded: dict[tuple[str, str], pl.Series] = field(default_factory=dict, repr=False)
    _offsets: dict[tuple[str, str], Ints] = field(default_factory=dict, repr=False)

    def height(self, space: str) -> int:
        return self.frames[space].height

    def on(self, day: int, changed: Mapping[str, pl.DataFrame] | None = None) -> Tables:
        """Return the same rows on another day (an ordinal), with the ``changed`` frames."""
        changed = changed or {}
        return Tables(
            {**self.frames, **changed},
            day,
            self.edges,
            {k: v for k, v in self._coded.items() if k[0] not in changed},
            {k: v for k, v in self._offsets.items() if k[0] not in changed},
        )

    def at(self, days: pl.Series, changed: Mapping[str, pl.DataFrame] | None = None) -> Tables:
        """Return the same rows with a separate day (an ordinal) for each profile."""
        tables = self.on(0, changed)
        profile = tables.frames["profile"].with_columns(days.alias("today"))
        return replace(tables, frames={**tables.frames, "profile": profile}, day=None)

    def given(self, space: str, name: str) -> pl.Series:
        """Return a column of the frame, ignoring ``day``."""
        return self.frames[space].get_column(name)

    def column(self, space: str, name: str) -> pl.Series:
        """Return a column, with texts of few distinct values as ``Enum``."""
        key = (space, name)
        if name == "today" and self.day is not None:
            return pl.repeat(self.day, self.height(space), dtype=pl.Int64, eager=True).alias(name)
        if key in self._coded:
            return self._coded[key]
        series = self.given(space, name)
        if series.dtype == pl.String and name in CODED.get(space, ()):
            series = self._coded[key] = _as_enum(series)
        return series

    def offsets(self, elements: str, owner: str, owners: int) -> Ints:
        """Return the first row of each owner, followed by the end of the last one.

        Rows are sorted by owner, with those that have none at the end.
        """
        key = (elements, owner)
        if key not in self._offsets:
            owned = self.frames[elements].get_column(owner).drop_nulls().to_numpy()
            self._offsets[key] = begins(owned, owners)
        return self._offsets[key]


def coded(space: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Convert texts with few distinct values to ``Enum``, as engines expect them."""
    return frame.with_columns(
        _as_enum(series)
        for series in frame.iter_columns()
        if series.name in CODED.get(space, ()) and series.dtype == pl.String
    )


def _as_enum(texts: pl.Series) -> pl.Series:
    return texts.cast(pl.Enum(texts.unique().drop_nulls().sort()))


def begins(owners: Ints, count: int) -> Ints:
    """Return the first row of each of ``count`` owners, followed by the end of the last one."""
    return np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))]).astype(np.int64)


def spans(offsets: Ints, owners: Ints) -> tuple[Ints, Ints]:
    """Return the rows of each owner in turn, and for each row its position in ``owners``.

    ``offsets`` come from :func:`begins`. An owner may occur several times.
    """
    counts = offsets[owners + 1] - offsets[owners]
    position = np.repeat(np.arange(len(owners)), counts)
    first = np.cumsum(counts) - counts
    rows: Ints = np.arange(len(position)) - first[position] + offsets[owners][position]
    return rows, position
