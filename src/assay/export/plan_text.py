"""A plan as text for a terminal and as Markdown for a pull request: summary first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from assay.change.plan import Change, Plan
from assay.export import plan_words as words

if TYPE_CHECKING:
    from assay.change.experiment import SweepPoint

_DETAILS = 200
_WIDTH = 40


def plan_text(plan: Plan) -> str:
    """The plan as it is shown in a terminal."""
    lines = [words.headline(plan), words.counts(plan)]
    lines += filter(None, [words.causes(plan), *words.besides(plan), *words.cautions(plan)])
    for title, block in _blocks(plan):
        lines += ["", title, *(f"  {line}" for line in block)]
    return "\n".join(lines)


def _blocks(plan: Plan) -> Iterator[tuple[str, list[str]]]:
    if plan.disagreements:
        yield (
            words.BRANCHES,
            [
                f"{profile} {scorer}: ours {ours}, theirs {theirs}, now {now}"
                for profile, scorer, ours, theirs, now in words.disagreement_rows(
                    plan.disagreements
                )
            ],
        )
    if len(plan.changes) > 1:
        yield "Biggest", [words.change_line(c) for c in plan.biggest()]
    if groups := words.shown_groups(plan):
        yield (
            words.GROUPED,
            [
                f"{len(g.ids)} × {g.scorer}, {words.DIRECTION_WORDS[g.direction][0]}, by "
                f"{words.CAUSE_WORDS[g.kind]} {words.some(g.refs)}: {words.some(g.ids)}"
                for g in groups
            ],
        )
    if plan.changes:
        details = [words.change_line(c) for c in plan.changes[:_DETAILS]]
        if len(plan.changes) > _DETAILS:
            more = len(plan.changes) - _DETAILS
            details.append(f"… and {more} more; --format json has all, --only ID one")
        yield "Changes", details
    for title, entries in words.lists(plan):
        yield title, [line for entry in entries for line in entry.split("\n")]
    if plan.today:
        title = f"Ageing by {plan.today.isoformat()}, not part of the plan"
        yield title, [words.change_line(c) for c in plan.ageing] or ["nothing"]


def plan_markdown(plan: Plan) -> str:
    """The plan as a comment on a pull request: a summary, then tables that fold away."""
    lines = ["## Grades", "", _md(words.headline(plan)) + ".", "", f"**{words.counts(plan)}**"]
    said = [words.causes(plan), *words.besides(plan), *words.cautions(plan)]
    lines += [_md(x) for x in said if x]
    if plan.disagreements:
        rows = words.disagreement_rows(plan.disagreements)
        lines += ["", f"### {words.BRANCHES}", "", *_table(words.DISAGREEMENT_HEAD, rows)]
    if plan.changes:
        lines += ["", f"### {words.BIGGEST}", "", *_changes(plan.biggest())]
    if groups := words.group_rows(words.shown_groups(plan)):
        lines += ["", f"### {words.GROUPED}", "", *_table(words.GROUP_HEAD, groups)]
    if len(plan.changes) > len(plan.biggest()):
        lines += _folded(f"All {len(plan.changes)} changes", _changes(plan.changes[:_DETAILS]))
    for title, entries in words.lists(plan):
        block = [line.strip() for entry in entries for line in entry.split("\n")]
        lines += _folded(title, [f"- {_md(line)}" for line in block])
    if plan.today:
        title = f"Ageing by {plan.today.isoformat()}: {words.count(len(plan.ageing), 'score')}"
        lines += _folded(f"{title}, not part of this plan", _changes(plan.ageing))
    return "\n".join(lines)


def _changes(changes: Sequence[Change]) -> list[str]:
    return _table(words.CHANGE_HEAD, words.change_rows(changes))


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(header)} |",
        f"|{'---|' * len(header)}",
        *(f"| {' | '.join(_md(cell) for cell in row)} |" for row in rows),
    ]


def _folded(title: str, block: Sequence[str]) -> list[str]:
    return ["", "<details>", f"<summary>{_md(title)}</summary>", "", *block, "", "</details>"]


_MARKUP = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()#+!|~@"} | {"<": "&lt;", ">": "&gt;"})


def _md(text: str) -> str:
    """Plain text that Markdown leaves as it is."""
    return " ".join(text.split()).replace("&", "&amp;").translate(_MARKUP)


def sweep_text(path: str, points: Sequence[SweepPoint]) -> str:
    """A table and a plot of how many profiles' grades move at each value."""
    most = max((p.moves.profiles for p in points), default=0) or 1
    lines = [f"{path}: profiles whose grade would not be what it is", ""]
    lines.append(f"{'value':>8}  {'up':>6}  {'down':>6}  {'status':>6}  {'profiles':>8}")
    for p in points:
        m = p.moves
        bar = "█" * ((m.profiles * _WIDTH + most - 1) // most)
        lines.append(
            f"{p.value!s:>8}  {m.upgrades:>6}  {m.downgrades:>6}  {m.status:>6}  "
            f"{m.profiles:>8}  {bar}".rstrip()
        )
    return "\n".join(lines)


def sweep_markdown(path: str, points: Sequence[SweepPoint]) -> str:
    """The table of a sweep for a pull request."""
    table = _table(words.SWEEP_HEAD, words.sweep_rows(points))
    return "\n".join([f"## {_md(path)}", "", *table])
