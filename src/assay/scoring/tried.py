"""What-ifs as tables: what is tried on profiles, ready to be scored beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from assay.evidence.origins import UNSEEN, Lineage
from assay.model.corpus import Corpus
from assay.scoring.retraced import to_trace, traced_rows
from assay.scoring.run import Run
from assay.scoring.what_ifs import WhatIfs, supposed, what_ifs
from assay.tables.beside import beside
from assay.tables.edited import Edited, edited_rows, evidence_rows
from assay.tables.rows import LOCAL, Rows, scored_claims
from assay.tables.spans import Ints
from assay.tables.tables import CODED, Tables, coded


def tried(
    corpus: Corpus, rows: Rows, run: Run, as_of: date, places: Ints
) -> tuple[pl.DataFrame, Tables]:
    """What is tried on profiles, and its tables, to stand beside those of the run.

    ``rows`` are what these were put together from, ``places`` the rows of the profiles. Of each
    what-if the frame has the row of its profile (``own``), how it reads (``text``) and its
    ``effort``.
    """
    changes, rows = run.rulebook.changes, evidence_rows(rows, places)
    ids = rows["profile"]["id"]

    def roots(claims: Sequence[tuple[int, int]]) -> list[list[str]]:
        return _originals(corpus, as_of, [(ids[own], claim) for own, claim in claims])

    every = what_ifs(rows, changes, roots)
    anew = to_trace(rows, every)
    simple = pl.int_range(every.tried.height, eager=True)
    simple = simple.filter(~simple.is_in(anew.to_list()))
    traced = traced_rows(corpus, run.rulebook, as_of, rows, every, anew)

    added = supposed(changes, as_of.toordinal())
    cited = coded("citation", pl.concat([rows["citation"], added, traced["citation"]]))
    last = rows["citation"].height + added.height
    edits = _edits(every, simple, added["source.id"], rows["citation"].height, as_of)
    made = edited_rows({**rows, "citation": cited.head(last)}, edits)
    traced = {**traced, "citation": cited.slice(last)}

    behind = pl.col("own") + len(simple)
    together = {
        name: pl.concat([made[name].select(list(LOCAL[name])), traced[name].with_columns(behind)])
        for name in ("claim", "citation", "root")
    }
    together["claim"] = together["claim"].with_columns(
        pl.col(name).cast(run.tables.column("claim", name).dtype) for name in CODED["claim"]
    )
    order = pl.concat([simple, anew])
    own = pl.Series("own", places[every.tried["own"].gather(order).to_numpy()])
    told = every.tried.select(pl.col("text", "effort").gather(order)).with_columns(own)
    return told, beside(run.tables, own.to_numpy(), together)


def _edits(every: WhatIfs, simple: pl.Series, added: pl.Series, before: int, as_of: date) -> Edited:
    """The edits of the what-ifs that are not traced anew, numbered without the others."""
    number = pl.DataFrame({"copy": simple, "to": np.arange(len(simple))})
    source = pl.DataFrame({"source": added, "row": np.arange(len(added)) + before})
    lost, more, checked = (
        frame.join(number, on="copy", maintain_order="left").drop("copy").rename({"to": "copy"})
        for frame in (every.lost, every.added, every.checked)
    )
    more = more.join(source, on="source", maintain_order="left").drop("source")
    return Edited(
        every.tried["own"].gather(simple).to_numpy(),
        lost,
        more.rename({"row": "source"}),
        checked,
        as_of.toordinal(),
    )


def _originals(corpus: Corpus, as_of: date, claims: Sequence[tuple[str, int]]) -> list[list[str]]:
    """What claims only retell: by the id of the profile and the number of the claim."""
    if not claims:
        return []
    lineage = Lineage(corpus, as_of)
    found = []
    for profile_id, number in claims:
        sources = scored_claims(corpus.profiles[profile_id])[number].sources
        traced = [t for t in lineage.trace(sources) if t.citation.stance == "supports"]
        unseen = (t for t in traced if t.origin == UNSEEN)
        found.append(sorted({root for t in unseen for root in t.roots}))
    return found
