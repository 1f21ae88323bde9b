"""From models to rows: what each profile, claim, citation and edge says.

Numbers count within a profile, so that the rows of one profile stay the same whatever stands
beside it; :mod:`assay.tables.build` puts them into tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl

from assay.evidence.origins import Lineage, Traced
from assay.model.dates import PartialDate
from assay.model.documents import AnyProfile, Claim, Corpus, Dependency, Event, Source
from assay.progress import counting
from assay.tables.tables import ROW_LINKS, SCHEMAS, Dtype

Row = tuple[object, ...]
Rows = Mapping[str, pl.DataFrame]


def _without_links(space: str) -> dict[str, Dtype]:
    return {n: t for n, t in SCHEMAS[space].items() if n not in ROW_LINKS[space]}


LOCAL: dict[str, dict[str, Dtype]] = {
    "profile": SCHEMAS["profile"],
    "claim": {"own": pl.Int64, "checked": pl.Int64, **_without_links("claim")},
    "citation": {
        "own": pl.Int64,
        "claim": pl.Int64,
        "implied": pl.Boolean,
        "decided": pl.Boolean,
        **_without_links("citation"),
    },
    "root": {"own": pl.Int64, "citation": pl.Int64, "root": pl.Int64},
    "ground": {
        "own": pl.Int64,
        "claim": pl.Int64,
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
"""``own`` is the row of the profile, ``claim``, ``citation`` and ``root`` count within it.

Citations that are ``implied`` (roots that no claim cites) follow those that are written;
``decided`` are those of sources of which somebody said what they are the same as, or are not.
``checked`` is the day for which a check of the claim was written down. What a claim rests on is
``ground`` in the same profile, else ``reference`` in ``profile``. Edges are those the profile
wrote, valid or not; ``affects`` marks an event's effect."""


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


def rows_of(
    corpus: Corpus,
    review_after_days: Mapping[str, int],
    as_of: date,
    profiles: Sequence[AnyProfile],
) -> Rows:
    """The rows of the profiles at a date.

    Evidence that does not exist yet or was retracted is left out.
    """
    builder = _Builder(corpus, review_after_days, as_of)
    for profile in counting(profiles, "profiles"):
        builder.add(profile)
    return {
        name: pl.DataFrame(builder.made[name], schema=schema, orient="row")
        for name, schema in LOCAL.items()
    }


def _day(value: PartialDate | date | None) -> int | None:
    if value is None:
        return None
    return (value.first if isinstance(value, PartialDate) else value).toordinal()


class _Builder:
    def __init__(self, corpus: Corpus, review_after: Mapping[str, int], as_of: date) -> None:
        self._corpus = corpus
        self._review_after = review_after
        self._as_of = as_of
        self._lineage = Lineage(corpus, as_of)
        self.made: dict[str, list[Row]] = {name: [] for name in LOCAL}

    def add(self, profile: AnyProfile) -> None:
        """The rows of a profile and its evidence."""
        own = len(self.made["profile"])
        claims = scored_claims(profile)
        at = {c.id: i for i, c in enumerate(claims)}
        traced = [self._lineage.trace(c.sources) for c in claims]
        cited = [per_claim for per_claim in traced if per_claim]
        # The evidence of a single claim is traced already: the profile adds nothing to it.
        together = cited[0] if len(cited) == 1 else self._trace_together(cited)
        self._citations(own, traced, [t.origin for t in together])
        for number, (claim, per_claim) in enumerate(zip(claims, traced, strict=True)):
            self.made["claim"].append((own, *self._claim(claim, per_claim)))
            for reference in claim.rests_on:
                owner, _, claim_id = reference.rpartition("#")
                there = (owner or profile.id, claim_id)
                self.made["ground"].append((own, number, at.get(reference), *there))
        self.made["profile"].append(self._profile(profile))
        self._edges(own, profile)

    def _trace_together(self, traced: Sequence[Sequence[Traced]]) -> Sequence[Traced]:
        """The citations of several claims, traced as if one claim made them all."""
        return self._lineage.trace(t.citation for per_claim in traced for t in per_claim)

    def _edges(self, own: int, profile: AnyProfile) -> None:
        written = [(d, False) for d in profile.depends_on]
        if isinstance(profile, Event):
            written += [(d, True) for d in profile.affects]
        self.made["edge"] += [(own, *_edge(d, affects)) for d, affects in written]

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

    def _claim(self, claim: Claim, traced: Sequence[Traced]) -> Row:
        days = [t.day for t in traced if t.day and t.citation.stance == "supports"]
        checked = claim.checked if claim.checked and claim.checked <= self._as_of else None
        if checked is not None:
            days.append(checked)
        review_after = self._review_after.get(claim.type or "", self._review_after.get("default"))
        return (
            _day(checked),
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
        )

    def _citations(
        self, own: int, traced: Sequence[Sequence[Traced]], origins: Iterable[str]
    ) -> None:
        """The citations of all claims, then the roots they draw on that no claim cites."""
        lineage, in_profile = self._lineage, iter(origins)
        written = sum(map(len, traced))
        implied: list[Row] = []
        here = 0
        for claim, per_claim in enumerate(traced):
            rows = {
                (lineage.canonical(t.citation.id), t.citation.stance): here + i
                for i, t in enumerate(per_claim)
            }
            for one in per_claim:
                self.made["citation"].append(
                    (own, claim, False, *self._citation(one, next(in_profile)))
                )
                for root in one.draws_on:
                    cited = rows.get((root, one.citation.stance))
                    if cited is None:
                        cited = written + len(implied)
                        implied.append((own, claim, True, *self._implied(one, root)))
                    self.made["root"].append((own, here, cited))
                here += 1
        self.made["citation"] += implied

    def _citation(self, traced: Traced, profile_origin: str) -> Row:
        citation = traced.citation
        return (
            self._lineage.decided(citation.id),
            citation.stance,
            traced.directness,
            citation.credibility,
            traced.origin,
            traced.origin_directness,
            profile_origin,
            _day(traced.day),
            *self._source(self._corpus.sources[citation.id]),
        )

    def _implied(self, retold: Traced, root: str) -> Row:
        source = self._corpus.sources[root]
        return (
            self._lineage.decided(root),
            retold.citation.stance,
            source.directness,
            None,
            source.id,
            source.directness,
            source.id,
            _day(source.published),
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


def _edge(dependency: Dependency, affects: bool) -> Row:
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


_PROFILE = ("id", "type", "region", "base", "domain")


def written_values(corpus: Corpus) -> dict[tuple[str, str], set[str]]:
    """Every text of the fields that conditions compare, by space and column."""
    found: dict[tuple[str, str], set[str]] = {}

    def note(space: str, column: str, value: str | None) -> None:
        if value is not None:
            found.setdefault((space, column), set()).add(value)

    for profile in corpus.profiles.values():
        for field in _PROFILE:
            note("profile", field, getattr(profile, field, None))
        for topic in profile.topics:
            note("profile", "topics", topic)
        affects = profile.affects if isinstance(profile, Event) else ()
        for edge in (*profile.depends_on, *affects):
            for space in ("dependency", "dependent", "event"):
                note(space, "relation", edge.relation)
        for claim in profile.claims:
            note("claim", "id", claim.id)
            note("claim", "unit", claim.quantity.unit if claim.quantity else None)
    for source in corpus.sources:
        note("citation", "source.id", source)
    for publisher in corpus.publishers.values():
        note("citation", "publisher.id", publisher.id)
        note("citation", "publisher.owner", publisher.owner)
    return found
