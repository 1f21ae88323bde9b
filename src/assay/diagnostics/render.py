"""Diagnostics as text for a terminal, and as SARIF 2.1.0 for code hosts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any
from unicodedata import category
from urllib.parse import quote

from assay.diagnostics.diagnostic import Code, Diagnostic
from assay.diagnostics.registry import CODES

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def format_text(diagnostic: Diagnostic, file: str = "") -> str:
    """Format the message with its location, the source line, a caret and the hint.

    ``file`` is the path to print. Default: the path from the workspace.
    """
    at = diagnostic.position
    place = ":".join([file or at.file, *(str(number) for number in (at.line, at.column) if number)])
    lines = [f"{place}: {diagnostic.severity}: {diagnostic.message} [{diagnostic.code}]"]
    number = str(at.line)
    if at.excerpt and at.line:
        lines.append(f" {number} | {_visible(at.excerpt)}")
    if at.excerpt and at.line and at.column:
        # Tabs stay tabs, so that the caret stays below its character.
        pad = "".join("\t" if c == "\t" else " " for c in at.excerpt[: max(at.column - 1, 0)])
        lines.append(f" {' ' * len(number)} | {pad}^")
    if diagnostic.hint:
        lines.append(f"   hint: {diagnostic.hint}")
    return "\n".join(lines)


def _visible(text: str) -> str:
    """Return the text with a mark for each character that a terminal would act on."""
    return "".join("\ufffd" if c != "\t" and category(c) in ("Cc", "Cf") else c for c in text)


def as_sarif(diagnostics: Sequence[Diagnostic], version: str, folder: str = "") -> dict[str, Any]:
    """Return one SARIF run with the codes that occur and a result for each diagnostic.

    ``folder`` is the path of the workspace from the root of the repository, from which code hosts
    resolve paths.
    """
    used = {d.code for d in diagnostics}
    rules = [_sarif_rule(code) for slug, code in CODES.items() if slug in used]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "assay", "version": version, "rules": rules}},
                "results": [_sarif_result(d, folder) for d in diagnostics],
            }
        ],
    }


def _sarif_rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.slug,
        "shortDescription": {"text": code.summary},
        "help": {"text": code.hint},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }


def _sarif_result(diagnostic: Diagnostic, folder: str) -> dict[str, Any]:
    at, hint = diagnostic.position, diagnostic.hint
    physical: dict[str, Any] = {
        "artifactLocation": {"uri": quote(str(PurePosixPath(folder, at.file)))}
    }
    if at.line:
        physical["region"] = {"startLine": at.line, "startColumn": max(at.column, 1)}
    text = f"{diagnostic.message}. Hint: {hint}" if hint else diagnostic.message
    return {
        "ruleId": diagnostic.code,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": physical}],
    }
