"""What is true of tables while plans are made, and the plans made last."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set

from assay.engines.plan import Facts, Place, outputs, plan
from assay.engines.schedule import Schedule, schedule
from assay.rules.program import Step


class Moving:
    """Facts that also hold where some columns change from one engine to the next.

    The date has another value then, and always one; of other columns nothing is known.
    """

    def __init__(self, facts: Facts, changed: Set[Place]) -> None:
        self._facts = facts
        self._changed = changed

    def complete(self, space: str, column: str) -> bool:
        if (space, column) in self._changed and column != "today":
            return False
        return self._facts.complete(space, column)

    def constant(self, space: str, column: str) -> int | None:
        if (space, column) in self._changed:
            return None
        return self._facts.constant(space, column)


class Plans:
    """The plans made last: the same rules over the same kind of tables are planned once."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._plans: dict[object, tuple[_Noted, list[tuple[Step, ...]], Schedule]] = {}

    def plan(
        self,
        programs: list[tuple[Step, ...]],
        definitions: Mapping[Place, Step],
        wanted: Sequence[Place],
        facts: Facts,
        made: Collection[Place] = (),
        changed: frozenset[Place] = frozenset(),
    ) -> Schedule:
        """How to make the wanted columns by the definitions of the programs.

        Columns of ``made`` are there, except those that are also among ``changed``.
        """
        # Holding on to the programs keeps their identities from being given to others.
        key = (tuple(map(id, programs)), tuple(wanted), frozenset(made), changed)
        found = self._plans.pop(key, None)
        if found is not None and found[0].hold(facts):
            self._plans[key] = found
            return found[2]
        noted = _Noted(facts)
        there = set(made) - changed
        left = {
            place: step
            for place, step in definitions.items()
            if not there.issuperset(outputs(step))
        }
        planned = schedule(plan(left, wanted, noted), wanted)
        if len(self._plans) >= self._room:
            self._plans.pop(next(iter(self._plans)))
        self._plans[key] = (noted, list(programs), planned)
        noted.forget_tables()
        return planned


class _Noted:
    """Facts, and which of them were asked for."""

    def __init__(self, facts: Facts) -> None:
        self._facts: Facts | None = facts
        self._complete: dict[Place, bool] = {}
        self._constant: dict[Place, int | None] = {}

    def complete(self, space: str, column: str) -> bool:
        assert self._facts is not None
        answer = self._facts.complete(space, column)
        self._complete[space, column] = answer
        return answer

    def constant(self, space: str, column: str) -> int | None:
        assert self._facts is not None
        answer = self._facts.constant(space, column)
        self._constant[space, column] = answer
        return answer

    def forget_tables(self) -> None:
        self._facts = None

    def hold(self, facts: Facts) -> bool:
        """Whether every answer would be the same."""
        return all(facts.complete(*p) == a for p, a in self._complete.items()) and all(
            facts.constant(*p) == a for p, a in self._constant.items()
        )


PLANS = Plans(16)
