"""From models to tables: a row for each profile, claim, citation and edge.

Every profile given makes a row, also one that stands beside its original as a what-if: such a
row has the evidence it is given, and its original's neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from assay.arithmetic import to_points
from assay.evidence.origins import Lineage, Traced
from assay.graph.reach import PAIR_SCHEMA, reach_pairs
from assay.model.corpus import Corpus
from assay.model.dates import PartialDate
from assay.model.evidence import Claim, Source
from assay.model.profile import AnyProfile, Dependency, Event
from assay.model.rulebook import Rulebook
from assay.progress import counting
from assay.tables.tables import Tables, frame

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """One dependency between two profiles that are both in the tables.

    ``lower`` depends on ``upper``; ``affects`` marks an event's effect, written at the event.
    """

    lower: str
    upper: str
    dependency: Dependency
    affects: bool


def build_tables(
    corpus: Corpus, rulebook: Rulebook, as_of: date, what_ifs: Sequence[AnyProfile] = ()
) -> Tables:
    """Tables of the corpus at a date, followed by the rows of the what-ifs.

    Drafts are left out, and so is evidence that does not exist yet or was retracted. Edges count
    while they are valid.
    """
    profiles = scored_profiles(corpus, as_of)
    builder = _Builder(corpus, rulebook, as_of, Lineage(corpus, as_of))
    for profile in counting((*profiles, *what_ifs), "profiles"):
        builder.add(profile)
    frames = builder.frames()
    edges = valid_edges(profiles, as_of)
    return Tables(frames | edge_tables(edges, profiles, rulebook, what_ifs))


def edge_tables(
    edges: Sequence[Edge],
    profiles: Sequence[AnyProfile],
    rulebook: Rulebook,
    what_ifs: Sequence[AnyProfile] = (),
) -> dict[str, pl.DataFrame]:
    """The tables of edges and of reach for the rows of the profiles and the what-ifs."""
    rows = {p.id: i for i, p in enumerate(profiles)}
    originals = [*range(len(profiles)), *(rows[p.id] for p in what_ifs)]
    return _edge_frames(edges, rows, originals) | _reach_frames(edges, rows, originals, rulebook)


def scored_profiles(corpus: Corpus, as_of: date) -> list[AnyProfile]:
    """The profiles that are scored at a date: neither drafts nor under embargo."""
    return [
        p
        for p in corpus.profiles.values()
        if p.status == "final" and (p.embargo is None or p.embargo <= as_of)
    ]


def scored_claims(profile: AnyProfile) -> list[Claim]:
    """The claims of a profile that are scored: all but drafts."""
    return [c for c in profile.claims if c.status == "final"]


def valid_edges(profiles: Iterable[AnyProfile], day: date) -> list[Edge]:
    """Edges between the profiles that are valid on a day, by lower and upper end."""
    known = {p.id: p for p in profiles}
    edges: list[Edge] = []
    for profile in known.values():
        edges += [Edge(profile.id, d.on, d, affects=False) for d in profile.depends_on]
        if isinstance(profile, Event):
            edges += [Edge(d.on, profile.id, d, affects=True) for d in profile.affects]
    return [e for e in edges if e.lower in known and e.upper in known and _valid(e.dependency, day)]


def _valid(dependency: Dependency, day: date) -> bool:
    begun = dependency.valid_from is None or dependency.valid_from.first <= day
    ended = dependency.valid_until is not None and dependency.valid_until.last < day
    return begun and not ended


def _day(value: PartialDate | date | None) -> int | None:
    if value is None:
        return None
    return (value.first if isinstance(value, PartialDate) else value).toordinal()


class _Builder:
    def __init__(self, corpus: Corpus, rulebook: Rulebook, as_of: date, lineage: Lineage) -> None:
        self._corpus = corpus
        self._review_after = rulebook.settings.review_after_days
        self._as_of = as_of
        self._lineage = lineage
        self._profiles: list[Row] = []
        self._claims: list[Row] = []
        self._citations: list[Row] = []
        self._implied: list[tuple[Source, Traced, int, int]] = []
        self._roots: list[tuple[int, int | None, int | None]] = []
        self._grounds: list[tuple[int, str, str, int | None]] = []
        self._claim_rows: dict[tuple[str, str], int] = {}

    def add(self, profile: AnyProfile) -> None:
        row = len(self._profiles)
        claims = scored_claims(profile)
        first = len(self._claims)
        at = {c.id: first + i for i, c in enumerate(claims)}
        traced = [self._lineage.trace(c.sources) for c in claims]
        flat = [t for per_claim in traced for t in per_claim]
        together = iter(self._lineage.trace(t.citation for t in flat))
        for claim, per_claim in zip(claims, traced, strict=True):
            self._add_citations(per_claim, together, at[claim.id], row)
            self._claims.append(self._claim(claim, per_claim, row))
            for reference in claim.rests_on:
                self._grounds.append((at[claim.id], profile.id, reference, at.get(reference)))
        for claim_id, claim_row in at.items():
            self._claim_rows.setdefault((profile.id, claim_id), claim_row)
        self._profiles.append(self._profile(profile))

    def _profile(self, profile: AnyProfile) -> Row:
        begun = ended = None
        if isinstance(profile, Event):
            begun = _day(profile.date or profile.from_)
            last = profile.date or profile.until
            ended = last.last.toordinal() if last else None
        due = [w.due.last.toordinal() for w in profile.watch if w.due]
        return (
            profile.id,
            profile.kind,
            profile.type,
            profile.region,
            getattr(profile, "base", None),
            profile.domain,
            list(profile.topics),
            len(profile.gaps),
            begun,
            ended,
            min(due, default=None),
            self._as_of.toordinal(),
        )

    def _claim(self, claim: Claim, traced: Sequence[Traced], profile_row: int) -> Row:
        days = [t.day for t in traced if t.day and t.citation.stance == "supports"]
        if claim.checked and claim.checked <= self._as_of:
            days.append(claim.checked)
        review_after = self._review_after.get(claim.type or "", self._review_after.get("default"))
        return (
            claim.id,
            claim.nature,
            claim.section,
            claim.type,
            claim.key,
            claim.holds,
            _day(claim.as_of),
            _day(max(days, default=None)),
            review_after,
            float(claim.quantity.value) if claim.quantity else None,
            claim.quantity.unit if claim.quantity else None,
            claim.likelihood,
            len(claim.contradicts),
            profile_row,
        )

    def _add_citations(
        self, traced: Sequence[Traced], together: Iterable[Traced], claim_row: int, profile_row: int
    ) -> None:
        lineage = self._lineage
        rows = {
            (lineage.canonical(t.citation.id), t.citation.stance): len(self._citations) + i
            for i, t in enumerate(traced)
        }
        for one, in_profile in zip(traced, together, strict=False):
            here = len(self._citations)
            self._citations.append(
                self._citation(
                    one, in_profile.origin, claim_row, claim_row, profile_row, profile_row
                )
            )
            for root in one.draws_on:
                cited = rows.get((root, one.citation.stance))
                if cited is not None:
                    self._roots.append((here, cited, None))
                else:
                    self._roots.append((here, None, len(self._implied)))
                    source = self._corpus.sources[root]
                    self._implied.append((source, one, claim_row, profile_row))

    def _citation(
        self,
        traced: Traced,
        profile_origin: str,
        claim_row: int,
        owner_row: int | None,
        cited_by_row: int | None,
        profile_row: int,
    ) -> Row:
        citation = traced.citation
        source = self._corpus.sources[citation.id]
        return (
            citation.stance,
            traced.directness,
            citation.credibility,
            traced.origin,
            traced.origin_directness,
            profile_origin,
            _day(traced.day),
            *self._source(source),
            claim_row,
            owner_row,
            cited_by_row,
            profile_row,
        )

    def _source(self, source: Source) -> Row:
        publisher = self._corpus.publishers.get(source.publisher or "")
        accessed = source.accessed if source.accessed and source.accessed <= self._as_of else None
        return (
            source.id,
            _day(source.published),
            _day(accessed),
            source.directness,
            source.attribution,
            publisher.id if publisher else None,
            publisher.owner if publisher else None,
            publisher.reliability if publisher else None,
        )

    def frames(self) -> dict[str, pl.DataFrame]:
        """The tables of evidence; roots that no claim cites stand at the end of the citations."""
        cited = len(self._citations)
        implied = [
            (
                retold.citation.stance,
                source.directness,
                None,
                source.id,
                source.directness,
                source.id,
                _day(source.published),
                *self._source(source),
                claim_row,
                None,
                None,
                profile_row,
            )
            for source, retold, claim_row, profile_row in self._implied
        ]
        roots: list[Row] = [
            (here, there if there is not None else cited + (index or 0))
            for here, there, index in self._roots
        ]
        return {
            "profile": frame("profile", self._profiles),
            "claim": frame("claim", self._claims),
            "citation": frame("citation", [*self._citations, *implied]),
            "root": frame("root", roots),
            "ground": frame("ground", list(self._ground_rows())),
        }

    def _ground_rows(self) -> Iterator[Row]:
        """What each claim rests on; claims of other profiles are those of their first rows."""
        for here, profile_id, reference, own in self._grounds:
            owner, _, claim_id = reference.rpartition("#")
            there = own
            if there is None:
                there = self._claim_rows.get((owner or profile_id, claim_id))
            if there is not None:
                yield (here, there)


# Edges and reach ---------------------------------------------------------------------------


def _edge_frames(
    edges: Sequence[Edge], rows: dict[str, int], originals: Sequence[int]
) -> dict[str, pl.DataFrame]:
    by_space: dict[str, dict[int, list[tuple[Dependency, int]]]] = {
        space: defaultdict(list) for space in ("dependency", "dependent", "event")
    }
    for e in edges:
        lower, upper = rows[e.lower], rows[e.upper]
        by_space["event" if e.affects else "dependency"][lower].append((e.dependency, upper))
        by_space["dependent"][upper].append((e.dependency, lower))
    frames = {}
    for space, owned in by_space.items():
        made: list[Row] = []
        for row, original in enumerate(originals):
            for dependency, peer in owned[original]:
                made.append(
                    (
                        dependency.relation,
                        dependency.criticality,
                        len(dependency.claims),
                        _day(dependency.valid_from),
                        row,
                        peer,
                    )
                )
        frames[space] = frame(space, made)
    return frames


def edge_weights(edges: Iterable[Edge], rows: dict[str, int], rulebook: Rulebook) -> pl.DataFrame:
    """The edges as reach reads them: upper row, lower row, weight in thousandths."""
    weights = rulebook.reach.weights
    return pl.DataFrame(
        [
            (
                rows[e.upper],
                rows[e.lower],
                to_points(weights[level])
                if (level := e.dependency.criticality) in weights and level
                else None,
            )
            for e in edges
        ],
        schema={"upper": pl.Int64, "lower": pl.Int64, "points": pl.Int64},
        orient="row",
    )


def _reach_frames(
    edges: Sequence[Edge],
    rows: dict[str, int],
    originals: Sequence[int],
    rulebook: Rulebook,
) -> dict[str, pl.DataFrame]:
    if edges:
        weights = edge_weights(edges, rows, rulebook)
        pairs = reach_pairs(weights, rulebook.reach.hops, rulebook.reach.damping)
    else:
        pairs = pl.DataFrame(schema=PAIR_SCHEMA)
    place = pl.DataFrame(
        {"row": range(len(originals)), "original": originals},
        schema={"row": pl.Int64, "original": pl.Int64},
    )
    frames = {}
    for space, own, peer in (("upstream", "lower", "upper"), ("downstream", "upper", "lower")):
        frames[space] = (
            place.join(pairs, left_on="original", right_on=own, how="inner")
            .sort("row", peer)
            .select(
                (pl.col("points").cast(pl.Float64) / 1000).alias("reach"),
                "distance",
                pl.col("row").alias("profile_row"),
                pl.col(peer).alias("peer_row"),
            )
        )
    return frames
