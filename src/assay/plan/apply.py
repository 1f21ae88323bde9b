"""Saved plans, and the steps of an apply: compare, guard, record, write."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assay.diagnostics import lock_codes as codes
from assay.diagnostics.diagnostic import Code, Position
from assay.errors import InputError, UsageError
from assay.model.rulebook import Guard
from assay.plan.builder import make_plan
from assay.plan.edits import Place, with_edits
from assay.plan.history import Applied, applied, history_text, line_of
from assay.plan.lock import ConflictedLock, Lock, digest_of, lock_bytes, read_lock
from assay.plan.lock_builder import lock_of
from assay.plan.plan import Plan
from assay.scoring import SCORING_VERSION
from assay.text import plural
from assay.workspace.paths import Workspace, real_path
from assay.workspace.publishing import write_files
from assay.workspace.transactions import transaction

if TYPE_CHECKING:
    from assay.assessment import Assessment
    from assay.plan.request import Scoring

PLAN_FORMAT = 1
FUTURE_DAYS = 31
"""Days after today up to which an apply may be dated without a question."""

Part = Literal["rules", "documents", "decisions", "time"]
"""What an apply can take alone."""

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
    target = real_path(path)
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
    try:
        as_of = date.fromisoformat(str(data.get("as_of")))
    except ValueError:
        message = "the plan has no valid date 'as_of'"
        raise _refusal(codes.PLAN_NOT_READ, path, message) from None
    return SavedPlan(as_of, data)


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
    """Yield the guards of the rulebook that a plan violates, except the ``allowed`` ones.

    A score or a profile counts once, for whatever number of audiences it changes.
    """
    if plan.base_as_of is None:
        return
    most = guard.max_downgrades
    downgrades = len({(c.id, c.scorer) for c in plan.changes if c.direction == "downgrade"})
    if most is not None and downgrades > most and "max_downgrades" not in allowed:
        yield f"max_downgrades: {plural(downgrades, 'downgrade')}, at most {most} allowed"
    changed = {c.id for c in plan.changes if c.direction != "same"}
    profiles = len({id_ for id_, _ in plan.evidence})
    share = len(changed) / max(profiles, 1)
    if guard.max_share is not None and share > guard.max_share and "max_share" not in allowed:
        yield (
            f"max_share: grades change in {len(changed)} of {plural(profiles, 'profile')} "
            f"({share:.1%}), at most {guard.max_share:.1%} allowed"
        )


def doubts(proposal: Proposal, today: date) -> dict[str, str]:
    """Return what can hardly be meant, as sentences by the names that allow it."""
    plan, found = proposal.plan, {}
    day = plan.as_of.isoformat()
    if plan.base_as_of is not None and plan.as_of < plan.base_as_of:
        found["earlier-date"] = f"as of {day}, before the last apply ({plan.base_as_of})"
    if (plan.as_of - today).days > FUTURE_DAYS:
        found["future-date"] = f"as of {day}, more than {FUTURE_DAYS} days after today ({today})"
    lost = sum(not p.published for p in plan.published)
    gained = len(plan.published) - lost
    before = sum(r.published for a in proposal.assessments for r in a.results.values())
    before += lost - gained
    if lost * 2 > before:
        found["withdrawals"] = f"{lost} of {plural(before, 'page')} will be withdrawn"
    return found


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

    ``decisions`` are the last ones of the ledger.

    It is not ``needed`` if the lock is up to date.
    """

    plan: Plan
    assessments: tuple[Assessment, ...]
    bases: tuple[str, ...]
    decisions: tuple[str, ...]
    needed: bool

    def guards_hit(self, allowed: Collection[str]) -> list[str]:
        """Return the violated guards of the rulebook, except the ``allowed`` ones."""
        return list(guards_hit(self.plan, self.assessments[0].rulebook.guard, allowed))


def plan_since(locks: Sequence[Lock], assessments: Sequence[Assessment], place: Place) -> Plan:
    """Compare the lock, or both sides of a conflicted one, with the current assessments."""
    from assay.plan.revision import documents_before  # takes long to load

    base, theirs = (*locks, None, None)[:2]
    plan = make_plan(base, assessments, theirs=theirs)
    if base is None:
        return plan
    first = assessments[0]
    known = partial(documents_before, base, first.workspace, first.written)
    return with_edits(plan, base, assessments, known, place)


def make_proposal(
    scoring: Scoring, saved: SavedPlan | None = None, part: Part | None = None
) -> Proposal:
    """Plan an apply, at the date of a saved plan if there is one, for all audiences at once.

    Does not check that a saved plan is up to date: see :func:`moved_since`. With a ``part``, all
    else is as last applied; raises ``UsageError`` if that is not known.
    """
    locks, bases = bases_of(scoring.workspace.lock_path)
    assessments = scoring.assess(saved.as_of if saved else scoring.as_of)
    if part is not None:
        assessments = _one_part(scoring, locks, assessments[0], part)
    plan = plan_since(locks, assessments, scoring.place)
    recorded = scoring.decisions if part in (None, "decisions") else locks[0].decisions
    current = len(locks) == 1 and plan.empty and not plan.behind and plan.as_of == locks[0].as_of
    return Proposal(plan, assessments, tuple(bases), recorded, not current)


def _one_part(
    scoring: Scoring, locks: Sequence[Lock], current: Assessment, part: Part
) -> tuple[Assessment, ...]:
    """Score with the current rules, documents, decisions or date, and all else as in the lock."""
    from assay.plan.attribution import baseline
    from assay.plan.revision import as_applied

    if len(locks) != 1:
        state = "two branches applied" if locks else "nothing applied yet"
        raise UsageError(f"{state}, so no cause can be applied alone; omit --cause")
    (lock,) = locks
    if lock.engine != SCORING_VERSION:
        raise UsageError(
            "another scoring version applied grades.lock, so no cause can be applied alone; "
            "omit --cause"
        )
    base = baseline(lock, current)
    rulebook, program = (
        (current.rulebook, current.program) if part == "rules" else (base.rulebook, base.program)
    )
    as_of = current.as_of if part == "time" else lock.as_of
    written = current.written
    if part != "documents":
        with as_applied(lock, current) as then:
            written = then[0].written
    decisions = scoring.decisions if part == "decisions" else lock.decisions
    return scoring.rescore(written, rulebook, program, as_of, decisions)


def record_apply(
    workspace: Workspace, proposal: Proposal, *, at: datetime, who: str, why: str
) -> Applied:
    """Write the lock and the history; raises as :func:`carry_out`."""
    lock = lock_of(proposal.assessments, proposal.decisions)
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
