"""Output of commands: streams of any encoding, JSON, HTML, tables, diagnostics, progress."""

from __future__ import annotations

import codecs
import functools
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from assay.characters import UNSAFE_CHARACTER, escaped
from assay.progress import watching

if TYPE_CHECKING:
    from assay.diagnostics.diagnostic import Diagnostic
    from assay.workspace.paths import Workspace

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
"""ASCII spellings of the signs in our texts."""

_ERRORS = "assay.readable"


def prepare_streams() -> None:
    """Make standard output and standard error accept any text.

    A character outside the encoding of a stream is replaced by a similar sign, or by a backslash
    escape. A closed stream discards its output.
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
        self._original = stream  # referenced, because it closes the buffer when it is collected


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    replaced = "".join(_READABLE.get(c, c) for c in error.object[error.start : error.end])
    # Multi-byte codecs encode the replacement themselves, so it must be ASCII text.
    return replaced.encode("ascii", "backslashreplace").decode("ascii"), error.end


@dataclass(frozen=True, slots=True)
class Styled:
    """A line whose ``head`` is in bold or in a colour."""

    head: str
    rest: str = ""
    bold: bool = False
    colour: str | None = None


def echo(text: str | Styled = "", *, err: bool = False) -> None:
    """Print a text of any origin, with escapes for the characters that a terminal acts on."""
    if isinstance(text, Styled):
        head = click.style(escaped(text.head), bold=text.bold or None, fg=text.colour)
        click.echo(head + escaped(text.rest), err=err)
    else:
        click.echo(escaped(text), err=err)


def print_json(value: object) -> None:
    """Print the value as JSON, which is valid UTF-8 on every stream."""
    click.echo(json_text(value))


def json_text(value: object) -> str:
    """Return the value as JSON that standard output can encode, and a terminal can print."""
    text = json.dumps(value, ensure_ascii=not _is_utf8(), indent=2)
    return UNSAFE_CHARACTER.sub(lambda c: f"\\u{ord(c[0]):04x}", text)


def print_done(text: str) -> None:
    """Print what was done. A stream that fails does not undo it, so it raises no error."""
    try:
        echo(text)
        sys.stdout.flush()
    except OSError as error:
        sys.stdout = io.StringIO()  # another flush of the old stream would fail again
        with suppress(OSError):
            echo(f"done, but the output failed: {error.strerror or error}", err=True)


def print_html(page: str) -> None:
    """Print a page, which is valid UTF-8 on every stream and declares to be."""
    if not _is_utf8():
        page = page.encode("ascii", "xmlcharrefreplace").decode("ascii")
    echo(page.removesuffix("\n"))


def _is_utf8() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.casefold().replace("_", "-") in ("utf-8", "utf8")


def print_lines(lines: Iterable[str | Styled], *, err: bool = False) -> None:
    """Print each line when it is ready."""
    for line in lines:
        echo(line, err=err)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns aligned by the width of their cells, with a header in bold."""
    every = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    form = "  ".join(f"{{:<{width}}}" for width in widths)
    first, *others = [form.format(*cells).rstrip() for cells in every]
    print_lines([Styled(first, bold=True), *others])


def print_diagnostics(
    diagnostics: Iterable[Diagnostic], root: Path | None, *, err: bool = False
) -> None:
    """Print diagnostics of the workspace at ``root``, with paths from the current directory."""
    from assay.diagnostics.render import format_text

    print_lines((format_text(d, from_here(root, d.file)) for d in diagnostics), err=err)


def print_report(diagnostics: Sequence[Diagnostic], output: str, workspace: Workspace) -> None:
    """Print diagnostics as text, JSON or SARIF."""
    if output == "json":
        from assay.output.documents_json import Diagnostics

        print_json(Diagnostics(diagnostics=diagnostics).as_json())
    elif output == "sarif":
        from assay import __version__
        from assay.diagnostics.render import as_sarif

        print_json(as_sarif(diagnostics, __version__, workspace.in_repository))
    else:
        print_diagnostics(diagnostics, workspace.root)


def from_here(root: Path | None, file: str) -> str:
    """Return the path of a workspace's file from the current directory; others unchanged."""
    if root is None or not os.path.lexists(root / file):
        return file
    try:
        return Path(os.path.relpath(root / file)).as_posix()
    except ValueError:  # on another drive
        return (root / file).as_posix()


# Progress ------------------------------------------------------------------------------------

_SILENT_SECONDS = 2.0
_TERMINAL_SECONDS, _LINE_SECONDS = 0.2, 2.0


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
        self._start = self._reported = now()
        self._stages: list[tuple[str, float]] = []
        self._counts: dict[str, float] = {}
        self._line_open = False

    def stage(self, name: str) -> None:
        """Begin a stage and end the previous one."""
        now = self._now()
        self._stages.append((name, now))
        self._counts.clear()
        if self._progress and now - self._start > _SILENT_SECONDS:
            self._report(now, name)

    def counted(self, what: str, done: int, total: int) -> None:
        """Report the number of finished items."""
        if not self._progress:
            return
        now = self._now()
        since = self._counts.setdefault(what, now) if done else now
        self._counts[what] = since
        pause = _TERMINAL_SECONDS if self._terminal else _LINE_SECONDS
        if now - self._start > _SILENT_SECONDS and now - self._reported >= pause:
            name = self._stages[-1][0] if self._stages else "working"
            left = (now - since) / done * (total - done) if done else None
            rest = "" if left is None else f", about {_duration(left)} left"
            self._report(now, f"{name}: {done:,} of {total:,} {what}{rest}")

    def _report(self, now: float, text: str) -> None:
        shown = f"{now - self._start:6.1f} s  {text}"
        self._out.write(f"\r{shown}\x1b[K" if self._terminal else f"{shown}\n")
        self._out.flush()
        self._line_open = self._terminal
        self._reported = now

    def close(self) -> None:
        """Clear the progress line, and print the timings if they were requested."""
        if self._line_open:
            self._out.write("\r\x1b[K")
        if not self._timings:
            return
        stages = [("startup", self._start), *self._stages, ("total", self._now())]
        spent: dict[str, float] = {}
        for (name, start), (_, end) in pairwise(stages):
            spent[name] = spent.get(name, 0.0) + end - start
        spent["total"] = stages[-1][1] - self._start
        for name, seconds in spent.items():
            self._out.write(f"{seconds:8.3f} s  {name}\n")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
