"""Comparisons of the lock with what is computed now: before publishing, and to verify it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.plan.lock import Lock
from assay.plan.plan import Grade, graded

if TYPE_CHECKING:
    from assay.assessment import Assessment
    from assay.model.results import Score


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
            now = _grade(after[scorer]) if scorer in after else None
            if applied != now:
                yield Unapplied(profile_id, audience, scorer, applied, now)


def _grade(score: Score) -> Grade:
    band = score.in_force
    override = score.override.decision if score.override else None
    return Grade(score.points, band.id if band else None, score.grade, override=override)
