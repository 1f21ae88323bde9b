"""Contradictions and series as one HTML page that needs nothing else; each series is plotted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from assay.evidence.contradictions import Clash
from assay.evidence.measured import Point, Series, series
from assay.evidence.subjects import Statement

_STYLE = """
:root { color-scheme: light dark; --line: #2f5d8a; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8884; }
td { vertical-align: top; overflow-wrap: anywhere; }
section { margin: 2rem 0; }
svg { width: 100%; max-width: 44rem; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
.axis { stroke: currentColor; opacity: .5; }
.join { stroke: var(--line); fill: none; opacity: .4; }
.range { stroke: var(--line); stroke-width: 2; }
circle { fill: var(--line); }
"""
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 700, 240, 70, 30, 24, 34
_OPEN_ABOVE, _OPEN_BELOW = ("more than", "at least"), ("less than", "not more than")
_ARROW, _LABEL = 14, 80


def clashes_html(clashes: Sequence[Clash]) -> str:
    """The page: what cannot both be true, then the series with their plots."""
    against = [c for c in clashes if c.kind == "contradiction"]
    found = series(clashes)
    body = [f"<p>{len(against)} contradictions, {len(found)} series. All are proposals.</p>"]
    if against:
        body.append("<h2>What cannot both be true</h2>")
    for clash in against:
        body.append(f"<section><h3>{escape(clash.reason)}</h3>")
        body.append(_table((_row(s) for s in (clash.first, clash.second)), ("Where", "As of")))
        body.append("</section>")
    if found:
        body.append("<h2>Series of one measure</h2>")
    for one in found:
        body.append(f"<section><h3>{escape(one.name)}</h3>{plot(one)}")
        rows = ((str(p.time), p.figure.text, *_where(p.statement)) for p in one.points)
        body.append(_table(rows, ("Time", "Figure", "Where")))
        body.append("</section>")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Contradictions and series</title><style>{_STYLE}</style></head><body>"
        f"<h1>Contradictions and series</h1>{''.join(body)}</body></html>\n"
    )


def plot(one: Series) -> str:
    """The series as an SVG picture: a point for each figure, a line where it is a range.

    An arrow says that the figure is open to that side: more than 40.
    """
    days = [p.time.first.toordinal() for p in one.points]
    top = max(p.figure.high for p in one.points)
    bottom = min(0.0, *(p.figure.low for p in one.points))

    def across(day: int) -> float:
        span = max(days[-1] - days[0], 1)
        return _LEFT + (day - days[0]) * (_WIDTH - _LEFT - _RIGHT) / span

    def down(value: float) -> float:
        span = (top - bottom) or 1.0
        return _HEIGHT - _BOTTOM - (value - bottom) * (_HEIGHT - _TOP - _BOTTOM) / span

    base = down(bottom)
    said = "; ".join(f"{p.figure.text} in {p.time}" for p in one.points)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(said)}">',
        f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{base:.1f}" y2="{base:.1f}"/>',
        f'<text x="{_LEFT - 8}" y="{down(top) + 4:.1f}" text-anchor="end">{_number(top)}</text>',
        f'<text x="{_LEFT - 8}" y="{base + 4:.1f}" text-anchor="end">{_number(bottom)}</text>',
    ]
    dots = [(across(d), down(p.figure.value)) for d, p in zip(days, one.points, strict=True)]
    parts.append(
        f'<polyline class="join" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in dots)}"/>'
    )
    written = 0.0
    for number, ((x, y), point) in enumerate(zip(dots, one.points, strict=True)):
        parts += _mark(x, y, point, (down(point.figure.low), down(point.figure.high)))
        last = number == len(dots) - 1
        if number and not last and (x - written < _LABEL or dots[-1][0] - x < 2 * _LABEL):
            continue
        written = x
        anchor = "start" if number == 0 else "end" if last else "middle"
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - 12}" text-anchor="{anchor}">{point.time}</text>'
        )
    return "".join([*parts, "</svg>"])


def _mark(x: float, y: float, point: Point, span: tuple[float, float]) -> Iterable[str]:
    low, high = span
    if low != high:
        yield f'<line class="range" x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>'
    qualifier = point.figure.qualifier
    if qualifier in _OPEN_ABOVE or qualifier in _OPEN_BELOW:
        way = -1 if qualifier in _OPEN_ABOVE else 1
        end = y + way * _ARROW
        yield f'<line class="range" x1="{x:.1f}" x2="{x:.1f}" y1="{y:.1f}" y2="{end:.1f}"/>'
        tip = f"{x - 4:.1f},{end - way * 5:.1f} {x:.1f},{end:.1f} {x + 4:.1f},{end - way * 5:.1f}"
        yield f'<polyline class="range" fill="none" points="{tip}"/>'
    said = escape(point.statement.text)
    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{said}</title></circle>'


def _number(value: float) -> str:
    """Short enough to stand beside an axis: 1.5M for 1,500,000."""
    for scale, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= scale:
            return f"{value / (1e3 if letter == 'k' else scale):.3g}{letter}"
    return f"{value:.0f}" if math.isclose(value, round(value)) else f"{value:.3g}"


def _row(statement: Statement) -> tuple[str, str, str]:
    place, text = _where(statement)
    return place, str(statement.as_of or "no date"), text


def _where(statement: Statement) -> tuple[str, str]:
    return statement.place, statement.text


def _table(rows: Iterable[Sequence[str]], heads: Sequence[str]) -> str:
    head = "".join(f"<th>{escape(h)}</th>" for h in (*heads, "What it says"))
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
