"""The strongest paths from one profile, with the profiles they lead through.

The same reach as :mod:`assay.graph.reach` gives for all pairs, for a reader of one page: what
counts here are the names along the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.arithmetic import scale_points, to_points


@dataclass(frozen=True, slots=True)
class Path:
    """A strongest path; ``points`` is its reach in thousandths, None where it is unknown."""

    peer: int
    points: int | None
    distance: int
    path: tuple[int, ...]

    @property
    def strength(self) -> tuple[bool, int, int, tuple[int, ...]]:
        """Sorts the strongest first: known, strong, short, then by the rows it leads through."""
        return (self.points is None, -(self.points or 0), self.distance, self.path)


def paths_from(
    links: Mapping[int, Sequence[tuple[int, int | None]]], start: int, hops: int, damping: float
) -> list[Path]:
    """The strongest path from ``start`` to every row within ``hops``, strongest first.

    ``links`` gives for each row the rows an edge leads to and the edge's weight in thousandths.
    """
    factor = to_points(damping)
    best: dict[int, Path] = {}
    frontier = {start: Path(start, 1000, 0, (start,))}
    for distance in range(1, hops + 1):
        further: dict[int, Path] = {}
        for here in sorted(frontier):
            come = frontier[here]
            for peer, weight in links.get(here, ()):
                points = _on(come.points, weight, factor if distance > 1 else 1000)
                found = Path(peer, points, distance, (*come.path, peer))
                if peer != start and (
                    peer not in further or found.strength < further[peer].strength
                ):
                    further[peer] = found
        frontier = further
        for peer, found in further.items():
            if peer not in best or found.strength < best[peer].strength:
                best[peer] = found
    return sorted(best.values(), key=lambda p: p.strength)


def _on(points: int | None, weight: int | None, factor: int) -> int | None:
    if points is None or weight is None:
        return None
    return scale_points(scale_points(points, weight), factor)
