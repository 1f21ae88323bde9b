"""Scorers that no longer tell the profiles of a workspace apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from assay.diagnostics import Diagnostic, ValueLocation
from assay.diagnostics.rule_codes import SATURATED_SCORER
from assay.scoring.run import Run, ordered_bands

_FEWEST = 10
_MOST = 0.8


def saturated(run: Run) -> Iterator[Diagnostic]:
    """A finding for every graded profile scorer with more than four fifths in one band."""
    for index, scorer in enumerate(run.rulebook.scorers):
        if scorer.on != "profile" or not run.rulebook.bands(scorer):
            continue
        scores = run.scores(run.program.scorer(scorer.key))
        counts = Counter(s.band.id for s in scores if s.band)
        total = counts.total()
        if total < _FEWEST or max(counts.values()) <= _MOST * total:
            continue
        bands = ordered_bands(run.rulebook.bands(scorer))[::-1]
        told = ", ".join(f"{counts[b.id]} {b.id}" for b in bands)
        most = counts.most_common(1)[0]
        yield SATURATED_SCORER.at(
            ValueLocation(("scorers", index, "name")),
            f"{most[1]} of {total} profiles are in one band of {scorer.name}: {told}",
            f"'assay rules cutpoints {scorer.name}' shows bands that would part them",
        )
