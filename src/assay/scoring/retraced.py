"""What-ifs whose evidence has to be traced back to its origins anew, and their rows.

Most edits leave the origins of all that stays as they are: a further source that nobody draws on
is an origin of its own, and what goes with its origin takes nothing along. Where a retelling may
have drawn on what is lost, or what is added goes back to others, the edit is made to the documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from assay.model.corpus import Corpus
from assay.model.dates import PartialDate
from assay.model.evidence import Citation, Publisher, Source
from assay.model.profile import AnyProfile
from assay.model.rulebook import Change, Rulebook
from assay.scoring.what_ifs import WhatIfs, supposed_directness, supposed_id
from assay.tables.rows import LOCAL, Rows, rows_of, scored_claims

_SAW = ("record", "first_hand")


def to_trace(rows: Rows, what_ifs: WhatIfs) -> pl.Series:
    """Numbers of the what-ifs after which some citation may belong to another origin.

    Those that lose what a citation that stays, and did not see for itself, could lean on: it
    draws on it, is the same source, or comes from the same family, in the same stance. And those
    of profiles for whose sources somebody decided what they are the same as.
    """
    number = pl.int_range(pl.len()).over("own").alias("citation")
    family = pl.coalesce("publisher.owner", "publisher.id").cast(pl.String)
    cited = rows["citation"].select(
        *("own", "implied", "decided", "directness", "source.id", number),
        pl.col("stance").cast(pl.String),
        family.alias("family"),
    )
    leaning = cited.filter(~pl.col("implied") & ~pl.col("directness").is_in(_SAW).fill_null(False))
    root = cited.select("own", pl.col("citation").alias("root"), pl.col("source.id").alias("drawn"))
    drawn = rows["root"].join(root, on=["own", "root"]).select("own", "citation", "drawn")
    tried = what_ifs.tried.with_row_index("copy").cast({"copy": pl.Int64})
    lost = what_ifs.lost.join(tried.select("copy", "own"), on="copy").join(
        cited, on=["own", "citation"]
    )
    by_family = pl.concat_str(pl.lit("family "), "family").alias("on")
    by_source, by_drawn = pl.col("source.id").alias("on"), pl.col("drawn").alias("on")
    drawing = leaning.join(drawn, on=["own", "citation"])
    leans = pl.concat(
        frame.select("own", "stance", "citation", on)
        for frame, on in ((leaning, by_family), (leaning, by_source), (drawing, by_drawn))
    )
    gone = pl.concat(lost.select("copy", "own", "stance", on) for on in (by_family, by_source))
    touched = (
        gone.join(leans, on=["own", "stance", "on"])
        .join(what_ifs.lost, on=["copy", "citation"], how="anti")
        .get_column("copy")
    )
    decided = cited.filter("decided").select("own").unique()
    unsure = lost.join(decided, on="own", how="semi").get_column("copy")
    known = tried.filter("known").get_column("copy")
    return pl.concat([touched, unsure, known]).unique().sort()


def traced_rows(
    corpus: Corpus,
    rulebook: Rulebook,
    as_of: date,
    rows: Rows,
    what_ifs: WhatIfs,
    numbers: pl.Series,
) -> Rows:
    """The rows of those what-ifs, made to the documents; ``own`` counts in ``numbers``."""
    if numbers.is_empty():
        return {name: pl.DataFrame(schema=schema) for name, schema in LOCAL.items()}
    edits = _edits(rows, what_ifs, numbers)
    ids = rows["profile"]["id"].gather(what_ifs.tried["own"].gather(numbers)).to_list()
    edited = [
        _edited(corpus.profiles[profile_id], edits.get(number, {}))
        for number, profile_id in zip(numbers, ids, strict=True)
    ]
    wider = _with_supposed(corpus, rulebook.changes, as_of)
    return rows_of(wider, rulebook.settings.review_after_days, as_of, edited)


_Edits = dict[int, dict[int, tuple[set[tuple[str, str]], list[str]]]]
"""By what-if and number of the claim: the sources lost, with their stance, and those added."""


def _edits(rows: Rows, what_ifs: WhatIfs, numbers: pl.Series) -> _Edits:
    number = pl.int_range(pl.len()).over("own").alias("citation")
    cited = rows["citation"].select("own", "claim", "source.id", "stance", number)
    owns = what_ifs.tried.select("own", pl.int_range(pl.len()).alias("copy"))
    lost = (
        what_ifs.lost.filter(pl.col("copy").is_in(numbers.to_list()))
        .join(owns, on="copy")
        .join(cited, on=["own", "citation"])
    )
    edits: _Edits = {}
    for copy, claim, source, stance in lost.select(
        "copy", "claim", "source.id", "stance"
    ).iter_rows():
        edits.setdefault(copy, {}).setdefault(claim, (set(), []))[0].add((source, stance))
    added = what_ifs.added.filter(pl.col("copy").is_in(numbers.to_list()))
    for copy, claim, source in added.select("copy", "claim", "source").iter_rows():
        edits.setdefault(copy, {}).setdefault(claim, (set(), []))[1].append(source)
    return edits


def _edited(
    profile: AnyProfile, edits: Mapping[int, tuple[set[tuple[str, str]], list[str]]]
) -> AnyProfile:
    numbers = {claim.id: number for number, claim in enumerate(scored_claims(profile))}
    claims = []
    for claim in profile.claims:
        lost, added = edits.get(numbers.get(claim.id, -1), (set(), []))
        kept = [c for c in claim.sources if (c.id, c.stance) not in lost]
        cited = {c.id for c in kept}
        more = [Citation.model_construct(id=s) for s in added if s not in cited]
        claims.append(claim.model_copy(update={"sources": (*kept, *more)}))
    return profile.model_copy(update={"claims": tuple(claims)})


def _with_supposed(corpus: Corpus, changes: Sequence[Change], as_of: date) -> Corpus:
    """The corpus with the originals that are only supposed, each of a publisher of its own."""
    publishers, sources = dict(corpus.publishers), dict(corpus.sources)
    for change in changes:
        if change.action == "see_original":
            name = supposed_id(change, 1)
            publishers[name] = Publisher.model_construct(
                kind="publisher", id=name, name=change.text
            )
            sources[name] = Source.model_construct(
                kind="source",
                id=name,
                title=change.text,
                publisher=name,
                published=PartialDate.parse(as_of.isoformat()),
                directness=supposed_directness(change),
            )
    return Corpus(publishers, sources, corpus.profiles)
