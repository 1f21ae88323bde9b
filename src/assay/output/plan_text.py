"""Plans and sweeps as text and Markdown, and the sentences and tables that HTML shares.

A plan reads from cause to effect: the edits, the numbers, then each changed grade once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

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
    Edit,
    Grade,
    Plan,
    Rename,
    WordChange,
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
_RANKS: dict[Direction, int] = {"status": 0, "downgrade": 1, "upgrade": 1, "same": 2}
_CAUSES: dict[CauseKind, tuple[str, str]] = {
    "evidence": ("evidence", "evidence"),
    "time": ("time", "time"),
    "rule": ("rule", "rules"),
    "neighbour": ("neighbour", "neighbours"),
    "engine": ("scoring version", "scoring version"),
    "decision": ("decision", "decisions"),
    "lock": ("edit of grades.lock", "edits of grades.lock"),
}
_OUT_OF_DATE: dict[Behind, str] = {
    "documents": "documents",
    "rules": "rules",
    "decisions": "decisions",
    "engine": "scoring version",
    "lock": "its own lines were edited",
    "branches": "lock of the other branch",
}

EDITED, GRADES, SCORES = "Edited", "Changed grades", "Scores changed within their bands"
BRANCHES, GROUPED = "Applied differently by two branches", "By cause"
"""Titles of the parts of a plan."""

CHANGE_HEAD = ("", "profile", "score", "from", "to", "cause")
EDIT_HEAD = ("where", "what", "before", "after")
GROUP_HEAD = ("changes", "score", "direction", "cause")
DISAGREEMENT_HEAD = ("profile", "score", "ours", "theirs", "now")
SWEEP_HEAD = ("value", "up", "down", "status", "profiles")

_EMPTY = "(empty)"
_GROUP = 3
"""Number of changes by one cause from which they are counted as a group."""

_FEW = 6
_DETAILS = 200
_WIDTH = 40
_SHORT = 60
"""Longest old and new value that are printed on one line, together."""

_LONGEST, _BEFORE = 300, 60
"""Characters of a value that are printed, and how many of them before its first difference."""

MARKDOWN_LIMIT = 65_000
"""Characters of a plan in Markdown; a comment of a code host has at most 65,536."""

_MARKUP = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()#+!|~@"} | {"<": "&lt;", ">": "&gt;"})


# Moves -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """A changed score, once for all audiences for which it changes in the same way.

    ``audiences`` are named only if there are others that may see the profile.
    """

    change: Change
    audiences: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The profile and its score, with the audiences if they differ."""
        who = f" [{', '.join(self.audiences)}]" if self.audiences else ""
        return f"{self.change.id} {self.change.scorer}{who}"


def moves(changes: Iterable[Change], seen: Iterable[tuple[str, str]] = ()) -> list[Move]:
    """Join equal changes of several audiences: grades first, then scores within a band.

    Large ones come first. ``seen`` has (profile id, audience) for all who may see a profile.
    """
    listed = list(changes)
    seen_by: dict[str, set[str]] = {}
    for id_, audience in (*seen, *((c.id, c.audience) for c in listed)):
        seen_by.setdefault(id_, set()).add(audience)
    found: dict[object, tuple[Change, list[str]]] = {}
    for c in listed:
        key = (c.id, c.scorer, c.before, c.after, c.direction, c.causes)
        found.setdefault(key, (c, []))[1].append(c.audience)
    joined = (
        Move(c, () if seen_by[c.id] <= {*audiences} else tuple(audiences))
        for c, audiences in found.values()
    )
    return sorted(
        joined,
        key=lambda m: (
            _RANKS[m.change.direction],
            -abs(m.change.amount or 0),
            m.change.id,
            m.change.scorer,
            m.audiences,
        ),
    )


class _OfProfile(Protocol):
    @property
    def id(self) -> str: ...


_Item = TypeVar("_Item", bound=_OfProfile)


