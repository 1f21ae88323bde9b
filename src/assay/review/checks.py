"""What ``assay check`` says about the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assay.diagnostics import ledger_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, Position
from assay.model.documents import Corpus
from assay.model.identity import Identity
from assay.model.rulebook import Rulebook

if TYPE_CHECKING:
    from assay.review.decisions import Decision
    from assay.review.ledger import Ledger


def check_ledger(
    path: Path, corpus: Corpus | None = None, rulebook: Rulebook | None = None
) -> list[Diagnostic]:
    """Everything that is wrong with a ledger: changed, dangling and broken lines.

    With the documents and the rulebook also the overrides of what is not there any more.
    """
    if not path.exists():
        return []
    from assay.review.ledger import read_ledger

    ledger = read_ledger(path, None if corpus is None else Identity(corpus, rulebook))
    found = list(ledger.diagnostics)
    if corpus is not None and rulebook is not None:
        found += _gone(ledger, path.name, corpus, rulebook)
    return found


def _gone(ledger: Ledger, file: str, corpus: Corpus, rulebook: Rulebook) -> list[Diagnostic]:
    scales = {s.name: {b.id for b in rulebook.bands(s)} for s in rulebook.scorers if s.scale}
    found = []
    for decision in ledger.in_force:
        if decision.kind != "override":
            continue
        lost = _lost(decision, corpus, scales)
        if lost:
            found.append(
                codes.OVERRIDE_GONE.at(
                    Position(file, ledger.lines[decision.id], 1),
                    f"the override {decision.short} speaks of {lost}, which is not there any more",
                    f"'assay review undo {decision.short}' takes it back",
                )
            )
    return found


def _lost(decision: Decision, corpus: Corpus, scales: dict[str, set[str]]) -> str | None:
    for subject in decision.subjects:
        if subject.profile not in corpus.profiles:
            return f"the profile {subject.profile!r}"
        if subject.scorer is not None and subject.scorer not in scales:
            return f"the score {subject.scorer!r}"
        if subject.scorer is not None and decision.band not in scales[subject.scorer]:
            return f"the band {decision.band!r} of {subject.scorer}"
    return None
