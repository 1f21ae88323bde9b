"""Reading a YAML file as plain documents: dicts, lists, strings, numbers, booleans and None.

Words remain strings (``NO``, ``on``, ``2024-01-29``). Anchors, aliases, merge keys and tags are
errors, because a diff does not show what they change.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ryaml import InvalidYamlError, loads_all

from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, Position, has_errors
from assay.yaml.source_map import (
    DEPTH_LIMIT,
    NODE_LIMIT,
    PAIR,
    Index,
    SourceText,
    ValuePath,
    conflicts,
    index,
    joined,
    raw_offset,
    restored,
    value_at,
)

SIZE_LIMIT = 10_000_000
"""Maximum size of a file in bytes."""

# Larger files are indexed first, because ryaml is slow on deep nesting.
_WALK_FIRST = 65_536

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]"
)  # not printable in YAML, or a line break only in YAML
_PRINTABLE = bytes([9, 10, 13, *range(32, 127)])
_MARKED = re.compile(r"(?:^|[\s\[{,])[&*!]\S|<<|^%", re.MULTILINE)
_TEXT = frozenset([str])
_DIGITS = bytes(48 if 48 <= byte < 58 else 0 for byte in range(256))
_LONG_NUMBER = b"0" * 19
_ID_LINE = re.compile(r"^id:[ \t]+['\"]?([^\s'\"#]+)", re.MULTILINE)


@dataclass(frozen=True)
class YamlFile:
    """Parsed file; it has no documents if it has errors.

    Empty documents are None in ``documents``, so that numbers match the file.
    """

    file: str
    text: str
    documents: tuple[Any, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @cached_property
    def source(self) -> SourceText:
        return SourceText(self.file, self.text)

    @cached_property
    def index(self) -> Index:
        return index(self.source)

    def readable(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Return the documents to validate, each with its number in the file."""
        if not has_errors(self.diagnostics):
            yield from ((i, d) for i, d in enumerate(self.documents) if d is not None)

    def locate(self, document: int, path: ValuePath, *, key: bool = False) -> Position:
        """Return the position of a value or its key; if absent, of the innermost one around it."""
        node = self.index.nearest(document, path)
        if node is None:
            return Position(self.file)
        return self.source.position(node.key if key else node.start)

    def locate_inside(self, document: int, path: ValuePath, offset: int) -> Position:
        """Return the position of a character of the text at ``path``."""
        node = self.index.nearest(document, path)
        value = value_at(self.documents[document], path) if self.documents else None
        if node is None or not isinstance(value, str):
            return self.locate(document, path)
        raw = self.text[node.start : node.end]
        return self.source.position(node.start + raw_offset(raw, node.style, value, offset))

    def source_of(self, document: int, path: ValuePath) -> str | None:
        """Return the text of a value in the file; None if there is none."""
        if not 0 <= document < len(self.index.documents):
            return None
        node = self.index.documents[document].get(path)
        return None if node is None else self.text[node.start : node.end]

    @cached_property
    def mentioned_ids(self) -> tuple[str, ...]:
        """Ids that an unreadable file seems to contain."""
        return tuple(_ID_LINE.findall(self.text)) if has_errors(self.diagnostics) else ()


def read_yaml(data: bytes, file: str) -> YamlFile:
    """Parse a file; all problems are in the result's diagnostics, none is raised."""
    text, refusal = decode(data, file)
    if refusal is not None:
        return YamlFile(file, text, (), (refusal,))
    unmerged = tuple(conflicts(SourceText(file, text)))
    if unmerged:
        return YamlFile(file, text, (), unmerged)
    if len(text) > _WALK_FIRST or _suspicious(text, data):
        problems = _problems(text, file)
        if problems:
            return YamlFile(file, text, (), problems)
    try:
        documents = _loaded(text)
    except (InvalidYamlError, ValueError, RecursionError) as error:
        return _refused(text, file, str(error))
    if not is_plain(documents):
        return _refused(text, file, "it has values that are not supported")
    return _checked(YamlFile(file, text, tuple(documents)))


def _loaded(text: str) -> list[Any]:
    try:
        return loads_all(text) or []
    except InvalidYamlError:
        if PAIR.search(text) is None:
            raise
        documents: list[Any] = restored(loads_all(joined(text)) or [])
        return documents


