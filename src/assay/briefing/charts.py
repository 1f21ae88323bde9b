"""The geometry of the charts, in per cent of the width, so that text keeps its size.

A chart is drawn as inline SVG by ``templates/charts.html`` from these values. Lengths across
are per cent of the chart's width as text with one decimal; lengths down are pixels.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assay.briefing import wording
from assay.model.dates import PartialDate
from assay.model.results import OutlookPoint, Step
from assay.model.rulebook import Band

Anchor = Literal["start", "middle", "end"]

_GUTTER = 80
_BARS = 780
_ROW = 22


@dataclass(frozen=True, slots=True)
class Segment:
    """A band on the ruler."""

    x: str
    width: str
    middle: str
    grade: str
    tone: int
    here: bool
    start: str


@dataclass(frozen=True, slots=True)
class Ruler:
    """The scale from 0 to 1 with the mark of a score, and the start of the next band."""

    segments: tuple[Segment, ...]
    mark: str | None
    mark_text: str
    mark_anchor: Anchor
    next: str | None
    next_text: str | None
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A step of the waterfall."""

    number: int
    y: int
    text_y: int
    x: str
    width: str
    kind: Literal["rise", "fall", "level"]
    link_x: str
    text: str


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The applied steps of a score, each starting where the one before ended."""

    bars: tuple[Bar, ...]
    height: int
    title: str


@dataclass(frozen=True, slots=True)
class OutlookDot:
    """A score at a date."""

    x: str
    y: int
    anchor: Anchor
    number: str
    day: str | None


@dataclass(frozen=True, slots=True)
class OutlookLine:
    """From one dot to the next."""

    x1: str
    y1: int
    x2: str
    y2: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where a band starts."""

    y: int
    grade: str


@dataclass(frozen=True, slots=True)
class OutlookChart:
    """The headline score over the coming year, with nothing new arriving."""

    dots: tuple[OutlookDot, ...]
    lines: tuple[OutlookLine, ...]
    thresholds: tuple[Threshold, ...]
    height: int
    title: str


