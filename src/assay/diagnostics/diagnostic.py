"""Diagnostics: problems of the input, with their code, location and hint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "info"]

RANK: dict[str, int] = {"error": 0, "warning": 1, "info": 2}

SOURCE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Placeholder in a message or hint for the value, quoted from the file once it is located."""


@dataclass(frozen=True, slots=True)
class Position:
    """A location in a file: 1-based line and column; ``file`` is relative to the workspace.

    Both are 0 for the file as a whole. In a table ``line`` is the row, and ``column`` is 0.
    ``excerpt`` is the source line, for the caret.
    """

    file: str
    line: int = 0
    column: int = 0
    excerpt: str = ""


class Subject(NamedTuple):
    """One document: its file, relative to the workspace, and its number in that file."""

    file: str
    document: int = 0


@dataclass(frozen=True, slots=True)
class ValueLocation:
    """A value of a document, before its line is looked up.

    Without ``subject`` it is a value of the rulebook, whichever files that is split into.
    ``at_key`` means the key of the value, ``offset`` a character of a text, counted from 0.
    ``parsed`` replaces :data:`SOURCE` if the file has no text to quote, such as a table.
    """

    path: tuple[str | int, ...] = ()
    subject: Subject | None = None
    at_key: bool = False
    offset: int | None = None
    parsed: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem of the input at one location.

    ``code`` is stable and listed in :mod:`assay.diagnostics.registry`. Checks give a
    :class:`ValueLocation`. Its line is looked up only when the diagnostic is shown, since that
    requires another pass over the file.
    """

    code: str
    severity: Severity
    message: str
    location: Position | ValueLocation
    hint: str = ""

    @property
    def position(self) -> Position:
        """The location in a file; only after its line was looked up."""
        assert isinstance(self.location, Position), f"{self.code} is not located yet"
        return self.location

    @property
    def value(self) -> ValueLocation:
        """The location in a document; only before its line is looked up."""
        assert isinstance(self.location, ValueLocation), f"{self.code} is located already"
        return self.location

    @property
    def file(self) -> str:
        return self.position.file

    @property
    def line(self) -> int:
        return self.position.line

    @property
    def column(self) -> int:
        return self.position.column

    @property
    def sort_key(self) -> tuple[str, int, int, int, str, str, str]:
        at, rank = self.position, RANK[self.severity]
        return (at.file, at.line, at.column, rank, self.code, self.message, at.excerpt)

    def within(self, path: tuple[str | int, ...], shift: int = 0) -> Diagnostic:
        """Move a problem of an expression to the text at ``path``, ``shift`` characters in."""
        offset = None if self.value.offset is None else self.value.offset + shift
        return replace(self, location=replace(self.value, path=path, offset=offset))

    def located(self, position: Position, source: str | None = None) -> Diagnostic:
        """Return the diagnostic at its position; ``source`` is the value as the file has it."""
        quoted = source or self.value.parsed
        if not quoted:
            return replace(self, location=position)
        return replace(
            self,
            location=position,
            message=self.message.replace(SOURCE, quoted),
            hint=self.hint.replace(SOURCE, quoted),
        )


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of diagnostic; ``hint`` is an instruction, or an example of a correct value."""

    slug: str
    summary: str
    hint: str
    severity: Severity = "error"

    def at(self, location: Position | ValueLocation, message: str, hint: str = "") -> Diagnostic:
        """Return a diagnostic of this kind."""
        return Diagnostic(self.slug, self.severity, message, location, hint)


def sort_diagnostics(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort by location, then severity, and drop duplicates."""
    return sorted(set(diagnostics), key=lambda d: d.sort_key)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Return whether any diagnostic is an error."""
    return any(d.severity == "error" for d in diagnostics)
