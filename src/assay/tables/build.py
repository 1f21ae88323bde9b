"""Tables of a corpus: the rows of all profiles, with links to rows of the whole tables."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from assay.arithmetic import to_points
from assay.evidence.independence import CORROBORATING
from assay.graph.reach import reach_pairs
from assay.model.documents import AnyProfile, Corpus, Dependency, Event
from assay.model.rulebook import Rulebook
from assay.tables.rows import LOCAL, Rows, rows_of, scored_profiles
from assay.tables.tables import SCHEMAS, Ints, Tables, begins, coded


def build(corpus: Corpus, rulebook: Rulebook, as_of: date) -> BuiltTables:
    """Build the tables of the corpus at a date, with the rows and the listing.

    Drafts are left out, and so are evidence that does not exist yet or was retracted and edges
    that are not valid on the date.
    """
    profiles = scored_profiles(corpus, as_of)
    rows = rows_of(corpus, rulebook, as_of, profiles)
    tables = assemble(rows, rulebook, as_of.toordinal())
    # Texts are encoded once here, not in every process that takes the tables from a cache.
    frames = {name: coded(name, frame) for name, frame in tables.frames.items()}
    listing = _listing(profiles, rows, tables, as_of)
    return BuiltTables(Tables(frames, edges=tables.edges), rows, listing)


def build_tables(corpus: Corpus, rulebook: Rulebook, as_of: date) -> Tables:
    """Build the tables alone; see :func:`build`."""
    profiles = scored_profiles(corpus, as_of)
    rows = rows_of(corpus, rulebook, as_of, profiles)
    return assemble(rows, rulebook, as_of.toordinal())


def tables_settings(rulebook: Rulebook) -> Mapping[str, object]:
    """Return the parts of a rulebook that tables depend on, as plain data."""
    return {
        "audiences": list(rulebook.audiences),
        "review_after_days": dict(rulebook.settings.review_after_days),
        "reach": rulebook.reach.model_dump(mode="json"),
        "factors": rulebook.factors.model_dump(mode="json"),
    }


# Frames ----------------------------------------------------------------------------------


def assemble(rows: Rows, rulebook: Rulebook, day: int) -> Tables:
    """Build tables from rows, with the edges that are valid on ``day`` (an ordinal)."""
    evidence = evidence_frames(rows)
    first_claim = begins(rows["claim"]["own"].to_numpy(), rows["profile"].height)
    first_factor = begins(rows["factor"]["own"].to_numpy(), rows["profile"].height)
    frames = {
        "profile": rows["profile"],
        **evidence,
        "ground": _transitive(_grounds(rows, "ground", "claim", first_claim)),
        "factor": rows["factor"].rename({"own": "profile_row"}).select(list(SCHEMAS["factor"])),
        "factor_ground": _grounds(rows, "factor_ground", "factor", first_factor),
    }
    edges = _edges(rows)
    return Tables(frames | edge_frames(edges, rows["profile"], rulebook, day), edges=edges)


def edge_frames(
    edges: pl.DataFrame, profiles: pl.DataFrame, rulebook: Rulebook, day: int
) -> dict[str, pl.DataFrame]:
    """Build the tables of the edges that are valid on a day, and of reach along them."""
    valid = edges.filter(valid_on(day))
    # Edges connect the first profiles of their ids; later profiles of an id share them.
    # The row is a column first: under `over`, int_range would count within each group.
    place = profiles.select(
        "id", pl.int_range(pl.len(), dtype=pl.Int64).alias("profile_row")
    ).select("profile_row", pl.col("profile_row").min().over("id").alias("original"))
    frames = {}
    for space, owner, peer, condition in (
        ("dependency", "lower", "upper", ~pl.col("affects")),
        ("dependent", "upper", "lower", pl.lit(True)),
        ("event", "lower", "upper", pl.col("affects")),
    ):
        once = valid.lazy().filter(condition).unique(_EDGE, keep="first", maintain_order=True)
        owned = once.rename({owner: "original", peer: "peer_row"})
        frames[space] = (
            place.lazy()
            .join(owned, on="original", how="inner", maintain_order="left_right")
            .select(*SCHEMAS[space], "grounds")
            .collect()
        )
        if space == "dependent":
            frames["dependent_ground"] = _edge_grounds(frames[space])
        frames[space] = frames[space].select(list(SCHEMAS[space]))
    pairs = reach_pairs(
        edge_weights(valid, rulebook), rulebook.reach.hops, rulebook.reach.damping
    ).with_columns(pl.col("upper", "lower", "distance").cast(pl.Int64))
    for space, owner, peer in (("upstream", "lower", "upper"), ("downstream", "upper", "lower")):
        frames[space] = (
            place.join(pairs, left_on="original", right_on=owner, how="inner")
            .sort("profile_row", peer)
            .select(
                (pl.col("points").cast(pl.Float64) / 1000).alias("reach"),
                "distance",
                "profile_row",
                pl.col(peer).alias("peer_row"),
            )
        )
    return frames


def _edge_grounds(dependents: pl.DataFrame) -> pl.DataFrame:
    """Link rows of edges to the claims that support them."""
    return (
        dependents.select(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("dependent_row"),
            pl.col("grounds").alias("ground_row"),
        )
        .explode("ground_row")
        .drop_nulls()
    )


_EDGE = ["lower", "upper", "relation"]
"""What identifies an edge; both of its ends may write it, and it counts once."""


def valid_on(day: int) -> pl.Expr:
    """Return the condition that an edge is valid on a day (an ordinal)."""
    begun = (pl.col("valid_from_day") <= day).fill_null(True)
    return begun & (pl.col("valid_until_day") >= day).fill_null(True)


def edge_weights(edges: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Convert edges for :func:`reach_pairs`: upper row, lower row, weight in thousandths."""
    points = {level: to_points(weight) for level, weight in rulebook.reach.weights.items()}
    level = pl.col("criticality").cast(pl.String)
    return edges.select(
        "upper",
        "lower",
        level.replace_strict(points, default=None, return_dtype=pl.Int64).alias("points"),
    )


