"""How far the evidence supports each claim: a second, plain implementation of the doctrine.

It is written from the documents alone, and shares no code with the engine but the models of the
documents. Scores are integers in thousandths; every product and quotient is rounded half up once.
A citation's strength is: amount, times 0.6 for D, caps for E and for credibility 4 and 5, then the
least of it and of all originals behind it, then ageing. Where the documents leave a choice, this
reading holds, because with another one of the promises breaks or because it is the cautious one:

- **The worth of a citation never depends on the other citations of its claim.** An original behind
  a report is valued as if the claim cited it plainly: by its source's own kind, for the claim's
  actor, without the credibility or the kind of a citation beside the report. Otherwise adding a
  doubtful dispute could lower the dispute, and adding a weaker first-hand citation the support.
- For the same reason, a citation's own ``cites`` say where the citation itself draws from. Every
  further step follows the ``cites`` of sources.
- ``same_as`` and a common address make copies, which share lineage and retraction. ``revises``
  adds versions, which count as one publication and nothing more: a correction survives the
  retraction of what it corrects. Independence follows lineage through all versions.
- A walk along the lineage ends at an entry that saw for itself, never at a copy of one that did.
- Everything that did not see for itself is traced: secondary reports, unknown kinds and
  self-reports. Otherwise deleting a kind would lift what a retracted original holds down.
- ``cites`` does not count as naming the original; only ``attribution: named`` does.
- A publisher rated D or E is not a rated one: the amounts are those of an unrated publisher.
- ``part_of`` and ``owner`` are followed to the end. ``part_of`` is read from ``depends_on``, where
  the dependency is valid on the day.
- ``not_same_as`` works both ways and needs its reason. It does not undo a missing publisher.
- A set is of one family if each pair of it is. Of equally heavy sets the largest is counted.
- A ``checked`` after the day does not count yet, and a source published later does not exist yet.
- A type without a period of its own has that of ``default``, otherwise the shortest of all.
- A judgement or forecast without grounds is worth nothing, and so is all that rests on it. Facts
  and assumptions are the end of a line of grounds, whatever they rest on themselves.

Drafts and embargoed profiles are scored like all others: pass the corpus that an audience sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import combinations
from urllib.parse import parse_qsl, urlsplit

from assay.model.documents import (
    AnyProfile,
    Citation,
    Claim,
    Corpus,
    Event,
    Publisher,
    Source,
)

ONE = 1000
SAW = ("record", "first_hand")
"""The kinds that saw for themselves, and therefore corroborate."""

JUDGEMENTS = ("judgement", "forecast")

RECORD = 800
FIRST_HAND = {"A": 650, "B": 620, "C": 420}
FIRST_HAND_UNRATED = 400
SECONDARY = {  # by a rated publisher, naming its original
    (True, True): 420,
    (True, False): 300,
    (False, True): 380,
    (False, False): 200,
}
OTHER = 200
RATED = ("A", "B", "C")
D_FACTOR, E_CAP = 600, 50
CREDIBILITY_CAPS = {4: 200, 5: 50}

LARGEST_SET = 3
SUPPORT_CAP, ONE_FAMILY_CAP, UNPROVEN_CAP = 950, 880, 700
DISPUTE_CAPS = {100: 880, 350: 700, 750: 500}
LEAST_FADE = 300
JUDGEMENT_CAP, ASSUMPTION_FLOOR = 700, 300

BANDS = {"a": 900, "ab": 750, "bc": 550, "cd": 350, "d": 100, "internal": 0}
"""The bands of confidence, best first, each with its lowest score."""


@dataclass(frozen=True)
class Scores:
    """The scores of a claim, and how many of its supporting citations are independent."""

    support: int
    dispute: int
    confidence: int
    independent: int


def claim_scores(
    corpus: Corpus, as_of: date, review_after_days: Mapping[str, int]
) -> dict[tuple[str, str], Scores]:
    """Score every claim, by the ids of its profile and its own."""
    return Evidence(corpus, as_of, review_after_days).all_scores()


def rounded(numerator: int, denominator: int) -> int:
    """Divide, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


def band(points: int) -> str:
    """The band of confidence that a score lies in."""
    return next(name for name, least in BANDS.items() if points >= least)


@dataclass(frozen=True)
class Weighed:
    """A citation with its kind for this claim, its strength, and the day it dates from."""

    citation: Citation
    kind: str | None
    points: int
    day: date | None


