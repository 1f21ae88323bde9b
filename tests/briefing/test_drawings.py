"""Wording, charts and dependency pictures on their own."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.briefing import charts, wording
from assay.briefing.pictures import MOST_NODES, Influence, Network, Node
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


@given(st.text(max_size=200), st.integers(4, 40), st.integers(1, 4))
def test_wrapped_text_fits(text: str, width: int, lines: int) -> None:
    rows = wording.wrapped(text, width, lines)
    assert len(rows) <= lines
    assert all(wording.columns(row) <= width for row in rows)


def test_wide_characters_take_two_columns() -> None:
    assert wording.wrapped("模型办公室 Office", 6, 3) == ("模型办", "公室", "Office")


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


def nodes(count: int) -> dict[str, Node]:
    return {f"n{i}": Node(f"n{i}", f"Node {i}", "institution", f"n{i}.html") for i in range(count)}


def edges(pairs: set[tuple[int, int]]) -> list[Influence]:
    return [Influence(f"n{a}", f"n{b}", "depends_on", "high") for a, b in sorted(pairs)]


PAIRS = st.sets(st.tuples(st.integers(0, 45), st.integers(0, 45)), max_size=120)


@given(PAIRS)
def test_a_picture_holds_thirty_boxes_at_most_and_none_overlap(
    pairs: set[tuple[int, int]],
) -> None:
    picture = Network(edges(pairs)).picture("n0", nodes(46))
    if picture is None:
        return
    assert 2 <= len(picture.boxes) <= MOST_NODES
    for column in {box.x for box in picture.boxes}:
        stacked = sorted((b for b in picture.boxes if b.x == column), key=lambda b: b.y)
        assert all(a.y + a.height < b.y for a, b in pairwise(stacked))
    for box in picture.boxes:
        assert box.x >= 0
        assert box.x + box.width <= picture.width
        assert box.y >= 0
        assert box.y + box.height <= picture.height


@given(PAIRS)
def test_a_picture_does_not_depend_on_the_order_of_links(pairs: set[tuple[int, int]]) -> None:
    links = edges(pairs)
    one = Network(links).picture("n0", nodes(46))
    assert one == Network(reversed(links)).picture("n0", nodes(46))


def test_what_is_felt_stands_at_the_left_and_what_feels_at_the_right() -> None:
    network = Network(edges({(1, 0), (0, 2), (2, 3)}))
    picture = network.picture("n0", nodes(4))
    assert picture is not None
    at = {box.name: box.x for box in picture.boxes}
    assert at["Node 1"] < at["Node 0"] < at["Node 2"] < at["Node 3"]
    assert [box.name for box in picture.boxes if box.centre] == ["Node 0"]


def test_a_profile_without_links_has_no_picture() -> None:
    assert Network([]).picture("n0", nodes(1)) is None


def test_profiles_that_find_no_room_are_counted() -> None:
    picture = Network(edges({(i, 0) for i in range(1, 41)})).picture("n0", nodes(41))
    assert picture is not None
    assert len(picture.boxes) == MOST_NODES
    assert picture.left_out == 41 - MOST_NODES
