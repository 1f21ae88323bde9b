"""Positions in a YAML file: of characters, of values, and of problems with its form."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from ryaml import InvalidYamlError, loads

from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Code, Diagnostic, Position, ValueLocation

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_EXCERPT = 200


@dataclass(frozen=True)
class SourceText:
    """Decoded text without byte-order mark; ``file`` is its path in diagnostics."""

    file: str
    text: str

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(m.end() for m in _LINE_BREAK.finditer(self.text))]

    def position(self, offset: int) -> Position:
        """Return the position of the character at ``offset``."""
        line = bisect_right(self._line_starts, offset)
        start = self._line_starts[line - 1]
        return Position(self.file, line, offset - start + 1, self._excerpt(start, offset))

    def line_start(self, offset: int) -> int:
        """Return the start of the line that contains ``offset``."""
        return self._line_starts[bisect_right(self._line_starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Return the offset of the next line break, or of the text's end."""
        found = _LINE_BREAK.search(self.text, offset)
        return found.start() if found else len(self.text)

    @property
    def height(self) -> int:
        """Number of lines."""
        return len(self._line_starts)

    def start_of(self, number: int) -> int:
        """Return the start of a line, by its number from 0."""
        return self._line_starts[number]

    def lines(self) -> Iterator[str]:
        """Return all lines without their breaks."""
        start = 0
        for found in _LINE_BREAK.finditer(self.text):
            yield self.text[start : found.start()]
            start = found.end()
        yield self.text[start:]

    def line(self, number: int) -> str:
        """Return a line by its number from 0, without its break."""
        start = self._line_starts[number]
        return self.text[start : self.line_end(start)]

    def _excerpt(self, start: int, offset: int) -> str:
        if offset - start > _EXCERPT:
            return ""
        line = self.text[start : self.line_end(offset)].rstrip()
        if len(line) > _EXCERPT:
            line = line[: _EXCERPT - 1] + "…"
        return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", line)


PAIR = re.compile(
    r"(?<!\\)(?P<before>(?:\\\\)*)"
    r"\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
)
# Two private characters fill the length; the first records which hex digits are capitals.
_CAPITALS, _END = 0xE000, "\uf8ff"
_READ = re.compile("([\U00010000-\U0010ffff])[\ue000-\ue0ff]\uf8ff")
_UNREAD = re.compile("\\\\U([0-9a-f]{8})([\ue000-\ue0ff])\uf8ff")


def joined(text: str) -> str:
    """Replace each escaped surrogate pair by one escape of the same length."""
    return PAIR.sub(_join, text) if "\\u" in text else text


def _join(found: re.Match[str]) -> str:
    digits = found["high"] + found["low"]
    pair = bytes.fromhex(digits).decode("utf-16-be")
    capitals = sum(1 << i for i, digit in enumerate(digits) if digit.isupper())
    return f"{found['before']}\\U{ord(pair):08x}{chr(_CAPITALS + capitals)}{_END}"


def restored(value: Any) -> Any:
    """Undo :func:`joined` in a value read from its text."""
    if isinstance(value, str):
        return _UNREAD.sub(_split, _READ.sub(r"\1", value)) if _END in value else value
    if isinstance(value, list):
        return [restored(item) for item in value]
    if isinstance(value, dict):
        return {restored(key): restored(item) for key, item in value.items()}
    return value


def _split(found: re.Match[str]) -> str:
    digits = chr(int(found[1], 16)).encode("utf-16-be").hex()
    capitals = ord(found[2]) - _CAPITALS
    cased = "".join(d.upper() if capitals >> i & 1 else d for i, d in enumerate(digits))
    return f"\\u{cased[:4]}\\u{cased[4:]}"


_ESCAPE_LENGTH = {"x": 4, "u": 6, "U": 10}


def raw_offset(raw: str, style: str, value: str, wanted: int) -> int:
    """Return the offset of ``value[wanted]`` in ``raw``, the scalar's text in the file.

    ``style`` is YAML's indicator: empty for plain, a quote, ``|`` or ``>``. A ``wanted`` at or
    after the end gives the offset after the last character.
    """
    last = _start(raw, style)
    for index, (begin, end) in enumerate(_places(raw, style, value)):
        if index == wanted:
            return begin
        last = end
    return last


