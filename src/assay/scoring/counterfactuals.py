"""Counterfactuals: how scores would differ with one change of the evidence.

Every change of the rulebook's catalogue is made to copies of the profiles' rows, which are scored
together. Only where an edit cites sources of the workspace is it made to the documents instead,
because those may be related to others. Supposed sources have ids that no document can have.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl

from assay.cel.operations import Col, apply
from assay.cel.program import Compute, Gather, PoolUp, Program, ScorerColumns, Step
from assay.cel.schema import row_column
from assay.cel.steps import Place
from assay.engine.aggregates import pool_within_reach
from assay.engine.local import LocalEngine
from assay.evidence.independence import CORROBORATING
from assay.model.dates import PartialDate
from assay.model.documents import AnyProfile, Citation, Corpus, Directness, Publisher, Source
from assay.model.results import AddedCitation, ClaimEdit, RemovedCitation, WouldChange
from assay.model.rulebook import Change
from assay.progress import counting
from assay.scoring.run import Run, ordered_bands
from assay.tables.edit import EvidenceEdits, beside, edit_evidence, select_evidence
from assay.tables.rows import LOCAL, Rows, rows_of, scored_claims
from assay.tables.tables import CODED, Dtype, Ints, Tables, coded, spans
from assay.text import listed

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
        changes = _crossing(run, counterfactuals(corpus, rows, run, as_of, profiles))
        found |= {i: tuple(changes.get(run.profile_rows[i], ())) for i in block}
    return found


def _crossing(run: Run, tried: Counterfactuals) -> dict[int, list[WouldChange]]:
    """By row of the profile the least changes that cross a boundary, by scorer and effort."""
    graded = [s for s in run.program.on("profile") if s.band]
    if not graded or tried.listed.is_empty():
        return {}
    scorers = sorted(graded, key=lambda s: s.scorer.name)
    then = _scored(run, tried, scorers)
    moves = [_band_changes(run, then, scorer, tried.listed) for scorer in scorers]
    weakest = _weakest_claim(run)
    mixed = None if weakest is None else tried.mixed(run, then, weakest)
    if mixed is not None and weakest is not None:
        changes = _band_changes(run, _scored(run, mixed, [weakest]), weakest, mixed.listed)
        after = changes.with_columns(pl.col("copy") + tried.listed.height)
        number = scorers.index(weakest)
        moves[number] = pl.concat([moves[number], after])
    least = [_least(frame) for frame in moves]
    copies = {copy for frame in least for copy in frame["copy"]}
    stated = tried.stated({c for c in copies if c < tried.listed.height})
    if mixed is not None:
        later = {c - tried.listed.height for c in copies if c >= tried.listed.height}
        stated |= {c + tried.listed.height: said for c, said in mixed.stated(later).items()}
    found: dict[int, list[WouldChange]] = {}
    for scorer, frame in zip(scorers, least, strict=True):
        bands = ordered_bands(run.rulebook.bands(scorer.scorer))
        for own, up, effort, copy, points, band in frame.iter_rows():
            text, edits = stated[copy]
            change = WouldChange(
                scorer=scorer.scorer.name,
                to=bands[band],
                change=text,
                effort=effort,
                points=points,
                direction="upgrade" if up else "downgrade",
                edits=edits,
            )
            found.setdefault(own, []).append(change)
    return found


def _scored(run: Run, tried: Counterfactuals, scorers: Sequence[ScorerColumns]) -> Run:
    """Score the copies of the profiles, and their claims as the weakest one is found."""
    wanted = [("profile", c) for s in scorers for c in (s.score, s.band) if c]
    weakest = _weakest_claim(run)
    if weakest is not None and weakest.pool is not None:
        wanted.append(("claim", weakest.pool.take))
    return score_copies(run, tried.tables, tried.listed["own"].to_numpy(), wanted)


def _weakest_claim(run: Run) -> ScorerColumns | None:
    """The graded scorer of profiles that is the least of the scores of claims, if there is one."""
    for scorer in run.program.on("profile"):
        pool = scorer.pool
        if scorer.band and pool and pool.elements == "claim" and pool.combine == "min":
            return scorer
    return None


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
    return frame.filter(changed).select("own", up.alias("up"), "effort", "copy", "points", "to")


def _least(changes: pl.DataFrame) -> pl.DataFrame:
    """For each direction the least effort, and more effort only where it leads further.

    Changes of equal effort and result are in the order of the catalogue.
    """
    sign = pl.when("up").then(1).otherwise(-1)
    far, to = pl.col("points") * sign, pl.col("to").cast(pl.Int64) * sign
    return (
        changes.with_columns(far=far, band=to)
        .sort(
            ["own", "up", "effort", "far", "copy"],
            descending=[False, True, False, True, False],
        )
        .unique(["own", "up", "effort"], keep="first", maintain_order=True)
        .with_columns(before=pl.col("band").cum_max().shift(1).over("own", "up"))
        .filter((pl.col("band") > pl.col("before")).fill_null(True))
        .select("own", "up", "effort", "copy", "points", "to")
    )


@dataclass(frozen=True, slots=True)
class Counterfactuals:
    """Edits of profiles, with tables that have a profile row for each row of ``listed``.

    ``listed`` has the profile's row in the run (``own``), the number of the edit (``copy``), and
    its ``effort``.
    """

    listed: pl.DataFrame
    tables: Tables
    _makers: _Makers
    _edits: _Edits

    def stated(self, copies: Collection[int]) -> dict[int, tuple[str, tuple[ClaimEdit, ...]]]:
        """Return the sentence and the edits of the documents, by number of the edit."""
        wanted = list(copies)
        changes = self._makers.run.rulebook.changes
        edits = _claim_edits(self._makers.rows, self._edits, changes, wanted)
        parts: dict[int, dict[tuple[int, str | None, int | None], list[int]]] = {}
        made = self._edits.claims.filter(pl.col("copy").is_in(wanted)).sort("copy", "claim")
        rank = pl.int_range(pl.len()).over("copy")
        for copy, *part, number in made.select(
            "copy", "change", "name", "turn", rank.alias("rank")
        ).iter_rows():
            parts.setdefault(copy, {}).setdefault((part[0], part[1], part[2]), []).append(number)
        keys = dict(self._edits.listed.select("copy", "keys").iter_rows())
        return {
            copy: (
                "; and ".join(
                    _sentence(changes[change], [edits[copy][n] for n in numbers], name, keys[copy])
                    for (change, name, _), numbers in parts[copy].items()
                ),
                edits[copy],
            )
            for copy in sorted(wanted)
        }

    def mixed(self, run: Run, then: Run, scorer: ScorerColumns) -> Counterfactuals | None:
        """Make for each band the least change of each key claim that is too weak for it.

        ``then`` has the scores of the copies. None if single changes are never of several kinds.
        """
        pool = scorer.pool
        assert pool is not None
        evidence, variants = self._makers.evidence, self._makers.variants
        offsets = self.tables.offsets("claim", "profile_row", self.tables.height("profile"))
        points = then.engine.column("claim", pool.take)
        row_of = {copy: row for row, copy in enumerate(self.listed["copy"])}
        made = variants.select("claim", "change", "turn", "name", "effort", "known").rows()
        single = self._edits.listed.filter(pl.col("variants").list.len() == 1)
        ways: dict[tuple[int, int], list[_Way]] = {}
        for copy, own, variant in single.select(
            "copy", "own", pl.col("variants").list.first()
        ).iter_rows():
            claim, change, turn, name, effort, known = made[variant]
            reached = points[int(offsets[row_of[copy]]) + claim]
            if reached is not None:
                way = _Way(effort, variant, reached, change, turn, name, known)
                ways.setdefault((own, claim), []).append(way)
        starts = [round(b.from_ * 1000) for b in ordered_bands(run.rulebook.bands(scorer.scorer))]
        found: dict[tuple[object, ...], None] = {}
        for (own,), keys in evidence.keys.group_by("own", maintain_order=True):
            for start in starts:
                weak = keys.filter(pl.col("strength").fill_null(-1) < start)["claim"]
                chosen = [
                    min((w for w in ways.get((own, c), ()) if w.points >= start), default=None)
                    for c in weak
                ]
                kinds = {w and (w.change, w.turn, w.name) for w in chosen}
                if None not in kinds and len(kinds) > 1:
                    found[_mixture(own, [w for w in chosen if w])] = None
        if not found:
            return None
        return self._makers.made(pl.DataFrame(list(found), schema=_LISTED, orient="row"))


class _Way(NamedTuple):
    """A change of one claim: its effort, its number among the variants, and the claim's score."""

    effort: int
    variant: int
    points: int
    change: int
    turn: int | None
    name: str | None
    known: bool


