"""The reference of diagnostics, from the registry of codes."""

from __future__ import annotations

from collections.abc import Iterable

from assay.diagnostics.diagnostic import Code
from assay.diagnostics.registry import AREAS
from tools.docs.markdown import block, code

_INTRODUCTION = """# Diagnostics

`assay check` lists all problems of a workspace, each with its file, line and column, the line
itself and a hint. Each has one of the codes below, which are stable, also in JSON and SARIF. Errors
stop `score`, `explain`, `outlook`, `graph` and `build` (exit code 1). Warnings and infos do not.
"""


def diagnostics_page() -> str:
    """Every code with its severity, its summary and its hint."""
    areas = (f"## {title}\n\n{_listed(codes)}" for title, codes in AREAS.items())
    return "\n".join([_INTRODUCTION, *areas])


def _listed(codes: Iterable[Code]) -> str:
    return "\n".join(
        f"### {code(c.slug)}\n\n{c.severity}: {c.summary}\n\n{block(c.hint, 'text')}" for c in codes
    )