def _profiles(items: Iterable[_Item]) -> list[str]:
    return list(dict.fromkeys(item.id for item in items))


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
    profiles = len({id_ for id_, _ in plan.evidence})
    return f"Plan for {plural(profiles, 'profile')} as of {plan.as_of.isoformat()}{base}"


def counts(plan: Plan, *, applied: bool = False) -> str:
    """Count the moves by direction; they are in the past if ``applied``."""
    change = "changed" if applied else "would change" if plan.base == WORKSPACE else "will change"
    numbers = dict.fromkeys(_RANKS, 0)
    for move in moves(plan.changes, plan.evidence):
        numbers[move.change.direction] += 1
    grades = sum(numbers.values()) - numbers["same"]
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


def only_cause(plan: Plan) -> str:
    """Return the cause if all changes have the same, otherwise an empty text."""
    found = {(c.kind, c.refs) for change in plan.changes for c in change.causes}
    return _cause(*found.pop()) if len(found) == 1 else ""


def causes(plan: Plan) -> str:
    """Name the cause if all changes have the same, otherwise count the moves by cause."""
    if one := only_cause(plan):
        return f"Cause: {one}."
    numbers = dict.fromkeys(_CAUSES, 0)
    for move in moves(plan.changes, plan.evidence):
        for kind in {cause.kind for cause in move.change.causes}:
            numbers[kind] += 1
    parts = [f"{_CAUSES[kind][1]} in {n}" for kind, n in numbers.items() if n]
    return f"Causes: {', '.join(parts)}." if parts else ""


