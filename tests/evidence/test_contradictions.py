"""Statements that cannot both be true, and figures that make a series."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evidence.contradictions import find_clashes
from assay.evidence.measured import series
from assay.evidence.subjects import Statement
from assay.output.html import contradictions_html, plot
from tests.package import PartialDate


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


def test_more_than_forty_and_700_of_two_measures_are_nothing() -> None:
    """Approved by January 2024, and filed by 2025: two things that were counted."""
    a = said("a", "China approved more than 40 AI models for public use.", "2024-01")
    b = said("b", "More than 700 generative models were filed with regulators in China.", "2025")
    assert kinds(a, b) == []


def test_more_than_forty_and_700_of_one_measure_are_a_series() -> None:
    a = said("a", "China had approved more than 40 AI models for public use.", "2024-01")
    b = said("b", "China had approved 700 AI models for public use.", "2025")
    assert kinds(a, b) == ["series"]
    assert kinds(said("a", a.text), said("b", b.text)) == []


def test_the_year_in_a_sentence_is_the_time_of_its_figure() -> None:
    a = said("a", "In 2023 the harbour office approved 40 cranes.", "2025-05")
    b = said("b", "In 2024 the harbour office approved 70 cranes.", "2025-05")
    assert kinds(a, b) == ["series"]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("Gantry Works is a maker of cranes founded in 2022.", ["contradiction"]),
        ("Tide Works is a maker of cranes founded in 2022.", []),
    ],
)
def test_who_is_named_first_is_the_subject(other: str, expected: list[str]) -> None:
    a = said("a", "Gantry Works is a maker of cranes founded in 2021.")
    assert kinds(a, said("b", other)) == expected


def test_pages_with_other_titles_are_about_something_else() -> None:
    text = "The office was founded in {} by seven captains."
    texts = (text.format(1901), text.format(1911))
    office, bank = (
        Statement(p, t, title=title)
        for p, t, title in zip("ab", texts, ("The Harbour Office", "The Sea Bank"), strict=True)
    )
    assert kinds(office, bank) == []
    text = "The harbour office counts {} cranes in the port."
    one = Statement("a", text.format(40), title="The port and its cranes")
    other = Statement("b", text.format(70), title="Cranes of the port")
    assert kinds(one, other) == ["contradiction"]
    assert kinds(one, Statement("b", other.text, title="Elsewhere")) == []


def test_a_sentence_that_counts_twice_says_what_the_other_says_once() -> None:
    a = said("a", "The harbour office raised the number of cranes from 40 cranes to 70 cranes.")
    b = said("b", "The harbour office has a number of 70 cranes.")
    assert kinds(a, b) == []


def test_a_series_is_gathered_from_its_pairs_and_plotted() -> None:
    text = "The register of the Harbour Office lists {} cranes."
    given = [
        said("a", text.format("12"), "2023-06"),
        said("b", text.format("more than 40"), "2024-01-29"),
        said("c", text.format("400 to 700"), "2025"),
    ]
    clashes = find_clashes(given)
    (one,) = series(clashes)
    assert (one.name, [str(p.time) for p in one.points]) == (
        "cranes",
        ["2023-06", "2024-01-29", "2025"],
    )
    drawn = ElementTree.fromstring(plot(one))
    assert (
        drawn.get("aria-label") == "12 in 2023-06; more than 40 in 2024-01-29; 400 to 700 in 2025"
    )
    heights = [float(c.get("cy", "")) for c in drawn.findall("circle")]
    assert heights == sorted(heights, reverse=True)
    assert len(drawn.findall("line[@class='range']")) == 2


def test_what_is_said_is_text_on_the_page() -> None:
    text = "The <b>Harbour Office</b> lists {} cranes & tugs."
    page = contradictions_html(find_clashes([said("a", text.format(4)), said("b", text.format(7))]))
    assert "<b>" not in page
    assert "&lt;b&gt;Harbour Office&lt;/b&gt; lists 4 cranes &amp; tugs." in page


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
