"""By what grades moved since they were applied, as the plan splits it; the names of groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from assay.plan.attribution import Sides, changes_of
from assay.plan.lock import digest_of
from assay.plan.lock_builder import locked_profiles
from assay.plan.plan import Cause

if TYPE_CHECKING:
    from assay.assessment import Assessment
    from assay.plan.lock import Lock

_NAMED = 3


def moved_by(lock: Lock, assessment: Assessment) -> Mapping[tuple[str, str], str]:
    """For each score that is not as it was applied, by profile and scorer, what led the move."""
    before = {e.id: e for e in lock.entries.values() if e.audience == assessment.audience}
    changes = changes_of(
        lock, [Sides(assessment, before, locked_profiles(assessment, grounds=False))]
    )
    return {(c.id, c.scorer): _name(c.leading) for c in changes if c.causes}


def _name(cause: Cause) -> str:
    """The same for grades that the same things moved.

    Time is one cause, whichever claims it aged. Of many things that moved the first is named,
    and the others by a digest.
    """
    if cause.kind in ("time", "engine"):
        return cause.kind
    if len(cause.refs) <= _NAMED:
        return "+".join(cause.refs)
    return f"{cause.refs[0]}+{len(cause.refs) - 1}-{digest_of(cause.refs)[:6]}"
