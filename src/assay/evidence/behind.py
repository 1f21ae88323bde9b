"""What stands behind a profile: the claims that it rests on, and the sources they draw on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from assay.model.documents import AnyProfile, Claim, Corpus


class Behind:
    """Follows claims and sources of a corpus to all that they were made from."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._same: dict[str, set[str]] = defaultdict(set)
        for source in corpus.sources.values():
            for other in source.same_as:
                self._same[source.id].add(other)
                self._same[other].add(source.id)
        self._against: dict[str, set[str]] = defaultdict(set)
        for profile in corpus.profiles.values():
            for claim in profile.claims:
                for reference in claim.contradicts:
                    owner = reference.rpartition("#")[0] or profile.id
                    if owner != profile.id:
                        self._against[owner].add(f"{profile.id}#{claim.id}")
        self._drawn_on: dict[str, frozenset[str]] = {}

    def claims(self, profile: AnyProfile) -> dict[str, Claim]:
        """By ``profile#claim``, its claims and those of other profiles that they rest on."""
        found: dict[str, Claim] = {}
        waiting = [(profile.id, c) for c in profile.claims]
        while waiting:
            owner, claim = waiting.pop()
            key = f"{owner}#{claim.id}"
            if key in found:
                continue
            found[key] = claim
            for reference in claim.rests_on:
                place = self._corpus.claim(owner, reference)
                if place is not None:
                    waiting.append(place)
        return found

    def contradicting(self, profile: AnyProfile) -> frozenset[str]:
        """Return ``profile#claim`` of the claims of other profiles that contradict its claims."""
        return frozenset(self._against.get(profile.id, ()))

    def sources(self, claims: Iterable[Claim]) -> list[str]:
        """Ids of the sources that claims cite, and of all that these draw on or are the same as."""
        cited = {s.id for c in claims for s in c.sources}
        return sorted(set().union(*(self._of_source(s) for s in cited))) if cited else []

    def _of_source(self, source: str) -> frozenset[str]:
        if source not in self._drawn_on:
            found: set[str] = set()
            waiting = [source]
            while waiting:
                here = waiting.pop()
                if here in found or here not in self._corpus.sources:
                    continue
                found.add(here)
                waiting += [*self._corpus.sources[here].cites, *self._same[here]]
            self._drawn_on[source] = frozenset(found)
        return self._drawn_on[source]
