"""Values in cells, as assay, people and spreadsheets write them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.sheets import columns as forms
from assay.sheets.columns import CellError, Form
from tests.package import Citation, Gap, from_cell, normalised, to_cell

HERE, THERE = False, True


def read(form: Form, cell: str, decimal_comma: bool = HERE) -> Any:
    return form.read(cell, decimal_comma)


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("2024-01-29", "2024-01-29"),
        ("2024-Q1", "2024-Q1"),
        ("Q1 2024", "2024-Q1"),
        ("2024", "2024"),
        ("29.01.2024", "2024-01-29"),
        ("1.9.2024", "2024-09-01"),
        ("1/29/2024", "2024-01-29"),
        ("29/1/2024", "2024-01-29"),
        ("05/05/2024", "2024-05-05"),
        ("Jan-24", "2024-01"),
        ("29-Jan-24", "2024-01-29"),
        ("29 January 2024", "2024-01-29"),
        ("2024-01-29 00:00:00", "2024-01-29"),
        ("2024/01/29", "2024-01-29"),
        ("2024/1/9", "2024-01-09"),
        ("2024-1-9", "2024-01-09"),
        ("2024.01.29.", "2024-01-29"),
        ("2024. 1. 29.", "2024-01-29"),
        ("2024年1月29日", "2024-01-29"),
        ("２０２４年１月", "2024-01"),
        ("2024년 1월 29일", "2024-01-29"),
        ("2024/01", "2024-01"),
        ("20240129", "2024-01-29"),
        ("2024 January 29", "2024-01-29"),
        ("2024/1/29 0:00", "2024-01-29"),
        ("2024.5", "2024.5"),
        ("2024/13/05", "2024/13/05"),
        ("32.01.2024", "32.01.2024"),
        ("soon", "soon"),
    ],
)
def test_dates_as_spreadsheets_write_them(cell: str, date: str) -> None:
    assert read(forms.DATE, cell) == date


def test_an_ambiguous_date_is_refused() -> None:
    with pytest.raises(CellError, match="can be 2024-03-04 or 2024-04-03"):
        read(forms.DATE, "03/04/2024")


@pytest.mark.parametrize(
    ("cell", "decimal_comma", "number"),
    [
        ("40", HERE, 40),
        ("40.5", HERE, 40.5),
        ("1,000,000", HERE, 1_000_000),
        ("1 000 000", HERE, 1_000_000),
        ("1'000", HERE, 1000),
        ("−5", HERE, -5),
        ("2,5", THERE, 2.5),
        ("1.234,5", THERE, 1234.5),
        ("1.000.000", THERE, 1_000_000),
        ("2.5", THERE, 2.5),
    ],
)
def test_numbers(cell: str, decimal_comma: bool, number: float) -> None:
    found = read(forms.NUMBER, cell, decimal_comma)
    assert found == number
    assert type(found) is type(number)


@pytest.mark.parametrize("cell", ["40 models", "17%", "2,5", "forty", "nan", "1e999", "9" * 30])
def test_an_invalid_number_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        read(forms.NUMBER, cell)


@pytest.mark.parametrize(
    ("cell", "share"), [("40%", 0.4), ("40 %", 0.4), ("0.4", 0.4), ("7%", 0.07), ("0%", 0.0)]
)
def test_shares(cell: str, share: float) -> None:
    assert read(forms.SHARE, cell) == share
    assert read(forms.SHARE, cell.replace(".", ","), THERE) == share


@pytest.mark.parametrize(
    ("cell", "value"), [("yes", True), ("X", True), ("Ja", True), ("no", None), ("FALSE", None)]
)
def test_yes_and_no(cell: str, value: bool | None) -> None:
    assert read(forms.FLAG, cell) is value


def test_a_word_is_read_however_it_is_spelt() -> None:
    assert read(forms.WORD, "First hand") == read(forms.WORD, "first-hand") == "first_hand"


@pytest.mark.parametrize(
    ("cell", "cited"),
    [
        ("a", ["a"]),
        ("a, b;c\nd", ["a", "b", "c", "d"]),
        (
            "a [Disputes, credibility 3, first hand, at paras 4, 9; and 11]; b",
            [
                {
                    "id": "a",
                    "stance": "disputes",
                    "locator": "paras 4, 9; and 11",
                    "credibility": 3,
                    "directness": "first_hand",
                },
                "b",
            ],
        ),
        ("a [supports]", ["a"]),
        (
            "a [record, cites b-1  c, at p. 4]; b [cites -]",
            [
                {"id": "a", "locator": "p. 4", "directness": "record", "cites": ["b-1", "c"]},
                {"id": "b", "cites": []},
            ],
        ),
        (r"a [at table \[2\]]", [{"id": "a", "locator": "table [2]"}]),
        ("https://example.org/a?b=1", ["https://example.org/a?b=1"]),
    ],
)
def test_citations(cell: str, cited: list[Any]) -> None:
    assert read(forms.CITATIONS, cell) == cited


@pytest.mark.parametrize("cell", ["a [perhaps]", "a [at x", "a b", "[at x]", "a [cites]"])
def test_an_invalid_citation_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        read(forms.CITATIONS, cell)


LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1).filter(
    lambda text: text == normalised(text) != ""
)


@given(
    st.lists(
        st.builds(
            Citation,
            id=st.sampled_from(["a", "b-1", "source-2024-01-29"]),
            stance=st.sampled_from(["supports", "disputes"]),
            locator=st.none() | LINES.map(lambda text: text[:300]).filter(str.strip),
            credibility=st.none() | st.integers(1, 5),
            directness=st.none() | st.sampled_from(["record", "first_hand"]),
            cites=st.none() | st.lists(st.sampled_from(["c", "d-2"]), max_size=2).map(tuple),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_citations_are_read_as_they_were_written(citations: list[Citation]) -> None:
    cell = from_cell(to_cell(forms.CITATIONS.show(citations)))
    again = [Citation.model_validate(item) for item in read(forms.CITATIONS, cell)]
    assert again == citations


@given(st.lists(LINES, min_size=1, max_size=4))
def test_lists_are_read_as_they_were_written(texts: list[str]) -> None:
    assert read(forms.NAMES, forms.NAMES.show(texts)) == texts
    gaps = [Gap(text=text) for text in texts]
    assert read(forms.GAPS, forms.GAPS.show(gaps)) == texts
