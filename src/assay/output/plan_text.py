"""How a plan reads: the sentences that text, Markdown and HTML share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from assay.plan.plan import (
    NOTHING,
    WORKSPACE,
    Behind,
    Cause,
    CauseKind,
    Change,
    Correction,
    Direction,
    Disagreement,
    Grade,
    Group,
    HorizonChange,
    Plan,
)

if TYPE_CHECKING:
    from assay.plan.experiment import SweepPoint


DIRECTION_WORDS: dict[Direction, tuple[str, str]] = {
    "downgrade": ("downgrade", "downgrades"),
    "upgrade": ("upgrade", "upgrades"),
    "status": ("change of status", "changes of status"),
    "same": ("within the band", "within their bands"),
}
ARROWS: dict[Direction, str] = {"downgrade": "↓", "upgrade": "↑", "status": "±", "same": "="}
CAUSE_WORDS: dict[CauseKind, str] = {
    "evidence": "evidence",
    "time": "time",
    "rule": "rules",
    "neighbour": "neighbours",
    "engine": "the engine",
}
BEHIND_WORDS: dict[Behind, str] = {
    "documents": "the documents",
    "rules": "the rulebook",
    "engine": "assay itself",
    "branches": "the lock of the other branch",
}
BRANCHES, GROUPED, BIGGEST = (
    "Applied differently by two branches",
    "Grouped by what led them",
    "Biggest changes",
)
"""Titles of the parts of a plan that are tables."""

CHANGE_HEAD = ("", "profile", "score", "from", "to", "because")
GROUP_HEAD = ("changes", "score", "direction", "led by", "profiles")
DISAGREEMENT_HEAD = ("profile", "score", "ours", "theirs", "now")
SWEEP_HEAD = ("value", "up", "down", "status", "profiles")

_GROUP = 3
"""So many changes by one cause are shown as a group."""

_FEW = 6


def headline(plan: Plan) -> str:
    """What the plan compares."""
    since = f" of {plan.base_as_of.isoformat()}" if plan.base_as_of else ""
    against = {
        NOTHING: "nothing: this would be the first lock",
        WORKSPACE: "the workspace as it stands",
    }.get(plan.base, f"{plan.base}{since}")
    return f"{count(plan.profiles, 'profile')} as of {plan.as_of.isoformat()}, against {against}"


def counts(plan: Plan) -> str:
    """How many scores go which way."""
    if not plan.changes:
        return "No score would change."
    parts = [_counted(n, *DIRECTION_WORDS[d]) for d, n in plan.directions().items() if n]
    verb = "would change"
    return f"{count(len(plan.changes), 'score')} {verb}: {', '.join(parts)}."


def causes(plan: Plan) -> str:
    """In how many changes each kind of cause has a part."""
    parts = [f"{CAUSE_WORDS[k]} in {n}" for k, n in plan.kinds().items() if n]
    return f"Causes: {', '.join(parts)}." if parts else ""


def besides(plan: Plan) -> list[str]:
    """What changes besides scores, a line each."""
    published = [p.id for p in plan.published if p.published]
    withdrawn = [p.id for p in plan.published if not p.published]
    lines = []
    if published:
        lines.append(f"Published: {some(published)}.")
    if withdrawn:
        lines.append(f"Withdrawn: {some(withdrawn)}.")
    if plan.horizons:
        lines.append(f"Horizon: {_counted(len(plan.horizons), 'profile', 'profiles')}.")
    if plan.watch:
        lines.append(f"Watch items: {_counted(len(plan.watch), 'profile', 'profiles')}.")
    if plan.corrections:
        lines.append(f"Corrections: {len(plan.corrections)}.")
    if plan.pages:
        told = "" if plan.pages_compared else " (what moved, and its neighbours)"
        lines.append(f"Pages touched: {len(plan.pages)}{told}.")
    return lines


def behind(plan: Plan) -> str:
    """What the lock does not stand for as it is; empty where it stands for all."""
    what = [BEHIND_WORDS[b] for b in plan.behind]
    return f"grades.lock is behind {' and '.join(what)}" if what else ""


def cautions(plan: Plan) -> list[str]:
    """What a reader of the plan must know to read it right."""
    lines = []
    if plan.behind and plan.empty:
        lines.append(f"{behind(plan)}: 'assay apply' records them, though no grade moves.")
    if plan.engine_in_evidence:
        lines.append(
            "grades.lock was applied by another scoring version, which cannot score the new "
            "evidence: where evidence moved, what assay moved is in the same amount."
        )
    return lines


def grade(value: Grade) -> str:
    """A grade with its score; "not rated" where there is none."""
    if value.points is None:
        return "not rated"
    score = f"{value.points / 1000:.3f}"
    return f"{value.grade} {score}" if value.grade else score


def cause(value: Cause) -> str:
    """One cause: its amount, its kind, and what moved."""
    amount = "" if value.amount is None else f"{signed(value.amount)} "
    return f"{amount}{CAUSE_WORDS[value.kind]}: {some(value.refs)}"


def change_line(change: Change) -> str:
    """One change with its causes."""
    why = "; ".join(cause(c) for c in change.causes)
    move = f"{grade(change.before)} → {grade(change.after)}"
    return f"{ARROWS[change.direction]} {change.id} {change.scorer}: {move} ({why})"


def horizon_line(change: HorizonChange) -> str:
    """When to look again, before and after."""
    return f"{change.id}: {_until(change.before)} → {_until(change.after)}"


def correction_lines(correction: Correction) -> list[str]:
    """What was said and what is said now."""
    if correction.kind == "retracted":
        return [f"{correction.ref}: retracted on {correction.after}"]
    lines = [f"{correction.ref}: {correction.kind}"]
    if correction.before is not None:
        lines.append(f"  was: {correction.before}")
    if correction.after is not None:
        lines.append(f"  now: {correction.after}")
    return lines


def change_rows(changes: Iterable[Change]) -> list[tuple[str, ...]]:
    """A row of :data:`CHANGE_HEAD` for each change."""
    return [
        (
            ARROWS[c.direction],
            c.id,
            c.scorer,
            grade(c.before),
            grade(c.after),
            "; ".join(cause(x) for x in c.causes),
        )
        for c in changes
    ]


def shown_groups(plan: Plan) -> list[Group]:
    """The groups that are large enough to be shown as such."""
    return [g for g in plan.groups() if len(g.ids) >= _GROUP]


def group_rows(groups: Iterable[Group]) -> list[tuple[str, ...]]:
    """A row of :data:`GROUP_HEAD` for each group."""
    return [
        (
            str(len(g.ids)),
            g.scorer,
            DIRECTION_WORDS[g.direction][0],
            f"{CAUSE_WORDS[g.kind]}: {some(g.refs)}",
            some(g.ids),
        )
        for g in groups
    ]


def disagreement_rows(disagreements: Iterable[Disagreement]) -> list[tuple[str, ...]]:
    """A row of :data:`DISAGREEMENT_HEAD` for each grade that two branches applied differently."""
    return [(d.id, d.scorer, grade(d.ours), grade(d.theirs), grade(d.now)) for d in disagreements]


def sweep_rows(points: Iterable[SweepPoint]) -> list[tuple[str, ...]]:
    """A row of :data:`SWEEP_HEAD` for each value."""
    return [
        (
            str(p.value),
            *map(str, (p.moves.upgrades, p.moves.downgrades, p.moves.status, p.moves.profiles)),
        )
        for p in points
    ]


def lists(plan: Plan) -> Iterator[tuple[str, list[str]]]:
    """What changes besides scores, one by one: titles and entries, of what there is."""
    watch = [
        f"{w.id}: {sign} {item}"
        for w in plan.watch
        for sign, items in (("+", w.added), ("−", w.removed))
        for item in items
    ]
    found = (
        ("Horizon", [horizon_line(h) for h in plan.horizons]),
        ("Watch items", watch),
        ("Corrections", ["\n".join(correction_lines(c)) for c in plan.corrections]),
        ("Pages touched", list(plan.pages)),
    )
    return ((title, entries) for title, entries in found if entries)


def signed(points: int) -> str:
    """Thousandths as a signed score."""
    sign = "−" if points < 0 else "+" if points > 0 else "±"
    return f"{sign}{abs(points) / 1000:.3f}"


def some(ids: Sequence[str], few: int = _FEW) -> str:
    """The first of the ids, and how many more there are."""
    shown = ", ".join(ids[:few])
    return shown if len(ids) <= few else f"{shown} and {len(ids) - few} more"


def count(number: int, noun: str) -> str:
    """The number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _until(horizon: tuple[str, str | None] | None) -> str:
    if horizon is None:
        return "not there"
    return horizon[0] if horizon[1] is None else f"{horizon[0]}, until {horizon[1]}"


