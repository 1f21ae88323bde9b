"""Independence: what a citation is worth for a claim, and which citations corroborate each other.

Two citations of a claim are **related** if

- their sources are one publication: ``same_as``, the same canonical address or ``revises``,
  followed over all sources;
- one draws on the other along ``cites``, however far and in whatever version;
- their publishers are one family: the same last owner, or institutions that they speak for which
  are the same or of which one is part of the other;
- one of the sources has no publisher.

The relation is never closed over a third citation, and a common ancestor does not relate two.
``not_same_as`` with a reason undoes address, ``revises`` and family for its pair, never ``same_as``
or ``cites``.

Only records and first-hand reports corroborate. A record counts as one if its publisher speaks for
the institution that acted and the citation draws on nothing else. All others carry no more than the
least of their **originals**: everything that they draw on, up to and including the first that
saw for itself.

What a citation is worth never depends on the other citations of its claim: an original is valued as
if the claim cited it plainly. Otherwise a further citation could lower the side that it is on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from assay.evidence.actors import bodies_above, speaks_for_actor
from assay.evidence.addresses import canonical_address
from assay.model.documents import (
    AnyProfile,
    Citation,
    Claim,
    Corpus,
    Directness,
    Source,
    actor_of,
)

CORROBORATING: tuple[Directness, ...] = ("record", "first_hand")
"""Kinds of which several carry more than the strongest."""


@dataclass(frozen=True, slots=True)
class Valued:
    """A citation that counts.

    ``kind`` is None if it is unknown. ``originals`` are the sources that it draws on with their
    kinds, empty if it saw for itself. ``day`` is the earliest day of its source and the originals,
    None if one of them is undated.
    """

    citation: Citation
    kind: Directness | None
    originals: tuple[tuple[Source, Directness | None], ...]
    day: date | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two citations of a claim that are not related, by position; ``first`` is below ``second``.

    ``one_family`` marks publishers of one family whose sources were reviewed as independent.
    """

    first: int
    second: int
    one_family: bool