class Evidence:
    """The evidence of a corpus, with the publications, families and bodies of one day."""

    def __init__(self, corpus: Corpus, as_of: date, review_after_days: Mapping[str, int]) -> None:
        self.corpus = corpus
        self.as_of = as_of
        self.periods = review_after_days
        self.sources = {
            s.id: s
            for s in corpus.sources.values()
            if s.published is None or s.published.first <= as_of
        }
        self.unlike = {
            frozenset([s.id, other])
            for s in self.sources.values()
            if s.not_same_as_reason
            for other in s.not_same_as
        }
        same = [(s.id, other) for s in self.sources.values() for other in s.same_as]
        addressed = self._not_unlike(self._pairs_of_one_address())
        revised = self._not_unlike((s.id, s.revises) for s in self.sources.values() if s.revises)
        self.entries = components(self.sources, same)
        self.copies = components(self.sources, [*same, *addressed])
        self.versions = components(self.sources, [*same, *addressed, *revised])
        self.wholes = {p: self._bodies_above(p) for p in corpus.profiles}
        self.weighed = {
            (p.id, c.id): [w for x in c.sources if (w := self._weighed(x, actor(p, c)))]
            for p in corpus.profiles.values()
            for c in p.claims
        }

    def _pairs_of_one_address(self) -> Iterator[tuple[str, str]]:
        by_address: dict[str, list[str]] = {}
        for s in self.sources.values():
            if s.url:
                by_address.setdefault(canonical(s.url), []).append(s.id)
        for ids in by_address.values():
            yield from combinations(ids, 2)

    def _not_unlike(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [pair for pair in pairs if frozenset(pair) not in self.unlike]

    # Bodies and publishers -------------------------------------------------------------------

    def _bodies_above(self, institution: str) -> set[str]:
        """The institution and every body that it is part of on the day, however far up."""
        found: set[str] = set()
        todo = [institution]
        while todo:
            here = todo.pop()
            if here not in found and (profile := self.corpus.profiles.get(here)):
                todo += [
                    e.on
                    for e in profile.depends_on
                    if e.relation == "part_of"
                    and (e.valid_from is None or e.valid_from.first <= self.as_of)
                    and (e.valid_until is None or self.as_of <= e.valid_until.last)
                ]
            found.add(here)
        return found

    def above(self, institution: str) -> set[str]:
        return self.wholes.get(institution, {institution})

    def publisher(self, source: Source) -> Publisher | None:
        return self.corpus.publishers.get(source.publisher or "")

    def last_owner(self, publisher: str) -> str:
        """The end of a chain of owners; of a cycle, its first id."""
        chain = [publisher]
        while owner := getattr(self.corpus.publishers.get(chain[-1]), "owner", None):
            if owner in chain:
                return min(chain[chain.index(owner) :])
            chain.append(owner)
        return chain[-1]

    def one_family(self, a: Source, b: Source) -> bool:
        """Whether one owner or one institution is behind the publishers of both."""
        if a.publisher is None or b.publisher is None:
            return False
        if self.last_owner(a.publisher) == self.last_owner(b.publisher):
            return True
        p, q = self.publisher(a), self.publisher(b)
        return any(
            x in self.above(y) or y in self.above(x)
            for x in (p.speaks_for if p else ())
            for y in (q.speaks_for if q else ())
        )

    # One citation ----------------------------------------------------------------------------

    def _weighed(self, citation: Citation, actor: str | None) -> Weighed | None:
        """The citation with its strength before ageing; None if it counts for nothing."""
        if citation.id not in self.sources:
            return None
        source = self.sources[citation.id]
        kind = self._kind(
            citation.directness or source.directness,
            source,
            source.cites if citation.cites is None else citation.cites,
            actor,
        )
        originals = [] if kind in SAW else self._originals(citation, actor)
        if any(map(self._retracted, [source, *originals])):
            return None
        strengths = [
            self._strength(kind, source, citation.credibility),
            *(self._strength(self._kind_behind(o, actor), o) for o in originals),
        ]
        days = [s.published.first if s.published else None for s in (source, *originals)]
        known = [d for d in days if d is not None]
        oldest = min(known) if len(known) == len(days) else None
        return Weighed(citation, kind, min(strengths), oldest)

    def _kind(
        self, kind: str | None, source: Source, cites: Iterable[str], actor: str | None
    ) -> str | None:
        """The kind for a claim: a record is one of the actor's own, and cites no others."""
        if kind != "record":
            return kind
        publisher = self.publisher(source)
        if publisher is None or actor is None or self.above(actor).isdisjoint(publisher.speaks_for):
            return None
        return kind if self.sources.keys().isdisjoint(cites) else None

    def _kind_behind(self, source: Source, actor: str | None) -> str | None:
        """The kind of an original for the reports that draw on it."""
        kind = self._kind(source.directness, source, source.cites, actor)
        return "first_hand" if source.directness == "record" and kind is None else kind

    def _originals(self, citation: Citation, actor: str | None) -> list[Source]:
        """All sources that a report draws on, up to and including the first that saw."""
        found: set[str] = set()
        todo = self._draws_on(citation.id, citation.cites)
        while todo:
            here = todo.pop()
            if here in found:
                continue
            found.add(here)
            todo |= self.copies[here]
            if self._kind_behind(self.sources[here], actor) not in SAW:
                todo |= self._draws_on(here)
        return [self.sources[i] for i in sorted(found)]

    def _draws_on(self, source: str, own: Sequence[str] | None = None) -> set[str]:
        """The sources directly behind one: its own ``cites``, and those of its copies."""
        cited = set(self.sources[source].cites if own is None else own)
        for copy in self.copies[source] - {source}:
            cited |= set(self.sources[copy].cites)
        return (cited & self.sources.keys()) - self.copies[source]

    def _retracted(self, source: Source) -> bool:
        days = [self.sources[copy].retracted for copy in self.copies[source.id]]
        return any(day is not None and day <= self.as_of for day in days)

    def _strength(self, kind: str | None, source: Source, credibility: int | None = None) -> int:
        publisher = self.publisher(source)
        reliability = (publisher.reliability if publisher else None) or ""
        points = OTHER
        if kind == "record":
            points = RECORD
        elif kind == "first_hand":
            points = FIRST_HAND.get(reliability, FIRST_HAND_UNRATED)
        elif kind == "secondary":
            points = SECONDARY[reliability in RATED, source.attribution == "named"]
        if reliability == "D":
            points = rounded(points * D_FACTOR, ONE)
        if reliability == "E":
            points = min(points, E_CAP)
        return min(points, CREDIBILITY_CAPS.get(credibility or 0, ONE))

    # Citations together ----------------------------------------------------------------------

    def related(self, a: Citation, b: Citation) -> bool:
        """Whether two citations of a claim are not independent of each other."""
        one, other = self.sources[a.id], self.sources[b.id]
        if b.id in self.entries[a.id] or b.id in self._behind(a) or a.id in self._behind(b):
            return True
        if one.publisher is None or other.publisher is None:
            return True
        if frozenset([a.id, b.id]) in self.unlike:
            return False
        return b.id in self.versions[a.id] or self.one_family(one, other)

    def _behind(self, citation: Citation) -> set[str]:
        """All sources that a citation draws on, however far and in whatever version."""
        found: set[str] = set()
        todo = set(self.sources[citation.id].cites if citation.cites is None else citation.cites)
        for version in self.versions[citation.id] - {citation.id}:
            todo |= set(self.sources[version].cites)
        while todo:
            here = todo.pop()
            if here in self.sources and here not in found:
                found |= self.versions[here]
                todo |= {c for v in self.versions[here] for c in self.sources[v].cites}
        return found

    def carried(self, weighed: Sequence[Weighed]) -> tuple[int, int]:
        """The score of citations together, and the size of their heaviest unrelated set."""
        saw = [w for w in weighed if w.kind in SAW]
        related = {
            (i, j)
            for i, j in combinations(range(len(saw)), 2)
            if self.related(saw[i].citation, saw[j].citation)
        }
        sets = [
            members
            for size in range(1, LARGEST_SET + 1)
            for members in combinations(range(len(saw)), size)
            if related.isdisjoint(combinations(members, 2))
        ]
        heaviest, size = max(
            ((self._together([saw[i] for i in members]), len(members)) for members in sets),
            default=(0, 0),
        )
        alone = max((w.points for w in weighed if w.kind not in SAW), default=0)
        return max(alone, heaviest), size

    def _together(self, members: Sequence[Weighed]) -> int:
        """The score of unrelated citations: noisy-or, and the caps on a set."""
        missing = 1
        for member in members:
            missing *= ONE - member.points
        whole = ONE ** len(members)
        score = min(rounded((whole - missing) * ONE, whole), SUPPORT_CAP)
        sources = [self.sources[m.citation.id] for m in members]
        if all(self.one_family(a, b) for a, b in combinations(sources, 2)):
            score = min(score, ONE_FAMILY_CAP)
        if not any(
            m.kind == "record" or getattr(self.publisher(s), "reliability", None) in RATED
            for m, s in zip(members, sources, strict=True)
        ):
            score = min(score, UNPROVEN_CAP)
        return score

    # Claims ----------------------------------------------------------------------------------

    def all_scores(self, today: date | None = None) -> dict[tuple[str, str], Scores]:
        """The scores of all claims; with ``today``, once today's evidence has aged until then."""
        claims = {(p.id, c.id): c for p in self.corpus.profiles.values() for c in p.claims}
        own = {key: self._own_scores(key, c, today or self.as_of) for key, c in claims.items()}
        return {k: replace(s, confidence=self._confidence(k, claims, own)) for k, s in own.items()}

    def _own_scores(self, key: tuple[str, str], claim: Claim, today: date) -> Scores:
        """The scores of a claim by its own citations."""
        for_it = [w for w in self.weighed[key] if w.citation.stance == "supports"]
        against = [w for w in self.weighed[key] if w.citation.stance == "disputes"]
        aged = [
            Weighed(w.citation, w.kind, rounded(w.points * self._fade(claim, w, today), ONE), w.day)
            for w in for_it
        ]
        support, independent = self.carried(aged)
        dispute, _ = self.carried(against)
        return Scores(support, dispute, disputed(support, dispute), independent)

    def _fade(self, claim: Claim, weighed: Weighed, today: date) -> int:
        period = self.period(claim)
        if claim.holds == "dated" or period is None:
            return ONE
        fresh = self.fresh(claim, weighed)
        return LEAST_FADE if fresh is None else faded((today - fresh).days, period)

    def period(self, claim: Claim) -> int | None:
        """Days until the claim is due for a recheck; None if the rulebook has no periods."""
        shortest = min(self.periods.values(), default=None)
        if claim.type is None:
            return shortest
        return self.periods.get(claim.type, self.periods.get("default", shortest))

    def fresh(self, claim: Claim, weighed: Weighed) -> date | None:
        """The later of the citation's day and the claim's last recheck."""
        checked = claim.checked if claim.checked and claim.checked <= self.as_of else None
        return max((d for d in (weighed.day, checked) if d is not None), default=None)

    def _confidence(
        self,
        key: tuple[str, str],
        claims: Mapping[tuple[str, str], Claim],
        own: Mapping[tuple[str, str], Scores],
    ) -> int:
        """A fact's own confidence; for a judgement that of its weakest ground, with disputes."""
        if claims[key].nature not in JUDGEMENTS:
            return own[key].confidence
        facts, judgements, groundless = set(), set(), False
        todo = [key]
        while todo:
            here = todo.pop()
            if here in judgements:
                continue
            if claims[here].nature not in JUDGEMENTS:
                facts.add(here)
                continue
            judgements.add(here)
            grounds = [g for r in claims[here].rests_on if (g := reference(here[0], r)) in claims]
            groundless = groundless or not grounds
            todo += grounds
        if groundless or not facts:
            return 0
        least = min(
            max(own[f].confidence, ASSUMPTION_FLOOR * (claims[f].nature == "assumption"))
            for f in facts
        )
        return min(JUDGEMENT_CAP, disputed(least, max(own[j].dispute for j in judgements)))


def actor(profile: AnyProfile, claim: Claim) -> str | None:
    """The institution whose act a claim states."""
    return claim.actor or (None if isinstance(profile, Event) else profile.id)


def reference(profile: str, text: str) -> tuple[str, str]:
    """The ids of profile and claim that a reference in a profile means."""
    owner, _, claim = text.rpartition("#")
    return owner or profile, claim


def disputed(support: int, dispute: int) -> int:
    """Weigh support against dispute by Dempster's rule, and cap what is disputed."""
    score = rounded((ONE - dispute) * support * ONE, ONE * ONE - support * dispute)
    return min([score, *(cap for least, cap in DISPUTE_CAPS.items() if dispute >= least)])


@cache
def faded(days: int, period: int) -> int:
    """The part left of a citation after ``days``, with a review period.

    As the rule language documents ``half_life``, it falls after each thousandth of a half-life.
    """
    step = max(0, days - period) * ONE // (2 * period)
    left = Decimal(2) ** (Decimal(-step) / ONE)
    return max(LEAST_FADE, int(left * ONE + Decimal("0.5")))


def components(ids: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """For each id, all ids that pairs join it with, itself too."""
    groups = {i: frozenset([i]) for i in ids}
    for a, b in pairs:
        if a in groups and b in groups:
            joined = groups[a] | groups[b]
            groups.update(dict.fromkeys(joined, joined))
    return groups


def canonical(address: str) -> str:
    """An address without what two spellings of it may differ in."""
    parts = urlsplit(address)
    host = re.sub(r"^www\.", "", (parts.hostname or "").rstrip("."))
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    query = sorted(
        pair
        for pair in parse_qsl(parts.query, keep_blank_values=True)
        if not re.fullmatch(r"utm_\w+|fbclid|gclid", pair[0])
    )
    return f"{host}{port}{parts.path.rstrip('/')}{query or ''}"
