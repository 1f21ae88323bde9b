"""Publications that tell one story, joined by the surest links first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assay.evidence.likeness import Link
from assay.evidence.told import Told


@dataclass(frozen=True, slots=True)
class Known:
    """What was decided about pairs of publications.

    ``one``: they tell one story. ``drawn``: the first draws on the second among others, which says
    nothing of the others. ``apart``: they are independent, and so is what goes with the one of
    what goes with the other.
    """

    one: tuple[tuple[str, str], ...] = ()
    drawn: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """The publications of one story and the links between them that nobody has decided on.

    ``decided`` says of two of them whether they were found to belong together before.
    """

    members: tuple[str, ...]
    links: tuple[Link, ...]
    decided: Callable[[str, str], bool]


class Stories:
    """Stories as they were decided, and as links join them further.

    A publication that stands alone joins the story of its best link. Two stories become one
    through what is sure, or through shared facts of more than one publication on either side: a
    digest that tells two stories does not make them one.
    """

    def __init__(self, told: Mapping[str, Told], known: Known) -> None:
        self._story = {id_: id_ for id_ in told}
        self._members: dict[str, list[str]] = {id_: [id_] for id_ in told}
        self._apart: dict[str, set[str]] = defaultdict(set)
        self._links: list[Link] = []
        for a, b in known.one:
            if a in told and b in told:
                self._merge(self._story[a], self._story[b])
        self._one = dict(self._story)
        self._drawn = {frozenset(pair) for pair in known.drawn}
        for a, b in known.apart:
            if a in told and b in told and self._story[a] != self._story[b]:
                self._apart[self._story[a]].add(self._story[b])
                self._apart[self._story[b]].add(self._story[a])

    def join(self, links: Iterable[Link]) -> None:
        """Join stories by links, the best of each pair first."""
        best: dict[frozenset[str], Link] = {}
        for link in links:
            pair = frozenset((link.a.id, link.b.id))
            known = best.get(pair)
            if not self._was_decided(link.a.id, link.b.id) and (
                known is None or known.score < link.score
            ):
                best[pair] = link
        ordered = sorted(best.values(), key=lambda x: (-x.score, x.a.id, x.b.id))
        between: dict[frozenset[str], list[Link]] = defaultdict(list)
        for link in ordered:
            a, b = self._story[link.a.id], self._story[link.b.id]
            alone = min(len(self._members[a]), len(self._members[b])) == 1
            if a != b and (link.sure or alone):
                self._merge(a, b)
        for link in ordered:
            between[frozenset((self._story[link.a.id], self._story[link.b.id]))].append(link)
        for pair, found in between.items():
            if len(pair) == 2 and not _through_one(found):
                a, b = sorted(pair)
                self._merge(self._story[a], self._story[b])
        self._links = [x for x in ordered if self._story[x.a.id] == self._story[x.b.id]]

    def told(self) -> Iterator[Story]:
        """The stories with something to decide."""
        links: dict[str, list[Link]] = defaultdict(list)
        for link in self._links:
            links[self._story[link.a.id]].append(link)
        for story, found in sorted(links.items()):
            yield Story(tuple(sorted(self._members[story])), tuple(found), self._was_decided)

    def _was_decided(self, a: str, b: str) -> bool:
        return self._one[a] == self._one[b] or frozenset((a, b)) in self._drawn

    def _merge(self, a: str, b: str) -> None:
        """Make two stories one, unless it was decided that they are two."""
        if a == b or b in self._apart[a]:
            return
        if len(self._members[a]) < len(self._members[b]):
            a, b = b, a
        for id_ in self._members.pop(b):
            self._story[id_] = a
            self._members[a].append(id_)
        for other in self._apart.pop(b, set()):
            self._apart[other].discard(b)
            self._apart[other].add(a)
            self._apart[a].add(other)


def _through_one(links: Sequence[Link]) -> bool:
    """Whether all links are those of one publication."""
    return bool(frozenset.intersection(*(frozenset((x.a.id, x.b.id)) for x in links)))
