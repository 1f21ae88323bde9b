"""Plans and sweeps as text and Markdown, and the sentences and tables that HTML shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from assay.plan.lock import LockedHorizon
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
    Plan,
    Rename,
)
from assay.text import plural

if TYPE_CHECKING:
    from assay.plan.experiment import SweepPoint


DIRECTION_WORDS: dict[Direction, tuple[str, str]] = {
    "downgrade": ("down", "down"),
    "upgrade": ("up", "up"),
    "status": ("rating gained or lost", "ratings gained or lost"),
    "same": ("within the band", "within their bands"),
}
ARROWS: dict[Direction, str] = {"downgrade": "↓", "upgrade": "↑", "status": "±", "same": "="}
_CAUSES: dict[CauseKind, tuple[str, str]] = {
    "evidence": ("evidence", "evidence"),
    "time": ("time", "time"),
    "rule": ("rule", "rules"),
    "neighbour": ("neighbour", "neighbours"),
    "engine": ("scoring version", "scoring version"),
}
_OUT_OF_DATE: dict[Behind, str] = {
    "documents": "documents",
    "rules": "rules",
    "engine": "scoring version",
    "branches": "lock of the other branch",
}

BRANCHES, GROUPED, BIGGEST = "Applied differently by two branches", "By cause", "Biggest changes"
"""Titles of the parts of a plan that are tables."""

CHANGE_HEAD = ("", "profile", "score", "from", "to", "cause")
GROUP_HEAD = ("changes", "score", "direction", "cause", "profiles")
DISAGREEMENT_HEAD = ("profile", "score", "ours", "theirs", "now")
SWEEP_HEAD = ("value", "up", "down", "status", "profiles")

_GROUP = 3
"""Number of changes by one cause from which they are shown as a group."""

_FEW = 6
_DETAILS = 200
_WIDTH = 40
_MARKUP = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()#+!|~@"} | {"<": "&lt;", ">": "&gt;"})


# Sentences ---------------------------------------------------------------------------------


def headline(plan: Plan) -> str:
    """State the states that the plan compares."""
    since = f"as of {plan.base_as_of.isoformat()}" if plan.base_as_of else ""
    if plan.against_lock:
        base = f", compared with the last apply ({plan.base}, {since})"
    elif plan.base == NOTHING:
        base = "; nothing applied yet"
    elif plan.base == WORKSPACE:
        base = ", compared with the current workspace"
    else:
        base = f", compared with {plan.base} ({since})"
    return f"Plan for {plural(plan.profiles, 'profile')} as of {plan.as_of.isoformat()}{base}"


def counts(plan: Plan, *, applied: bool = False) -> str:
    """Count the changes by direction; they are in the past if ``applied``."""
    change = "changed" if applied else "would change" if plan.base == WORKSPACE else "will change"
    numbers = plan.directions()
    grades = len(plan.changes) - numbers["same"]
    first = plan.base == NOTHING
    status = ("first rating", "first ratings") if first else DIRECTION_WORDS["status"]
    parts = []
    if numbers["upgrade"] or numbers["downgrade"]:
        parts.append(f"{numbers['upgrade']} up, {numbers['downgrade']} down")
    if numbers["status"]:
        parts.append(plural(numbers["status"], *status))
    lines = [f"{plural(grades, 'grade')} {change}: {', '.join(parts)}."] if grades else []
    if numbers["same"]:
        band = "its band" if numbers["same"] == 1 else "their bands"
        lines.append(f"{plural(numbers['same'], 'score')} {change} within {band}.")
    return " ".join(lines) or f"No grade {change}."


def causes(plan: Plan) -> str:
    """Name the cause if all changes have the same, otherwise count the changes by cause."""
    found = {(c.kind, c.refs) for change in plan.changes for c in change.causes}
    if len(found) == 1:
        return f"Cause: {_cause(*found.pop())}."
    parts = [f"{_CAUSES[kind][1]} in {n}" for kind, n in plan.kinds().items() if n]
    return f"Causes: {', '.join(parts)}." if parts else ""


def besides(plan: Plan) -> list[str]:
    """Summarise the changes other than scores, a line each."""
    published = [p.id for p in plan.published if p.published]
    withdrawn = [p.id for p in plan.published if not p.published]
    pages = "" if plan.pages_compared else ": changed profiles and their neighbours"
    lines = (
        (published, f"Published: {some(published)}."),
        (withdrawn, f"Withdrawn: {some(withdrawn)}."),
        (plan.horizons, f"Horizon: {plural(len(plan.horizons), 'profile')}."),
        (plan.watch, f"Watch items: {plural(len(plan.watch), 'profile')}."),
        (plan.renamed, f"Renamed or merged: {len(plan.renamed)}."),
        (plan.corrections, f"Corrections: {len(plan.corrections)}."),
        (plan.pages, f"{plural(len(plan.pages), 'page')} affected{pages}."),
    )
    return [line for changes, line in lines if changes]


def behind(plan: Plan) -> str:
    """State in what the lock is out of date; empty if it is up to date."""
    parts = [_OUT_OF_DATE[b] for b in plan.behind]
    return f"grades.lock is out of date ({', '.join(parts)})" if parts else ""


def cautions(plan: Plan) -> list[str]:
    """Warn of two cases in which the changes alone would mislead."""
    lines = []
    if plan.behind and plan.empty:
        lines.append(f"{behind(plan)}; `assay apply` records this, although no grade changes.")
    if plan.rules_unreadable:
        lines.append(
            "This version cannot read the rulebook in grades.lock: amounts of the scoring version "
            "include the effects of rules and evidence."
        )
    elif plan.engine_in_evidence:
        lines.append(
            "grades.lock was applied with another scoring version, which cannot score the new "
            "evidence: amounts of evidence include the effect of the scoring version."
        )
    return lines


def grade(value: Grade) -> str:
    """Format a grade with its score."""
    if value.points is None:
        return "not rated" if value.asked else "not asked"
    score = f"{value.points / 1000:.3f}"
    return f"{value.grade} {score}" if value.grade else score


def cause(value: Cause) -> str:
    """Format a cause with its amount."""
    amount = "" if value.amount is None else f" {signed(value.amount)}"
    return f"{_cause(value.kind, value.refs)}{amount}"


def _cause(kind: CauseKind, refs: Sequence[str]) -> str:
    return f"{_CAUSES[kind][len(refs) > 1]} {some(refs)}"


def change_line(change: Change) -> str:
    """Format a change with its causes."""
    why = "; ".join(cause(c) for c in change.causes)
    grades = f"{grade(change.before)} → {grade(change.after)}"
    return f"{ARROWS[change.direction]} {change.id} {change.scorer}: {grades} ({why})"


def correction_lines(correction: Correction) -> list[str]:
    """Format a correction, with the wording before and after."""
    if correction.kind == "retracted":
        return [f"{correction.ref}: retracted on {correction.after}"]
    lines = [f"{correction.ref}: {correction.kind}"]
    if correction.before is not None:
        lines.append(f"  was: {correction.before}")
    if correction.after is not None:
        lines.append(f"  now: {correction.after}")
    return lines


def signed(points: int) -> str:
    """Format thousandths as a score with its sign."""
    sign = "−" if points < 0 else "+" if points > 0 else "±"
    return f"{sign}{abs(points) / 1000:.3f}"


def some(ids: Sequence[str], few: int = _FEW) -> str:
    """Join the first ids, with the number of those left out."""
    shown = ", ".join(ids[:few])
    return shown if len(ids) <= few else f"{shown} and {len(ids) - few} more"


def count(number: int, noun: str) -> str:
    """Return the number with its noun."""
    return plural(number, noun)


# Tables and lists --------------------------------------------------------------------------


def change_rows(changes: Iterable[Change]) -> list[tuple[str, ...]]:
    """Return a row of :data:`CHANGE_HEAD` for each change."""
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
    """Return the groups that are large enough to be shown."""
    return [g for g in plan.groups() if len(g.ids) >= _GROUP]


def group_rows(groups: Iterable[Group]) -> list[tuple[str, ...]]:
    """Return a row of :data:`GROUP_HEAD` for each group."""
    return [
        (
            str(len(g.ids)),
            g.scorer,
            DIRECTION_WORDS[g.direction][0],
            _cause(g.kind, g.refs),
            some(g.ids),
        )
        for g in groups
    ]


def disagreement_rows(disagreements: Iterable[Disagreement]) -> list[tuple[str, ...]]:
    """Return a row of :data:`DISAGREEMENT_HEAD` for each grade."""
    return [(d.id, d.scorer, grade(d.ours), grade(d.theirs), grade(d.now)) for d in disagreements]


def sweep_rows(points: Iterable[SweepPoint]) -> list[tuple[str, ...]]:
    """Return a row of :data:`SWEEP_HEAD` for each value."""
    return [
        (
            str(p.value),
            *map(str, (p.moves.upgrades, p.moves.downgrades, p.moves.status, p.moves.profiles)),
        )
        for p in points
    ]


def lists(plan: Plan) -> Iterator[tuple[str, list[str]]]:
    """Yield titles and entries of the changes other than scores."""
    watch = [
        f"{w.id}: {sign} {item}"
        for w in plan.watch
        for sign, items in (("+", w.added), ("−", w.removed))
        for item in items
    ]
    horizons = [f"{h.id}: {_horizon(h.before)} → {_horizon(h.after)}" for h in plan.horizons]
    found = (
        ("Horizon", horizons),
        ("Watch items", watch),
        ("Renamed", [rename_line(r) for r in plan.renamed]),
        ("Corrections", ["\n".join(correction_lines(c)) for c in plan.corrections]),
        ("Pages affected", list(plan.pages)),
    )
    return ((title, entries) for title, entries in found if entries)


def rename_line(rename: Rename) -> str:
    """State which id became which."""
    if rename.how == "merged":
        return f"{rename.kind} {rename.former} merged into {rename.now}"
    return f"{rename.kind} {rename.former} → {rename.now}"


def _horizon(horizon: LockedHorizon | None) -> str:
    if horizon is None:
        return "no profile"
    if horizon.word == "closed":
        return f"closed on {horizon.next}"
    parts = [
        horizon.word or "no date",
        f"next {horizon.next} ({horizon.subject})" if horizon.next else "",
        f"review by {horizon.review_by}" if horizon.review_by else "",
    ]
    return ", ".join(filter(None, parts))


# Terminal ----------------------------------------------------------------------------------


def plan_text(plan: Plan) -> str:
    """Format a plan for the terminal."""
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
        yield BIGGEST, [change_line(c) for c in plan.biggest()]
    if groups := shown_groups(plan):
        yield GROUPED, [_group_line(g) for g in groups]
    if plan.changes:
        details = [change_line(c) for c in plan.changes[:_DETAILS]]
        if len(plan.changes) > _DETAILS:
            more = len(plan.changes) - _DETAILS
            details.append(
                f"… and {more} more; list all with --format json, or one profile with --only"
            )
        yield "Changes", details
    for title, entries in lists(plan):
        yield title, [line for entry in entries for line in entry.split("\n")]
    if plan.today:
        title = f"Ageing by {plan.today.isoformat()}, not part of the plan"
        yield title, [change_line(c) for c in plan.ageing] or ["none"]


def _group_line(group: Group) -> str:
    profiles = tuple(dict.fromkeys(group.ids))
    change = f"{group.scorer} {DIRECTION_WORDS[group.direction][0]}"
    reason = _cause(group.kind, group.refs)
    return f"{plural(len(profiles), 'profile')}, {change}: {reason} ({some(profiles)})"


# Markdown ----------------------------------------------------------------------------------


def plan_markdown(plan: Plan) -> str:
    """Format a plan as a comment on a pull request: a summary, and tables, some of them folded."""
    lines = ["## Grades", "", _md(headline(plan)) + ".", "", f"**{counts(plan)}**"]
    notes = [causes(plan), *besides(plan), *cautions(plan)]
    lines += [_md(note) for note in notes if note]
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
        title = f"Ageing by {plan.today.isoformat()}: {plural(len(plan.ageing), 'score')}"
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


def _md(text: str) -> str:
    """Escape plain text for Markdown, on one line."""
    return " ".join(text.split()).replace("&", "&amp;").translate(_MARKUP)


def sweep_text(path: str, points: Sequence[SweepPoint]) -> str:
    """Format a sweep for the terminal: a table, with bars for the profiles whose grades change."""
    most = max((p.moves.profiles for p in points), default=0) or 1
    lines = [f"{path}: profiles whose grade would change", ""]
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
    """Format a sweep as a table for a pull request."""
    table = _table(SWEEP_HEAD, sweep_rows(points))
    return "\n".join([f"## {_md(path)}", "", *table])
