"""A file with one document of JSON on each line: how a program writes many of them.

A line that cannot be read keeps no other from being read. Documents are taken from the text
whenever they are asked for, and not kept: models of them are what a workspace holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from assay.diagnostics import Diagnostic, Position
from assay.diagnostics import document_codes as codes
from assay.documents.conflicts import conflicts
from assay.documents.index import Path
from assay.documents.json_places import Places, places, unprintable
from assay.documents.source_text import SourceText
from assay.documents.yaml_reader import decode, describe, is_plain, too_large
from assay.progress import counting_up_to

BULK_LIMIT = 4_000_000_000
"""Bytes in a file of many documents, at most."""

LINE_LIMIT = 10_000_000
"""Characters in one document, at most."""

_MISTAKES = 100
_WALKED = 5000
_ID = re.compile(r'"id"\s*:\s*"([^"\\]+)"')


@dataclass(frozen=True)
class JsonLinesFile:
    """A file as read; the number of a document is that of its line, from 0."""

    file: str
    text: str
    diagnostics: tuple[Diagnostic, ...] = ()
    unread: frozenset[int] = frozenset()

    def readable(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The documents that can be validated, each with the number of its line."""
        lines = counting_up_to(_lines(self._source), self._source.height, "lines")
        for number, line in lines:
            if number not in self.unread:
                yield number, json.loads(line)

    def locate(self, document: int, path: Path, *, key: bool = False) -> Position:
        """Where the value at ``path`` stands, or its key; the nearest thing around it if absent."""
        node = self._places(document).nearest(path)
        offset = 0 if node is None else node.key if key else node.start
        return self._position(document, offset)

    def locate_inside(
        self,
        document: int,
        path: Path,
        offset: int,  # noqa: ARG002  # a text's characters are escaped: it has no lines of its own
    ) -> Position:
        """Where the text begins that the character is of."""
        return self.locate(document, path)

    def source_of(self, document: int, path: Path) -> str | None:
        """The value at ``path`` as the file has it."""
        node = self._places(document).nodes.get(path)
        return None if node is None else self._source.line(document)[node.start : node.end]

    @cached_property
    def mentioned_ids(self) -> tuple[str, ...]:
        """Ids on the lines that cannot be read."""
        return tuple(
            found
            for number in sorted(self.unread)
            for found in _ID.findall(self._source.line(number))
        )

    @cached_property
    def _source(self) -> SourceText:
        return SourceText(self.file, self.text)

    @cached_property
    def _walked(self) -> dict[int, Places]:
        return {}

    def _places(self, document: int) -> Places:
        """The places in a line; several things are said of one line, often after another."""
        if document not in self._walked:
            if len(self._walked) >= _WALKED:
                self._walked.clear()
            at = partial(self._position, document)
            self._walked[document] = places(self._source.line(document), at)
        return self._walked[document]

    def _position(self, document: int, offset: int) -> Position:
        return self._source.position(self._source.start_of(document) + offset)


def read_json_lines(data: bytes, file: str) -> JsonLinesFile:
    """Read a file's bytes; every mistake is in the result's diagnostics, nothing is raised."""
    text, refusal = decode(data, file, BULK_LIMIT)
    if refusal is not None:
        return JsonLinesFile(file, "", (refusal,))
    source = SourceText(file, text)
    unmerged = tuple(conflicts(source))
    if unmerged:
        return JsonLinesFile(file, text, unmerged, frozenset(range(source.height)))
    unread = []
    some = False
    for number, line in counting_up_to(_lines(source), source.height, "lines"):
        some = True
        if not _is_sound(line):
            unread.append(number)
    if not some:
        empty = codes.EMPTY_FILE.at(
            Position(file), "the file holds no document", "write one, or delete the file"
        )
        return JsonLinesFile(file, text, (empty,))
    if not unread:
        return JsonLinesFile(file, text)
    read = JsonLinesFile(file, text, (), frozenset(unread))
    return JsonLinesFile(file, text, tuple(_mistakes(read, unread)), read.unread)


def _lines(source: SourceText) -> Iterator[tuple[int, str]]:
    """Lines that hold something, with their numbers from 0."""
    return ((number, line) for number, line in enumerate(source.lines()) if line.strip())


class _Repeated(ValueError):
    """A key stands twice in one mapping."""


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Repeated
    return made


def _is_sound(line: str) -> bool:
    """Whether a line is one document, in the form in which documents are read."""
    if len(line) > LINE_LIMIT:
        return False
    try:
        document = json.loads(line, object_pairs_hook=_mapping)
    except (ValueError, RecursionError):
        return False
    if not isinstance(document, dict) or not is_plain([document]):
        return False
    # Only an escape can hide what may not stand in the line itself.
    return "\\" not in line or unprintable(document) is None


def _mistakes(read: JsonLinesFile, unread: list[int]) -> Iterator[Diagnostic]:
    source = read._source
    for number in unread[:_MISTAKES]:
        start, line = source.start_of(number), source.line(number)
        if len(line) > LINE_LIMIT:
            yield too_large(read.file, len(line))
            continue
        found = read._places(number)
        yield from found.problems
        if not found.problems:
            yield codes.NOT_A_MAPPING.at(
                source.position(start),
                f"a document is a mapping, and this is {describe(json.loads(line), line.strip())}",
                'write {"kind": "source", …} on one line',
            )
    yield from more_mistakes(read.file, len(unread) - _MISTAKES, "lines")


def more_mistakes(file: str, count: int, what: str) -> Iterator[Diagnostic]:
    """That a file has further lines or rows which cannot be read, if it has."""
    if count > 0:
        message = f"{count} more {what} of this file cannot be read"
        yield codes.TOO_MANY_MISTAKES.at(Position(file), message)