def _suspicious(text: str, data: bytes) -> bool:
    """Whether the text may have a problem that only the index detects."""
    marks = "&" in text or "*" in text or "!" in text or "%" in text or "<<" in text
    if marks and _MARKED.search(text) is not None:
        return True
    return _LONG_NUMBER in data.translate(_DIGITS)


def decode(data: bytes, file: str, limit: int = SIZE_LIMIT) -> tuple[str, Diagnostic | None]:
    """Return the text without byte-order mark, or why the bytes are not text."""
    if len(data) > limit:
        return "", too_large(file, len(data), limit)
    if not data.translate(None, _PRINTABLE):
        return data.decode("ascii"), None  # as nearly every file
    whole = Position(file)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", codes.NOT_UTF8.at(
            whole, "the file is saved as UTF-16", "save it as UTF-8 in the editor"
        )
    if b"\0" in data:
        return "", codes.BINARY_FILE.at(
            whole, f"the file is binary: byte {data.index(0)} is zero", "move it out of profiles/"
        )
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix("\ufeff")
        position = SourceText(file, before + "\N{REPLACEMENT CHARACTER}").position(len(before))
        return "", codes.NOT_UTF8.at(
            position,
            f"the file is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}",
            "save it as UTF-8 in the editor",
        )
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        position = SourceText(file, text).position(forbidden.start())
        return text, codes.CONTROL_CHARACTER.at(
            position, f"invisible character U+{ord(forbidden[0]):04X}", "delete it"
        )
    return text, None


def too_large(file: str, size: int, limit: int = SIZE_LIMIT) -> Diagnostic:
    """Report a file that exceeds the size limit."""
    return codes.FILE_TOO_LARGE.at(
        Position(file),
        f"the file is too large: {size:,} bytes, at most {limit:,} are allowed",
        "split it into several files",
    )


def _problems(text: str, file: str) -> tuple[Diagnostic, ...]:
    return index(SourceText(file, text)).problems


def _refused(text: str, file: str, reason: str) -> YamlFile:
    """Return the file without documents; ``reason`` is reported if the index has no problem."""
    problems = _problems(text, file)
    if not problems:
        at = re.search(r"at line (\d+) column (\d+)", reason)
        position = Position(file, int(at[1]), int(at[2])) if at else Position(file)
        problems = (codes.YAML_SYNTAX.at(position, f"invalid YAML: {reason}"),)
    return YamlFile(file, text, (), problems)


def is_plain(documents: list[Any]) -> bool:
    """Whether the index would accept it: finite numbers, text keys, limited size and depth."""
    level: list[Any] = documents
    count = 0
    for _ in range(DEPTH_LIMIT + 1):
        keys: list[Any] = []
        below: list[Any] = []
        for value in level:
            kind = type(value)
            if kind is str:  # as most values are
                continue
            if kind is dict:
                keys += value
                below += value.values()
            elif kind is list:
                below += value
            elif kind is float:
                if not math.isfinite(value):
                    return False
            elif kind is int and not -(2**63) <= value < 2**63:
                return False
        count += len(below)
        if count > NODE_LIMIT or not _TEXT.issuperset(map(type, keys)):
            return False
        if not below:
            return True
        level = below
    return False


def _checked(read: YamlFile) -> YamlFile:
    """Report documents that are not mappings, and a file without any."""
    if read.documents and all(type(d) is dict for d in read.documents):
        return read
    found = [
        codes.NOT_A_MAPPING.at(
            read.locate(i, ()),
            f"a document must be a mapping, not {describe(d, read.source_of(i, ()))}",
            "start it with 'kind: source' and put each key on its own line",
        )
        for i, d in enumerate(read.documents)
        if d is not None and not isinstance(d, dict)
    ]
    if not found and all(d is None for d in read.documents):
        found = [
            codes.EMPTY_FILE.at(
                Position(read.file), "the file has no document", "add one, or delete the file"
            )
        ]
    return YamlFile(read.file, read.text, read.documents, tuple(found)) if found else read


def describe(value: object, source: str | None = None) -> str:
    """Quote a value, or name its type if it is long; ``source`` is its text in the file."""
    if value is None:
        return "nothing"
    if isinstance(value, (bool, int, float)):
        return source or scalar_text(value)
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else value[:39] + "…")
    return "a list" if isinstance(value, list) else "a mapping"


def scalar_text(value: object) -> str:
    """Return the YAML form of a value whose source is not known."""
    return str(value).lower() if isinstance(value, bool) else str(value)
