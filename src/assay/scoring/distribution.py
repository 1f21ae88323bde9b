"""How scores are distributed over bands: scorers that saturate, and thresholds that split them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Cutpoint:
    """Where a band is to start, in thousandths, and how many of the scores lie in it."""

    start: int
    count: int


def cutpoints(scores: Sequence[int], shares: Sequence[float]) -> list[Cutpoint]:
    """Starts of bands that hold about these shares of the scores, the highest band first.

    ``shares`` are of one whole, in the same order; the lowest band takes what is left and starts
    at 0. Equal scores are never parted, so a band may hold more than its share, and one that
    would be empty is left out.
    """
    ordered = sorted(scores, reverse=True)
    starts: list[int] = []
    taken = 0.0
    for share in shares:
        taken += share
        index = round(taken * len(ordered)) - 1
        start = ordered[min(max(index, 0), len(ordered) - 1)] if ordered else 0
        if start > 0 and (not starts or start < starts[-1]):
            starts.append(start)
    starts.append(0)
    uppers = [1001, *starts[:-1]]
    return [
        Cutpoint(start, sum(start <= s < upper for s in ordered))
        for start, upper in zip(starts, uppers, strict=True)
    ]
