"""Tables of rows that stand beside those of other tables: copies of profiles, edited.

Whatever belongs to a copy is in the tables; what lies outside it is a row of the tables beside
which it stands: ``peer_row``, and in the table of grounds ``there``.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from assay.tables.assemble import evidence_frames
from assay.tables.rows import Rows
from assay.tables.spans import Ints, begins, spans
from assay.tables.tables import SCHEMAS, Tables

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
