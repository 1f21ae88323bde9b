"""The reference of diagnostics, from the registries of codes."""

from __future__ import annotations

from collections.abc import Iterable

from assay.change.codes import CHANGE_CODES
from assay.documents.code import Code
from assay.documents.codes import DOCUMENT_CODES
from assay.review.codes import REVIEW_CODES
from assay.rules.codes import RULE_CODES
from tools.docs.markdown import block, code

_INTRODUCTION = """# Diagnostics

`assay check` shows every mistake of a workspace at once, each with its file, line and column, the
line itself and what to write instead. In JSON and SARIF each has the code given here; codes are
stable. Errors stop `score`, `explain`, `outlook`, `graph` and `build` (exit code 1); warnings and
remarks (`info`) do not.
"""


def diagnostics_page() -> str:
    """Every code with its severity, its meaning and its remedy."""
    return (
        f"{_INTRODUCTION}\n## Documents\n\n{_listed(DOCUMENT_CODES)}"
        f"\n## The rulebook\n\n{_listed(RULE_CODES)}"
        f"\n## The lock, saved plans and the history\n\n{_listed(CHANGE_CODES)}"
        f"\n## The ledger of decisions\n\n{_listed(REVIEW_CODES)}"
    )


def _listed(codes: Iterable[Code]) -> str:
    return "\n".join(
        f"### {code(c.slug)}\n\n{c.severity}: {c.meaning}\n\n{block(c.example, 'text')}"
        for c in codes
    )
