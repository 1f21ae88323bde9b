"""Where every value of a YAML file stands, and what of the file is not read.

The fast reader gives plain data without positions. Only when something has to be said about a
file, or it is to be edited, is it walked once more, event by event, to find the places.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ryaml import InvalidYamlError, loads

from assay.diagnostics import Code, Diagnostic
from assay.diagnostics import document_codes as codes
from assay.documents.source_text import SourceText
from assay.documents.surrogates import joined, restored

Path = tuple[str | int, ...]
"""Keys and list indexes from the top of a document to a value."""

DEPTH_LIMIT = 40
NODE_LIMIT = 200_000
_PROBLEM_LIMIT = 100
_NUMERIC = re.compile(r"[-+.0-9]")
_WHOLE = re.compile(r"[-+]?[0-9]+")


@dataclass(frozen=True, slots=True)
class Node:
    """The place of one value, in characters from the start of the text.

    ``end`` is where its content ends: trailing comments and blank lines are not part of it.
    ``key`` is where the key of the value stands, ``start`` itself for items and documents.
    """

    kind: str
    start: int
    end: int
    key: int
    style: str = ""
    flow: bool = False


@dataclass(frozen=True)
class Index:
    """The values of a file: one mapping from path to place for each document."""

    documents: tuple[dict[Path, Node], ...]
    problems: tuple[Diagnostic, ...]

    def nearest(self, document: int, path: Path) -> Node | None:
        """The value at ``path``, else the innermost one around it that exists."""
        if not 0 <= document < len(self.documents):
            return None
        nodes = self.documents[document]
        for length in range(len(path), -1, -1):
            if path[:length] in nodes:
                return nodes[path[:length]]
        return None


def index(source: SourceText) -> Index:
    """Walk the whole text once; stops at a syntax error, too deep nesting, or too many values."""
    walk = _Walk(source)
    walk.run()
    return Index(tuple(walk.documents), tuple(walk.problems))


@dataclass(slots=True)
class _Open:
    """A collection that the walk is inside of."""

    path: Path
    start: int
    key: int
    is_mapping: bool
    flow: bool
    end: int
    count: int = 0
    pending: str | None = None
    pending_at: int = 0
    seen: dict[str, int] = field(default_factory=dict)


class _Stop(Exception):
    """What follows is not worth walking."""


class _Walk:
    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.documents: list[dict[Path, Node]] = []
        self.problems: list[Diagnostic] = []
        self._open: list[_Open] = []
        self._count = 0
        self._aliases: list[tuple[int, str]] = []

    def run(self) -> None:
        import yaml

        try:
            for event in _events(joined(self.source.text)):
                self._take(event, type(event).__name__)
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        except yaml.YAMLError as error:
            self._problem(codes.YAML_SYNTAX, 0, f"this is not YAML: {error}")
        except _Stop:
            pass
        if self._aliases:
            start, what = self._aliases[0]
            more = f" (nor are {len(self._aliases) - 1} more)" if len(self._aliases) > 1 else ""
            self._problem(
                codes.YAML_ALIAS,
                start,
                f"{what} is not read{more}",
                "write the value out wherever it is wanted: a copy is what a diff can show",
            )

    def _problem(self, code: Code, offset: int, message: str, hint: str = "") -> None:
        if len(self.problems) < _PROBLEM_LIMIT:
            self.problems.append(code.at(self.source.position(offset), message, hint))

    def _take(self, event: Any, name: str) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if name == "DocumentStartEvent":
            self.documents.append({})
        elif name == "AliasEvent":
            self._aliases.append((start, f"the alias *{event.anchor}"))
            self._value("scalar", start, end, "alias", False)
        elif name == "ScalarEvent":
            self._properties(event, start)
            if self._expects_key():
                self._key(event, start)
            else:
                self._scalar(event, start, end)
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            self._properties(event, start)
            self._enter(name == "MappingStartEvent", start, bool(event.flow_style))
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self._leave(end)

    def _properties(self, event: Any, start: int) -> None:
        """Refuse anchors and tags."""
        if event.anchor is not None:
            self._aliases.append((start, f"the anchor &{event.anchor}"))
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._problem(
                codes.YAML_TAG,
                start,
                f"the tag {tag} is not read",
                "write the value without the tag",
            )

    def _expects_key(self) -> bool:
        return bool(self._open) and self._open[-1].is_mapping and self._open[-1].pending is None

    def _key(self, event: Any, start: int) -> None:
        parent = self._open[-1]
        key: str = restored(event.value)
        plain = not event.style
        if plain and key == "<<":
            self._problem(
                codes.MERGE_KEY, start, "the merge key << is not read", "write the keys out here"
            )
        elif plain and not _is_text(key):
            self._problem(
                codes.KEY_NOT_TEXT,
                start,
                f"the key {key or 'of this line'} is not a text",
                f'put it in quotes: "{key}": …' if key else "write a key before the colon",
            )
        elif key in parent.seen:
            first = self.source.position(parent.seen[key]).line
            self._problem(
                codes.DUPLICATE_KEY,
                start,
                f"the key {key!r} stands here and in line {first}",
                "keep one of the two",
            )
        parent.seen.setdefault(key, start)
        parent.pending, parent.pending_at = key, start

    def _scalar(self, event: Any, start: int, end: int) -> None:
        value: str = event.value
        if not event.style and _NUMERIC.match(value):
            self._number(value, start)
        self._value("scalar", start, end, event.style or "", False)

    def _number(self, value: str, start: int) -> None:
        number = _reckoned(value)
        if isinstance(number, int) and not -(2**63) <= number < 2**63:
            self._problem(
                codes.NUMBER_TOO_LARGE,
                start,
                f"the number {value[:40]} is too large",
                f'if it is a text, put it in quotes: "{value[:40]}"',
            )
        elif isinstance(number, float) and not math.isfinite(number):
            self._problem(
                codes.NOT_A_NUMBER,
                start,
                f"{value[:40]} is not a number to reckon with",
                "leave the key out where a figure is unknown",
            )

    def _place(self, start: int) -> tuple[Path, int]:
        """The path of the value that begins here, and where its key stands."""
        if not self._open:
            return (), start
        parent = self._open[-1]
        if parent.is_mapping:
            key = parent.pending if parent.pending is not None else ""
            return (*parent.path, key), parent.pending_at
        return (*parent.path, parent.count), start

    def _value(self, kind: str, start: int, end: int, style: str, flow: bool) -> None:
        path, key = self._place(start)
        self._count += 1
        if self._count > NODE_LIMIT:
            self._problem(
                codes.FILE_TOO_LARGE,
                start,
                f"the file holds more than {NODE_LIMIT:,} values",
                "split it into several files",
            )
            raise _Stop
        self.documents[-1].setdefault(path, Node(kind, start, end, key, style, flow))
        if self._open:
            parent = self._open[-1]
            parent.end = max(parent.end, end)
            parent.count += 1
            parent.pending = None

    def _enter(self, is_mapping: bool, start: int, flow: bool) -> None:
        if self._expects_key():
            self._problem(
                codes.KEY_NOT_TEXT,
                start,
                "a list or a mapping stands where a key belongs",
                "a key is a word; a text with { or [ goes in quotes",
            )
            raise _Stop
        if len(self._open) >= DEPTH_LIMIT:
            self._problem(
                codes.NESTED_TOO_DEEP,
                start,
                f"lists and mappings are nested more than {DEPTH_LIMIT} deep",
                "no document needs more than six levels",
            )
            raise _Stop
        path, key = self._place(start)
        self._open.append(_Open(path, start, key, is_mapping, flow, start))

    def _leave(self, end: int) -> None:
        closed = self._open.pop()
        kind = "mapping" if closed.is_mapping else "sequence"
        self._value(kind, closed.start, end if closed.flow else closed.end, "", closed.flow)

    def _syntax(self, error: Any) -> None:
        mark = error.problem_mark or error.context_mark
        offset = min(mark.index, len(self.source.text)) if mark else 0
        problem = error.problem or "this is not YAML"
        if self.source.text[offset : offset + 1] == "\t":
            self._problem(
                codes.TAB_INDENTATION,
                offset,
                "a tab where YAML wants spaces",
                "indent by two spaces",
            )
            return
        hint = next((h for part, h in _SYNTAX_HINTS if part in problem), "")
        opened = error.context_mark
        since = ""
        if opened is not None and opened.index < offset:
            if any(part in problem for part in _NEVER_CLOSED):
                offset = opened.index
            else:
                since = f" (in what begins in line {self.source.position(opened.index).line})"
        self._problem(codes.YAML_SYNTAX, offset, f"YAML stops here: {problem}{since}", hint)


_NEVER_CLOSED = ("unexpected end of stream", "did not find expected node content")

_SYNTAX_HINTS = (
    (
        "mapping values are not allowed",
        "a text with a colon in it goes in quotes; or the line is indented wrongly",
    ),
    (
        "invalid Unicode character escape",
        "write both halves of the character, or the character itself",
    ),
    ("cannot start any token", "a text that begins with @, `, % or the like goes in quotes"),
    ("unexpected end of stream", "a quote is opened and never closed"),
    (
        "unknown escape character",
        "in double quotes write \\\\ for a backslash, or use single quotes",
    ),
    (
        "could not find expected ':'",
        "write 'key: value', or indent the line under the text it continues",
    ),
    ("did not find expected key", "the line is indented differently from the keys beside it"),
    ("did not find expected '-' indicator", "items of one list start in the same column"),
    ("did not find expected ',' or ']'", "close the list with ] and put commas between its items"),
    (
        "did not find expected ',' or '}'",
        "close the mapping with } and put commas between its keys",
    ),
    ("did not find expected node content", "a [ or { is opened and never closed"),
    ("block sequence entries are not allowed", "a list starts on its own line"),
    ("did not find expected <document start>", "separate documents with a line ---"),
)


def _events(text: str) -> Iterator[Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    yield from yaml.parse(text, Loader=loader)


def _reckoned(value: str) -> object:
    """A plain scalar as the fast reader has it; whole numbers that it cannot hold stay whole."""
    if _WHOLE.fullmatch(value) and len(value) > 18:
        return int(value[:40])
    try:
        return loads(value)
    except InvalidYamlError:
        return 2**64


def _is_text(key: str) -> bool:
    if not key:
        return False
    try:
        return isinstance(loads(key), str)
    except InvalidYamlError:
        return not _NUMERIC.match(key)
