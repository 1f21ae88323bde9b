"""Cycles of references: sources, grounds and parts that lead back to themselves."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, Subject, ValueLocation
from assay.evidence.actors import PART_OF
from assay.evidence.addresses import canonical_address
from assay.model.documents import Claim, Corpus
from assay.yaml.source_map import ValuePath


def check_cycles(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    """Report cycles of ``cites`` and ``revises``, of ``part_of`` and of ``rests_on``.

    Sources of one publication (``same_as``, the same canonical address) are one in a cycle.
    """
    yield from _sources(corpus, subjects)
    yield from _parts(corpus, subjects)
    yield from _grounds(corpus, subjects)


def cycles(targets: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Return disjoint cycles, each from its smallest member back to it.

    References of a document to itself are excluded; they are reported on their own.
    """
    remaining = {
        name: sorted({t for t in several if t != name})
        for name, several in sorted(targets.items())
        if several
    }
    while True:
        # The sorter expects predecessors, but a cycle is one in either direction.
        try:
            TopologicalSorter(remaining).prepare()
        except CycleError as error:
            members: list[str] = error.args[1][:-1]
        else:
            return
        members.reverse()
        start = members.index(min(members))
        ring = members[start:] + members[:start]
        yield [*ring, ring[0]]
        for name in ring:
            del remaining[name]


# Sources ----------------------------------------------------------------------------------------


class _Link(NamedTuple):
    """A source that draws on or revises another, at a path in its document."""

    source: str
    target: str
    path: ValuePath


