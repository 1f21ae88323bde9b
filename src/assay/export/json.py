"""JSON of scores and their explanations, of outlooks and of the graph."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import AliasPath, Field

from assay.export.output import Amount, Count, Json, Output, Pair, Points, optional_path
from assay.model.rulebook import SubjectKind
from assay.pipeline import Desk
from assay.scoring import results
from assay.scoring.calendar import Due, Reason
from assay.scoring.results import HorizonGrade, Outcome, StepPhase


class ScoreValue(Output):
    """A score of a profile."""

    score: Points | None = Field(validation_alias="points", description="null if not rated")
    band: str | None = Field(
        validation_alias=optional_path("band", "id"),
        description="id of the band; null if not rated or without a scale",
    )
    grade: str | None = Field(
        validation_alias=optional_path("band", "grade"), description="the grade on pages"
    )
    label: str | None = Field(
        validation_alias=optional_path("band", "label"), description="the meaning of the grade"
    )
    coverage: Points = Field(description="share of rules and evidence that could be decided")


class Horizon(Pair):
    """The next review of a profile."""

    grade: HorizonGrade = Field(
        description="first horizon at which a band changes or a watch item falls due"
    )
    until: datetime.date | None = Field(
        description="first day within 366 on which a band differs; null if there is none"
    )


class PossibleChange(Output):
    """A change of the evidence that would move a score over the next boundary."""

    scorer: str = Field(description="the score that would change")
    to: str = Field(validation_alias=AliasPath("to", "id"), description="id of the new band")
    grade: str = Field(
        validation_alias=AliasPath("to", "grade"), description="the grade of that band"
    )
    direction: Literal["upgrade", "downgrade"] = Field(description="up or down")
    change: str = Field(description="the change of the evidence, in words")
    effort: int = Field(description="its effort, from `changes` in the rulebook")
    score: Points = Field(validation_alias="points", description="the new score")


class ScoredProfile(Output):
    """A profile with its scores."""

    id: str = Field(description="id of the profile")
    kind: Literal["institution", "event"] = Field(description="kind of document")
    name: str = Field(description="its name")
    scores: dict[str, ScoreValue] = Field(description="by name of the profile scorer")
    horizon: Horizon = Field(description="next review")
    sources: Count = Field(description="number of sources it cites")
    origins: Count = Field(description="number of independent origins of these sources")
    published: bool = Field(description="whether it gets a page")
    would_change: list[PossibleChange] = Field([], description="with `--with would_change`")


class Scores(Output):
    """Printed by ``assay score``."""

    as_of: datetime.date = Field(description="date of the scores")
    audience: str = Field(description="audience of the scores")
    rulebook: str = Field(description="digest of the rulebook: twelve hexadecimal digits")
    profiles: list[ScoredProfile] = Field(description="every profile, or those asked for")


class ScoreStep(Output):
    """A step of a score: each starts where the one before ended, the last ends at the score."""

    phase: StepPhase = Field(description="the phase of scoring")
    rule: str = Field(
        description="id of the rule, or a built-in step: `start`, `pool`, `clamp`, `root` "
        "(limits a secondary report to the score of its origin)"
    )
    outcome: Outcome = Field(description="the condition of the rule")
    applied: bool = Field(description="whether the rule took effect")
    amount: Amount | None = Field(
        description="added or multiplied, or the limit; null if unknown or without meaning"
    )
    before: Points | None = Field(description="score before the step")
    after: Points | None = Field(description="score after the step")
    because: str = Field(description="the reason, filled in")
    missing: list[str] = Field(description="fields whose absence left the condition undecided")
    evidence: list[str] = Field(description="ids of the sources, claims or profiles concerned")


class ExplainedScore(Output):
    """A score of one subject with its steps."""

    name: str = Field(description="name of the scorer")
    on: SubjectKind = Field(description="kind of the subject")
    subject: str = Field(description="`profile`, `profile#claim` or `profile#claim@source`")
    score: Points | None = Field(
        validation_alias=AliasPath("score", "points"), description="null if not rated"
    )
    band: str | None = Field(
        validation_alias=optional_path("score", "band", "id"), description="id of the band, or null"
    )
    grade: str | None = Field(
        validation_alias=AliasPath("score", "grade"), description="the grade on pages, or null"
    )
    coverage: Points = Field(
        validation_alias=AliasPath("score", "coverage"),
        description="share of rules and evidence that could be decided",
    )
    steps: list[ScoreStep] = Field(description="in order of application")


class OutlookPoint(Output):
    """A score at a later date, without new evidence."""

    date: datetime.date = Field(description="the day")
    score: Points | None = Field(
        validation_alias=AliasPath("score", "points"), description="score on that day, or null"
    )
    band: str | None = Field(
        validation_alias=optional_path("score", "band", "id"), description="id of its band, or null"
    )


class ReachedProfile(Output):
    """A profile reached along the strongest path of dependencies."""

    id: str = Field(validation_alias="peer", description="the other profile")
    reach: Points | None = Field(
        validation_alias="points",
        description="strength along the path; null if an edge on it is unknown",
    )
    distance: Count = Field(description="number of edges on the path")
    path: list[str] = Field(description="profile ids along the path, both ends included")


class Explanation(Output):
    """Printed by ``assay explain``."""

    id: str = Field(description="id of the profile")
    as_of: datetime.date = Field(description="date of the scores")
    summary: str = Field(
        description="one sentence: support of the grade, its limit, a way to raise it"
    )
    scorers: list[ExplainedScore] = Field(description="every score behind the profile")
    would_change: list[PossibleChange] = Field(description="changes of the evidence")
    outlook: dict[str, list[OutlookPoint]] = Field(
        validation_alias=AliasPath("outlook", "points"), description="by name of the scorer"
    )
    upstream: list[ReachedProfile] = Field(description="profiles that it depends on")
    downstream: list[ReachedProfile] = Field(description="profiles that depend on it")


class WatchNotice(Output):
    """An item to watch."""

    horizon: Literal["now", "quarter", "year"] = Field(description="when to watch")
    priority: str | None = Field(description="`high`, `medium`, `low`, or null")
    text: str = Field(description="the item to watch")
    trigger: str | None = Field(description="its trigger, or null")
    due: str | None = Field(description="its due date, in the precision of the document, or null")
    owner: str | None = Field(description="its owner, or null")
    rule: str | None = Field(description="id of the watch rule; null if an analyst added it")


class ProfileOutlook(Output):
    """The outlook of a profile."""

    id: str = Field(description="id of the profile")
    horizon: Horizon = Field(description="next review")
    outlook: dict[str, list[OutlookPoint]] = Field(description="by name of the scorer")
    watch: list[WatchNotice] = Field(description="items to watch")


class DueItem(Output):
    """An item of the calendar."""

    profile: str = Field(description="id of the profile")
    day: datetime.date = Field(description="last day on which it is in time")
    written: str = Field(description="the same in the precision of the document")
    reason: Reason = Field(
        description="a watch item, standing claims to recheck, or a grade that changes "
        "without new evidence"
    )
    text: str = Field(description="what falls due")
    claims: list[str] = Field(description="ids of the claims to recheck")


class Outlook(Output):
    """Printed by ``assay outlook``."""

    as_of: datetime.date = Field(description="date of the outlook")
    profiles: list[ProfileOutlook] = Field(description="every profile, or those asked for")
    due: list[DueItem] = Field(description="by day")


class GraphNode(Output):
    """A profile of the graph."""

    id: str = Field(description="id of the profile")
    kind: Literal["institution", "event"] = Field(description="kind of document")
    name: str = Field(description="its name")


class GraphEdge(Output):
    """A dependency of one profile on another."""

    from_: str = Field(
        validation_alias="lower",
        serialization_alias="from",
        description="the profile that depends",
    )
    to: str = Field(validation_alias="upper", description="the profile that it depends on")
    relation: str = Field(
        validation_alias=AliasPath("dependency", "relation"), description="as in the document"
    )
    criticality: str | None = Field(
        validation_alias=AliasPath("dependency", "criticality"),
        description="`high`, `medium`, `low`, or null",
    )
    affects: bool = Field(description="true if an event states it under `affects`")
    claims: list[str] = Field(
        validation_alias=AliasPath("dependency", "claims"), description="claims that support it"
    )


class ProfileReach(Output):
    """The profiles that one profile is linked with along dependencies."""

    id: str = Field(description="id of the profile")
    upstream: list[ReachedProfile] = Field(description="profiles that it depends on")
    downstream: list[ReachedProfile] = Field(description="profiles that depend on it")


class Graph(Output):
    """Printed by ``assay graph``."""

    as_of: datetime.date = Field(description="date on which the edges are valid")
    nodes: list[GraphNode] = Field(description="every profile")
    edges: list[GraphEdge] = Field(description="every dependency")
    profiles: list[ProfileReach] = Field(description="every profile, or those asked for")


def scores_json(
    desk: Desk,
    ids: Sequence[str] = (),
    changes: Mapping[str, Sequence[results.WouldChange]] | None = None,
) -> Json:
    """Scores of all profiles or of those named, with ``changes`` if asked for."""
    return Scores(
        as_of=desk.as_of,
        audience=desk.audience,
        rulebook=desk.rulebook_digest,
        profiles=[
            {
                **line._asdict(),
                "horizon": (line.horizon, line.until),
                **({} if changes is None else {"would_change": changes[line.id]}),
            }
            for line in desk.overview
            if not ids or line.id in ids
        ],
    ).as_json()


def explanation_json(explanation: results.Explanation) -> Json:
    """The reasoning of one profile."""
    return Explanation.model_validate(explanation).as_json()


def outlook_json(
    as_of: datetime.date, outlooks: Mapping[str, results.Outlook], due: Sequence[Due]
) -> Json:
    """Outlooks by id of the profile, and what falls due."""
    return Outlook(
        as_of=as_of,
        profiles=[
            {"id": id_, "horizon": (o.grade, o.until), "outlook": o.points, "watch": o.watch}
            for id_, o in outlooks.items()
        ],
        due=due,
    ).as_json()


def graph_json(desk: Desk, explanations: dict[str, results.Explanation]) -> Json:
    """Every node and edge, and the reach of the profiles that are explained."""
    from assay.tables.build import valid_edges
    from assay.tables.rows import scored_profiles

    profiles = scored_profiles(desk.corpus, desk.as_of)
    return Graph(
        as_of=desk.as_of,
        nodes=profiles,
        edges=list(valid_edges(profiles, desk.as_of)),
        profiles=list(explanations.values()),
    ).as_json()
