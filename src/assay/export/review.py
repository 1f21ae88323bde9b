"""JSON of the review commands, of publishers and of the track record."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasPath, Field

from assay.export.json import Explanation
from assay.export.output import Count, Json, NonEmpty, Output, Points, Share, optional_path
from assay.review import track
from assay.review.decisions import Decision, Matter
from assay.review.effective import Ruling, Status, override_rates
from assay.review.packing import RowReport
from assay.review.publishers import Reversal, Standing
from assay.review.queue import Queue, Review

# A share of claims or forecasts that turned out, in several objects.
Held = Annotated[
    int,
    Field(ge=0, validation_alias=AliasPath("share", "held"), description="number that held"),
]
Decided = Annotated[
    int,
    Field(ge=0, validation_alias=AliasPath("share", "decided"), description="number decided"),
]
HeldShare = Annotated[
    Share | None,
    Field(
        validation_alias=AliasPath("share", "value"),
        description="held divided by decided; null if none was decided",
    ),
]
Low = Annotated[
    Share | None,
    Field(
        validation_alias=optional_path("share", "interval", 0),
        description="lower end of the 95 % Wilson interval, or null",
    ),
]
High = Annotated[
    Share | None,
    Field(
        validation_alias=optional_path("share", "interval", 1),
        description="upper end of the interval, or null",
    ),
]
Undecidable = Annotated[int, Field(ge=0, description="number that could not be decided")]


class QueueItem(Output):
    """A reason to review a profile."""

    profile: str = Field(description="id of the profile")
    scorer: str | None = Field(description="the score concerned, or null")
    claim: str | None = Field(description="the claim concerned, or null")
    matter: Matter = Field(description="the reason to review")
    detail: str = Field(description="what to look at, in words")
    grounds: str = Field(description="digest of the evidence, which an `accept` closes")
    decision: str | None = Field(description="id of the decision concerned, or null")
    assigned: str | None = Field(description="the assigned reviewer, or null")


class QueueGroup(Output):
    """Items with one reason and one cause."""

    name: str = Field(description="name of the group, for `accept --group`")
    matter: Matter = Field(description="the reason to review")
    items: list[QueueItem] = Field(description="its members")


class OverrideRate(Output):
    """How often a score is overridden."""

    scorer: str = Field(description="name of the scorer")
    rated: Count = Field(description="profiles with a score")
    overridden: Count = Field(description="of these, profiles with an override in force")
    rate: Share | None = Field(description="overridden divided by rated; null if none is rated")
    codes: dict[str, Count] = Field(description="overrides by reason code")


class ReviewQueue(Output):
    """Printed by ``assay review list``."""

    as_of: datetime.date = Field(description="date of the scores")
    audience: str = Field(description="audience of the scores")
    locked: bool = Field(description="whether there is a `grades.lock` to compare with")
    profiles: list[str] = Field(description="profiles to review, the most important first")
    settled: Count = Field(description="number of reasons closed by a decision")
    groups: list[QueueGroup] = Field(description="open items, the most important first")
    overrides: list[OverrideRate] = Field(description="by scorer")


class BandName(Output):
    """A band of a scale."""

    band: str = Field(validation_alias="id", description="id of the band")
    grade: str = Field(description="the grade on pages")


class Override(Output):
    """An override of a score."""

    decision: str = Field(
        validation_alias=AliasPath("decision", "id"), description="id of the decision"
    )
    band: BandName | None = Field(description="the new band; null if the scale lost it")
    reviewer: str = Field(
        validation_alias=AliasPath("decision", "reviewer"), description="who overrode"
    )
    date: datetime.date = Field(
        validation_alias=AliasPath("decision", "date"), description="the day of the override"
    )
    reason: str | None = Field(
        validation_alias=AliasPath("decision", "reason"), description="the reason, in words"
    )
    code: str | None = Field(
        validation_alias=AliasPath("decision", "code"), description="the reason code, or null"
    )
    until: datetime.date | None = Field(
        validation_alias=AliasPath("decision", "until"), description="last day in force, or null"
    )
    status: Status = Field(
        description="`counts`: in force; `second`: waits for a second reviewer; `stale`: the "
        "evidence changed"
    )
    why: str = Field(description="what keeps it from being in force; may be empty")
    seconded_by: str | None = Field(description="the second reviewer, or null")


class ReviewedGrade(Output):
    """A score with its overrides."""

    scorer: str = Field(description="name of the scorer")
    score: Points | None = Field(description="the computed score, or null")
    computed: BandName | None = Field(description="the computed band, or null")
    effective: BandName | None = Field(description="the band in force, or null")
    overrides: list[Override] = Field(description="overrides of this score")


class ReviewedDecision(Decision):
    """A decision, and whether it was revoked."""

    revoked: bool = Field(description="whether an `undo` revoked it")


class ReviewedProfile(Output):
    """Printed by ``assay review show``."""

    id: str = Field(description="id of the profile")
    grades: list[ReviewedGrade] = Field(description="by scorer")
    open: list[QueueItem] = Field(description="reasons to review it")
    decisions: list[ReviewedDecision] = Field(description="every decision about it, oldest first")
    explanation: Explanation | None = Field(None, description="missing if it is not scored")


class ImportedRow(Output):
    """The result of importing a row."""

    row: Count = Field(description="number of the row")
    status: Literal["written", "refused", "empty"] = Field(description="result")
    subject: str = Field(description="the subject of the row")
    message: str = Field(description="the decision, or why it was refused")
    decision: str | None = Field(description="id of the decision written, or null")


class ReviewImport(Output):
    """Printed by ``assay review import``."""

    rows: list[ImportedRow] = Field(description="every row of the sheet")


class ReviewPack(Output):
    """Printed by ``assay review pack``."""

    files: list[str] = Field(description="the files written")
    rows: Count = Field(description="number of rows in the sheet")


class RatedPublisher(Output):
    """A publisher with its rating and its record."""

    id: str = Field(validation_alias=AliasPath("publisher", "id"), description="id")
    name: str = Field(validation_alias=AliasPath("publisher", "name"), description="name")
    family: str | None = Field(
        validation_alias=AliasPath("publisher", "owner"), description="its owner, or null"
    )
    reliability: NonEmpty = Field(
        validation_alias="rating",
        description="A to E; `F`: reviewed, and cannot be judged; null: not rated",
    )
    reliability_date: NonEmpty = Field(
        validation_alias=AliasPath("publisher", "reliability_date"),
        description="date of the rating, or null",
    )
    reliability_reason: str | None = Field(
        validation_alias=AliasPath("publisher", "reliability_reason"),
        description="its grounds, or null",
    )
    sources: Count = Field(description="its sources that claims cite")
    claims: Count = Field(description="claims that cite one of them")
    held: Held
    decided: Decided
    share: HeldShare
    low: Low
    high: High
    undecidable: Undecidable


class RatingReversal(Output):
    """A better rated publisher whose claims held less often."""

    better: str = Field(
        validation_alias=AliasPath("better", "publisher", "id"), description="the better rated"
    )
    worse: str = Field(
        validation_alias=AliasPath("worse", "publisher", "id"),
        description="the worse rated, whose claims held more often",
    )


class Publishers(Output):
    """Printed by ``assay publishers``."""

    publishers: list[RatedPublisher] = Field(description="by rating")
    reversals: list[RatingReversal] = Field(description="ratings to review")


class BandRecord(Output):
    """The outcomes of claims graded in one band."""

    id: str = Field(description="id of the band; empty if not rated")
    name: str = Field(description="its grade")
    label: str = Field(validation_alias="note", description="meaning of the band")
    held: Held
    decided: Decided
    share: HeldShare
    low: Low
    high: High
    undecidable: Undecidable


class PublisherRecord(Output):
    """The outcomes of claims that a publisher supports."""

    id: str = Field(description="id of the publisher")
    name: str = Field(description="its name")
    reliability: str = Field(validation_alias="note", description="its stated reliability")
    held: Held
    decided: Decided
    share: HeldShare
    low: Low
    high: High
    undecidable: Undecidable


class LikelihoodRange(Output):
    """Forecasts with a likelihood in one range."""

    from_: float = Field(
        validation_alias=AliasPath("low"),
        serialization_alias="from",
        description="start of the range",
    )
    to: float = Field(validation_alias=AliasPath("high"), description="end of the range")
    stated: Share = Field(description="mean stated likelihood")
    held: Held
    decided: Decided
    share: HeldShare
    low: Low
    high: High


class ForecastRecord(Output):
    """The outcomes of forecasts with a likelihood."""

    decided: Count = Field(description="forecasts that were decided")
    undecidable: Undecidable
    brier: Share | None = Field(description="mean squared error of the likelihood, or null")
    brier_of_base_rate: Share | None = Field(
        validation_alias="base",
        description="the same for always stating the share that happened, or null",
    )
    reliability: list[LikelihoodRange] = Field(
        validation_alias="bins", description="by stated likelihood"
    )


class TrackRecord(Output):
    """Printed by ``assay track-record``."""

    scorer: str | None = Field(description="the scorer whose bands grade the claims, or null")
    bands: list[BandRecord] = Field(description="outcomes by band")
    forecasts: ForecastRecord = Field(description="outcomes of forecasts")
    publishers: list[PublisherRecord] = Field(description="outcomes by publisher")
    plots: list[str] = Field(description="the plots written")


def queue_json(review: Review, queue: Queue) -> Json:
    """The open items of a queue, and how often scores are overridden."""
    desk = review.desk
    rates = override_rates(desk, review.effective)
    return ReviewQueue(
        as_of=desk.as_of,
        audience=desk.audience,
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
    """Grades, open items and decisions of a profile, with the explanation if it is scored."""
    desk, revoked = review.desk, review.ledger.revoked
    result = desk.results.get(profile_id)
    shown = ReviewedProfile(
        id=profile_id,
        grades=[_grade(review, profile_id, name) for name in (result.scores if result else ())],
        open=review.queue.of(profile_id),
        decisions=[
            {**decision_json(d), "revoked": d.id in revoked}
            for d in review.decisions_on(profile_id)
        ],
        **({"explanation": desk.explain([profile_id])[profile_id]} if result else {}),
    )
    return shown.as_json()


def _grade(review: Review, profile_id: str, scorer: str) -> Json:
    score = review.desk.results[profile_id].scores[scorer]
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
    """A decision as it is in the ledger."""
    return decision.model_dump(mode="json", exclude_none=True)


def rows_json(reports: Sequence[RowReport]) -> Json:
    """The result of importing each row."""
    return ReviewImport(rows=reports).as_json()


def track_record_json(record: track.TrackRecord, plots: Sequence[Path]) -> Json:
    """The outcomes of claims and forecasts."""
    return TrackRecord(
        scorer=record.scorer,
        bands=record.bands,
        forecasts=record.forecasts,
        publishers=record.publishers,
        plots=[str(f) for f in plots],
    ).as_json()


def publishers_json(found: Sequence[Standing], reversals: Sequence[Reversal]) -> Json:
    """Publishers with their ratings and records."""
    return Publishers(publishers=found, reversals=reversals).as_json()
