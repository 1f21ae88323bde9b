"""Series: what was counted at different times, gathered from pairs that differ by their time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from assay.evidence.contradictions import Clash, time_of
from assay.evidence.quantities import Figure
from assay.evidence.subjects import Statement
from assay.model.dates import PartialDate


@dataclass(frozen=True, slots=True)
class Point:
    """A figure, the time it holds for, and the statement that gives it."""

    time: PartialDate
    figure: Figure
    statement: Statement


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of one measure about one subject, in the order of their times."""

    measure: str
    points: tuple[Point, ...]

    @property
    def name(self) -> str:
        """What is counted, in the words of the latest statement."""
        figure = self.points[-1].figure
        counted = figure.noun or self.measure
        return f"{figure.unit} {counted}" if self.measure.startswith(f"{figure.unit} ") else counted


def series(clashes: Iterable[Clash]) -> list[Series]:
    """The series that pairs of the kind ``series`` belong to; points without a time are left out.

    Two pairs are of one series where they have a figure in common.
    """
    parent: dict[tuple[str, str, str, int], tuple[str, str, str, int]] = {}
    points: dict[tuple[str, str, str, int], Point] = {}

    def find(item: tuple[str, str, str, int]) -> tuple[str, str, str, int]:
        while parent[item] != item:
            item = parent[item]
        return item

    for clash in clashes:
        if clash.kind != "series" or clash.measure is None or clash.figures is None:
            continue
        keys = []
        for statement, figure in zip((clash.first, clash.second), clash.figures, strict=True):
            time = time_of(statement, figure)
            if time is None:
                continue
            key = (clash.measure, statement.place, statement.text, figure.start)
            parent.setdefault(key, key)
            points[key] = Point(time, figure, statement)
            keys.append(key)
        if len(keys) == 2:
            first, second = sorted(find(k) for k in keys)
            parent[second] = first
    groups: dict[tuple[str, str, str, int], list[Point]] = defaultdict(list)
    for key in sorted(points):
        groups[find(key)].append(points[key])
    return [
        Series(key[0], tuple(sorted(found, key=lambda p: (p.time.first, p.statement.place))))
        for key, found in sorted(groups.items())
        if len(found) > 1
    ]
