"""Rows of profiles, claims, citations and edges, converted from documents.

Numbers count within a profile; :mod:`assay.tables.build` joins the rows into tables. Other
profiles matter only by the claims that contradict a claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import get_args

import polars as pl

from assay.evidence.independence import CORROBORATING, Independence, Valued
from assay.model.dates import PartialDate
from assay.model.documents import (
    AnyProfile,
    Citation,
    Claim,
    Corpus,
    Dependency,
    Event,
    Source,
    Stance,
    actor_of,
)
from assay.model.rulebook import Rulebook
from assay.progress import counting
from assay.tables.tables import ROW_LINKS, SCHEMAS, Dtype

Row = tuple[object, ...]
Rows = Mapping[str, pl.DataFrame]
ClaimKey = tuple[str, str]
"""The ids of a profile and of one of its claims."""


def _without_links(space: str) -> dict[str, Dtype]:
    return {n: t for n, t in SCHEMAS[space].items() if n not in ROW_LINKS[space]}


LOCAL: dict[str, dict[str, Dtype]] = {
    "profile": SCHEMAS["profile"],
    "claim": {
        "own": pl.Int64,
        "checked": pl.Int64,
        "has_actor": pl.Boolean,
        **_without_links("claim"),
    },
    "citation": {
        "own": pl.Int64,
        "claim": pl.Int64,
        "implied": pl.Boolean,
        "publication": pl.String,
        "of_actor": pl.Boolean,
        **_without_links("citation"),
    },
    "root": {"own": pl.Int64, "citation": pl.Int64, "root": pl.Int64},
    "pair": {
        "own": pl.Int64,
        "first": pl.Int64,
        "second": pl.Int64,
        "one_family": pl.Boolean,
    },
    "ground": {
        "own": pl.Int64,
        "claim": pl.Int64,
        "ground": pl.Int64,
        "profile": pl.String,
        "reference": pl.String,
    },
    "factor": {"own": pl.Int64, **_without_links("factor")},
    "factor_ground": {
        "own": pl.Int64,
        "factor": pl.Int64,
        "ground": pl.Int64,
        "profile": pl.String,
        "reference": pl.String,
    },
    "edge_ground": {
        "own": pl.Int64,
        "edge": pl.Int64,
        "ground": pl.Int64,
        "profile": pl.String,
        "reference": pl.String,
    },
    "edge": {
        "own": pl.Int64,
        "peer": pl.String,
        "affects": pl.Boolean,
        "relation": pl.String,
        "criticality": pl.String,
        "claims": pl.Int64,
        "valid_from_day": pl.Int64,
        "valid_until_day": pl.Int64,
    },
}
"""``own`` is the row of the profile; ``claim``, ``citation``, ``root``, ``factor``, ``edge`` and
those of a ``pair`` (two unrelated citations that corroborate each other) count within it.

``implied`` citations are originals that others draw on, after those that claims cite. Entries of
one ``publication`` share its name; the publishers of those ``of_actor`` speak for the institution
that acted, or for a body above or below it. ``checked`` is the day recorded as the last check of a
claim. A claim, factor or edge is based on ``ground`` in the same
profile, or on claim ``reference`` of ``profile``. Edges are those in the profile's document, valid
or not; ``affects`` marks an event's effect."""


def scored_profiles(corpus: Corpus, as_of: date) -> list[AnyProfile]:
    """Return the profiles scored on a date: neither drafts nor under embargo."""
    return [
        p
        for p in corpus.profiles.values()
        if p.status == "final" and (p.embargo is None or p.embargo <= as_of)
    ]


def scored_claims(profile: AnyProfile) -> list[Claim]:
    """Return the claims of a profile that are scored: all but drafts."""
    return [c for c in profile.claims if c.status == "final"]


def rows_of(
    corpus: Corpus, rulebook: Rulebook, as_of: date, profiles: Sequence[AnyProfile]
) -> Rows:
    """Convert profiles to rows, without evidence published later than ``as_of`` or retracted."""
    builder = _Builder(corpus, rulebook, as_of, _contradictions(profiles))
    for profile in counting(profiles, "profiles"):
        builder.add(profile)
    return {
        name: pl.DataFrame(builder.rows[name], schema=schema, orient="row")
        for name, schema in LOCAL.items()
    }


