"""What a grade may have moved by: the rules that were edited, or the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.model.rulebook import Rulebook
from assay.scoring.grounds import Basis

EVIDENCE = "evidence"


class EditedRules:
    """The rules (``on.scorer.rule``) and scorers (``on.scorer``) that a lock has otherwise."""

    def __init__(self, locked: Mapping[str, Any], rulebook: Rulebook) -> None:
        now = _parts(rulebook.model_dump(mode="json", by_alias=True))
        was = _parts(Rulebook.model_validate(locked).model_dump(mode="json", by_alias=True))
        self.edited = {k for k in {*now, *was} if now.get(k) != was.get(k)}

    def cause(self, basis: Basis) -> str:
        """The edited rules a grade was made by, or may have been made by; else the evidence."""
        acted = {f"{d.scorer}.{d.step.rule}" for d in basis.steps} & self.edited
        acted |= self.edited & set(basis.scorers)
        # A rule that was lifted leaves no step; nor does one that no longer decides anything.
        silent = {k for k in self.edited if k.rpartition(".")[0] in basis.scorers}
        return "+".join(sorted(acted or silent)) or EVIDENCE


def _parts(rulebook: Mapping[str, Any]) -> dict[str, object]:
    """Every rule by ``on.scorer.rule``, and the rest of each scorer by ``on.scorer``."""
    parts: dict[str, object] = {}
    for scorer in rulebook["scorers"]:
        key = f"{scorer['on']}.{scorer['name']}"
        parts[key] = [scorer["start"], scorer["pool"], _scale(rulebook, scorer)]
        for rule in scorer["rules"]:
            kept = {k: v for k, v in rule.items() if k not in ("because", "rationale", "source")}
            parts[f"{key}.{rule['id']}"] = kept
    return parts


def _scale(rulebook: Mapping[str, Any], scorer: Mapping[str, Any]) -> object:
    name = scorer["scale"]
    return None if name is None else rulebook["scales"].get(name)
