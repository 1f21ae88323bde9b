"""How a plan reads: the sentences that text, Markdown and HTML share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from assay.change.plan import (
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
    from assay.change.experiment import SweepPoint

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
