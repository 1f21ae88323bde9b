"""Counterfactuals: how scores would differ with one change of the evidence.

Every change of the rulebook's catalogue is made to copies of the profiles' rows, which are scored
together. Only where an edit may change the lineage of sources is it made to the documents instead.
Hypothetical sources have ids that no document can have.
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
from assay.cel.steps import Place
from assay.engine.local import LocalEngine
from assay.evidence.origins import UNSEEN, Lineage
from assay.model.dates import PartialDate
from assay.model.documents import AnyProfile, Citation, Corpus, Directness, Publisher, Source
from assay.model.results import WouldChange
from assay.model.rulebook import Change
from assay.progress import counting
from assay.scoring.run import Run, ordered_bands
from assay.tables.edit import EvidenceEdits, beside, edit_evidence, select_evidence
from assay.tables.rows import LOCAL, Rows, rows_of, scored_claims
from assay.tables.tables import CODED, Dtype, Ints, Tables, coded

_BLOCK = 4_000
"""Profiles whose counterfactuals are scored together, which limits the memory."""


def would_change(
    corpus: Corpus, rows: Rows, run: Run, as_of: date, ids: Sequence[str]
) -> dict[str, tuple[WouldChange, ...]]:
    """Find for each profile the least changes that move one of its scores into another band.

    Tests every change of the rulebook's catalogue; upgrades come first, then by effort. ``rows``
    are those of the ``corpus`` that was scored in ``run``.
    """
    found: dict[str, tuple[WouldChange, ...]] = {}
    blocks = [ids[start : start + _BLOCK] for start in range(0, len(ids), _BLOCK)]
    for block in counting(blocks, f"times {_BLOCK:,} profiles"):
        profiles = np.array(sorted({run.profile_rows[i] for i in block}), dtype=np.int64)
        changes = _crossing(run, *counterfactuals(corpus, rows, run, as_of, profiles))
        found |= {i: tuple(changes.get(run.profile_rows[i], ())) for i in block}
    return found


def _crossing(run: Run, listed: pl.DataFrame, tables: Tables) -> dict[int, list[WouldChange]]:
    """By row of the profile the least changes that cross a boundary, by scorer and effort."""
    graded = [s for s in run.program.on("profile") if s.band]
    if not graded or listed.is_empty():
        return {}
    wanted = [("profile", c) for s in graded for c in (s.score, s.band) if c]
    then = score_copies(run, tables, wanted)
    found: dict[int, list[WouldChange]] = {}
    for scorer in sorted(graded, key=lambda s: s.scorer.name):
        bands = ordered_bands(run.rulebook.bands(scorer.scorer))
        least = _least(_band_changes(run, then, scorer, listed))
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


def _band_changes(now: Run, then: Run, scorer: ScorerColumns, listed: pl.DataFrame) -> pl.DataFrame:
    """The counterfactuals with another band than their profile."""
    assert scorer.band is not None
    score, band = (
        now.engine.column("profile", c).gather(listed["own"]) for c in (scorer.score, scorer.band)
    )
    frame = listed.with_columns(
        score.alias("score"),
        band.alias("from"),
        then.engine.column("profile", scorer.score).alias("points"),
        then.engine.column("profile", scorer.band).alias("to"),
    )
    changed = pl.col("to").is_not_null() & pl.col("from").ne_missing(pl.col("to"))
    up = (pl.col("points") > pl.col("score")).fill_null(True)
    return frame.filter(changed).select("own", up.alias("up"), "effort", "text", "points", "to")


def _least(changes: pl.DataFrame) -> pl.DataFrame:
    """For each direction the least effort, and more effort only where it leads further."""
    sign = pl.when("up").then(1).otherwise(-1)
    far, to = pl.col("points") * sign, pl.col("to").cast(pl.Int64) * sign
    return (
        changes.with_columns(far=far, band=to)
        .sort(
            ["own", "up", "effort", "far", "text"],
            descending=[False, True, False, True, False],
        )
        .unique(["own", "up", "effort"], keep="first", maintain_order=True)
        .with_columns(before=pl.col("band").cum_max().shift(1).over("own", "up"))
        .filter((pl.col("band") > pl.col("before")).fill_null(True))
        .select("own", "up", "effort", "text", "points", "to")
    )


def counterfactuals(
    corpus: Corpus, rows: Rows, run: Run, as_of: date, profiles: Ints
) -> tuple[pl.DataFrame, Tables]:
    """List the counterfactuals of profiles, and make tables with a profile row for each.

    ``rows`` are those of the whole corpus, ``profiles`` rows of the run. The frame has the
    profile's row in the run (``own``), the sentence (``text``) and the ``effort``.
    """
    changes, rows = run.rulebook.changes, select_evidence(rows, profiles)
    ids = rows["profile"]["id"]

    def originals(claims: Sequence[tuple[int, int]]) -> list[list[str]]:
        return _originals(corpus, as_of, [(ids[own], claim) for own, claim in claims])

    edits = _catalogue(rows, changes, originals)
    retraced = _changing_lineage(rows, edits)
    simple = pl.int_range(edits.listed.height, eager=True)
    simple = simple.filter(~simple.is_in(retraced.to_list()))

    added_sources = list(_hypothetical(changes, as_of.toordinal()))
    hypothetical = pl.DataFrame(added_sources, schema=LOCAL["citation"])
    from_documents = _rows_of_documents(corpus, run, as_of, rows, edits, retraced)
    before = rows["citation"].height
    # Code texts of all citations together, so that equal texts have equal codes.
    citations = coded(
        "citation", pl.concat([rows["citation"], hypothetical, from_documents["citation"]])
    )
    given = {**rows, "citation": citations.head(before + hypothetical.height)}
    from_documents["citation"] = citations.slice(before + hypothetical.height)
    added = pl.DataFrame({"source": hypothetical["source.id"]}).with_row_index("row", before)
    from_rows = edit_evidence(given, _row_edits(edits, simple, added, as_of))

    behind = pl.col("own") + len(simple)
    together = {
        name: pl.concat(
            [from_rows[name].select(list(LOCAL[name])), from_documents[name].with_columns(behind)]
        )
        for name in ("claim", "citation", "root", "pair")
    }
    together["claim"] = together["claim"].with_columns(
        pl.col(name).cast(run.tables.column("claim", name).dtype) for name in CODED["claim"]
    )
    order = pl.concat([simple, retraced])
    own = pl.Series("own", profiles[edits.listed["own"].gather(order).to_numpy()])
    listed = edits.listed.select(pl.col("text", "effort").gather(order)).with_columns(own)
    return listed, beside(run.tables, own.to_numpy(), together)


def _originals(corpus: Corpus, as_of: date, claims: Sequence[tuple[str, int]]) -> list[list[str]]:
    """Originals that claims do not cite; a claim is a profile id and the claim's number."""
    if not claims:
        return []
    lineage = Lineage(corpus, as_of)
    found = []
    for profile_id, number in claims:
        sources = scored_claims(corpus.profiles[profile_id])[number].sources
        supporting = [t for t in lineage.trace(sources) if t.citation.stance == "supports"]
        found.append(sorted({r for t in supporting if t.origin == UNSEEN for r in t.roots}))
    return found


