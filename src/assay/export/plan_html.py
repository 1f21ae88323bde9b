"""A plan as one HTML page that needs nothing else, with old scores plotted against new ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from assay.change.plan import Change, Plan
from assay.export import plan_words as words

if TYPE_CHECKING:
    from assay.change.experiment import SweepPoint

_STYLE = """
:root { color-scheme: light dark; --up: #0a7d4f; --down: #b3261e; --other: #55606e; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8884; }
td { vertical-align: top; overflow-wrap: anywhere; }
svg { max-width: 26rem; width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
.axis { stroke: currentColor; stroke-width: 1; opacity: .5; }
.upgrade { fill: var(--up); } .downgrade { fill: var(--down); }
.status, .same { fill: var(--other); }
figure { display: inline-block; margin: 0 1.5rem 1rem 0; }
"""

_SIZE, _EDGE = 300, 40


def plan_html(plan: Plan) -> str:
    """The plan as a page."""
    body = [f"<p>{escape(words.headline(plan))}.</p>", f"<p><strong>{words.counts(plan)}</strong>"]
    said = (words.causes(plan), *words.besides(plan), *words.cautions(plan))
    body += [f"<br>{escape(x)}" for x in said if x]
    body.append("</p>")
    if plan.disagreements:
        body.append("<h2>Applied differently by two branches</h2>")
        body.append(
            _table(
                ["profile", "score", "ours", "theirs", "now"],
                (
                    (d.id, d.scorer, words.grade(d.ours), words.grade(d.theirs), words.grade(d.now))
                    for d in plan.disagreements
                ),
            )
        )
    scorers = list(dict.fromkeys(c.scorer for c in plan.changes))
    if scorers:
        body.append("<h2>Old against new</h2>")
        body += [_scatter(s, [c for c in plan.changes if c.scorer == s]) for s in scorers]
        body += ["<h2>Biggest changes</h2>", _changes(plan.biggest())]
        body += ["<h2>All changes</h2>", _changes(plan.changes)]
    body += _lists(plan)
    if plan.today:
        body.append(f"<h2>Ageing by {plan.today.isoformat()}, not part of the plan</h2>")
        body.append(_changes(plan.ageing))
    return _page("What would change", body)


def _lists(plan: Plan) -> Iterable[str]:
    for title, items in (
        ("Horizon", [words.horizon_line(h) for h in plan.horizons]),
        (
            "Watch items",
            [f"{w.id}: + {i}" for w in plan.watch for i in w.added]
            + [f"{w.id}: − {i}" for w in plan.watch for i in w.removed],
        ),
        ("Corrections", [" ".join(words.correction_lines(c)) for c in plan.corrections]),
        ("Pages touched", list(plan.pages)),
    ):
        if items:
            rows = "".join(f"<li>{escape(i)}</li>" for i in items)
            yield f"<h2>{title}</h2><ul>{rows}</ul>"


def _changes(changes: Sequence[Change]) -> str:
    return _table(
        ["", "profile", "score", "from", "to", "because"],
        (
            (
                words.ARROWS[c.direction],
                c.id,
                c.scorer,
                words.grade(c.before),
                words.grade(c.after),
                "; ".join(words.cause(x) for x in c.causes),
            )
            for c in changes
        ),
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(h)}</th>" for h in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def _scatter(scorer: str, changes: Sequence[Change]) -> str:
    """Old scores to the right, new scores up; what does not move would lie on the diagonal."""
    dots = "".join(
        f'<circle class="{c.direction}" cx="{_x(c.before.points)}" cy="{_y(c.after.points)}" '
        f'r="4" fill-opacity="0.6"><title>{escape(words.change_line(c))}</title></circle>'
        for c in changes
        if c.before.points is not None and c.after.points is not None
    )
    low, high = _EDGE, _EDGE + _SIZE
    return (
        f'<figure><svg viewBox="0 0 {high + 20} {high + 30}" role="img" '
        f'aria-label="{escape(scorer)}: old scores against new ones">'
        f'<line class="axis" x1="{low}" y1="{_y(0)}" x2="{high}" y2="{_y(0)}"/>'
        f'<line class="axis" x1="{low}" y1="{_y(0)}" x2="{low}" y2="{_y(1000)}"/>'
        f'<line class="axis" stroke-dasharray="4" x1="{low}" y1="{_y(0)}" x2="{high}" '
        f'y2="{_y(1000)}"/>'
        f'<text x="{low}" y="{_y(0) + 16}">0</text>'
        f'<text x="{high}" y="{_y(0) + 16}" text-anchor="end">1 (old)</text>'
        f'<text x="{low - 6}" y="{_y(1000) + 4}" text-anchor="end">1 new</text>'
        f"{dots}</svg><figcaption>{escape(scorer)}</figcaption></figure>"
    )


def _x(points: int | None) -> int:
    return _EDGE + (points or 0) * _SIZE // 1000


def _y(points: int | None) -> int:
    return 10 + _SIZE - (points or 0) * _SIZE // 1000


def sweep_html(path: str, points: Sequence[SweepPoint]) -> str:
    """A sweep as a page: bars of how many profiles' grades move at each value, and the table."""
    most = max((p.moves.profiles for p in points), default=0) or 1
    width = max(_SIZE * 2 // max(len(points), 1), 2)
    bars = "".join(
        f'<rect class="downgrade" x="{_EDGE + i * width}" '
        f'y="{10 + _SIZE - p.moves.profiles * _SIZE // most}" width="{max(width - 2, 1)}" '
        f'height="{p.moves.profiles * _SIZE // most}"><title>{p.value}: {p.moves.profiles}</title>'
        "</rect>"
        for i, p in enumerate(points)
    )
    right = _EDGE + width * len(points)
    first, last = (points[0].value, points[-1].value) if points else ("", "")
    plot = (
        f'<svg viewBox="0 0 {right + 20} {_SIZE + 40}" role="img" style="max-width:48rem" '
        f'aria-label="profiles whose grade moves, by value">{bars}'
        f'<text x="{_EDGE}" y="{_SIZE + 28}">{first}</text>'
        f'<text x="{right}" y="{_SIZE + 28}" text-anchor="end">{last}</text>'
        f'<text x="{_EDGE - 6}" y="22" text-anchor="end">{most}</text></svg>'
    )
    rows = (
        (
            str(p.value),
            *map(str, (p.moves.upgrades, p.moves.downgrades, p.moves.status, p.moves.profiles)),
        )
        for p in points
    )
    table = _table(["value", "up", "down", "status", "profiles"], rows)
    return _page(path, [plot, table])


def _page(title: str, body: Sequence[str]) -> str:
    name = escape(title)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}</title><style>{_STYLE}</style></head>\n<body><h1>{name}</h1>\n"
        + "\n".join(body)
        + "\n</body></html>"
    )
