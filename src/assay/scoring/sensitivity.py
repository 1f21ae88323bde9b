"""What would change a grade: the smallest changes of the evidence that cross a band's edge.

A what-if is one more row for the engine that made the scores, never a second way to compute them.
Rows of what-ifs are scored beside those of a run, with their neighbours frozen: what such a row
reads of another profile is taken from the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from assay.engines.local import LocalEngine
from assay.engines.plan import Place
from assay.evidence.origins import UNSEEN, Lineage
from assay.model.corpus import Corpus
from assay.model.dates import PartialDate
from assay.model.evidence import Citation, Publisher, Source
from assay.model.profile import AnyProfile
from assay.model.rulebook import Change, Rulebook
from assay.progress import counting
from assay.rules.ir import Col, apply
from assay.rules.program import Compute, Gather, Program, ScorerColumns, Step
from assay.rules.schema import row_column
from assay.scoring.results import WouldChange
from assay.scoring.run import Run, ordered_bands
from assay.scoring.what_ifs import WhatIfs, supposed, supposed_directness, supposed_id, what_ifs
from assay.tables.beside import beside
from assay.tables.edited import Edited, edited_rows, evidence_rows
from assay.tables.rows import LOCAL, Rows, rows_of, scored_claims
from assay.tables.spans import Ints
from assay.tables.tables import CODED, Tables, coded

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
