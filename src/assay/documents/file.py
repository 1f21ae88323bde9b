"""What the files of ``profiles/`` have in common, whatever form their documents are written in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from assay.diagnostics import Diagnostic, Position, ValueLocation
from assay.documents.index import Path


class DocumentFile(Protocol):
    """A file as read: its documents, what keeps some from being read, and where values stand."""

    @property
    def file(self) -> str:
        """Its path, as diagnostics name it."""
        ...

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with its form."""
        ...

    def readable(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The documents that can be validated, each with its number in the file."""
        ...

    def locate(self, document: int, path: Path, *, key: bool = False) -> Position:
        """Where the value at ``path`` stands, or its key; the nearest thing around it if absent."""
        ...

    def locate_inside(self, document: int, path: Path, offset: int) -> Position:
        """Where a character of the text at ``path`` stands."""
        ...

    def source_of(self, document: int, path: Path) -> str | None:
        """The value at ``path`` as the file has it; None if there is none, or no text."""
        ...

    @property
    def mentioned_ids(self) -> tuple[str, ...]:
        """Ids that the parts which cannot be read seem to give to documents."""
        ...


def locate(diagnostic: Diagnostic, file: DocumentFile) -> Diagnostic:
    """Look up the line of a diagnostic about a value of a document in ``file``."""
    at = diagnostic.value
    document = at.subject.document if at.subject else 0
    source = file.source_of(document, at.path) if at.parsed else None
    return diagnostic.located(position_of(at, file), source)


def position_of(at: ValueLocation, file: DocumentFile) -> Position:
    """The line and column of a value of a document in ``file``."""
    document = at.subject.document if at.subject else 0
    if at.offset is None:
        return file.locate(document, at.path, key=at.at_key)
    return file.locate_inside(document, at.path, at.offset)
