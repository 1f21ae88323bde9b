"""Tables of edited profiles, derived from the rows of the originals.

The worth of a citation never depends on the other citations of its claim, so those that remain are
copied. Added citations are of supposed sources, by publishers that no document names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.evidence.independence import CORROBORATING
from assay.tables.build import evidence_frames
from assay.tables.rows import LOCAL, Rows
from assay.tables.tables import ROW_LINKS, SCHEMAS, Ints, Tables, begins, spans

# Evidence of edited profiles ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EvidenceEdits:
    """Edits of evidence; each copy has the profile at its row in ``owns`` as its original.

    ``lost`` are citations removed (``copy``; ``citation``, its number within the profile),
    ``added`` the further ones (``copy``, ``claim``; ``source``, the row to use), ``checked`` the
    claims rechecked on ``day`` (``copy``, ``claim``).
    """

    owns: Ints
    lost: pl.DataFrame
    added: pl.DataFrame
    checked: pl.DataFrame
    day: int


def select_evidence(rows: Rows, places: Ints) -> Rows:
    """Select the evidence of some profiles; ``own`` becomes the position in ``places``."""
    position = np.full(rows["profile"].height, -1)
    position[places] = np.arange(len(places))
    selected = {"profile": rows["profile"][places]}
    for name in ("claim", "citation", "root", "pair"):
        own = pl.Series("own", position[rows[name]["own"].to_numpy()])
        selected[name] = rows[name].with_columns(own).filter(pl.col("own") >= 0)
    return selected


def edit_evidence(rows: Rows, edited: EvidenceEdits) -> Rows:
    """Derive the claims, citations, roots and pairs of the copies.

    ``own`` is the number of the copy. The citations in ``rows`` are those of the profiles,
    followed by those to add, whose ``own`` is null.
    """
    citations, roots, pairs = _citations(rows, edited)
    claims = _claims(rows["claim"], rows["profile"].height, citations, edited)
    return {"claim": claims, "citation": citations, "root": roots, "pair": pairs}


def _citations(
    rows: Rows, edited: EvidenceEdits
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Derive the citations, the roots and the unrelated pairs of the copies."""
    given, links, pairs = rows["citation"], rows["root"], rows["pair"]
    owns = edited.owns
    profiles = rows["profile"].height
    own = given["own"].drop_nulls().to_numpy()
    row, copy = spans(begins(own, profiles), owns)
    start = begins(copy, len(owns))
    implied = given["implied"].to_numpy()[row]
    removed = np.zeros(len(row), dtype=bool)
    removed[start[edited.lost["copy"].to_numpy()] + edited.lost["citation"].to_numpy()] = True

    link, link_copy = spans(begins(links["own"].to_numpy(), profiles), owns)
    citing = start[link_copy] + links["citation"].to_numpy()[link]
    root = start[link_copy] + links["root"].to_numpy()[link]
    # An uncited original exists only for the report that draws on it; drop both together.
    removed[root[removed[citing] & implied[root]]] = True
    linked = ~removed[citing]

    added = edited.added["copy"].to_numpy()
    old = np.concatenate([np.flatnonzero(~removed), np.full(len(added), -1)])
    source = np.concatenate([row[~removed], edited.added["source"].to_numpy()])
    copies = np.concatenate([copy[~removed], added])
    claim = np.concatenate(
        [given["claim"].gather(row[~removed]).to_numpy(), edited.added["claim"].to_numpy()]
    )
    uncited = np.concatenate([implied[~removed], np.zeros(len(added), dtype=bool)])
    order = np.lexsort((claim, uncited, copies))
    # The new number of each old citation; the last entry takes the -1 of those added.
    number = np.full(len(row) + 1, -1)
    number[old[order]] = np.arange(len(order)) - begins(copies, len(owns))[copies[order]]

    fresh = edited.checked.with_columns(pl.lit(edited.day).alias("rechecked"))
    citations = (
        given[source[order]]
        .with_columns(pl.Series("own", copies[order]), pl.Series("claim", claim[order]))
        .join(
            fresh.rename({"copy": "own"}).cast({"own": pl.Int64, "claim": pl.Int64}),
            on=["own", "claim"],
            how="left",
            maintain_order="left",
        )
        .with_columns(pl.max_horizontal("fresh_day", "rechecked").alias("fresh_day"))
        .drop("rechecked")
    )
    pair, pair_copy = spans(begins(pairs["own"].to_numpy(), profiles), owns)
    first, second = (
        start[pair_copy] + pairs[name].to_numpy()[pair] for name in ("first", "second")
    )
    left = ~removed[first] & ~removed[second]
    remaining = pl.DataFrame(
        {
            "own": pair_copy[left],
            "first": number[first[left]],
            "second": number[second[left]],
            "one_family": pairs["one_family"].to_numpy()[pair][left],
        },
        schema=LOCAL["pair"],
    )
    roots = pl.DataFrame(
        {
            "own": link_copy[linked],
            "citation": number[citing[linked]],
            "root": number[root[linked]],
        }
    )
    return citations, roots, pl.concat([remaining, _added_pairs(citations, old[order] < 0)])


