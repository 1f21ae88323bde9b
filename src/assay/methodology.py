"""What is asked of a rulebook itself: its cases run, all there is to say of it, cut points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from assay.diagnostics import Diagnostic, sort_diagnostics
from assay.documents.suggest import unknown
from assay.errors import InputError, UsageError
from assay.pipeline import Checked, Desk

if TYPE_CHECKING:
    from assay.scoring.distribution import Cutpoint
    from assay.scoring.rule_coverage import Coverage
    from assay.scoring.rule_tests import CaseResult


@dataclass(frozen=True)
class RuleTests:
    """Results of the cases of a rulebook; ``coverage`` only if it was asked for."""

    results: tuple[CaseResult, ...]
    files: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    coverage: Coverage | None


def rule_tests(
    checked: Checked,
    as_of: date | None = None,
    paths: Sequence[Path] | None = None,
    *,
    covered: bool = False,
) -> RuleTests:
    """Run the cases of the workspace, or those of the files named.

    A case is scored at its own date, else its file's, else the rulebook's, else ``as_of``. Raises
    :class:`assay.errors.InputError` where the rulebook has errors; the profiles of the workspace
    play no part.
    """
    from assay.loading.rule_cases import load_cases
    from assay.scoring.rule_tests import RuleTester

    rulebook = checked.loaded.rulebook
    if rulebook is None or checked.program is None:
        raise InputError(checked.diagnostics)
    loaded = load_cases(checked.loaded.workspace, rulebook, as_of or date.max, paths)
    tester = RuleTester(rulebook, covered=covered)
    results = tuple(tester.run(loaded.cases))
    found = None
    if tester.seen is not None:
        from assay.scoring.rule_coverage import coverage

        found = coverage(rulebook, tester.program, tester.seen)
    return RuleTests(results, loaded.files, loaded.diagnostics, found)


def rule_findings(checked: Checked, desk: Desk | None) -> list[Diagnostic]:
    """All there is to say about the rulebook; with ``desk`` also how it parts its profiles."""
    from assay.scoring.distribution import saturated

    files = {f.file for f in checked.loaded.rules.files} if checked.loaded.rules else set()
    found = [d for d in checked.diagnostics if d.file in files]
    if desk is not None:
        found += [checked.loaded.placed(d) for d in saturated(desk.run)]
    return sort_diagnostics(found)


def scorer_cutpoints(desk: Desk, scorer: str, shares: Sequence[float]) -> list[Cutpoint]:
    """Starts of bands that part the profiles by a scorer; ``UsageError`` for an unknown one."""
    from assay.scoring.distribution import cutpoints

    known = [s.scorer.name for s in desk.program.on("profile")]
    if scorer not in known:
        raise UsageError(unknown("scorer of profiles", scorer, known))
    scores = [r.scores[scorer].points for r in desk.results.values()]
    return cutpoints([s for s in scores if s is not None], shares)