class _Publications:
    """The sources that are one publication, named by the least id, and the links between them."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._first = {s: s for s in corpus.sources}
        for one, other in _same(corpus):
            a, b = sorted((self.of(one), self.of(other)))
            self._first[b] = a
        self.members: dict[str, list[str]] = {}
        for source in corpus.sources:
            self.members.setdefault(self.of(source), []).append(source)

    def has(self, source: str) -> bool:
        return source in self._first

    def of(self, source: str) -> str:
        while self._first[source] != source:
            source = self._first[source]
        return source

    def links(self, publication: str, stated: Mapping[str, Sequence[str]]) -> Iterator[_Link]:
        """Yield the links of a publication; ``stated`` overrides ``cites`` of some sources.

        A revision may have the address of the earlier version, which is no cycle.
        """
        for member in self.members[publication]:
            source = self._corpus.sources[member]
            targets = stated.get(member, source.cites)
            links = [_Link(member, target, ("cites", i)) for i, target in enumerate(targets)]
            if source.revises in self._first and self.of(source.revises) != publication:
                links.append(_Link(member, source.revises, ("revises",)))
            yield from (x for x in links if x.target in self._first and x.target != member)

    def around(
        self, ring: Sequence[str], stated: Mapping[str, Sequence[str]], start: _Link | None = None
    ) -> list[_Link]:
        """Return one link for each step of a cycle of publications; ``start`` for the first."""
        made = [] if start is None else [start]
        for here, then in list(pairwise(ring))[len(made) :]:
            steps = [x for x in self.links(here, stated) if self.of(x.target) == then]
            at = made[-1].target if made else None
            made.append(next((x for x in steps if x.source == at), steps[0]))
        return made

    def back(self, start: _Link, stated: Mapping[str, Sequence[str]]) -> list[str] | None:
        """Return the shortest cycle of publications that starts with a link, if there is one."""
        home, first = self.of(start.source), self.of(start.target)
        before: dict[str, str] = {first: home}
        todo = deque([first])
        while todo and home not in before:
            here = todo.popleft()
            for link in self.links(here, stated):
                then = self.of(link.target)
                if then not in before:
                    before[then] = here
                    todo.append(then)
        if first != home and home not in before:
            return None
        ring = [home]
        while len(ring) == 1 or ring[-1] != home:
            ring.append(before[ring[-1]])
        return ring[::-1]


def _same(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """Yield pairs of sources of one publication; ``not_same_as`` undoes a shared address."""
    sources = corpus.sources
    distinct = {frozenset((s.id, other)) for s in sources.values() for other in s.not_same_as}
    by_address: dict[str, list[str]] = {}
    for source in sources.values():
        yield from ((source.id, other) for other in source.same_as if other in sources)
        if source.url is not None:
            there = by_address.setdefault(canonical_address(source.url), [])
            other = next((x for x in there if frozenset((x, source.id)) not in distinct), None)
            if other is not None:
                yield source.id, other
            there.append(source.id)


def _sources(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    overridden = [
        (profile, i)
        for profile in corpus.profiles.values()
        for i, claim in enumerate(profile.claims)
        if any(c.cites for c in claim.sources)
    ]
    if not overridden and not any(s.cites or s.revises for s in corpus.sources.values()):
        return
    publications = _Publications(corpus)
    targets = {
        name: [publications.of(link.target) for link in publications.links(name, {})]
        for name in publications.members
    }
    found: set[frozenset[str]] = set()
    alone = [[name, name] for name, several in targets.items() if name in several]
    for ring in (*alone, *cycles(targets)):
        found.add(frozenset(ring))
        links = publications.around(ring, {})
        yield _circle(subjects[links[0].source], links[0].path, links)
    for profile, i in overridden:
        for path, links in _overridden(publications, profile.claims[i], found):
            yield _circle(subjects[profile.id], ("claims", i, *path), links)


def _overridden(
    publications: _Publications, claim: Claim, known: set[frozenset[str]]
) -> Iterator[tuple[ValuePath, list[_Link]]]:
    """Yield the cycles that the citations of a claim add, each with its path in the claim."""
    stated = {c.id: c.cites for c in claim.sources if c.cites is not None}
    found = set(known)
    for k, citation in enumerate(claim.sources):
        if not citation.cites or not publications.has(citation.id):
            continue
        for link in publications.links(publications.of(citation.id), stated):
            ring = publications.back(link, stated) if link.source == citation.id else None
            if link.path[0] == "cites" and ring is not None and frozenset(ring) not in found:
                found.add(frozenset(ring))
                yield ("sources", k, *link.path), publications.around(ring, stated, link)


def _circle(subject: Subject, path: ValuePath, links: Sequence[_Link]) -> Diagnostic:
    shown = links[0].source
    for link, then in pairwise([*links, links[0]]):
        shown += f" → {link.target}"
        shown += f" = {then.source}" if link.target != then.source else ""
    keys = sorted({str(link.path[0]) for link in links})
    verb = "forms" if len(keys) == 1 else "form"
    return codes.CIRCLE.at(
        ValueLocation(path, subject),
        f"{' and '.join(map(repr, keys))} {verb} a cycle: {shown}",
        _REMOVE + ("; '=' joins sources of one publication" if " = " in shown else ""),
    )


_REMOVE = "remove the link that the documents do not support"


# Parts and grounds ------------------------------------------------------------------------------


def _parts(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    parts = {
        p.id: [e.on for e in p.depends_on if e.relation == PART_OF]
        for p in corpus.profiles.values()
    }
    for cycle in cycles(parts):
        edges = corpus.profiles[cycle[0]].depends_on
        at = next(i for i, e in enumerate(edges) if e.relation == PART_OF and e.on == cycle[1])
        yield _cycle(subjects[cycle[0]], ("depends_on", at, "on"), cycle, PART_OF)


def _grounds(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    places: dict[str, tuple[str, int]] = {}
    targets: dict[str, list[str]] = {}
    for profile in corpus.profiles.values():
        for i, claim in enumerate(profile.claims):
            if claim.rests_on:
                full = f"{profile.id}#{claim.id}"
                places[full] = (profile.id, i)
                targets[full] = [r if "#" in r else f"{profile.id}#{r}" for r in claim.rests_on]
    for cycle in cycles(targets):
        owner, i = places[cycle[0]]
        at = targets[cycle[0]].index(cycle[1])
        yield _cycle(subjects[owner], ("claims", i, "rests_on", at), cycle, "rests_on")


def _cycle(subject: Subject, path: ValuePath, members: Iterable[str], key: str) -> Diagnostic:
    return codes.CIRCLE.at(
        ValueLocation(path, subject), f"{key!r} forms a cycle: {' → '.join(members)}", _REMOVE
    )
