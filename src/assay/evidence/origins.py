"""Evidence is counted by origin.

A **root** is a source that saw for itself (a record, a first-hand report) or that speaks for
itself (a self-report that cites nothing). A secondary report belongs to a root that the
claim cites, reached through ``cites``; else to a root of its own family that the claim cites; else
to one shared origin, :data:`UNSEEN`: nobody here has seen its original. A secondary report of
something that is no root itself, because nobody knows what it draws on, goes where that goes. So

- adding a root never takes weight away: secondary reports only ever move to a root that is at least
  as strong as they are;
- adding a secondary report of a root that the claim cites adds no origin;
- documenting a ``cites`` never adds an origin. This is why a root counts as seen only where the
  claim cites it: ten secondary reports without a known original are one origin, and writing
  down for each of them whom it retells must not turn them into ten.

A secondary report is held at the score of the weakest of all it draws on, back to its roots (see
:mod:`assay.scoring`), cited by the claim or not; it is as old as the oldest of them, and undated
if it or one of them is. So documenting what stands behind a source never raises or freshens
those who retell it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from assay.model.documents import Citation, Corpus, Directness, Source

UNSEEN = "unseen"
"""The shared origin of secondary reports whose original the claim does not cite."""

_SAW_FOR_ITSELF = ("record", "first_hand")


@dataclass(frozen=True, slots=True)
class Traced:
    """A citation traced back.

    ``origin`` is a source id or :data:`UNSEEN`; ``origin_directness`` the directness of that
    root, or the citation's own where the root is unseen. ``roots`` are the originals it retells,
    ``draws_on`` these and all sources on the way to them (both empty for a root); ``day`` is the
    day it counts from, None where undated.
    """

    citation: Citation
    directness: Directness | None
    origin: str
    origin_directness: Directness | None
    roots: tuple[str, ...]
    draws_on: tuple[str, ...]
    day: date | None


@dataclass(frozen=True, slots=True)
class _Line:
    """What a source goes back to: its roots, and all sources on the way to them, roots too."""

    roots: frozenset[str]
    sources: frozenset[str]


def _unseen_last(origin: str) -> tuple[bool, str]:
    return (origin == UNSEEN, origin)


_NOTHING = _Line(frozenset(), frozenset())


class Lineage:
    """Which sources count at a date, and which roots each of them goes back to."""

    def __init__(self, corpus: Corpus, as_of: date) -> None:
        self._corpus = corpus
        self._as_of = as_of
        self._lines: dict[str, _Line] = {}
        self._counts: dict[str, bool] = {}

    @cached_property
    def _canonical(self) -> Mapping[str, str]:
        """Each source's representative among those decided to be the same publication."""
        parent: dict[str, str] = {}

        def find(item: str) -> str:
            while parent.get(item, item) != item:
                item = parent[item]
            return item

        for source in self._corpus.sources.values():
            for other in source.same_as:
                a, b = sorted((find(source.id), find(other)))
                parent[b] = a
        return {source_id: find(source_id) for source_id in self._corpus.sources}

    def canonical(self, source_id: str) -> str:
        """The source's id, or the first id of the publication it was decided to be."""
        return self._canonical.get(source_id, source_id)

    def decided(self, source_id: str) -> bool:
        """Whether it was decided what the source is the same publication as, or is not."""
        alone = len(self._members[self.canonical(source_id)]) == 1
        return not alone or bool(self._corpus.sources[source_id].not_same_as)

    def exists(self, source: Source) -> bool:
        """False for what was published after the date: it does not exist yet."""
        return source.published is None or source.published.first <= self._as_of

    def retracted(self, source: Source) -> bool:
        return source.retracted is not None and source.retracted <= self._as_of

    def counts(self, source: Source) -> bool:
        """Whether the source exists and neither it nor anything it retells was retracted."""
        if source.id not in self._counts:
            self._counts[source.id] = self._is_counted(source)
        return self._counts[source.id]

    def _is_counted(self, source: Source) -> bool:
        if not self.exists(source) or self.retracted(source):
            return False
        told = self._line(self.canonical(source.id))
        return not any(self.retracted(self._corpus.sources[s]) for s in told.roots | told.sources)

    def roots(self, source_id: str) -> frozenset[str]:
        """The roots a source goes back to through ``cites``; itself where it is one.

        Members of one publication (``same_as``) share what any of them cites.
        """
        return self._line(self.canonical(source_id)).roots

    def _line(self, start: str) -> _Line:
        if start not in self._lines:
            self._lines[start] = self._walk(start, frozenset())
        return self._lines[start]

    def _walk(self, start: str, ends: frozenset[str]) -> _Line:
        """What is reached from ``start``; a source among ``ends`` is a root, but for the start."""
        roots: set[str] = set()
        seen: set[str] = set()
        todo = [start]
        while todo:
            here = todo.pop()
            if here in seen:
                continue
            seen.add(here)
            members = self._members[here]
            cited = {self.canonical(c) for m in members for c in self._cited(m)} - {here}
            saw = any(self._corpus.sources[m].directness in _SAW_FOR_ITSELF for m in members)
            if saw or not cited or (here in ends and here != start):
                roots.add(here)
            else:
                todo.extend(cited)
        return _Line(frozenset(roots), frozenset(seen - {start}))

    @cached_property
    def _members(self) -> Mapping[str, Sequence[str]]:
        members: dict[str, list[str]] = defaultdict(list)
        for source_id in self._corpus.sources:
            members[self.canonical(source_id)].append(source_id)
        return members

    def _cited(self, source_id: str) -> Iterable[str]:
        sources = self._corpus.sources
        return (c for c in sources[source_id].cites if c in sources and self.exists(sources[c]))

    def trace(self, citations: Iterable[Citation]) -> list[Traced]:
        """Assign an origin to every citation that counts, in the order given.

        Citations of sources that do not count are left out.
        """
        sources = self._corpus.sources
        return self.assign([c for c in citations if c.id in sources and self.counts(sources[c.id])])

    def assign(self, counted: Sequence[Citation]) -> list[Traced]:
        """Assign an origin to every citation, in the order given.

        Supporting and disputing citations are traced apart: a root seen by one side says nothing
        about the other.
        """
        traced: dict[int, Traced] = {}
        for stance in ("supports", "disputes"):
            side = [(i, c) for i, c in enumerate(counted) if c.stance == stance]
            for (i, _), result in zip(side, self._trace_side([c for _, c in side]), strict=True):
                traced[i] = result
        return [traced[i] for i in range(len(counted))]

    def _trace_side(self, citations: Sequence[Citation]) -> list[Traced]:
        directness = [self._directness(c) for c in citations]
        own_root = [self._is_root(c, d) for c, d in zip(citations, directness, strict=True)]
        origin: list[str | None] = [None] * len(citations)
        seen: dict[str, Directness | None] = {}
        heads: dict[str, str] = {}
        order = sorted(range(len(citations)), key=lambda i: self.canonical(citations[i].id))
        # Roots that saw for themselves are origins each; other roots are one a family.
        for direct in (True, False):
            for i in order:
                saw = directness[i] in _SAW_FOR_ITSELF
                if not own_root[i] or saw != direct:
                    continue
                root = self.canonical(citations[i].id)
                family = self._family(citations[i].id)
                head = None if saw else self._head(family, root, heads)
                origin[i] = head or root
                seen.setdefault(origin[i] or root, directness[i])
                seen.setdefault(root, directness[i])
                if family:
                    heads.setdefault(family, origin[i] or root)
        ends = frozenset(self.canonical(citations[i].id) for i in order if own_root[i])
        told = [
            _NOTHING if root else self._told(c, ends)
            for c, root in zip(citations, own_root, strict=True)
        ]
        place: dict[str, str] = {}
        # What tells nobody's report goes first, so that those who retell it can go with it.
        for i in sorted(order, key=lambda i: (not own_root[i], bool(told[i].roots))):
            here = self.canonical(citations[i].id)
            if origin[i] is None:
                joined = {place[r] for r in (here, *told[i].roots) if r in place}
                head = self._head(self._family(citations[i].id), here, heads)
                origin[i] = min(joined, key=_unseen_last) if joined else head or UNSEEN
            place.setdefault(here, origin[i] or UNSEEN)
        return [
            Traced(
                citation=citation,
                directness=directness[i],
                origin=origin[i] or UNSEEN,
                origin_directness=seen.get(origin[i] or UNSEEN, directness[i]),
                roots=tuple(sorted(told[i].roots)),
                draws_on=tuple(sorted(told[i].sources)),
                day=self._day(citation.id, told[i].sources),
            )
            for i, citation in enumerate(citations)
        ]

    def _directness(self, citation: Citation) -> Directness | None:
        return citation.directness or self._corpus.sources[citation.id].directness

    def _is_root(self, citation: Citation, directness: Directness | None) -> bool:
        if directness in _SAW_FOR_ITSELF:
            return True
        return directness == "self_report" and not self._told(citation).roots

    def _told(self, citation: Citation, ends: frozenset[str] = frozenset()) -> _Line:
        """What it retells; what the claim itself takes for a root, among ``ends``, is one."""
        here = self.canonical(citation.id)
        line = self._walk(here, ends) if ends else self._line(here)
        return _Line(line.roots - {here}, line.sources)

    def _family(self, source_id: str) -> str | None:
        return self._corpus.family(self._corpus.sources[source_id])

    def _head(self, family: str | None, source_id: str, heads: Mapping[str, str]) -> str | None:
        """The family's origin, unless it was decided that the two are independent."""
        head = heads.get(family) if family else None
        if head is None:
            return None
        sources = self._corpus.sources
        apart = head in sources[source_id].not_same_as or source_id in sources[head].not_same_as
        return None if apart else head

    def _day(self, source_id: str, draws_on: Iterable[str]) -> date | None:
        """Day from which the evidence counts: the earliest of its own and those behind it."""
        days = [self._own_day(s) for s in (self.canonical(source_id), *draws_on)]
        known = [d for d in days if d is not None]
        return min(known) if len(known) == len(days) else None

    def _own_day(self, source_id: str) -> date | None:
        published = self._corpus.sources[source_id].published
        return published.first if published else None