def _start(raw: str, style: str) -> int:
    if style in ("'", '"'):
        return 1
    if style in ("|", ">"):
        header = raw.find("\n")
        return len(raw) if header < 0 else header + 1
    return 0


def _places(raw: str, style: str, value: str) -> Iterator[tuple[int, int]]:
    """Return the start and end in ``raw`` of each character of ``value``.

    Indentation and folded line breaks of ``raw`` have no counterpart in ``value``: both are
    read in parallel, and white space of ``raw`` is skipped until they agree again.
    """
    at = _start(raw, style)
    line_begins = style in ("|", ">")
    for index, character in enumerate(value):
        new_line = character == "\n" and raw[at : at + 1] not in ("\r", "\n")
        if new_line or (line_begins and character not in " \n"):
            at = _skip_blanks(raw, at)
        elif line_begins and character == " ":
            at = _skip_indentation(raw, at, value, index)
        at, end = _match(raw, style, at, character)
        yield at, end
        line_begins = character == "\n"
        at = end


def _match(raw: str, style: str, at: int, character: str) -> tuple[int, int]:
    while at < len(raw):
        here = raw[at]
        if style == '"' and here == "\\":
            if raw[at + 1 : at + 2] in ("\n", "\r"):
                at = _skip_white(raw, at + 2)
                continue
            pair = PAIR.match(raw, at) if raw.startswith("\\u", at) else None
            return at, pair.end() if pair else at + _ESCAPE_LENGTH.get(raw[at + 1 : at + 2], 2)
        if style == "'" and here == "'" and character == "'":
            return at, at + 2
        if here in "\r\n":
            if character == "\n":
                return at, at + (2 if raw[at : at + 2] == "\r\n" else 1)
            if character == " " and style != "|":
                return at, _skip_white(raw, at)
            at += 1
            continue
        if here == character:
            if character == " " and style != "|":
                return at, _after_folded_space(raw, at)
            return at, at + 1
        if here not in " \t":
            return at, at + 1
        at += 1
    return len(raw), len(raw)


def _after_folded_space(raw: str, at: int) -> int:
    """Skip a fold, including blanks before its line break; the value has one space for it."""
    rest = _skip_blanks(raw, at)
    if rest < len(raw) and raw[rest] in "\r\n":
        return _skip_white(raw, rest)
    return at + 1


def _skip_blanks(raw: str, at: int) -> int:
    while at < len(raw) and raw[at] in " \t":
        at += 1
    return at


def _skip_white(raw: str, at: int) -> int:
    while at < len(raw) and raw[at] in " \t\r\n":
        at += 1
    return at


def _skip_indentation(raw: str, at: int, value: str, index: int) -> int:
    """Skip the leading blanks of a line in ``raw`` that ``value`` does not have."""
    wanted = len(value[index:]) - len(value[index:].lstrip(" "))
    return max(at, _skip_blanks(raw, at) - wanted)


ValuePath = tuple[str | int, ...]
"""Keys and list indexes from the top of a document to a value."""


