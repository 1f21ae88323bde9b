"""How a profile is connected to others: its neighbours in two lists, and what lies behind them."""

from __future__ import annotations

from assay.briefing import wording
from assay.briefing.atlas import Direction, Edge
from assay.briefing.sheet import ROOT, Sheet, headline_badge, profile_badge
from assay.briefing.views import (
    BodyLevels,
    Connected,
    Link,
    Neighbour,
    NeighbourSide,
    ReachGroup,
    ReachView,
)
from assay.model.results import ReachLine

_LEFT: dict[Direction, str] = {"depends_on": "Depends on", "affected_by": "Affected by"}
_RIGHT: dict[Direction, str] = {"affects": "Affects", "depended_on_by": "Depended on by"}
_MOST = 6
_MOST_INDIRECT = 12
_LINE = 32
_WEIGHT = {"high": 0, "medium": 1, "low": 2, None: 3}


def connected(sheet: Sheet) -> Connected | None:
    """The neighbours of the profile, each named once; None if there are none."""
    seen: set[str] = {sheet.profile.id}
    left = _side(sheet, _LEFT, seen)
    right = _side(sheet, _RIGHT, seen)
    every = [n for side in (left, right) for _, group in side.groups for n in group]
    if not every:
        return None
    legend = []
    if len({n.style.split()[0] for n in every}) > 1:
        legend.append("thicker: more critical")
    if any("judged" in n.style for n in every):
        legend.append("dashed: our judgement")
    if not legend or not sheet.room:
        return Connected(left, right, None)
    return Connected(left, right, wording.titled("; ".join(legend)))


def _side(sheet: Sheet, headings: dict[Direction, str], seen: set[str]) -> NeighbourSide:
    """The neighbours of one side that are not in ``seen`` yet."""
    edges = sheet.atlas.edges(sheet.profile.id)
    relations: dict[str, list[Edge]] = {}
    for edge in edges:
        if edge.direction in headings and edge.peer not in seen:
            relations.setdefault(edge.peer, []).append(edge)
    order = list(headings)
    peers = sorted(
        relations,
        key=lambda i: (
            order.index(relations[i][0].direction),
            min(_WEIGHT[e.link.criticality] for e in relations[i]),
            name_key(sheet, i),
        ),
    )
    seen.update(peers)
    most = sheet.shown(len(peers), _MOST)
    groups: list[tuple[str, list[Neighbour]]] = []
    y = 0
    for peer in peers[:most]:
        heading = headings[relations[peer][0].direction]
        if not groups or groups[-1][0] != heading:
            groups.append((heading, []))
            y += _LINE
        groups[-1][1].append(_neighbour(sheet, peer, relations[peer], y + _LINE // 2))
        y += _LINE
    folded = tuple(_neighbour(sheet, peer, relations[peer], 0) for peer in peers[most:])
    shown = tuple((heading, tuple(members)) for heading, members in groups)
    return NeighbourSide(shown, folded, y, y // 2)


def _neighbour(sheet: Sheet, peer: str, edges: list[Edge], y: int) -> Neighbour:
    words = dict.fromkeys(wording.words(edge.link.relation) for edge in edges)
    strongest = min(edges, key=lambda edge: _WEIGHT[edge.link.criticality])
    style: str = strongest.link.criticality or "unknown"
    grounds = [
        claim
        for edge in edges
        for reference in edge.link.claims
        if (claim := sheet.atlas.claim(edge.owner, reference)) is not None
    ]
    if all(claim.nature in ("judgement", "assumption", "forecast") for _, claim in grounds):
        style += " judged"
    return Neighbour(
        link=_link(sheet, peer),
        relation=", ".join(words),
        badge=headline_badge(sheet.atlas, peer),
        style=style,
        y=y,
    )


def name_key(sheet: Sheet, profile_id: str) -> tuple[str, str]:
    """The order of profiles by name."""
    return sheet.atlas.published[profile_id].name.casefold(), profile_id


def _link(sheet: Sheet, profile_id: str) -> Link:
    profile = sheet.atlas.published[profile_id]
    return Link(profile.name, sheet.atlas.href(profile_id, ROOT))


def indirect(sheet: Sheet, root: str) -> tuple[ReachGroup, ...]:
    """The profiles that are reached over more than one link, in both directions."""
    groups = (
        ("Behind what it depends on", sheet.explanation.upstream),
        ("Behind what depends on it", sheet.explanation.downstream),
    )
    return tuple(
        ReachGroup(heading, found)
        for heading, lines in groups
        if (found := _reached(sheet, lines, root))
    )


def _reached(sheet: Sheet, lines: tuple[ReachLine, ...], root: str) -> tuple[ReachView, ...]:
    published = sheet.atlas.published
    far = [
        line
        for line in lines
        if line.distance > 1 and line.peer in published and published.keys() >= set(line.path)
    ]
    far.sort(key=lambda line: (-(line.points or 0), line.peer))

    def link(profile_id: str) -> Link:
        return Link(published[profile_id].name, sheet.atlas.href(profile_id, root))

    return tuple(
        ReachView(
            peer=link(line.peer),
            number=None if line.points is None else wording.points(line.points),
            via=tuple(link(step) for step in line.path[1:-1]),
        )
        for line in far[:_MOST_INDIRECT]
    )


def levels_of_bodies(sheet: Sheet) -> tuple[BodyLevels, ...]:
    """The scores that only other kinds of profile have, of those that this one affects.

    Bodies without a rating are left out.
    """
    atlas, own = sheet.atlas, sheet.profile
    affected = {e.peer for e in atlas.edges(own.id) if e.direction in ("affects", "depended_on_by")}
    found = []
    for scorer in atlas.profile_scorers:
        if scorer.asks(own.kind):
            continue
        bodies = sorted(
            (i for i in affected if scorer.asks(atlas.published[i].kind)),
            key=lambda i: name_key(sheet, i),
        )
        rows = [(_link(sheet, i), profile_badge(atlas, i, scorer)) for i in bodies]
        rated = tuple((link, badge) for link, badge in rows if badge.filled)
        if rated:
            found.append(BodyLevels(scorer.heading, rated))
    return tuple(found)
