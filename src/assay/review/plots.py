"""The track record as drawings: SVG that needs nothing around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from assay.review.track import Bin, Tally

_INK, _SOFT, _LINE = "#1b2a2f", "#5c6f75", "#0d5c63"
_LEFT, _WIDTH, _ROW = 190, 420, 34


def held_by_grade(heading: str, tallies: Sequence[Tally]) -> str:
    """For each name a dot at the share that held up, with its 95 % interval as a line."""
    height = 70 + _ROW * len(tallies) + 40
    body = [*_title(heading, "Share that held up, 95 % Wilson interval")]
    bottom = 70 + _ROW * len(tallies)
    body += _scale(70 - 8, bottom)
    for number, tally in enumerate(tallies):
        y = 70 + _ROW * number + _ROW / 2
        counts = f"{tally.share.held} of {tally.share.decided}"
        body.append(_text(_LEFT - 12, y + 5, f"{tally.name} ({counts})", "end"))
        if tally.share.value is not None and tally.share.interval is not None:
            low, high = tally.share.interval
            body.append(
                f'<line x1="{_at(low)}" y1="{y:g}" x2="{_at(high)}" y2="{y:g}" '
                f'stroke="{_LINE}" stroke-width="3"/>'
            )
            body.append(f'<circle cx="{_at(tally.share.value)}" cy="{y:g}" r="6" fill="{_LINE}"/>')
    return _svg(_LEFT + _WIDTH + 40, height, heading, body)


def reliability(bins: Sequence[Bin]) -> str:
    """Stated likelihood against the share that happened; on the diagonal both are one."""
    side, left, top = 360, 70, 70
    heading = "Forecasts: stated likelihood and what happened"
    body = [*_title(heading, "Dots on the diagonal are forecasts as likely as was said")]

    def x(share: float) -> str:
        return f"{left + side * share:.1f}"

    def y(share: float) -> str:
        return f"{top + side * (1 - share):.1f}"

    body.append(
        f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="{_SOFT}"/>'
    )
    body.append(
        f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="{_SOFT}" '
        'stroke-dasharray="4 4"/>'
    )
    for part in (0.0, 0.5, 1.0):
        body.append(_text(float(x(part)), top + side + 20, f"{part:.1f}", "middle"))
        body.append(_text(left - 10, float(y(part)) + 5, f"{part:.1f}", "end"))
    for found in bins:
        if found.share.value is None or found.share.interval is None:
            continue
        low, high = found.share.interval
        body.append(
            f'<line x1="{x(found.stated)}" y1="{y(low)}" x2="{x(found.stated)}" y2="{y(high)}" '
            f'stroke="{_LINE}" stroke-width="2"/>'
        )
        body.append(
            f'<circle cx="{x(found.stated)}" cy="{y(found.share.value)}" r="6" fill="{_LINE}">'
            f"<title>{found.share.held} of {found.share.decided}</title></circle>"
        )
    body.append(_text(left + side / 2, top + side + 42, "stated likelihood", "middle"))
    return _svg(left + side + 40, top + side + 60, heading, body)


def _scale(top: float, bottom: float) -> Iterable[str]:
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = _at(part)
        yield (
            f'<line x1="{x}" y1="{top:g}" x2="{x}" y2="{bottom:g}" stroke="{_SOFT}" '
            'stroke-opacity="0.35"/>'
        )
        yield _text(float(x), bottom + 20, f"{part:.2f}", "middle")


def _at(share: float) -> str:
    return f"{_LEFT + _WIDTH * share:.1f}"


def _title(heading: str, note: str) -> tuple[str, str]:
    style = f'x="16" y="26" font-size="17" font-weight="600" fill="{_INK}"'
    return (
        f"<text {style}>{escape(heading)}</text>",
        f'<text x="16" y="46" font-size="13" fill="{_SOFT}">{escape(note)}</text>',
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="13" text-anchor="{anchor}" '
        f'fill="{_INK}">{escape(text)}</text>'
    )


def _svg(width: float, height: float, label: str, body: Iterable[str]) -> str:
    lines = "\n".join(body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{escape(label)}" '
        f'font-family="system-ui, sans-serif">\n'
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>\n{lines}\n</svg>\n'
    )
