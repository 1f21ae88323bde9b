"""Independence: the kind of each citation, and which citations of a claim corroborate each other.

Two citations of a claim are **related** if

- their sources are one publication: ``same_as``, the same canonical address or ``revises``,
  followed over all sources;
- one draws on the other along ``cites``, however far;
- their publishers are one family: the same last owner, or institutions that they speak for which
  are the same or of which one is part of the other;
- one of the sources has no publisher.

The relation is never closed over a third citation, and a common ancestor does not relate two.
``not_same_as`` undoes address, ``revises`` and family for its pair, never ``same_as`` or ``cites``.

Only records and first-hand reports corroborate. A record counts as one if its publisher speaks for
the institution that acted and the citation draws on nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from assay.evidence.actors import bodies_above, speaks_for_actor
from assay.evidence.addresses import canonical_address
from assay.model.documents import AnyProfile, Citation, Claim, Corpus, Directness, Source

CORROBORATING: tuple[Directness, ...] = ("record", "first_hand")
"""Kinds of which several carry more than the strongest."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two citations of a claim that are not related, by position; ``first`` is below ``second``.

    ``one_family`` marks publishers of one family that a ``not_same_as`` declares independent here.
    """

    first: int
    second: int
    one_family: bool


class Independence:
    """The relations between the sources of a corpus at a date."""

    def __init__(self, corpus: Corpus, as_of: date) -> None:
        self._corpus = corpus
        self._as_of = as_of
        sources = corpus.sources
        same = [(s.id, other) for s in sources.values() for other in s.same_as]
        linked = [(s.id, s.revises) for s in sources.values() if s.revises]
        self._same = _groups(sources, same)
        self._publication = _groups(sources, [*same, *linked, *_by_address(sources.values())])
        self._distinct = {
            frozenset((s.id, other)) for s in sources.values() for other in s.not_same_as
        }
        self._owner: dict[str, str] = {}
        self._bodies: dict[str, frozenset[str]] = {}
        self._family: dict[tuple[str, str], bool] = {}

    def kind(self, profile: AnyProfile, claim: Claim, citation: Citation) -> Directness | None:
        """Return the kind of a citation, None if it is unknown.

        A record is of unknown kind if its publisher does not speak for the claim's actor, or if
        it draws on other sources for this claim.
        """
        source = self._corpus.sources[citation.id]
        stated = citation.directness or source.directness
        if stated != "record":
            return stated
        actor = claim.actor or (profile.id if profile.kind == "institution" else None)
        speaks = actor is not None and speaks_for_actor(
            self._corpus, source.publisher, actor, self._as_of
        )
        return "record" if speaks and not drawn_on(self._corpus, citation) else None

    def unrelated(self, citations: Sequence[Citation]) -> Iterator[Pair]:
        """Yield the pairs of these citations of one claim that are not related."""
        reached = self._reached(citations)
        for i, j in combinations(range(len(citations)), 2):
            one, other = citations[i].id, citations[j].id
            if self._publication[other] in reached[i] or self._publication[one] in reached[j]:
                continue
            pair = self._apart(self._corpus.sources[one], self._corpus.sources[other])
            if pair is not None:
                yield Pair(i, j, pair)

    def _apart(self, one: Source, other: Source) -> bool | None:
        """Whether two unrelated sources are of one family; None if they are related."""
        if one.publisher is None or other.publisher is None or one.id == other.id:
            return None
        if self._same[one.id] == self._same[other.id]:
            return None
        family = self._one_family(one.publisher, other.publisher)
        if frozenset((one.id, other.id)) in self._distinct:
            return family
        if family or self._publication[one.id] == self._publication[other.id]:
            return None
        return False

    def _reached(self, citations: Sequence[Citation]) -> list[set[str]]:
        """For each citation the publications that it draws on, however far."""
        stated = {c.id: c.cites for c in citations if c.cites is not None}
        members: dict[str, list[str]] = {}
        for source_id, group in self._same.items():
            members.setdefault(group, []).append(source_id)
        result = []
        for citation in citations:
            seen: set[str] = set()
            todo = list(drawn_on(self._corpus, citation))
            while todo:
                here = todo.pop()
                if here in seen or here not in self._same:
                    continue
                for member in members[self._same[here]]:
                    seen.add(member)
                    todo += stated.get(member, self._corpus.sources[member].cites)
            result.append({self._publication[s] for s in seen})
        return result

    def _one_family(self, one: str, other: str) -> bool:
        key = (min(one, other), max(one, other))
        if key not in self._family:
            bodies, others = self._spoken_for(one), self._spoken_for(other)
            self._family[key] = self._last_owner(one) == self._last_owner(other) or any(
                a == b
                or a in bodies_above(self._corpus, b, self._as_of)
                or b in bodies_above(self._corpus, a, self._as_of)
                for a in bodies
                for b in others
            )
        return self._family[key]

    def _spoken_for(self, publisher: str) -> tuple[str, ...]:
        known = self._corpus.publishers.get(publisher)
        return known.speaks_for if known else ()

    def _last_owner(self, publisher: str) -> str:
        if publisher not in self._owner:
            seen = [publisher]
            while (known := self._corpus.publishers.get(seen[-1])) and known.owner:
                if known.owner in seen:  # a circle of owners is one family, named by its least id
                    seen = [min(seen[seen.index(known.owner) :])]
                    break
                seen.append(known.owner)
            self._owner[publisher] = seen[-1]
        return self._owner[publisher]


def drawn_on(corpus: Corpus, citation: Citation) -> tuple[str, ...]:
    """Return the sources that a citation draws on. Default: those of its source."""
    return corpus.sources[citation.id].cites if citation.cites is None else citation.cites


def largest_sets(size: int, pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    """Yield the sets of at most three of ``size`` citations that have no related pair.

    ``pairs`` are the unrelated ones. Sets that a further citation could join are left out: a
    larger set never carries less.
    """
    friends: dict[int, set[int]] = {i: set() for i in range(size)}
    for i, j in pairs:
        friends[i].add(j)
        friends[j].add(i)
    for i in range(size):
        if not friends[i]:
            yield (i,)
        for j in sorted(n for n in friends[i] if n > i):
            both = friends[i] & friends[j]
            if not both:
                yield (i, j)
            for k in sorted(n for n in both if n > j):
                yield (i, j, k)


def _groups(items: Iterable[str], links: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Map every item to the least id among those linked to it, directly or not."""
    parent = {item: item for item in items}

    def find(item: str) -> str:
        while parent[item] != item:
            item = parent[item]
        return item

    for one, other in links:
        if one in parent and other in parent:
            a, b = sorted((find(one), find(other)))
            parent[b] = a
    return {item: find(item) for item in parent}


def _by_address(sources: Iterable[Source]) -> Iterator[tuple[str, str]]:
    """Link the sources of one canonical address."""
    first: dict[str, str] = {}
    for source in sources:
        if source.url is not None:
            address = canonical_address(str(source.url))
            yield first.setdefault(address, source.id), source.id