_DETAILS = 200
_WIDTH = 40


def plan_text(plan: Plan) -> str:
    """The plan as it is shown in a terminal."""
    lines = [headline(plan), counts(plan)]
    lines += filter(None, [causes(plan), *besides(plan), *cautions(plan)])
    for title, block in _blocks(plan):
        lines += ["", title, *(f"  {line}" for line in block)]
    return "\n".join(lines)


def _blocks(plan: Plan) -> Iterator[tuple[str, list[str]]]:
    if plan.disagreements:
        yield (
            BRANCHES,
            [
                f"{profile} {scorer}: ours {ours}, theirs {theirs}, now {now}"
                for profile, scorer, ours, theirs, now in disagreement_rows(plan.disagreements)
            ],
        )
    if len(plan.changes) > 1:
        yield "Biggest", [change_line(c) for c in plan.biggest()]
    if groups := shown_groups(plan):
        yield (
            GROUPED,
            [
                f"{len(g.ids)} × {g.scorer}, {DIRECTION_WORDS[g.direction][0]}, by "
                f"{CAUSE_WORDS[g.kind]} {some(g.refs)}: {some(g.ids)}"
                for g in groups
            ],
        )
    if plan.changes:
        details = [change_line(c) for c in plan.changes[:_DETAILS]]
        if len(plan.changes) > _DETAILS:
            more = len(plan.changes) - _DETAILS
            details.append(f"… and {more} more; --format json has all, --only ID one")
        yield "Changes", details
    for title, entries in lists(plan):
        yield title, [line for entry in entries for line in entry.split("\n")]
    if plan.today:
        title = f"Ageing by {plan.today.isoformat()}, not part of the plan"
        yield title, [change_line(c) for c in plan.ageing] or ["nothing"]


