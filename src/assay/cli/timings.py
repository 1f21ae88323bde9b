"""Where the time went, and what a person who waits is told."""

from __future__ import annotations

import time

import click

_PATIENCE_SECONDS = 2.0


class Clock:
    """Measures stages. With ``progress`` a stage that begins late is named on stderr."""

    def __init__(self, timings: bool, *, progress: bool = False) -> None:
        self._timings = timings
        self._progress = progress
        self._begun = time.perf_counter()
        self._stages: list[tuple[str, float]] = []

    def stage(self, name: str) -> None:
        """A stage begins; the one before has ended."""
        now = time.perf_counter()
        self._stages.append((name, now))
        if self._progress and now - self._begun > _PATIENCE_SECONDS:
            click.echo(f"{now - self._begun:6.1f} s  {name} …", err=True)

    def print(self) -> None:
        """Say how long each stage took, if that was asked for."""
        if not self._timings:
            return
        end = time.perf_counter()
        ends = [begun for _, begun in self._stages[1:]] + [end]
        for (name, begun), ended in zip(self._stages, ends, strict=True):
            click.echo(f"{ended - begun:8.3f} s  {name}", err=True)
        click.echo(f"{end - self._begun:8.3f} s  in all", err=True)
