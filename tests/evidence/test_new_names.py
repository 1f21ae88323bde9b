"""Names of institutions that nobody has written down."""

from __future__ import annotations

import pytest

from assay.evidence.new_names import NewName, new_names
from tests.package import Names

KNOWN = Names([("Harbour Office", "office")])


def found(text: str) -> list[tuple[str, str | None]]:
    return [(n.name, n.initials) for n in new_names(text, KNOWN)]


@pytest.mark.parametrize(
    ("text", "name", "initials"),
    [
        (
            "The Cyberspace Administration of China (CAC) keeps the register.",
            "Cyberspace Administration of China",
            "CAC",
        ),
        ("Ann of the Coast Trade Bureau (CTB) spoke.", "Coast Trade Bureau", "CTB"),
        ("Wire and the Northern Crane Union (NCU) agreed.", "Northern Crane Union", "NCU"),
        (
            "Gantry University is old. It is said that Gantry University has cranes.",
            "Gantry University",
            None,
        ),
        (
            "In May the Port's Safety Board met. The Safety Board will meet again.",
            "Safety Board",
            None,
        ),
    ],
)
def test_a_name_says_what_kind_of_body_it_is(text: str, name: str, initials: str | None) -> None:
    assert found(text) == [(name, initials)]


@pytest.mark.parametrize(
    "text",
    [
        "The Harbour Office met. The Harbour Office met again.",
        "Gantry University is old.",
        "Certificate Transparency (CT) helps. Power Apps came. Power Apps went.",
        "the office of the port met. the office of the port met again.",
        "",
    ],
)
def test_what_is_known_said_once_or_no_body_is_not_proposed(text: str) -> None:
    assert found(text) == []


def test_the_sentences_that_name_it_come_along_and_the_most_frequent_first() -> None:
    text = "Sea Bank lends. Sea Bank saves. Coast Trade Bureau (CTB) counts.\nSea Bank lends."
    assert new_names(text, KNOWN) == [
        NewName("Sea Bank", None, ("Sea Bank lends.", "Sea Bank saves.")),
        NewName("Coast Trade Bureau", "CTB", ("Coast Trade Bureau (CTB) counts.",)),
    ]
