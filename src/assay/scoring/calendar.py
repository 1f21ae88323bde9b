"""The calendar of a desk: what falls due on which day, and for what reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from assay.evidence.origins import Lineage
from assay.model.corpus import Corpus
from assay.model.dates import PartialDate
from assay.model.evidence import Claim
from assay.model.profile import AnyProfile
from assay.model.rulebook import Rulebook
from assay.scoring.later import LOOKAHEAD_DAYS
from assay.scoring.results import Outlook

Reason = Literal["watch", "recheck", "grade"]


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that falls due: ``day`` is the last on which it is in time.

    ``watch``: an analyst wrote it down, with the date ``written``. ``recheck``: the standing
    claims named would then have been checked too long ago. ``grade``: a grade changes then, if
    nothing new arrives.
    """

    profile: str
    day: date
    reason: Reason
    text: str
    written: str
    claims: tuple[str, ...] = ()
    trigger: str | None = None
    priority: str | None = None
    owner: str | None = None


def calendar(
    corpus: Corpus, rulebook: Rulebook, outlooks: Mapping[str, Outlook], as_of: date
) -> list[Due]:
    """What falls due for the profiles that have an outlook, in the order of days.

    Grades and rechecks are those of the next 366 days, and what is overdue; watch items are all
    that have a date.
    """
    lineage = Lineage(corpus, as_of)
    found = [
        due
        for profile_id, outlook in outlooks.items()
        for due in (
            *_watched(profile_id, outlook),
            *_rechecks(corpus.profiles[profile_id], rulebook, lineage, as_of),
            *_grades(profile_id, outlook),
        )
    ]
    return sorted(found, key=lambda due: (due.day, due.profile, due.reason, due.text))


def _watched(profile_id: str, outlook: Outlook) -> Iterator[Due]:
    for notice in outlook.watch:
        if notice.due:
            yield Due(
                profile_id,
                PartialDate.parse(notice.due).last,
                "watch",
                notice.text,
                notice.due,
                trigger=notice.trigger,
                priority=notice.priority,
                owner=notice.owner,
            )


def _rechecks(
    profile: AnyProfile, rulebook: Rulebook, lineage: Lineage, as_of: date
) -> Iterator[Due]:
    """Standing claims by the last day on which they count as checked."""
    by_day: dict[date, list[Claim]] = {}
    for claim in profile.claims:
        day = _fresh_until(claim, rulebook, lineage, as_of)
        if day is not None and day <= as_of + timedelta(LOOKAHEAD_DAYS):
            by_day.setdefault(day, []).append(claim)
    for day, claims in by_day.items():
        what = (
            "a standing claim still holds"
            if len(claims) == 1
            else f"{len(claims)} standing claims still hold"
        )
        yield Due(
            profile.id,
            day,
            "recheck",
            f"Check again whether {what}.",
            day.isoformat(),
            claims=tuple(claim.id for claim in claims),
        )


def _fresh_until(claim: Claim, rulebook: Rulebook, lineage: Lineage, as_of: date) -> date | None:
    """None where the claim does not age, or nobody knows when it was last checked."""
    limits = rulebook.settings.review_after_days
    limit = limits.get(claim.type or "", limits.get("default"))
    if claim.holds != "standing" or limit is None:
        return None
    days = [
        t.day for t in lineage.trace(claim.sources) if t.day and t.citation.stance == "supports"
    ]
    if claim.checked and claim.checked <= as_of:
        days.append(claim.checked)
    return max(days) + timedelta(limit) if days else None


def _grades(profile_id: str, outlook: Outlook) -> Iterator[Due]:
    until = outlook.until
    if until is None:
        return
    moves = []
    for name, points in outlook.points.items():
        now = points[0].score.band
        later = next((p.score.band for p in points if p.date >= until), now)
        if now != later:
            before, after = (band.grade if band else "not rated" for band in (now, later))
            moves.append(f"{name.replace('_', ' ')} from {before} to {after}")
    said = f": {', '.join(moves)}" if moves else ""
    yield Due(
        profile_id,
        until,
        "grade",
        f"A grade changes if nothing new arrives{said}.",
        until.isoformat(),
    )
