"""JSON of ``assay rules``, and of ``assay explain --why-not`` and ``--against``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator

from assay.model.results import Outcome
from assay.output.documents_json import DiagnosticLine
from assay.output.json import Amount, ClaimEdit, Count, Json, Output, Pair, Points, described
from assay.pipeline import RuleTests


def _expected(lines: Sequence[tuple[str, str]]) -> list[str]:
    return [expected for expected, _ in lines]


def _found(lines: Sequence[tuple[str, str]]) -> list[str]:
    return [found for _, found in lines]


class Difference(Output):
    scorer: str = described("the score")
    subject: str = described("its subject")
    expected: Annotated[list[str], BeforeValidator(_expected)] = described(
        "the expected result", "lines"
    )
    found: Annotated[list[str], BeforeValidator(_found)] = described(
        "the computed result, in the same order", "lines"
    )


class CaseResult(Output):
    name: str = described("name of the case")
    file: str = described("its file")
    line: Count = described("its first line")
    passed: bool = described("whether it passed")
    differences: list[Difference] = described("differences from the expected results")


class RuleCoverage(Output):
    scorer: str = described("the scorer, as `on.name`")
    rule: str = described("id of the rule")
    possible: list[Outcome] = described("outcomes that its condition can have")
    seen: list[Outcome] = described("outcomes in a case")


class ScaleCoverage(Output):
    scorer: str = described("the scorer, as `on.name`")
    bands: list[str] = described("bands of its scale")
    reached: list[str] = described("bands reached in a case")


class Coverage(Output):
    share: Points = described("`met` divided by `of`, rounded down")
    met: Count = described("outcomes and bands in a case")
    of: Count = described("all possible outcomes and bands", "total")
    rules: list[RuleCoverage] = described("by rule")
    scales: list[ScaleCoverage] = described("by graded scorer")


class TestReport(Output):
    """Printed by ``assay rules test``."""

    passed: Count = described("number of cases passed")
    failed: Count = described("number of cases failed")
    cases: list[CaseResult] = described("every case")
    diagnostics: list[DiagnosticLine] = described("problems of the files with cases")
    coverage: Coverage = described("coverage of the rulebook")


class CutpointBand(Output):
    from_: Points = described("start of the band", "start")
    profiles: Count = described("profiles in it now", "count")


class Cutpoints(Output):
    """Printed by ``assay rules cutpoints``."""

    scorer: str = described("the profile scorer")
    bands: list[CutpointBand] = described("the highest first")


class ConditionValue(Pair):
    field: str = described("the field or count")
    value: str = described("its value, as printed in sentences")


class ConditionElement(Pair):
    id: str = described("id of the member")
    outcome: Outcome = described("the condition for this member")


class Condition(Output):
    text: str = described("the condition")
    outcome: Outcome = described("its outcome")
    values: list[ConditionValue] = described("its fields and counts")
    elements: list[ConditionElement] = described("the members it ranges over")
    parts: list[Condition] = described("its parts, if joined by && or ||, or negated")


class WhyNot(Output):
    """Printed by ``assay explain --why-not``, one for each subject."""

    scorer: str = described("the scorer, as `on.name`")
    rule: str = described("id of the rule")
    subject: str = described("the profile, claim or citation")
    applied: bool = described("whether the rule takes effect")
    condition: Condition = described("the condition of the rule")


class Obstacle(Output):
    subject: str = described("the subject of the score")
    scorer: str = described("the score")
    rule: str = described("the rule or built-in step; may be empty")
    at: Amount | None = described("the limit; null if unknown")
    because: str = described("the reason")
    without: Points | None = described(
        "the score of the subject if this rule alone did not apply; null for other steps, and if "
        "not rated"
    )


class ReachingChange(Output):
    change: str = described("the change, in words")
    effort: int = described("its effort")
    score: Points = described("the new score", "points")
    to: str = described("id of the new band", "to.id")
    edits: list[ClaimEdit] = described("the edits of the documents that make this change")


class Against(Output):
    """Printed by ``assay explain --against``, one for each scorer whose scale has the band."""

    scorer: str = described("the profile scorer")
    band: str = described("id of the band", "band.id")
    grade: str = described("its grade", "band.grade")
    from_: float = described("start of the band", "band.from_")
    score: Points | None = described("the score; null if not rated", "score.points")
    short: Points | None = described(
        "the missing amount; 0 if the band is reached, null if not rated"
    )
    obstacles: list[Obstacle] = described("limits below the band")
    changes: list[ReachingChange] = described("changes that would reach it")


def rule_tests_json(done: RuleTests) -> Json:
    """Convert the results of rule tests and their coverage."""
    return TestReport(
        passed=sum(r.passed for r in done.results),
        failed=sum(not r.passed for r in done.results),
        cases=done.results,
        diagnostics=done.diagnostics,
        coverage=done.coverage,
    ).as_json()
