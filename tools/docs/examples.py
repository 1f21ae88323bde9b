"""Examples of the rule language, computed by the engine on the workspace ``assay init`` writes.

Each expression is put into a sentence of a rule, and read where ``assay explain`` shows it.
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
}
"""The rows of the starter workspace that the examples speak of."""

_NAME = "examples"


def values(
    expressions: Mapping[SubjectKind, Sequence[str]], watch: Sequence[str] = ()
) -> dict[tuple[str, str], str]:
    """What each expression gives on the subject of its kind, as a page would show it.

    Keys are the kind of subject (``watch`` for those of watch rules) and the expression. Raises
    ``UsageError`` for one that is refused.
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
        said = {step.rule: step.because for step in steps}
        found |= {(kind, text): said[f"example-{i}"] for i, text in enumerate(texts)}
    notices = {n.rule: n.text for n in explained.outlook.watch}
    found |= {("watch", text): notices[f"example-{i}"] for i, text in enumerate(watch)}
    return found


def _with(
    rulebook: Rulebook, expressions: Mapping[SubjectKind, Sequence[str]], watch: Sequence[str]
) -> str:
    """The rulebook with the expressions in sentences of rules that change nothing, as JSON."""
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
        WatchRule(id=f"example-{i}", horizon="year", when="true", text=f"{{{text}}}")
        for i, text in enumerate(watch)
    ]
    changed = rulebook.model_copy(
        update={"scorers": (*rulebook.scorers, *scorers), "watch": (*rulebook.watch, *notices)}
    )
    return _json(changed)


def _json(rulebook: Rulebook) -> str:
    """The rulebook as JSON, which is YAML too, without the keys that were not given."""
    text: str = rulebook.model_dump_json(by_alias=True, exclude_none=True, indent=1)
    return text


def shown(value: Any) -> str:
    """A value as sentences show it."""
    from assay.scoring.wording import shown as in_words

    return in_words(value)
