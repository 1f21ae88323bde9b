"""What documents say of themselves against the table of publishers."""

from __future__ import annotations

from typing import Any

import pytest

from assay.diagnostics.diagnostic import Subject
from assay.workspace.consistency import check_publishers, own_rating
from tests.package import Corpus, Publisher, Source


def remarks(rating: str | None, extra: dict[str, Any], when: str | None = "2026") -> list[str]:
    publisher = Publisher.model_validate(
        {
            "kind": "publisher",
            "id": "gazette",
            "name": "Gazette",
            "reliability": rating,
            "reliability_reason": "It corrects.",
            "reliability_date": when,
        }
    )
    source = Source.model_validate(
        {"kind": "source", "id": "s", "title": "S", "publisher": "gazette", "extra": extra}
    )
    corpus = Corpus({"gazette": publisher}, {"s": source})
    subjects = {"gazette": Subject("a.yaml"), "s": Subject("b.yaml")}
    return [finding.message for finding in check_publishers(corpus, subjects)]


def test_a_rating_without_a_date_is_remarked_on() -> None:
    assert remarks("B", {}, when=None) == ["the reliability of 'gazette' has no date"]
    assert remarks(None, {}, when=None) == []


def test_a_document_that_rates_itself_far_otherwise_is_remarked_on() -> None:
    assert remarks("E", {"quality": 87}) == [
        "the document rates itself 87 (quality), about A, but 'gazette' is rated E"
    ]
    assert len(remarks("A", {"reliability": "D"})) == 1


@pytest.mark.parametrize(
    ("rating", "extra"),
    [
        ("B", {"quality": 87}),
        ("E", {"quality": 104}),
        ("E", {"quality": True}),
        ("E", {"heat": 90}),
        ("E", {"quality": "high"}),
        ("A", {"reliability": "F"}),
        ("F", {"quality": 90}),
        (None, {"quality": 90}),
    ],
)
def test_what_is_near_or_no_rating_is_not(rating: str | None, extra: dict[str, Any]) -> None:
    assert remarks(rating, extra) == []


@pytest.mark.parametrize(
    ("value", "step"), [(100, 0), (80, 0), (79, 1), (60, 1), (40, 2), (20, 3), (19, 4), (0, 4)]
)
def test_numbers_are_read_in_steps_of_twenty(value: int, step: int) -> None:
    assert own_rating("confidence", value) == step