def value_at(data: Any, path: ValuePath) -> Any:
    """Return the value at ``path``, or None."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


DEPTH_LIMIT = 40
NODE_LIMIT = 200_000
_PROBLEM_LIMIT = 100
_NUMERIC = re.compile(r"[-+.0-9]")
_WHOLE = re.compile(r"[-+]?[0-9]+")


@dataclass(frozen=True, slots=True)
class Node:
    """Location of a value, in characters from the start of the text.

    ``end`` excludes trailing comments and blank lines. ``key`` is the offset of the value's key,
    ``start`` for items and documents.
    """

    kind: str
    start: int
    end: int
    key: int
    style: str = ""
    flow: bool = False


@dataclass(frozen=True)
class Index:
    """Locations of all values: one mapping by path for each document."""

    documents: tuple[dict[ValuePath, Node], ...]
    problems: tuple[Diagnostic, ...]

    def nearest(self, document: int, path: ValuePath) -> Node | None:
        """Return the value at ``path``, or the innermost one around it that exists."""
        if not 0 <= document < len(self.documents):
            return None
        return innermost(self.documents[document], path)


def innermost(nodes: Mapping[ValuePath, Node], path: ValuePath) -> Node | None:
    """Return the node at ``path``, or the innermost one around it that exists."""
    parents = (path[:length] for length in range(len(path), -1, -1))
    return next((nodes[parent] for parent in parents if parent in nodes), None)


def index(source: SourceText) -> Index:
    """Index the text; stops at a syntax error, too deep nesting, or too many values."""
    walk = _Walk(source)
    walk.run()
    return Index(tuple(walk.documents), tuple(walk.problems))


@dataclass(slots=True)
class _Open:
    """Collection that is not complete yet."""

    path: ValuePath
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
    """Ends the walk."""


class _Walk:
    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.documents: list[dict[ValuePath, Node]] = []
        self.problems: list[Diagnostic] = []
        self._open: list[_Open] = []
        self._count = 0
        self._alias: tuple[int, str] | None = None

    def run(self) -> None:
        import yaml

        try:
            for event in _events(joined(self.source.text)):
                self._take(event, type(event).__name__)
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        except yaml.YAMLError as error:
            self._problem(codes.YAML_SYNTAX, 0, f"invalid YAML: {error}")
        except _Stop:
            pass
        if self._alias is not None:
            start, kind = self._alias
            message = f"YAML {kind} are not supported"
            self._problem(codes.YAML_ALIAS, start, message, "repeat the value")

    def _problem(self, code: Code, offset: int, message: str, hint: str = "") -> None:
        if len(self.problems) < _PROBLEM_LIMIT:
            self.problems.append(code.at(self.source.position(offset), message, hint))

    def _take(self, event: Any, name: str) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if name == "DocumentStartEvent":
            self.documents.append({})
        elif name == "AliasEvent":
            self._alias = self._alias or (start, "aliases")
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
        if event.anchor is not None:
            self._alias = self._alias or (start, "anchors")
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._problem(
                codes.YAML_TAG,
                start,
                f"the YAML tag {tag} is not supported",
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
                codes.MERGE_KEY, start, "YAML merge keys are not supported", "repeat the keys"
            )
        elif plain and not _is_text(key):
            self._problem(
                codes.KEY_NOT_TEXT,
                start,
                f"key {key} must be text" if key else "missing key before the colon",
                f'put it in quotes: "{key}": …' if key else "add a key, for example text: …",
            )
        elif key in parent.seen:
            first = self.source.position(parent.seen[key]).line
            self._problem(
                codes.DUPLICATE_KEY,
                start,
                f"duplicate key {key!r}, first set on line {first}",
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
        number = _parsed(value)
        if isinstance(number, int) and not -(2**63) <= number < 2**63:
            self._problem(
                codes.NUMBER_TOO_LARGE,
                start,
                f"number {value[:40]} is too large",
                f'if it is text, put it in quotes: "{value[:40]}"',
            )
        elif isinstance(number, float) and not math.isfinite(number):
            self._problem(
                codes.NOT_A_NUMBER,
                start,
                f"{value[:40]} is not a finite number",
                "leave the key out if the value is unknown",
            )

    def _place(self, start: int) -> tuple[ValuePath, int]:
        """Return the path of the value that begins here, and the offset of its key."""
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
                f"the file has more than {NODE_LIMIT:,} values",
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
                "a list or mapping is used as a key",
                "use a word; put text with { or [ in quotes",
            )
            raise _Stop
        if len(self._open) >= DEPTH_LIMIT:
            self._problem(
                codes.NESTED_TOO_DEEP,
                start,
                f"lists and mappings are nested more than {DEPTH_LIMIT} levels deep",
                "use at most six levels, as every document can",
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
        problem = error.problem or "not YAML"
        if self.source.text[offset : offset + 1] == "\t":
            self._problem(
                codes.TAB_INDENTATION,
                offset,
                "tab in the indentation",
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
                since = (
                    f" (in the value that starts on line {self.source.position(opened.index).line})"
                )
        self._problem(codes.YAML_SYNTAX, offset, f"invalid YAML: {problem}{since}", hint)


_NEVER_CLOSED = ("unexpected end of stream", "did not find expected node content")

_SYNTAX_HINTS = (
    (
        "mapping values are not allowed",
        "put text with a colon in quotes, or correct the indentation",
    ),
    (
        "invalid Unicode character escape",
        "write both halves of the surrogate pair, or the character itself",
    ),
    ("cannot start any token", "put text that starts with @, ` or % in quotes"),
    ("unexpected end of stream", "close the quote"),
    (
        "unknown escape character",
        "write \\\\ for a backslash, or use single quotes",
    ),
    (
        "could not find expected ':'",
        "write 'key: value', or indent the line under the text it continues",
    ),
    ("did not find expected key", "indent the line like the other keys"),
    ("did not find expected '-' indicator", "start all items of the list in the same column"),
    ("did not find expected ',' or ']'", "close the list with ] and put commas between its items"),
    (
        "did not find expected ',' or '}'",
        "close the mapping with } and put commas between its keys",
    ),
    ("did not find expected node content", "close the [ or {"),
    ("block sequence entries are not allowed", "start the list on its own line"),
    ("did not find expected <document start>", "separate documents with a line ---"),
)


def _events(text: str) -> Iterator[Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    yield from yaml.parse(text, Loader=loader)


def _parsed(value: str) -> object:
    """Return a plain scalar as ryaml reads it; large whole numbers stay exact enough."""
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


class DocumentFile(Protocol):
    """Parsed file: its documents, its problems, and the positions of values."""

    @property
    def file(self) -> str:
        """Path in diagnostics."""
        ...

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Problems of its form."""
        ...

    def readable(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Return the documents to validate, each with its number in the file."""
        ...

    def locate(self, document: int, path: ValuePath, *, key: bool = False) -> Position:
        """Return the position of a value or its key; if absent, of the innermost one around it."""
        ...

    def locate_inside(self, document: int, path: ValuePath, offset: int) -> Position:
        """Return the position of a character of the text at ``path``."""
        ...

    def source_of(self, document: int, path: ValuePath) -> str | None:
        """Return the text of a value in the file; None if there is none."""
        ...

    @property
    def mentioned_ids(self) -> tuple[str, ...]:
        """Ids that the unreadable parts seem to contain."""
        ...


def locate(diagnostic: Diagnostic, file: DocumentFile) -> Diagnostic:
    """Add the position in ``file`` to a diagnostic."""
    at = diagnostic.value
    document = at.subject.document if at.subject else 0
    source = file.source_of(document, at.path) if at.parsed else None
    return diagnostic.located(position_of(at, file), source)


def position_of(at: ValueLocation, file: DocumentFile) -> Position:
    """Return the line and column of a value in ``file``."""
    document = at.subject.document if at.subject else 0
    if at.offset is None:
        return file.locate(document, at.path, key=at.at_key)
    return file.locate_inside(document, at.path, at.offset)


_MARKER = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?=[ \r\n]|\Z)", re.MULTILINE)


def conflicts(source: SourceText) -> Iterator[Diagnostic]:
    """Report each git conflict at its first marker, and each stray marker."""
    text = source.text
    # A plain search is much faster than the pattern, and hardly any file has a marker.
    if "<<<<<<<" not in text and ">>>>>>>" not in text:
        return
    found = list(_MARKER.finditer(text))
    if not any(marker[0][0] in "<>" for marker in found):
        return  # a line of equals signs alone may be an underlined heading
    begun: int | None = None
    for marker in found:
        kind = marker[0][0]
        if kind == "<":
            if begun is not None:
                yield _stray(source, begun)
            begun = marker.start()
        elif begun is None:
            yield _stray(source, marker.start())
        elif kind == ">":
            end = source.position(marker.start()).line
            yield codes.MERGE_CONFLICT.at(
                source.position(begun),
                f"unresolved git conflict up to line {end}",
                "keep one version",
            )
            begun = None
    if begun is not None:
        yield _stray(source, begun)


def _stray(source: SourceText, offset: int) -> Diagnostic:
    return codes.MERGE_CONFLICT.at(
        source.position(offset), "stray git conflict marker", "delete the line"
    )