@dataclass(frozen=True, slots=True)
class SpreadBar:
    """Scores of one twentieth of the way from 0 to 1; ``marked`` of its height is in full tone."""

    x: str
    width: str
    y: int
    height: int
    count: int
    label_y: int
    marked: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How scores are spread from 0 to 1."""

    bars: tuple[SpreadBar, ...]
    height: int
    title: str


_PARTS = 20
_TALLEST = 80


def spread(title: str, scores: Sequence[int], marked: Sequence[int] | None = None) -> Spread | None:
    """How many of the scores lie in each twentieth; None where there are none.

    Where some of them are ``marked``, these stand out from the others.
    """
    if not scores:
        return None
    counts = _twentieths(scores)
    shown = counts if marked is None else _twentieths(marked)
    most = max(counts)
    bars = []
    for index, count in enumerate(counts):
        if count:
            tall = max(count * _TALLEST // most, 2)
            y = 16 + _TALLEST - tall
            strong = -(-tall * shown[index] // count)
            x, width = share(index * 50 + 3), share(44)
            bars.append(SpreadBar(x, width, y, tall, count, y - 4, strong))
    return Spread(tuple(bars), _TALLEST + 36, title)


def _twentieths(scores: Sequence[int]) -> list[int]:
    counts = [0] * _PARTS
    for score in scores:
        counts[min(score * _PARTS // 1000, _PARTS - 1)] += 1
    return counts


def ascending(bands: Sequence[Band]) -> tuple[Band, ...]:
    """The bands from the lowest to the highest."""
    return tuple(sorted(bands, key=lambda band: band.from_))


def start_of(band: Band) -> int:
    """Where the band starts, in thousandths."""
    return round(band.from_ * 1000)


def band_at(bands: Sequence[Band], points: int) -> Band | None:
    """The band a score of so many thousandths lies in."""
    return next((b for b in reversed(ascending(bands)) if start_of(b) <= points), None)


def rank(bands: Sequence[Band], band: Band) -> int:
    """1 for the lowest band of the scale, then 2, …"""
    return next(i for i, b in enumerate(ascending(bands), 1) if b.id == band.id)


def band_name(bands: Sequence[Band], band: Band) -> str:
    """The grade; with its label where the scale gives the same grade to several bands."""
    alike = sum(other.grade == band.grade for other in bands)
    return f"{band.grade} ({band.label})" if alike > 1 else band.grade


def share(thousandths: int) -> str:
    """Thousandths as per cent of a length: ``12.5%``."""
    whole, tenth = divmod(thousandths, 10)
    return f"{whole}.{tenth}%" if tenth else f"{whole}%"


def ruler(
    heading: str, bands: Sequence[Band], points: int | None, note: str = "not rated"
) -> Ruler:
    """The scale's bands side by side, with this score's mark and where the next band starts.

    Where there is no score, ``note`` stands in its place.
    """
    steps = ascending(bands)
    starts = [start_of(band) for band in steps]
    here = band_at(bands, points) if points is not None else None
    segments = tuple(
        Segment(
            x=share(start),
            width=share(end - start),
            middle=share((start + end) // 2),
            grade=band.grade,
            tone=_tone(index, len(steps)),
            here=band is here,
            start=wording.points(start) if start else "0",
        )
        for index, (band, start, end) in enumerate(
            zip(steps, starts, [*starts[1:], 1000], strict=True)
        )
    )
    following = next((b for b in steps if points is not None and start_of(b) > points), None)
    if points is None:
        title = f"{heading}: {note}" if note else f"The scale of {heading}"
        return Ruler(segments, None, note, "middle", None, None, title)
    next_text = None
    title = f"{heading}: {wording.points(points)} on a scale from 0 to 1"
    if following is not None:
        missing = wording.points(start_of(following) - points)
        next_text = f"{band_name(bands, following)} starts at {wording.points(start_of(following))}"
        title += f"; {next_text}, {missing} higher"
    return Ruler(
        segments=segments,
        mark=share(points),
        mark_text=wording.points(points),
        mark_anchor="start" if points < 100 else "end" if points > 900 else "middle",
        next=share(start_of(following)) if following else None,
        next_text=next_text,
        title=title,
    )


def _tone(index: int, steps: int) -> int:
    """Five tones from faint to strong, spread over the steps of a scale."""
    return 5 if steps == 1 else 1 + index * 4 // (steps - 1)


def waterfall(heading: str, steps: Sequence[tuple[int, Step]]) -> Waterfall | None:
    """The applied steps among ``steps`` (each with its number in the table) that have a score."""
    rows = [(n, s) for n, s in steps if s.applied and s.after is not None]
    if not rows:
        return None
    bars = []
    for row, (number, step) in enumerate(rows):
        before, after = step.before or 0, step.after or 0
        low, high = sorted((before, after))
        bars.append(
            Bar(
                number=number,
                y=row * _ROW + 4,
                text_y=row * _ROW + 15,
                x=share(_along(low)),
                width=share(max(_along(high) - _along(low), 3)),
                kind="rise" if after > before else "fall" if after < before else "level",
                link_x=share(_along(after)),
                text=wording.points(after),
            )
        )
    last = wording.points(rows[-1][1].after or 0)
    title = f"{heading}: {wording.count(len(rows), 'step')} to {last}"
    return Waterfall(tuple(bars), len(rows) * _ROW + 4, title)


def _along(points: int) -> int:
    return _GUTTER + points * _BARS // 1000


def outlook(
    heading: str, bands: Sequence[Band], points: Sequence[OutlookPoint]
) -> OutlookChart | None:
    """The score at its dates over the bands it passes; None where fewer than two are rated."""
    rated = [(p.date, p.score.points) for p in points if p.score.points is not None]
    if len(rated) < 2:
        return None
    scores = [score for _, score in rated]
    low, high = max(min(scores) - 150, 0), min(max(scores) + 150, 1000)
    height = 120

    def down(score: int) -> int:
        return 16 + (high - score) * (height - 48) // max(high - low, 1)

    def along(when: date) -> int:
        days = max((rated[-1][0] - rated[0][0]).days, 1)
        return 110 + (when - rated[0][0]).days * 790 // days

    last = len(rated) - 1
    dots = tuple(
        OutlookDot(
            x=share(along(when)),
            y=down(score),
            anchor="start" if i == 0 else "end" if i == last else "middle",
            number=wording.points(score),
            day=wording.day(when) if i in (0, last) else None,
        )
        for i, (when, score) in enumerate(rated)
    )
    lines = tuple(OutlookLine(a.x, a.y, b.x, b.y) for a, b in itertools.pairwise(dots))
    thresholds = tuple(
        Threshold(down(start_of(band)), band.grade)
        for band in ascending(bands)
        if low < start_of(band) < high
    )
    title = f"{heading}: " + ", ".join(
        f"{wording.points(score)} on {wording.day(when)}" for when, score in rated
    )
    return OutlookChart(dots, lines, thresholds, height, title)


@dataclass(frozen=True, slots=True)
class Extent:
    """A stretch of an axis; ``vague`` if the date does not name a day."""

    x: str
    width: str
    vague: bool


def extents(dates: Sequence[tuple[PartialDate, PartialDate]]) -> tuple[Extent, ...]:
    """Each period on one axis from the first day of all to the last, as wide as it is vague."""
    first = min(start.first for start, _ in dates)
    days = max((max(end.last for _, end in dates) - first).days + 1, 1)
    found = []
    for start, end in dates:
        x = (start.first - first).days * 1000 // days
        width = max(((end.last - start.first).days + 1) * 1000 // days, 15)
        vague = start.precision != "day" or end.precision != "day"
        found.append(Extent(share(min(x, 1000 - width)), share(width), vague))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Proportion:
    """A bar of one figure; ``open`` if the true value may be greater."""

    text: str
    width: str
    open: bool


def proportions(values: Sequence[tuple[str, float, bool]]) -> tuple[Proportion, ...]:
    """The figures of one measure on one axis from 0 to the greatest; none below 0."""
    most = max(value for _, value, _ in values) or 1
    return tuple(
        Proportion(text, share(max(round(value * 880 / most), 5)), is_open)
        for text, value, is_open in values
    )


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The headline grade over the recorded dates; lengths in units of the view box."""

    steps: tuple[tuple[int, str], ...]
    path: str
    dots: tuple[tuple[int, int], ...]
    title: str


_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_LEFT = 240, 72, 34


def sparkline(bands: Sequence[Band], grades: Sequence[str]) -> Sparkline | None:
    """Grades in their order, oldest first, as steps; None for fewer than two.

    Only the steps of the scale that occur are drawn. A grade that the scale does not have any
    more, and "not rated", lie at the foot.
    """
    if len(grades) < 2:
        return None
    names = list(dict.fromkeys(b.grade for b in ascending(bands)))
    shown = sorted(set(grades), key=lambda g: names.index(g) if g in names else -1)
    top, foot = 8, _SPARK_HEIGHT - 8
    gap = (foot - top) / max(len(shown) - 1, 1)
    heights = {grade: round(foot - gap * i) for i, grade in enumerate(shown)}
    width = (_SPARK_WIDTH - _SPARK_LEFT - 6) / (len(grades) - 1)
    dots = tuple((round(_SPARK_LEFT + width * i), heights[grade]) for i, grade in enumerate(grades))
    path = f"M{dots[0][0]} {dots[0][1]}" + "".join(f"H{x}V{y}" for x, y in dots[1:])
    steps = tuple((heights[grade], grade if grade in names else "–") for grade in shown)
    return Sparkline(steps, path, dots, f"Grades so far: {', '.join(grades)}")
