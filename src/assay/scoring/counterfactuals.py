"""What-ifs: profiles with one thing about their evidence changed, as edits of rows.

Sources that do not exist have ids no document can have, so nothing is mistaken for evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from assay.cel.operations import Col, apply
from assay.cel.program import Compute, Gather, Program, ScorerColumns, Step
from assay.cel.schema import row_column
from assay.engine.local import LocalEngine
from assay.engine.plan import Place
from assay.evidence.origins import UNSEEN, Lineage
from assay.model.dates import PartialDate
from assay.model.documents import AnyProfile, Citation, Corpus, Directness, Publisher, Source
from assay.model.results import WouldChange
from assay.model.rulebook import Change, Rulebook
from assay.progress import counting
from assay.scoring.run import Run, ordered_bands
from assay.tables.edit import Edited, beside, edited_rows, evidence_rows
from assay.tables.rows import LOCAL, Rows, rows_of, scored_claims
from assay.tables.tables import CODED, Dtype, Ints, Tables, coded

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


_AT_ONCE = 4_000
"""Profiles whose what-ifs are scored together."""


def would_change(
    corpus: Corpus, rows: Rows, run: Run, as_of: date, ids: Sequence[str]
) -> dict[str, tuple[WouldChange, ...]]:
    """For each profile the least changes that move one of its scores into another band.

    Every change of the rulebook's catalogue is tried; upgrades first, by effort. ``rows`` are
    those of the ``corpus`` that was scored in ``run``.
    """
    found: dict[str, tuple[WouldChange, ...]] = {}
    blocks = [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
    for block in counting(blocks, f"times {_AT_ONCE:,} profiles"):
        places = np.array(sorted({run.profile_rows[i] for i in block}), dtype=np.int64)
        changes = _crossing(run, *tried(corpus, rows, run, as_of, places))
        found |= {i: tuple(changes.get(run.profile_rows[i], ())) for i in block}
    return found


def _crossing(run: Run, told: pl.DataFrame, tables: Tables) -> dict[int, list[WouldChange]]:
    """By row of the profile the least changes that cross a boundary, by score and effort."""
    graded = [s for s in run.program.on("profile") if s.band]
    wanted: list[Place] = [("profile", c) for s in graded for c in (s.score, s.band) if c]
    if not graded or told.is_empty():
        return {}
    then = run_beside(run, tables, wanted)
    found: dict[int, list[WouldChange]] = {}
    for scorer in sorted(graded, key=lambda s: s.scorer.name):
        bands = ordered_bands(run.rulebook.bands(scorer.scorer))
        least = _least(_moves(run, then, scorer, told))
        for own, up, effort, text, points, band in least.iter_rows():
            change = WouldChange(
                scorer=scorer.scorer.name,
                to=bands[band],
                change=text,
                effort=effort,
                points=points,
                direction="upgrade" if up else "downgrade",
            )
            found.setdefault(own, []).append(change)
    return found


def _moves(now: Run, then: Run, scorer: ScorerColumns, told: pl.DataFrame) -> pl.DataFrame:
    """The what-ifs that are in another band than their profile."""
    assert scorer.band is not None
    score, band = (
        now.engine.column("profile", c).gather(told["own"]) for c in (scorer.score, scorer.band)
    )
    frame = told.with_columns(
        score.alias("score"),
        band.alias("from"),
        then.engine.column("profile", scorer.score).alias("points"),
        then.engine.column("profile", scorer.band).alias("to"),
    )
    moved = pl.col("to").is_not_null() & pl.col("from").ne_missing(pl.col("to"))
    up = (pl.col("points") > pl.col("score")).fill_null(True)
    return frame.filter(moved).select("own", up.alias("up"), "effort", "text", "points", "to")


def _least(moves: pl.DataFrame) -> pl.DataFrame:
    """For each direction the least effort, and more effort only where it goes further."""
    sign = pl.when("up").then(1).otherwise(-1)
    far, to = pl.col("points") * sign, pl.col("to").cast(pl.Int64) * sign
    return (
        moves.with_columns(far=far, band=to)
        .sort(
            ["own", "up", "effort", "far", "text"],
            descending=[False, True, False, True, False],
        )
        .unique(["own", "up", "effort"], keep="first", maintain_order=True)
        .with_columns(before=pl.col("band").cum_max().shift(1).over("own", "up"))
        .filter((pl.col("band") > pl.col("before")).fill_null(True))
        .select("own", "up", "effort", "text", "points", "to")
    )


# Rows of what-ifs ---------------------------------------------------------------------------------


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


# Scoring them -------------------------------------------------------------------------------------


_PEER, _GROUND = row_column("peer"), row_column("ground")


def run_beside(base: Run, tables: Tables, wanted: Sequence[Place]) -> Run:
    """Score tables whose ``peer_row`` and, among grounds, ``there`` lead to rows of ``base``.

    ``wanted`` are the columns that are going to be read.
    """
    needed = base.engine.needs(wanted)
    away = [
        step
        for step in base.program.steps
        if isinstance(step, Gather)
        and step.link in (_PEER, _GROUND)
        and (step.space, step.column) in needed
        and tables.height(step.space)
    ]
    base.engine.make((step.target, step.origin) for step in away)
    grounds = [step for step in away if step.link == _GROUND]
    program = _reading_there(base.program, grounds) if grounds else base.program
    engine = LocalEngine(tables)
    for step in away:
        link = "there" if step.link == _GROUND else step.link
        rows = tables.frames[step.space].get_column(link)
        name = _there(step) if step.link == _GROUND else step.column
        seen = base.engine.column(step.target, step.origin).gather(rows)
        engine.add(step.space, seen.alias(name))
    engine.run(program.steps)
    engine.make(wanted)
    return Run(base.rulebook, program, tables, engine)


def _there(step: Gather) -> str:
    return f"{step.column}, there"


def _reading_there(program: Program, grounds: Sequence[Gather]) -> Program:
    """The program with grounds of other profiles read from columns that hold them."""
    steps: list[Step] = []
    read = {id(step) for step in grounds}
    for step in program.steps:
        if not isinstance(step, Gather) or id(step) not in read:
            steps.append(step)
            continue
        here = f"{step.column}, here"
        steps.append(replace(step, column=here))
        away = apply("known", Col("there"))
        value = apply("if", away, Col(_there(step)), Col(here))
        steps.append(Compute(step.space, step.column, value))
    return replace(program, steps=tuple(steps))


# What-ifs that change the lineage of sources ------------------------------------------------------


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
    edits = _edits_by_claim(rows, what_ifs, numbers)
    ids = rows["profile"]["id"].gather(what_ifs.tried["own"].gather(numbers)).to_list()
    edited = [
        _edited(corpus.profiles[profile_id], edits.get(number, {}))
        for number, profile_id in zip(numbers, ids, strict=True)
    ]
    wider = _with_supposed(corpus, rulebook.changes, as_of)
    return rows_of(wider, rulebook.settings.review_after_days, as_of, edited)


_Edits = dict[int, dict[int, tuple[set[tuple[str, str]], list[str]]]]
"""By what-if and number of the claim: the sources lost, with their stance, and those added."""


def _edits_by_claim(rows: Rows, what_ifs: WhatIfs, numbers: pl.Series) -> _Edits:
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
