"""Comparisons of the lock with what is computed now: before publishing, and to verify it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.diagnostics import lock_codes as codes
from assay.diagnostics.diagnostic import Code, Diagnostic, Position
from assay.plan.builder import rules_digest
from assay.plan.history import Applied
from assay.plan.lock import Lock, LockedProfile, LockedScore
from assay.plan.lock_builder import same_evidence
from assay.plan.plan import Grade, grade_of, graded

if TYPE_CHECKING:
    from assay.assessment import Assessment


@dataclass(frozen=True, slots=True)
class Unapplied:
    """A grade in force that differs from the applied one.

    ``applied`` is None for a profile that was never applied, ``now`` for one that is gone.
    """

    profile: str
    audience: str
    scorer: str
    applied: Grade | None
    now: Grade | None


def unapplied(lock: Lock, assessment: Assessment) -> Iterator[Unapplied]:
    """Yield every grade that differs from the lock, by profile and scorer."""
    audience = assessment.audience
    locked = {e.id: e for e in lock.entries.values() if e.audience == audience}
    results = assessment.results
    for profile_id in sorted(locked.keys() | results.keys()):
        entry, result = locked.get(profile_id), results.get(profile_id)
        before = entry.scores if entry else {}
        after = result.scores if result else {}
        for scorer in dict.fromkeys([*after, *before]):
            applied = graded(entry, scorer) if scorer in before else None
            now = grade_of(after[scorer]) if scorer in after else None
            if applied != now:
                yield Unapplied(profile_id, audience, scorer, applied, now)


# Verification ------------------------------------------------------------------------------


def lock_faults(lock: Lock, now: Lock, file: str) -> Iterator[Diagnostic]:
    """Yield every part of a lock that differs from ``now``, the lock of the present workspace."""
    if lock.engine != now.engine:
        message = f"applied with scoring version {lock.engine}; this is version {now.engine}"
        yield _fault(codes.LOCK_DIFFERS, file, 1, message)
    if rules_digest(lock.rulebook) != rules_digest(now.rulebook):
        yield _fault(codes.LOCK_DIFFERS, file, 1, "the rulebook changed since the apply")
    order = sorted(lock.entries, key=lambda key: (key[1], key[0]))
    lines = {key: number for number, key in enumerate(order, 2)}
    for key in sorted(lock.entries.keys() | now.entries.keys(), key=lambda k: (k[1], k[0])):
        was, is_ = lock.entries.get(key), now.entries.get(key)
        for difference in _differences(was, is_):
            message = f"{key[0]} for {key[1]}: {difference}"
            yield _fault(codes.LOCK_DIFFERS, file, lines.get(key, 1), message)


def _differences(was: LockedProfile | None, now: LockedProfile | None) -> Iterator[str]:
    """Describe how an entry differs; only its evidence if that changed, since it explains all."""
    if was is None or now is None:
        yield "not in the lock" if was is None else "no longer scored"
        return
    if not same_evidence(was.inputs, now.inputs):
        yield "its documents changed since the apply"
        return
    for scorer in dict.fromkeys([*was.scores, *now.scores]):
        locked, computed = was.scores.get(scorer), now.scores.get(scorer)
        if _shown(locked) != _shown(computed):
            yield f"{scorer} is {_shown(locked)} in the lock, {_shown(computed)} if computed again"
        elif locked != computed:
            yield f"the grounds or the coverage of {scorer} in the lock are not those computed"
    for name in ("kind", "horizon", "published", "watch"):
        if getattr(was, name) != getattr(now, name):
            yield f"'{name}' is not what is computed"
    if was.inputs.reach != now.inputs.reach:
        yield "its reach is not what is computed"


def _shown(score: LockedScore | None) -> str:
    if score is None:
        return "absent"
    points = "not rated" if score.points is None else f"{score.points / 1000:.3f}"
    decision = f" by decision {score.override.decision[:8]}" if score.override else ""
    return f"{score.grade or ''} {points}{decision}".strip()


def history_faults(lock: Lock, records: Sequence[Applied], file: str) -> Iterator[Diagnostic]:
    """Yield where the history, all lines of it, does not lead from nothing to the lock."""
    known: set[str] = set()
    for number, record in enumerate(records, 1):
        missing = [base for base in record.bases if base not in known]
        if missing:
            message = f"it starts from lock {missing[0]}, which no earlier line leads to"
            yield _fault(codes.HISTORY_BROKEN, file, number, message)
        known.add(record.lock)
    if lock.digest not in known:
        message = f"no line leads to the lock {lock.digest}"
        yield _fault(codes.HISTORY_BROKEN, file, len(records), message)
        return
    if any(len(record.bases) > 1 for record in records):
        return  # which of two branches came last is not a question of the order of lines
    yield from _replayed(lock, records, file)


def _replayed(lock: Lock, records: Sequence[Applied], file: str) -> Iterator[Diagnostic]:
    """Compare the grades that the changes add up to with those of the lock."""
    reached: dict[tuple[str, str, str], Grade] = {}
    for record in records:
        for change in record.changes:
            reached[change.id, change.audience, change.scorer] = change.after
    for entry in lock.entries.values():
        for scorer in entry.scores:
            locked = graded(entry, scorer)
            found = reached.get((entry.id, entry.audience, scorer), Grade())
            if found != locked:
                message = f"its changes of {entry.id} {scorer} do not lead to the grade in the lock"
                yield _fault(codes.HISTORY_BROKEN, file, len(records), message)


def _fault(code: Code, file: str, line: int, message: str) -> Diagnostic:
    return code.at(Position(file, line, 1 if line else 0), message, code.hint)
