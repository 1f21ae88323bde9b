"""A diagnostic: one problem of the input, with its code, its location and a hint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "info"]

RANK: dict[str, int] = {"error": 0, "warning": 1, "info": 2}

SOURCE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in a message or hint for the value it is about, quoted from the file once located."""


@dataclass(frozen=True, slots=True)
class Position:
    """A location in a file: 1-based line and column; ``file`` is relative to the workspace.

    Both are 0 if the file as a whole is meant. In a table ``line`` is the row, and ``column``
    is 0. ``excerpt`` is the source line the caret points into.
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

    Without ``subject`` the path is one of the whole rulebook, whichever files it is split into.
    ``at_key`` points to the key of the value, ``offset`` to a 0-based character of a text.
    ``parsed`` replaces :data:`SOURCE` if the file has no text to quote, as a table.
    """

    path: tuple[str | int, ...] = ()
    subject: Subject | None = None
    at_key: bool = False
    offset: int | None = None
    parsed: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem of the input at one location.

    ``code`` is stable and listed in :mod:`assay.diagnostics.registry`. Finding the line of a
    value takes another walk through its file, so checks give a :class:`ValueLocation`, and the
    line is looked up once the diagnostic is to be shown.
    """

    code: str
    severity: Severity
    message: str
    location: Position | ValueLocation
    hint: str = ""

    @property
    def position(self) -> Position:
        """The location in a file; only for a diagnostic whose line was looked up."""
        assert isinstance(self.location, Position), f"{self.code} is not located yet"
        return self.location

    @property
    def value(self) -> ValueLocation:
        """The location in a document; only for a diagnostic whose line was not looked up yet."""
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
        """The problem of an expression as one of the text at ``path``, ``shift`` characters in."""
        offset = None if self.value.offset is None else self.value.offset + shift
        return replace(self, location=replace(self.value, path=path, offset=offset))

    def located(self, position: Position, source: str | None = None) -> Diagnostic:
        """The diagnostic at its position; ``source`` is the text of the value in the file."""
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
    """A kind of diagnostic: a stable name, its severity, a one-line summary, and how to fix it."""

    slug: str
    severity: Severity
    summary: str
    hint: str

    def at(self, location: Position | ValueLocation, message: str, hint: str = "") -> Diagnostic:
        """A diagnostic of this kind."""
        return Diagnostic(self.slug, self.severity, message, location, hint)


def sort_diagnostics(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort by location, then severity, and drop duplicates."""
    return sorted(set(diagnostics), key=lambda d: d.sort_key)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Return whether anything among them stops the work; warnings do not."""
    return any(d.severity == "error" for d in diagnostics)