class Independence:
    """The sources of a corpus at a date, with their copies, versions, publishers and families."""

    def __init__(self, corpus: Corpus, as_of: date) -> None:
        self._corpus = corpus
        self._as_of = as_of
        # A source that is published later does not exist yet.
        self._sources = {
            s.id: s
            for s in corpus.sources.values()
            if s.published is None or s.published.first <= as_of
        }
        self._distinct = {
            frozenset((s.id, other))
            for s in self._sources.values()
            if s.not_same_as_reason
            for other in s.not_same_as
        }
        same = [(s.id, other) for s in self._sources.values() for other in s.same_as]
        addressed = self._doubtful(_by_address(self._sources.values()))
        revised = self._doubtful((s.id, s.revises) for s in self._sources.values() if s.revises)
        self._entries = _groups(self._sources, same)
        self._copies = _groups(self._sources, [*same, *addressed])
        self._versions = _groups(self._sources, [*same, *addressed, *revised])
        self._behind: dict[str, frozenset[str]] = {}
        self._family: dict[tuple[str, str], bool] = {}

    def _doubtful(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [pair for pair in pairs if frozenset(pair) not in self._distinct]

    # One citation ----------------------------------------------------------------------------

    def valued(self, profile: AnyProfile, claim: Claim) -> list[Valued]:
        """Value the citations of a claim that count, in their order.

        A citation does not count if its source does not exist yet, or if the source or one of the
        originals, or a copy of one of them, was retracted.
        """
        actor = actor_of(profile, claim)
        found = (self._valued(citation, actor) for citation in claim.sources)
        return [valued for valued in found if valued is not None]

    def _valued(self, citation: Citation, actor: str | None) -> Valued | None:
        source = self._sources.get(citation.id)
        if source is None:
            return None
        cites = source.cites if citation.cites is None else citation.cites
        kind = self._kind(citation.directness or source.directness, source, cites, actor)
        originals: list[tuple[Source, Directness | None]] = []
        if kind not in CORROBORATING:
            ids = self._originals(source, cites, actor)
            originals = [(s, self._kind_behind(s, actor)) for s in map(self._sources.get, ids) if s]
        if any(self._is_retracted(s) for s in (source, *(s for s, _ in originals))):
            return None
        days = [
            s.published.first if s.published else None for s in (source, *(s for s, _ in originals))
        ]
        known = [d for d in days if d is not None]
        oldest = min(known) if len(known) == len(days) else None
        return Valued(citation, kind, tuple(originals), oldest)

    def _kind(
        self, kind: Directness | None, source: Source, cites: Iterable[str], actor: str | None
    ) -> Directness | None:
        if kind != "record":
            return kind
        speaks = actor is not None and speaks_for_actor(
            self._corpus, source.publisher, actor, self._as_of
        )
        return "record" if speaks and self._sources.keys().isdisjoint(cites) else None

    def _kind_behind(self, source: Source, actor: str | None) -> Directness | None:
        """Return the kind of an original for those who draw on it."""
        kind = self._kind(source.directness, source, source.cites, actor)
        return "first_hand" if source.directness == "record" and kind is None else kind

    def _originals(self, source: Source, cites: Iterable[str], actor: str | None) -> list[str]:
        """Return all sources behind one, up to and including the first that saw for itself."""
        found: set[str] = set()
        todo = self._drawn_on(source.id, cites)
        while todo:
            here = todo.pop()
            if here in found:
                continue
            found.add(here)
            todo |= self._copies[here]
            if self._kind_behind(self._sources[here], actor) not in CORROBORATING:
                todo |= self._drawn_on(here, self._sources[here].cites)
        return sorted(found)

    def _drawn_on(self, source_id: str, cites: Iterable[str]) -> set[str]:
        """Return the sources directly behind one: those it cites, and those its copies cite."""
        copies = self._copies[source_id]
        cited = {*cites, *(c for s in copies if s != source_id for c in self._sources[s].cites)}
        return (cited & self._sources.keys()) - copies

    def _is_retracted(self, source: Source) -> bool:
        days = (self._sources[copy].retracted for copy in self._copies[source.id])
        return any(day is not None and day <= self._as_of for day in days)

    def publication(self, source_id: str) -> str:
        """Return the least id of the entries of one publication."""
        return min(self._copies[source_id])

    # Two citations ---------------------------------------------------------------------------

    def unrelated(self, citations: Sequence[Citation]) -> Iterator[Pair]:
        """Yield the pairs of these citations of one claim that are not related."""
        for i, j in combinations(range(len(citations)), 2):
            one_family = self._unrelated(citations[i], citations[j])
            if one_family is not None:
                yield Pair(i, j, one_family)

    def _unrelated(self, a: Citation, b: Citation) -> bool | None:
        """Return whether two unrelated citations are of one family; None if they are related."""
        one, other = self._sources[a.id], self._sources[b.id]
        if one.publisher is None or other.publisher is None or b.id in self._entries[a.id]:
            return None
        if b.id in self._all_behind(a) or a.id in self._all_behind(b):
            return None
        family = self._one_family(one.publisher, other.publisher)
        if frozenset((a.id, b.id)) in self._distinct:
            return family
        return None if family or b.id in self._versions[a.id] else False

    def _all_behind(self, citation: Citation) -> frozenset[str]:
        """Return every source that a citation draws on, however far and in whatever version."""
        if citation.cites is not None:
            return self._walk(citation.id, citation.cites)
        if citation.id not in self._behind:
            cites = self._sources[citation.id].cites
            self._behind[citation.id] = self._walk(citation.id, cites)
        return self._behind[citation.id]

    def _walk(self, source_id: str, cites: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        others = self._versions[source_id] - {source_id}
        todo = {*cites, *(c for v in others for c in self._sources[v].cites)}
        while todo:
            here = todo.pop()
            if here in self._sources and here not in found:
                versions = self._versions[here]
                found |= versions
                todo |= {c for v in versions for c in self._sources[v].cites}
        return frozenset(found)

    def _one_family(self, one: str, other: str) -> bool:
        key = (min(one, other), max(one, other))
        if key not in self._family:
            self._family[key] = self._last_owner(one) == self._last_owner(other) or any(
                self.is_of_actor(other, actor) for actor in self._spoken_for(one)
            )
        return self._family[key]

    def is_of_actor(self, publisher: str | None, actor: str | None) -> bool:
        """Return whether a publisher speaks for an institution or for a body above or below it."""
        return actor is not None and any(
            actor == body
            or actor in bodies_above(self._corpus, body, self._as_of)
            or body in bodies_above(self._corpus, actor, self._as_of)
            for body in self._spoken_for(publisher or "")
        )

    def _spoken_for(self, publisher: str) -> tuple[str, ...]:
        known = self._corpus.publishers.get(publisher)
        return known.speaks_for if known else ()

    def _last_owner(self, publisher: str) -> str:
        chain = [publisher]
        while (known := self._corpus.publishers.get(chain[-1])) and known.owner:
            if known.owner in chain:  # Owners in a cycle are one family, named by its least id.
                return min(chain[chain.index(known.owner) :])
            chain.append(known.owner)
        return chain[-1]


def _groups(items: Iterable[str], links: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    """Map every item to all that are linked to it, directly or not, itself included."""
    group = {item: {item} for item in items}
    for one, other in links:
        if one in group and other in group and group[one] is not group[other]:
            smaller, larger = sorted((group[one], group[other]), key=len)
            larger |= smaller
            for item in smaller:
                group[item] = larger
    frozen = {id(members): frozenset(members) for members in group.values()}
    return {item: frozen[id(members)] for item, members in group.items()}


def _by_address(sources: Iterable[Source]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of sources that have one canonical address."""
    by_address: dict[str, list[str]] = {}
    for source in sources:
        if source.url is not None:
            by_address.setdefault(canonical_address(str(source.url)), []).append(source.id)
    for ids in by_address.values():
        yield from combinations(ids, 2)
