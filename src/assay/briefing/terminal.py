"""A briefing as text for the terminal: at most 60 lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assay.briefing import charts, wording
from assay.briefing.views import ClaimView, PageView
from assay.model.rulebook import Band
from assay.plan.history import sparkline

MOST_LINES = 60
_WIDTH = 88
_RULER = 70


def brief_lines(
    view: PageView, bands: Sequence[Band], points: int | None, past: Sequence[int | None] = ()
) -> list[str]:
    """The briefing in lines of 88 columns.

    ``bands`` and ``points`` are of the headline score, ``past`` are its points as recorded.

    Where it would be longer than 60 lines, the longest sections lose their last lines.
    """
    head = [view.name, " · ".join(f"{f.term} {f.value}".strip() for f in view.strip)]
    head += [_fitted(part) for part in view.rating_line.split(" · ")]
    head += _ruler(bands, points) if bands and points is not None else []
    if len(past) > 1:
        head.append(f"{view.ratings[0].badge.label} over time: {sparkline(past)}")
    summary = [line for s in view.story.summary for line in wording.wrapped(s.text, _WIDTH)]
    sections = [
        (heading, lines) for heading, texts in _sections(view) if (lines := _bullets(texts))
    ]
    room = MOST_LINES - len(head) - len(summary) - 1 - 2 * len(sections)
    _shorten([lines for _, lines in sections], room)
    found = [*head, "", *summary]
    for heading, lines in sections:
        found += ["", heading, *lines]
    return found[:MOST_LINES]


def _sections(view: PageView) -> Iterator[tuple[str, list[str]]]:
    if view.reasons is not None:
        named = (view.reasons.reason, view.reasons.remedy, view.reasons.effect)
        joint = ". " if view.reasons.named else "; "
        reason, remedy, effect = named
        step = " ".join(part for part in (remedy, effect) if part)
        yield view.reasons.heading, [joint.join(part for part in (reason, step) if part)]
    yield "Not known", [*view.unknown, *view.unknown_folded]
    if view.next_step is not None:
        when = f" ({view.next_step.when})" if view.next_step.when else ""
        yield "Watch next", [f"{view.next_step.text}{when}"]
    if view.story.timeline is not None:
        moments = (*view.story.timeline.moments, *view.story.timeline.folded)
        yield "What happened", [f"{m.when}: {_claim(m.claim)}" for m in moments]
    for passage in view.story.passages:
        yield passage.heading, [_claim(c) for c in (*passage.claims, *passage.folded)]
    judgements = (*view.story.judgements, *view.story.judgements_folded)
    verbs = {"forecast": "We expect: "}
    yield (
        "Why it matters",
        [f"{verbs.get(j.claim.nature, 'We judge: ')}{_claim(j.claim)}" for j in judgements],
    )
    yield (
        "Where sources differ",
        [f"{name}: {_claim(c)}" for d in view.story.disputes for name, c in d.sides],
    )
    yield (
        "What to watch",
        [
            f"{w.when}{f', {w.until}' if w.until else ''}: {w.text}"
            for w in (*view.watch, *view.watch_folded)
        ],
    )
    if view.history is not None:
        grades = [f"{g.as_of}: {g.badge.word}, {g.why}" for g in view.history.grades]
        yield "History", [*grades, *(f"{c.date}: {c.text}" for c in view.history.corrections)]
    yield (
        f"Sources: {view.source_summary}",
        [
            f"[{s.number}] {s.title}, {s.publisher}, {s.date}"
            for s in (*view.sources, *view.sources_folded)
        ],
    )
    if view.connected is not None:
        names = [
            f"{heading}: {', '.join(n.link.text for n in members)}"
            for side in (view.connected.left, view.connected.right)
            for heading, members in side.groups
        ]
        yield "Connected", names


def _claim(claim: ClaimView) -> str:
    marks = ", ".join(f"{'≠' if c.disputes else ''}{c.number}" for c in claim.cites)
    return f"{claim.text} [{marks}]" if marks else claim.text


def _ruler(bands: Sequence[Band], points: int) -> list[str]:
    """The scale from 0 to 1 with the grades above it and the score below."""
    steps = charts.ascending(bands)
    labels, line = [" "] * (_RULER + 6), ["-"] * (_RULER + 1)
    for band in steps:
        column = charts.start_of(band) * _RULER // 1000
        labels[column : column + len(band.grade)] = band.grade
        line[column] = "|"
    mark = points * _RULER // 1000
    pointer = f"{' ' * mark}^ {wording.points(points)}"
    return ["".join(labels).rstrip(), "".join(line), pointer]


def _bullets(texts: Sequence[str]) -> list[str]:
    """Each text as a list item, wrapped."""
    found = []
    for text in texts:
        first, *rest = wording.wrapped(text, _WIDTH - 2)
        found += [f"- {first}", *(f"  {line}" for line in rest)]
    return found


def _shorten(sections: Sequence[list[str]], room: int) -> None:
    """Take whole items from the longest sections until all lines fit."""
    dropped = [0] * len(sections)
    while sum(map(len, sections)) + sum(n > 0 for n in dropped) > room:
        longest = max(range(len(sections)), key=lambda i: len(sections[i]))
        lines = sections[longest]
        start = max(i for i, line in enumerate(lines) if line.startswith("- "))
        if start == 0:
            break
        del lines[start:]
        dropped[longest] += 1
    for lines, count in zip(sections, dropped, strict=True):
        if count:
            lines.append(f"  … {count} more")


def _fitted(text: str) -> str:
    return wording.shortened(text, _WIDTH)
