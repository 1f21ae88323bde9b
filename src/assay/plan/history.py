"""``history.jsonl``: a line for each apply, never changed afterwards.

A line counts if the lock that it leads to was reached: if that is the current lock, or if another
line starts from it. Earlier versions of assay left the line of an interrupted apply. Only the last
of several lines from one lock to the same lock counts; there are several after such an
interruption, or if two branches applied the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assay.diagnostics import lock_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, Position
from assay.errors import InputError
from assay.plan.lock import CONFLICT_MARKER, from_line, to_line
from assay.plan.plan import Cause, Change, Correction, Grade, Plan, Rename

FORMAT = 2

_ACTIONS = {
    "rule": "our rules changed",
    "evidence": "evidence changed",
    "neighbour": "a neighbour changed",
    "time": "time passed",
    "engine": "the method of scoring changed",
    "decision": "a reviewer decided",
    "lock": "the lock was edited by hand",
}
"""The action behind a change, by the kind of its leading cause."""


@dataclass(frozen=True, slots=True)
class Applied:
    """An apply: its time (``at``), reviewer (``who``) and reason (``why``), and its effects.

    ``bases`` are digests of locks: none for the first apply, two if it joins two branches.
    """

    at: str
    who: str
    why: str
    as_of: str
    bases: tuple[str, ...]
    lock: str
    counts: dict[str, int]
    changes: tuple[Change, ...]
    corrections: tuple[Correction, ...]
    renamed: tuple[Rename, ...] = ()

    def changes_of(self, profile_id: str) -> tuple[Change, ...]:
        return tuple(c for c in self.changes if c.id == profile_id)

    def corrections_of(self, profile_id: str) -> tuple[Correction, ...]:
        """Corrections of the profile's claims."""
        return tuple(c for c in self.corrections if c.ref.partition("#")[0] == profile_id)

    def action(self, change: Change) -> str:
        """Name the action behind a change."""
        if not self.bases:
            return "first graded"
        return _ACTIONS[change.leading.kind] if change.causes else ""


def applied(plan: Plan, *, at: str, who: str, why: str, bases: Sequence[str], lock: str) -> Applied:
    """Make the record of applying a plan; ``at`` is an ISO 8601 time with its offset."""
    counts: dict[str, int] = {str(d): n for d, n in plan.directions().items()}
    counts["profiles"] = plan.profiles
    return Applied(
        at=at,
        who=who,
        why=why.strip(),
        as_of=plan.as_of.isoformat(),
        bases=tuple(bases),
        lock=lock,
        counts=counts,
        changes=plan.changes,
        corrections=plan.corrections,
        renamed=plan.renamed,
    )


def line_of(record: Applied) -> str:
    """Encode the record as a line of the history."""
    return to_line(
        {
            "assay_history": FORMAT,
            "at": record.at,
            "who": record.who,
            "why": record.why,
            "as_of": record.as_of,
            "bases": list(record.bases),
            "lock": record.lock,
            "counts": record.counts,
            "changes": [_change_data(c) for c in record.changes],
            "corrections": [_correction_data(c) for c in record.corrections],
            # As in older lines, nothing is written where nothing was renamed.
            **({"renamed": [_rename_data(r) for r in record.renamed]} if record.renamed else {}),
        }
    )


def _correction_data(correction: Correction) -> list[Any]:
    c = correction
    return [c.kind, c.ref, c.before, c.after, *([list(c.audiences)] if c.audiences else [])]


def _rename_data(rename: Rename) -> list[Any]:
    r = rename
    return [r.kind, r.former, r.now, r.how, *([list(r.audiences)] if r.audiences else [])]


def _change_data(change: Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "audience": change.audience,
        "scorer": change.scorer,
        "from": _grade_data(change.before),
        "to": _grade_data(change.after),
        "direction": change.direction,
        "causes": [[c.kind, c.amount, list(c.refs)] for c in change.causes],
    }


def _grade_data(grade: Grade) -> list[int | str | bool | None]:
    """Return the values of a grade; the last two only if they are needed, as in older lines."""
    values: list[int | str | bool | None] = [grade.points, grade.band, grade.grade]
    if grade.override is not None:
        return [*values, grade.asked, grade.override]
    return values if grade.asked else [*values, False]


