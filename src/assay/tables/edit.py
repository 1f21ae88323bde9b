"""Rows of profiles with their evidence edited, made from the rows as they are.

What goes back to which origin is taken over, so an edit must be one that leaves it as it is for
all that stays; see :mod:`assay.scoring.counterfactuals`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from assay.tables.build import evidence_frames
from assay.tables.rows import Rows
from assay.tables.tables import ROW_LINKS, SCHEMAS, Ints, Tables, begins, spans


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


EDGES = ("dependency", "dependent", "event", "upstream", "downstream")


def beside(base: Tables, owns: Ints, rows: Rows) -> Tables:
    """The tables of copies; ``owns`` are their originals, ``rows`` their evidence.

    A copy has the claims of its original, in the same order, and its edges.
    """
    profiles = _coded(base, "profile")[owns]
    evidence = evidence_frames({**rows, "profile": profiles})
    edges = {space: _edges(base, space, owns) for space in EDGES}
    grounds = _grounds(base, owns, evidence["claim"])
    return Tables({"profile": profiles, **evidence, "ground": grounds, **edges}, base.day)


def _coded(base: Tables, space: str) -> pl.DataFrame:
    """A table with the texts as engines want them."""
    return pl.DataFrame([base.column(space, name) for name in SCHEMAS[space]])


def _edges(base: Tables, space: str, owns: Ints) -> pl.DataFrame:
    offsets = base.offsets(space, "profile_row", base.height("profile"))
    row, copy = spans(offsets, owns)
    return _coded(base, space)[row].with_columns(pl.Series("profile_row", copy))


def _grounds(base: Tables, owns: Ints, claims: pl.DataFrame) -> pl.DataFrame:
    """What the claims rest on: ``ground_row`` of the copy, else ``there``."""
    there = base.offsets("claim", "profile_row", base.height("profile"))
    copy = claims["profile_row"].to_numpy()
    here = begins(copy, len(owns))
    original = np.arange(len(copy)) - here[copy] + there[owns][copy]
    row, claim = spans(base.offsets("ground", "claim_row", base.height("claim")), original)
    ground = base.frames["ground"]["ground_row"].to_numpy()[row]
    whose = owns[copy[claim]]
    own = (there[whose] <= ground) & (ground < there[whose + 1])
    moved = ground - there[whose] + here[copy[claim]]
    made = pl.DataFrame({"claim_row": claim, "own": own, "moved": moved, "ground": ground})
    return made.select(
        "claim_row",
        pl.when("own").then("moved").alias("ground_row"),
        pl.when(~pl.col("own")).then("ground").alias("there"),
    )


@dataclass(frozen=True)
class Copies:
    """Tables of copied rows; ``original`` gives by space the row that each is a copy of."""

    tables: Tables
    original: Mapping[str, pl.Series]


def copies(tables: Tables, count: int, columns: Collection[tuple[str, str]]) -> Copies:
    """``count`` copies of all rows; copy ``i`` of a table of ``n`` rows begins at row ``i * n``.

    Links lead to the rows of the same copy. Only the citations that no claim owns stand behind
    all that are owned, as tables have them, and roots in the order of these. Copied are the
    spaces and, besides links, the ``columns`` (space, name) that are named.
    """
    spaces = {"profile", *(space for space, _ in columns)}
    if "root" in spaces:
        spaces.add("citation")
    frames = {
        space: _copied(tables, space, count, {name for own, name in columns if own == space})
        for space in tables.frames
        if space in spaces
    }
    if "citation" in frames:
        frames |= _owned_first(frames)
    original = {space: frame.get_column(_ORIGINAL) for space, frame in frames.items()}
    copied = {space: frame.drop(_ORIGINAL) for space, frame in frames.items()}
    return Copies(Tables(copied, tables.day), original)


_ORIGINAL = "original row"


def _copied(tables: Tables, space: str, count: int, names: Collection[str]) -> pl.DataFrame:
    frame, links = tables.frames[space], ROW_LINKS[space]
    kept = frame.select(n for n in frame.columns if n in names or n in links)
    numbered = kept.with_columns(pl.int_range(frame.height, eager=True).alias(_ORIGINAL))
    copy = pl.int_range(pl.len(), dtype=pl.Int64) // max(frame.height, 1)
    return pl.concat([numbered] * count).with_columns(
        pl.col(column) + copy * tables.height(target) for column, target in links.items()
    )


def _owned_first(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    citation = frames["citation"].with_row_index("old_row")
    ordered = citation.sort(pl.col("owner_row").is_null(), maintain_order=True)
    made = {"citation": ordered.drop("old_row")}
    if "root" in frames:
        place = ordered.get_column("old_row").arg_sort().cast(pl.Int64)
        root = frames["root"].with_columns(
            place.gather(frames["root"].get_column(c)).alias(c) for c in ROW_LINKS["root"]
        )
        made["root"] = root.sort("citation_row")
    return made