def _added_pairs(citations: pl.DataFrame, added: npt.NDArray[np.bool_]) -> pl.DataFrame:
    """Pair added citations with the others of their claim.

    They are related to sources without a publisher. Records are also related to every citation
    whose publisher is of the actor's family, because their own publishers speak for the actor.
    """
    numbered = citations.select(
        *("own", "claim", "stance", "of_actor"),
        pl.int_range(pl.len(), dtype=pl.Int64).over("own").alias("number"),
        pl.Series("added", added),
        (
            ~pl.col("implied")
            & pl.col("kind").cast(pl.String).is_in(list(CORROBORATING))
            & pl.col("publisher.id").is_not_null()
        ).alias("corroborates"),
    ).filter("corroborates")
    both_new = pl.col("added_other") & (pl.col("number") >= pl.col("number_other"))
    return (
        numbered.filter("added")
        .join(numbered, on=["own", "claim", "stance"], suffix="_other")
        .filter(
            (pl.col("number") != pl.col("number_other"))
            & ~both_new
            & ~(pl.col("of_actor") & pl.col("of_actor_other"))
        )
        .select(
            "own",
            pl.min_horizontal("number", "number_other").alias("first"),
            pl.max_horizontal("number", "number_other").alias("second"),
            pl.lit(False).alias("one_family"),
        )
    )


def _claims(
    given: pl.DataFrame, profiles: int, citations: pl.DataFrame, edited: EvidenceEdits
) -> pl.DataFrame:
    """Copy the claims, each dated by its last check or its latest support."""
    row, copy = spans(begins(given["own"].to_numpy(), profiles), edited.owns)
    start = begins(copy, len(edited.owns))
    rechecked = np.zeros(len(row), dtype=bool)
    checked = edited.checked
    rechecked[start[checked["copy"].to_numpy()] + checked["claim"].to_numpy()] = True
    supports = citations.filter(
        ~pl.col("implied") & (pl.col("stance") == "supports") & pl.col("day").is_not_null()
    )
    claim = start[supports["own"].to_numpy()] + supports["claim"].to_numpy()
    latest = np.full(len(row), -1)
    supported, first = np.unique(claim, return_index=True)
    if len(supported):
        latest[supported] = np.maximum.reduceat(supports["day"].to_numpy(), first)
    last_support = pl.Series("latest", latest).replace(-1, None)
    return (
        given[row]
        .with_columns(
            pl.Series("own", copy),
            pl.when(pl.Series(rechecked)).then(edited.day).otherwise("checked").alias("checked"),
        )
        .with_columns(pl.max_horizontal("checked", last_support).alias("checked_day"))
    )


# Tables of edited profiles -----------------------------------------------------------------


def beside(base: Tables, owns: Ints, rows: Rows) -> Tables:
    """Build the tables of copies from their evidence ``rows``; ``owns`` are their originals.

    A copy has the claims of its original, in the same order, its factors and its edges. Grounds
    outside the copy are rows of ``base``, in the column ``there``.
    """
    profiles = _coded(base, "profile")[owns]
    evidence = evidence_frames({**rows, "profile": profiles})
    edges = {}
    for space in ("dependency", "dependent", "event", "upstream", "downstream"):
        row, copy = spans(base.offsets(space, "profile_row", base.height("profile")), owns)
        edges[space] = _coded(base, space)[row].with_columns(pl.Series("profile_row", copy))
    # Rows of claims, factors and dependents in `base`, each with the number of its copy.
    claims = spans(base.offsets("claim", "profile_row", base.height("profile")), owns)
    factors = spans(base.offsets("factor", "profile_row", base.height("profile")), owns)
    dependents = spans(base.offsets("dependent", "profile_row", base.height("profile")), owns)
    factor, copy = factors
    frames = {
        "profile": profiles,
        **evidence,
        "ground": _grounds(base, owns, "ground", "claim", claims),
        "factor": _coded(base, "factor")[factor].with_columns(pl.Series("profile_row", copy)),
        "factor_ground": _grounds(base, owns, "factor_ground", "factor", factors),
        "dependent_ground": _grounds(base, owns, "dependent_ground", "dependent", dependents),
        **edges,
    }
    return Tables({space: frames[space] for space in SCHEMAS}, base.day)


