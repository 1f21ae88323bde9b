"""Reading a JSON Lines file: one document a line.

The standard parser gives data without positions; lines with problems are parsed again with them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Code, Diagnostic, Position
from assay.progress import counting_up_to
from assay.yaml.reader import decode, describe, is_plain, too_large
from assay.yaml.source_map import (
    DEPTH_LIMIT,
    Node,
    SourceText,
    ValuePath,
    conflicts,
    innermost,
)

_HALF = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORDS = ("true", "false", "null")


def _half_character(document: Any) -> str | None:
    """Return half of a surrogate pair in a key or value, or None."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found = _HALF.search(value)
            if found is not None:
                return found[0]
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
    return None


@dataclass
class Places:
    """Locations of the values of a line by path, and its problems."""

    nodes: dict[ValuePath, Node] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


def places(text: str, position: Callable[[int], Position]) -> Places:
    """Parse a line up to the first syntax error.

    ``position`` maps a character of the line to its position in the file.
    """
    walk = _Walk(text, position)
    try:
        end = walk.value(0, (), None)
        end = walk.space(end)
        if end < len(text):
            walk.stop(end, "more than one document on a line", "put the rest on its own line")
    except _Stop:
        pass
    return walk.places


class _Stop(Exception):
    """Ends the walk."""


class _Walk:
    def __init__(self, text: str, position: Callable[[int], Position]) -> None:
        self._text = text
        self._position = position
        self.places = Places()

    def problem(self, code: Code, offset: int, message: str, hint: str = "") -> None:
        self.places.problems.append(code.at(self._position(offset), message, hint))

    def stop(self, offset: int, message: str, hint: str = "") -> None:
        self.problem(codes.JSON_SYNTAX, offset, message, hint)
        raise _Stop

    def space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def value(self, at: int, path: ValuePath, key: int | None) -> int:
        """Parse the value that begins here; return its end."""
        start = self.space(at)
        first = self._text[start : start + 1]
        if len(path) > DEPTH_LIMIT:
            message = f"lists and mappings are nested more than {DEPTH_LIMIT} levels deep"
            self.problem(
                codes.NESTED_TOO_DEEP,
                start,
                message,
                "use at most six levels, as every document can",
            )
            raise _Stop
        place = start if key is None else key
        self.places.nodes[path] = Node("scalar", start, len(self._text), place)
        if first == "{":
            end, kind = self._object(start, path), "mapping"
        elif first == "[":
            end, kind = self._array(start, path), "sequence"
        else:
            end, kind = self._scalar(start), "scalar"
        self.places.nodes[path] = Node(kind, start, end, place, '"' if first == '"' else "")
        return end

    def _object(self, at: int, path: ValuePath) -> int:
        seen: dict[str, int] = {}
        at = self.space(at + 1)
        if self._text.startswith("}", at):
            return at + 1
        while True:
            start = self.space(at)
            if not self._text.startswith('"', start):
                self.stop(start, "expected a key in double quotes", _key_hint(self._text, start))
            name, end = self._string(start)
            if name in seen:
                message = f"duplicate key {name!r}, first set in column {seen[name] + 1}"
                self.problem(codes.DUPLICATE_KEY, start, message, "keep one of the two")
            seen.setdefault(name, start)
            at = self.space(end)
            if not self._text.startswith(":", at):
                self.stop(at, f"expected a colon after the key {name!r}")
            at = self.space(self.value(at + 1, (*path, name), start))
            if self._text.startswith("}", at):
                return at + 1
            at = self._comma(at, "}")

    def _array(self, at: int, path: ValuePath) -> int:
        at, number = self.space(at + 1), 0
        if self._text.startswith("]", at):
            return at + 1
        while True:
            at = self.space(self.value(at, (*path, number), None))
            number += 1
            if self._text.startswith("]", at):
                return at + 1
            at = self._comma(at, "]")

    def _comma(self, at: int, closing: str) -> int:
        if self._text.startswith(",", at):
            return at + 1
        if at >= len(self._text):
            hint = "put the whole document on one line"
            self.stop(at, f"the line ends without the closing {closing}", hint)
        self.stop(at, f"expected a comma or {closing}")
        raise AssertionError

    def _string(self, at: int) -> tuple[str, int]:
        found = _STRING.match(self._text, at)
        if found is None:
            self.stop(
                at,
                "the text has no closing quote, or a character that JSON must escape",
                'write \\" for a quote inside a text, and \\\\ for a backslash',
            )
            raise AssertionError
        raw = found[0]
        text: str = json.loads(raw) if "\\" in raw else raw[1:-1]
        half = _half_character(text)
        if half is not None:
            message = f"the text has half of a surrogate pair, U+{ord(half):04X}"
            hint = "write both halves of the surrogate pair, or the character itself"
            self.problem(codes.JSON_SYNTAX, at, message, hint)
        return text, found.end()

    def _scalar(self, at: int) -> int:
        if self._text.startswith('"', at):
            return self._string(at)[1]
        number = _NUMBER.match(self._text, at)
        if number is not None:
            self._number(number[0], at)
            return number.end()
        for word in _WORDS:
            if self._text.startswith(word, at):
                return at + len(word)
        word = re.split(r"[\s,\]}]", self._text[at : at + 40], maxsplit=1)[0]
        if word in ("NaN", "Infinity", "-Infinity"):
            hint = "leave the key out if the value is unknown"
            self.problem(codes.NOT_A_NUMBER, at, f"{word} is not a finite number", hint)
            return at + len(word)
        if not word:
            self.stop(at, "expected a value")
        self.stop(at, f"{word!r} is not a JSON value", f'if it is text, put it in quotes: "{word}"')
        raise AssertionError

    def _number(self, written: str, at: int) -> None:
        if written.isdigit() and len(written) < 18:
            return
        number: Any = json.loads(written) if len(written) < 400 else math.inf
        if isinstance(number, int) and not -(2**63) <= number < 2**63:
            hint = f'if it is text, put it in quotes: "{written[:40]}"'
            self.problem(codes.NUMBER_TOO_LARGE, at, f"number {written[:40]} is too large", hint)
        elif isinstance(number, float) and not math.isfinite(number):
            hint = "leave the key out if the value is unknown"
            message = f"{written[:40]} is not a finite number"
            self.problem(codes.NOT_A_NUMBER, at, message, hint)


