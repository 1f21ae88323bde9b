"""Markdown and its relatives as plain words, line by line, so that every sentence has a line."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from assay.ingest.document import UnreadableDocument

_CODE_FENCE = re.compile(r"^[ \t]*(```|~~~)")
# What never ends is left alone at once: no pattern here may look ahead without a bound.
_TEMPLATE = re.compile(
    r"\{\{(?:(?!\}\}|\{\{).)*\}\}|\{%(?:(?!%\}|\{%).)*%\}|\{:[^{}]*\}", re.DOTALL
)
_COMMENT = re.compile(r"<!--(?:(?!-->|<!--).)*-->|\{/\*(?:(?!\*/\}|\{/\*).)*\*/\}", re.DOTALL)
_TARGET = r"\([^()]{0,2000}(?:\([^()]{0,500}\)[^()]{0,2000})?\)"
_IMAGE = re.compile(rf"!\[[^\]\[]{{0,2000}}\]{_TARGET}")
_LINK = re.compile(rf"\[([^\]\[]{{0,2000}})\](?:{_TARGET}|\[[^\]\[]{{0,500}}\])")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_FOOTNOTE = re.compile(r"\[\^[^\]\[]{1,200}\]:?")
_MARKS = re.compile(r"(?<![\w*])[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?![\w*])|`")
_ESCAPE = re.compile(r"\\([$*_#~\[\](){}<>!|`.+-])")
_LEAD = re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s+|^\s*>+\s?")
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(\S.*)$")
_SCRIPT = re.compile(r"^(?:import|export)\s.*[;'\"}]\s*$")


MOST_CELLS = 100
"""Cells of a row of a table that are read."""

MOST_LINES = 100_000
"""Lines of a document for readers, at most."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph or list item: its first line in the file, the heading above it, its words."""

    line: int
    heading: str
    text: str

    @property
    def locator(self) -> str:
        return f"{self.heading[:200]}, line {self.line}" if self.heading else f"line {self.line}"


def plain(text: str) -> str:
    """One stretch of Markdown, MDX or inline HTML as plain words on one line."""
    text = _IMAGE.sub("", text)
    for _ in range(2):  # a link may stand inside a link's text once
        text = _LINK.sub(r"\1", text)
    text = _TAG.sub("", _FOOTNOTE.sub("", text))
    return " ".join(html.unescape(_ESCAPE.sub(r"\1", _MARKS.sub("", text))).split())


def passages(body: str, first_line: int = 1) -> list[Passage]:
    """The paragraphs of a body, without code, templates, tables' rules and imports.

    Raises ``UnreadableDocument`` for a body that no reader would read.
    """
    if (lines := body.count("\n")) > MOST_LINES:
        raise UnreadableDocument(
            f"it has {lines:,} lines; at most {MOST_LINES:,} are read in one piece, so split it"
        )
    body = _COMMENT.sub(_blank, _TEMPLATE.sub(_blank, body))
    return [p for p in _passages(body, first_line) if p.text]


def _blank(match: re.Match[str]) -> str:
    """As many line breaks as were taken out, so that the lines keep their numbers."""
    return "\n" * match[0].count("\n")


def _passages(body: str, first_line: int) -> Iterator[Passage]:
    heading, waiting, start, fenced = "", list[str](), first_line, False
    for number, given in enumerate([*body.split("\n"), ""], first_line):
        fence = _CODE_FENCE.match(given) is not None
        fenced ^= fence
        line = "" if fence else given
        title = _HEADING.match(line)
        item = _LEAD.match(line)
        row = line.lstrip().startswith("|")
        ends = not line.strip() or title or item or row or fenced or _SCRIPT.match(line)
        if ends and waiting:
            yield Passage(start, heading, plain(" ".join(waiting)))
            waiting = []
        if fenced or _SCRIPT.match(line):
            continue
        if title:
            heading = plain(title[2].rstrip().rstrip("#"))
        elif row:
            cells = [plain(c) for c in line.strip().strip("|").split("|", MOST_CELLS)[:MOST_CELLS]]
            if not all(re.fullmatch(r":?-*:?", c) for c in cells):
                yield Passage(number, heading, " | ".join(c for c in cells if c))
        elif line.strip():
            start = start if waiting else number
            waiting.append(_LEAD.sub("", line) if item else line)
