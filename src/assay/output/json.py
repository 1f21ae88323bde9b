"""JSON of scores, explanations, outlooks and the graph, and the base of all output models.

Each model declares one printed object: every field states its meaning, type and range once, and
the attribute of the result that fills it if that has another name. ``docs/reference/json.md`` and
``schemas/output.schema.json`` are generated from these models. A command imports its models when
it prints JSON, and pydantic builds only those that are filled.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    AliasChoices,
    AliasGenerator,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from assay import assessment as scored
from assay.assessment import Assessment
from assay.model import results
from assay.model.documents import Directness, Reliability, Stance
from assay.model.results import GapKind, NextReason, Outcome, StepPhase
from assay.model.rulebook import SubjectKind, rulebook_digest
from assay.scoring.outlook import Due

Json = dict[str, Any]


class Output(BaseModel):
    """A printed object, filled from keyword arguments, a mapping or the attributes of a result.

    A field with a default is optional: without a value it is left out.
    """

    model_config = ConfigDict(
        from_attributes=True,
        frozen=True,
        defer_build=True,
        # ``from`` is a keyword of Python, so its field is called ``from_``.
        alias_generator=AliasGenerator(serialization_alias=lambda name: name.rstrip("_")),
    )

    def as_json(self) -> Json:
        """Convert to plain values, in the order of the fields."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class Pair(Output):
    """An object that results hold as a plain tuple, in the order of the fields."""

    @model_validator(mode="before")
    @classmethod
    def _from_tuple(cls, value: object) -> object:
        if type(value) is tuple:
            return dict(zip(cls.model_fields, value, strict=True))
        return value


def described(meaning: str, source: str = "", **constraints: Any) -> Any:
    """Declare a field by its meaning and, if it differs from the name, the attribute that fills it.

    ``source`` may be a dotted path; the field is null if the last object on the path is None.
    """
    alias: AliasChoices | str | None = source or None
    if "." in source:
        first, *others = source.split(".")
        path = [int(part) if part.isdigit() else part for part in others]
        alias = AliasChoices(AliasPath(first, *path), AliasPath(first, *path[:-1]))
    return Field(description=meaning, validation_alias=alias, **constraints)


def _from_thousandths(value: object) -> object:
    return value / 1000 if isinstance(value, int) else value


def _rounded(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


def _or_null(value: object) -> str | None:
    return None if value is None else str(value) or None


# The engine counts in thousandths; JSON has numbers of at most three decimals.
Points = Annotated[float, Field(ge=0, le=1), BeforeValidator(_from_thousandths)]
Amount = Annotated[float, BeforeValidator(_from_thousandths)]
Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_rounded)]
Count = Annotated[int, Field(ge=0)]
NonEmpty = Annotated[str | None, BeforeValidator(_or_null)]
"""Text, or null instead of an empty one."""


class OverrideValue(Output):
    """A band that a reviewer set instead of the computed one."""

    decision: str = described("id of the decision in the ledger")
    reviewer: str = described("who set it")
    reason: str = described("why")
    since: datetime.date = described("the first day on which it counts")
    until: datetime.date | None = described("the last day, or null")
    seconded_by: str | None = described("the second reviewer, or null")


class ScoreValue(Output):
    score: Points | None = described("the computed score; null if not rated", "points")
    band: str | None = described(
        "id of the band in force; null if not rated or without a scale", "in_force.id"
    )
    grade: str | None = described("the grade on pages", "in_force.grade")
    label: str | None = described("the meaning of the grade", "in_force.label")
    computed: str | None = described("id of the computed band", "band.id")
    override: OverrideValue | None = described("why another band is in force; null if none is")
    ceiling: str | None = described(
        "id of the highest possible band; null if it is the band, or if not rated", "ceiling.id"
    )
    stands_on: str | None = described(
        "id of the grade of evidence on which the band is still reached", "stands_on.id"
    )
    provisional: bool = described("whether the band needs evidence that is not firm")
    firm: str | None = described(
        "id of the band that does, if the band is provisional; null if none does", "firm.id"
    )
    rated: bool = described("false if too little is known for a score, or its evidence is unknown")
    coverage: Points = described("share of the facts its rules name that is known")