def _key_hint(text: str, at: int) -> str:
    if text.startswith("}", at):
        return "remove the comma before it"
    if text.startswith("'", at):
        return 'use double quotes: "id"'
    return 'start with {"kind": "source", …}'


BULK_LIMIT = 4_000_000_000
"""Maximum size of a JSON Lines or Parquet file in bytes."""

LINE_LIMIT = 10_000_000
"""Maximum length of one document in characters."""

_PROBLEM_LIMIT = 100
_WALKED = 5000
_ID = re.compile(r'"id"\s*:\s*"([^"\\]+)"')


@dataclass(frozen=True)
class JsonLinesFile:
    """Parsed file; a document's number is that of its line, from 0."""

    file: str
    text: str
    diagnostics: tuple[Diagnostic, ...] = ()
    unread: frozenset[int] = frozenset()

    def readable(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Return the documents to validate, each with the number of its line."""
        lines = counting_up_to(_lines(self._source), self._source.height, "lines")
        for number, line in lines:
            if number not in self.unread:
                yield number, json.loads(line)

    def locate(self, document: int, path: ValuePath, *, key: bool = False) -> Position:
        """Return the position of a value or its key; if absent, of the innermost one around it."""
        node = innermost(self._places(document).nodes, path)
        offset = 0 if node is None else node.key if key else node.start
        return self._position(document, offset)

    def locate_inside(
        self,
        document: int,
        path: ValuePath,
        offset: int,  # noqa: ARG002  # the text is on one line
    ) -> Position:
        """Return the position of the text."""
        return self.locate(document, path)

    def source_of(self, document: int, path: ValuePath) -> str | None:
        """Return the text of a value in the file; None if there is none."""
        node = self._places(document).nodes.get(path)
        return None if node is None else self._source.line(document)[node.start : node.end]

    @cached_property
    def mentioned_ids(self) -> tuple[str, ...]:
        """Ids on the unreadable lines."""
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
        """Return the locations in a line, cached because one line may have several problems."""
        if document not in self._walked:
            if len(self._walked) >= _WALKED:
                self._walked.clear()
            at = partial(self._position, document)
            self._walked[document] = places(self._source.line(document), at)
        return self._walked[document]

    def _position(self, document: int, offset: int) -> Position:
        return self._source.position(self._source.start_of(document) + offset)


def read_json_lines(data: bytes, file: str) -> JsonLinesFile:
    """Parse a file; all problems are in the result's diagnostics, none is raised."""
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
        if not _is_valid(line):
            unread.append(number)
    if not some:
        empty = codes.EMPTY_FILE.at(
            Position(file), "the file has no document", "add one, or delete the file"
        )
        return JsonLinesFile(file, text, (empty,))
    if not unread:
        return JsonLinesFile(file, text)
    read = JsonLinesFile(file, text, (), frozenset(unread))
    return JsonLinesFile(file, text, tuple(_problems(read, unread)), read.unread)


def _lines(source: SourceText) -> Iterator[tuple[int, str]]:
    """Return the lines that are not blank, with their numbers from 0."""
    return ((number, line) for number, line in enumerate(source.lines()) if line.strip())


class _Repeated(ValueError):
    """Duplicate key in a mapping."""


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Repeated
    return made


def _is_valid(line: str) -> bool:
    """Whether a line is one valid document."""
    if len(line) > LINE_LIMIT:
        return False
    try:
        document = json.loads(line, object_pairs_hook=_mapping)
    except (ValueError, RecursionError):
        return False
    if not isinstance(document, dict) or not is_plain([document]):
        return False
    # Only an escape can give half a character.
    return "\\" not in line or _half_character(document) is None


def _problems(read: JsonLinesFile, unread: list[int]) -> Iterator[Diagnostic]:
    source = read._source
    for number in unread[:_PROBLEM_LIMIT]:
        start, line = source.start_of(number), source.line(number)
        if len(line) > LINE_LIMIT:
            yield too_large(read.file, len(line))
            continue
        found = read._places(number)
        yield from found.problems
        if not found.problems:
            yield codes.NOT_A_MAPPING.at(
                source.position(start),
                f"a document must be a mapping, not {describe(json.loads(line), line.strip())}",
                'write {"kind": "source", …} on one line',
            )
    yield from more_problems(read.file, len(unread) - _PROBLEM_LIMIT, "lines")


def more_problems(file: str, count: int, what: str) -> Iterator[Diagnostic]:
    """Report the number of further lines or rows with errors, if any."""
    if count > 0:
        message = f"{count} more {what} of this file have errors"
        yield codes.TOO_MANY_MISTAKES.at(Position(file), message)
