"""What was made of programs last, so that it is made once for several engines that run them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from assay.rules.program import Step

Made = TypeVar("Made")

_ROOM = 16


class Recent(Generic[Made]):
    """The latest results of a function of programs; the programs are known by identity."""

    def __init__(self, make: Callable[..., Made]) -> None:
        self._make = make
        self._kept: dict[object, tuple[list[tuple[Step, ...]], Made]] = {}

    def of(self, programs: Sequence[tuple[Step, ...]], *further: Hashable) -> Made:
        """The result for the programs, followed by arguments that are compared by value."""
        # Holding on to the programs keeps their identities from being given to others.
        key = (tuple(map(id, programs)), further)
        if key not in self._kept:
            if len(self._kept) >= _ROOM:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (list(programs), self._make(programs, *further))
        return self._kept[key][1]
