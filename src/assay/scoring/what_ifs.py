"""What-ifs: profiles with one thing about their evidence changed, as edits of rows.

Sources that do not exist have ids no document can have, so nothing is mistaken for evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from assay.evidence.origins import UNSEEN
from assay.model.evidence import Directness
from assay.model.rulebook import Change
from assay.tables.rows import LOCAL, Rows
from assay.tables.tables import Dtype

_TIMES = ("", ", twice", ", three times")

Roots = Callable[[Sequence[tuple[int, int]]], Sequence[Sequence[str]]]
"""The originals of what claims only retell: by row of the profile and number of the claim."""


@dataclass(frozen=True, slots=True)
class WhatIfs:
    """Edits of the evidence, by number of the what-if (``copy``).

    ``tried`` has a row for each: the row of its profile (``own``), how it reads (``text``), its
    ``effort``, and whether it adds sources that are ``known``; all others are only supposed.
    ``lost`` are citations (``copy``, ``citation``), ``added`` the ids of further sources
    (``copy``, ``claim``, ``source``), ``checked`` the claims checked as-of (``copy``, ``claim``).
    """

    tried: pl.DataFrame
    lost: pl.DataFrame
    added: pl.DataFrame
    checked: pl.DataFrame


def what_ifs(rows: Rows, changes: Sequence[Change], roots: Roots) -> WhatIfs:
    """Each change of the catalogue made to one key claim of a profile, and to all of them.

    Additions are made once, twice and three times. Changes that do not apply (no dispute to
    resolve, nothing to recheck) are left out.
    """
    evidence = _evidence(rows, roots)
    every = [
        made.select(
            pl.lit(number).alias("change"), pl.lit(change.effort).alias("effort"), *_VARIANT
        )
        for number, change in enumerate(changes)
        for made in _ACTIONS[change.action](evidence, change)
    ]
    variants = pl.concat([pl.DataFrame(schema=_CHANGE | _VARIANT), *every]).with_row_index(
        "variant"
    )
    one = variants.join(evidence.keys, on=["own", "claim"], maintain_order="left").select(
        "own",
        pl.when(pl.col("keys") == 1)
        .then("text")
        .otherwise(pl.concat_str("text", pl.lit(", for '"), "id", pl.lit("'")))
        .alias("text"),
        (pl.col("effort") * pl.col("weight")).alias("effort"),
        "known",
        pl.concat_list("variant").alias("variants"),
    )
    tried = pl.concat([one, _for_all(variants)]).with_row_index("copy")
    made_of = tried.select("copy", pl.col("variants").alias("variant")).explode("variant")
    edits = made_of.join(variants, on="variant", maintain_order="left").cast({"copy": pl.Int64})
    return WhatIfs(
        tried.select("own", "text", "effort", "known"),
        _exploded(edits.select("copy", "lost"), "lost").rename({"lost": "citation"}),
        _exploded(edits.select("copy", "claim", "sources"), "sources").rename(
            {"sources": "source"}
        ),
        edits.filter("fresh").select("copy", "claim"),
    )


def _for_all(variants: pl.DataFrame) -> pl.DataFrame:
    """The change made to every key claim to which it applies, at the sum of the efforts."""
    return (
        variants.filter(pl.col("turn").is_not_null())
        .group_by("own", "change", "turn", maintain_order=True)
        .agg(
            pl.col("text").sort_by("claim").first(),
            pl.len().alias("claims"),
            (pl.col("effort") * pl.col("weight")).sum(),
            pl.col("known").any(),
            pl.col("variant").alias("variants"),
        )
        .filter(pl.col("claims") > 1)
        .select(
            "own",
            pl.format("{}, for each of {} key claims", "text", "claims").alias("text"),
            "effort",
            "known",
            "variants",
        )
    )


def _exploded(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    return frame.filter(pl.col(column).list.len() > 0).explode(column)


# What is supposed --------------------------------------------------------------------------


def supposed(changes: Sequence[Change], day: int) -> pl.DataFrame:
    """The sources that changes add, published on ``day`` by publishers of their own, as cited."""
    cited = [
        _cited(change, supposed_id(change, number), day)
        for change in changes
        if change.action in ("add_source", "see_original")
        for number in range(1, len(_TIMES) + 1)
    ]
    return pl.DataFrame(cited, schema=LOCAL["citation"])


def supposed_id(change: Change, number: int) -> str:
    """The id of a source that a change adds."""
    return f"~{change.id}~{number}"


def supposed_directness(change: Change) -> Directness:
    """What the source is that a change adds; an original is first-hand."""
    return change.directness or "first_hand"


def _cited(change: Change, source_id: str, day: int) -> dict[str, object]:
    directness = supposed_directness(change)
    origin = UNSEEN if directness == "retelling" else source_id
    return {
        "implied": False,
        "decided": False,
        "stance": "supports",
        "directness": directness,
        "origin": origin,
        "origin_directness": directness,
        "profile_origin": origin,
        "day": day,
        "source.id": source_id,
        "source.day": day,
        "source.directness": directness,
        "publisher.id": source_id,
        "publisher.reliability": change.reliability,
    }


# The actions: one change made to single claims -----------------------------------------------


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Key claims, their citations, and the citations that draw on others, by profile."""

    keys: pl.DataFrame
    cited: pl.DataFrame
    retelling: pl.DataFrame
    roots: Roots

    @property
    def supporting(self) -> pl.DataFrame:
        return self.cited.filter(pl.col("stance") == "supports")