def _mixture(own: int, ways: Sequence[_Way]) -> tuple[object, ...]:
    """A row of :data:`_LISTED` for changes of several claims; one document is read only once."""
    efforts = {(w.change, w.name) if w.name else w.variant: w.effort for w in ways}
    known = any(w.known for w in ways)
    return own, sum(efforts.values()), known, tuple(w.variant for w in ways)


def counterfactuals(
    corpus: Corpus, rows: Rows, run: Run, as_of: date, profiles: Ints
) -> Counterfactuals:
    """Make every change of the catalogue to profiles.

    ``rows`` are those of the whole corpus, ``profiles`` rows of the run.
    """
    rows = select_evidence(rows, profiles)
    evidence = _evidence(corpus, rows, _strength(run, profiles))
    variants = _catalogue(evidence, run.rulebook.changes)
    makers = _Makers(corpus, rows, run, as_of, profiles, evidence, variants)
    return makers.made(_listed(evidence, variants, run.rulebook.changes))


@dataclass(frozen=True, slots=True)
class _Makers:
    """The evidence of ``profiles`` (rows of the run), and the changes of single claims."""

    corpus: Corpus
    rows: Rows
    run: Run
    as_of: date
    profiles: Ints
    evidence: _Evidence
    variants: pl.DataFrame

    def made(self, listed: pl.DataFrame) -> Counterfactuals:
        """Make the edits that are listed, with the columns of :data:`_LISTED`."""
        return _made(self, _edits(self.evidence, self.variants, listed))


