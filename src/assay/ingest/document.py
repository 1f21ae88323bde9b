"""One file of the outside world: its bytes as text, and its front matter."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from assay.characters import without_unsafe
from assay.yaml.reader import read_yaml

SIZE_LIMIT = 20_000_000
"""Bytes in a document, at most."""

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}\bencoding\s*=\s*[\"']([\w.:-]+)|"
    rb"<meta[^>]{0,200}\bcharset\s*=\s*[\"']?([\w.:-]+)",
    re.IGNORECASE,
)
_TEXT_ENCODINGS = frozenset(
    (
        *("big5", "big5hkscs", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk", "iso2022_jp"),
        *("shift_jis", "cp932", "cp949", "cp874", "cp437", "cp866", "tis-620", "mac-roman"),
        *("koi8-r", "koi8-u"),
    )
)
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_FENCE = re.compile(r"\s*---[ \t]*\n(.*?\n|)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOP_KEY = re.compile(r"^([A-Za-z_][\w.-]*)[ \t]*:(?:[ \t]+(.*))?$", re.MULTILINE)


class UnreadableDocument(Exception):
    """The bytes cannot be read as a document; the message says why."""


@dataclass(frozen=True)
class FrontMatter:
    """The YAML between the fences at the head of a document.

    ``lines`` is where each top-level key stands; ``problem`` says what is wrong with it, where
    it had to be read line by line. ``body`` starts on line ``body_line`` of the file.
    """

    data: Mapping[str, Any]
    lines: Mapping[str, int]
    body: str
    body_line: int
    problem: str = ""

    def where(self, key: str) -> str:
        line = self.lines.get(key)
        return f"line {line}, {key}" if line else key

    def text(self, *keys: str) -> tuple[str, str] | None:
        """The first of ``keys`` that has a text, on one line, and where it stands."""
        for key in keys:
            value = self.data.get(key)
            if isinstance(value, (str, int, float)) and not isinstance(value, bool):
                plain = one_line(str(value))
                if plain:
                    return plain, self.where(key)
        return None


@dataclass(frozen=True)
class Document:
    """A file as text: ``name`` as reports show it, ``encoding`` as found.

    ``accessed`` is the day it was fetched, None of a file.
    """

    name: str
    text: str
    encoding: str = "utf-8"
    notes: tuple[str, ...] = field(default=())
    accessed: date | None = None

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower()

    @cached_property
    def front_matter(self) -> FrontMatter | None:
        match = _FENCE.match(self.text)
        if match is None:
            return None
        body_line = self.text.count("\n", 0, match.end()) + 1
        first = self.text.count("\n", 0, match.start(1)) + 1
        inside = match[1]
        raw = _INVISIBLE.sub("", inside)
        lines: dict[str, int] = {}
        line, counted = first, 0
        for m in _TOP_KEY.finditer(inside):
            line += inside.count("\n", counted, m.start())
            counted = m.start()
            lines[m[1]] = line
        body = self.text[match.end() :]
        # Blank lines before it, so that a message names the line of the file.
        padded = "\n" * (first - 1) + raw
        read = read_yaml(padded.encode("utf-8", "replace"), self.name)
        broken = next((d for d in read.diagnostics if d.severity == "error"), None)
        if broken is None:
            data: dict[str, Any] = next((d for d in read.documents if d is not None), {})
            return FrontMatter(data, lines, body, body_line)
        at = f" (line {broken.line})" if broken.line else ""
        problem = f"the front matter is not valid YAML{at}: {broken.message}; read line by line"
        return FrontMatter(_line_by_line(raw), lines, body, body_line, problem)


def _line_by_line(raw: str) -> dict[str, Any]:
    """The top-level texts of broken front matter: of a key given twice the first, no nesting."""
    found: dict[str, Any] = {}
    for match in _TOP_KEY.finditer(raw):
        value = (match[2] or "").strip()
        quoted = re.match(r"(['\"])(.*?)(?<!\\)\1", value)
        plain = quoted[2] if quoted else re.sub(r"\s+#.*$", "", value)
        if plain and plain[0] not in "[{|>&*!":
            found.setdefault(match[1], plain)
    return found


def decode(data: bytes, name: str, charset: str | None = None) -> Document:
    """The document in ``data``. Raises ``UnreadableDocument`` with the reason.

    ``charset`` is what its sender said; without one, what the document says of itself counts, and
    where it says nothing the encoding is guessed.
    """
    if len(data) > SIZE_LIMIT:
        raise UnreadableDocument(
            f"it has {len(data):,} bytes; at most {SIZE_LIMIT:,} are read in one piece"
        )
    if not data.strip():
        raise UnreadableDocument("it is empty")
    text, encoding = _text(data, charset)
    notes = () if encoding == "utf-8" else (f"the encoding was taken to be {encoding}",)
    return Document(name, text.replace("\r\n", "\n").replace("\r", "\n"), encoding, notes)


def _text(data: bytes, charset: str | None) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding).removeprefix("\ufeff"), encoding
            except UnicodeDecodeError as error:
                raise UnreadableDocument(
                    f"it says that it is {encoding}, but byte {error.start} is not"
                ) from None
    zeros = data[:4096].count(0)
    if zeros:
        half = len(data[:4096]) // 2
        for encoding, place in (("utf-16-le", 1), ("utf-16-be", 0)):
            if data[place:4096:2].count(0) > half * 0.6 and zeros <= half + 1:
                try:
                    return data.decode(encoding), encoding
                except UnicodeDecodeError:
                    continue
    if b"\0" in data:
        raise UnreadableDocument(f"it is not text: byte {data.index(0)} is zero")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        first_bad = error.start
    for said in (charset, _declared(data)):
        if said:
            # What is said and cannot be so is no reason to give up.
            with suppress(LookupError, UnicodeDecodeError):
                encoding = codecs.lookup(said).name
                if encoding in _TEXT_ENCODINGS or encoding.startswith(("iso8859", "cp12")):
                    return data.decode(encoding), encoding
    return _guessed(data, first_bad)


def _declared(data: bytes) -> str | None:
    """The encoding that an XML or HTML document says it is in."""
    found = _DECLARED.search(data[:4096])
    return (found[1] or found[2]).decode("ascii") if found else None


def _guessed(data: bytes, first_bad: int) -> tuple[str, str]:
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        raise UnreadableDocument(
            f"it is not UTF-8 (byte {first_bad}); to have its encoding guessed, "
            "install assay[ingest]"
        ) from None
    best = from_bytes(data[:1_000_000]).best()
    if best is None:
        raise UnreadableDocument(f"it is not UTF-8 (byte {first_bad}) nor another known encoding")
    try:
        return data.decode(best.encoding), best.encoding
    except UnicodeDecodeError:
        raise UnreadableDocument(
            f"it looks like {best.encoding}, but parts of it are not"
        ) from None


def one_line(text: str) -> str:
    """The text without line breaks, doubled spaces and invisible characters."""
    return " ".join(without_unsafe(_INVISIBLE.sub(" ", text)).split())