class NextDate(Output):
    written: str = described("the date in the precision of the document")
    day: datetime.date = described("the last day that it allows")
    reason: NextReason = described(
        "a watch item, a standing claim to recheck, a grade that falls without new evidence, or an "
        "event"
    )
    subject: str = described(
        "number of the watch item from 0, or id of the claim, profile or event"
    )
    text: str = described("the reason in words")
    claims: list[str] = described("claims that give the date")
    since: datetime.date | None = described(
        "the day of the last evidence or check that a recheck is counted from, or null"
    )


class ReviewBy(Output):
    day: datetime.date = described("the day")
    days: Count = described("days since the last review, from `cadence` in the rulebook")
    last: datetime.date | None = described("day of the last review; null if there was none")
    passed: datetime.date | None = described(
        "the date of the event, if it has passed since the last review; otherwise null"
    )
    gap: str | None = described("the factor that could change the band most, or null")
    kind: GapKind | None = described(
        "`unknown`, or `weak` if its evidence is not firm; null without a gap"
    )
    question: str | None = described("the first of the gaps that the profile lists, or null")


class Ended(Output):
    on: str = described("the date, in the precision of the document")
    because: str = described("the reason")


class Horizon(Output):
    word: str | None = described(
        "the time until the next date, otherwise until the review, in a word of the rulebook; null "
        "without either, and if it is closed"
    )
    next: NextDate | None = described("the earliest date ahead, or overdue; null if there is none")
    review: ReviewBy | None = described("when to review it; null if closed or without a cadence")
    closed: Ended | None = described("the end of the profile; null while it is open")


class AddedCitation(Output):
    source: str | None = described("id of the source; null for one that is not in the workspace")
    kind: Directness = described("its kind for the claim")
    reliability: Reliability | None = described("that of its publisher; null if unrated")
    document: str | None = described("its name, if a watch item gives one")


class RemovedCitation(Output):
    source: str = described("id of the source")
    stance: Stance = described("how it was cited")


class ClaimEdit(Output):
    claim: str = described("id of the claim")
    add: list[AddedCitation] = described(
        "citations added; without a source they are dated by the day of the scores, and the "
        "publisher of a record speaks for the institution that acted"
    )
    remove: list[RemovedCitation] = described("citations removed")
    name_actor: bool = described("whether the institution that acted is named, which was not")
    recheck: bool = described("whether the claim is checked on the day of the scores")


class PossibleChange(Output):
    scorer: str = described("the score that would change")
    to: str = described("id of the new band", "to.id")
    grade: str = described("the grade of that band", "to.grade")
    direction: Literal["upgrade", "downgrade"] = described("up or down")
    change: str = described("the change of the evidence, in words")
    effort: int = described("its effort, from `changes` in the rulebook")
    score: Points = described("the new score", "points")
    edits: list[ClaimEdit] = described("the edits of the documents that make this change")


class ScoredProfile(Output):
    id: str = described("id of the profile")
    kind: Literal["institution", "event"] = described("kind of document")
    name: str = described("its name")
    scores: dict[str, ScoreValue] = described("by name of the profile scorer")
    horizon: Horizon = described("when to look at it again, and why")
    sources: Count = described("number of sources it cites")
    independent: Count = described(
        "number of independent sources for the key claim that has the fewest"
    )
    published: bool = described("whether it gets a page")
    would_change: list[PossibleChange] = Field([], description="with `--with would_change`")


class Scores(Output):
    """Printed by ``assay score``."""

    as_of: datetime.date = described("date of the scores")
    audience: str = described("audience of the scores")
    rulebook: str = described("digest of the rulebook: twelve hexadecimal digits")
    profiles: list[ScoredProfile] = described("every profile, or those asked for")


