"""Edges between known names, by the words that join them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evidence.relations import edges
from tests.package import Names

NAMES = Names(
    [
        ("Harbour Office", "office"),
        ("Gantry Works", "gantry"),
        ("Baltic Port", "port"),
        ("Tide Cloud", "cloud"),
        ("Sea Bank", "bank"),
        ("Georgia", "nation"),
        ("Georgia", "state"),
    ]
)

Found = tuple[str, str, str]


def found(sentence: str) -> list[Found]:
    return [(e.dependent, e.relation, e.on) for e in edges(sentence, NAMES)]


@pytest.mark.parametrize(
    ("sentence", "edge"),
    [
        ("The Harbour Office regulates the Baltic Port.", ("port", "regulated_by", "office")),
        ("Sea Bank acquired Gantry Works in 2020.", ("gantry", "owned_by", "bank")),
        ("Sea Bank owns 40% of Gantry Works.", ("gantry", "owned_by", "bank")),
        ("Gantry Works supplies cranes to Baltic Port.", ("port", "supplied_by", "gantry")),
        ("Tide Cloud hosts the records of Baltic Port.", ("port", "hosted_by", "cloud")),
        ("The Harbour Office has approved Gantry Works.", ("gantry", "approved_by", "office")),
        ("Sea Bank invested $3 million in Gantry Works.", ("gantry", "funded_by", "bank")),
        ("Baltic Port runs on Tide Cloud.", ("port", "built_on", "cloud")),
        ("Gantry Works relies heavily on Tide Cloud.", ("gantry", "relies_on", "cloud")),
        ("Gantry Works is a subsidiary of Sea Bank.", ("gantry", "owned_by", "bank")),
        ("The Office, it says, is small; Sea Bank owns Baltic Port.", ("port", "owned_by", "bank")),
    ],
)
def test_an_edge_is_stated(sentence: str, edge: Found) -> None:
    assert found(sentence) == [edge]


@pytest.mark.parametrize(
    ("active", "passive"),
    [
        ("Harbour Office regulates Baltic Port.", "Baltic Port is regulated by Harbour Office."),
        ("Sea Bank owns Gantry Works.", "Gantry Works, owned by Sea Bank, builds cranes."),
        ("Gantry Works supplies Baltic Port.", "Baltic Port is supplied by Gantry Works."),
        ("Tide Cloud hosts Baltic Port.", "Baltic Port has been hosted by Tide Cloud."),
        ("Harbour Office approved Sea Bank.", "Sea Bank was approved by Harbour Office."),
        ("Sea Bank funds Baltic Port.", "Baltic Port is funded and run by Sea Bank."),
    ],
)
def test_the_passive_voice_turns_the_direction(active: str, passive: str) -> None:
    assert found(active) == found(passive) != []


@pytest.mark.parametrize(
    "sentence",
    [
        "Sea Bank does not own Gantry Works.",
        "Gantry Works isn't owned by Sea Bank.",
        "Sea Bank no longer owns Gantry Works.",
        "Gantry Works, formerly owned by Sea Bank, left.",
        "Sea Bank denied that it owns Gantry Works.",
        "The Harbour Office refused to approve Gantry Works.",
        "Baltic Port was hosted on Tide Cloud until 2020.",
        "Neither Sea Bank owns Gantry Works nor does anybody.",
    ],
)
def test_what_is_denied_or_past_gives_no_edge(sentence: str) -> None:
    assert found(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Sea Bank may own Gantry Works.",
        "Sea Bank would own Gantry Works.",
        "If the Harbour Office regulates the Baltic Port, it pays.",
        "The Harbour Office regulates the Baltic Port if the law passes.",
        "Sea Bank plans to buy Gantry Works.",
        "Whether Sea Bank owns Gantry Works is open.",
        "Does Sea Bank, which owns Gantry Works?",
        "Sea Bank allegedly owns Gantry Works.",
        "It was proposed that Sea Bank owns Gantry Works.",
    ],
)
def test_what_is_planned_asked_or_supposed_gives_no_edge(sentence: str) -> None:
    assert found(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Sea Bank owns Georgia.",
        "Sea Bank's Sea Bank owns Sea Bank.",
        "Sea Bank hosts a meeting with Gantry Works.",
        "Sea Bank and Gantry Works agree.",
        "Sea Bank rose. Gantry Works owns a ship.",
    ],
)
def test_what_joins_no_two_known_names(sentence: str) -> None:
    assert found(sentence) == []


def test_a_list_shares_what_stands_before_it() -> None:
    assert found("Gantry Works owns Baltic Port, Tide Cloud and Sea Bank.") == [
        ("port", "owned_by", "gantry"),
        ("cloud", "owned_by", "gantry"),
        ("bank", "owned_by", "gantry"),
    ]


@given(st.text(max_size=80), st.text(max_size=30))
def test_no_text_makes_anything_depend_on_itself(before: str, between: str) -> None:
    for edge in edges(f"{before} Sea Bank {between} Gantry Works", NAMES):
        assert edge.dependent != edge.on
