"""Where every value of a line of JSON stands, and what of the line is not read.

The fast reader gives plain data without positions; a line is walked once more where something has
to be said about it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assay.diagnostics import Code, Diagnostic, Position
from assay.diagnostics import document_codes as codes
from assay.documents.index import DEPTH_LIMIT, Node, Path

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Characters that no text of a document holds: invisible ones, and halves of characters."""

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORDS = ("true", "false", "null")


def unprintable(document: Any) -> str | None:
    """A character in some text of a document, key or value, that no text may hold."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found = _UNPRINTABLE.search(value)
            if found is not None:
                return found[0]
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
    return None


@dataclass
class Places:
    """The values of one line by their paths, in characters from its start, and its problems."""

    nodes: dict[Path, Node] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)

    def nearest(self, path: Path) -> Node | None:
        """The value at ``path``, else the innermost one around it that exists."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.nodes:
                return self.nodes[path[:length]]
        return None


def places(text: str, position: Callable[[int], Position]) -> Places:
    """Walk a line; stops at the first place where it is not JSON.

    ``position`` gives the position in the file of a character of the line.
    """
    walk = _Walk(text, position)
    try:
        end = walk.value(0, (), None)
        end = walk.space(end)
        if end < len(text):
            walk.stop(end, "one line holds one document", "write what follows on its own line")
    except _Stop:
        pass
    return walk.places


class _Stop(Exception):
    """What follows cannot be read."""


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

    def value(self, at: int, path: Path, key: int | None) -> int:
        """Take the value that begins here; where it ends."""
        start = self.space(at)
        first = self._text[start : start + 1]
        if len(path) > DEPTH_LIMIT:
            message = f"lists and mappings are nested more than {DEPTH_LIMIT} deep"
            self.problem(
                codes.NESTED_TOO_DEEP, start, message, "no document needs more than six levels"
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

    def _object(self, at: int, path: Path) -> int:
        seen: dict[str, int] = {}
        at = self.space(at + 1)
        if self._text.startswith("}", at):
            return at + 1
        while True:
            start = self.space(at)
            if not self._text.startswith('"', start):
                self.stop(
                    start, "a key in double quotes is wanted here", _key_hint(self._text, start)
                )
            name, end = self._string(start)
            if name in seen:
                message = f"the key {name!r} stands here and in column {seen[name] + 1}"
                self.problem(codes.DUPLICATE_KEY, start, message, "keep one of the two")
            seen.setdefault(name, start)
            at = self.space(end)
            if not self._text.startswith(":", at):
                self.stop(at, f"after the key {name!r} a colon is wanted")
            at = self.space(self.value(at + 1, (*path, name), start))
            if self._text.startswith("}", at):
                return at + 1
            at = self._comma(at, "}")

    def _array(self, at: int, path: Path) -> int:
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
            hint = "a document is one line, from its { to its }"
            self.stop(at, f"the line ends before its {closing}", hint)
        self.stop(at, f"a comma or {closing} is wanted here")
        raise AssertionError

    def _string(self, at: int) -> tuple[str, int]:
        found = _STRING.match(self._text, at)
        if found is None:
            self.stop(
                at,
                "this text does not end, or holds what JSON has to escape",
                'write \\" for a quote inside a text, and \\\\ for a backslash',
            )
            raise AssertionError
        raw = found[0]
        text: str = json.loads(raw) if "\\" in raw else raw[1:-1]
        odd = unprintable(text)
        if odd is not None:
            message = f"the invisible character U+{ord(odd):04X}"
            self.problem(codes.CONTROL_CHARACTER, at, message, "delete it")
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
            hint = "leave the key out where a figure is unknown"
            self.problem(codes.NOT_A_NUMBER, at, f"{word} is not a number to reckon with", hint)
            return at + len(word)
        if not word:
            self.stop(at, "a value is wanted here")
        self.stop(
            at, f"{word!r} is not a value of JSON", f'if it is a text, put it in quotes: "{word}"'
        )
        raise AssertionError

    def _number(self, written: str, at: int) -> None:
        if written.isdigit() and len(written) < 18:
            return
        number: Any = json.loads(written) if len(written) < 400 else math.inf
        if isinstance(number, int) and not -(2**63) <= number < 2**63:
            hint = f'if it is a text, put it in quotes: "{written[:40]}"'
            self.problem(
                codes.NUMBER_TOO_LARGE, at, f"the number {written[:40]} is too large", hint
            )
        elif isinstance(number, float) and not math.isfinite(number):
            hint = "leave the key out where a figure is unknown"
            message = f"{written[:40]} is not a number to reckon with"
            self.problem(codes.NOT_A_NUMBER, at, message, hint)


def _key_hint(text: str, at: int) -> str:
    if text.startswith("}", at):
        return "remove the comma before it"
    if text.startswith("'", at):
        return 'JSON has double quotes: "id"'
    return 'write {"kind": "source", …}'
