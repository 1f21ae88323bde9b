"""Plans, sweeps and contradictions as self-contained HTML pages with plots."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from assay.evidence.contradictions import Clash
from assay.evidence.measured import Point, Series, series
from assay.output import plan_text as words
from assay.plan.plan import Direction, Plan
from assay.text import plural

if TYPE_CHECKING:
    from assay.plan.experiment import SweepPoint


_STYLE = """
:root { color-scheme: light dark; --up: #0a7d4f; --down: #b3261e; --other: #55606e; }
@media (prefers-color-scheme: dark) {
  :root { --up: #5bc798; --down: #ff8f84; --other: #9aa5b1; }
}
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { overflow-wrap: anywhere; line-height: 1.2; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8884; }
td { vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td:last-child { overflow-wrap: anywhere; }
svg { max-width: 26rem; width: 100%; height: auto; }
svg.wide { max-width: 48rem; }
svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
.axis { stroke: currentColor; stroke-width: 1; opacity: .5; }
.upgrade { fill: var(--up); color: var(--up); }
.downgrade { fill: var(--down); color: var(--down); }
.status, .same { fill: var(--other); color: var(--other); }
figure { display: inline-block; margin: 0 1.5rem 1rem 0; }
figcaption { font-weight: 600; }
summary { cursor: pointer; font-weight: 600; margin: 1rem 0 .5rem; }
@media (max-width: 40rem) {
  .cards thead { display: none; }
  .cards tr { display: block; padding: .5rem 0; border-bottom: 1px solid #8884; }
  .cards td { display: flex; gap: .6rem; padding: .1rem 0; border: 0; overflow-wrap: anywhere; }
  .cards td.number { text-align: left; }
  .cards td[data-name]::before { content: attr(data-name); flex: 0 0 5.5rem; opacity: .7; }
  figure { margin-right: 0; }
}
"""

_SIZE, _EDGE = 300, 40
_UNFOLDED = 10
"""Length of the longest list that is not folded."""

_COLOURS = (
    '<span class="upgrade">Green</span> rises by a band, <span class="downgrade">red</span> falls, '
    '<span class="same">grey</span> does neither.'
)


def plan_html(plan: Plan) -> str:
    """Render a plan: the edits, the numbers, the moves, and old scores plotted against new ones."""
    body = [f"<p>{escape(words.headline(plan))}.</p>"]
    if plan.edits:
        body += [
            f"<h2>{words.EDITED}</h2>",
            _table(words.EDIT_HEAD, map(words.edit_row, plan.edits)),
        ]
    body.append(f"<p><strong>{words.counts(plan)}</strong>")
    notes = (words.causes(plan), *words.besides(plan), *words.cautions(plan))
    body += [f"<br>{escape(note)}" for note in notes if note]
    body.append("</p>")
    if plan.disagreements:
        rows = words.disagreement_rows(plan.disagreements)
        body += [f"<h2>{words.BRANCHES}</h2>", _table(words.DISAGREEMENT_HEAD, rows)]
    found = words.moves(plan.changes, plan.evidence)
    if groups := words.group_rows(found):
        body += [f"<h2>{words.GROUPED}</h2>", _table(words.GROUP_HEAD, groups, numbers=1)]
    grades, within = words.split(found)
    if grades:
        body += [f"<h2>{words.GRADES}</h2>", _changes(grades)]
    if within:
        title = f"{words.SCORES} ({len(within)})"
        body.append(f"<details><summary>{title}</summary>{_changes(within)}</details>")
    scorers = list(dict.fromkeys(m.change.scorer for m in found))
    if scorers:
        body.append("<h2>Old against new</h2>")
        body.append(f"<p>{_COLOURS} Scores on the dashed line are unchanged.</p>")
        body += [_scatter(s, [m for m in found if m.change.scorer == s]) for s in scorers]
    body += _lists(plan)
    if plan.today:
        body.append(f"<h2>Ageing by {plan.today.isoformat()}, not part of the plan</h2>")
        body.append(_changes(words.moves(plan.ageing, plan.evidence)))
    return _page("What would change", body)


def _lists(plan: Plan) -> Iterable[str]:
    for title, items in words.lists(plan):
        rows = "".join(f"<li>{escape(i).replace(chr(10), '<br>')}</li>" for i in items)
        if len(items) > _UNFOLDED:
            yield f"<details><summary>{title} ({len(items)})</summary><ul>{rows}</ul></details>"
        else:
            yield f"<h2>{title}</h2><ul>{rows}</ul>"


def _changes(moves: Sequence[words.Move]) -> str:
    return _table(words.CHANGE_HEAD, words.change_rows(moves))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 0) -> str:
    """Render a table whose first columns are numbers; one with text shows cards if narrow."""
    kinds = [' class="number"' if i < numbers else "" for i in range(len(header))]
    names = [f' data-name="{escape(h)}"' if h else "" for h in header]
    head = "".join(f"<th{k}>{escape(h)}</th>" for h, k in zip(header, kinds, strict=True))
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{k}{n}>{escape(cell)}</td>" for cell, k, n in zip(row, kinds, names, strict=True)
        )
        + "</tr>\n"
        for row in rows
    )
    cards = ' class="cards"' if numbers < len(header) else ""
    return f"<table{cards}><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def _scatter(scorer: str, moves: Sequence[words.Move]) -> str:
    """Plot old scores (x) against new ones (y); unchanged scores would lie on the diagonal."""
    dots = "".join(
        _dot(
            f'class="{c.direction}" cx="{_x(c.before.points)}" cy="{_y(c.after.points)}" r="4" '
            'fill-opacity="0.6"',
            words.move_line(move),
        )
        for move in moves
        if (c := move.change).before.points is not None and c.after.points is not None
    )
    low, high = _EDGE, _EDGE + _SIZE
    return (
        f"<figure><figcaption>{escape(scorer)}</figcaption>"
        f'<svg viewBox="0 0 {high + 20} {_SIZE + 36}" role="img" '
        f'aria-label="{escape(scorer)}: old scores against new ones">'
        f'<line class="axis" x1="{low}" y1="{_y(0)}" x2="{high}" y2="{_y(0)}"/>'
        f'<line class="axis" x1="{low}" y1="{_y(0)}" x2="{low}" y2="{_y(1000)}"/>'
        f'<line class="axis" stroke-dasharray="4" x1="{low}" y1="{_y(0)}" x2="{high}" '
        f'y2="{_y(1000)}"/>'
        f'<text x="{low}" y="{_y(0) + 16}">0</text>'
        f'<text x="{low + _SIZE // 2}" y="{_y(0) + 16}" text-anchor="middle">old</text>'
        f'<text x="{high}" y="{_y(0) + 16}" text-anchor="end">1</text>'
        f'<text x="{low - 6}" y="{_y(500) + 4}" text-anchor="end">new</text>'
        f'<text x="{low - 6}" y="{_y(1000) + 4}" text-anchor="end">1</text>'
        f"{dots}</svg></figure>"
    )


def _dot(attributes: str, title: str) -> str:
    # words: an element of SVG
    return f"<circle {attributes}><title>{escape(title)}</title></circle>"


def _x(points: int | None) -> int:
    return _EDGE + (points or 0) * _SIZE // 1000


def _y(points: int | None) -> int:
    return 10 + _SIZE - (points or 0) * _SIZE // 1000


def sweep_html(path: str, points: Sequence[SweepPoint]) -> str:
    """Render a sweep: bars that count changed grades at each value, and the table."""
    most = (
        max((p.moves.upgrades + p.moves.downgrades + p.moves.status for p in points), default=0)
        or 1
    )
    width = max(_SIZE * 2 // max(len(points), 1), 2)
    bars = "".join(_bar(p, _EDGE + i * width, width, most) for i, p in enumerate(points))
    right = _EDGE + width * len(points)
    first, last = (points[0].value, points[-1].value) if points else ("", "")
    plot = (
        f"<p>Scores that would change band, by value. {_COLOURS}</p>"
        f'<svg class="wide" viewBox="0 0 {right + 20} {_SIZE + 36}" role="img" '
        f'aria-label="scores that would change band, by value">{bars}'
        f'<line class="axis" x1="{_EDGE}" y1="{_y(0)}" x2="{right}" y2="{_y(0)}"/>'
        f'<text x="{_EDGE}" y="{_y(0) + 16}">{first}</text>'
        f'<text x="{right}" y="{_y(0) + 16}" text-anchor="end">{last}</text>'
        f'<text x="{_EDGE - 6}" y="22" text-anchor="end">{most}</text></svg>'
    )
    table = _table(words.SWEEP_HEAD, words.sweep_rows(points), numbers=5)
    return _page(path, [plot, table])


def _bar(point: SweepPoint, x: int, width: int, most: int) -> str:
    """Stack the falls, the rises, and the scores that become known or unknown."""
    moves, parts, below = point.moves, "", 0
    counts: dict[Direction, int] = {
        "downgrade": moves.downgrades,
        "upgrade": moves.upgrades,
        "status": moves.status,
    }
    for kind, count in counts.items():
        low, high = below * _SIZE // most, (below + count) * _SIZE // most
        if count:
            parts += (
                f'<rect class="{kind}" x="{x}" y="{_y(0) - high}" width="{max(width - 2, 1)}" '
                f'height="{max(high - low, 1)}"><title>{point.value}: {count} '
                f"{words.DIRECTION_WORDS[kind][count != 1]}</title></rect>"
            )
        below += count
    return parts


def _page(title: str, body: Sequence[str], style: str = "") -> str:
    name = escape(title)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}</title><style>{_STYLE}{style}</style></head>\n<body><h1>{name}</h1>\n"
        + "\n".join(body)
        + "\n</body></html>"
    )


# Contradictions ------------------------------------------------------------------------------

_SERIES_STYLE = """
:root { --line: #2f5d8a; }
section { margin: 2rem 0; }
svg.series { max-width: 44rem; }
.join { stroke: var(--line); fill: none; opacity: .4; }
.range { stroke: var(--line); stroke-width: 2; }
.series .dot { fill: var(--line); }
"""
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 700, 240, 70, 30, 24, 34
_OPEN_ABOVE, _OPEN_BELOW = ("more than", "at least"), ("less than", "not more than")
_ARROW, _LABEL = 14, 80


def contradictions_html(clashes: Sequence[Clash]) -> str:
    """Render contradictions, then the series of each measure with their plots."""
    contradictions = [c for c in clashes if c.kind == "contradiction"]
    found = series(clashes)
    counts = f"{plural(len(contradictions), 'contradiction')}, {len(found)} series"
    body = [f"<p>{counts}. All are suggestions.</p>"]
    if contradictions:
        body.append("<h2>Contradictions</h2>")
    for clash in contradictions:
        rows = [(s.place, str(s.as_of or "no date"), s.text) for s in (clash.first, clash.second)]
        body.append(_section(clash.reason, _table(("Location", "As of", "Statement"), rows)))
    if found:
        body.append("<h2>Series of one measure</h2>")
    for one in found:
        values = (
            (str(p.time), p.figure.text, p.statement.place, p.statement.text) for p in one.points
        )
        table = _table(("Time", "Value", "Location", "Statement"), values)
        body.append(_section(one.name, plot(one) + table))
    return _page("Contradictions and series", body, _SERIES_STYLE)


def _section(title: str, content: str) -> str:
    return f"<section><h3>{escape(title)}</h3>{content}</section>"


def plot(one: Series) -> str:
    """Draw a series as SVG: a point for each value, and a line if it is a range.

    An arrow marks a value open to that side, for example "more than 40".
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
    values = "; ".join(f"{p.figure.text} in {p.time}" for p in one.points)
    label = f'aria-label="{escape(values)}"'
    parts = [
        f'<svg class="series" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" {label}>',
        f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{base:.1f}" y2="{base:.1f}"/>',
        f'<text x="{_LEFT - 8}" y="{down(top) + 4:.1f}" text-anchor="end">{_number(top)}</text>',
        f'<text x="{_LEFT - 8}" y="{base + 4:.1f}" text-anchor="end">{_number(bottom)}</text>',
    ]
    dots = [(across(d), down(p.figure.value)) for d, p in zip(days, one.points, strict=True)]
    parts.append(
        f'<polyline class="join" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in dots)}"/>'
    )
    labelled = 0.0  # x of the last date; dates that would overlap are left out
    for number, ((x, y), point) in enumerate(zip(dots, one.points, strict=True)):
        parts += _mark(x, y, point, (down(point.figure.low), down(point.figure.high)))
        last = number == len(dots) - 1
        if number and not last and (x - labelled < _LABEL or dots[-1][0] - x < 2 * _LABEL):
            continue
        labelled = x
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
        sign = -1 if qualifier in _OPEN_ABOVE else 1
        end = y + sign * _ARROW
        yield f'<line class="range" x1="{x:.1f}" x2="{x:.1f}" y1="{y:.1f}" y2="{end:.1f}"/>'
        tip = f"{x - 4:.1f},{end - sign * 5:.1f} {x:.1f},{end:.1f} {x + 4:.1f},{end - sign * 5:.1f}"
        yield f'<polyline class="range" fill="none" points="{tip}"/>'
    yield _dot(f'class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"', point.statement.text)


def _number(value: float) -> str:
    """Shorten a number for an axis: 1.5M for 1,500,000."""
    for scale, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= scale:
            return f"{value / (1e3 if letter == 'k' else scale):.3g}{letter}"
    return f"{value:.0f}" if math.isclose(value, round(value)) else f"{value:.3g}"
