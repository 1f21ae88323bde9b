"""The tables of one or more dates, as the engines read them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_TEXT, _INT, _BOOL, _REAL = pl.String, pl.Int64, pl.Boolean, pl.Float64
_EDGE: dict[str, pl.DataType | type[pl.DataType]] = {
    "relation": _TEXT,
    "criticality": _TEXT,
    "claims": _INT,
    "valid_from_day": _INT,
    "profile_row": _INT,
    "peer_row": _INT,
}
_REACH: dict[str, pl.DataType | type[pl.DataType]] = {
    "reach": _REAL,
    "distance": _INT,
    "profile_row": _INT,
    "peer_row": _INT,
}

SCHEMAS: dict[str, dict[str, pl.DataType | type[pl.DataType]]] = {
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
        "credibility": _INT,
        "origin": _TEXT,
        "origin_directness": _TEXT,
        "profile_origin": _TEXT,
        "day": _INT,
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
    "ground": {"claim_row": _INT, "ground_row": _INT},
    "dependency": _EDGE,
    "dependent": _EDGE,
    "event": _EDGE,
    "upstream": _REACH,
    "downstream": _REACH,
}
"""Columns of every table; days are ordinals of the calendar, ``today`` the date of the row."""

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
    "ground": {"claim_row": "claim", "ground_row": "claim"},
    **{
        space: {"profile_row": "profile", "peer_row": "profile"}
        for space in ("dependency", "dependent", "event", "upstream", "downstream")
    },
}
"""Which table each column of row numbers leads to."""


@dataclass(frozen=True)
class Tables:
    """One frame for each space, in the order of :data:`SCHEMAS`."""

    frames: dict[str, pl.DataFrame]

    def height(self, space: str) -> int:
        return self.frames[space].height


def frame(space: str, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """A table from its rows, with the columns of its schema."""
    return pl.DataFrame(rows, schema=SCHEMAS[space], orient="row")
