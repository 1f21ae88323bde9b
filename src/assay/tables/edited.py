"""Rows of profiles with their evidence edited, made from the rows as they are.

What goes back to which origin is taken over, so an edit must be one that leaves it as it is for
all that stays; see :mod:`assay.scoring.sensitivity`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from assay.tables.rows import Rows
from assay.tables.spans import Ints, begins, spans


@dataclass(frozen=True, slots=True)
class Edited:
    """A copy of a profile's evidence is made for each of ``owns``, the row of the profile.

    ``lost`` are citations (``copy``, ``citation``: its number within the profile), ``added`` the
    rows of further ones (``copy``, ``claim``, ``source``: the row), ``checked`` the claims that
    were checked on ``day`` (``copy``, ``claim``).
    """

    owns: Ints
    lost: pl.DataFrame
    added: pl.DataFrame
    checked: pl.DataFrame
    day: int


def edited_rows(rows: Rows, edited: Edited) -> Rows:
    """The claims, citations and roots of the copies; ``own`` is the number of the copy.

    The citations of ``rows`` are those of the profiles and, behind them, those that are added:
    their ``own`` is null.
    """
    citations, roots = _citations(rows, edited)
    claims = _claims(rows["claim"], rows["profile"].height, citations, edited)
    return {"claim": claims, "citation": citations, "root": roots}


def _citations(rows: Rows, edited: Edited) -> tuple[pl.DataFrame, pl.DataFrame]:
    given, links, owns = rows["citation"], rows["root"], edited.owns
    profiles = rows["profile"].height
    own = given["own"].drop_nulls().to_numpy()
    offsets = begins(own, profiles)
    row, copy = spans(offsets, owns)
    start = begins(copy, len(owns))
    implied = given["implied"].to_numpy()[row]
    gone = np.zeros(len(row), dtype=bool)
    gone[start[edited.lost["copy"].to_numpy()] + edited.lost["citation"].to_numpy()] = True

    link, link_copy = spans(begins(links["own"].to_numpy(), profiles), owns)
    retelling = start[link_copy] + links["citation"].to_numpy()[link]
    root = start[link_copy] + links["root"].to_numpy()[link]
    # A root that no claim cites stands there for the one retelling that draws on it.
    gone[root[gone[retelling] & implied[root]]] = True
    linked = ~gone[retelling]

    added = edited.added["copy"].to_numpy()
    old = np.concatenate([np.flatnonzero(~gone), np.full(len(added), -1)])
    made_of = np.concatenate([row[~gone], edited.added["source"].to_numpy()])
    copies = np.concatenate([copy[~gone], added])
    claim = np.concatenate(
        [given["claim"].gather(row[~gone]).to_numpy(), edited.added["claim"].to_numpy()]
    )
    behind = np.concatenate([implied[~gone], np.zeros(len(added), dtype=bool)])
    order = np.lexsort((claim, behind, copies))
    number = np.arange(len(order)) - begins(copies, len(owns))[copies[order]]
    place = np.full(len(row) + 1, -1)
    place[old[order]] = number

    citations = given[made_of[order]].with_columns(
        pl.Series("own", copies[order]), pl.Series("claim", claim[order])
    )
    roots = pl.DataFrame(
        {
            "own": link_copy[linked],
            "citation": place[retelling[linked]],
            "root": place[root[linked]],
        }
    )
    return citations, roots


def _claims(
    given: pl.DataFrame, profiles: int, citations: pl.DataFrame, edited: Edited
) -> pl.DataFrame:
    """The claims of the copies, each as fresh as its last check or its latest support."""
    row, copy = spans(begins(given["own"].to_numpy(), profiles), edited.owns)
    start = begins(copy, len(edited.owns))
    claims = given[row].with_columns(pl.Series("own", copy))
    fresh = start[edited.checked["copy"].to_numpy()] + edited.checked["claim"].to_numpy()
    now = np.zeros(len(row), dtype=bool)
    now[fresh] = True
    supports = citations.filter(
        ~pl.col("implied") & (pl.col("stance") == "supports") & pl.col("day").is_not_null()
    )
    claim = start[supports["own"].to_numpy()] + supports["claim"].to_numpy()
    latest = np.full(len(row), -1)
    some, first = np.unique(claim, return_index=True)
    if len(some):
        latest[some] = np.maximum.reduceat(supports["day"].to_numpy(), first)
    return claims.with_columns(
        pl.when(pl.Series(now)).then(edited.day).otherwise("checked").alias("checked"),
    ).with_columns(
        pl.max_horizontal("checked", pl.Series("latest", latest).replace(-1, None)).alias(
            "checked_day"
        )
    )


def evidence_rows(rows: Rows, places: Ints) -> Rows:
    """The evidence of some of the profiles; ``own`` counts in ``places``."""
    place = np.full(rows["profile"].height, -1)
    place[places] = np.arange(len(places))
    found = {"profile": rows["profile"][places]}
    for name in ("claim", "citation", "root"):
        own = pl.Series("own", place[rows[name]["own"].to_numpy()])
        found[name] = rows[name].with_columns(own).filter(pl.col("own") >= 0)
    return found
