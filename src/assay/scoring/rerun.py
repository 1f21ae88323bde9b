"""Scoring again under another rulebook: only what the edit touches is computed anew."""

from __future__ import annotations

from assay.model.rulebook import Rulebook
from assay.rules.program import Program
from assay.scoring.run import Run


def rerun(base: Run, rulebook: Rulebook, program: Program) -> Run:
    """Score the tables of ``base`` with another program.

    A column is kept where its step and all that the step reads are the same as in ``base``.
    Reach and the days of review must be the same in both rulebooks: they shape the tables.
    """
    engine = base.engine.revised(program.steps)
    return Run(rulebook, program, base.tables, engine)
