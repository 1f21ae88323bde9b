"""Bands of scores: who is rated, how high a band may be, and the evidence that it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from assay.arithmetic import to_points
from assay.cel.lower import Compiler
from assay.cel.operations import TRUE, UNKNOWN, Col, Expr, Lit, apply
from assay.cel.program import Compute
from assay.cel.schema import SPACES
from assay.cel.steps import dependencies, dependents, outputs, renamed
from assay.model.rulebook import Rulebook, Scorer, StandsOn


@dataclass(frozen=True, slots=True)
class BandColumns:
    """The columns of the bands of a scorer; see :class:`assay.cel.program.ScorerColumns`."""

    band: str | None = None
    ceiling: str | None = None
    stands_on: str | None = None
    firm: str | None = None


def near_ceiling(rulebook: Rulebook, scorer: Scorer) -> Expr:
    """Return the condition that the ceiling is near enough for a subject to be rated."""
    if scorer.ceiling is None or scorer.ceiling.widest is None or not rulebook.bands(scorer):
        return TRUE
    reached = _band(rulebook, scorer, f"final.{scorer.name}")
    highest = _band(rulebook, scorer, f"score.{scorer.ceiling.scorer}")
    near = apply("le", apply("sub", highest, reached), Lit(scorer.ceiling.widest))
    return apply("coalesce", near, Lit(False))


def add_bands(
    compiler: Compiler, rulebook: Rulebook, scorer: Scorer, *, needs: Expr
) -> BandColumns:
    """Add the bands of a scorer to the program, after its score.

    ``needs`` is a condition of ``stands_on``, never unknown.
    """
    if not rulebook.bands(scorer):
        return BandColumns()

    def compute(column: str, expr: Expr) -> str:
        return compiler.add(Compute(scorer.on, column, expr))

    band, ceiling = f"band.{scorer.name}", None
    compute(band, _band(rulebook, scorer, f"score.{scorer.name}"))
    if scorer.ceiling is not None:
        highest = _band(rulebook, scorer, f"score.{scorer.ceiling.scorer}")
        ceiling = compute(f"ceiling.{scorer.name}", apply("greatest", Col(band), highest))
    if scorer.stands_on is None:
        return BandColumns(band, ceiling)
    reached = _band(rulebook, scorer, f"final.{scorer.name}")
    dropped = compute(f"reached.{scorer.name}", apply("if", needs, reached, UNKNOWN))
    return _standing(
        compiler, rulebook, scorer, scorer.stands_on, BandColumns(band, ceiling), dropped
    )


def _band(rulebook: Rulebook, scorer: Scorer, points: str) -> Expr:
    """Return the index of the band that a column of points reaches on the scale of a scorer."""
    starts = tuple(to_points(b.from_) for b in rulebook.bands(scorer))
    return apply("band", Col(points), Lit(starts))


def _standing(
    compiler: Compiler,
    rulebook: Rulebook,
    scorer: Scorer,
    option: StandsOn,
    columns: BandColumns,
    dropped: str,
) -> BandColumns:
    """Add the grade of the evidence that the band of a score needs.

    The steps of the column ``dropped`` are repeated for each grade, with elements below it unknown.
    """
    assert columns.band is not None
    space, evidence = scorer.on, f"band.{option.scorer}"
    stated = {(option.on, name) for name in SPACES[option.on].stated}
    affected = dependents(compiler.steps, stated)
    affected &= dependencies(compiler.definitions, [(space, dropped)])
    steps = [s for s in compiler.steps if not affected.isdisjoint(outputs(s))]
    grades = sorted(rulebook.evidence_bands(scorer), key=lambda b: b.from_)
    best: Expr = Lit(0)
    for number, grade in enumerate(grades[1:], start=1):
        suffix = f" on {grade.id}"
        counts = apply("coalesce", apply("ge", Col(evidence), Lit(number)), Lit(False))
        for _, name in sorted(stated):
            masked = apply("if", counts, Col(name), UNKNOWN)
            compiler.add(Compute(option.on, name + suffix, masked))
        for step in steps:
            compiler.add(renamed(step, affected, suffix))
        still = apply("ge", Col(dropped + suffix), Col(columns.band))
        best = apply("if", apply("coalesce", still, Lit(False)), Lit(number), best)
    stands_on = f"stands_on.{scorer.name}"
    rated = apply("known", Col(columns.band))
    compiler.add(Compute(space, stands_on, apply("if", rated, best, UNKNOWN)))
    least = option.provisional_below
    firm = f"{dropped} on {least}" if any(g.id == least for g in grades[1:]) else None
    return BandColumns(columns.band, columns.ceiling, stands_on, firm)