def _coded(base: Tables, space: str) -> pl.DataFrame:
    return pl.DataFrame([base.column(space, name) for name in SCHEMAS[space]])


def _grounds(
    base: Tables, owns: Ints, space: str, owner: str, copied: tuple[Ints, Ints]
) -> pl.DataFrame:
    """Link copied rows to their grounds: ``ground_row`` within the copy, otherwise ``there``.

    ``copied`` are the original rows, and the copy that each belongs to.
    """
    offsets = base.offsets("claim", "profile_row", base.height("profile"))
    first = np.concatenate([[0], np.cumsum(np.diff(offsets)[owns])])
    original, copy = copied
    link = f"{owner}_row"
    row, own_row = spans(base.offsets(space, link, base.height(owner)), original)
    ground = base.frames[space]["ground_row"].to_numpy()[row]
    number = copy[own_row]
    profile = owns[number]
    own = (offsets[profile] <= ground) & (ground < offsets[profile + 1])
    within = ground - offsets[profile] + first[number]
    grounds = pl.DataFrame({link: own_row, "own": own, "within": within, "ground": ground})
    return grounds.select(
        link,
        pl.when("own").then("within").alias("ground_row"),
        pl.when(~pl.col("own")).then("ground").alias("there"),
    )


# Copies of all rows ------------------------------------------------------------------------

_ORIGINAL = "original row"


@dataclass(frozen=True)
class Copies:
    """Tables of copied rows; ``original`` has for each space the row that each is a copy of."""

    tables: Tables
    original: Mapping[str, pl.Series]


def copies(tables: Tables, count: int, columns: Collection[tuple[str, str]]) -> Copies:
    """Copy all rows ``count`` times; copy ``i`` of a table of ``n`` rows begins at row ``i * n``.

    Links refer to rows of the same copy. As in all tables, citations without an owner follow those
    of all copies, and roots are in the order of citations. Only the ``columns`` (space, name) and
    the links of their spaces are copied.
    """
    spaces = {"profile", *(space for space, _ in columns)}
    if spaces & {"root", "member"}:
        spaces.add("citation")
    if "member" in spaces:
        spaces.add("corroboration")
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


def _copied(tables: Tables, space: str, count: int, names: Collection[str]) -> pl.DataFrame:
    frame, links = tables.frames[space], ROW_LINKS[space]
    selected = frame.select(n for n in frame.columns if n in names or n in links)
    numbered = selected.with_columns(pl.int_range(frame.height, eager=True).alias(_ORIGINAL))
    copy = pl.int_range(pl.len(), dtype=pl.Int64) // max(frame.height, 1)
    return pl.concat([numbered] * count).with_columns(
        pl.col(column) + copy * tables.height(target) for column, target in links.items()
    )


def _owned_first(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Sort citations without an owner to the end, and renumber and sort roots accordingly."""
    citation = frames["citation"].with_row_index("old_row")
    ordered = citation.sort(pl.col("owner_row").is_null(), maintain_order=True)
    changed = {"citation": ordered.drop("old_row")}
    new_row = ordered.get_column("old_row").arg_sort().cast(pl.Int64)
    if "member" in frames:
        member = frames["member"]
        rows = new_row.gather(member["citation_row"]).alias("citation_row")
        changed["member"] = member.with_columns(rows)
    if "root" in frames:
        root = frames["root"].with_columns(
            new_row.gather(frames["root"].get_column(c)).alias(c) for c in ROW_LINKS["root"]
        )
        changed["root"] = root.sort("citation_row")
    return changed
