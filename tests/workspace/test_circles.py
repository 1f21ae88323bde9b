from __future__ import annotations

from itertools import pairwise

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from assay.workspace.cycles import cycles

NAMES = st.sampled_from("abcdefgh")
TARGETS = st.dictionaries(NAMES, st.lists(NAMES, max_size=4), max_size=8)


@given(TARGETS)
def test_every_circle_is_one_and_none_is_left(targets: dict[str, list[str]]) -> None:
    found = list(cycles(targets))
    for circle in found:
        assert circle[0] == circle[-1] == min(circle)
        assert all(b in targets[a] for a, b in pairwise(circle))
    members = {name for circle in found for name in circle}
    assert len(members) == sum(len(circle) - 1 for circle in found)
    graph = nx.DiGraph(
        (a, b)
        for a, several in targets.items()
        for b in several
        if a != b and a not in members and b not in members
    )
    assert nx.is_directed_acyclic_graph(graph)


@given(TARGETS)
def test_the_order_of_documents_makes_no_difference(targets: dict[str, list[str]]) -> None:
    backward = dict(reversed([(k, v[::-1]) for k, v in targets.items()]))
    assert list(cycles(targets)) == list(cycles(backward))