def _edges(rows: Rows) -> pl.DataFrame:
    """Return all edges between two profiles, valid or not, in the order of their authors."""
    ids = (
        rows["profile"]
        .lazy()
        .select("id", pl.int_range(pl.len(), dtype=pl.Int64).alias("peer_row"))
        .unique("id", keep="first", maintain_order=True)
    )
    own, peer = pl.col("own"), pl.col("peer_row")
    first_edge = begins(rows["edge"]["own"].to_numpy(), rows["profile"].height)
    grounds = _grounds(rows, "edge_ground", "edge", first_edge)
    supported = grounds.group_by("edge_row").agg(pl.col("ground_row").alias("grounds"))
    return (
        rows["edge"]
        .lazy()
        .with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("edge_row"))
        .join(supported.lazy(), on="edge_row", how="left", maintain_order="left")
        .join(ids, left_on="peer", right_on="id", how="inner", maintain_order="left")
        .select(
            pl.when("affects").then(peer).otherwise(own).alias("lower"),
            pl.when("affects").then(own).otherwise(peer).alias("upper"),
            *("affects", "relation", "criticality", "claims"),
            *("valid_from_day", "valid_until_day"),
            "grounds",
        )
        .collect()
    )


def evidence_frames(rows: Rows) -> dict[str, pl.DataFrame]:
    """Build the tables of claims, citations and their roots."""
    count = rows["profile"].height
    first_claim = begins(rows["claim"]["own"].to_numpy(), count)
    claims = rows["claim"].rename({"own": "profile_row"}).select(list(SCHEMAS["claim"]))
    cited = rows["citation"].filter(~pl.col("implied"))
    implied = rows["citation"].filter("implied")
    citations = pl.concat([_citations(cited, first_claim), _citations(implied, first_claim)])

    number_cited = np.bincount(cited["own"].to_numpy(), minlength=count)
    first_cited = begins(cited["own"].to_numpy(), count)
    first_implied = cited.height + begins(implied["own"].to_numpy(), count)
    own = rows["root"]["own"].to_numpy()

    def row(number: Ints, own: Ints) -> Ints:
        """Convert the number of a citation within its profile, those implied after the others."""
        beyond = number - number_cited[own]
        result: Ints = np.where(beyond < 0, first_cited[own] + number, first_implied[own] + beyond)
        return result

    roots = pl.DataFrame(
        {
            "citation_row": row(rows["root"]["citation"].to_numpy(), own),
            "root_row": row(rows["root"]["root"].to_numpy(), own),
        },
        schema=SCHEMAS["root"],
    )
    return {
        "claim": claims,
        "citation": citations,
        "root": roots,
        **corroboration_frames(
            citations,
            pl.DataFrame(
                {
                    "first": row(rows["pair"]["first"].to_numpy(), rows["pair"]["own"].to_numpy()),
                    "second": row(
                        rows["pair"]["second"].to_numpy(), rows["pair"]["own"].to_numpy()
                    ),
                    "one_family": rows["pair"]["one_family"],
                },
                schema={"first": pl.Int64, "second": pl.Int64, "one_family": pl.Boolean},
            ),
        ),
    }


