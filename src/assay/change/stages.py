"""From the locked state to what is scored now, one input at a time.

The order is evidence, time, rules, neighbours. At each stage the one engine scores with the
inputs so far as they are now and the others as they were, and an input that did not move has no
stage. The scores of neighbours are held as they were locked until the last stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from assay.change.lock import Lock, LockedProfile
from assay.change.plan import CauseKind
from assay.errors import UsageError
from assay.model.audience import seen_by
from assay.model.rulebook import Rulebook
from assay.rules.check import check_rulebook
from assay.rules.program import Program
from assay.scoring import SCORING_VERSION
from assay.scoring.held import Held, reads_neighbours, run_held
from assay.scoring.run import Run
from assay.tables.build import build_tables
from assay.tables.tables import Tables

if TYPE_CHECKING:
    from assay.desk import Desk


@dataclass(frozen=True)
class Stage:
    """What is scored when the input called ``kind`` has moved too."""

    kind: CauseKind
    run: Run


@dataclass(frozen=True)
class Baseline:
    """The locked state, ready to be scored with: the lock and its rulebook, compiled."""

    lock: Lock

    @cached_property
    def rulebook(self) -> Rulebook:
        """The rulebook as it was applied."""
        try:
            return Rulebook.model_validate(dict(self.lock.rulebook))
        except ValueError:
            raise _unreadable() from None

    @cached_property
    def program(self) -> Program:
        """That rulebook, compiled by this version."""
        program, _ = check_rulebook(self.rulebook)
        if program is None:
            raise _unreadable()
        return program


def _unreadable() -> UsageError:
    return UsageError(
        "the rulebook in grades.lock is not one that this version of assay can read; plan with "
        "the version that applied it, or delete grades.lock and apply anew"
    )


class Stages:
    """Makes the stages between a locked state and a desk, for the desk's audience."""

    def __init__(
        self, base: Baseline, desk: Desk, before: Mapping[str, LockedProfile], *, evidence: bool
    ) -> None:
        self._base = base
        self._desk = desk
        self._evidence = evidence
        self._held: Held = {
            i: {name: (s.points, s.coverage) for name, s in p.scores.items()}
            for i, p in before.items()
        }

    @property
    def engine_moved(self) -> bool:
        """Whether another engine made the locked scores."""
        return self._base.lock.engine != SCORING_VERSION

    @cached_property
    def made(self) -> tuple[Stage, ...]:
        """The stages in their order; the last is the desk as it is."""
        desk, lock = self._desk, self._base.lock
        dated = lock.as_of != desk.as_of
        ruled = _effective(self._base.rulebook) != _effective(desk.rulebook)
        old_rules = self._base.rulebook if ruled else desk.rulebook
        old_program = self._base.program if ruled else desk.program
        stages: list[Stage] = []
        if self._evidence or self.engine_moved:
            kind: CauseKind = "evidence" if self._evidence else "engine"
            last = not dated and not ruled
            stages.append(Stage(kind, self._run(old_rules, old_program, lock.as_of, last)))
        if dated:
            stages.append(Stage("time", self._run(old_rules, old_program, desk.as_of, not ruled)))
        if ruled:
            stages.append(Stage("rule", self._run(desk.rulebook, desk.program, desk.as_of, True)))
        if not stages or stages[-1].run is not desk.run:
            stages.append(Stage("neighbour" if stages else "engine", desk.run))
        return tuple(stages)

    def before(self, index: int) -> Run:
        """What was scored before a stage: the stage before it, or the locked state itself.

        The locked state can be scored again only where the evidence is as it was.
        """
        if index:
            return self.made[index - 1].run
        base = self._base
        return self._held_run(base.rulebook, base.program, base.lock.as_of)

    def _run(self, rulebook: Rulebook, program: Program, as_of: date, last: bool) -> Run:
        """``last``: no input but the neighbours moves after this stage."""
        if last and not reads_neighbours(program):
            return self._desk.run
        return self._held_run(rulebook, program, as_of)

    def _held_run(self, rulebook: Rulebook, program: Program, as_of: date) -> Run:
        """The evidence as it is, scored by other rules or at another date, neighbours held."""
        tables, now = self._tables(rulebook, as_of), self._desk.run
        near = now if tables is now.tables else None
        return run_held(rulebook, program, tables, self._held, near)

    def _tables(self, rulebook: Rulebook, as_of: date) -> Tables:
        desk = self._desk
        if as_of == desk.as_of and _shape(rulebook) == _shape(desk.rulebook):
            return desk.run.tables
        audience = desk.audience
        if audience not in rulebook.audiences:
            audience = rulebook.audiences[-1]
        corpus = seen_by(desk.written, rulebook.audiences, audience, as_of)
        return build_tables(corpus, rulebook, as_of)


def _effective(rulebook: Rulebook) -> object:
    """What of a rulebook can move a score; its date is an input of its own."""
    return rulebook.model_dump(exclude={"settings": {"as_of"}, "guard": True})


def _shape(rulebook: Rulebook) -> object:
    """What of a rulebook shapes the tables."""
    return (rulebook.audiences, rulebook.reach, rulebook.settings.review_after_days)