def _contradictions(profiles: Sequence[AnyProfile]) -> dict[ClaimKey, set[ClaimKey]]:
    """Return the claims that contradict each claim, whichever of the two states it."""
    stated = [
        ((p.id, c.id), (owner or p.id, target))
        for p in profiles
        for c in scored_claims(p)
        for owner, _, target in (r.rpartition("#") for r in c.contradicts)
    ]
    if not stated:
        return {}
    scored = {(p.id, c.id) for p in profiles for c in scored_claims(p)}
    found: dict[ClaimKey, set[ClaimKey]] = {}
    for one, other in stated:
        if other in scored:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return found


class _Builder:
    def __init__(
        self,
        corpus: Corpus,
        rulebook: Rulebook,
        as_of: date,
        contradictions: Mapping[ClaimKey, Set[ClaimKey]],
    ) -> None:
        self._corpus = corpus
        self._review_after = rulebook.settings.review_after_days
        self._factors = rulebook.factors
        self._as_of = as_of
        self._contradictions = contradictions
        self._independence = Independence(corpus, as_of)
        self.rows: dict[str, list[Row]] = {name: [] for name in LOCAL}

    def add(self, profile: AnyProfile) -> None:
        """Add the rows of a profile and its evidence."""
        own = len(self.rows["profile"])
        claims = scored_claims(profile)
        at = {c.id: i for i, c in enumerate(claims)}
        valued = [self._independence.valued(profile, c) for c in claims]
        self._citations(own, profile, claims, valued)
        for number, (claim, per_claim) in enumerate(zip(claims, valued, strict=True)):
            self.rows["claim"].append((own, *self._claim(profile, claim, per_claim)))
            self.rows["ground"] += [(own, number, *_ground(r, profile, at)) for r in claim.rests_on]
        self._add_factors(own, profile, at)
        self.rows["profile"].append(self._profile(profile))
        edges = [(d, False) for d in profile.depends_on]
        if isinstance(profile, Event):
            edges += [(d, True) for d in profile.affects]
        for number, (edge, affects) in enumerate(edges):
            self.rows["edge"].append((own, *_edge(edge, affects=affects)))
            for reference in edge.claims:
                self.rows["edge_ground"].append((own, number, *_ground(reference, profile, at)))

    def _add_factors(self, own: int, profile: AnyProfile, at: Mapping[str, int]) -> None:
        """Add the factors that are asked of a profile, rated or not, with their claims."""
        rated = {f.factor: f for f in profile.factors}
        asked = self._factors.of(profile.kind, profile.type)
        for number, (name, scale) in enumerate(asked.items()):
            factor = rated.get(name)
            word = factor.is_ if factor is not None and factor.is_ in scale.words else None
            numbers = scale.words.values()
            self.rows["factor"].append(
                (own, name, word, scale.words.get(word or ""), min(numbers), max(numbers))
            )
            for reference in factor.claims if factor is not None else ():
                ground = _ground(reference, profile, at)
                self.rows["factor_ground"].append((own, number, *ground))

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

    def _claim(self, profile: AnyProfile, claim: Claim, valued: Sequence[Valued]) -> Row:
        days = [v.day for v in valued if v.day and v.citation.stance == "supports"]
        checked = _checked(claim, self._as_of)
        if checked is not None:
            days.append(checked)
        review_after = self._review_after.get(claim.type or "", self._review_after.get("default"))
        if claim.type is None:
            review_after = min(self._review_after.values(), default=None)
        return (
            _day(checked),
            actor_of(profile, claim) is not None,
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
            len(self._contradictions.get((profile.id, claim.id), ())),
        )

    def _citations(
        self,
        own: int,
        profile: AnyProfile,
        claims: Sequence[Claim],
        valued: Sequence[Sequence[Valued]],
    ) -> None:
        """Add the citations of all claims, followed by the originals that they draw on."""
        citations = sum(map(len, valued))
        implied: list[Row] = []
        number = 0
        for position, (claim, per_claim) in enumerate(zip(claims, valued, strict=True)):
            self._pairs(own, number, per_claim)
            actor, checked = actor_of(profile, claim), _checked(claim, self._as_of)
            for one in per_claim:
                cited = self._citation(one, actor, checked)
                self.rows["citation"].append((own, position, False, *cited))
                for source, kind in one.originals:
                    self.rows["root"].append((own, number, citations + len(implied)))
                    original = Citation.model_construct(id=source.id, stance=one.citation.stance)
                    day = source.published.first if source.published else None
                    drawn = self._citation(Valued(original, kind, (), day), actor, checked)
                    implied.append((own, position, True, *drawn))
                number += 1
        self.rows["citation"] += implied

    def _pairs(self, own: int, start: int, valued: Sequence[Valued]) -> None:
        """Add the unrelated pairs of a claim, whose first citation has the number ``start``."""
        for stance in get_args(Stance):
            numbers = [
                i
                for i, v in enumerate(valued)
                if v.kind in CORROBORATING and v.citation.stance == stance
            ]
            for pair in self._independence.unrelated([valued[i].citation for i in numbers]):
                first, second = numbers[pair.first], numbers[pair.second]
                self.rows["pair"].append((own, start + first, start + second, pair.one_family))

    def _citation(self, valued: Valued, actor: str | None, checked: date | None) -> Row:
        citation, source = valued.citation, self._corpus.sources[valued.citation.id]
        return (
            self._independence.publication(source.id),
            self._independence.is_of_actor(source.publisher, actor),
            citation.stance,
            citation.directness or source.directness,
            valued.kind,
            citation.credibility,
            _day(valued.day),
            _day(_later(valued.day, checked)),
            *self._source(source),
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


def _ground(reference: str, profile: AnyProfile, at: Mapping[str, int]) -> Row:
    """Return the claim that a reference names; ``at`` are the numbers of the profile's own."""
    owner, _, claim_id = reference.rpartition("#")
    return (at.get(reference), owner or profile.id, claim_id)


def _edge(dependency: Dependency, *, affects: bool) -> Row:
    until = dependency.valid_until
    return (
        dependency.on,
        affects,
        dependency.relation,
        dependency.criticality,
        len(dependency.claims),
        _day(dependency.valid_from),
        until.last.toordinal() if until else None,
    )


def _checked(claim: Claim, as_of: date) -> date | None:
    """Return the day of the claim's last recheck, None if it is later than ``as_of``."""
    return claim.checked if claim.checked and claim.checked <= as_of else None


def _later(one: date | None, other: date | None) -> date | None:
    return max((d for d in (one, other) if d is not None), default=None)


def _day(value: PartialDate | date | None) -> int | None:
    if value is None:
        return None
    return (value.first if isinstance(value, PartialDate) else value).toordinal()


def observed_values(corpus: Corpus) -> dict[tuple[str, str], set[str]]:
    """Collect the texts in fields that conditions compare, by space and column."""
    values: dict[tuple[str, str], set[str]] = {}

    def add(space: str, column: str, value: str | None) -> None:
        if value is not None:
            values.setdefault((space, column), set()).add(value)

    for profile in corpus.profiles.values():
        for field in ("id", "type", "region", "base", "domain"):
            add("profile", field, getattr(profile, field, None))
        for topic in profile.topics:
            add("profile", "topics", topic)
        affects = profile.affects if isinstance(profile, Event) else ()
        for edge in (*profile.depends_on, *affects):
            for space in ("dependency", "dependent", "event"):
                add(space, "relation", edge.relation)
        for claim in profile.claims:
            add("claim", "id", claim.id)
            add("claim", "unit", claim.quantity.unit if claim.quantity else None)
    for source in corpus.sources:
        add("citation", "source.id", source)
    for publisher in corpus.publishers.values():
        add("citation", "publisher.id", publisher.id)
        add("citation", "publisher.owner", publisher.owner)
    return values
