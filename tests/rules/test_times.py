"""Points in time and spans in the forms that rules may write them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assay.cel.times import day_seconds, duration_seconds, timestamp_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-02T00:00:01Z", 86_401),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:59:59-00:00", -1),
        ("0001-01-01T00:00:00Z", -62_135_596_800),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ],
)
def test_points_in_time_count_from_1970(text: str, seconds: int) -> None:
    assert timestamp_seconds(text) == seconds


def test_a_day_is_its_beginning() -> None:
    assert day_seconds("1970-01-01") == 0
    assert day_seconds("2024-01-29") == timestamp_seconds("2024-01-29T00:00:00Z")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("36h", 129_600),
        ("1h30m", 5_400),
        ("-1h30m", -5_400),
        ("+2m", 120),
        ("1.5m", 90),
        ("2000ms", 2),
        ("3000000us", 3),
        ("4000000000ns", 4),
        ("-9223372036s", -9_223_372_036),
    ],
)
def test_spans_are_whole_seconds(text: str, seconds: int) -> None:
    assert duration_seconds(text) == seconds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1500ms", "spans are counted in whole seconds"),
        ("-0.5s", "spans are counted in whole seconds"),
        ("1d", 'write duration("36h"); a day has 24h'),
        ("", 'write duration("36h"); a day has 24h'),
        ("9223372037s", "a span is shorter than 292 years"),
        ("-9223372037s", "a span is shorter than 292 years"),
    ],
)
def test_other_spans_are_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        duration_seconds(text)
    assert str(refused.value) == said


@pytest.mark.parametrize("text", ["2024-01-29", "2024-01-29T00:00:00", "24-01-29T00:00:00Z"])
def test_other_points_in_time_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write timestamp\(\"2024-01-29T00:00:00Z\"\)"):
        timestamp_seconds(text)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (day_seconds, "2023-02-29"),
        (timestamp_seconds, "2024-13-01T00:00:00Z"),
        (timestamp_seconds, "2024-01-29T24:00:01Z"),
    ],
)
def test_what_the_calendar_does_not_have_is_refused(read: Callable[[str], int], text: str) -> None:
    with pytest.raises(ValueError, match="there is no such day or time; look at the calendar"):
        read(text)
