"""Saved plans, and the steps of an apply: compare, guard, record, write."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.diagnostics import lock_codes as codes
from assay.diagnostics.diagnostic import Code, Position
from assay.errors import InputError, UsageError
from assay.model.rulebook import Guard
from assay.plan.builder import make_plan
from assay.plan.history import Applied, applied, history_text, line_of
from assay.plan.lock import ConflictedLock, Lock, digest_of, lock_bytes, read_lock
from assay.plan.lock_builder import lock_of
from assay.plan.plan import Plan
from assay.text import plural
from assay.workspace.paths import Workspace, resolved
from assay.workspace.publishing import write_files
from assay.workspace.transactions import transaction

if TYPE_CHECKING:
    from assay.assessment import Assessment
    from assay.plan.request import Scoring

PLAN_FORMAT = 1
SIZE_LIMIT = 1_000_000_000

_PARTS = {
    "base": "grades.lock",
    "rulebook": "rules.yaml",
    "inputs": "documents",
    "engine": "the scoring version",
}
"""Parts of a saved plan that must be the same when it is applied, as messages name them."""


@dataclass(frozen=True)
class SavedPlan:
    """A plan read from a file; ``data`` is the JSON that ``assay plan`` saved."""

    as_of: date
    data: Mapping[str, Any]


def write_plan(workspace: Workspace, path: Path, data: Mapping[str, Any]) -> None:
    """Save a plan, whole or not at all.

    Raises ``UsageError`` for a path of the workspace's own files, and if writing fails.
    """
    target = resolved(path)
    own = (workspace.rules_path, workspace.lock_path, workspace.ledger_path)
    if target in (*own, workspace.history_path) or target.is_relative_to(workspace.profiles_dir):
        raise UsageError(f"{path} belongs to the workspace; name another file for the plan")
    if target.is_dir():
        raise UsageError(f"{path} is a folder; name a file for the plan")
    body = {"assay_plan": PLAN_FORMAT, **data}
    text = json.dumps({**body, "digest": digest_of(body)}, ensure_ascii=False, indent=2)
    write_files({target: (text + "\n").encode("utf-8")})


def read_plan(path: Path) -> SavedPlan:
    """Read a plan saved by :func:`write_plan`.

    Raises ``InputError`` if it is no such file, or is truncated, edited or of a newer version.
    """
    try:
        with path.open("rb") as handle:
            content = handle.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise _refusal(codes.PLAN_NOT_READ, path, error.strerror or str(error)) from None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _refusal(codes.PLAN_NOT_READ, path, "not UTF-8 text") from None
    try:
        data = json.loads(text)
    except ValueError as error:
        line, column = getattr(error, "lineno", 0), getattr(error, "colno", 0)
        message = "invalid or truncated JSON"
        raise _refusal(codes.PLAN_NOT_READ, path, message, line, column) from None
    except RecursionError:
        raise _refusal(codes.PLAN_NOT_READ, path, "nested too deeply") from None
    if not isinstance(data, dict) or not isinstance(data.get("assay_plan"), int):
        raise _refusal(codes.PLAN_NOT_READ, path, "not a saved plan")
    if data["assay_plan"] > PLAN_FORMAT:
        message = (
            f"plan format {data['assay_plan']} is too new; "
            f"this version of assay reads up to {PLAN_FORMAT}"
        )
        raise _refusal(codes.PLAN_NEWER, path, message)
    digest = data.pop("digest", None)
    if digest != digest_of(data):
        raise _refusal(codes.PLAN_EDITED, path, "the plan was edited after it was saved")
    del data["assay_plan"]
    return SavedPlan(date.fromisoformat(data["as_of"]), data)


def _refusal(code: Code, path: Path, message: str, line: int = 0, column: int = 0) -> InputError:
    return InputError([code.at(Position(str(path), line, column), message, code.hint)])


def moved_since(saved: SavedPlan, now: Mapping[str, Any]) -> Iterator[str]:
    """Yield why a saved plan is out of date; ``now`` is the JSON of the same plan, made again."""
    was, evidence = saved.data.get("evidence"), now["evidence"]
    was = was if isinstance(was, dict) else {}
    if _ids(was) and _ids(was).isdisjoint(_ids(evidence)):
        yield "the plan is of another workspace: none of its profiles is in this one"
        return
    changed = [key for key in _PARTS if saved.data.get(key) != now[key]]
    for key in changed:
        ids: set[str] = set()
        if key == "inputs":
            for audience in was.keys() | evidence.keys():
                ids |= _differing(was.get(audience), evidence.get(audience))
        named = f": {', '.join(sorted(ids))}" if ids else ""
        yield f"{_PARTS[key]} changed since the plan was made{named}"
    if not changed and saved.data.get("changes") != now["changes"]:
        yield "the grade changes differ from those of the saved plan"


def _ids(evidence: Mapping[str, Any]) -> set[str]:
    return {i for ids in evidence.values() if isinstance(ids, dict) for i in ids}


def _differing(was: object, now: object) -> set[str]:
    a = was if isinstance(was, dict) else {}
    b = now if isinstance(now, dict) else {}
    return {i for i in a.keys() | b.keys() if a.get(i) != b.get(i)}


def guards_hit(plan: Plan, guard: Guard, allowed: Collection[str]) -> Iterator[str]:
    """Yield the guards of the rulebook that a plan violates, except the ``allowed`` ones."""
    if plan.base_as_of is None:
        return
    most, downgrades = guard.max_downgrades, plan.directions()["downgrade"]
    if most is not None and downgrades > most and "max_downgrades" not in allowed:
        yield f"max_downgrades: {plural(downgrades, 'downgrade')}, at most {most} allowed"
    changed = {(c.id, c.audience) for c in plan.changes if c.direction != "same"}
    share = len(changed) / max(plan.profiles, 1)
    if guard.max_share is not None and share > guard.max_share and "max_share" not in allowed:
        yield (
            f"max_share: grades change in {len(changed)} of {plural(plan.profiles, 'profile')} "
            f"({share:.1%}), at most {guard.max_share:.1%} allowed"
        )


def carry_out(workspace: Workspace, lock: Lock, record: Applied) -> None:
    """Add the record to the history and replace the lock, both or neither.

    Raises ``UsageError`` if the lock is no longer the one that the record starts from, or if
    writing fails.
    """
    with transaction(workspace.root) as change:
        _, current = bases_of(workspace.lock_path)
        if list(record.bases) != list(current):
            raise UsageError("grades.lock changed since this plan was made; run `assay plan` again")
        lines = history_text(workspace.history_path) + line_of(record) + "\n"
        change.write(
            {
                workspace.history_path: lines.encode("utf-8"),
                workspace.lock_path: lock_bytes(lock),
            }
        )


def bases_of(path: Path) -> tuple[tuple[Lock, ...], Sequence[str]]:
    """Read the lock, if it exists, or both sides of a conflicted one; return their digests too."""
    try:
        lock = read_lock(path)
    except ConflictedLock as conflict:
        return (conflict.ours, conflict.theirs), [conflict.ours.digest, conflict.theirs.digest]
    return ((lock,), [lock.digest]) if lock else ((), [])


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan to apply, the scores to lock, and digests of the locks that it starts from.

    It is not ``needed`` if the lock is up to date.
    """

    plan: Plan
    assessments: tuple[Assessment, ...]
    bases: tuple[str, ...]
    needed: bool

    def guards_hit(self, allowed: Collection[str]) -> list[str]:
        """Return the violated guards of the rulebook, except the ``allowed`` ones."""
        return list(guards_hit(self.plan, self.assessments[0].rulebook.guard, allowed))


def make_proposal(scoring: Scoring, saved: SavedPlan | None = None) -> Proposal:
    """Plan an apply, at the date of a saved plan if there is one, for all audiences at once.

    Does not check that a saved plan is up to date: see :func:`moved_since`.
    """
    locks, bases = bases_of(scoring.workspace.lock_path)
    assessments = scoring.assess(saved.as_of if saved else scoring.as_of)
    theirs = locks[1] if len(locks) > 1 else None
    plan = make_plan(locks[0] if locks else None, assessments, theirs=theirs)
    current = len(locks) == 1 and plan.empty and not plan.behind and plan.as_of == locks[0].as_of
    return Proposal(plan, assessments, tuple(bases), not current)


def record_apply(
    workspace: Workspace, proposal: Proposal, *, at: datetime, who: str, why: str
) -> Applied:
    """Write the lock and the history; raises as :func:`carry_out`."""
    lock = lock_of(proposal.assessments)
    record = applied(
        proposal.plan,
        at=at.isoformat(timespec="seconds"),
        who=who,
        why=why,
        bases=proposal.bases,
        lock=lock.digest,
    )
    carry_out(workspace, lock, record)
    return record