def plan_markdown(plan: Plan) -> str:
    """The plan as a comment on a pull request: a summary, then tables that fold away."""
    lines = ["## Grades", "", _md(headline(plan)) + ".", "", f"**{counts(plan)}**"]
    said = [causes(plan), *besides(plan), *cautions(plan)]
    lines += [_md(x) for x in said if x]
    if plan.disagreements:
        rows = disagreement_rows(plan.disagreements)
        lines += ["", f"### {BRANCHES}", "", *_table(DISAGREEMENT_HEAD, rows)]
    if plan.changes:
        lines += ["", f"### {BIGGEST}", "", *_changes(plan.biggest())]
    if groups := group_rows(shown_groups(plan)):
        lines += ["", f"### {GROUPED}", "", *_table(GROUP_HEAD, groups)]
    if len(plan.changes) > len(plan.biggest()):
        lines += _folded(f"All {len(plan.changes)} changes", _changes(plan.changes[:_DETAILS]))
    for title, entries in lists(plan):
        block = [line.strip() for entry in entries for line in entry.split("\n")]
        lines += _folded(title, [f"- {_md(line)}" for line in block])
    if plan.today:
        title = f"Ageing by {plan.today.isoformat()}: {count(len(plan.ageing), 'score')}"
        lines += _folded(f"{title}, not part of this plan", _changes(plan.ageing))
    return "\n".join(lines)


def _changes(changes: Sequence[Change]) -> list[str]:
    return _table(CHANGE_HEAD, change_rows(changes))


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
    table = _table(SWEEP_HEAD, sweep_rows(points))
    return "\n".join([f"## {_md(path)}", "", *table])
