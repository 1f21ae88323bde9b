"""How a profile hangs together with others: links, reach, and what to read next."""

from __future__ import annotations

from collections import Counter

from assay.briefing import wording
from assay.briefing.atlas import Direction, Edge
from assay.briefing.sheet import ROOT, Sheet, profile_badge
from assay.briefing.views import (
    Badge,
    BodyLevels,
    Dependencies,
    EdgeGroup,
    EdgeView,
    Link,
    ReachGroup,
    ReachView,
    Related,
)
from assay.model.results import ReachLine

_HEADINGS: dict[Direction, str] = {
    "depends_on": "It depends on",
    "affected_by": "Events that affect it",
    "depended_on_by": "Depend on it",
    "affects": "Affected by it",
}
_REASONS: dict[Direction, str] = {
    "depends_on": "this depends on it",
    "affected_by": "affects this",
    "depended_on_by": "depends on this",
    "affects": "affected by this",
}
_MOST_RELATED = 8
_MOST_INDIRECT = 12
_WEIGHT = {"high": 0, "medium": 1, "low": 2, None: 3}


def dependencies(sheet: Sheet) -> Dependencies:
    """The picture of the profile's links, and the same links as text with their claims."""
    atlas = sheet.atlas
    edges = atlas.edges(sheet.profile.id)
    groups = []
    for direction, heading in _HEADINGS.items():
        members = [e for e in edges if e.direction == direction]
        members.sort(key=lambda e: (_WEIGHT[e.link.criticality], _name(sheet, e.peer), e.peer))
        if members:
            groups.append(EdgeGroup(heading, tuple(_edge(sheet, e) for e in members)))
    indirect = (
        ("Behind what it depends on", sheet.explanation.upstream),
        ("Behind what depends on it", sheet.explanation.downstream),
    )
    return Dependencies(
        picture=atlas.network.picture(sheet.profile.id, atlas.nodes(ROOT)),
        groups=tuple(groups),
        indirect=tuple(
            ReachGroup(heading, found)
            for heading, lines in indirect
            if (found := _reached(sheet, lines))
        ),
    )


def _name(sheet: Sheet, profile_id: str) -> str:
    return sheet.atlas.published[profile_id].name.casefold()


def _link(sheet: Sheet, profile_id: str) -> Link:
    profile = sheet.atlas.published[profile_id]
    return Link(profile.name, sheet.atlas.href(profile_id, ROOT))


def _edge(sheet: Sheet, edge: Edge) -> EdgeView:
    link = edge.link
    since = None
    if link.valid_from and link.valid_until:
        since = wording.span(link.valid_from, link.valid_until)
    elif link.valid_from:
        since = f"since {wording.partial(link.valid_from)}"
    elif link.valid_until:
        since = f"until {wording.partial(link.valid_until)}"
    found = (sheet.atlas.claim(edge.owner, reference) for reference in link.claims)
    return EdgeView(
        outgoing=edge.owner == sheet.profile.id,
        peer=_link(sheet, edge.peer),
        relation=wording.words(link.relation),
        criticality=link.criticality or "unknown",
        since=since,
        claims=tuple(
            Link(f"“{wording.shortened(claim.text, 90)}”", sheet.claim_href(owner, claim))
            for owner, claim in (f for f in found if f is not None)
        ),
    )


def _reached(sheet: Sheet, lines: tuple[ReachLine, ...]) -> tuple[ReachView, ...]:
    published = sheet.atlas.published
    far = [
        line
        for line in lines
        if line.distance > 1 and line.peer in published and published.keys() >= set(line.path)
    ]
    far.sort(key=lambda line: (-(line.points or 0), line.peer))
    return tuple(
        ReachView(
            peer=_link(sheet, line.peer),
            number=None if line.points is None else wording.points(line.points),
            via=tuple(_link(sheet, step) for step in line.path[1:-1]),
        )
        for line in far[:_MOST_INDIRECT]
    )


def related(sheet: Sheet) -> tuple[Related, ...]:
    """Published profiles that are linked to this one or rest on the same sources."""
    atlas, own = sheet.atlas, sheet.profile.id
    relations: dict[str, list[str]] = {}
    for edge in atlas.edges(own):
        if edge.peer != own:
            relations.setdefault(edge.peer, []).append(_REASONS[edge.direction])
    shared = Counter(
        user for source in sheet.sources for user in atlas.users_of(source.id) if user != own
    )
    best = sorted(
        {*relations, *shared},
        key=lambda i: (-len(relations.get(i, ())), -shared[i], _name(sheet, i), i),
    )
    return tuple(
        Related(
            link=_link(sheet, i),
            kind=wording.KIND[atlas.published[i].kind],
            badge=headline_badge(sheet, i),
            reason="; ".join(
                [
                    *dict.fromkeys(relations.get(i, ())),
                    *([f"shares {wording.count(shared[i], 'source')}"] if shared[i] else []),
                ]
            ),
        )
        for i in best[:_MOST_RELATED]
    )


def levels_of_bodies(sheet: Sheet) -> tuple[BodyLevels, ...]:
    """The scores that only other kinds of profile have, of those that this one affects."""
    atlas, own = sheet.atlas, sheet.profile
    affected = {e.peer for e in atlas.edges(own.id) if e.direction in ("affects", "depended_on_by")}
    found = []
    for scorer in atlas.profile_scorers:
        if scorer.asks(own.kind):
            continue
        bodies = sorted(
            (i for i in affected if scorer.asks(atlas.published[i].kind)),
            key=lambda i: (_name(sheet, i), i),
        )
        if bodies:
            rows = tuple((_link(sheet, i), profile_badge(atlas, i, scorer)) for i in bodies)
            about = f"{ROOT}index.html#score-{scorer.name}"
            found.append(BodyLevels(scorer.heading, about, rows))
    return tuple(found)


def headline_badge(sheet: Sheet, profile_id: str) -> Badge | None:
    """The headline grade of another profile."""
    scorer = sheet.atlas.headline
    if scorer is None:
        return None
    if scorer.name not in sheet.atlas.results[profile_id].scores:
        return None
    return profile_badge(sheet.atlas, profile_id, scorer)
