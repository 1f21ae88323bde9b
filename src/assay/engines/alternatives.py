"""Programs that are close to each other as one: what differs is defined once for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from assay.engines.numbered import numbered, renumbered
from assay.engines.plan import Place, hanging_on, outputs
from assay.engines.recent import Recent
from assay.engines.sharing import Shared
from assay.rules.program import Compute, Step

_Defined = dict[Place, Step]


@dataclass(frozen=True)
class Alternatives:
    """The ``steps`` of all programs; ``differing`` are the columns that the first defines so.

    ``made`` says for each program what its own columns are called, by the names they have in it.
    """

    steps: tuple[Step, ...]
    differing: frozenset[Place]
    made: tuple[Mapping[Place, Place], ...]

    @property
    def changed(self) -> set[Place]:
        """All columns that one of the programs defines for itself."""
        return {place for own in self.made for place in own.values()}


def _together(programs: Sequence[tuple[Step, ...]], own: int) -> Alternatives:
    first = _defined(step for steps in programs[:own] for step in steps)
    others = [_defined(steps) for steps in programs[own:]]
    redefined = {
        made
        for other in others
        for place, step in other.items()
        if first.get(place) != step
        for made in outputs(step)
    }
    differing = hanging_on(first.values(), redefined)
    every = [{p: s for p, s in each.items() if p in differing} for each in (first, *others)]
    shared = _share(every, differing)
    steps = [step for place, step in first.items() if place not in differing]
    steps += [*shared.parts.values(), *every[0].values()]
    for number, each in enumerate(every[1:], start=1):
        steps += (renumbered(step, differing, number) for step in each.values())
    made = [
        {place: _place(place, number) for step in each.values() for place in outputs(step)}
        for number, each in enumerate(every)
    ]
    return Alternatives(tuple(steps), frozenset(differing), tuple(made))


ALTERNATIVES = Recent(_together)
"""Of programs, so many of which are taken up together as the first, and the others."""


def _defined(steps: Iterable[Step]) -> _Defined:
    return {(step.space, step.column): step for step in steps}


def _place(place: Place, number: int) -> Place:
    return (place[0], numbered(place[1], number)) if number else place


def _share(programs: Sequence[_Defined], differing: Set[Place]) -> Shared:
    """Write the steps of all programs with columns for what their expressions share."""
    shared = Shared()
    for place in programs[0]:
        steps = [program.get(place) for program in programs]
        computed = [step for step in steps if isinstance(step, Compute)]
        if len(computed) < len(steps):
            continue
        names = {name for space, name in differing if space == place[0]}
        written = shared.rewritten(place[0], [step.expr for step in computed], names)
        for program, expr in zip(programs, written, strict=True):
            program[place] = Compute(*place, expr)
    return shared
