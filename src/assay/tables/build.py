"""From rows to tables: numbers that counted within a profile lead to rows of the whole table."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from assay.arithmetic import to_points
from assay.graph.reach import reach_pairs
from assay.model.documents import AnyProfile, Corpus, Dependency, Event
from assay.model.rulebook import Rulebook
from assay.tables.rows import LOCAL, Rows, rows_of, scored_profiles
from assay.tables.tables import SCHEMAS, Dtype, Ints, Tables, begins, coded

if TYPE_CHECKING:
    from assay.tables.rows import Rows


def assemble(rows: Rows, rulebook: Rulebook, day: int) -> Tables:
    """The tables of rows. Edges are those between the profiles that are valid on ``day``."""
    evidence = evidence_frames(rows)
    frames = {"profile": rows["profile"], **evidence, "ground": _grounds(rows, evidence["claim"])}
    edges = _edges(rows)
    return Tables(frames | edge_frames(edges, rows["profile"], rulebook, day), edges=edges)


def edge_frames(
    edges: pl.DataFrame, profiles: pl.DataFrame, rulebook: Rulebook, day: int
) -> dict[str, pl.DataFrame]:
    """The tables of the edges that are valid on a day, and of reach along them."""
    valid = edges.filter(valid_on(day))
    place = _places(profiles)
    made = {}
    for space, owner, peer, which in (
        ("dependency", "lower", "upper", ~pl.col("affects")),
        ("dependent", "upper", "lower", pl.lit(True)),
        ("event", "lower", "upper", pl.col("affects")),
    ):
        owned = valid.lazy().filter(which).rename({owner: "original", peer: "peer_row"})
        made[space] = (
            place.lazy()
            .join(owned, on="original", how="inner", maintain_order="left_right")
            .select(list(SCHEMAS[space]))
            .collect()
        )
    pairs = reach_pairs(edge_weights(valid, rulebook), rulebook.reach.hops, rulebook.reach.damping)
    return made | _reach_frames(pairs, place)


def valid_on(day: int) -> pl.Expr:
    """Whether an edge is valid on a day."""
    begun = (pl.col("valid_from_day") <= day).fill_null(True)
    return begun & (pl.col("valid_until_day") >= day).fill_null(True)


def edge_weights(edges: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """The edges as reach reads them: upper row, lower row, weight in thousandths."""
    points = {level: to_points(weight) for level, weight in rulebook.reach.weights.items()}
    level = pl.col("criticality").cast(pl.String)
    return edges.select(
        "upper",
        "lower",
        level.replace_strict(points, default=None, return_dtype=pl.Int64).alias("points"),
    )


def _places(profiles: pl.DataFrame) -> pl.DataFrame:
    """Each row, and the row of its original: the first of the same id."""
    numbered = profiles.lazy().select("id", pl.int_range(pl.len(), dtype=pl.Int64).alias("row"))
    first = pl.col("row").min().over("id").alias("original")
    return (
        numbered.with_columns(first)
        .select(pl.col("row").alias("profile_row"), "original")
        .collect()
    )


def _edges(rows: Rows) -> pl.DataFrame:
    """Every edge between two profiles of the rows, valid or not, in the order of its writers."""
    ids = (
        rows["profile"]
        .lazy()
        .select("id", pl.int_range(pl.len(), dtype=pl.Int64).alias("there"))
        .unique("id", keep="first", maintain_order=True)
    )
    own, there = pl.col("own"), pl.col("there")
    return (
        rows["edge"]
        .lazy()
        .join(ids, left_on="peer", right_on="id", how="inner", maintain_order="left")
        .select(
            pl.when("affects").then(there).otherwise(own).alias("lower"),
            pl.when("affects").then(own).otherwise(there).alias("upper"),
            *("affects", "relation", "criticality", "claims"),
            *("valid_from_day", "valid_until_day"),
        )
        .collect()
    )


def _reach_frames(pairs: pl.DataFrame, place: pl.DataFrame) -> dict[str, pl.DataFrame]:
    pairs = pairs.with_columns(pl.col("upper", "lower", "distance").cast(pl.Int64))
    frames = {}
    for space, own, peer in (("upstream", "lower", "upper"), ("downstream", "upper", "lower")):
        frames[space] = (
            place.join(pairs, left_on="original", right_on=own, how="inner")
            .sort("profile_row", peer)
            .select(
                (pl.col("points").cast(pl.Float64) / 1000).alias("reach"),
                "distance",
                "profile_row",
                pl.col(peer).alias("peer_row"),
            )
        )
    return frames


# Evidence ----------------------------------------------------------------------------------


def evidence_frames(rows: Rows) -> dict[str, pl.DataFrame]:
    """The tables of claims, citations and their roots."""
    count = rows["profile"].height
    first_claim = begins(rows["claim"]["own"].to_numpy(), count)
    claims = rows["claim"].rename({"own": "profile_row"}).select(list(SCHEMAS["claim"]))
    written = rows["citation"].filter(~pl.col("implied"))
    implied = rows["citation"].filter("implied")
    number = _Citations(written["own"].to_numpy(), implied["own"].to_numpy(), count)
    citations = pl.concat([_placed(written, first_claim), _placed(implied, first_claim)])
    root = rows["root"]
    own = root["own"].to_numpy()
    roots = pl.DataFrame(
        {
            "citation_row": number.of(own, root["citation"].to_numpy()),
            "root_row": number.of(own, root["root"].to_numpy()),
        },
        schema=SCHEMAS["root"],
    )
    return {"claim": claims, "citation": citations, "root": roots}


def _placed(citations: pl.DataFrame, first_claim: Ints) -> pl.DataFrame:
    own = citations["own"].to_numpy()
    claim = pl.Series("claim_row", first_claim[own] + citations["claim"].to_numpy())
    owned = pl.when(~pl.col("implied"))
    return citations.with_columns(claim).select(
        *(name for name in SCHEMAS["citation"] if name in citations.columns),
        "claim_row",
        owned.then("claim_row").alias("owner_row"),
        owned.then("own").alias("cited_by_row"),
        pl.col("own").alias("profile_row"),
    )


class _Citations:
    """Rows of citations by profile and number within it: all written ones, then the implied."""

    def __init__(self, written: Ints, implied: Ints, count: int) -> None:
        self._written = np.bincount(written, minlength=count)
        self._first_written = begins(written, count)
        self._first_implied = len(written) + begins(implied, count)

    def of(self, own: Ints, number: Ints) -> Ints:
        beyond = number - self._written[own]
        rows: Ints = np.where(
            beyond < 0, self._first_written[own] + number, self._first_implied[own] + beyond
        )
        return rows


def _grounds(rows: Rows, claims: pl.DataFrame) -> pl.DataFrame:
    """What each claim rests on, in its own profile or in another."""
    ground = rows["ground"]
    if ground.is_empty():
        return pl.DataFrame(schema=SCHEMAS["ground"])
    first_claim = begins(rows["claim"]["own"].to_numpy(), rows["profile"].height)
    first = pl.Series("first", first_claim[ground["own"].to_numpy()])
    ids = rows["profile"].get_column("id").gather(claims["profile_row"]).alias("profile")
    known = (
        claims.lazy()
        .select(ids, pl.col("id").alias("reference"), pl.int_range(pl.len()).alias("there"))
        .unique(["profile", "reference"], keep="first")
    )
    return (
        ground.with_columns(first)
        .lazy()
        .join(known, on=["profile", "reference"], how="left", maintain_order="left")
        .select(
            (pl.col("first") + pl.col("claim")).alias("claim_row"),
            pl.coalesce(pl.col("first") + pl.col("ground"), "there")
            .cast(pl.Int64)
            .alias("ground_row"),
        )
        .drop_nulls()
        .collect()
    )


_LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True)
class Built:
    """The tables of a corpus at a date, the rows they consist of, and the listing of profiles."""

    tables: Tables
    rows: Rows
    listing: pl.DataFrame

    def to_bytes(self) -> bytes:
        """All frames as Arrow streams, with their names and sizes in front."""
        assert self.tables.edges is not None
        frames = {
            **{f"table {name}": frame for name, frame in self.tables.frames.items()},
            **{f"rows {name}": frame for name, frame in self.rows.items()},
            "edges": self.tables.edges,
            "listing": self.listing,
        }
        streams = {name: _stream(frame) for name, frame in frames.items()}
        head = json.dumps({name: len(stream) for name, stream in streams.items()}).encode()
        return b"".join([len(head).to_bytes(_LENGTH_BYTES, "little"), head, *streams.values()])

    @classmethod
    def from_bytes(cls, data: bytes) -> Built:
        """The tables that :meth:`to_bytes` wrote."""
        start = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "little")
        frames = {}
        for name, size in json.loads(data[_LENGTH_BYTES:start]).items():
            # A file of the same format would be planned as a query; a stream is read at once.
            frames[name] = pl.read_ipc_stream(data[start : start + size])
            start += size
        tables = {name: frames[f"table {name}"] for name in SCHEMAS}
        rows = {name: frames[f"rows {name}"] for name in LOCAL}
        return cls(Tables(tables, edges=frames["edges"]), rows, frames["listing"])


def _stream(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc_stream(buffer, compression="lz4")
    return buffer.getvalue()


def build(corpus: Corpus, rulebook: Rulebook, as_of: date) -> Built:
    """The tables of the corpus at a date, with the rows and the listing.

    Drafts are left out, and so is evidence that does not exist yet or was retracted. Edges count
    while they are valid.
    """
    profiles = scored_profiles(corpus, as_of)
    rows = rows_of(corpus, rulebook.settings.review_after_days, as_of, profiles)
    made = assemble(rows, rulebook, as_of.toordinal())
    # Texts are numbered once here, not in every process that takes the tables from a cache.
    frames = {name: coded(name, frame) for name, frame in made.frames.items()}
    return Built(Tables(frames, edges=made.edges), rows, listing(profiles, rows))


def build_tables(corpus: Corpus, rulebook: Rulebook, as_of: date) -> Tables:
    """The tables alone, as in :func:`build`."""
    profiles = scored_profiles(corpus, as_of)
    rows = rows_of(corpus, rulebook.settings.review_after_days, as_of, profiles)
    return assemble(rows, rulebook, as_of.toordinal())


def tables_settings(rulebook: Rulebook) -> Mapping[str, object]:
    """The parts of a rulebook that tables depend on, as plain data."""
    return {
        "audiences": list(rulebook.audiences),
        "review_after_days": dict(rulebook.settings.review_after_days),
        "reach": rulebook.reach.model_dump(mode="json"),
    }


# The listing -------------------------------------------------------------------------------

_LISTING: dict[str, Dtype] = {
    "id": pl.String,
    "kind": pl.String,
    "name": pl.String,
    "sources": pl.Int64,
    "origins": pl.Int64,
    "watch": pl.String,
}
"""``sources`` and ``origins`` count what the profile cites; ``watch`` holds what analysts wrote
to look out for, as JSON, null where they wrote nothing."""


def listing(profiles: Sequence[AnyProfile], rows: Rows) -> pl.DataFrame:
    """The listing of the profiles, whose rows these are, in this order."""
    told = pl.DataFrame(
        [(p.id, p.kind, p.name, _watch(p), own) for own, p in enumerate(profiles)],
        schema={name: _LISTING[name] for name in ("id", "kind", "name", "watch")}
        | {"own": pl.Int64},
        orient="row",
    )
    counted = (
        rows["citation"]
        .lazy()
        .filter(~pl.col("implied"))
        .select("own", "profile_origin", "source.id")
        .unique()
        .group_by("own")
        .agg(
            pl.len().cast(pl.Int64).alias("sources"),
            pl.col("profile_origin").n_unique().cast(pl.Int64).alias("origins"),
        )
    )
    return (
        told.lazy()
        .join(counted, on="own", how="left", maintain_order="left")
        .select(
            pl.col(name).fill_null(0) if name in ("sources", "origins") else pl.col(name)
            for name in _LISTING
        )
        .collect()
    )


def _watch(profile: AnyProfile) -> str | None:
    if not profile.watch:
        return None
    return json.dumps(
        [
            [w.horizon, w.priority, w.text, w.trigger, w.due.text if w.due else None, w.owner]
            for w in profile.watch
        ],
        ensure_ascii=False,
    )


# Edges -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edge:
    """One dependency between two profiles that are both in the tables.

    ``lower`` depends on ``upper``; ``affects`` marks an event's effect, written at the event.
    """

    lower: str
    upper: str
    dependency: Dependency
    affects: bool


def valid_edges(profiles: Iterable[AnyProfile], day: date) -> list[Edge]:
    """Edges between the profiles that are valid on a day, by lower and upper end."""
    known = {p.id: p for p in profiles}
    edges: list[Edge] = []
    for profile in known.values():
        edges += [Edge(profile.id, d.on, d, affects=False) for d in profile.depends_on]
        if isinstance(profile, Event):
            edges += [Edge(d.on, profile.id, d, affects=True) for d in profile.affects]
    return [e for e in edges if e.lower in known and e.upper in known and _valid(e.dependency, day)]


def _valid(dependency: Dependency, day: date) -> bool:
    begun = dependency.valid_from is None or dependency.valid_from.first <= day
    ended = dependency.valid_until is not None and dependency.valid_until.last < day
    return begun and not ended
