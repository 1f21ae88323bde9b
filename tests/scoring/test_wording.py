"""Values as a reader meets them in the sentences of rules."""

from __future__ import annotations

import pytest

from assay.scoring.wording import shown
from assay.text import plural
from tests.package import Col, fill_text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "unknown"),
        (True, "yes"),
        (False, "no"),
        (1, "1"),
        (1.0, "1"),
        (0.5, "0.5"),
        (0.12345, "0.123"),
        ("a text", "a text"),
    ],
)
def test_a_value_is_shown(value: object, words: str) -> None:
    assert shown(value) == words


def test_one_is_no_plural() -> None:
    assert [plural(n, "source") for n in (0, 1, 2)] == ["0 sources", "1 source", "2 sources"]


def test_a_sentence_is_filled() -> None:
    values = {"count": 2, "known": None}
    parts = ("it has ", Col("count"), " and is ", Col("known"))
    assert fill_text(parts, values.__getitem__) == "it has 2 and is unknown"
