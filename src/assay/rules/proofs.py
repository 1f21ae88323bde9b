"""Why a condition cannot be true, in words: the part of it that cannot, with its values."""

from __future__ import annotations

import math

from assay.rules.analysis import Analysis
from assay.rules.domain import Domain
from assay.rules.ir import Apply, Col, Expr
from assay.rules.program import Compute, Gather, Program


def impossible(analysis: Analysis, program: Program, space: str, expr: Expr) -> str:
    """Why a condition cannot be true: the part of it that cannot, with the values it meets."""
    expr = _followed(program, space, expr)
    if isinstance(expr, Apply) and expr.op == "and":
        for part in expr.args:
            if not analysis.expression(space, part).true:
                return impossible(analysis, program, space, part)
        return "its parts contradict each other"
    if isinstance(expr, Apply) and len(expr.args) == 2 and isinstance(expr.args[0], Col):
        name = _shown_column(program, space, expr.args[0].name)
        return f"{name} is {_shown(analysis.expression(space, expr.args[0]))}"
    return "none of its parts can be true"


def _followed(program: Program, space: str, expr: Expr) -> Expr:
    while isinstance(expr, Col):
        step = program.definitions.get((space, expr.name))
        if not isinstance(step, Compute):
            break
        expr = step.expr
    return expr


def _shown_column(program: Program, space: str, column: str) -> str:
    while isinstance(step := program.definitions.get((space, column)), Gather):
        space, column = step.target, step.origin
    if column.startswith(("x", "score.", "cover.")) and (space, column) in program.definitions:
        return column.partition(".")[2] or "it"
    return column if "." in column else f"{space}.{column}"


def _shown(domain: Domain) -> str:
    if domain.words is not None:
        return "one of " + ", ".join(sorted(domain.words))
    if math.isfinite(domain.low) and math.isfinite(domain.high):
        return f"from {_number(domain.low)} to {_number(domain.high)}"
    if math.isfinite(domain.low):
        return f"at least {_number(domain.low)}"
    return f"at most {_number(domain.high)}" if math.isfinite(domain.high) else "something else"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
