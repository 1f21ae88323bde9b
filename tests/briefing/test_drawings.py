"""Wording, charts and dependency pictures on their own."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.briefing import charts, wording
from tests.briefing.desk import RULEBOOK, score, steps
from tests.package import OutlookPoint, PartialDate, sentence

GRADES = RULEBOOK.scales["grades"]


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2024-01-29", "2024-01-30", "29–30 January 2024"),
        ("2024-01-29", "2024-02-02", "29 January – 2 February 2024"),
        ("2023-12-31", "2024-01-01", "31 December 2023 – 1 January 2024"),
        ("2024-Q1", "2024-Q3", "Q1 2024 – Q3 2024"),
        ("2024", "2024", "2024"),
        ("2024-01", "2024-01-05", "January 2024 – 5 January 2024"),
    ],
)
def test_a_span_names_what_both_dates_share_once(start: str, end: str, text: str) -> None:
    assert wording.span(PartialDate.parse(start), PartialDate.parse(end)) == text


@pytest.mark.parametrize(
    ("thousandths", "text"), [(0, "0.00"), (450, "0.45"), (545, "0.545"), (1000, "1.00")]
)
def test_a_score_is_never_rounded_into_another_band(thousandths: int, text: str) -> None:
    assert wording.points(thousandths) == text


def test_coverage_is_cut_off_and_not_rounded_up() -> None:
    assert wording.percent(599) == "59%"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a secondary report", "A secondary report."),
        ("Why?", "Why?"),
        ("", ""),
        ("模型。", "模型。"),
    ],
)
def test_a_reason_reads_as_a_sentence(text: str, told: str) -> None:
    assert sentence(text) == told


@given(st.integers(0, 1000))
def test_the_ruler_marks_the_score_and_the_start_of_the_next_band(points: int) -> None:
    ruler = charts.ruler("Confidence", GRADES, points)
    here = [segment for segment in ruler.segments if segment.here]
    assert len(here) == 1
    assert sum(float(s.width.rstrip("%")) for s in ruler.segments) == pytest.approx(100)
    left = float(here[0].x.rstrip("%"))
    assert left <= points / 10 <= left + float(here[0].width.rstrip("%"))
    assert (ruler.next is None) == (points >= 900)
    if ruler.next is not None:
        assert float(ruler.next.rstrip("%")) > points / 10


def test_the_order_of_bands_in_the_rulebook_does_not_matter() -> None:
    assert charts.ruler("x", GRADES, 450) == charts.ruler("x", tuple(reversed(GRADES)), 450)


def test_an_unknown_score_has_no_mark() -> None:
    ruler = charts.ruler("Confidence", GRADES, None)
    assert ruler.mark is None
    assert ruler.mark_text == "not rated"


def test_the_waterfall_shows_each_applied_step_from_where_the_last_one_ended() -> None:
    made = steps(
        ("start", "start", 480, 480, ""),
        ("multiply", "disputed", 0, None, ""),
        ("add", "tone", 120, 600, ""),
        ("cap", "unseen", 450, 450, ""),
    )
    fall = charts.waterfall("Trust", list(enumerate(made, 1)))
    assert fall is not None
    assert [bar.number for bar in fall.bars] == [1, 3, 4]
    assert [bar.kind for bar in fall.bars] == ["rise", "rise", "fall"]
    assert [bar.text for bar in fall.bars] == ["0.48", "0.60", "0.45"]


def test_the_outlook_is_drawn_only_where_there_is_a_line() -> None:
    today, later = date(2026, 1, 1), date(2027, 1, 1)
    one = [OutlookPoint(today, score(450, "grades"))]
    assert charts.outlook("Trust", GRADES, one) is None
    unknown = OutlookPoint(later, score(None, "grades"))
    assert charts.outlook("Trust", GRADES, [*one, unknown]) is None
    chart = charts.outlook("Trust", GRADES, [*one, OutlookPoint(later, score(330, "grades"))])
    assert chart is not None
    assert [dot.number for dot in chart.dots] == ["0.45", "0.33"]
    assert chart.dots[0].y < chart.dots[1].y


def dates(*texts: str) -> list[tuple[PartialDate, PartialDate]]:
    return [(PartialDate.parse(text), PartialDate.parse(text)) for text in texts]


def test_a_bar_of_the_timeline_is_as_wide_as_its_date_is_vague() -> None:
    day, month, year = charts.extents(dates("2023-01-01", "2023-07", "2023"))
    widths = [float(e.width.rstrip("%")) for e in (day, month, year)]
    assert widths == sorted(widths)
    assert widths[2] == 100
    assert [e.vague for e in (day, month, year)] == [False, True, True]


@given(st.lists(st.dates(date(1990, 1, 1), date(2030, 1, 1)), min_size=1, max_size=9))
def test_no_bar_of_the_timeline_leaves_its_axis(days: list[date]) -> None:
    for extent in charts.extents(dates(*(d.isoformat() for d in days))):
        x, width = (float(v.rstrip("%")) for v in (extent.x, extent.width))
        assert 0 <= x <= x + width <= 100


def test_figures_of_one_measure_share_an_axis_and_more_than_has_an_open_end() -> None:
    small, great = charts.proportions([("20", 20, False), ("more than 40", 40, True)])
    assert float(small.width.rstrip("%")) * 2 == float(great.width.rstrip("%"))
    assert [small.open, great.open] == [False, True]
