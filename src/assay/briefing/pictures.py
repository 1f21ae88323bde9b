"""The dependency picture: what a profile depends on, the profile, what depends on it.

Influence runs from left to right. The layout is a bow-tie of up to five columns, ordered by
barycentre, and the same for the same links on every machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from assay.briefing import wording

MOST_NODES = 30

_WIDTH = 860
_BOX_HEIGHT = 56
_ROW = 70
_LINES = 3
_LEADING = 15
_MARGIN = 8
_SWEEPS = 3
_STRENGTH: Mapping[str | None, int] = {"high": 3, "medium": 2, "low": 1, None: 0}


@dataclass(frozen=True, slots=True)
class Influence:
    """``source`` is felt by ``target``: the target depends on it, or the event affects it."""

    source: str
    target: str
    relation: str
    criticality: str | None


@dataclass(frozen=True, slots=True)
class Node:
    """A profile that may stand in a picture."""

    id: str
    name: str
    kind: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Box:
    """A drawn profile."""

    x: int
    y: int
    width: int
    height: int
    lines: tuple[tuple[int, str], ...]
    text_x: int
    name: str
    kind: str
    href: str | None
    centre: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """A drawn link; ``criticality`` is high, medium, low or unknown."""

    path: str
    criticality: str
    title: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes and arrows in user units; ``left_out`` profiles found no room."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    left_out: int
    title: str
    legend: str


class Network:
    """All links between profiles, to cut pictures from."""

    def __init__(self, influences: Iterable[Influence]) -> None:
        self._graph: nx.DiGraph[str] = nx.DiGraph()
        self._links: dict[tuple[str, str], Influence] = {}
        for link in influences:
            key = (link.source, link.target)
            known = self._links.get(key)
            if known is None or _STRENGTH[link.criticality] > _STRENGTH[known.criticality]:
                self._links[key] = link
            self._graph.add_edge(*key)
        self._from: dict[str, list[Influence]] = {}
        for (source, _), link in sorted(self._links.items()):
            self._from.setdefault(source, []).append(link)
        self._beside: dict[str, list[str]] = {}
        for a, b in self._links:
            self._beside.setdefault(a, []).append(b)
            self._beside.setdefault(b, []).append(a)
        self._beside = {name: sorted(set(beside)) for name, beside in self._beside.items()}

    def picture(self, centre: str, nodes: Mapping[str, Node]) -> Picture | None:
        """The neighbourhood of ``centre`` within two links; None where it stands alone.

        ``nodes`` holds every profile that a link names.
        """
        if centre not in self._graph:
            return None
        graph = self._graph
        columns = self._columns(graph, centre)
        if len(columns) < 2:
            return None
        nearest = sorted(columns, key=lambda n: (abs(columns[n]), -self._weight(n, centre), n))
        shown = nearest[:MOST_NODES]
        placed = _ordered({n: columns[n] for n in shown}, self._beside, nodes)
        return self._drawn(centre, placed, nodes, len(columns) - len(shown))

    @staticmethod
    def _columns(graph: nx.DiGraph[str], centre: str) -> dict[str, int]:
        """Column by profile: negative for what the centre feels, positive for what feels it."""
        felt = nx.single_source_shortest_path_length(graph.reverse(copy=False), centre, cutoff=2)
        feeling = nx.single_source_shortest_path_length(graph, centre, cutoff=2)
        columns = {n: -d for n, d in felt.items()}
        for node, distance in feeling.items():
            if node not in columns or distance < -columns[node]:
                columns[node] = distance
        return columns

    def _weight(self, node: str, centre: str) -> int:
        links = [self._links.get((node, centre)), self._links.get((centre, node))]
        return max((_STRENGTH[link.criticality] for link in links if link), default=0)

    def _drawn(
        self,
        centre: str,
        placed: Sequence[tuple[int, Sequence[str]]],
        nodes: Mapping[str, Node],
        left_out: int,
    ) -> Picture:
        tallest = max(len(column) for _, column in placed)
        height = tallest * _ROW - (_ROW - _BOX_HEIGHT) + 2 * _MARGIN
        pitch = _WIDTH // len(placed)
        width = min(pitch - 28, 230)
        boxes: dict[str, Box] = {}
        column_of: dict[str, int] = {}
        for index, (column, members) in enumerate(placed):
            top = (height - (len(members) * _ROW - (_ROW - _BOX_HEIGHT))) // 2
            for row, name in enumerate(members):
                x = index * pitch + (pitch - width) // 2
                boxes[name] = _box(nodes[name], x, top + row * _ROW, width, name == centre)
                column_of[name] = column
        arrows = [
            Arrow(
                path=_curve(boxes[a], boxes[b], column_of[a] < column_of[b]),
                criticality=link.criticality or "unknown",
                title=_spoken(link, nodes),
            )
            for a in sorted(boxes)
            for link in self._from.get(a, ())
            if (b := link.target) in boxes
            # Away from the centre only what points towards or away from it; the rest is clutter.
            if column_of[b] - column_of[a] == 1 or (centre in (a, b) and a != b)
        ]
        title = (
            f"What {nodes[centre].name} depends on, at the left, "
            "and what depends on it, at the right"
        )
        return Picture(
            _WIDTH, height, tuple(boxes.values()), tuple(arrows), left_out, title, _legend(arrows)
        )


def _legend(arrows: Sequence[Arrow]) -> str:
    """The links by criticality, each with how it is drawn."""
    drawn = {"high": "thick", "medium": "middling", "low": "thin", "unknown": "dashed"}
    counted = Counter(arrow.criticality for arrow in arrows)
    parts = [f"{counted[c]} {c} ({line})" for c, line in drawn.items() if counted[c]]
    many = wording.count(len(arrows), "link")
    return f"{many} by criticality, influence from left to right: {', '.join(parts)}."


def _spoken(link: Influence, nodes: Mapping[str, Node]) -> str:
    a, b = nodes[link.source], nodes[link.target]
    if link.relation == "affects" or a.kind == "event":
        return f"{a.name} {wording.words(link.relation)} {b.name}"
    return f"{b.name}: {wording.words(link.relation)} {a.name}"


def _ordered(
    columns: Mapping[str, int], linked: Mapping[str, Sequence[str]], nodes: Mapping[str, Node]
) -> list[tuple[int, list[str]]]:
    """The members of each column from top to bottom, near the middle of their neighbours."""
    placed: dict[int, list[str]] = {}
    for node in sorted(columns, key=lambda n: (nodes[n].name.casefold(), n)):
        placed.setdefault(columns[node], []).append(node)
    for _ in range(_SWEEPS):
        # From the middle outwards, then back, each column set by the one beside it.
        for column in sorted(placed, key=abs) + sorted(placed, key=abs, reverse=True):
            for beside in (column - 1, column + 1):
                _settle(placed[column], placed.get(beside, []), linked)
    return sorted(placed.items())


def _settle(column: list[str], beside: Sequence[str], linked: Mapping[str, Sequence[str]]) -> None:
    heights = {n: (i + 0.5) / len(beside) for i, n in enumerate(beside)}
    now = {n: (i + 0.5) / len(column) for i, n in enumerate(column)}

    def middle(node: str) -> float:
        near = [heights[n] for n in linked[node] if n in heights]
        return sum(near) / len(near) if near else now[node]

    column.sort(key=lambda n: (round(middle(n), 6), now[n]))


def _box(node: Node, x: int, y: int, width: int, centre: bool) -> Box:
    lines = wording.wrapped(node.name, (width - 12) // 7, _LINES)
    first = y + (_BOX_HEIGHT - (len(lines) - 1) * _LEADING) // 2 + 4
    return Box(
        x=x,
        y=y,
        width=width,
        height=_BOX_HEIGHT,
        lines=tuple((first + _LEADING * i, line) for i, line in enumerate(lines)),
        text_x=x + width // 2,
        name=node.name,
        kind=node.kind,
        href=None if centre else node.href,
        centre=centre,
    )


def _curve(a: Box, b: Box, forward: bool) -> str:
    start = a.x + a.width if forward else a.x
    end = b.x - 3 if forward else b.x + b.width + 3
    y1, y2 = a.y + a.height // 2, b.y + b.height // 2
    bend = (start + end) // 2
    return f"M{start} {y1}C{bend} {y1} {bend} {y2} {end} {y2}"
