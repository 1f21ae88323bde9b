"""Scoring again under another rulebook: only what the edit touches is computed anew."""

from __future__ import annotations

from collections.abc import Iterator

from assay.engines.local import LocalEngine
from assay.model.rulebook import Rulebook
from assay.rules.ir import columns
from assay.rules.program import Aggregate, Compute, Gather, PoolUp, Program, Step
from assay.scoring.run import Run

_Place = tuple[str, str]


def rerun(base: Run, rulebook: Rulebook, program: Program) -> Run:
    """Score the tables of ``base`` with another program.

    A column is kept where its step and all that the step reads are the same as in ``base``.
    Reach and the days of review must be the same in both rulebooks: they shape the tables.
    """
    engine = LocalEngine(base.tables)
    engine.frames = dict(base.engine.frames)
    had = {(s.space, s.column): s for s in base.program.steps}
    stale: set[_Place] = set()
    todo: list[Step] = []
    for step in program.steps:
        place = (step.space, step.column)
        if had.get(place) == step and not any(p in stale for p in _inputs(step)):
            continue
        stale.update(_outputs(step))
        todo.append(step)
    engine.run(todo)
    return Run(rulebook, program, base.tables, engine)


def _outputs(step: Step) -> Iterator[_Place]:
    yield (step.space, step.column)
    if isinstance(step, PoolUp):
        yield (step.space, f"{step.column}.coverage")
        yield (step.space, f"{step.column}.elements")


def _inputs(step: Step) -> Iterator[_Place]:
    match step:
        case Compute():
            yield from ((step.space, c) for c in columns(step.expr))
        case Gather():
            yield (step.target, step.origin)
        case Aggregate():
            if step.source is not None:
                yield (step.elements, step.source)
        case PoolUp():
            for column in (step.keep, step.take, step.cover, step.by):
                if column is not None:
                    yield (step.elements, column)
