"""How far a long piece of work has come, told to whoever watches.

A side channel like a log: work names its stages and counts what it goes through, and neither
knows nor asks whether anybody looks. Nothing that is computed depends on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeVar

_T = TypeVar("_T")


class Watcher(Protocol):
    """Who is told."""

    def stage(self, name: str) -> None:
        """A stage begins; the one before has ended."""
        ...

    def counted(self, what: str, done: int, total: int) -> None:
        """So many of so many are done."""
        ...


_WATCHER: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Tell ``watcher`` of what is done meanwhile."""
    before = _WATCHER.set(watcher)
    try:
        yield
    finally:
        _WATCHER.reset(before)


def stage(name: str) -> None:
    """A stage of the work begins."""
    watcher = _WATCHER.get()
    if watcher is not None:
        watcher.stage(name)


def counting(items: Collection[_T], what: str) -> Iterable[_T]:
    """The items, counted while somebody goes through them; ``what`` names them in the plural."""
    return counting_up_to(items, len(items), what)


def counting_up_to(items: Iterable[_T], total: int, what: str) -> Iterable[_T]:
    """The same for items that have no length of their own."""
    watcher = _WATCHER.get()
    return items if watcher is None else _counted(watcher, items, total, what)


def _counted(watcher: Watcher, items: Iterable[_T], total: int, what: str) -> Iterator[_T]:
    for done, item in enumerate(items):
        watcher.counted(what, done, total)
        yield item