def _made(makers: _Makers, edits: _Edits) -> Counterfactuals:
    corpus, rows, run, as_of = makers.corpus, makers.rows, makers.run, makers.as_of
    profiles, changes = makers.profiles, run.rulebook.changes
    known = edits.listed["known"]
    simple, of_documents = (edits.listed["copy"].filter(k) for k in (~known, known))

    added_sources = list(_supposed(changes, as_of.toordinal()))
    supposed = pl.DataFrame(added_sources, schema=LOCAL["citation"])
    from_documents = _rows_of_documents(corpus, run, as_of, rows, edits, of_documents)
    before = rows["citation"].height
    # Code texts of all citations together, so that equal texts have equal codes.
    citations = coded(
        "citation", pl.concat([rows["citation"], supposed, from_documents["citation"]])
    )
    given = {**rows, "citation": citations.head(before + supposed.height)}
    from_documents["citation"] = citations.slice(before + supposed.height)
    added = pl.DataFrame({"source": supposed["source.id"]}).with_row_index("row", before)
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
    listed = edits.listed[pl.concat([simple, of_documents])]
    own = pl.Series("own", profiles[listed["own"].to_numpy()])
    tables = beside(run.tables, own.to_numpy(), together)
    listed = listed.select("copy", "effort").with_columns(own)
    return Counterfactuals(listed, tables, makers, edits)


def _strength(run: Run, profiles: Ints) -> pl.Series:
    """The score of each claim that the grade of its profile is the least of; otherwise null."""
    offsets = run.tables.offsets("claim", "profile_row", run.tables.height("profile"))
    claims, _ = spans(offsets, profiles)
    weakest = _weakest_claim(run)
    if weakest is None or weakest.pool is None:
        return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(claims))
    run.engine.make([("claim", weakest.pool.take)])
    return run.engine.column("claim", weakest.pool.take).gather(claims).cast(pl.Int64)