def besides(plan: Plan) -> list[str]:
    """Summarise the changes other than scores, a line each."""
    published = _profiles(p for p in plan.published if p.published)
    withdrawn = _profiles(p for p in plan.published if not p.published)
    pages = "" if plan.pages_compared else ": changed profiles and their neighbours"
    lines = (
        (published, f"Published: {some(published)}."),
        (withdrawn, f"Withdrawn: {some(withdrawn)}."),
        (plan.horizons, f"Horizon: {plural(len(_profiles(plan.horizons)), 'profile')}."),
        (plan.watch, f"Watch items: {plural(len(_profiles(plan.watch)), 'profile')}."),
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
    """Format the grade in force with the computed score."""
    if value.override is not None:
        computed = "not rated" if value.points is None else f"{value.points / 1000:.3f}"
        return f"{value.grade} set by a reviewer (computed: {computed})"
    if value.points is None:
        return "not rated" if value.asked else "not asked"
    score = f"{value.points / 1000:.3f}"
    return f"{value.grade} {score}" if value.grade else score


def cause(value: Cause) -> str:
    """Format a cause with its amount."""
    amount = ""
    if value.amount is not None and value.kind != "decision":  # which moves no score
        amount = f" {signed(value.amount)}"
    return f"{_cause(value.kind, value.refs)}{amount}"


def _cause(kind: CauseKind, refs: Sequence[str]) -> str:
    names = [ref[:8] for ref in refs] if kind == "decision" else refs
    return f"{_CAUSES[kind][len(refs) > 1]} {some(names)}".rstrip()


def change_line(change: Change) -> str:
    """Format a change with its causes."""
    return move_line(Move(change))


def move_line(move: Move, *, caused: bool = True) -> str:
    """Format a move, with its causes unless they are the same for all."""
    change = move.change
    grades = f"{grade(change.before)} → {grade(change.after)}"
    line = f"{ARROWS[change.direction]} {move.subject}: {grades}"
    return f"{line} ({'; '.join(map(cause, change.causes))})" if caused else line


_NO_VALUE = "none"


def edit_lines(edit: Edit) -> list[str]:
    """Format an edit: its file, its name, the old and the new value."""
    where = f"{edit_place(edit)}: " if edit.file else ""
    what, notes = edit_name(edit), "".join(edit_notes(edit))
    old, new = edit_values(edit)
    if edit.kind != "changed" or edit.before == edit.after:
        value = new or old or ""
        what = f"{where}{what} {edit.kind}{notes}"
        if len(value) > _SHORT:
            return [f"{what}:", f"  {value}"]
        return [f"{what}: {value}" if value else what]
    if len(f"{old}{new}") <= _SHORT:
        return [f"{where}{what}: {old or _NO_VALUE} → {new or _NO_VALUE}{notes}"]
    return [f"{where}{what}{notes}", f"  was: {old or _NO_VALUE}", f"  now: {new or _NO_VALUE}"]


def edit_place(edit: Edit) -> str:
    """Return the file of an edit, with its line if it is known."""
    return f"{edit.file}:{edit.line}" if edit.line else edit.file or ""


def edit_name(edit: Edit) -> str:
    """Return the name of what was edited; that of a document with its kind."""
    return edit.name if edit.part == "rulebook" else f"{edit.part} {edit.name}"


def edit_notes(edit: Edit) -> Iterator[str]:
    """Yield the audiences of an edit, if not all, and whether it moves nothing."""
    if edit.audiences:
        yield f" [{', '.join(edit.audiences)}]"
    if not edit.moves:
        yield " (moves no score)"


def edit_values(edit: Edit) -> tuple[str | None, str | None]:
    """Return the old and the new value; of long ones only the part around their difference."""
    before, after = edit.before, edit.after
    start = 0
    if max(len(before or ""), len(after or "")) > _LONGEST:
        pairs = enumerate(zip(before or "", after or "", strict=False))
        differing = next((n for n, (a, b) in pairs if a != b), 0)
        start = max(differing - _BEFORE, 0)
    return _excerpt(before, start), _excerpt(after, start)


def _excerpt(text: str | None, start: int) -> str | None:
    if text is None:
        return None
    end = start + _LONGEST
    return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"


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


def word_change(change: WordChange) -> str:
    """Format a changed word of the rulebook."""
    pages = plural(len(change.pages), "page")
    return f"{change.name} ({pages}): {change.before or _EMPTY} → {change.after or _EMPTY}"


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


def change_rows(found: Iterable[Move]) -> list[tuple[str, ...]]:
    """Return a row of :data:`CHANGE_HEAD` for each move."""
    return [
        (
            ARROWS[m.change.direction],
            m.change.id,
            m.subject.partition(" ")[2],
            grade(m.change.before),
            grade(m.change.after),
            "; ".join(map(cause, m.change.causes)),
        )
        for m in found
    ]


def edit_row(edit: Edit) -> tuple[str, ...]:
    """Return a row of :data:`EDIT_HEAD`."""
    valued = edit.kind == "changed" and edit.before != edit.after
    kind = "" if valued else f" {edit.kind}"
    what = f"{edit_name(edit)}{kind}{''.join(edit_notes(edit))}"
    old, new = edit_values(edit)
    return edit_place(edit), what, old or "", new or ""


def split(found: Iterable[Move]) -> tuple[list[Move], list[Move]]:
    """Return the moves that change a grade, and those within a band."""
    listed = list(found)
    same = [m for m in listed if m.change.direction == "same"]
    return [m for m in listed if m.change.direction != "same"], same


def group_rows(found: Iterable[Move]) -> list[tuple[str, ...]]:
    """Count the moves by leading cause, as rows of :data:`GROUP_HEAD`.

    Empty unless there are large groups with different causes: the list of moves shows as much.
    """
    numbers: dict[tuple[str, Direction, str], int] = {}
    for move in found:
        lead = move.change.leading
        key = (move.change.scorer, move.change.direction, _cause(lead.kind, lead.refs))
        numbers[key] = numbers.get(key, 0) + 1
    large = sorted((-n, *key) for key, n in numbers.items() if n >= _GROUP)
    if len({why for *_, why in large}) < 2:
        return []
    return [
        (str(-n), scorer, DIRECTION_WORDS[direction][-n != 1], why)
        for n, scorer, direction, why in large
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
    """Yield titles and entries of the changes other than edits and scores, each entry once."""
    watch = [
        f"{w.id}: {sign} {item}"
        for w in plan.watch
        for sign, items in (("+", w.added), ("−", w.removed))
        for item in items
    ]
    horizons = [f"{h.id}: {_horizon(h.before)} → {_horizon(h.after)}" for h in plan.horizons]
    edited = {e.name for e in plan.edits} | {f"{e.ref}.text" for e in plan.edits if not e.field}
    corrections = [c for c in plan.corrections if f"{c.ref}.{_FIELDS[c.kind]}" not in edited]
    found = (
        ("Horizon", horizons),
        ("Watch items", watch),
        ("Wording of the rules", [word_change(w) for w in plan.words]),
        ("Renamed", [rename_line(r) for r in plan.renamed]),
        ("Corrections", ["\n".join(correction_lines(c)) for c in corrections]),
        ("Pages affected", list(plan.pages)),
    )
    return ((title, list(dict.fromkeys(entries))) for title, entries in found if entries)


_FIELDS = {"reworded": "text", "added": "text", "removed": "text", "retracted": "retracted"}
"""Fields whose edit shows a correction already."""


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
    lines = [headline(plan)]
    for title, block in (*_edits(plan), ("", _numbers(plan)), *_blocks(plan)):
        lines += ["", *([title] if title else []), *(f"  {x}" if title else x for x in block)]
    return "\n".join(lines)


def _edits(plan: Plan) -> Iterator[tuple[str, list[str]]]:
    if plan.edits:
        lines = [edit_lines(e) for e in plan.edits]
        yield EDITED, [line for few in _shortened(lines) for line in few]


def _numbers(plan: Plan) -> list[str]:
    lines = [counts(plan), causes(plan), *besides(plan), *cautions(plan)]
    return [line for line in lines if line]


def _blocks(plan: Plan) -> Iterator[tuple[str, list[str]]]:
    if plan.disagreements:
        yield (
            BRANCHES,
            [
                f"{profile} {scorer}: ours {ours}, theirs {theirs}, now {now}"
                for profile, scorer, ours, theirs, now in disagreement_rows(plan.disagreements)
            ],
        )
    found = moves(plan.changes, plan.evidence)
    if rows := group_rows(found):
        yield GROUPED, [f"{n} × {scorer} {way}: {why}" for n, scorer, way, why in rows]
    caused = not only_cause(plan)
    for title, some_moves in zip((GRADES, SCORES), split(found), strict=True):
        if some_moves:
            lines = [[move_line(m, caused=caused)] for m in some_moves]
            yield title, [line for few in _shortened(lines) for line in few]
    for title, entries in lists(plan):
        yield title, [line for entry in entries for line in entry.split("\n")]
    if plan.today:
        title = f"Ageing by {plan.today.isoformat()}, not part of the plan"
        yield title, [move_line(m) for m in moves(plan.ageing, plan.evidence)] or ["none"]


def _shortened(entries: Sequence[list[str]]) -> list[list[str]]:
    """Return the first entries, with the number of those left out."""
    if len(entries) <= _DETAILS:
        return list(entries)
    more = f"… and {len(entries) - _DETAILS} more; list all with --format json, or one profile "
    return [*entries[:_DETAILS], [f"{more}with --only"]]


# Markdown ----------------------------------------------------------------------------------


def plan_markdown(plan: Plan, limit: int = MARKDOWN_LIMIT) -> str:
    """Format a plan as a comment on a pull request: edits, numbers, and tables of moves.

    Rows that would exceed the ``limit`` in characters are left out and counted.
    """
    found = moves(plan.changes, plan.evidence)
    grades, within = split(found)
    page = _Page(limit)
    page.add("## Grades", "", _md(headline(plan)) + ".")
    # In a block of code nothing is markup, and no line of it can end it: each has a prefix.
    edits = ["\n".join(_diff(edit)) for edit in plan.edits]
    page.rows(["", f"**{EDITED}**", "", "```diff"], edits, ["```"], "edits")
    page.add("", f"**{counts(plan)}**", *map(_md, _numbers(plan)[1:]))
    rows = _rows(disagreement_rows(plan.disagreements))
    page.rows(["", f"### {BRANCHES}", "", *_header(DISAGREEMENT_HEAD)], rows, [], "grades")
    rows = _rows(group_rows(found))
    page.rows(["", f"### {GROUPED}", "", *_header(GROUP_HEAD)], rows, [], "causes")
    table = _header(CHANGE_HEAD)
    page.rows(["", f"### {GRADES}", "", *table], _rows(change_rows(grades)), [], "moves")
    folded = _folded(f"{SCORES}: {len(within)}", table)
    page.rows(folded, _rows(change_rows(within)), _UNFOLD, "moves")
    for title, entries in lists(plan):
        lines = [f"- {_md(line)}" for entry in entries for line in entry.split("\n")]
        page.rows(_folded(title), lines, _UNFOLD, "other lines")
    if plan.today:
        ageing = moves(plan.ageing, plan.evidence)
        title = f"Ageing by {plan.today.isoformat()}: {plural(len(ageing), 'score')}"
        folded = _folded(f"{title}, not part of this plan", table)
        page.rows(folded, _rows(change_rows(ageing)), _UNFOLD, "ageing scores", empty=True)
    return page.text()


class _Page:
    """Lines of Markdown up to a limit, and the number of rows that did not fit."""

    _RESERVED = 300
    """Characters for the note on what was left out."""

    def __init__(self, limit: int) -> None:
        self._left = limit - self._RESERVED
        self._lines: list[str] = []
        self._omitted: dict[str, int] = {}

    def add(self, *lines: str) -> None:
        self._lines += lines
        self._left -= sum(len(line) + 1 for line in lines)

    def rows(
        self,
        opening: Sequence[str],
        rows: Sequence[str],
        closing: Sequence[str],
        noun: str,
        *,
        empty: bool = False,
    ) -> None:
        """Add as many rows as fit, with what is around them; nothing if there are none."""
        around = sum(len(line) + 1 for line in (*opening, *closing))
        fitting = 0
        room = self._left - around
        while fitting < len(rows) and len(rows[fitting]) < room:
            room -= len(rows[fitting]) + 1
            fitting += 1
        if fitting or (empty and not rows and room > 0):
            self.add(*opening, *rows[:fitting], *closing)
        if fitting < len(rows):
            self._omitted[noun] = self._omitted.get(noun, 0) + len(rows) - fitting

    def text(self) -> str:
        if self._omitted:
            parts = ", ".join(f"{n} {noun}" for noun, n in self._omitted.items())
            note = f"Left out, to fit into a comment: {parts}. List all with"
            self._lines += ["", f"{note} `assay plan --format json`."]
        return "\n".join(self._lines)


def _diff(edit: Edit) -> Iterator[str]:
    where, what, *_ = edit_row(edit)
    yield f"  {' '.join(f'{where} {what}'.split())}"
    old, new = edit_values(edit)
    if old is not None:
        yield f"- {old}"
    if new is not None:
        yield f"+ {new}"


def _header(header: Sequence[str]) -> list[str]:
    return [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]


def _rows(rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(_md(cell) for cell in row)} |" for row in rows]


_UNFOLD = ["", "</details>"]


def _folded(title: str, block: Sequence[str] = ()) -> list[str]:
    return ["", "<details>", f"<summary>{_md(title)}</summary>", "", *block]


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
    table = [*_header(SWEEP_HEAD), *_rows(sweep_rows(points))]
    return "\n".join([f"## {_md(path)}", "", *table])
