"""From models to tables: rows of each profile, put together, and what a list of profiles shows."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from assay.model.corpus import Corpus
from assay.model.profile import AnyProfile, Dependency, Event
from assay.model.rulebook import Rulebook
from assay.tables.assemble import assemble
from assay.tables.rows import LOCAL, Rows, rows_of, scored_profiles
from assay.tables.tables import SCHEMAS, Dtype, Tables, coded

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
