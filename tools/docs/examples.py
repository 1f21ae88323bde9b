"""Examples of the rule language, computed by the engine on the workspace ``assay init`` writes.

Each expression is inserted into the sentence of a rule, and its value read from the explanation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import assay.pipeline as flow
from assay.errors import UsageError
from assay.model.rulebook import Rule, Rulebook, Scorer, SubjectKind, WatchRule
from assay.workspace.paths import Workspace
from tools.docs.session import starter

AS_OF = date(2025, 7, 1)
SUBJECTS: Mapping[SubjectKind, str] = {
    "profile": "berths-for-electric-ferries",
    "claim": "berths-for-electric-ferries#decision-published",
    "citation": "berths-for-electric-ferries#decision-published@daily-example-2025-03-05",
    "factor": "berths-for-electric-ferries:severity",
}
"""Rows of the starter workspace that the examples are about."""

_NAME = "examples"


def values(
    expressions: Mapping[SubjectKind, Sequence[str]], watch: Sequence[str] = ()
) -> dict[tuple[str, str], str]:
    """Evaluate each expression on the subject of its kind, as a page would show it.

    Keys are the kind of subject (``watch`` for those of watch rules) and the expression. Raises
    ``UsageError`` for an invalid expression.
    """
    with starter() as root:
        checked = flow.check(Workspace(root), AS_OF)
        rulebook = checked.loaded.rulebook
        assert rulebook is not None
        (root / "rules.yaml").write_text(_with(rulebook, expressions, watch), encoding="utf-8")
        checked = flow.check(Workspace(root), AS_OF)
        problems = [d.message for d in checked.diagnostics if d.severity == "error"]
        if problems:
            raise UsageError(f"examples of the rule language: {'; '.join(problems)}")
        profile = SUBJECTS["profile"]
        explained = flow.assess(checked, AS_OF).explain([profile])[profile]
    found: dict[tuple[str, str], str] = {}
    for kind, texts in expressions.items():
        steps = next(
            s.steps
            for s in explained.scorers
            if (s.name, s.on, s.subject) == (_NAME, kind, SUBJECTS[kind])
        )
        sentences = {step.rule: step.because for step in steps}
        found |= {(kind, text): sentences[f"example-{i}"] for i, text in enumerate(texts)}
    notices = {n.rule: n.text for n in explained.outlook.watch}
    found |= {("watch", text): notices[f"example-{i}"] for i, text in enumerate(watch)}
    return found


def _with(
    rulebook: Rulebook, expressions: Mapping[SubjectKind, Sequence[str]], watch: Sequence[str]
) -> str:
    """Return the rulebook, with rules without effect whose sentences are the expressions."""
    scorers = [
        Scorer(
            name=_NAME,
            on=kind,
            rules=tuple(
                Rule(id=f"example-{i}", add=0.0, because=f"{{{text}}}")
                for i, text in enumerate(texts)
            ),
        )
        for kind, texts in expressions.items()
    ]
    notices = [
        WatchRule(id=f"example-{i}", when="true", text=f"{{{text}}}")
        for i, text in enumerate(watch)
    ]
    changed = rulebook.model_copy(
        update={"scorers": (*rulebook.scorers, *scorers), "watch": (*rulebook.watch, *notices)}
    )
    return _json(changed)


def _json(rulebook: Rulebook) -> str:
    """Convert to JSON, which is valid YAML, without keys that are not given."""
    text: str = rulebook.model_dump_json(by_alias=True, exclude_none=True, indent=1)
    return text


def shown(value: Any) -> str:
    """Format a value as sentences do."""
    from assay.scoring.wording import shown as in_words

    return in_words(value)