class ScoreStep(Output):
    """A step of a score: each starts where the one before ended, the last ends at the score."""

    phase: StepPhase = described("the phase of scoring")
    rule: str = described(
        "id of the rule, or a built-in step: `start`, `pool`, `clamp`, `root`, which limits a "
        "secondary report to the score of its original, or `rated_from`, after which nothing is "
        "rated"
    )
    outcome: Outcome = described("the condition of the rule")
    applied: bool = described("whether the rule took effect")
    amount: Amount | None = described(
        "added or multiplied, or the limit, or the least coverage; null if unknown or without "
        "meaning"
    )
    before: Amount | None = described("score before the step; `clamp` limits it to 0 to 1")
    after: Amount | None = described("score after the step")
    because: str = described("the reason, filled in")
    missing: list[str] = described("fields whose absence left the condition undecided")
    evidence: list[str] = described("ids of the sources, claims or profiles concerned")


class ExplainedScore(Output):
    name: str = described("name of the scorer")
    on: SubjectKind = described("kind of the subject")
    subject: str = described(
        "`profile`, `profile:factor`, `dependent>profile`, `profile#claim` or "
        "`profile#claim@source`"
    )
    score: Points | None = described("null if not rated", "score.points")
    band: str | None = described("id of the band in force, or null", "score.in_force.id")
    grade: str | None = described("the grade on pages, or null", "score.grade")
    computed: str | None = described("id of the computed band, or null", "score.band.id")
    override: OverrideValue | None = described(
        "why another band is in force; null if none is", "score.override"
    )
    ceiling: str | None = described(
        "id of the highest possible band; null if it is the band", "score.ceiling.id"
    )
    stands_on: str | None = described(
        "id of the grade of evidence on which the band is still reached", "score.stands_on.id"
    )
    provisional: bool = described(
        "whether the band needs evidence that is not firm", "score.provisional"
    )
    firm: str | None = described(
        "id of the band that does, if the band is provisional", "score.firm.id"
    )
    rated: bool = described("whether there is a score", "score.rated")
    coverage: Points = described(
        "share of the facts its rules name that is known", "score.coverage"
    )
    known: list[str] = described("rated factors that it asks for, as profile:factor")
    unknown: list[str] = described("factors without a rating that it asks for, as profile:factor")
    steps: list[ScoreStep] = described("in order of application")


class OutlookPoint(Output):
    date: datetime.date = described("the day")
    score: Points | None = described("score on that day, or null", "score.points")
    band: str | None = described("id of the band in force, or null", "score.in_force.id")


class ReachedProfile(Output):
    """A profile reached along the strongest path of dependencies."""

    id: str = described("the other profile", "peer")
    reach: Points | None = described(
        "strength along the path; null if an edge on it is unknown", "points"
    )
    distance: Count = described("number of edges on the path")
    path: list[str] = described("profile ids along the path, both ends included")


class Explanation(Output):
    """Printed by ``assay explain``."""

    id: str = described("id of the profile")
    as_of: datetime.date = described("date of the scores")
    summary: str = described("sentences on the support of the grade, its limit and its remedy")
    scorers: list[ExplainedScore] = described("every score that the grades are computed from")
    would_change: list[PossibleChange] = described("changes of the evidence")
    horizon: Horizon = described("when to look at it again, and why", "outlook.horizon")
    outlook: dict[str, list[OutlookPoint]] = described("by name of the scorer", "outlook.points")
    upstream: list[ReachedProfile] = described("profiles that it depends on")
    downstream: list[ReachedProfile] = described("profiles that depend on it")


class WatchNotice(Output):
    priority: str | None = described("`high`, `medium`, `low`, or null")
    text: str = described("the item to watch")
    trigger: str | None = described("its trigger, or null")
    due: str | None = described("its due date, in the precision of the document, or null")
    owner: str | None = described("its owner, or null")
    rule: str | None = described("id of the watch rule; null if an analyst added it")
    claims: list[str] = described("claims that give the date")


