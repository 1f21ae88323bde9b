"""Progress of long work, as a side channel like a log.

Work names its stages and counts its items whether or not a watcher is set. No result depends on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeVar

_T = TypeVar("_T")


class Watcher(Protocol):
    """Receiver of progress."""

    def stage(self, name: str) -> None:
        """Begin a stage and end the previous one."""
        ...

    def counted(self, what: str, done: int, total: int) -> None:
        """Receive the number of finished items."""
        ...


_WATCHER: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Report the progress of the work inside the context to ``watcher``."""
    before = _WATCHER.set(watcher)
    try:
        yield
    finally:
        _WATCHER.reset(before)


def stage(name: str) -> None:
    """Begin a stage of the work."""
    watcher = _WATCHER.get()
    if watcher is not None:
        watcher.stage(name)


def counting(items: Collection[_T], what: str) -> Iterable[_T]:
    """Report each item when it is reached; ``what`` names the items in the plural."""
    return counting_up_to(items, len(items), what)


def counting_up_to(items: Iterable[_T], total: int, what: str) -> Iterable[_T]:
    """Report each item as :func:`counting` does, for items without a length."""
    watcher = _WATCHER.get()
    return items if watcher is None else _counted(watcher, items, total, what)


def _counted(watcher: Watcher, items: Iterable[_T], total: int, what: str) -> Iterator[_T]:
    for done, item in enumerate(items):
        watcher.counted(what, done, total)
        yield item
