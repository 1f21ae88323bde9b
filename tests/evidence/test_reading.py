"""Figures and names in sentences: against sentences read by hand, and one by one."""

from __future__ import annotations

import pytest
from benchmarks.reading import count_figures, count_names, labelled
from hypothesis import given
from hypothesis import strategies as st

from assay.evidence.entities import Names
from assay.evidence.quantities import figures
from assay.evidence.sentences import sentences


def test_two_hundred_sentences_were_read_by_hand() -> None:
    assert len(labelled()["sentences"]) >= 200


def test_figures_found_in_labelled_sentences() -> None:
    count = count_figures()
    assert count.precision >= 0.95, count.wrong
    assert count.recall >= 0.90, count.wrong


def test_names_found_in_labelled_sentences() -> None:
    count = count_names()
    assert count.precision >= 0.97, count.wrong
    assert count.recall >= 0.98, count.wrong


@pytest.mark.parametrize(
    ("sentence", "value", "unit", "qualifier", "period"),
    [
        ("It reached 17 per cent over the last year.", 17, "%", None, "over the last year"),
        ("More than 40 were approved by January 2024.", 40, None, "more than", "by January 2024"),
        ("01.AI was valued at $1B.", 1e9, "USD", None, None),
        ("It has 130 LLMs.", 130, "LLMs", None, None),
        ("It cost €410 million in 2023.", 410e6, "EUR", None, "in 2023"),
        ("It runs up to 20x faster.", 20, "times", "not more than", None),
        ("It has roughly 1 500 people.", 1500, "people", "about", None),
    ],
)
def test_one_figure(
    sentence: str, value: float, unit: str | None, qualifier: str | None, period: str | None
) -> None:
    (figure,) = figures(sentence)
    assert (figure.value, figure.qualifier, figure.period) == (value, qualifier, period)
    assert unit is None or figure.unit == unit


def test_a_range_has_two_ends_and_a_change_is_two_figures() -> None:
    (span,) = figures("Between 3 and 5 agencies agreed.")
    assert (span.low, span.high) == (3, 5)
    assert [f.low for f in figures("It fell from 7% to 5%.")] == [7, 5]


@pytest.mark.parametrize(
    "sentence",
    [
        "On January 29, 2024 at 10:30 am.",
        "GPT-4 and Qwen-7B.",
        "Version 2.1.3, RFC 6962, issue 88 and Section 508.",
        "See https://example.org/2024/17 for arXiv:2506.05171.",
        "Slide 22 shows Dynamics 365.",
        "From 2011 to 2024.",
    ],
)
def test_numbers_that_are_no_figures(sentence: str) -> None:
    assert figures(sentence) == []


@given(st.text(max_size=200))
def test_figures_stand_where_they_say(text: str) -> None:
    for figure in figures(text):
        assert text[figure.start :].lstrip().startswith(figure.text)
        assert figure.low <= figure.high


@given(st.integers(2, 10**9))
def test_every_count_is_read_however_it_is_grouped(number: int) -> None:
    (figure,) = figures(f"They counted more than {number:,} ships.")
    assert (figure.low, figure.unit) == (number, "ships")


NAMES = Names(
    [
        ("Bank of England", "bank"),
        ("England", "country"),
        ("IT", "agency"),
        ("Georgia", "state"),
        ("Georgia", "nation"),
        ("百度", "baidu"),
        ("Nestlé", "nestle"),
    ]
)


def test_the_longer_name_wins() -> None:
    assert [m.ids for m in NAMES.find("The Bank of England's rate in England")] == [
        ("bank",),
        ("country",),
    ]


def test_homonyms_are_ambiguous() -> None:
    (mention,) = NAMES.find("Georgia adopted the law.")
    assert mention.ambiguous
    assert mention.ids == ("nation", "state")


def test_case_accents_and_scripts() -> None:
    assert [m.text for m in NAMES.find("NESTLE’s and Nestlé, not nestle.")] == ["NESTLE", "Nestlé"]
    assert NAMES.find("it is over; england too") == []
    assert [m.ids for m in NAMES.find("中国批准了百度的模型")] == [("baidu",)]


@given(st.text(max_size=100))
def test_mentions_stand_where_they_say(text: str) -> None:
    for mention in NAMES.find(text + " Georgia " + text):
        assert mention.ids
        assert mention.start < mention.end


def test_sentences_end_where_they_end() -> None:
    text = 'The U.S. acted on Jan. 5. "We agree," he said. Dr. Doe left? 是的。好。'
    assert sentences(text) == [
        "The U.S. acted on Jan. 5.",
        '"We agree," he said.',
        "Dr. Doe left?",
        "是的。",
        "好。",
    ]
