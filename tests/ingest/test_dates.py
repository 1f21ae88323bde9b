from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.ingest.dates import date_of_name, written_date


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2018-01-09 11:00:00 -0500", "2018-01-09"),
        ("2018-01-09 9:00:00 -0500", "2018-01-09"),
        ("2024-01-30T13:53:00Z", "2024-01-30"),
        ("Jan 29, 2024", "2024-01-29"),
        ("29 January 2024", "2024-01-29"),
        ("13-Jan-2022", "2022-01-13"),
        ("Mon, 29 Jan 2024 10:36:00 GMT", "2024-01-29"),
        ("2023 Q4", "2023-Q4"),
        ("Q4 2023", "2023-Q4"),
        ("January 2024", "2024-01"),
        ("20240218", "2024-02-18"),
        ("2024年1月29日", "2024-01-29"),
        ("Wednesday, January 3rd, 2024", "2024-01-03"),
        ("2024", "2024"),
    ],
)
def test_precision_is_kept(text: str, meant: str) -> None:
    assert str(written_date(text)) == meant


@pytest.mark.parametrize(
    "text", ["9999-01-01", "0001-01-01", "03/04/2024", "2024-02-31", "soon", "", "2024-13-01"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert written_date(text) is None


@given(st.dates(date(1500, 1, 1), date(2199, 12, 31)), st.sampled_from(["%d %B %Y", "%b %d, %Y"]))
def test_every_day_written_in_words_is_read(day: date, form: str) -> None:
    assert str(written_date(day.strftime(form))) == day.isoformat()


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    found = written_date(text)
    assert found is None or found.first <= found.last


def test_the_day_in_a_name() -> None:
    assert str(date_of_name("2019-2-12-facebook")) == "2019-02-12"
    assert date_of_name("issue-12") is None
