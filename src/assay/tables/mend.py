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
        embargo = date.fromisoformat(facts["embargo"]) if facts["embargo"] else None
        claims = ((i, confined, status) for i, (_, _, confined, status) in facts["claims"].items())
        view.note(other, facts["audience"], facts["status"], embargo, claims)
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
            waiting += standing.facts(here)["cites"]
            waiting += standing.same.get(here, ())
    return found


def merged(old: Rows, gone: Collection[str], new: Rows) -> Rows:
    """The old rows without the profiles that are gone, with the new ones, in the order of ids."""
    kept = ~old["profile"]["id"].is_in(list(gone))
    profiles = pl.concat([plain_rows("profile", old["profile"].filter(kept)), new["profile"]])
    order = profiles["id"].arg_sort().to_numpy()
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    of_old = np.full(len(kept), -1, dtype=np.int64)
    of_old[kept.to_numpy()] = place[: kept.sum()]
    of_new = place[kept.sum() :]
    result = {"profile": profiles[order]}
    for name in LOCAL.keys() - {"profile"}:
        parts = []
        for rows, numbers in ((plain_rows(name, old[name]), of_old), (new[name], of_new)):
            own = pl.Series("own", numbers[rows["own"].to_numpy()], dtype=pl.Int64)
            parts.append(rows.with_columns(own).filter(pl.col("own") >= 0))
        result[name] = pl.concat(parts).sort("own", maintain_order=True)
    return result


def plain_rows(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Texts as texts, where they were kept as numbers."""
    return rows.with_columns(pl.col(column).cast(dtype) for column, dtype in LOCAL[name].items())


def merged_listing(old: pl.DataFrame, gone: Collection[str], new: pl.DataFrame) -> pl.DataFrame:
    """The old listing without the profiles that are gone, with the new lines."""
    return pl.concat([old.filter(~pl.col("id").is_in(list(gone))), new]).sort("id")
