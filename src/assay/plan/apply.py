"""Saving a plan, and applying one: compared with the saved plan, guarded, recorded, written."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
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
from assay.workspace.paths import Workspace
from assay.workspace.transactions import write_files

if TYPE_CHECKING:
    from assay.assessment import Desk
    from assay.plan.request import Scoring

PLAN_FORMAT = 1
SIZE_LIMIT = 1_000_000_000

_SAME = {
    "base": "grades.lock was written anew by somebody else",
    "rulebook": "rules.yaml says something else",
    "inputs": "documents say something else",
    "engine": "assay has another scoring version",
}


@dataclass(frozen=True)
class SavedPlan:
    """A plan as it was written: ``data`` is what ``assay plan --format json`` prints."""

    as_of: date
    data: Mapping[str, Any]


def write_plan(workspace: Workspace, path: Path, data: Mapping[str, Any]) -> None:
    """Write a plan beside the work, whole or not at all.

    Raises ``UsageError`` where the place belongs to the workspace's own files or the disk
    refuses.
    """
    place = path.resolve()
    own = (workspace.rules_path, workspace.lock_path, workspace.ledger_path)
    if place in (*own, workspace.history_path) or place.is_relative_to(workspace.profiles_dir):
        raise UsageError(f"{path} belongs to the workspace; name another file for the plan")
    if place.is_dir():
        raise UsageError(f"{path} is a folder; name a file for the plan")
    body = {"assay_plan": PLAN_FORMAT, **data}
    text = json.dumps({**body, "digest": digest_of(body)}, ensure_ascii=False, indent=2)
    write_files({place: (text + "\n").encode("utf-8")})


def read_plan(path: Path) -> SavedPlan:
    """A plan that was written by :func:`write_plan`.

    Raises ``InputError`` where it is something else, of a newer version, cut off or edited.
    """
    try:
        with path.open("rb") as handle:
            content = handle.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise _refusal(codes.PLAN_NOT_READ, path, error.strerror or str(error)) from None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _refusal(codes.PLAN_NOT_READ, path, "it is not text in UTF-8") from None
    try:
        data = json.loads(text)
    except ValueError as error:
        line, column = getattr(error, "lineno", 0), getattr(error, "colno", 0)
        raise _refusal(
            codes.PLAN_NOT_READ, path, "it is not JSON from here on, or cut off", line, column
        ) from None
    except RecursionError:
        raise _refusal(codes.PLAN_NOT_READ, path, "it is nested too deep") from None
    if not isinstance(data, dict) or not isinstance(data.get("assay_plan"), int):
        raise _refusal(codes.PLAN_NOT_READ, path, "this is not a plan of assay")
    if data["assay_plan"] > PLAN_FORMAT:
        raise _refusal(
            codes.PLAN_NEWER,
            path,
            f"the plan has the form {data['assay_plan']}, and this assay reads up to {PLAN_FORMAT}",
        )
    digest = data.pop("digest", None)
    if digest != digest_of(data):
        raise _refusal(codes.PLAN_EDITED, path, "the plan was changed after it was made")
    del data["assay_plan"]
    return SavedPlan(date.fromisoformat(data["as_of"]), data)


def _refusal(code: Code, path: Path, message: str, line: int = 0, column: int = 0) -> InputError:
    return InputError([code.at(Position(str(path), line, column), message, code.hint)])


def moved_since(saved: SavedPlan, now: Mapping[str, Any]) -> Iterator[str]:
    """What is not as it was when a plan was saved; ``now`` is the same plan made again.

    Nothing where the plan can be applied as it was seen.
    """
    was, there = saved.data.get("evidence"), now["evidence"]
    if isinstance(was, dict) and _ids(was) and _ids(was).isdisjoint(_ids(there)):
        yield "it is a plan of another workspace: none of its profiles is in this one"
        return
    unlike = [key for key in _SAME if saved.data.get(key) != now[key]]
    for key in unlike:
        yield _SAME[key]
        if key == "inputs" and isinstance(was, dict):
            ids = {
                i
                for audience in was.keys() | there.keys()
                for i in _differing(was.get(audience), there.get(audience))
            }
            yield f"of: {', '.join(sorted(ids))}"
    if not unlike and saved.data.get("changes") != now["changes"]:
        yield "the changes would be others than those that were seen"


def _ids(evidence: Mapping[str, Any]) -> set[str]:
    return {i for ids in evidence.values() if isinstance(ids, dict) for i in ids}


def _differing(was: object, now: object) -> Iterator[str]:
    a = was if isinstance(was, dict) else {}
    b = now if isinstance(now, dict) else {}
    yield from (i for i in a.keys() | b.keys() if a.get(i) != b.get(i))


def guards_hit(plan: Plan, guard: Guard, allowed: Collection[str]) -> Iterator[str]:
    """What the rulebook's guards have against a plan, those allowed by name left out."""
    if plan.base_as_of is None:
        return
    downgrades = plan.directions()["downgrade"]
    if (
        guard.max_downgrades is not None
        and downgrades > guard.max_downgrades
        and "max_downgrades" not in allowed
    ):
        yield f"max_downgrades: {downgrades} downgrades, {guard.max_downgrades} are allowed"
    moved = {(c.id, c.audience) for c in plan.changes if c.direction != "same"}
    share = len(moved) / max(plan.profiles, 1)
    if guard.max_share is not None and share > guard.max_share and "max_share" not in allowed:
        yield (
            f"max_share: bands change in {len(moved)} of {plan.profiles} profiles "
            f"({share:.1%}), {guard.max_share:.1%} are allowed"
        )


