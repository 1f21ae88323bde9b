"""Chains of references that lead back to their beginning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter


def circles(targets: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Circles that have no member in common, each from its smallest member back to it.

    References of something to itself are not circles; they are reported where they stand.
    """
    remaining = {
        name: sorted({t for t in several if t != name})
        for name, several in sorted(targets.items())
        if several
    }
    while True:
        # The sorter asks for what comes before, and a circle is one either way round.
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
