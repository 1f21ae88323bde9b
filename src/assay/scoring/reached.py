"""Whom each profile reaches and is reached by, as plain data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from assay.scoring.run import Run

Reached = tuple[str, str, int | None, int]
"""``upstream`` or ``downstream``, the peer, the reach in thousandths and the distance."""


def reached(run: Run) -> Mapping[str, list[Reached]]:
    """By profile id its strongest path to every profile up and down, in the order of ids."""
    ids = run.engine.column("profile", "id").to_list()
    found: dict[str, list[Reached]] = defaultdict(list)
    for space in ("upstream", "downstream"):
        frame = run.tables.frames[space].select("profile_row", "peer_row", "reach", "distance")
        for row, peer, reach, distance in frame.iter_rows():
            points = None if reach is None else round(reach * 1000)
            found[ids[row]].append((space, ids[peer], points, distance))
    return {i: sorted(pairs, key=lambda p: p[:2]) for i, pairs in found.items()}