# The catalogue ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Edits:
    """Edits of the evidence, one for each counterfactual, by its number (``copy``).

    ``listed`` has a row for each, as :data:`_LISTED`, and the number of key claims (``keys``).
    ``claims`` are those it edits (``copy``, ``claim``), with the number of the ``change``, what the
    sentence names (``name``), ``turn``, ``fresh`` and ``names_actor``. ``lost`` are citations
    (``copy``, ``citation``), ``added`` ids of further sources with their kinds (``copy``,
    ``claim``, ``source``, ``kind``) and the ``name`` of their document.
    """

    listed: pl.DataFrame
    claims: pl.DataFrame
    lost: pl.DataFrame
    added: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Key claims, their citations, what these draw on, and documents that would settle claims."""

    keys: pl.DataFrame
    cited: pl.DataFrame
    drawn: pl.DataFrame
    settling: pl.DataFrame

    @property
    def supporting(self) -> pl.DataFrame:
        return self.cited.filter(pl.col("stance") == "supports")


_LISTED: dict[str, Dtype] = {
    "own": pl.Int64,
    "effort": pl.Int32,
    "known": pl.Boolean,
    "variants": pl.List(pl.UInt32),
}
"""An edit: the row of its profile, its effort, whether it adds known sources, and its parts."""

# A change made to one claim. `turn` numbers the ways to make the change to every key claim (null
# if there is none), `weight` multiplies the effort.
_VARIANT: dict[str, Dtype] = {
    "own": pl.Int64,
    "claim": pl.Int64,
    "turn": pl.Int32,
    "name": pl.String,
    "weight": pl.Int32,
    "lost": pl.List(pl.Int64),
    "sources": pl.List(pl.String),
    "kinds": pl.List(pl.String),
    "fresh": pl.Boolean,
    "known": pl.Boolean,
    "names_actor": pl.Boolean,
}


def _catalogue(evidence: _Evidence, changes: Sequence[Change]) -> pl.DataFrame:
    """Make each change to each key claim: a numbered row of ``_VARIANT`` with change and effort.

    Additions are made once, twice and three times. Changes that do not apply (no dispute to
    resolve, nothing to recheck) are left out.
    """
    variants = pl.concat(
        [
            pl.DataFrame(schema={"change": pl.Int32, "effort": pl.Int32, **_VARIANT}),
            *(
                made.select(
                    pl.lit(number, pl.Int32).alias("change"),
                    pl.lit(change.effort, pl.Int32).alias("effort"),
                    *_VARIANT,
                )
                for number, change in enumerate(changes)
                for made in _ACTIONS[change.action](evidence, change)
            ),
        ]
    ).with_row_index("variant")
    return variants.with_columns(pl.col("effort") * pl.col("weight"))


def _listed(evidence: _Evidence, variants: pl.DataFrame, changes: Sequence[Change]) -> pl.DataFrame:
    """List each change of one key claim of a profile, and of its two or more weakest key claims."""
    return pl.concat(
        [
            variants.select(
                *("own", "effort", "known"), pl.concat_list("variant").alias("variants")
            ),
            _for_weakest(variants.join(evidence.keys, on=["own", "claim"])),
            _for_document(variants, changes),
        ]
    )


def _edits(evidence: _Evidence, variants: pl.DataFrame, given: pl.DataFrame) -> _Edits:
    listed = (
        given.join(evidence.keys.select("own", "keys").unique(), on="own", maintain_order="left")
        .with_row_index("copy")
        .cast({"copy": pl.Int64})
    )
    parts = listed.select("copy", pl.col("variants").alias("variant")).explode("variant")
    edits = parts.join(variants, on="variant", maintain_order="left")
    lost, added = (
        edits.filter(pl.col(names[0]).list.len() > 0).explode(*names)
        for names in (("lost",), ("sources", "kinds"))
    )
    return _Edits(
        listed,
        edits.select("copy", "claim", "change", "name", "turn", "fresh", "names_actor"),
        lost.select("copy", pl.col("lost").alias("citation")),
        added.select(
            *("copy", "claim", "name"),
            pl.col("sources").alias("source"),
            pl.col("kinds").alias("kind"),
        ),
    )


def _evidence(corpus: Corpus, rows: Rows, strength: pl.Series) -> _Evidence:
    """Select the evidence of key claims; ``strength`` is the score of each claim."""
    number = pl.int_range(pl.len()).over("own")
    claims = rows["claim"].select(
        *("own", "holds", "has_actor", "key"),
        pl.col("id").cast(pl.String),
        number.alias("claim"),
        strength.alias("strength"),
    )
    keys = claims.filter("key").drop("key").with_columns(pl.len().over("own").alias("keys"))
    citations = rows["citation"].select(
        *("own", "claim", "implied", "publication"),
        pl.col("stance", "kind").cast(pl.String),
        pl.col("source.id").alias("source"),
        number.alias("citation"),
    )
    cited = citations.filter(~pl.col("implied")).join(keys, on=["own", "claim"], how="semi")
    original = citations.select(
        *("own", "source", "kind", "publication"), pl.col("citation").alias("root")
    )
    drawn = rows["root"].join(original, on=["own", "root"])
    named = pl.DataFrame(
        [
            (own, item.document, item.directness, claim)
            for own, profile in enumerate(rows["profile"]["id"])
            for item in (*corpus.profiles[profile].watch, *corpus.profiles[profile].gaps)
            for claim in item.would_settle
        ],
        schema={"own": pl.Int64, "document": pl.String, "kind": pl.String, "id": pl.String},
        orient="row",
    )
    # A gap and a watch item may name one document.
    settling = named.unique(["own", "document", "id"], keep="first", maintain_order=True).join(
        keys, on=["own", "id"], maintain_order="left"
    )
    return _Evidence(keys, cited, drawn, settling)


def _for_weakest(variants: pl.DataFrame) -> pl.DataFrame:
    """The change made to the weakest two, three and so on of the key claims to which it applies.

    A grade that is the least of the claims needs no more than those below the next band.
    """
    grouped = (
        variants.filter(pl.col("turn").is_not_null())
        .sort("own", "change", "turn", "strength", "claim", nulls_last=False)
        .group_by("own", "change", "turn", maintain_order=True)
        .agg("effort", "known", "variant")
    )
    size = pl.int_ranges(2, pl.col("variant").list.len() + 1, dtype=pl.Int64)
    return (
        grouped.with_columns(size.alias("size"))
        .filter(pl.col("size").list.len() > 0)
        .explode("size")
        .select(
            "own",
            pl.col("effort").list.head(pl.col("size")).list.sum().cast(pl.Int32),
            pl.col("known").list.head(pl.col("size")).list.any(),
            pl.col("variant").list.head(pl.col("size")).alias("variants"),
        )
    )


def _for_document(variants: pl.DataFrame, changes: Sequence[Change]) -> pl.DataFrame:
    """One document cited for all key claims that it would settle, at the effort of one."""
    reading = [i for i, change in enumerate(changes) if change.action == "read_document"]
    return (
        variants.filter(pl.col("change").is_in(reading))
        .group_by("own", "change", "name", maintain_order=True)
        .agg(pl.col("effort").first(), pl.col("known").any(), pl.col("variant").alias("variants"))
        .filter(pl.col("variants").list.len() > 1)
        .select("own", "effort", "known", "variants")
    )


# Actions: one change made to single claims --------------------------------------------------------


_DEFAULTS: Mapping[str, pl.Expr] = {
    "own": pl.col("own"),
    "claim": pl.col("claim"),
    "turn": pl.lit(0),
    "name": pl.lit(None),
    "weight": pl.lit(1),
    "lost": pl.lit(None),
    "sources": pl.lit([], pl.List(pl.String)),
    "kinds": pl.lit([], pl.List(pl.String)),
    "fresh": pl.lit(False),
    "known": pl.lit(False),
    "names_actor": pl.lit(False),
}


def _variants(claims: pl.DataFrame, **values: pl.Expr) -> pl.DataFrame:
    """A row for each of the claims; ``values`` are columns of ``_VARIANT``."""
    columns = {**_DEFAULTS, **values}
    return claims.select(columns[name].cast(dtype).alias(name) for name, dtype in _VARIANT.items())


_TIMES = ("", " twice", " three times")


def _add_source(evidence: _Evidence, change: Change) -> Iterator[pl.DataFrame]:
    """Cite supposed sources; for a record, the edit names an actor that the claim lacks."""
    kind = _directness(change)
    for times in range(1, len(_TIMES) + 1):
        yield _variants(
            evidence.keys,
            turn=pl.lit(times),
            weight=pl.lit(times),
            sources=_texts([_supposed_id(change, n) for n in range(1, times + 1)]),
            kinds=_texts([kind] * times),
            names_actor=~pl.col("has_actor") if kind == "record" else pl.lit(False),
        )


def _texts(texts: Sequence[str]) -> pl.Expr:
    return pl.lit(list(texts), pl.List(pl.String))


def _lose_source(evidence: _Evidence, _change: Change) -> Iterator[pl.DataFrame]:
    """Remove one publication with all citations that draw on it, supporting and disputing."""
    columns = ("own", "claim", "citation", "stance", "publication", "source")
    drawing = evidence.drawn.drop("kind").join(
        evidence.cited.select("own", "claim", "citation", "stance"), on=["own", "citation"]
    )
    reached = pl.concat([evidence.cited.select(columns), drawing.select(columns)])
    lost = (
        reached.group_by("own", "claim", "publication")
        .agg(
            pl.col("citation").unique().sort().alias("lost"),
            pl.col("source").filter(pl.col("stance") == "supports").min(),
        )
        .drop_nulls("source")
        .sort("own", "claim", "source")
    )
    yield _variants(lost, turn=pl.lit(None), name=pl.col("source"), lost=pl.col("lost"))


def _see_original(evidence: _Evidence, change: Change) -> Iterator[pl.DataFrame]:
    """Cite the originals that a claim does not cite, or a supposed one if none is known."""
    secondary = evidence.supporting.filter(pl.col("kind") == "secondary")
    secondary = secondary.select("own", "claim", "citation")
    originals = evidence.drawn.filter(pl.col("kind").is_in(list(CORROBORATING)))
    uncited = (
        originals.join(secondary, on=["own", "citation"])
        .join(evidence.cited, on=["own", "claim", "publication"], how="anti")
        .sort("own", "claim", "source")
        .unique(["own", "claim", "publication"], keep="first", maintain_order=True)
        .group_by("own", "claim", maintain_order=True)
        .agg(pl.col("source").alias("sources"), pl.col("kind").alias("kinds"))
    )
    yield _variants(uncited, sources=pl.col("sources"), kinds=pl.col("kinds"), known=pl.lit(True))
    others = (
        secondary.join(originals, on=["own", "citation"], how="anti")
        .join(uncited, on=["own", "claim"], how="anti")
        .select("own", "claim")
        .unique(maintain_order=True)
    )
    yield _variants(
        others, sources=_texts([_supposed_id(change, 1)]), kinds=_texts([_directness(change)])
    )


def _read_document(evidence: _Evidence, change: Change) -> Iterator[pl.DataFrame]:
    """Cite documents that watch items and gaps name, for the claims that they would settle."""
    record = pl.col("kind") == "record"
    ids = {kind: _supposed_id(change, n) for n, kind in enumerate(CORROBORATING, start=1)}
    yield _variants(
        evidence.settling,
        turn=pl.lit(None),
        name=pl.col("document"),
        sources=pl.concat_list(pl.col("kind").replace_strict(ids, return_dtype=pl.String)),
        kinds=pl.concat_list("kind"),
        names_actor=record & ~pl.col("has_actor"),
    )


def _resolve_dispute(evidence: _Evidence, _change: Change) -> Iterator[pl.DataFrame]:
    disputes = evidence.cited.filter(pl.col("stance") == "disputes")
    lost = disputes.group_by("own", "claim", maintain_order=True).agg(
        pl.col("citation").alias("lost")
    )
    yield _variants(lost, lost=pl.col("lost"))


def _recheck(evidence: _Evidence, _change: Change) -> Iterator[pl.DataFrame]:
    yield _variants(evidence.keys.filter(pl.col("holds") == "standing"), fresh=pl.lit(True))


_ACTIONS: Mapping[str, Callable[[_Evidence, Change], Iterator[pl.DataFrame]]] = {
    "add_source": _add_source,
    "lose_source": _lose_source,
    "see_original": _see_original,
    "read_document": _read_document,
    "resolve_dispute": _resolve_dispute,
    "recheck": _recheck,
}


# Supposed sources ---------------------------------------------------------------------------------


def _supposed(changes: Sequence[Change], day: int) -> Iterator[dict[str, object]]:
    """Citations of the sources that changes add, published on ``day`` by separate publishers."""
    for change in changes:
        kinds: Sequence[Directness]
        match change.action:
            case "add_source" | "see_original":
                kinds = [_directness(change)] * len(_TIMES)
            case "read_document":
                kinds = CORROBORATING
            case _:
                continue
        for number, kind in enumerate(kinds, start=1):
            source = _supposed_id(change, number)
            yield {
                "implied": False,
                "publication": source,
                "of_actor": kind == "record",
                "stance": "supports",
                "directness": kind,
                "kind": kind,
                "day": day,
                "fresh_day": day,
                "source.id": source,
                "source.day": day,
                "source.directness": kind,
                "publisher.id": source,
                "publisher.reliability": change.reliability,
            }


def _supposed_id(change: Change, number: int) -> str:
    return f"{_SUPPOSED}{change.id}~{number}"


_SUPPOSED = "~"


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
        for frame in (edits.lost, edits.added, edits.claims.filter("fresh"))
    )
    added = added.join(sources.cast({"row": pl.Int64}), on="source", maintain_order="left")
    return EvidenceEdits(
        edits.listed["own"].gather(simple).to_numpy(),
        lost,
        added.select("copy", "claim", pl.col("row").alias("source")),
        checked.select("copy", "claim"),
        as_of.toordinal(),
    )


# Edits of documents -------------------------------------------------------------------------------


def _claim_edits(
    rows: Rows, edits: _Edits, changes: Sequence[Change], copies: Sequence[int]
) -> dict[int, tuple[ClaimEdit, ...]]:
    """Return the edits of the documents, by number of the edit, in the order of the claims."""
    number = pl.int_range(pl.len()).over("own")
    claims = rows["claim"].select("own", pl.col("id").cast(pl.String), number.alias("claim"))
    cited = rows["citation"].select(
        *("own", "claim", "source.id", "stance"), number.alias("citation")
    )
    reliability = {
        _supposed_id(c, n): c.reliability for c in changes for n in range(1, len(_TIMES) + 1)
    }
    owns = edits.listed.select("copy", "own").filter(pl.col("copy").is_in(copies))
    removed: dict[tuple[int, int], list[RemovedCitation]] = {}
    lost = owns.join(edits.lost, on="copy").join(cited, on=["own", "citation"])
    for copy, claim, source, stance in lost.select(
        "copy", "claim", "source.id", "stance"
    ).iter_rows():
        removed.setdefault((copy, claim), []).append(RemovedCitation(source, stance))
    added: dict[tuple[int, int], list[AddedCitation]] = {}
    named = edits.added.select("copy", "claim", "source", "kind", "name")
    for copy, claim, source, kind, name in named.join(owns, on="copy", how="semi").iter_rows():
        known = None if source.startswith(_SUPPOSED) else source
        citation = AddedCitation(known, kind, reliability.get(source), name)
        added.setdefault((copy, claim), []).append(citation)
    found: dict[int, list[ClaimEdit]] = {}
    of_claims = (
        owns.join(edits.claims, on="copy")
        .join(claims, on=["own", "claim"])
        .sort("copy", "claim")
        .select("copy", "claim", "id", "names_actor", "fresh")
    )
    for copy, claim, claim_id, names_actor, fresh in of_claims.iter_rows():
        key = (copy, claim)
        edit = ClaimEdit(
            claim_id,
            tuple(added.get(key, ())),
            tuple(removed.get(key, ())),
            name_actor=names_actor,
            recheck=fresh,
        )
        found.setdefault(copy, []).append(edit)
    return {copy: tuple(own) for copy, own in found.items()}


def _sentence(change: Change, edits: Sequence[ClaimEdit], name: str | None, keys: int) -> str:
    """Describe the edits of a change; ``keys`` is the number of key claims of the profile."""
    known = sorted({a.source for e in edits for a in e.add if a.source})
    supposed = max(sum(a.source is None for a in e.add) for e in edits)
    parts = [change.text]
    claims = listed([repr(e.claim) for e in edits])
    actor = " and name who acted" if any(e.name_actor for e in edits) else ""
    if change.action == "read_document":
        return f"{change.text} “{name}”{actor}; it could confirm {claims}"
    if name is not None:
        parts.append(f": {name}")
    if known:
        parts.append(f" ({', '.join(known)})")
    if supposed:
        parts.append(_TIMES[supposed - 1])
    parts.append(actor)
    comma = "" if supposed else ","
    if len(edits) < keys:
        parts.append(f"{comma} for {claims}")
    elif keys > 1:
        parts.append(f"{comma} for each of {keys} key claims")
    return "".join(parts)


def _rows_of_documents(
    corpus: Corpus, run: Run, as_of: date, rows: Rows, edits: _Edits, numbers: pl.Series
) -> dict[str, pl.DataFrame]:
    """Rows of documents with the edits ``numbers``; ``own`` counts in ``numbers``."""
    if numbers.is_empty():
        return {name: pl.DataFrame(schema=schema) for name, schema in LOCAL.items()}
    added: dict[int, dict[int, list[Citation]]] = {}
    known = edits.added.filter(pl.col("copy").is_in(numbers.to_list()))
    for copy, claim, source, kind in known.select("copy", "claim", "source", "kind").iter_rows():
        citation = Citation.model_construct(id=source, directness=kind)
        added.setdefault(copy, {}).setdefault(claim, []).append(citation)
    ids = rows["profile"]["id"].gather(edits.listed["own"].gather(numbers)).to_list()
    profiles = [
        _with_citations(corpus.profiles[profile_id], added[number])
        for number, profile_id in zip(numbers, ids, strict=True)
    ]
    wider = _with_supposed(corpus, run.rulebook.changes, as_of)
    return dict(rows_of(wider, run.rulebook, as_of, profiles))


def _with_citations(profile: AnyProfile, added: Mapping[int, Sequence[Citation]]) -> AnyProfile:
    """The profile with further citations, by number of the scored claim."""
    numbers = {claim.id: number for number, claim in enumerate(scored_claims(profile))}
    claims = tuple(
        claim.model_copy(
            update={"sources": (*claim.sources, *added.get(numbers.get(claim.id, -1), ()))}
        )
        for claim in profile.claims
    )
    return profile.model_copy(update={"claims": claims})


def _with_supposed(corpus: Corpus, changes: Sequence[Change], as_of: date) -> Corpus:
    """The corpus with supposed originals, each of its own publisher."""
    publishers, sources = dict(corpus.publishers), dict(corpus.sources)
    for change in changes:
        if change.action == "see_original":
            name = _supposed_id(change, 1)
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


def score_copies(base: Run, tables: Tables, own: Ints, wanted: Sequence[Place]) -> Run:
    """Score copies of the profiles ``own``, whose neighbours keep the scores of ``base``.

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
    for pool in program.steps:
        place = (pool.space, pool.column)
        if isinstance(pool, PoolUp) and pool.peer is not None and place in needed:
            engine.add(pool.space, _pooled_in_base(base, pool, engine, own))
    engine.make(wanted)
    return Run(base.rulebook, program, tables, engine)


def _pooled_in_base(base: Run, step: PoolUp, engine: LocalEngine, own: Ints) -> pl.Series:
    """Pool the profiles within reach of copies, along the edges of ``base`` after the first.

    The copies are rows after those of ``base``; ``own`` are their originals.
    """
    assert step.peer is not None
    profiles = base.tables.height(step.space)
    names = {"owner": step.owner, "peer": step.peer, "keep": step.keep, "take": step.take}
    first, further = (
        pl.DataFrame([e.column(step.elements, name).alias(role) for role, name in names.items()])
        for e in (engine, base.engine)
    )
    edges = pl.concat(
        [further, first.with_columns(pl.col("owner") + profiles)], how="vertical_relaxed"
    )
    origins = np.concatenate([np.full(profiles, -1), own])
    return pool_within_reach(step, edges, profiles + len(own), origins)[profiles:]


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