def _evidence(rows: Rows, roots: Roots) -> _Evidence:
    number = pl.int_range(pl.len()).over("own")
    claims = rows["claim"].select("own", "id", "holds", "key", number.alias("claim"))
    keys = claims.filter("key").select(
        *("own", "claim", "holds"), pl.col("id").cast(pl.String), pl.len().over("own").alias("keys")
    )
    cited = (
        rows["citation"]
        .select(
            "own", "claim", "implied", "stance", "origin", "source.id", number.alias("citation")
        )
        .filter(~pl.col("implied"))
        .join(keys.select("own", "claim"), on=["own", "claim"], how="semi")
    )
    return _Evidence(keys, cited, rows["root"].select("own", "citation").unique(), roots)


_CHANGE: dict[str, Dtype] = {"change": pl.Int32, "effort": pl.Int32}
_VARIANT: dict[str, Dtype] = {
    "own": pl.Int64,
    "claim": pl.Int64,
    "turn": pl.Int32,
    "text": pl.String,
    "weight": pl.Int32,
    "lost": pl.List(pl.Int64),
    "sources": pl.List(pl.String),
    "fresh": pl.Boolean,
    "known": pl.Boolean,
}
"""A change made to a claim: its ``turn`` counts the ways in which the change can be made to every
key claim (null where it cannot), ``weight`` multiplies its effort."""


def _variants(
    claims: pl.DataFrame,
    text: str | pl.Expr,
    *,
    turn: int | None = 0,
    weight: int = 1,
    lost: str | None = None,
    sources: Sequence[str] | str = (),
    fresh: bool = False,
    known: bool = False,
) -> pl.DataFrame:
    """A row for each of the claims; ``lost`` and ``sources`` may name columns of theirs."""
    values = {
        "own": pl.col("own"),
        "claim": pl.col("claim"),
        "turn": pl.lit(turn),
        "text": pl.lit(text) if isinstance(text, str) else text,
        "weight": pl.lit(weight),
        "lost": pl.lit(None) if lost is None else pl.col(lost),
        "sources": pl.col(sources)
        if isinstance(sources, str)
        else pl.lit(list(sources), pl.List(pl.String)),
        "fresh": pl.lit(fresh),
        "known": pl.lit(known),
    }
    return claims.select(values[name].cast(dtype).alias(name) for name, dtype in _VARIANT.items())


def _add_source(evidence: _Evidence, change: Change) -> Iterator[pl.DataFrame]:
    for times, suffix in enumerate(_TIMES, start=1):
        added = [supposed_id(change, n) for n in range(1, times + 1)]
        text = f"{change.text}{suffix}"
        yield _variants(evidence.keys, text, turn=times, weight=times, sources=added)


def _lose_source(evidence: _Evidence, change: Change) -> Iterator[pl.DataFrame]:
    """Without one of its origins: all that goes back to it goes with it, on either side."""
    sources = evidence.supporting.select("own", "claim", "origin", "source.id").unique()
    lost = (
        sources.join(evidence.cited.drop("origin"), on=["own", "claim", "source.id"])
        .group_by("own", "claim", "origin")
        .agg(pl.col("citation").unique().alias("lost"))
    )
    retold = pl.when(pl.col("origin") == UNSEEN).then(pl.lit("what was only retold"))
    text = pl.concat_str(pl.lit(f"{change.text}: "), retold.otherwise("origin"))
    yield _variants(lost, text, turn=None, lost="lost")


def _see_original(evidence: _Evidence, change: Change) -> Iterator[pl.DataFrame]:
    """Cite the roots that were only retold; an unidentified original is supposed."""
    unseen = evidence.supporting.filter(pl.col("origin") == UNSEEN)
    claims = unseen.select("own", "claim").unique()
    linked = unseen.join(evidence.retelling, on=["own", "citation"], how="semi")
    linked = linked.select("own", "claim").unique().sort("own", "claim")
    roots = [list(r) for r in evidence.roots(linked.rows())]
    found = linked.with_columns(pl.Series("roots", roots, pl.List(pl.String)))
    found = found.filter(pl.col("roots").list.len() > 0)
    named = pl.format("{} ({})", pl.lit(change.text), pl.col("roots").list.join(", "))
    yield _variants(found, named, sources="roots", known=True)
    alone = claims.join(found, on=["own", "claim"], how="anti")
    yield _variants(alone, change.text, sources=[supposed_id(change, 1)])


def _resolve_dispute(evidence: _Evidence, change: Change) -> Iterator[pl.DataFrame]:
    disputes = evidence.cited.filter(pl.col("stance") == "disputes")
    lost = disputes.group_by("own", "claim").agg(pl.col("citation").alias("lost"))
    yield _variants(lost, change.text, lost="lost")


def _recheck(evidence: _Evidence, change: Change) -> Iterator[pl.DataFrame]:
    standing = evidence.keys.filter(pl.col("holds") == "standing")
    yield _variants(standing, change.text, fresh=True)


_ACTIONS: Mapping[str, Callable[[_Evidence, Change], Iterator[pl.DataFrame]]] = {
    "add_source": _add_source,
    "lose_source": _lose_source,
    "see_original": _see_original,
    "resolve_dispute": _resolve_dispute,
    "recheck": _recheck,
}
