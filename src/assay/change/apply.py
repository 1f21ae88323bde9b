"""Applying a plan: checked against what was seen, guarded, recorded, and put in place at once."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from assay.change.history import Applied, history_text, line_of
from assay.change.lock import ConflictedLock, Lock, lock_bytes, read_lock
from assay.change.plan import Plan
from assay.change.saved import SavedPlan
from assay.documents.files import write_files
from assay.errors import UsageError
from assay.model.rulebook import Guard
from assay.workspace import Workspace

_SAME = {
    "base": "grades.lock was written anew by somebody else",
    "rulebook": "rules.yaml says something else",
    "inputs": "documents say something else",
    "engine": "assay has another scoring version",
}


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
