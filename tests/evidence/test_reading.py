"""Figures and names in sentences: against sentences read by hand, and one by one."""

from __future__ import annotations

import pytest
from benchmarks.reading import count_figures, count_names, labelled
from hypothesis import given
from hypothesis import strategies as st

from assay.evidence.quantities import figures
from assay.evidence.sentences import sentences
from tests.package import Names


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


@pytest.mark.parametrize(
    ("sentence", "value", "unit", "qualifier"),
    [
        ("Nearly two-thirds of the firms had agreed.", 0.666667, "share of firms", "almost"),
        ("At least a quarter of its firms have failed.", 0.25, "share of firms", "at least"),
        ("Half the members were there.", 0.5, "share of members", None),
        ("One in five workers has left.", 0.2, "share of workers", None),
        ("Three out of four agencies have.", 0.75, "share of agencies", None),
        ("Models above the 10^26 FLOP line are watched.", 1e26, "FLOP line", None),
        ("We wrote two open and structured models.", 2, "open and structured models", None),
    ],
)
def test_fractions_powers_and_joined_qualities(
    sentence: str, value: float, unit: str, qualifier: str | None
) -> None:
    (figure,) = figures(sentence)
    assert (figure.value, figure.unit, figure.qualifier) == (value, unit, qualifier)


@pytest.mark.parametrize(
    "sentence",
    [
        "In the first half of the year.",
        "A quarter of 2023 went by.",
        "In the third quarter.",
        "A third party agreed.",
    ],
)
def test_halves_and_quarters_that_are_times_or_ordinals(sentence: str) -> None:
    assert figures(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "value", "unit", "noun", "qualifier"),
    [
        ("超过700个模型已经备案。", 700, "个", "模型", "more than"),
        ("中国共有40多个大模型获批。", 40, "个", "大模型", "more than"),
        ("百度的用户超过1亿。", 1e8, None, None, "more than"),
        ("融资3.5亿元。", 3.5e8, "CNY", None, None),
        ("投资约30万亿美元。", 3e13, "USD", None, "about"),
        ("人口は1億2千万人です。", 1.2e8, "人", "人", None),
        ("グーグルは12件の申請を出した。", 12, "件", "申請", None),
        ("3万人以上が参加した。", 30000, "人", "人", "at least"),
        ("정부는 1만 명을 고용했다.", 10000, "명", "명", None),
        ("5천만 원을 투자했다.", 5e7, "KRW", None, None),
        ("约占全球的四成", 40, "%", None, None),
        ("三十五家公司", 35, "家", "公司", None),
    ],
)
def test_east_asian_figures(
    sentence: str, value: float, unit: str | None, noun: str | None, qualifier: str | None
) -> None:
    (figure,) = figures(sentence)
    assert (figure.value, figure.unit, figure.noun, figure.qualifier) == (
        value,
        unit,
        noun,
        qualifier,
    )


@pytest.mark.parametrize(
    "sentence", ["2023年8月15日起施行。", "第3条规定", "一些公司", "第二届大会"]
)
def test_east_asian_numbers_that_are_no_figures(sentence: str) -> None:
    assert figures(sentence) == []


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


@pytest.mark.parametrize("repeated", ["12 ", "between 1 and ", "half of ", "一千万", "1,", "(" * 9])
def test_what_is_too_long_to_be_a_sentence_is_read_piece_by_piece(repeated: str) -> None:
    text = repeated * 2000 + " and they counted 47 ships"
    found = figures(text)
    assert (found[-1].low, found[-1].unit) == (47, "ships")
    assert all(text[f.start :].startswith(f.text) for f in found)
