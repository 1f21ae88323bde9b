"""``history.jsonl``: every apply, one sealed line each, only ever added.

A line is written before the lock it leads to. It counts once that lock was reached: it is the
lock that is there, or another line starts from it. A line of an apply that was interrupted is
kept and left out. What was applied twice, from one lock to the same lock, counts once, as its last
line tells it: after an interruption, or on two branches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.diagnostics import lock_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, Position
from assay.errors import InputError
from assay.plan.lock import CONFLICT_MARKER, from_line, to_line
from assay.plan.plan import Cause, Change, Correction, Grade, Plan

FORMAT = 1

LABELS = {
    "rule": "our rules changed",
    "evidence": "evidence changed",
    "neighbour": "a neighbour changed",
    "time": "time passed",
    "engine": "the engine changed",
}
"""What a rating action is called, by the kind of cause that did most of it."""

FIRST = "first graded"


@dataclass(frozen=True, slots=True)
class Applied:
    """One apply: when and by whom, why, at which date, from which locks to which."""

    at: str
    who: str
    why: str
    as_of: str
    bases: tuple[str, ...]
    lock: str
    counts: dict[str, int]
    changes: tuple[Change, ...]
    corrections: tuple[Correction, ...]

    def changes_of(self, profile_id: str) -> tuple[Change, ...]:
        """The changes of a profile's scores."""
        return tuple(c for c in self.changes if c.id == profile_id)

    def corrections_of(self, profile_id: str) -> tuple[Correction, ...]:
        """The corrections of a profile and its claims."""
        return tuple(c for c in self.corrections if c.ref.partition("#")[0] == profile_id)

    def action(self, change: Change) -> str:
        """What a change of this apply is called; those of the first lock moved nothing."""
        if not self.bases:
            return FIRST
        return LABELS[change.leading.kind] if change.causes else ""


def applied(plan: Plan, *, at: str, who: str, why: str, bases: Sequence[str], lock: str) -> Applied:
    """The record of applying a plan; ``at`` is a moment in ISO form with its offset."""
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
    )


def line_of(record: Applied) -> str:
    """The record as a line of the history."""
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
            "corrections": [[c.kind, c.ref, c.before, c.after] for c in record.corrections],
        }
    )


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


def _grade_data(grade: Grade) -> list[object]:
    return [grade.points, grade.band, grade.grade]


# Reading -----------------------------------------------------------------------------------


def history_text(path: Path) -> str:
    """What the file holds, without what git wrote into it; empty where there is none.

    A last line without its end is kept as a line of its own.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        message = "it is not text in UTF-8"
        raise InputError([codes.HISTORY_LINE.at(Position(path.name), message)]) from None
    except OSError as error:
        message = error.strerror or str(error)
        raise InputError([codes.HISTORY_LINE.at(Position(path.name), message)]) from None
    lines = [x for x in text.split("\n") if x.strip() and not CONFLICT_MARKER.match(x)]
    return "".join(f"{x}\n" for x in dict.fromkeys(lines))


def read_history(path: Path, current: Sequence[str] = ()) -> tuple[Applied, ...]:
    """Every apply that was carried out, in the order of the file.

    ``current`` are the digests of the lock that is there; without them every line counts. Raises
    ``InputError`` with every line that cannot be read or was changed.
    """
    found: list[Diagnostic] = []
    records: list[Applied] = []
    for number, line in enumerate(history_text(path).split("\n"), 1):
        if not line:
            continue
        try:
            value = from_line(line)
            if value is None:
                message = "the line was changed after it was written"
                found.append(_wrong(path, number, message, line))
                continue
            records.append(_record(value))
        except (ValueError, KeyError, TypeError, IndexError):
            found.append(_wrong(path, number, "the line is cut off or not of a history", line))
    if found:
        raise InputError(found)
    return tuple(_carried_out(records, current))


def _wrong(path: Path, number: int, message: str, line: str) -> Diagnostic:
    position = Position(path.name, number, 1, line[:120])
    return codes.HISTORY_LINE.at(position, message, codes.HISTORY_LINE.hint)


def _carried_out(records: Sequence[Applied], current: Sequence[str]) -> Iterator[Applied]:
    reached = {base for r in records for base in r.bases} | set(current)
    last = {(r.bases, r.lock): i for i, r in enumerate(records)}
    for i, record in enumerate(records):
        if current and record.lock not in reached:
            continue
        if last[record.bases, record.lock] == i:
            yield record


def _record(value: dict[str, Any]) -> Applied:
    if value["assay_history"] > FORMAT:
        raise ValueError("a newer form")
    return Applied(
        at=value["at"],
        who=value["who"],
        why=value["why"],
        as_of=value["as_of"],
        bases=tuple(value["bases"]),
        lock=value["lock"],
        counts=value["counts"],
        changes=tuple(_change(c) for c in value["changes"]),
        corrections=tuple(Correction(*c) for c in value["corrections"]),
    )


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
    """Scores through time as a row of bars on the scale from 0 to 1; a dot where not rated."""
    return "".join("·" if p is None else _BARS[min(p * len(_BARS) // 1000, 7)] for p in points)
