"""What is likely a mistake in a rulebook that can be computed: each finding comes with its proof.

The proofs are from :mod:`assay.rules.analysis`: what is said to be out of reach is out of reach for
every document, and what is said to be always true is so for every row.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from assay.diagnostics import Diagnostic, ValueLocation
from assay.diagnostics import rule_codes as codes
from assay.model.rulebook import Rulebook
from assay.rules.analysis import Analysis
from assay.rules.expressions import Path
from assay.rules.lint_rules import RuleLint
from assay.rules.lint_scales import band_words, unreached_bands
from assay.rules.lint_values import Values, unknown_values
from assay.rules.program import Program
from assay.rules.unused import unused_names


def lint_rulebook(
    rulebook: Rulebook, program: Program, written: Values, as_of: date | None
) -> Iterator[Diagnostic]:
    """Warnings and infos about a rulebook without errors, at a date."""
    yield from unused_names(rulebook)
    yield from _expiries(rulebook, as_of)
    for name, bands in rulebook.scales.items():
        yield from band_words(name, bands)
    analysis = Analysis(program)
    for index, scorer in enumerate(rulebook.scorers):
        columns = program.scorer(scorer.key)
        here: Path = ("scorers", index)
        yield from RuleLint(analysis, program, columns, here).findings()
        yield from unreached_bands(analysis, rulebook.bands(scorer), scorer, here)
        for j, rule in enumerate(columns.rules):
            place = (*here, "rules", j, "when")
            yield from unknown_values(program, scorer.on, rule.outcome, written, place)


def _expiries(rulebook: Rulebook, as_of: date | None) -> Iterator[Diagnostic]:
    for i, scorer in enumerate(rulebook.scorers):
        for j, rule in enumerate(scorer.rules):
            if rule.disabled is None:
                continue
            until = rule.disabled.until
            place = ("scorers", i, "rules", j, "disabled")
            if as_of is not None and as_of >= until:
                message = f"the rule {rule.id!r} was switched off until {until} and is in force"
                yield codes.RULE_EXPIRY.at(ValueLocation(place), message, "take 'disabled' out")
            else:
                message = f"the rule {rule.id!r} is switched off until {until}"
                yield codes.RULE_EXPIRY.at(ValueLocation(place), message, rule.disabled.reason)
