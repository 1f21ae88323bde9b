"""What ``assay rules`` and the questions of ``assay explain`` print as JSON, field by field."""

from __future__ import annotations

from collections.abc import Mapping

Described = tuple[str, tuple[str, ...], Mapping[str, str]]
"""How the command is written, its arguments on the starter workspace, and its fields."""

_DIAGNOSTIC = {
    "code": "its stable name",
    "severity": "`error`, `warning` or `info`",
    "message": "what is wrong, and why",
    "file": "the file, from the workspace",
    "line": "the line, from 1; 0 where the whole file is meant",
    "column": "the column, from 1",
    "hint": "what to write instead; may be empty",
}


def rules_contracts(profile: str) -> tuple[Described, ...]:
    """The contracts, with ``profile`` as the one that is asked about."""
    return (
        (
            "assay rules test",
            ("rules", "test"),
            {
                "passed": "how many cases passed",
                "failed": "how many did not",
                "cases[].name": "the case",
                "cases[].file": "the file it is in",
                "cases[].line": "the line it begins in",
                "cases[].passed": "did it pass",
                "cases[].differences[].scorer": "the score that is not as expected",
                "cases[].differences[].subject": "of what it is the score",
                "cases[].differences[].expected[]": "what was expected",
                "cases[].differences[].found[]": "what came out, in the same order",
                **{f"diagnostics[].{k}": v for k, v in _DIAGNOSTIC.items()},
                "coverage.share": "how much was met, from 0 to 1",
                "coverage.met": "outcomes and bands that were met",
                "coverage.of": "all outcomes and bands that are possible",
                "coverage.rules[].scorer": "the scorer, as `on.name`",
                "coverage.rules[].rule": "the rule",
                "coverage.rules[].possible[]": "the outcomes its condition can have",
                "coverage.rules[].seen[]": "those that a case has met",
                "coverage.scales[].scorer": "a graded scorer, as `on.name`",
                "coverage.scales[].bands[]": "the bands of its scale",
                "coverage.scales[].reached[]": "those that a case has reached",
            },
        ),
        (
            "assay rules lint",
            ("rules", "lint"),
            {f"diagnostics[].{k}": v for k, v in _DIAGNOSTIC.items()},
        ),
        (
            "assay rules cutpoints SCORER",
            ("rules", "cutpoints", "confidence"),
            {
                "scorer": "the profile scorer",
                "bands[].from": "where a band would start, the highest first",
                "bands[].profiles": "how many profiles would be in it now",
            },
        ),
        (
            "assay explain ID --why-not RULE",
            ("explain", profile, "--why-not", "disputed"),
            {
                "[].scorer": "the scorer, as `on.name`",
                "[].rule": "the rule",
                "[].subject": "the profile, claim or citation it is asked of",
                "[].applied": "does the rule take effect",
                "[].condition.text": "the condition, or a part of it",
                "[].condition.outcome": "`true`, `false` or `unknown`",
                "[].condition.values[].field": "a field or a count the part speaks of",
                "[].condition.values[].value": "what it is, as a sentence shows it",
                "[].condition.elements[].id": "a member of the collection the part ranges over",
                "[].condition.elements[].outcome": "what the part comes to for it",
                "[].condition.parts[]": "the parts of a condition joined by && or ||, or negated; "
                "each is a condition again",
            },
        ),
        (
            "assay explain ID --against BAND",
            ("explain", profile, "--against", "a"),
            {
                "[].scorer": "the profile scorer whose scale has the band",
                "[].band": "id of the band",
                "[].grade": "its grade",
                "[].from": "where it starts",
                "[].score": "the score now; null where not rated",
                "[].short": "how much is missing, 0 where it is reached; null where not rated",
                "[].obstacles[].subject": "what is held below the band",
                "[].obstacles[].scorer": "the score that is held",
                "[].obstacles[].rule": "the rule or built-in step that holds it; may be empty",
                "[].obstacles[].at": "where it is held; null where that is unknown",
                "[].obstacles[].because": "why",
                "[].changes[].change": "a change of the evidence that would reach the band",
                "[].changes[].effort": "its effort",
                "[].changes[].score": "the score it would come to",
                "[].changes[].to": "the band it would come to",
            },
        ),
    )
