"""Where the time went, and what a person who waits is told."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable
from typing import TextIO

import click

from assay.progress import watching

_PATIENCE_SECONDS = 2.0
_TERMINAL_SECONDS = 0.2
_LINE_SECONDS = 2.0


class Clock:
    """Measures stages, and tells of those that take long.

    Nothing is said in the first two seconds. On a terminal one line is written over and over;
    elsewhere, where it was asked for, each is a line of its own.
    """

    def __init__(
        self,
        *,
        timings: bool,
        progress: bool,
        out: TextIO | None = None,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._out = out or sys.stderr
        self._terminal = self._out.isatty()
        self._timings = timings
        self._progress = progress or self._terminal
        self._now = now
        self._begun = self._said = now()
        self._stages: list[tuple[str, float]] = []
        self._counts: dict[str, float] = {}
        self._line = False

    def stage(self, name: str) -> None:
        """A stage begins; the one before has ended."""
        now = self._now()
        self._stages.append((name, now))
        self._counts.clear()
        if self._progress and now - self._begun > _PATIENCE_SECONDS:
            self._say(now, name)

    def counted(self, what: str, done: int, total: int) -> None:
        """So many of so many are done."""
        if not self._progress:
            return
        now = self._now()
        since = self._counts.setdefault(what, now) if done else now
        self._counts[what] = since
        pause = _TERMINAL_SECONDS if self._terminal else _LINE_SECONDS
        if now - self._begun > _PATIENCE_SECONDS and now - self._said >= pause:
            name = self._stages[-1][0] if self._stages else "working"
            left = (now - since) / done * (total - done) if done else None
            rest = "" if left is None else f", about {_duration(left)} left"
            self._say(now, f"{name}: {done:,} of {total:,} {what}{rest}")

    def _say(self, now: float, text: str) -> None:
        shown = f"{now - self._begun:6.1f} s  {text}"
        self._out.write(f"\r{shown}\x1b[K" if self._terminal else f"{shown}\n")
        self._out.flush()
        self._line = self._terminal
        self._said = now

    def close(self) -> None:
        """Leave the terminal as it was, and say where the time went, if that was asked for."""
        if self._line:
            self._out.write("\r\x1b[K")
        if not self._timings:
            return
        end = self._now()
        begun = [self._begun, *(begun for _, begun in self._stages)]
        names = ["starting", *(name for name, _ in self._stages)]
        spent: dict[str, float] = {}
        for name, start, stop in zip(names, begun, [*begun[1:], end], strict=True):
            spent[name] = spent.get(name, 0.0) + stop - start
        for name, seconds in spent.items():
            self._out.write(f"{seconds:8.3f} s  {name}\n")
        self._out.write(f"{end - self._begun:8.3f} s  in all\n")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def observed(command: Callable[..., None]) -> Callable[..., None]:
    """``--progress`` and ``--timings`` for a command that may take long."""

    @click.option(
        "--progress", is_flag=True, help="Tell how far it is, to stderr, even where no one looks."
    )
    @click.option("--timings", is_flag=True, help="Print where the time went, to stderr.")
    @functools.wraps(command)
    def run(*given: object, progress: bool, timings: bool, **options: object) -> None:
        clock = Clock(timings=timings, progress=progress)
        try:
            with watching(clock):
                command(*given, **options)
        finally:
            clock.close()

    return run
