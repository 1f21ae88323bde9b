"""What the files of ``profiles/`` have in common, whatever form their documents are written in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from assay.diagnostics import Diagnostic, Position
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

    def locate_inside(self, document: int, path: Path, line: int, column: int) -> Position:
        """Where a character of the text at ``path`` stands, by its line and column, from 1."""
        ...

    @property
    def mentioned_ids(self) -> tuple[str, ...]:
        """Ids that the parts which cannot be read seem to give to documents."""
        ...
