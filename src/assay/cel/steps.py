"""The columns that steps of a program read and define, and copies of steps for other columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from assay.cel.operations import Apply, Col, Each, Expr
from assay.cel.program import Aggregate, Compute, Gather, PoolUp, Step

Place = tuple[str, str]
"""Address of a column: its space and its name."""


def inputs(step: Step) -> list[Place]:
    """Columns that a step reads."""
    match step:
        case Compute():
            return [(step.space, name) for name in step.reads]
        case Gather():
            return [(step.space, step.link), (step.target, step.origin)]
        case Aggregate():
            names = [step.owner, step.source]
        case PoolUp():
            names = [step.owner, step.peer, step.keep, step.take, step.by, step.weight]
    return [(step.elements, name) for name in names if name is not None]


def outputs(step: Step) -> tuple[Place, ...]:
    """Columns that a step defines."""
    return ((step.space, step.column),)


def dependencies(definitions: Mapping[Place, Step], wanted: Iterable[Place]) -> set[Place]:
    """Wanted columns and all columns they depend on, including those of the tables."""
    found: set[Place] = set()
    waiting = list(wanted)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            step = definitions.get(place)
            waiting += inputs(step) if step else ()
    return found


def dependents(steps: Iterable[Step], changed: Set[Place]) -> set[Place]:
    """Changed columns and all that depend on them; ``steps`` are in the order of a program."""
    found = set(changed)
    for step in steps:
        if not found.isdisjoint(inputs(step)):
            found.update(outputs(step))
    return found


def renamed(step: Step, places: Set[Place], suffix: str) -> Step:
    """Copy a step: it defines its column with a suffix, and so reads the columns in ``places``."""

    def name_of(space: str, name: str) -> str:
        return name + suffix if (space, name) in places else name

    def optional(space: str, name: str | None) -> str | None:
        return None if name is None else name_of(space, name)

    column = step.column + suffix
    match step:
        case Compute():
            return Compute(step.space, column, _renamed(step.expr, step.space, places, suffix))
        case Gather():
            return replace(step, column=column, origin=name_of(step.target, step.origin))
        case Aggregate():
            return replace(step, column=column, source=optional(step.elements, step.source))
        case PoolUp():
            space = step.elements
            return replace(
                step,
                column=column,
                keep=name_of(space, step.keep),
                take=name_of(space, step.take),
                by=optional(space, step.by),
                weight=optional(space, step.weight),
            )


def _renamed(expr: Expr, space: str, places: Set[Place], suffix: str) -> Expr:
    if isinstance(expr, Col):
        return Col(expr.name + suffix) if (space, expr.name) in places else expr
    if isinstance(expr, Each):
        return replace(expr, items=_renamed(expr.items, space, places, suffix))
    if not isinstance(expr, Apply):
        return expr
    return Apply(expr.op, tuple(_renamed(a, space, places, suffix) for a in expr.args))