def corroboration_frames(citations: pl.DataFrame, pairs: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Build the sets of citations that corroborate each other, and their members.

    ``pairs`` are rows of unrelated citations (``first`` < ``second``), with ``one_family``. A set
    has at most three members. Those that a further citation could join are left out, because a
    larger set never carries less.
    """
    numbered = citations.lazy().select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("first"),
        "stance",
        "kind",
        "owner_row",
        "profile_row",
    )
    vertices = numbered.filter(
        pl.col("owner_row").is_not_null()
        & pl.col("kind").cast(pl.String).is_in(list(CORROBORATING))
    ).drop("kind")
    edges = pairs.lazy()
    triples = (
        edges.join(edges, left_on="second", right_on="first", suffix="_23")
        .rename({"second_23": "third"})
        .join(edges, left_on=["first", "third"], right_on=["first", "second"], suffix="_13")
        .select(
            *("first", "second", "third"),
            (pl.col("one_family") & pl.col("one_family_23") & pl.col("one_family_13")).alias(
                "one_family"
            ),
        )
    )
    inside = pl.concat(
        triples.select(pl.col(a).alias("first"), pl.col(b).alias("second"))
        for a, b in (("first", "second"), ("second", "third"), ("first", "third"))
    ).unique()
    paired = pl.concat(edges.select(pl.col(name).alias("first")) for name in ("first", "second"))
    none = pl.lit(None, pl.Int64)
    sets = pl.concat(
        [
            triples,
            edges.join(inside, on=["first", "second"], how="anti").select(
                "first", "second", none.alias("third"), "one_family"
            ),
            vertices.join(paired.unique(), on="first", how="anti").select(
                "first", none.alias("second"), none.alias("third"), pl.lit(True).alias("one_family")
            ),
        ]
    )
    found = (
        sets.join(vertices, on="first")
        .sort("owner_row", "first", "second", "third", nulls_last=True)
        .select(
            "stance",
            *("first", "second", "third", "one_family"),
            pl.col("owner_row").alias("claim_row"),
            "profile_row",
        )
        .collect()
    )
    members = found.select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("corroboration_row"),
        pl.concat_list("first", "second", "third").alias("citation_row"),
    )
    size = pl.sum_horizontal(pl.col(c).is_not_null() for c in ("first", "second", "third"))
    return {
        "corroboration": found.select(
            "stance", size.cast(pl.Int64).alias("size"), "one_family", "claim_row", "profile_row"
        ),
        "member": members.explode("citation_row").drop_nulls(),
    }


def _citations(citations: pl.DataFrame, first_claim: Ints) -> pl.DataFrame:
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


def _grounds(rows: Rows, space: str, owner: str, first_owner: Ints) -> pl.DataFrame:
    """Link claims or factors to the claims they are based on, in their own profile or another.

    ``first_owner`` is the row of the first claim or factor of each profile.
    """
    ground = rows[space]
    if ground.is_empty():
        return pl.DataFrame(schema={f"{owner}_row": pl.Int64, "ground_row": pl.Int64})
    own, claims = ground["own"].to_numpy(), rows["claim"]
    first_claim = begins(claims["own"].to_numpy(), rows["profile"].height)
    known = (
        claims.lazy()
        .select(
            pl.lit(rows["profile"]["id"].gather(claims["own"])).alias("profile"),
            pl.col("id").alias("reference"),
            pl.int_range(pl.len()).alias("referenced"),
        )
        .unique(["profile", "reference"], keep="first")
    )
    return (
        ground.with_columns(
            pl.Series("owner", first_owner[own]), pl.Series("claims", first_claim[own])
        )
        .lazy()
        .join(known, on=["profile", "reference"], how="left", maintain_order="left")
        .select(
            (pl.col("owner") + pl.col(owner)).alias(f"{owner}_row"),
            pl.coalesce(pl.col("claims") + pl.col("ground"), "referenced")
            .cast(pl.Int64)
            .alias("ground_row"),
        )
        .drop_nulls()
        .collect()
    )


def _transitive(grounds: pl.DataFrame) -> pl.DataFrame:
    """Add the grounds of grounds, however far. Cycles are errors at check."""
    known = added = grounds.unique(maintain_order=True)
    while added.height:
        further = (
            added.join(grounds, left_on="ground_row", right_on="claim_row", suffix="_further")
            .select("claim_row", pl.col("ground_row_further").alias("ground_row"))
            .unique(maintain_order=True)
        )
        added = further.join(known, on=["claim_row", "ground_row"], how="anti")
        known = pl.concat([known, added])
    return known.sort("claim_row", maintain_order=True)


# Listing -----------------------------------------------------------------------------------


def _listing(
    profiles: Sequence[AnyProfile], rows: Rows, tables: Tables, as_of: date
) -> pl.DataFrame:
    """List the profiles in the order of their rows.

    ``sources`` counts those that each cites, ``independent`` the independent ones for its key claim
    that has the fewest; ``watch`` has its watch items as JSON, ``dates`` those of its review, its
    end and its events (:func:`_dates`); they are null if it has none.
    """
    affecting = _affecting(profiles)
    names = pl.DataFrame(
        [
            (p.id, p.kind, p.name, _watch(p), _dates(p, affecting.get(p.id, ()), as_of), own)
            for own, p in enumerate(profiles)
        ],
        schema={
            "id": pl.String,
            "kind": pl.String,
            "name": pl.String,
            "watch": pl.String,
            "dates": pl.String,
            "own": pl.Int64,
        },
        orient="row",
    )
    counted = (
        rows["citation"]
        .lazy()
        .filter(~pl.col("implied"))
        .group_by("own")
        .agg(pl.col("source.id").n_unique().cast(pl.Int64).alias("sources"))
    )
    sizes = (
        tables.frames["corroboration"]
        .lazy()
        .filter(pl.col("stance") == "supports")
        .group_by("claim_row")
        .agg(pl.col("size").max())
    )
    independent = (
        tables.frames["claim"]
        .lazy()
        .select("key", own="profile_row", claim_row=pl.int_range(pl.len(), dtype=pl.Int64))
        .filter("key")
        .join(sizes, on="claim_row", how="left")
        .group_by("own")
        .agg(pl.col("size").fill_null(0).min().alias("independent"))
    )
    return (
        names.lazy()
        .join(counted, on="own", how="left", maintain_order="left")
        .join(independent, on="own", how="left", maintain_order="left")
        .select(
            *("id", "kind", "name"),
            pl.col("sources", "independent").fill_null(0),
            *("watch", "dates"),
        )
        .collect()
    )


def _watch(profile: AnyProfile) -> str | None:
    if not profile.watch:
        return None
    return json.dumps(
        [
            {
                "priority": w.priority,
                "text": w.text,
                "trigger": w.trigger,
                "due": w.due.text if w.due else None,
                "owner": w.owner,
                "claims": w.claims,
                **({"id": w.id} if w.id else {}),
            }
            for w in profile.watch
        ],
        ensure_ascii=False,
    )


def _affecting(profiles: Iterable[AnyProfile]) -> dict[str, list[Event]]:
    """Return the events that affect each profile, by id; an event affects itself."""
    found: dict[str, list[Event]] = {}
    for event in profiles:
        if isinstance(event, Event):
            for profile in {event.id: None, **{e.on: None for e in event.affects}}:
                found.setdefault(profile, []).append(event)
    return found


def _dates(profile: AnyProfile, events: Iterable[Event], as_of: date) -> str | None:
    """Return the dates of a profile as JSON, without those that do not count on ``as_of``.

    ``reviewed``, ``question`` (its first gap) and ``closed``; ``events``: future dates of events,
    each with the id of the event and what happens; ``passed``: the last day of an event that is
    over.
    """
    found: dict[str, object] = {}
    if profile.reviewed and profile.reviewed <= as_of:
        found["reviewed"] = profile.reviewed.isoformat()
    if profile.gaps:
        found["question"] = profile.gaps[0].text
    if profile.closed and profile.closed.on.first <= as_of:
        found["closed"] = [profile.closed.on.text, profile.closed.because]
    ahead = [
        (written.text, event.id, f"{prefix}{event.name}")
        for event in events
        for written, prefix in (
            (event.date, ""),
            (event.from_, "Start of "),
            (event.until, "End of "),
        )
        if written and written.last >= as_of
    ]
    if ahead:
        found["events"] = ahead
    if isinstance(profile, Event):
        last = profile.date or profile.until or profile.from_
        if last and last.last < as_of:
            found["passed"] = last.last.isoformat()
    return json.dumps(found, ensure_ascii=False) if found else None


# Cached form -------------------------------------------------------------------------------

_LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True)
class BuiltTables:
    """The tables of a corpus at a date, the rows they consist of, and the listing of profiles."""

    tables: Tables
    rows: Rows
    listing: pl.DataFrame

    def to_bytes(self) -> bytes:
        """Serialise all frames as Arrow streams, after a JSON object of their names and sizes."""
        assert self.tables.edges is not None
        frames = {
            **{f"table {name}": frame for name, frame in self.tables.frames.items()},
            **{f"rows {name}": frame for name, frame in self.rows.items()},
            "edges": self.tables.edges,
            "listing": self.listing,
        }
        streams = {}
        for name, frame in frames.items():
            buffer = io.BytesIO()
            frame.write_ipc_stream(buffer, compression="lz4")
            streams[name] = buffer.getvalue()
        head = json.dumps({name: len(stream) for name, stream in streams.items()}).encode()
        return b"".join([len(head).to_bytes(_LENGTH_BYTES, "little"), head, *streams.values()])

    @classmethod
    def from_bytes(cls, data: bytes) -> BuiltTables:
        """Read the result of :meth:`to_bytes`."""
        start = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "little")
        frames = {}
        for name, size in json.loads(data[_LENGTH_BYTES:start]).items():
            # Polars would plan reading an IPC file as a query; it reads a stream at once.
            frames[name] = pl.read_ipc_stream(data[start : start + size])
            start += size
        tables = {name: frames[f"table {name}"] for name in SCHEMAS}
        rows = {name: frames[f"rows {name}"] for name in LOCAL}
        return cls(Tables(tables, edges=frames["edges"]), rows, frames["listing"])


# Edges -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependency between two scored profiles: ``lower`` depends on ``upper``.

    ``affects`` marks an event's effect, which the event declares.
    """

    lower: str
    upper: str
    dependency: Dependency
    affects: bool


def valid_edges(profiles: Iterable[AnyProfile], day: date) -> list[Edge]:
    """Return the edges between the profiles that are valid on a day."""
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
