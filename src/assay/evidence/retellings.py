"""Who may have retold whom: proposals with a score and a reason, for an analyst to decide.

Nothing here moves a grade. What :mod:`assay.evidence.likeness` finds alike is joined to stories
(:mod:`assay.evidence.stories`); all publications of one story are proposed to go back to the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from assay.evidence.likeness import Likeness, Relation
from assay.evidence.stories import Known, Stories, Story
from assay.evidence.told import Told, later_first

_MOST_PAIRED = 60
_THROUGH_OTHERS = 0.05

UNDECIDED = Known()


@dataclass(frozen=True, slots=True)
class Proposal:
    """That ``source`` draws on ``other``, or is the same publication; ``score`` from 0 to 1.

    ``story`` is the id of the first publication of the story that both tell.
    """

    source: str
    relation: Relation
    other: str
    score: float
    reason: str
    story: str


def propose(told: Iterable[Told], known: Known = UNDECIDED) -> list[Proposal]:
    """Proposals for pairs that nobody has decided on, best first, one for each pair."""
    by_id = {t.id: t for t in told}
    stories = Stories(by_id, known)
    stories.join(Likeness(list(by_id.values())).links())
    made = (p for story in stories.told() for p in _proposals(story, by_id))
    return sorted(made, key=lambda p: (-p.score, p.source, p.other))


def enough(taken: Sequence[Proposal], every: Sequence[Proposal]) -> list[Proposal]:
    """What suffices for all that ``taken`` proposals join to go back to one publication.

    For each source its best proposal, without a circle; and, for what then still stands beside the
    first, the proposal out of ``every`` that joins the two.
    """
    draws_on: dict[str, str] = {}
    chosen: list[Proposal] = []
    for proposal in sorted(taken, key=lambda p: (-p.score, p.source, p.other)):
        if proposal.source in draws_on or proposal.source in _behind(proposal.other, draws_on):
            continue
        draws_on[proposal.source] = proposal.other
        chosen.append(proposal)
    of_pair = {frozenset((p.source, p.other)): p for p in every}
    for members in _joined(taken):
        roots = sorted(members - draws_on.keys())
        first = next((r for r in roots if _is_first(r, roots, of_pair)), roots[0])
        for root in roots:
            joining = of_pair.get(frozenset((root, first)))
            if joining is not None and joining.source == root:
                chosen.append(joining)
    return chosen


def _is_first(root: str, roots: Sequence[str], of_pair: Mapping[frozenset[str], Proposal]) -> bool:
    """Whether all others are proposed to draw on it."""
    pairs = (of_pair.get(frozenset((root, other))) for other in roots if other != root)
    return all(p is not None and p.other == root for p in pairs)


def _joined(proposals: Iterable[Proposal]) -> list[set[str]]:
    """The publications that proposals join, directly or through others."""
    group: dict[str, set[str]] = {}
    for p in proposals:
        both = group.get(p.source, {p.source}) | group.get(p.other, {p.other})
        for id_ in both:
            group[id_] = both
    return [g for id_, g in sorted(group.items()) if id_ == min(g)]


def _behind(start: str, draws_on: dict[str, str]) -> Iterator[str]:
    here: str | None = start
    while here is not None:
        yield here
        here = draws_on.get(here)


def _proposals(story: Story, told: dict[str, Told]) -> Iterator[Proposal]:
    """For every pair that has a link or is joined through others; of a large story, for each
    publication with the first at least.
    """
    members = sorted(story.members, key=lambda i: (told[i].day or date.max, i))
    first = members[0]
    links = {frozenset((link.a.id, link.b.id)): link for link in story.links}
    paired: dict[str, int] = defaultdict(int)
    for pair in combinations(members, 2) if len(members) <= _MOST_PAIRED else ():
        link = links.get(frozenset(pair))
        if link is None and not story.decided(*pair):
            yield _through_others(told[pair[0]], told[pair[1]], story, first)
    for link in story.links:
        source, other = (link.a, link.b) if link.directed else later_first(link.a, link.b)
        paired[source.id] += 1
        score = round(link.score, 3)
        yield Proposal(source.id, link.relation, other.id, score, link.reason, first)
    if len(members) > _MOST_PAIRED:
        for id_ in members[1:]:
            if not paired[id_] and not story.decided(first, id_):
                yield _through_others(told[first], told[id_], story, first)


def _through_others(a: Told, b: Told, story: Story, first: str) -> Proposal:
    source, other = later_first(a, b)
    relation: Relation = "same_as" if all(x.relation == "same_as" for x in story.links) else "cites"
    weakest = min(link.score for link in story.links)
    score = round(max(weakest - _THROUGH_OTHERS, 0.0), 3)
    reason = f"both are joined to the story of {first!r}, which {len(story.members)} tell"
    return Proposal(source.id, relation, other.id, score, reason, first)
