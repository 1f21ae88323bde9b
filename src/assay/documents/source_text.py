"""The text of one file, and where in it a character stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from assay.diagnostics import Position

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_EXCERPT = 200


@dataclass(frozen=True)
class SourceText:
    """Decoded text without byte-order mark; ``file`` is its path as diagnostics show it."""

    file: str
    text: str

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(m.end() for m in _LINE_BREAK.finditer(self.text))]

    def position(self, offset: int) -> Position:
        """Line and column, both from 1, of the character at ``offset``."""
        line = bisect_right(self._line_starts, offset)
        start = self._line_starts[line - 1]
        return Position(self.file, line, offset - start + 1, self._excerpt(start, offset))

    def line_start(self, offset: int) -> int:
        """The offset at which the line of ``offset`` begins."""
        return self._line_starts[bisect_right(self._line_starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """The offset of the line break that ends the line of ``offset``, or of the text's end."""
        found = _LINE_BREAK.search(self.text, offset)
        return found.start() if found else len(self.text)

    @property
    def height(self) -> int:
        """How many lines there are."""
        return len(self._line_starts)

    def start_of(self, number: int) -> int:
        """The offset at which a line begins, by its number from 0."""
        return self._line_starts[number]

    def lines(self) -> Iterator[str]:
        """Every line without its break."""
        start = 0
        for found in _LINE_BREAK.finditer(self.text):
            yield self.text[start : found.start()]
            start = found.end()
        yield self.text[start:]

    def line(self, number: int) -> str:
        """A line by its number from 0, without its break."""
        start = self._line_starts[number]
        return self.text[start : self.line_end(start)]

    def _excerpt(self, start: int, offset: int) -> str:
        if offset - start > _EXCERPT:
            return ""
        line = self.text[start : self.line_end(offset)].rstrip()
        if len(line) > _EXCERPT:
            line = line[: _EXCERPT - 1] + "…"
        return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", line)
