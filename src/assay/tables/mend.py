"""Rows and listings of many profiles, with those of a few taken out and put in anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

import numpy as np
import polars as pl

from assay.loading.standing import Standing
from assay.model.audience import View, named
from assay.model.corpus import Corpus
from assay.model.evidence import Publisher, Source
from assay.model.profile import AnyProfile
from assay.model.rulebook import Rulebook
from assay.tables.rows import LOCAL, Rows
from assay.tables.spans import Ints


def known_profiles(
    standing: Standing, ids: Iterable[str], rulebook: Rulebook, audience: str, as_of: date
) -> list[AnyProfile]:
    """Those of the profiles that an audience may know, as it may know them, by id."""
    changed = {}
    for profile_id in ids:
        profile = standing.find(profile_id)
        assert not isinstance(profile, Publisher | Source)
        changed[profile_id] = profile
    view = View(rulebook.audiences, audience, as_of)
    for other in {i for profile in changed.values() for i in named(profile)}:
        facts = standing.facts(other)
        embargo = date.fromisoformat(facts["embargo"]) if "embargo" in facts else None
        told = facts.get("claims", {})
        claims = ((i, confined, status) for i, (_, _, confined, status) in told.items())
        view.note(other, facts.get("audience"), facts["status"], embargo, claims)
    return [view.profile(changed[i]) for i in sorted(view.profiles & changed.keys())]


def evidence_of(standing: Standing, profiles: Sequence[AnyProfile]) -> Corpus:
    """The profiles with what they draw on, and no more."""
    cited = {c.id for p in profiles for claim in p.claims for c in claim.sources}
    sources: dict[str, Source] = {}
    publishers: dict[str, Publisher] = {}
    for source_id in sorted(_drawn_on(standing, cited)):
        source = standing.find(source_id)
        assert isinstance(source, Source)
        sources[source_id] = source
        if source.publisher is not None:
            publisher = standing.find(source.publisher)
            assert isinstance(publisher, Publisher)
            publishers[source.publisher] = publisher
    return Corpus(publishers, sources, {p.id: p for p in profiles})


def _drawn_on(standing: Standing, cited: Iterable[str]) -> set[str]:
    """The sources, all they go back to, and all that are the same publication."""
    found: set[str] = set()
    waiting = list(cited)
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += standing.facts(here).get("cites", ())
            waiting += standing.same.get(here, ())
    return found


def merged(old: Rows, gone: Collection[str], new: Rows) -> dict[str, pl.DataFrame]:
    """The tables of rows that differ once the new ones stand in place of those that are gone.

    ``gone`` are profiles by id; all rows stand in the order of the ids of their profiles.
    """
    ids = old["profile"]["id"]
    leaves = ids.is_in(list(gone))
    every = pl.concat([ids.filter(~leaves), new["profile"]["id"]])
    order = every.arg_sort().to_numpy()
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    stay = len(ids) - leaves.sum()
    of_old = np.full(len(ids), -1, dtype=np.int64)
    of_old[~leaves.to_numpy()] = place[:stay]
    moved = not every[order].equals(ids)
    found = {}
    for name in LOCAL:
        before = _owned(old[name])
        after = _renumbered(_owned(new[name]), place[stay:])
        leaving = before.filter(leaves.gather(before["own"]))
        if not moved and plain_rows(name, leaving).equals(after):
            continue
        rows = _renumbered(before, of_old).filter(pl.col("own") >= 0)
        together = pl.concat(_alike(rows, after)).sort("own", maintain_order=True)
        found[name] = together.select(list(LOCAL[name]))
    return found


def _owned(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the number of their profile; those of profiles have their own."""
    own = pl.int_range(pl.len(), dtype=pl.Int64).alias("own")
    return rows if "own" in rows.columns else rows.with_columns(own)


def _renumbered(rows: pl.DataFrame, numbers: Ints) -> pl.DataFrame:
    return rows.with_columns(pl.Series("own", numbers[rows["own"].to_numpy()], dtype=pl.Int64))


def _alike(old: pl.DataFrame, new: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both with texts as numbers where the old ones have a number for each new text."""
    for name, dtype in old.schema.items():
        if isinstance(dtype, pl.Enum):
            texts = new[name]
            words = texts.cast(dtype, strict=False)
            if words.null_count() == texts.null_count():
                new = new.with_columns(words)
            else:
                old = old.with_columns(old[name].cast(pl.String))
    return old, new


def plain_rows(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Texts as texts, where they were kept as numbers."""
    return rows.with_columns(pl.col(column).cast(dtype) for column, dtype in LOCAL[name].items())


def merged_listing(old: pl.DataFrame, gone: Collection[str], new: pl.DataFrame) -> pl.DataFrame:
    """The old listing with the new lines in place of those of the profiles that are gone."""
    leaves = pl.col("id").is_in(list(gone))
    if old.filter(leaves).equals(new):
        return old
    return pl.concat([old.filter(~leaves), new]).sort("id")
