"""Statements that cannot both be true, and figures that make a series."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evidence.contradictions import Statement, find_clashes
from assay.model.dates import PartialDate


def said(place: str, text: str, as_of: str | None = None) -> Statement:
    return Statement(place, text, PartialDate.parse(as_of) if as_of else None)


def kinds(*statements: Statement) -> list[str]:
    return [c.kind for c in find_clashes(statements)]


def test_one_process_begun_in_two_years() -> None:
    (clash,) = find_clashes(
        [
            said("old", "Many were approved since the approval process began in August 2023."),
            said("new", "The approval process began in August 2022, requiring permission."),
        ]
    )
    assert clash.kind == "contradiction"
    assert clash.reason == "one says 2023-08, the other 2022-08"


@pytest.mark.parametrize(
    "other",
    [
        "The approval process began in 2023.",
        "The training programme began in August 2022.",
        "The approval process was praised in August 2022.",
    ],
)
def test_dates_that_agree_or_belong_to_something_else(other: str) -> None:
    assert kinds(said("a", "The approval process began in August 2023."), said("b", other)) == []


def test_two_counts_of_one_thing_at_one_time() -> None:
    a = said("a", "The harbour office approved 40 cranes.", "2024-01-29")
    b = said("b", "The harbour office approved 70 cranes.", "2024-01")
    assert kinds(a, b) == ["contradiction"]


def test_two_counts_of_one_thing_at_two_times_are_a_series() -> None:
    a = said("a", "The harbour office had approved 40 cranes.", "2024-01")
    b = said("b", "The harbour office had approved 700 cranes.", "2025")
    assert kinds(a, b) == ["series"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "The harbour office approved more than 40 cranes.",
            "The harbour office approved 700 cranes.",
        ),
        ("The harbour office approved about 40 cranes.", "The harbour office approved 42 cranes."),
        ("The harbour office approved 40 cranes.", "The harbour office approved 14 tugs."),
        ("The harbour office approved 40 cranes.", "A court in the north refused 14 cranes."),
    ],
)
def test_what_can_both_be_true(first: str, second: str) -> None:
    assert kinds(said("a", first), said("b", second)) == []


def test_what_is_decided_is_not_proposed_again() -> None:
    a = said("a", "The harbour office approved 40 cranes.")
    b = said("b", "The harbour office approved 70 cranes.")
    assert find_clashes([a, b], [("b", "a")]) == []


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_only_different_numbers_contradict(x: int, y: int) -> None:
    found = kinds(
        said("a", f"The harbour office approved exactly {x:,} cranes."),
        said("b", f"The harbour office approved exactly {y:,} cranes."),
    )
    assert found == ([] if x == y else ["contradiction"])