class ProfileOutlook(Output):
    id: str = described("id of the profile")
    horizon: Horizon = described("when to look at it again, and why")
    until: datetime.date | None = described(
        "first day within 366 on which a band differs; null if there is none"
    )
    outlook: dict[str, list[OutlookPoint]] = described("by name of the scorer")
    watch: list[WatchNotice] = described("items to watch")


class DueItem(Output):
    profile: str = described("id of the profile")
    day: datetime.date = described("last day before it is overdue")
    written: str = described("the same in the precision of the document")
    reason: NextReason = described(
        "a watch item, standing claims to recheck, or a grade that changes without new evidence"
    )
    text: str = described("the item")
    claims: list[str] = described("ids of the claims to recheck")


class Outlook(Output):
    """Printed by ``assay outlook``."""

    as_of: datetime.date = described("date of the outlook")
    profiles: list[ProfileOutlook] = described("every profile, or those asked for")
    due: list[DueItem] = described("by day")


class GraphNode(Output):
    id: str = described("id of the profile")
    kind: Literal["institution", "event"] = described("kind of document")
    name: str = described("its name")


class GraphEdge(Output):
    from_: str = described("the profile that depends", "lower")
    to: str = described("the profile that it depends on", "upper")
    relation: str = described("as in the document", "dependency.relation")
    criticality: str | None = described(
        "`high`, `medium`, `low`, or null", "dependency.criticality"
    )
    affects: bool = described("true if an event states it under `affects`")
    claims: list[str] = described("claims that support it", "dependency.claims")


class ProfileReach(Output):
    id: str = described("id of the profile")
    upstream: list[ReachedProfile] = described("profiles that it depends on")
    downstream: list[ReachedProfile] = described("profiles that depend on it")


class Graph(Output):
    """Printed by ``assay graph``."""

    as_of: datetime.date = described("date on which the edges are valid")
    nodes: list[GraphNode] = described("every profile")
    edges: list[GraphEdge] = described("every dependency")
    profiles: list[ProfileReach] = described("every profile, or those asked for")


def scores_json(
    overview: scored.Overview,
    ids: Sequence[str] = (),
    changes: Mapping[str, Sequence[results.WouldChange]] | None = None,
) -> Json:
    """Convert the scores of all profiles, or of ``ids``, with ``changes`` if they are given."""
    return Scores(
        as_of=overview.as_of,
        audience=overview.audience,
        rulebook=rulebook_digest(overview.rulebook),
        profiles=[
            {
                **line._asdict(),
                **({} if changes is None else {"would_change": changes[line.id]}),
            }
            for line in overview.lines
            if not ids or line.id in ids
        ],
    ).as_json()


def explanation_json(explanation: results.Explanation) -> Json:
    """Convert the explanation of one profile."""
    return Explanation.model_validate(explanation).as_json()


def outlook_json(
    as_of: datetime.date, outlooks: Mapping[str, results.Outlook], due: Sequence[Due]
) -> Json:
    """Convert outlooks by id of the profile, and due dates."""
    return Outlook(
        as_of=as_of,
        profiles=[
            {
                "id": id_,
                "horizon": o.horizon,
                "until": o.until,
                "outlook": o.points,
                "watch": o.watch,
            }
            for id_, o in outlooks.items()
        ],
        due=due,
    ).as_json()


def graph_json(assessment: Assessment, explanations: dict[str, results.Explanation]) -> Json:
    """Convert every profile and dependency, and the reach of the profiles explained."""
    from assay.tables.build import valid_edges
    from assay.tables.rows import scored_profiles

    profiles = scored_profiles(assessment.corpus, assessment.as_of)
    return Graph(
        as_of=assessment.as_of,
        nodes=profiles,
        edges=list(valid_edges(profiles, assessment.as_of)),
        profiles=list(explanations.values()),
    ).as_json()
