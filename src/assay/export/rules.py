"""The JSON of ``assay rules``."""

from __future__ import annotations

from typing import Any

from assay.methodology import RuleTests
from assay.scoring.against import Against
from assay.scoring.rule_tests import CaseResult, Difference
from assay.scoring.why_not import Part, WhyNot

Json = dict[str, Any]


def rule_tests_json(done: RuleTests) -> Json:
    """What ``assay rules test`` prints: cases with what differs, and the coverage."""
    found = done.coverage
    assert found is not None
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


def why_not_json(found: WhyNot) -> Json:
    """What ``assay explain --why-not`` prints of one subject."""
    return {
        "scorer": found.scorer,
        "rule": found.rule,
        "subject": found.subject,
        "applied": found.applied,
        "condition": _part(found.condition),
    }


def _part(part: Part) -> Json:
    return {
        "text": part.text,
        "outcome": part.outcome,
        "values": [{"field": text, "value": value} for text, value in part.values],
        "elements": [{"id": label, "outcome": outcome} for label, outcome in part.elements],
        "parts": [_part(p) for p in part.parts],
    }


def against_json(found: Against) -> Json:
    """What ``assay explain --against`` prints of one scorer."""
    return {
        "scorer": found.scorer,
        "band": found.band.id,
        "grade": found.band.grade,
        "from": found.band.from_,
        "score": found.score.value,
        "short": None if found.short is None else found.short / 1000,
        "obstacles": [
            {
                "subject": o.subject,
                "scorer": o.scorer,
                "rule": o.rule,
                "at": None if o.at is None else o.at / 1000,
                "because": o.because,
            }
            for o in found.obstacles
        ],
        "changes": [
            {"change": w.change, "effort": w.effort, "score": w.points / 1000, "to": w.to.id}
            for w in found.changes
        ],
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
