"""The columns that steps of a program read and define, and copies of steps for other columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from assay.cel.operations import Apply, Col, Each, Expr
from assay.cel.program import Aggregate, Compute, Gather, PoolUp, Step

Place = tuple[str, str]
"""Address of a column: its space and its name."""

POOL_SUFFIXES = (".elements", ".coverage")
"""Suffixes of the columns that a pool defines besides its score."""


def definition(definitions: Mapping[Place, Step], place: Place) -> Step | None:
    """Step that defines a column, or None for a column of the tables."""
    step = definitions.get(place)
    if step is None:
        for part in POOL_SUFFIXES:
            if place[1].endswith(part):
                step = definitions.get((place[0], place[1].removesuffix(part)))
    return step


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
            names = [step.owner, step.keep, step.take, step.cover, step.by, step.weight]
    return [(step.elements, name) for name in names if name is not None]


def outputs(step: Step) -> tuple[Place, ...]:
    """Columns that a step defines."""
    names = [step.column]
    if isinstance(step, PoolUp):
        names += [step.column + part for part in POOL_SUFFIXES]
    return tuple((step.space, name) for name in names)


def dependencies(definitions: Mapping[Place, Step], wanted: Iterable[Place]) -> set[Place]:
    """Wanted columns and all columns they depend on, including those of the tables."""
    found: set[Place] = set()
    waiting = list(wanted)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            step = definition(definitions, place)
            waiting += inputs(step) if step else ()
    return found


def dependents(steps: Iterable[Step], changed: Set[Place]) -> set[Place]:
    """Changed columns and all that depend on them; ``steps`` are in the order of a program."""
    found = set(changed)
    for step in steps:
        if not found.isdisjoint(inputs(step)):
            found.update(outputs(step))
    return found


def suffixed(name: str, suffix: str) -> str:
    """Add a suffix to the name of a column, before the suffixes of a pool."""
    for part in POOL_SUFFIXES:
        if name.endswith(part):
            return f"{suffixed(name.removesuffix(part), suffix)}{part}"
    return name + suffix


def renamed(step: Step, places: Set[Place], suffix: str) -> Step:
    """Copy a step: it defines its column with a suffix, and so reads the columns in ``places``."""

    def name_of(space: str, name: str) -> str:
        return suffixed(name, suffix) if (space, name) in places else name

    def optional(space: str, name: str | None) -> str | None:
        return None if name is None else name_of(space, name)

    column = suffixed(step.column, suffix)
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
                cover=name_of(space, step.cover),
                by=optional(space, step.by),
                weight=optional(space, step.weight),
            )


def _renamed(expr: Expr, space: str, places: Set[Place], suffix: str) -> Expr:
    if isinstance(expr, Col):
        return Col(suffixed(expr.name, suffix)) if (space, expr.name) in places else expr
    if isinstance(expr, Each):
        return replace(expr, items=_renamed(expr.items, space, places, suffix))
    if not isinstance(expr, Apply):
        return expr
    return Apply(expr.op, tuple(_renamed(a, space, places, suffix) for a in expr.args))
