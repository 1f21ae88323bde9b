"""Scoring rows that stand beside those of a run, with all others held as they are there.

What a row reads of another profile, along an edge, along reach or of a claim that one of its own
rests on, is taken from the run; only what belongs to the row itself is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assay.engines.local import LocalEngine
from assay.engines.plan import Place
from assay.rules.ir import Col, apply
from assay.rules.program import Compute, Gather, Program, Step
from assay.rules.schema import row_column
from assay.scoring.run import Run
from assay.tables.tables import Tables

_PEER, _GROUND = row_column("peer"), row_column("ground")


def run_beside(base: Run, tables: Tables, wanted: Sequence[Place]) -> Run:
    """Score tables whose ``peer_row`` and, among grounds, ``there`` lead to rows of ``base``.

    ``wanted`` are the columns that are going to be read.
    """
    needed = base.engine.needs(wanted)
    away = [
        step
        for step in base.program.steps
        if isinstance(step, Gather)
        and step.link in (_PEER, _GROUND)
        and (step.space, step.column) in needed
        and tables.height(step.space)
    ]
    base.engine.make((step.target, step.origin) for step in away)
    grounds = [step for step in away if step.link == _GROUND]
    program = _reading_there(base.program, grounds) if grounds else base.program
    engine = LocalEngine(tables)
    for step in away:
        link = "there" if step.link == _GROUND else step.link
        rows = tables.frames[step.space].get_column(link)
        name = _there(step) if step.link == _GROUND else step.column
        seen = base.engine.column(step.target, step.origin).gather(rows)
        engine.add(step.space, seen.alias(name))
    engine.run(program.steps)
    engine.make(wanted)
    return Run(base.rulebook, program, tables, engine)


def _there(step: Gather) -> str:
    return f"{step.column}, there"


def _reading_there(program: Program, grounds: Sequence[Gather]) -> Program:
    """The program with grounds of other profiles read from columns that hold them."""
    steps: list[Step] = []
    read = {id(step) for step in grounds}
    for step in program.steps:
        if not isinstance(step, Gather) or id(step) not in read:
            steps.append(step)
            continue
        here = f"{step.column}, here"
        steps.append(replace(step, column=here))
        away = apply("known", Col("there"))
        value = apply("if", away, Col(_there(step)), Col(here))
        steps.append(Compute(step.space, step.column, value))
    return replace(program, steps=tuple(steps))
