"""JSON of the review commands, of publishers and of the track record."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from assay.output.json import Count, Explanation, Json, NonEmpty, Output, Points, Share, described
from assay.review import track
from assay.review.decisions import Decision, Matter
from assay.review.effective import Ruling, Status, override_rates
from assay.review.queue import Queue, Review

# A share of claims or forecasts that turned out, in several objects.
Held = Annotated[Count, described("number that held", "share.held")]
Decided = Annotated[Count, described("number decided", "share.decided")]
HeldShare = Annotated[Share | None, described("held divided by decided, or null", "share.value")]
Low = Annotated[Share | None, described("start of its 95% interval, or null", "share.interval.0")]
High = Annotated[Share | None, described("end of the interval, or null", "share.interval.1")]
Undecidable = Annotated[Count, described("number that could not be decided")]


class QueueItem(Output):
    profile: str = described("id of the profile")
    scorer: str | None = described("the score concerned, or null")
    claim: str | None = described("the claim concerned, or null")
    matter: Matter = described("the review reason")
    detail: str = described("the observation, in words")
    grounds: str = described("digest of the evidence; an `accept` closes the item until it changes")
    decision: str | None = described("id of the decision concerned, or null")
    assigned: str | None = described("the assigned reviewer, or null")


class QueueGroup(Output):
    name: str = described("name of the group, for `accept --group`")
    matter: Matter = described("the review reason")
    items: list[QueueItem] = described("its members")


class OverrideRate(Output):
    scorer: str = described("name of the scorer")
    rated: Count = described("profiles with a score")
    overridden: Count = described("of these, profiles with an active override")
    rate: Share | None = described("overridden divided by rated; null if none is rated")
    codes: dict[str, Count] = described("overrides by reason code")


class ReviewQueue(Output):
    """Printed by ``assay review list``."""

    as_of: datetime.date = described("date of the scores")
    audience: str = described("audience of the scores")
    locked: bool = described("whether there is a `grades.lock` to compare with")
    profiles: list[str] = described("profiles to review, the most important first")
    settled: Count = described("number of items closed by a decision")
    groups: list[QueueGroup] = described("open items, the most important first")
    overrides: list[OverrideRate] = described("by scorer")


class BandName(Output):
    band: str = described("id of the band", "id")
    grade: str = described("the grade on pages")


class Override(Output):
    decision: str = described("id of the decision", "decision.id")
    band: BandName | None = described("the new band; null if the scale no longer has it")
    reviewer: str = described("who overrode", "decision.reviewer")
    date: datetime.date = described("the day of the override", "decision.date")
    reason: str | None = described("the reason, in words", "decision.reason")
    code: str | None = described("the reason code, or null", "decision.code")
    until: datetime.date | None = described("last day of the override, or null", "decision.until")
    status: Status = described(
        "`counts`: active; `second`: needs a second reviewer; `stale`: the evidence changed"
    )
    why: str = described("why it is not active; may be empty")
    seconded_by: str | None = described("the second reviewer, or null")


class ReviewedGrade(Output):
    scorer: str = described("name of the scorer")
    score: Points | None = described("the computed score, or null")
    computed: BandName | None = described("the computed band, or null")
    effective: BandName | None = described("the band of the grade in force, or null")
    overrides: list[Override] = described("overrides of this score")


class ReviewedDecision(Decision):
    """A decision, and whether it was reversed."""

    revoked: bool = described("whether an `undo` reversed it")


class ReviewedProfile(Output):
    """Printed by ``assay review show``."""

    id: str = described("id of the profile")
    grades: list[ReviewedGrade] = described("by scorer")
    open: list[QueueItem] = described("its review items")
    decisions: list[ReviewedDecision] = described("every decision about it, oldest first")
    explanation: Explanation | None = Field(None, description="missing if it is not scored")


class ImportedRow(Output):
    row: Count = described("number of the row")
    status: Literal["written", "refused", "empty"] = described("result")
    subject: str = described("the subject of the row")
    message: str = described("the decision, or why it was refused")
    decision: str | None = described("id of the decision written, or null")


class ReviewImport(Output):
    """Printed by ``assay review import``."""

    rows: list[ImportedRow] = described("every row of the sheet")


class ReviewPack(Output):
    """Printed by ``assay review pack``."""

    files: list[str] = described("the files written")
    rows: Count = described("number of rows in the sheet")


class RatedPublisher(Output):
    id: str = described("id", "publisher.id")
    name: str = described("name", "publisher.name")
    family: str | None = described("its owner, or null", "publisher.owner")
    reliability: NonEmpty = described(
        "A to E; `F`: reviewed, and cannot be judged; null: not rated", "rating"
    )
    reliability_date: NonEmpty = described(
        "date of the rating, or null", "publisher.reliability_date"
    )
    reliability_reason: str | None = described(
        "its grounds, or null", "publisher.reliability_reason"
    )
    sources: Count = described("its sources that claims cite")
    claims: Count = described("claims that cite one of them")
    held: Held
    decided: Decided
    share: HeldShare
    low: Low
    high: High
    undecidable: Undecidable


class RatingReversal(Output):
    better: str = described("the better rated", "better.publisher.id")
    worse: str = described("the worse rated, whose claims held more often", "worse.publisher.id")


class Publishers(Output):
    """Printed by ``assay publishers``."""

    publishers: list[RatedPublisher] = described("by rating")
    reversals: list[RatingReversal] = described("ratings to review")


class BandRecord(Output):
    id: str = described("id of the band; empty if not rated")
    name: str = described("its grade")
    label: str = described("meaning of the band", "note")
    held: Held
    decided: Decided
    share: HeldShare
    low: Low
    high: High
    undecidable: Undecidable


class PublisherRecord(Output):
    id: str = described("id of the publisher")
    name: str = described("its name")
    reliability: str = described("its stated reliability", "note")
    held: Held
    decided: Decided
    share: HeldShare
    low: Low
    high: High
    undecidable: Undecidable


class LikelihoodRange(Output):
    from_: float = described("start of the range", "low")
    to: float = described("end of the range", "high")
    stated: Share = described("mean stated likelihood")
    held: Held
    decided: Decided
    share: HeldShare
    low: Low
    high: High


class ForecastRecord(Output):
    decided: Count = described("forecasts that were decided")
    undecidable: Undecidable
    brier: Share | None = described("mean squared error of the likelihood, or null")
    brier_of_base_rate: Share | None = described(
        "the same for always stating the share that happened, or null", "base"
    )
    reliability: list[LikelihoodRange] = described("by stated likelihood", "bins")


class TrackRecord(Output):
    """Printed by ``assay track-record``."""

    scorer: str | None = described("the scorer whose bands grade the claims, or null")
    bands: list[BandRecord] = described("outcomes by band")
    forecasts: ForecastRecord = described("outcomes of forecasts")
    publishers: list[PublisherRecord] = described("outcomes by publisher")
    plots: list[str] = described("the plots written")


def queue_json(review: Review, queue: Queue) -> Json:
    """Convert open items, with the share of overridden scores."""
    assessment = review.assessment
    rates = override_rates(assessment, review.effective)
    return ReviewQueue(
        as_of=assessment.as_of,
        audience=assessment.audience,
        locked=review.lock is not None,
        profiles=queue.profiles,
        settled=queue.settled,
        groups=queue.groups,
        overrides=[
            {
                "scorer": r.scorer,
                "rated": r.rated,
                "overridden": r.overridden,
                "rate": r.overridden / r.rated if r.rated else None,
                "codes": r.codes,
            }
            for r in rates
        ],
    ).as_json()


def profile_json(review: Review, profile_id: str) -> Json:
    """Convert a profile: grades, items, decisions, and the explanation if it is scored."""
    assessment, revoked = review.assessment, review.ledger.revoked
    result = assessment.results.get(profile_id)
    shown = ReviewedProfile(
        id=profile_id,
        grades=[_grade(review, profile_id, name) for name in (result.scores if result else ())],
        open=review.queue.of(profile_id),
        decisions=[
            {**decision_json(d), "revoked": d.id in revoked}
            for d in review.decisions_on(profile_id)
        ],
        **({"explanation": assessment.explain([profile_id])[profile_id]} if result else {}),
    )
    return shown.as_json()


def _grade(review: Review, profile_id: str, scorer: str) -> Json:
    score = review.assessment.results[profile_id].scores[scorer]
    in_force = review.effective.ruling(profile_id, scorer)
    overrides: tuple[Ruling, ...] = review.effective.rulings.get((profile_id, scorer), ())
    return {
        "scorer": scorer,
        "score": score.value,
        "computed": score.band,
        "effective": in_force.band if in_force else score.band,
        "overrides": overrides,
    }


def decision_json(decision: Decision) -> Json:
    """Convert a decision to its form in the ledger."""
    return decision.model_dump(mode="json", exclude_none=True)


def track_record_json(record: track.TrackRecord, plots: Sequence[Path]) -> Json:
    """Convert the outcomes of claims and forecasts."""
    return TrackRecord(
        scorer=record.scorer,
        bands=record.bands,
        forecasts=record.forecasts,
        publishers=record.publishers,
        plots=[str(f) for f in plots],
    ).as_json()
