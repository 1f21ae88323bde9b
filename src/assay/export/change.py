"""JSON of plans, sweeps, the history and the log."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AliasPath, BeforeValidator, Field

from assay.change import plan as planned
from assay.change.history import Applied
from assay.change.plan import Behind, CauseKind, Direction
from assay.export.output import Amount, Count, Json, Output, Pair, Points

if TYPE_CHECKING:
    from assay.change.experiment import SweepPoint


class ScoreGrade(Output):
    """A score and its band."""

    score: Points | None = Field(
        validation_alias="points", description="null if not rated, or if there is no such profile"
    )
    band: str | None = Field(description="id of its band, or null")
    grade: str | None = Field(description="the grade on pages, or null")


class Cause(Output):
    """A part of a change; the parts add up to its amount."""

    kind: CauseKind = Field(description="kind of cause")
    amount: Amount | None = Field(
        description="its part; null if the score became known or unknown by it"
    )
    refs: list[str] = Field(
        description="changed profiles, claims, sources, publishers and parts of the rulebook such "
        "as `claim.confidence.one-origin`"
    )


class ScoreChange(Output):
    """A change of a score."""

    id: str = Field(description="id of the profile")
    audience: str = Field(description="audience of the score")
    scorer: str = Field(description="name of the scorer")
    from_: ScoreGrade = Field(
        validation_alias="before", serialization_alias="from", description="the grade before"
    )
    to: ScoreGrade = Field(validation_alias="after", description="the grade after")
    direction: Direction = Field(
        description="`same`: within the band; `status`: known on one side only"
    )
    amount: Amount | None = Field(description="the difference; null if a side is unknown")
    causes: list[Cause] = Field(description="attribution of the difference")


class Correction(Output):
    """A claim reworded, added or removed, or a source retracted."""

    kind: Literal["reworded", "added", "removed", "retracted"] = Field(description="kind")
    ref: str = Field(description="the claim or the source")
    from_: str | None = Field(
        validation_alias="before", serialization_alias="from", description="the wording before"
    )
    to: str | None = Field(
        validation_alias="after", description="the wording now; the day of a retraction"
    )


class CauseCounts(Output):
    """The number of changes that each kind of cause has a part in."""

    evidence: Count = Field(description="evidence")
    time: Count = Field(description="ageing")
    rule: Count = Field(description="rules")
    neighbour: Count = Field(description="scores of other profiles")
    engine: Count = Field(description="another version of assay")


class PlanSummary(Output):
    """The size of a plan."""

    profiles: Count = Field(description="profiles scored, for all audiences")
    changes: Count = Field(description="scores that will change")
    downgrade: Count = Field(description="of these, into a lower band")
    upgrade: Count = Field(description="into a higher band")
    status: Count = Field(description="known on one side only")
    same: Count = Field(description="within their band")
    causes: CauseCounts = Field(description="changes by kind of cause")
    horizons: Count = Field(description="profiles whose horizon will change")
    watch: Count = Field(description="profiles whose watch items will change")
    published: Count = Field(description="profiles that will get a page")
    withdrawn: Count = Field(description="profiles that will lose their page")
    corrections: Count = Field(description="corrections")
    pages: Count = Field(description="pages affected")
    matters: bool = Field(description="whether `--detailed-exitcode` exits with 2")


class LeadingCause(Output):
    """The cause that did most of a change."""

    kind: CauseKind = Field(description="kind of cause")
    refs: list[str] = Field(description="changed parts of the evidence or the rulebook")


class ChangeGroup(Output):
    """Changes of one scorer in one direction with the same leading cause."""

    scorer: str = Field(description="name of the scorer")
    direction: Direction = Field(description="direction of the changes")
    cause: LeadingCause = Field(description="their leading cause")
    ids: list[str] = Field(description="the profiles")


class HorizonState(Pair):
    """When a profile is due for review."""

    grade: str = Field(description="the next review: `now`, `quarter`, `year` or `none`")
    until: datetime.date | None = Field(description="the day until which bands hold, or null")


class HorizonChange(Output):
    """A change of the next review."""

    id: str = Field(description="id of the profile")
    audience: str = Field(description="audience of the scores")
    from_: HorizonState | None = Field(
        validation_alias="before",
        serialization_alias="from",
        description="before; null if there was no such profile",
    )
    to: HorizonState | None = Field(
        validation_alias="after", description="after; null if there is no such profile"
    )


class WatchChange(Output):
    """A change of the items to watch."""

    id: str = Field(description="id of the profile")
    audience: str = Field(description="audience of the items")
    added: list[str] = Field(description="items that will appear")
    removed: list[str] = Field(description="items that will disappear")


class PublicationChange(Output):
    """A profile that will get or lose its page."""

    id: str = Field(description="id of the profile")
    audience: str = Field(description="audience of the page")
    published: bool = Field(description="true if it will get one")


class Disagreement(Output):
    """A profile that two branches graded differently."""

    id: str = Field(description="id of the profile")
    audience: str = Field(description="audience of the score")
    scorer: str = Field(description="name of the scorer")
    ours: ScoreGrade = Field(description="the grade on this branch")
    theirs: ScoreGrade = Field(description="the grade on the other branch")
    now: ScoreGrade = Field(description="the grade now")


class Ageing(Output):
    """Changes through time alone, listed separately with ``--at-lock``."""

    as_of: datetime.date | None = Field(description="with `--at-lock`, the end of the period")
    changes: list[ScoreChange] = Field(description="the changes until then")


class Plan(Output):
    """Printed by ``assay plan`` and ``assay apply``."""

    as_of: datetime.date = Field(description="date of the scores")
    base: str = Field(
        description="the compared state: digest of the lock, a revision, `workspace` or `nothing`"
    )
    base_as_of: datetime.date | None = Field(description="date of the base; null for `nothing`")
    inputs: str = Field(description="digest of all scored documents")
    rulebook: str = Field(description="digest of the rulebook without its date")
    engine: str = Field(description="digest of the engine")
    behind: bool = Field(
        description="whether the lock is of other documents, rules or another engine"
    )
    behind_in: list[Behind] = Field(
        description="in which of them; `branches` if two branches wrote the lock"
    )
    engine_in_evidence: bool = Field(
        description="whether another version of assay may have a part in causes of the kind "
        "`evidence`"
    )
    summary: PlanSummary = Field(description="the size of the plan")
    groups: list[ChangeGroup] = Field(description="changes by leading cause, the largest first")
    changes: list[ScoreChange] = Field(description="every score that will change")
    horizons: list[HorizonChange] = Field(description="every next review that will change")
    watch: list[WatchChange] = Field(description="every profile whose watch items will change")
    published: list[PublicationChange] = Field(description="pages that will appear or disappear")
    corrections: list[Correction] = Field(description="corrected claims and sources")
    pages: list[str] = Field(
        description="pages of profiles with a changed grade or evidence, and of their neighbours; "
        "with `--pages` exactly the files of the site that will change"
    )
    pages_compared: bool = Field(description="whether they are exact: `--pages` worked")
    disagreements: list[Disagreement] = Field(description="grades that two branches disagree on")
    ageing: Ageing = Field(description="changes through time alone")


class SavedPlan(Plan):
    """Written by ``assay plan --out``, read by ``assay apply``."""

    evidence: dict[str, dict[str, str]] = Field(
        description="digest of the evidence, by audience and profile"
    )


class SweepValue(Output):
    """The effect of one value."""

    value: Annotated[float, BeforeValidator(float)] = Field(description="the value")
    upgrades: Count = Field(
        validation_alias=AliasPath("moves", "upgrades"), description="scores that would rise a band"
    )
    downgrades: Count = Field(
        validation_alias=AliasPath("moves", "downgrades"),
        description="scores that would fall a band",
    )
    status: Count = Field(
        validation_alias=AliasPath("moves", "status"),
        description="scores that would become known or unknown",
    )
    scores: Count = Field(
        validation_alias=AliasPath("moves", "scores"), description="scores that would change at all"
    )
    profiles: Count = Field(
        validation_alias=AliasPath("moves", "profiles"),
        description="profiles of which any grade would change",
    )


class Sweep(Output):
    """Printed by ``assay plan --sweep``."""

    path: str = Field(description="the number in the rulebook")
    values: list[SweepValue] = Field(description="the values that were tried")


class Apply(Output):
    """An apply in the history."""

    at: str = Field(
        description="its time, with the offset", json_schema_extra={"format": "date-time"}
    )
    who: str = Field(description="the reviewer who applied")
    why: str = Field(description="the reason given, or empty")
    as_of: datetime.date = Field(description="date of the scores")


class ApplyToProfile(Apply):
    """An apply that changed the profile."""

    changes: list[ScoreChange] = Field(description="changes of its scores")
    corrections: list[Correction] = Field(description="corrections of its evidence")


class History(Output):
    """Printed by ``assay history``."""

    id: str = Field(description="id of the profile")
    applies: list[ApplyToProfile] = Field(description="the oldest first")


class ActionName(Output):
    """The name of a rating action."""

    action: str = Field(description="its reason, in words")


class RatingAction(ScoreChange, ActionName):
    """A change of a band by an apply; the fields of the base listed last are printed first."""


class LoggedApply(Apply):
    """An apply with its rating actions."""

    counts: dict[Direction | Literal["profiles"], Count] = Field(
        description="scores by direction, and profiles scored, for all audiences"
    )
    actions: list[RatingAction] = Field(description="changes of a band")
    corrections: list[Correction] = Field(description="corrections of the evidence")


class Log(Output):
    """Printed by ``assay log``."""

    applies: list[LoggedApply] = Field(description="the oldest first")


def plan_json(plan: planned.Plan) -> Json:
    """A plan as it is printed."""
    return Plan(**_fields(plan)).as_json()


def saved_json(plan: planned.Plan) -> Json:
    """A plan as it is saved, with the digests that show whether evidence changed since."""
    evidence: dict[str, dict[str, str]] = {}
    for (profile_id, audience), digest in sorted(plan.evidence.items()):
        evidence.setdefault(audience, {})[profile_id] = digest
    return SavedPlan(**_fields(plan), evidence=evidence).as_json()


def _fields(plan: planned.Plan) -> Json:
    summary: Json = {
        "profiles": plan.profiles,
        "changes": len(plan.changes),
        **{str(direction): n for direction, n in plan.directions().items()},
        "causes": plan.kinds(),
        "horizons": len(plan.horizons),
        "watch": len(plan.watch),
        "published": sum(p.published for p in plan.published),
        "withdrawn": sum(not p.published for p in plan.published),
        "corrections": len(plan.corrections),
        "pages": len(plan.pages),
        "matters": plan.matters,
    }
    groups = [
        {
            "scorer": g.scorer,
            "direction": g.direction,
            "cause": {"kind": g.kind, "refs": g.refs},
            "ids": g.ids,
        }
        for g in plan.groups()
    ]
    return {
        **{name: getattr(plan, name) for name in Plan.model_fields if hasattr(plan, name)},
        "behind": bool(plan.behind),
        "behind_in": plan.behind,
        "summary": summary,
        "groups": groups,
        "ageing": {"as_of": plan.today, "changes": plan.ageing},
    }


def sweep_json(path: str, points: Sequence[SweepPoint]) -> Json:
    """The effect of every value of a sweep."""
    return Sweep(path=path, values=points).as_json()


def history_json(profile_id: str, records: Sequence[Applied]) -> Json:
    """The applies that changed one profile."""
    applies = []
    for record in records:
        changes = [c for c in record.changes if c.id == profile_id]
        corrections = [c for c in record.corrections if c.ref.partition("#")[0] == profile_id]
        if changes or corrections:
            applies.append({**_head(record), "changes": changes, "corrections": corrections})
    return History(id=profile_id, applies=applies).as_json()


def log_json(records: Sequence[Applied]) -> Json:
    """Every apply with its rating actions."""
    return Log(
        applies=[
            {
                **_head(record),
                "counts": record.counts,
                "actions": [_action(record, c) for c in record.changes if c.direction != "same"],
                "corrections": record.corrections,
            }
            for record in records
        ]
    ).as_json()


def _head(record: Applied) -> Json:
    return {"at": record.at, "who": record.who, "why": record.why, "as_of": record.as_of}


def _action(record: Applied, change: planned.Change) -> Json:
    return {
        "action": record.action(change),
        "id": change.id,
        "audience": change.audience,
        "scorer": change.scorer,
        "before": change.before,
        "after": change.after,
        "direction": change.direction,
        "amount": change.amount,
        "causes": change.causes,
    }
