"""Positioned messages with stable codes, collected and shown together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "info"]

_RANK: dict[str, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file: 1-based line and column; ``file`` is relative to the workspace.

    In a table ``line`` is the row, and ``column`` is 0.
    """

    file: str
    line: int = 0
    column: int = 0
    excerpt: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to say about one place of the input.

    ``code`` is stable and listed in :mod:`assay.documents.codes`. ``line`` and ``column`` are
    1-based, 0 where the file as a whole is meant; in a table ``line`` is the row, and ``column``
    is 0. ``excerpt`` is the source line the caret points into.
    """

    code: str
    message: str
    file: str
    line: int = 0
    column: int = 0
    hint: str = ""
    severity: Severity = "error"
    excerpt: str = ""

    @property
    def sort_key(self) -> tuple[str, int, int, int, str, str, str]:
        rank = _RANK[self.severity]
        return (self.file, self.line, self.column, rank, self.code, self.message, self.excerpt)


def sort_diagnostics(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By place, then severity, each message once."""
    return sorted(set(diagnostics), key=lambda d: d.sort_key)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether anything among them stops the work; warnings do not."""
    return any(d.severity == "error" for d in diagnostics)


def format_text(diagnostic: Diagnostic) -> str:
    """The message as shown in a terminal: place, line, caret, and what to write instead."""
    d = diagnostic
    place = ":".join([d.file, *(str(number) for number in (d.line, d.column) if number)])
    lines = [f"{place}: {d.severity}: {d.message} [{d.code}]"]
    if d.excerpt and d.line:
        number = str(d.line)
        lines.append(f" {number} | {d.excerpt}")
    if d.excerpt and d.line and d.column:
        pad = "".join("\t" if c == "\t" else " " for c in d.excerpt[: max(d.column - 1, 0)])
        lines.append(f" {' ' * len(number)} | {pad}^")
    if d.hint:
        lines.append(f"   hint: {d.hint}")
    return "\n".join(lines)
