"""JSON of plans, sweeps, the history and the log."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator

from assay.model.identity import Kind
from assay.output.json import Amount, Count, Json, Output, Points, described
from assay.plan import plan as planned
from assay.plan.history import Applied
from assay.plan.plan import Behind, CauseKind, Direction, Edited, EditKind

if TYPE_CHECKING:
    from assay.plan.experiment import SweepPoint


class ScoreGrade(Output):
    score: Points | None = described("null if not rated, or if there is no such profile", "points")
    rated: bool = described("whether there is a score")
    asked: bool = described("false if profiles of this kind are not asked for the score")
    band: str | None = described("id of its band, or null")
    grade: str | None = described("the grade on pages, or null")
    override: str | None = described("the decision that set the band, or null")


class Cause(Output):
    kind: CauseKind = described("kind of cause")
    amount: Amount | None = described("its part; null if the score became known or unknown by it")
    refs: list[str] = described(
        "changed profiles, claims, sources, publishers and parts of the rulebook, for example "
        "`claim.confidence.judgement`; ids of decisions"
    )


class ScoreChange(Output):
    id: str = described("id of the profile")
    audience: str = described("audience of the score")
    scorer: str = described("name of the scorer")
    from_: ScoreGrade = described("the grade before", "before")
    to: ScoreGrade = described("the grade after", "after")
    direction: Direction = described("`same`: within the band; `status`: known on one side only")
    amount: Amount | None = described("the difference; null if a side is unknown")
    causes: list[Cause] = described("attribution of the difference")


class Correction(Output):
    kind: Literal["reworded", "added", "removed", "retracted"] = described("kind")
    ref: str = described("the claim or the source")
    from_: str | None = described("the wording before", "before")
    to: str | None = described("the wording now; the day of a retraction", "after")


class WordChange(Output):
    name: str = described("name of the text, for example `claim.strength.record.because`")
    from_: str = described("the text before", "before")
    to: str = described("the text now", "after")
    pages: list[str] = described("pages of profiles that print it")


class CauseCounts(Output):
    evidence: Count = described("evidence")
    time: Count = described("ageing")
    rule: Count = described("rules")
    neighbour: Count = described("scores of other profiles")
    engine: Count = described("another scoring version")
    decision: Count = described("decisions of reviewers")
    lock: Count = described("edits of grades.lock by hand")


class PlanSummary(Output):
    profiles: Count = described("profiles scored, for all audiences")
    changes: Count = described("scores that will change")
    downgrade: Count = described("of these, into a lower band")
    upgrade: Count = described("into a higher band")
    status: Count = described("known on one side only")
    same: Count = described("within their band")
    causes: CauseCounts = described("changes by kind of cause")
    horizons: Count = described("profiles whose horizon will change")
    watch: Count = described("profiles whose watch items will change")
    published: Count = described("profiles that will get a page")
    withdrawn: Count = described("profiles that will lose their page")
    corrections: Count = described("corrections")
    words: Count = described("changed texts of the rulebook")
    renamed: Count = described("ids that were changed or merged")
    pages: Count = described("pages affected")
    matters: bool = described("whether `--detailed-exitcode` exits with 2")


class LeadingCause(Output):
    kind: CauseKind = described("kind of cause")
    refs: list[str] = described("changed parts of the evidence or the rulebook")


class ChangeGroup(Output):
    scorer: str = described("name of the scorer")
    direction: Direction = described("direction of the changes")
    cause: LeadingCause = described("their leading cause")
    ids: list[str] = described("the profiles")


class HorizonState(Output):
    word: str | None = described("word of the rulebook, `closed`, or null without a date")
    next: str | None = described("the next date, the end if it is closed, or null")
    subject: str | None = described("reason and subject of that date, or null")
    review_by: datetime.date | None = described("the day to review it by, or null")


class HorizonChange(Output):
    id: str = described("id of the profile")
    audience: str = described("audience of the scores")
    from_: HorizonState | None = described("before; null if there was no such profile", "before")
    to: HorizonState | None = described("after; null if there is no such profile", "after")


class WatchChange(Output):
    id: str = described("id of the profile")
    audience: str = described("audience of the items")
    added: list[str] = described("items that will appear")
    removed: list[str] = described("items that will disappear")


class PublicationChange(Output):
    id: str = described("id of the profile")
    audience: str = described("audience of the page")
    published: bool = described("true if it will get one")


class Edit(Output):
    part: Edited = described("kind of part")
    ref: str = described("name of the rule, profile, claim, source, publisher or dependency")
    kind: EditKind = described("`changed` also for a value that a part did not have")
    field: str = described("the edited field; empty for all of it, or if it is not known")
    before: str | None = described("old value; null for none, or an unknown one")
    after: str | None = described("new value; null for none, or if no field is named")
    audiences: list[str] = described("audiences that may see it; empty if all may")
    file: str | None = described("file of the new value, or null")
    line: int | None = described("its line, or null")
    moves: bool = described("false if it is no cause of a change of a score")


class Rename(Output):
    kind: Kind = described("kind of the document, claim, scorer or rule")
    former: str = described("the id in the base")
    now: str = described("the current id")
    how: Literal["renamed", "merged"] = described("`merged` if it became part of another one")


class Disagreement(Output):
    id: str = described("id of the profile")
    audience: str = described("audience of the score")
    scorer: str = described("name of the scorer")
    ours: ScoreGrade = described("the grade on this branch")
    theirs: ScoreGrade = described("the grade on the other branch")
    now: ScoreGrade = described("the grade now")


class Ageing(Output):
    as_of: datetime.date | None = described("with `--at-lock`, the end of the period")
    changes: list[ScoreChange] = described("the changes until then")


class Plan(Output):
    """Printed by ``assay plan`` and ``assay apply``."""

    as_of: datetime.date = described("date of the scores")
    base: str = described(
        "the compared state: digest of the lock, a revision, `workspace` or `nothing`"
    )
    base_as_of: datetime.date | None = described("date of the base; null for `nothing`")
    inputs: str = described("digest of all scored documents")
    rulebook: str = described("digest of the rulebook without its date")
    engine: int = described("the scoring version")
    behind: bool = described("whether the lock is out of date")
    behind_in: list[Behind] = described(
        "parts that differ from the lock; `branches` if two branches wrote it"
    )
    engine_in_evidence: bool = described(
        "whether causes of the kind `evidence` may include effects of another scoring version"
    )
    rules_unreadable: bool = described(
        "whether this version cannot read the rulebook of the lock, so that amounts of the scoring "
        "version include the effects of rules and evidence"
    )
    edits: list[Edit] = described("edits of the rulebook and of documents since the base")
    summary: PlanSummary = described("the size of the plan")
    groups: list[ChangeGroup] = described("changes by leading cause, the largest first")
    changes: list[ScoreChange] = described("every score that will change")
    horizons: list[HorizonChange] = described("every horizon that will change")
    watch: list[WatchChange] = described("every profile whose watch items will change")
    published: list[PublicationChange] = described("pages that will appear or disappear")
    words: list[WordChange] = described("changed texts of the rulebook that pages print")
    corrections: list[Correction] = described("corrected claims and sources")
    renamed: list[Rename] = described("ids that were changed or merged since the base")
    pages: list[str] = described(
        "pages of profiles with a changed grade or evidence, and of their neighbours; with "
        "`--pages`, exactly the files of the site that will change"
    )
    pages_compared: bool = described("whether they are exact: `--pages` worked")
    disagreements: list[Disagreement] = described("grades that two branches disagree on")
    ageing: Ageing = described("changes through time alone")


class SavedPlan(Plan):
    """Written by ``assay plan --out``, read by ``assay apply``."""

    evidence: dict[str, dict[str, str]] = described(
        "digest of the evidence, by audience and profile"
    )


class SweepValue(Output):
    value: Annotated[float, BeforeValidator(float)] = described("the value")
    upgrades: Count = described("scores that would rise a band", "moves.upgrades")
    downgrades: Count = described("scores that would fall a band", "moves.downgrades")
    status: Count = described("scores that would become known or unknown", "moves.status")
    scores: Count = described("scores that would change at all", "moves.scores")
    profiles: Count = described("profiles with a grade that would change", "moves.profiles")


class Sweep(Output):
    """Printed by ``assay plan --sweep``."""

    path: str = described("the number in the rulebook")
    values: list[SweepValue] = described("the values that were tried")


class Apply(Output):
    at: str = described("its time, with the offset", json_schema_extra={"format": "date-time"})
    who: str = described("the reviewer who applied")
    why: str = described("the reason given, or empty")
    as_of: datetime.date = described("date of the scores")


class ApplyToProfile(Apply):
    changes: list[ScoreChange] = described("changes of its scores")
    corrections: list[Correction] = described("corrections of its evidence")


class History(Output):
    """Printed by ``assay history``."""

    id: str = described("id of the profile")
    applies: list[ApplyToProfile] = described("the oldest first")


class ActionName(Output):
    action: str = described("its reason, in words")


class RatingAction(ScoreChange, ActionName):
    """A change of a band by an apply; the fields of the base listed last are printed first."""


class LoggedApply(Apply):
    counts: dict[Direction | Literal["profiles"], Count] = described(
        "scores by direction, and profiles scored, for all audiences"
    )
    actions: list[RatingAction] = described("changes of a band")
    corrections: list[Correction] = described("corrections of the evidence")
    renamed: list[Rename] = described("ids that were changed or merged")


class Log(Output):
    """Printed by ``assay log``."""

    applies: list[LoggedApply] = described("the oldest first")


def plan_json(plan: planned.Plan) -> Json:
    """Convert a plan for printing."""
    return Plan(**_fields(plan)).as_json()


def saved_json(plan: planned.Plan) -> Json:
    """Convert a plan for saving, with digests that show later whether evidence has changed."""
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
        "words": len(plan.words),
        "renamed": len(plan.renamed),
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
    """Convert the effects of every value of a sweep."""
    return Sweep(path=path, values=points).as_json()


def history_json(profile_id: str, records: Sequence[Applied]) -> Json:
    """Convert the applies that changed one profile."""
    applies = [
        {
            **_head(record),
            "changes": record.changes_of(profile_id),
            "corrections": record.corrections_of(profile_id),
        }
        for record in records
        if record.changes_of(profile_id) or record.corrections_of(profile_id)
    ]
    return History(id=profile_id, applies=applies).as_json()


def log_json(records: Sequence[Applied]) -> Json:
    """Convert every apply, with its changes of a band."""
    return Log(
        applies=[
            {
                **_head(record),
                "counts": record.counts,
                "actions": [_action(record, c) for c in record.changes if c.direction != "same"],
                "corrections": record.corrections,
                "renamed": record.renamed,
            }
            for record in records
        ]
    ).as_json()


def _head(record: Applied) -> Json:
    return {"at": record.at, "who": record.who, "why": record.why, "as_of": record.as_of}


def _action(record: Applied, change: planned.Change) -> Json:
    values = {f.name: getattr(change, f.name) for f in fields(change)}
    return {**values, "amount": change.amount, "action": record.action(change)}
