"""The documents that an audience may see.

Everything for a more restricted audience is removed, with all references to it, before scoring:
no count, score or path may reveal it. Sources and publishers have no audience of their own: an
audience knows those behind the claims that it may see, with their copies and other versions.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from assay.evidence.addresses import canonical_address
from assay.model.documents import (
    AnyProfile,
    Claim,
    Corpus,
    Dependency,
    Event,
    Factor,
    Gap,
    Publisher,
    Sentence,
    Signal,
    WatchItem,
)


def visible_to(corpus: Corpus, audiences: Sequence[str], audience: str, as_of: date) -> Corpus:
    """Return the corpus that ``audience`` may see; ``audiences`` start with the most public.

    Documents without an audience are for the most public one. Drafts, and profiles under embargo
    on ``as_of``, are for nobody.
    """
    if all(map(_is_public, corpus.profiles.values())):
        return with_known_evidence(corpus)
    allowed = frozenset([None, *audiences[: audiences.index(audience) + 1]])
    profiles = {
        p.id: p
        for p in corpus.profiles.values()
        if p.audience in allowed
        and p.status == "final"
        and (p.embargo is None or p.embargo <= as_of)
    }
    claims = frozenset(
        (p.id, c.id)
        for p in profiles.values()
        for c in p.claims
        if c.audience in allowed and c.status == "final"
    )
    view = _View(allowed, frozenset(profiles), claims)
    shown = {i: view.profile(p) for i, p in profiles.items()}
    return with_known_evidence(corpus.with_profiles(shown))


def with_known_evidence(corpus: Corpus) -> Corpus:
    """Return the corpus with only the sources and publishers behind its claims."""
    known = _known_sources(corpus)
    sources = {i: s for i, s in corpus.sources.items() if i in known}
    issuers = {s.publisher for s in sources.values()}
    waiting = list(issuers)
    while waiting:
        publisher = corpus.publishers.get(waiting.pop() or "")
        if publisher is not None and publisher.owner not in issuers:
            issuers.add(publisher.owner)
            waiting.append(publisher.owner)
    publishers = {
        i: _speaking_for(p, corpus.profiles) for i, p in corpus.publishers.items() if i in issuers
    }
    return replace(corpus, publishers=publishers, sources=sources)


def _known_sources(corpus: Corpus) -> set[str]:
    """Return the sources that claims cite, what these draw on, and all copies and versions."""
    known: set[str] = set()
    waiting = [
        id_
        for profile in corpus.profiles.values()
        for claim in profile.claims
        for citation in claim.sources
        for id_ in (citation.id, *(citation.cites or ()))
    ]
    copies: dict[str, set[str]] | None = None
    while waiting:
        while waiting:
            here = corpus.sources.get(waiting.pop())
            if here is not None and here.id not in known:
                known.add(here.id)
                waiting += (*here.cites, *here.same_as, *here.not_same_as)
                waiting += [here.revises] if here.revises else []
        if len(known) < len(corpus.sources):
            copies = _copies(corpus) if copies is None else copies
            waiting = [c for k in known for c in copies.get(k, ()) if c not in known]
    return known


def _copies(corpus: Corpus) -> dict[str, set[str]]:
    """Return the other versions and copies of each source, as far as one step leads."""
    found: dict[str, set[str]] = {}
    by_address: dict[str, str] = {}
    for source in corpus.sources.values():
        others = {*source.same_as, *filter(None, [source.revises])}
        if source.url is not None:
            others.add(by_address.setdefault(canonical_address(source.url), source.id))
        for other in others & corpus.sources.keys():
            found.setdefault(source.id, set()).add(other)
            found.setdefault(other, set()).add(source.id)
    return found


def _speaking_for(publisher: Publisher, profiles: Container[str]) -> Publisher:
    """Return the publisher without the institutions that it speaks for and that are not known."""
    known = tuple(i for i in publisher.speaks_for if i in profiles)
    if len(known) == len(publisher.speaks_for):
        return publisher
    reason = publisher.speaks_for_reason if known else None
    return publisher.model_copy(update={"speaks_for": known, "speaks_for_reason": reason})


def _is_public(profile: AnyProfile) -> bool:
    """Return whether everyone may see the profile and all its parts, on any day."""
    if profile.audience is not None or profile.status != "final" or profile.embargo is not None:
        return False
    edges = (*profile.depends_on, *(profile.affects if isinstance(profile, Event) else ()))
    return (
        all(c.audience is None and c.status == "final" for c in profile.claims)
        and all(e.audience is None for e in edges)
        and all(q.audience is None for q in (*profile.watch, *profile.gaps))
        and all(c.audience is None for c in profile.corrections)
    )


_Stated = TypeVar("_Stated", Sentence, Signal)


@dataclass(frozen=True, slots=True)
class _View:
    """The audiences, profiles and claims (by the ids of profile and claim) that may be seen."""

    audiences: frozenset[str | None]
    profiles: frozenset[str]
    claims: frozenset[tuple[str, str]]

    def profile(self, profile: AnyProfile) -> AnyProfile:
        own = profile.id
        bottom_line = profile.bottom_line
        update: dict[str, object] = {
            "claims": tuple(
                self._claim(own, c) for c in profile.claims if (own, c.id) in self.claims
            ),
            "depends_on": self._edges(own, profile.depends_on),
            "summary": tuple(self._stated(own, profile.summary)),
            "signals": tuple(self._stated(own, profile.signals)),
            "gaps": tuple(self._gaps(own, profile.gaps)),
            "watch": tuple(self._watch(own, profile.watch)),
            "corrections": tuple(c for c in profile.corrections if c.audience in self.audiences),
            "basis": {field: self._known(own, ids) for field, ids in profile.basis.items()},
            "bottom_line": bottom_line if (own, bottom_line) in self.claims else None,
            "factors": tuple(self._factors(own, profile.factors)),
        }
        if isinstance(profile, Event):
            update["affects"] = self._edges(own, profile.affects)
        return profile.model_copy(update=update)

    def _stated(self, own: str, items: Iterable[_Stated]) -> Iterator[_Stated]:
        """Yield the items all of whose claims may be seen, since they state these."""
        return (i for i in items if len(self._known(own, i.claims)) == len(i.claims))

    def _gaps(self, own: str, gaps: Iterable[Gap]) -> Iterator[Gap]:
        for gap in gaps:
            if gap.audience in self.audiences:
                settled = self._known(own, gap.would_settle)
                yield gap.model_copy(update={"would_settle": settled})

    def _watch(self, own: str, items: Iterable[WatchItem]) -> Iterator[WatchItem]:
        for item in items:
            if item.audience in self.audiences:
                settled = self._known(own, item.would_settle)
                claims = self._known(own, item.claims)
                yield item.model_copy(update={"would_settle": settled, "claims": claims})

    def _claim(self, own: str, claim: Claim) -> Claim:
        alternative = self._known(own, filter(None, [claim.alternative_to]))
        return claim.model_copy(
            update={
                "actor": claim.actor if claim.actor in self.profiles else None,
                "rests_on": self._known(own, claim.rests_on),
                "contradicts": self._known(own, claim.contradicts),
                "alternative_to": alternative[0] if alternative else None,
            }
        )

    def _factors(self, own: str, factors: Sequence[Factor]) -> Iterator[Factor]:
        """Yield the factors; one whose claims are all hidden would reveal what they state."""
        for factor in factors:
            known = self._known(own, factor.claims)
            if known or not factor.claims:
                yield factor.model_copy(update={"claims": known})

    def _edges(self, own: str, edges: Sequence[Dependency]) -> tuple[Dependency, ...]:
        return tuple(
            e.model_copy(update={"claims": self._known(own, e.claims)})
            for e in edges
            if e.audience in self.audiences and e.on in self.profiles
        )

    def _known(self, own: str, references: Iterable[str]) -> tuple[str, ...]:
        """Return the references (``claim`` or ``profile#claim``) to claims that may be seen."""
        known = []
        for reference in references:
            owner, _, claim = reference.rpartition("#")
            if (owner or own, claim) in self.claims:
                known.append(reference)
        return tuple(known)
