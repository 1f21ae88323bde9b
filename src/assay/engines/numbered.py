"""Steps made once more under other names: a number stands behind each column that differs."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from assay.engines.plan import POOL_PARTS, Place
from assay.rules.ir import Apply, Col, Each, Expr
from assay.rules.program import Aggregate, Compute, Gather, PoolUp, Step


def numbered(name: str, number: int) -> str:
    """What the column that stands in for another has for a name, by its number, from 1."""
    for part in POOL_PARTS:
        if name.endswith(part):
            return f"{numbered(name.removesuffix(part), number)}{part}"
    return f"{name} @{number}"


def renumbered(step: Step, differing: Set[Place], number: int) -> Step:
    """The step for the columns of that number: of ``differing`` it reads and defines these."""

    def there(space: str, name: str) -> str:
        return numbered(name, number) if (space, name) in differing else name

    column = numbered(step.column, number)
    match step:
        case Compute():
            return Compute(step.space, column, _renamed(step.expr, step.space, differing, number))
        case Gather():
            return replace(step, column=column, origin=there(step.target, step.origin))
        case Aggregate():
            source = None if step.source is None else there(step.elements, step.source)
            return replace(step, column=column, source=source)
        case PoolUp():
            space = step.elements
            return replace(
                step,
                column=column,
                keep=there(space, step.keep),
                take=there(space, step.take),
                cover=there(space, step.cover),
                by=None if step.by is None else there(space, step.by),
            )


def _renamed(expr: Expr, space: str, differing: Set[Place], number: int) -> Expr:
    if isinstance(expr, Col):
        return Col(numbered(expr.name, number)) if (space, expr.name) in differing else expr
    if isinstance(expr, Each):
        return replace(expr, items=_renamed(expr.items, space, differing, number))
    if not isinstance(expr, Apply):
        return expr
    return Apply(expr.op, tuple(_renamed(a, space, differing, number) for a in expr.args))
