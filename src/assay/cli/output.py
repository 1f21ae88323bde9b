"""Output of commands: streams of any encoding, JSON, tables, progress and timings."""

from __future__ import annotations

import codecs
import functools
import io
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

import click

from assay.progress import watching

_PATIENCE_SECONDS = 2.0
_TERMINAL_SECONDS = 0.2
_LINE_SECONDS = 2.0

_READABLE = {
    "→": "->",
    "←": "<-",
    "↑": "^",
    "↓": "v",
    "±": "+/-",
    "×": "x",
    "≥": ">=",
    "≤": "<=",
    "≈": "~",
    "−": "-",
    "–": "-",
    "—": "-",
    "·": "-",
    "•": "*",
    "…": "...",
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
    **dict(zip("▁▂▃▄▅▆▇█", "12345678", strict=True)),
}
"""ASCII spellings of the signs in texts of this program."""

_ERRORS = "assay.readable"


def prepare_streams() -> None:
    """Make standard output and standard error take any text.

    A character that the encoding of a stream cannot hold is replaced: a sign by the one most like
    it, any other by a backslash escape. A closed stream discards what is written to it.
    """
    codecs.register_error(_ERRORS, _replace)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            if codecs.lookup(stream.encoding).name == "ascii":
                setattr(sys, name, _AsciiStream(stream))
            else:
                stream.reconfigure(errors=_ERRORS)


class _AsciiStream(io.TextIOWrapper):
    """An ASCII stream under another name: click sends UTF-8 to one that calls itself ASCII."""

    encoding = "readable ascii"

    def __init__(self, stream: io.TextIOWrapper) -> None:
        super().__init__(
            stream.buffer,
            encoding="ascii",
            errors=_ERRORS,
            line_buffering=stream.line_buffering,
        )
        self._original = stream  # which closes the buffer when it is collected


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    replaced = "".join(_READABLE.get(c, c) for c in found)
    # Multi-byte codecs take text back, which has to be encodable itself.
    return replaced.encode("ascii", "backslashreplace").decode("ascii"), error.end


def print_json(value: object) -> None:
    """Print the value as JSON, with its keys in their order.

    It is valid UTF-8 on every stream: where the stream has another encoding, characters outside
    ASCII are written as escapes.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    text = json.dumps(value, ensure_ascii=not _is_utf8(encoding), indent=2)
    click.echo(text)


def _is_utf8(encoding: str) -> bool:
    return encoding.casefold().replace("_", "-") in ("utf-8", "utf8")


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns aligned by the width of their cells, with a header in bold."""
    every = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    form = "  ".join(f"{{:<{width}}}" for width in widths)
    first, *others = [form.format(*cells).rstrip() for cells in every]
    click.echo("\n".join([click.style(first, bold=True), *others]))


class Clock:
    """Measures stages and reports progress.

    Nothing is reported in the first two seconds. A terminal gets one line, overwritten each time;
    any other stream gets separate lines, and only if progress was requested.
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
        """Begin a stage and end the previous one."""
        now = self._now()
        self._stages.append((name, now))
        self._counts.clear()
        if self._progress and now - self._begun > _PATIENCE_SECONDS:
            self._say(now, name)

    def counted(self, what: str, done: int, total: int) -> None:
        """Report the number of finished items."""
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
        """Clear the progress line, and print the timings if they were requested."""
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
    """Add ``--progress`` and ``--timings`` to a command."""

    @click.option(
        "--progress", is_flag=True, help="Show progress on stderr even when it is not a terminal."
    )
    @click.option("--timings", is_flag=True, help="Print the time of each stage to stderr.")
    @functools.wraps(command)
    def run(*given: object, progress: bool, timings: bool, **options: object) -> None:
        clock = Clock(timings=timings, progress=progress)
        try:
            with watching(clock):
                command(*given, **options)
        finally:
            clock.close()

    return run