def for_audience(records: Iterable[Applied], audience: str) -> Iterator[Applied]:
    """Yield the applies that changed something that an audience may see, with only that.

    Without the number of profiles scored, which is one for all audiences.
    """
    for record in records:
        changes = tuple(c for c in record.changes if c.audience == audience)
        corrections = tuple(
            c for c in record.corrections if not c.audiences or audience in c.audiences
        )
        renamed = tuple(r for r in record.renamed if not r.audiences or audience in r.audiences)
        if changes or corrections or renamed:
            counts = Counter(str(c.direction) for c in changes)
            yield replace(
                record,
                changes=changes,
                corrections=corrections,
                renamed=renamed,
                counts={name: counts[name] for name in record.counts if name != "profiles"},
            )


# Reading -----------------------------------------------------------------------------------


def history_text(path: Path) -> str:
    """Return the lines of the file, without conflict markers and repetitions; empty if missing.

    A last line without a line break gets one.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        message = "not UTF-8 text"
    except OSError as error:
        message = error.strerror or str(error)
    else:
        lines = [x for x in text.split("\n") if x.strip() and not CONFLICT_MARKER.match(x)]
        return "".join(f"{x}\n" for x in dict.fromkeys(lines))
    raise InputError([codes.HISTORY_LINE.at(Position(path.name), message)])


def read_history(path: Path, current: Sequence[str] = ()) -> tuple[Applied, ...]:
    """Return every apply that counts, in the order of the file.

    ``current`` are the digests of the current lock; without them every line counts. Raises
    ``InputError`` with every line that cannot be read or was changed.
    """
    found: list[Diagnostic] = []
    records: list[Applied] = []
    for number, line in enumerate(history_text(path).split("\n")[:-1], 1):
        try:
            value = from_line(line)
            message = "the line was changed after it was written"
            if value is not None:
                records.append(_record(value))
                continue
        except (ValueError, KeyError, TypeError, IndexError):
            message = "the line is truncated or does not describe an apply"
        position = Position(path.name, number, 1, line[:120])
        found.append(codes.HISTORY_LINE.at(position, message, codes.HISTORY_LINE.hint))
    if found:
        raise InputError(found)
    return tuple(_completed(records, current))


def _completed(records: Sequence[Applied], current: Sequence[str]) -> Iterator[Applied]:
    reached = {base for r in records for base in r.bases} | set(current)
    last = {(r.bases, r.lock): i for i, r in enumerate(records)}
    for i, record in enumerate(records):
        if current and record.lock not in reached:
            continue
        if last[record.bases, record.lock] == i:
            yield record


def _record(value: dict[str, Any]) -> Applied:
    if value["assay_history"] > FORMAT:
        raise ValueError("a newer format")
    return Applied(
        at=value["at"],
        who=value["who"],
        why=value["why"],
        as_of=value["as_of"],
        bases=tuple(value["bases"]),
        lock=value["lock"],
        counts=value["counts"],
        changes=tuple(_change(c) for c in value["changes"]),
        corrections=tuple(_correction(*c) for c in value["corrections"]),
        renamed=tuple(_rename(*r) for r in value.get("renamed", ())),
    )


def _correction(
    kind: Any, ref: str, before: str | None, after: str | None, audiences: Sequence[str] = ()
) -> Correction:
    return Correction(kind, ref, before, after, tuple(audiences))


def _rename(kind: Any, former: str, now: str, how: Any, audiences: Sequence[str] = ()) -> Rename:
    return Rename(kind, former, now, how, tuple(audiences))


def _change(value: dict[str, Any]) -> Change:
    return Change(
        id=value["id"],
        audience=value["audience"],
        scorer=value["scorer"],
        before=Grade(*value["from"]),
        after=Grade(*value["to"]),
        direction=value["direction"],
        causes=tuple(Cause(kind, amount, tuple(refs)) for kind, amount, refs in value["causes"]),
    )


_BARS = "▁▂▃▄▅▆▇█"


def sparkline(points: Sequence[int | None]) -> str:
    """Draw scores over time as bars on a scale from 0 to 1; a dot if not rated."""
    return "".join("·" if p is None else _BARS[min(p * len(_BARS) // 1000, 7)] for p in points)