def carry_out(workspace: Workspace, lock: Lock, record: Applied) -> None:
    """Add the record to the history and swap the lock in, whole or not at all.

    The swap of the lock is what counts: the history's line stands before it and has no effect
    without it. Raises ``UsageError`` where the lock is no longer the one the record starts from
    or the disk refuses.
    """
    with exclusive(workspace.root):
        there = bases_of(workspace.lock_path)[1]
        if list(record.bases) != list(there):
            raise UsageError("grades.lock was written by somebody else meanwhile; plan again")
        lines = history_text(workspace.history_path) + line_of(record) + "\n"
        write_files(
            {
                workspace.history_path: lines.encode("utf-8"),
                workspace.lock_path: lock_bytes(lock),
            }
        )


def bases_of(path: Path) -> tuple[tuple[Lock, ...], Sequence[str]]:
    """The lock that is there, both sides of a conflicted one, and their digests."""
    try:
        lock = read_lock(path)
    except ConflictedLock as conflict:
        return (conflict.ours, conflict.theirs), [conflict.ours.digest, conflict.theirs.digest]
    return ((lock,), [lock.digest]) if lock else ((), [])


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Only one process at a time holds ``folder``; where the system cannot tell, all do."""
    handle = None
    with suppress(OSError, ImportError):
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan that can be applied, the locks it starts from, and the scores to lock."""

    plan: Plan
    desks: tuple[Desk, ...]
    bases: tuple[str, ...]
    needed: bool

    def guards_hit(self, allowed: Collection[str]) -> list[str]:
        """The guards of the rulebook that stop the plan, except those allowed by name."""
        return list(guards_hit(self.plan, self.desks[0].rulebook.guard, allowed))


def make_proposal(scoring: Scoring, saved: SavedPlan | None = None) -> Proposal:
    """Plan an apply, at the date of a saved plan if there is one, for all audiences at once.

    It is not ``needed`` if the lock is up to date. Whether a saved plan can still be applied is
    for :func:`moved_since` to tell.
    """
    locks, bases = bases_of(scoring.workspace.lock_path)
    desks = scoring.assess(saved.as_of if saved else scoring.as_of)
    theirs = locks[1] if len(locks) > 1 else None
    plan = make_plan(locks[0] if locks else None, desks, theirs=theirs)
    stands = len(locks) == 1 and plan.empty and not plan.behind and plan.as_of == locks[0].as_of
    return Proposal(plan, desks, tuple(bases), not stands)


def record_apply(
    workspace: Workspace, proposal: Proposal, *, at: datetime, who: str, why: str
) -> Applied:
    """Write the lock and the history; raises as :func:`carry_out`."""
    lock = lock_of(proposal.desks)
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