# The catalogue ------------------------------------------------------------------------------------


Originals = Callable[[Sequence[tuple[int, int]]], Sequence[Sequence[str]]]
"""Finds originals that claims do not cite, by row of the profile and number of the claim."""


@dataclass(frozen=True, slots=True)
class _Edits:
    """Edits of the evidence, one for each counterfactual, by its number (``copy``).

    ``listed`` has a row for each: the row of its profile (``own``), the sentence (``text``), the
    ``effort``, and whether it adds ``known`` sources rather than hypothetical ones. ``lost`` are
    citations (``copy``, ``citation``), ``added`` ids of further sources (``copy``, ``claim``,
    ``source``), ``checked`` claims rechecked as-of (``copy``, ``claim``).
    """

    listed: pl.DataFrame
    lost: pl.DataFrame
    added: pl.DataFrame
    checked: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Key claims, their citations, and the citations that draw on others, by profile."""

    keys: pl.DataFrame
    cited: pl.DataFrame
    drawing: pl.DataFrame
    originals: Originals

    @property
    def supporting(self) -> pl.DataFrame:
        return self.cited.filter(pl.col("stance") == "supports")


_CHANGE: dict[str, Dtype] = {"change": pl.Int32, "effort": pl.Int32}

# A change made to one claim. `turn` numbers the ways to make the change to every key claim (null
# if there is none), `weight` multiplies the effort.
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


def _catalogue(rows: Rows, changes: Sequence[Change], originals: Originals) -> _Edits:
    """Make each change to one key claim of a profile, and to all of its key claims.

    Additions are made once, twice and three times. Changes that do not apply (no dispute to
    resolve, nothing to recheck) are left out.
    """
    evidence = _evidence(rows, originals)
    variants = pl.concat(
        [
            pl.DataFrame(schema=_CHANGE | _VARIANT),
            *(
                made.select(
                    pl.lit(number).alias("change"), pl.lit(change.effort).alias("effort"), *_VARIANT
                )
                for number, change in enumerate(changes)
                for made in _ACTIONS[change.action](evidence, change)
            ),
        ]
    ).with_row_index("variant")
    for_one = variants.join(evidence.keys, on=["own", "claim"], maintain_order="left").select(
        "own",
        pl.when(pl.col("keys") == 1)
        .then("text")
        .otherwise(pl.concat_str("text", pl.lit(", for '"), "id", pl.lit("'")))
        .alias("text"),
        (pl.col("effort") * pl.col("weight")).alias("effort"),
        "known",
        pl.concat_list("variant").alias("variants"),
    )
    listed = pl.concat([for_one, _for_all(variants)]).with_row_index("copy")
    parts = listed.select("copy", pl.col("variants").alias("variant")).explode("variant")
    edits = parts.join(variants, on="variant", maintain_order="left").cast({"copy": pl.Int64})
    lost, added = (
        edits.filter(pl.col(name).list.len() > 0).explode(name) for name in ("lost", "sources")
    )
    return _Edits(
        listed.select("own", "text", "effort", "known"),
        lost.select("copy", pl.col("lost").alias("citation")),
        added.select("copy", "claim", pl.col("sources").alias("source")),
        edits.filter("fresh").select("copy", "claim"),
    )


def _evidence(rows: Rows, originals: Originals) -> _Evidence:
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
    return _Evidence(keys, cited, rows["root"].select("own", "citation").unique(), originals)


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


# Actions: one change made to single claims --------------------------------------------------------


_DEFAULTS: Mapping[str, pl.Expr] = {
    "own": pl.col("own"),
    "claim": pl.col("claim"),
    "turn": pl.lit(0),
    "weight": pl.lit(1),
    "lost": pl.lit(None),
    "sources": pl.lit([], pl.List(pl.String)),
    "fresh": pl.lit(False),
    "known": pl.lit(False),
}


def _variants(claims: pl.DataFrame, **values: pl.Expr) -> pl.DataFrame:
    """A row for each of the claims; ``values`` are columns of ``_VARIANT``."""
    columns = {**_DEFAULTS, **values}
    return claims.select(columns[name].cast(dtype).alias(name) for name, dtype in _VARIANT.items())


_TIMES = ("", ", twice", ", three times")


def _add_source(evidence: _Evidence, change: Change) -> Iterator[pl.DataFrame]:
    for times, suffix in enumerate(_TIMES, start=1):
        yield _variants(
            evidence.keys,
            turn=pl.lit(times),
            text=pl.lit(f"{change.text}{suffix}"),
            weight=pl.lit(times),
            sources=_ids([_hypothetical_id(change, n) for n in range(1, times + 1)]),
        )


def _ids(sources: Sequence[str]) -> pl.Expr:
    return pl.lit(list(sources), pl.List(pl.String))


def _lose_source(evidence: _Evidence, change: Change) -> Iterator[pl.DataFrame]:
    """Remove one origin with all sources that draw on it, supporting and disputing."""
    sources = evidence.supporting.select("own", "claim", "origin", "source.id").unique()
    lost = (
        sources.join(evidence.cited.drop("origin"), on=["own", "claim", "source.id"])
        .group_by("own", "claim", "origin")
        .agg(pl.col("citation").unique().alias("lost"))
    )
    # words: shown on pages
    secondary = pl.when(pl.col("origin") == UNSEEN).then(pl.lit("what was only retold"))
    text = pl.concat_str(pl.lit(f"{change.text}: "), secondary.otherwise("origin"))
    yield _variants(lost, turn=pl.lit(None), text=text, lost=pl.col("lost"))


def _see_original(evidence: _Evidence, change: Change) -> Iterator[pl.DataFrame]:
    """Cite the originals that a claim does not cite, or a hypothetical one if none is known."""
    secondary = evidence.supporting.filter(pl.col("origin") == UNSEEN)
    claims = secondary.select("own", "claim").unique()
    linked = secondary.join(evidence.drawing, on=["own", "citation"], how="semi")
    linked = linked.select("own", "claim").unique().sort("own", "claim")
    originals = [list(r) for r in evidence.originals(linked.rows())]
    found = linked.with_columns(pl.Series("originals", originals, pl.List(pl.String)))
    found = found.filter(pl.col("originals").list.len() > 0)
    text = pl.format("{} ({})", pl.lit(change.text), pl.col("originals").list.join(", "))
    yield _variants(found, text=text, sources=pl.col("originals"), known=pl.lit(True))
    others = claims.join(found, on=["own", "claim"], how="anti")
    yield _variants(others, text=pl.lit(change.text), sources=_ids([_hypothetical_id(change, 1)]))


def _resolve_dispute(evidence: _Evidence, change: Change) -> Iterator[pl.DataFrame]:
    disputes = evidence.cited.filter(pl.col("stance") == "disputes")
    lost = disputes.group_by("own", "claim").agg(pl.col("citation").alias("lost"))
    yield _variants(lost, text=pl.lit(change.text), lost=pl.col("lost"))


def _recheck(evidence: _Evidence, change: Change) -> Iterator[pl.DataFrame]:
    standing = evidence.keys.filter(pl.col("holds") == "standing")
    yield _variants(standing, text=pl.lit(change.text), fresh=pl.lit(True))


_ACTIONS: Mapping[str, Callable[[_Evidence, Change], Iterator[pl.DataFrame]]] = {
    "add_source": _add_source,
    "lose_source": _lose_source,
    "see_original": _see_original,
    "resolve_dispute": _resolve_dispute,
    "recheck": _recheck,
}


# Hypothetical sources -----------------------------------------------------------------------------


def _hypothetical(changes: Sequence[Change], day: int) -> Iterator[dict[str, object]]:
    """Citations of the sources that changes add, published on ``day`` by separate publishers."""
    for change in changes:
        if change.action not in ("add_source", "see_original"):
            continue
        directness = _directness(change)
        for number in range(1, len(_TIMES) + 1):
            source = _hypothetical_id(change, number)
            origin = UNSEEN if directness == "secondary" else source
            yield {
                "implied": False,
                "decided": False,
                "stance": "supports",
                "directness": directness,
                "kind": directness,
                "origin": origin,
                "origin_directness": directness,
                "profile_origin": origin,
                "day": day,
                "fresh_day": day,
                "source.id": source,
                "source.day": day,
                "source.directness": directness,
                "publisher.id": source,
                "publisher.reliability": change.reliability,
            }


def _hypothetical_id(change: Change, number: int) -> str:
    return f"~{change.id}~{number}"


def _directness(change: Change) -> Directness:
    return change.directness or "first_hand"


# Edits of rows ------------------------------------------------------------------------------------


def _row_edits(
    edits: _Edits, simple: pl.Series, sources: pl.DataFrame, as_of: date
) -> EvidenceEdits:
    """The ``simple`` edits, numbered without the others; ``sources`` has rows of added ones."""
    number = pl.DataFrame({"copy": simple, "to": np.arange(len(simple))})
    lost, added, checked = (
        frame.join(number, on="copy", maintain_order="left").drop("copy").rename({"to": "copy"})
        for frame in (edits.lost, edits.added, edits.checked)
    )
    added = added.join(sources.cast({"row": pl.Int64}), on="source", maintain_order="left")
    return EvidenceEdits(
        edits.listed["own"].gather(simple).to_numpy(),
        lost,
        added.drop("source").rename({"row": "source"}),
        checked,
        as_of.toordinal(),
    )


# Edits of documents -------------------------------------------------------------------------------


def _changing_lineage(rows: Rows, edits: _Edits) -> pl.Series:
    """Numbers of the counterfactuals in which a citation may belong to another origin.

    These are edits that add known sources, and edits that remove a source on which the origin of
    a remaining citation may depend. The citation is not first-hand and draws on the source, is
    the same source, or is of the same family, with the same stance. Where an analyst decided
    which sources are the same, every removal counts.
    """
    number = pl.int_range(pl.len()).over("own").alias("citation")
    family = pl.coalesce("publisher.owner", "publisher.id").cast(pl.String)
    cited = rows["citation"].select(
        *("own", "implied", "decided", "directness", "source.id", number),
        pl.col("stance").cast(pl.String),
        family.alias("family"),
    )
    first_hand = pl.col("directness").is_in(("record", "first_hand")).fill_null(False)
    dependent = cited.filter(~pl.col("implied") & ~first_hand)
    root = cited.select("own", pl.col("citation").alias("root"), pl.col("source.id").alias("drawn"))
    drawn = rows["root"].join(root, on=["own", "root"]).select("own", "citation", "drawn")
    drawing = dependent.join(drawn, on=["own", "citation"])
    listed = edits.listed.with_row_index("copy").cast({"copy": pl.Int64})
    lost = edits.lost.join(listed.select("copy", "own"), on="copy").join(
        cited, on=["own", "citation"]
    )
    by_family = pl.concat_str(pl.lit("family "), "family").alias("on")
    by_source, by_drawn = pl.col("source.id").alias("on"), pl.col("drawn").alias("on")
    depends = pl.concat(
        frame.select("own", "stance", "citation", on)
        for frame, on in ((dependent, by_family), (dependent, by_source), (drawing, by_drawn))
    )
    removed = pl.concat(lost.select("copy", "own", "stance", on) for on in (by_family, by_source))
    affected = removed.join(depends, on=["own", "stance", "on"]).join(
        edits.lost, on=["copy", "citation"], how="anti"
    )
    decided = lost.join(cited.filter("decided").select("own").unique(), on="own", how="semi")
    known = listed.filter("known")
    return pl.concat([frame["copy"] for frame in (affected, decided, known)]).unique().sort()


def _rows_of_documents(
    corpus: Corpus, run: Run, as_of: date, rows: Rows, edits: _Edits, numbers: pl.Series
) -> dict[str, pl.DataFrame]:
    """Rows of documents with the edits ``numbers``; ``own`` counts in ``numbers``."""
    if numbers.is_empty():
        return {name: pl.DataFrame(schema=schema) for name, schema in LOCAL.items()}
    by_claim = _edits_by_claim(rows, edits, numbers)
    ids = rows["profile"]["id"].gather(edits.listed["own"].gather(numbers)).to_list()
    profiles = [
        _edited(corpus.profiles[profile_id], by_claim.get(number, {}))
        for number, profile_id in zip(numbers, ids, strict=True)
    ]
    wider = _with_hypothetical(corpus, run.rulebook.changes, as_of)
    return dict(rows_of(wider, run.rulebook, as_of, profiles))


_ClaimEdits = dict[int, tuple[set[tuple[str, str]], list[str]]]
"""By number of the claim the sources lost, with their stance, and those added."""


def _edits_by_claim(rows: Rows, edits: _Edits, numbers: pl.Series) -> dict[int, _ClaimEdits]:
    number = pl.int_range(pl.len()).over("own").alias("citation")
    cited = rows["citation"].select("own", "claim", "source.id", "stance", number)
    owns = edits.listed.select("own", pl.int_range(pl.len()).alias("copy"))
    lost, added = (
        frame.filter(pl.col("copy").is_in(numbers.to_list())) for frame in (edits.lost, edits.added)
    )
    lost = lost.join(owns, on="copy").join(cited, on=["own", "citation"])
    found: dict[int, _ClaimEdits] = {}
    for copy, claim, source, stance in lost.select(
        "copy", "claim", "source.id", "stance"
    ).iter_rows():
        found.setdefault(copy, {}).setdefault(claim, (set(), []))[0].add((source, stance))
    for copy, claim, source in added.select("copy", "claim", "source").iter_rows():
        found.setdefault(copy, {}).setdefault(claim, (set(), []))[1].append(source)
    return found


def _edited(profile: AnyProfile, edits: _ClaimEdits) -> AnyProfile:
    numbers = {claim.id: number for number, claim in enumerate(scored_claims(profile))}
    claims = []
    for claim in profile.claims:
        lost, added = edits.get(numbers.get(claim.id, -1), (set(), []))
        left = [c for c in claim.sources if (c.id, c.stance) not in lost]
        cited = {c.id for c in left}
        more = [Citation.model_construct(id=s) for s in added if s not in cited]
        claims.append(claim.model_copy(update={"sources": (*left, *more)}))
    return profile.model_copy(update={"claims": tuple(claims)})


def _with_hypothetical(corpus: Corpus, changes: Sequence[Change], as_of: date) -> Corpus:
    """The corpus with hypothetical originals, each of its own publisher."""
    publishers, sources = dict(corpus.publishers), dict(corpus.sources)
    for change in changes:
        if change.action == "see_original":
            name = _hypothetical_id(change, 1)
            publishers[name] = Publisher.model_construct(
                kind="publisher", id=name, name=change.text
            )
            sources[name] = Source.model_construct(
                kind="source",
                id=name,
                title=change.text,
                publisher=name,
                published=PartialDate.parse(as_of.isoformat()),
                directness=_directness(change),
            )
    return Corpus(publishers, sources, corpus.profiles)


# Scoring ------------------------------------------------------------------------------------------


_PEER, _GROUND = row_column("peer"), row_column("ground")


def score_copies(base: Run, tables: Tables, wanted: Sequence[Place]) -> Run:
    """Score copies of profiles whose neighbours keep the scores of ``base``.

    Their ``peer_row`` and, among grounds, ``there`` are rows of ``base``. ``wanted`` are the
    columns that will be read.
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
    grounds = {step for step in away if step.link == _GROUND}
    program = _reading_base(base.program, grounds) if grounds else base.program
    engine = LocalEngine(tables)
    for step in away:
        link, name = ("there", _there(step)) if step in grounds else (step.link, step.column)
        rows = tables.frames[step.space].get_column(link)
        values = base.engine.column(step.target, step.origin).gather(rows)
        engine.add(step.space, values.alias(name))
    engine.run(program.steps)
    engine.make(wanted)
    return Run(base.rulebook, program, tables, engine)


def _there(step: Gather) -> str:
    return f"{step.column}, there"


def _reading_base(program: Program, grounds: set[Gather]) -> Program:
    """The program with grounds in other profiles read from columns with their values."""
    steps: list[Step] = []
    for step in program.steps:
        if not isinstance(step, Gather) or step not in grounds:
            steps.append(step)
            continue
        here = f"{step.column}, here"
        steps.append(replace(step, column=here))
        value = apply("if", apply("known", Col("there")), Col(_there(step)), Col(here))
        steps.append(Compute(step.space, step.column, value))
    return replace(program, steps=tuple(steps))
