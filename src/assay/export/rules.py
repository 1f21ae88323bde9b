"""The JSON of ``assay rules``."""

from __future__ import annotations

from typing import Any

from assay.pipeline import RuleTests
from assay.scoring.rule_tests import CaseResult, Difference

Json = dict[str, Any]


def rule_tests_json(done: RuleTests) -> Json:
    """What ``assay rules test`` prints: cases with what differs, and the coverage."""
    found = done.coverage
    return {
        "passed": sum(r.passed for r in done.results),
        "failed": sum(not r.passed for r in done.results),
        "cases": [_case(r) for r in done.results],
        "diagnostics": [d.as_json() for d in done.diagnostics],
        "coverage": {
            "share": found.share / 1000,
            "met": found.met,
            "of": found.total,
            "rules": [
                {
                    "scorer": r.scorer,
                    "rule": r.rule,
                    "possible": list(r.possible),
                    "seen": list(r.seen),
                }
                for r in found.rules
            ],
            "scales": [
                {"scorer": s.scorer, "bands": list(s.bands), "reached": list(s.reached)}
                for s in found.scales
            ],
        },
    }


def _case(result: CaseResult) -> Json:
    return {
        "name": result.name,
        "file": result.file,
        "line": result.line,
        "passed": result.passed,
        "differences": [_difference(d) for d in result.differences],
    }


def _difference(difference: Difference) -> Json:
    return {
        "scorer": difference.scorer,
        "subject": difference.subject,
        "expected": [expected for expected, _ in difference.lines],
        "found": [found for _, found in difference.lines],
    }
