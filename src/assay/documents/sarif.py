"""Diagnostics as SARIF 2.1.0, which code hosts show beside the lines of a change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from assay.diagnostics import Diagnostic
from assay.documents.code import Code

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def as_sarif(
    diagnostics: Sequence[Diagnostic], codes: Iterable[Code], version: str
) -> dict[str, Any]:
    """One run with the codes that occur and a result for each diagnostic."""
    used = {d.code for d in diagnostics}
    rules = [_rule(c) for c in codes if c.slug in used]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "assay", "version": version, "rules": rules}},
                "results": [_result(d) for d in diagnostics],
            }
        ],
    }


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.slug,
        "shortDescription": {"text": code.meaning},
        "help": {"text": code.example},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }


def _result(diagnostic: Diagnostic) -> dict[str, Any]:
    d = diagnostic
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(d.file)}}
    if d.line:
        physical["region"] = {"startLine": d.line, "startColumn": max(d.column, 1)}
    text = f"{d.message}. Hint: {d.hint}" if d.hint else d.message
    return {
        "ruleId": d.code,
        "level": _LEVELS[d.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": physical}],
    }
