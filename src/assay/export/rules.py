"""JSON of ``assay rules`` and of the questions of ``assay explain``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AliasPath, BeforeValidator, Field

from assay.export.documents import DiagnosticLine
from assay.export.output import Count, Json, Output, Pair, Points
from assay.methodology import RuleTests
from assay.scoring import against, why_not
from assay.scoring.results import Outcome


def _expected(lines: Sequence[tuple[str, str]]) -> list[str]:
    return [expected for expected, _ in lines]


def _found(lines: Sequence[tuple[str, str]]) -> list[str]:
    return [found for _, found in lines]


class Difference(Output):
    """A score that is not as expected."""

    scorer: str = Field(description="the score")
    subject: str = Field(description="its subject")
    expected: Annotated[list[str], BeforeValidator(_expected)] = Field(
        validation_alias=AliasPath("lines"), description="what was expected"
    )
    found: Annotated[list[str], BeforeValidator(_found)] = Field(
        validation_alias=AliasPath("lines"), description="what was computed, in the same order"
    )


class CaseResult(Output):
    """The result of a case."""

    name: str = Field(description="name of the case")
    file: str = Field(description="its file")
    line: Count = Field(description="its first line")
    passed: bool = Field(description="whether it passed")
    differences: list[Difference] = Field(description="why it failed")


class RuleCoverage(Output):
    """The outcomes of a rule."""

    scorer: str = Field(description="the scorer, as `on.name`")
    rule: str = Field(description="id of the rule")
    possible: list[Outcome] = Field(description="outcomes that its condition can have")
    seen: list[Outcome] = Field(description="outcomes in a case")


class ScaleCoverage(Output):
    """The bands of a graded scorer."""

    scorer: str = Field(description="the scorer, as `on.name`")
    bands: list[str] = Field(description="bands of its scale")
    reached: list[str] = Field(description="bands reached in a case")


class Coverage(Output):
    """The part of the rulebook that cases exercise."""

    share: Points = Field(description="met divided by of, rounded down")
    met: Count = Field(description="outcomes and bands in a case")
    of: Count = Field(validation_alias="total", description="all possible outcomes and bands")
    rules: list[RuleCoverage] = Field(description="by rule")
    scales: list[ScaleCoverage] = Field(description="by graded scorer")


class TestReport(Output):
    """Printed by ``assay rules test``."""

    passed: Count = Field(description="number of cases passed")
    failed: Count = Field(description="number of cases failed")
    cases: list[CaseResult] = Field(description="every case")
    diagnostics: list[DiagnosticLine] = Field(description="problems of the files with cases")
    coverage: Coverage = Field(description="coverage of the rulebook")


class CutpointBand(Output):
    """A proposed band."""

    from_: Points = Field(
        validation_alias="start", serialization_alias="from", description="start of the band"
    )
    profiles: Count = Field(validation_alias="count", description="profiles in it now")


class Cutpoints(Output):
    """Printed by ``assay rules cutpoints``."""

    scorer: str = Field(description="the profile scorer")
    bands: list[CutpointBand] = Field(description="the highest first")


class ConditionValue(Pair):
    """A field or count in a condition."""

    field: str = Field(description="the field or count")
    value: str = Field(description="its value, as a sentence shows it")


class ConditionElement(Pair):
    """A member of the collection that a condition ranges over."""

    id: str = Field(description="id of the member")
    outcome: Outcome = Field(description="the condition for this member")


class Condition(Output):
    """A condition or a part of one."""

    text: str = Field(description="the condition")
    outcome: Outcome = Field(description="its outcome")
    values: list[ConditionValue] = Field(description="its fields and counts")
    elements: list[ConditionElement] = Field(description="the members it ranges over")
    parts: list[Condition] = Field(description="its parts, if joined by && or ||, or negated")


class WhyNot(Output):
    """Printed by ``assay explain --why-not``, one for each subject."""

    scorer: str = Field(description="the scorer, as `on.name`")
    rule: str = Field(description="id of the rule")
    subject: str = Field(description="the profile, claim or citation")
    applied: bool = Field(description="whether the rule takes effect")
    condition: Condition = Field(description="the condition of the rule")


class Obstacle(Output):
    """A step or an element of the pool that keeps a score below the band."""

    subject: str = Field(description="the subject of the score")
    scorer: str = Field(description="the score")
    rule: str = Field(description="the rule or built-in step; may be empty")
    at: Points | None = Field(description="the limit; null if unknown")
    because: str = Field(description="the reason")


class ReachingChange(Output):
    """A change of the evidence that would reach the band."""

    change: str = Field(description="the change, in words")
    effort: int = Field(description="its effort")
    score: Points = Field(validation_alias="points", description="the new score")
    to: str = Field(validation_alias=AliasPath("to", "id"), description="id of the new band")


class Against(Output):
    """Printed by ``assay explain --against``, one for each scorer whose scale has the band."""

    scorer: str = Field(description="the profile scorer")
    band: str = Field(validation_alias=AliasPath("band", "id"), description="id of the band")
    grade: str = Field(validation_alias=AliasPath("band", "grade"), description="its grade")
    from_: float = Field(
        validation_alias=AliasPath("band", "from_"),
        serialization_alias="from",
        description="start of the band",
    )
    score: Points | None = Field(
        validation_alias=AliasPath("score", "points"), description="the score; null if not rated"
    )
    short: Points | None = Field(
        description="the missing amount; 0 if the band is reached, null if not rated"
    )
    obstacles: list[Obstacle] = Field(description="limits below the band")
    changes: list[ReachingChange] = Field(description="changes that would reach it")


def rule_tests_json(done: RuleTests) -> Json:
    """Cases with their differences, and the coverage."""
    return TestReport(
        passed=sum(r.passed for r in done.results),
        failed=sum(not r.passed for r in done.results),
        cases=done.results,
        diagnostics=done.diagnostics,
        coverage=done.coverage,
    ).as_json()


def why_not_json(found: why_not.WhyNot) -> Json:
    """The condition of a rule for one subject."""
    return WhyNot.model_validate(found).as_json()


def against_json(found: against.Against) -> Json:
    """The distance of one score from a band."""
    return Against.model_validate(found).as_json()
