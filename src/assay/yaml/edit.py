"""Edits of YAML files that preserve comments and formatting."""

from __future__ import annotations

import copy
import json
import re
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from ryaml import InvalidYamlError, loads

from assay.errors import UsageError
from assay.yaml.reader import YamlFile, read_yaml
from assay.yaml.source_map import Node, ValuePath, raw_offset, value_at


def column(read: YamlFile, offset: int) -> int:
    """Return the column of ``offset``, from 0."""
    return offset - read.source.line_start(offset)


def next_line(read: YamlFile, offset: int) -> tuple[int, str]:
    """Return the start of the line after ``offset``, and a line break to insert before it."""
    text = read.text
    if offset > 0 and text[offset - 1] in "\r\n":
        return offset, ""
    at = read.source.line_end(offset)
    if at == len(text):
        return at, "\n"
    return at + break_length(text, at), ""


def after_comments(read: YamlFile, at: int, deeper_than: int) -> int:
    """Skip comments that are indented as part of the last item."""
    found = at
    while at < len(read.text):
        end = read.source.line_end(at)
        line = read.text[at:end]
        content = line.lstrip(" ")
        is_comment = content.startswith("#") and len(line) - len(content) > deeper_than
        if content and not is_comment:
            break
        if end == len(read.text):
            break
        at = end + break_length(read.text, end)
        if is_comment:
            found = at
    return found


def break_length(text: str, at: int) -> int:
    """Return the length of the line break at ``at``."""
    return 2 if text.startswith("\r\n", at) else 1


# Booleans in YAML 1.1, which some editors and scripts still use.
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off"])
_FLOW = re.compile(r"[\[\]{},]")
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def block(data: Mapping[str, Any] | Sequence[Any], indent: int = 0) -> str:
    """Format data in block style, with all lines indented and ended by a line feed."""
    return "".join(f"{' ' * indent}{line}\n" for line in _lines(data))


def flow(data: Any) -> str:
    """Format data on one line: ``{id: a, stance: disputes}``, ``[a, b]``, or a scalar."""
    if isinstance(data, Mapping):
        return "{" + ", ".join(f"{_key(k)}: {flow(v)}" for k, v in data.items()) + "}"
    if _is_list(data):
        return "[" + ", ".join(flow(v) for v in data) + "]"
    return scalar(data)


def scalar(value: Any) -> str:
    """Format a scalar so that it is valid in any context, in quotes only if needed."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    text = str(value)
    if _is_plain(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda m: f"\\u{ord(m[0]):04x}", quoted)


def _lines(data: Mapping[str, Any] | Sequence[Any]) -> Iterator[str]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            if _is_short(value):
                yield f"{_key(key)}: {flow(value)}"
            else:
                yield f"{_key(key)}:"
                yield from ("  " + line for line in _lines(value))
        return
    for item in data:
        if _is_short(item) or not isinstance(item, Mapping):
            yield f"- {flow(item)}"
            continue
        first, *rest = _lines(item)
        yield f"- {first}"
        yield from ("  " + line for line in rest)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_short(value: Any) -> bool:
    """Whether it is a scalar, or a list of scalars that fits on a line."""
    if isinstance(value, Mapping):
        return not value
    if not _is_list(value):
        return True
    if any(isinstance(item, Mapping) or _is_list(item) for item in value):
        return False
    return len(flow(value)) <= 80


def _key(key: str) -> str:
    return key if re.fullmatch(r"[a-z_]+", key) else scalar(key)


def _is_plain(text: str) -> bool:
    if not text or text != text.strip() or text.lower() in _WORDS:
        return False
    if "\n" in text or "\r" in text or "\t" in text or _FLOW.search(text) or _ESCAPED.search(text):
        return False
    try:
        return bool(loads(f"[{text}]") == [text]) and bool(loads(f"a: {text}") == {"a": text})
    except InvalidYamlError:
        return False


_BOM = b"\xef\xbb\xbf"


class EditRefused(UsageError):
    """The edit would change other parts of the file."""


def append_documents(data: bytes, file: str, documents: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the file with more documents at its end."""
    read = _read(data, file)
    text = read.text
    separator = ""
    if any(d is not None for d in read.documents):
        separator = "" if read.documents[-1] is None else "---\n"
    written = "---\n".join(block(document) for document in documents)
    insertion = _at_line_start(text, len(text)) + separator + written
    expected = [d for d in read.documents if d is not None] + [dict(d) for d in documents]
    return _inserted(data, read, len(text), insertion, expected)


def without_documents(data: bytes, file: str, numbers: Collection[int]) -> bytes:
    """Return the file without some of its documents, by number; empty if none is left.

    A line that names the schema of the file stays.
    """
    read = _read(data, file)
    expected = [d for i, d in enumerate(read.documents) if i not in numbers and d is not None]
    if not expected:
        return b""
    marks = [m.start() for m in re.finditer(r"^---(?=\s|$)", read.text, re.MULTILINE)]
    text = read.text
    for number in sorted(numbers, reverse=True):
        root = read.index.documents[number][()]
        start = max((m for m in marks if m <= root.start), default=0)
        end = min((m for m in marks if m > root.start), default=len(read.text))
        schema = re.match(r"# yaml-language-server:.*\n", text[start:end])
        text = text[:start] + (schema[0] if schema and start == 0 else "") + text[end:]
    if read.text.startswith("---") is False and text.startswith("---"):
        text = text.partition("\n")[2]
    edited = (_BOM if data.startswith(_BOM) else b"") + text.encode("utf-8")
    again = [d for d in read_yaml(edited, file).documents if d is not None]
    if _canonical(again) != _canonical(expected):
        raise EditRefused(f"{file}: cannot remove a document from this file; remove it by hand")
    return edited


def append_item(data: bytes, file: str, document: int, path: ValuePath, item: Any) -> bytes:
    """Return the file with one more item at the end of the list at ``path``.

    If the list is absent, or its key has no value, it is created.
    """
    read = _read(data, file)
    node = read.index.documents[document].get(path)
    present = value_at(read.documents[document], path)
    if node is None or present is None:
        return _set_list(data, read, document, path, [item])
    if not isinstance(present, list):
        raise _refused(read, node, "this value is not a list")

    def change(documents: list[Any]) -> None:
        value_at(documents[document], path).append(item)

    last = read.index.documents[document].get((*path, len(present) - 1))
    if node.flow:
        if last is None:
            return _insert(data, read, node.start + 1, flow(item), change)
        return _insert(data, read, last.end, f", {flow(item)}", change)
    if last is None:
        raise _refused(read, node, "the list is empty")
    indent = column(read, node.start)
    at, lead = next_line(read, node.end)
    at = after_comments(read, at, indent)
    return _insert(data, read, at, lead + block([item], indent), change)


def _set_list(
    data: bytes, read: YamlFile, document: int, path: ValuePath, value: list[Any]
) -> bytes:
    nodes = read.index.documents[document]
    parent, key = nodes.get(path[:-1]), path[-1]
    if parent is None or parent.kind != "mapping":
        raise _refused(read, parent, f"no mapping to add {key!r} to")
    given = value_at(read.documents[document], path[:-1])
    last = nodes[(*path[:-1], list(given)[-1])] if given else None

    def change(documents: list[Any]) -> None:
        value_at(documents[document], path[:-1])[key] = value

    if path in nodes:
        empty = nodes[path]
        if parent.flow or empty.start != empty.end:
            return _insert(data, read, empty.start, f" {flow(value)}", change)
        at, lead = next_line(read, empty.start)
        inner = column(read, parent.start) + 2
        return _insert(data, read, at, lead + block(value, inner), change)
    if parent.flow:
        text = flow({key: value})[1:-1]
        at = parent.start + 1 if last is None else last.end
        return _insert(data, read, at, text if last is None else f", {text}", change)
    at, lead = next_line(read, parent.end)
    return _insert(
        data, read, at, lead + block({str(key): value}, column(read, parent.start)), change
    )


def _insert(
    data: bytes, read: YamlFile, at: int, text: str, change: Callable[[list[Any]], None]
) -> bytes:
    expected = copy.deepcopy(list(read.documents))
    change(expected)
    return _inserted(data, read, at, text, [d for d in expected if d is not None])


def _inserted(data: bytes, read: YamlFile, at: int, text: str, expected: list[Any]) -> bytes:
    """Insert ``text``; refuse unless the result reads as ``expected``."""
    if "\r\n" in read.text:
        text = text.replace("\n", "\r\n")
    edited = (read.text[:at] + text + read.text[at:]).encode("utf-8")
    if data.startswith(_BOM):
        edited = _BOM + edited
    again = read_yaml(edited, read.file)
    if _canonical([d for d in again.documents if d is not None]) != _canonical(expected):
        line = read.source.position(min(at, len(read.text))).line
        raise EditRefused(
            f"{read.file}:{line}: cannot add this without changing other parts of the file; "
            "add it by hand"
        )
    return edited


def _canonical(documents: list[Any]) -> str:
    """Return data as text, in which 1, 1.0 and true differ."""
    return json.dumps(documents, ensure_ascii=False)


def _read(data: bytes, file: str) -> YamlFile:
    read = read_yaml(data, file)
    broken = next((d for d in read.diagnostics if d.severity == "error"), None)
    if broken is not None:
        place = f"{file}:{broken.line}" if broken.line else file
        raise EditRefused(f"{place}: {broken.message}; correct it first")
    return read


def _refused(read: YamlFile, node: Node | None, reason: str) -> EditRefused:
    line = read.source.position(node.start).line if node is not None else 1
    return EditRefused(f"{read.file}:{line}: {reason}; add it by hand")


def _at_line_start(text: str, at: int) -> str:
    return "" if at == 0 or text[at - 1] in "\r\n" else "\n"


_WIDTH = 100


def rewrite(data: bytes, file: str, documents: Mapping[int, Mapping[str, Any]]) -> bytes:
    """Return the file with other data for some documents, by number.

    Raises ``EditRefused`` if the file has errors, or if other parts of it would change.
    """
    read = read_yaml(data, file)
    broken = next((d for d in read.diagnostics if d.severity == "error"), None)
    if broken is not None or not read.documents:
        raise EditRefused(f"{file}: the file has errors; correct them first")
    expected = [documents.get(i, d) for i, d in enumerate(read.documents)]
    pieces = sorted(
        (
            piece
            for number, wanted in documents.items()
            for piece in _Differences(read, number).value((), read.documents[number], wanted)
        ),
        key=lambda piece: (piece.start, piece.end),
    )
    text = _patched(read, pieces)
    edited = (_BOM if data.startswith(_BOM) else b"") + text.encode("utf-8")
    if _plain_value(read_yaml(edited, file).documents) != _plain_value(expected):
        raise _rewrite_refused(read, pieces[0].start if pieces else 0)
    return edited


@dataclass(frozen=True, slots=True)
class _Piece:
    """Replacement of ``start`` to ``end`` by ``text``; of whole lines if ``lines``."""

    start: int
    end: int
    text: str
    lines: bool = False


def _patched(read: YamlFile, pieces: Sequence[_Piece]) -> str:
    ending = "\r\n" if "\r\n" in read.text else "\n"
    made: list[str] = []
    at = 0
    for piece in pieces:
        if piece.start < at:
            raise _rewrite_refused(read, piece.start)
        made.append(read.text[at : piece.start])
        so_far = next((part for part in reversed(made) if part), "")
        if piece.lines and so_far and so_far[-1] not in "\r\n":
            made.append(ending)
        made.append(piece.text.replace("\n", ending))
        at = piece.end
    return "".join([*made, read.text[at:]])


class _Differences:
    """Text changes that turn one document into other data."""

    def __init__(self, read: YamlFile, document: int) -> None:
        self._read = read
        self._nodes = read.index.documents[document]

    def value(self, path: ValuePath, old: Any, new: Any) -> Iterator[_Piece]:
        """Return the changes that turn the value at ``path`` into ``new``."""
        if _plain_value(old) == _plain_value(new):
            return
        if isinstance(old, dict) and isinstance(new, Mapping) and old and new:
            yield from self._mapping(path, old, new)
        elif isinstance(old, list) and _is_list(new) and old and new:
            yield from self._list(path, old, new)
        else:
            yield self._replaced(path, old, new)

    def _mapping(
        self, path: ValuePath, old: dict[str, Any], new: Mapping[str, Any]
    ) -> Iterator[_Piece]:
        before: str | None = None
        for key in new:
            if key in old:
                yield from self.value((*path, key), old[key], new[key])
                before = key
            else:
                yield self._added(path, before, {key: new[key]})
        keys = list(old)
        at = 0
        for gone, run in groupby(keys, lambda key: key not in new):
            length = len(list(run))
            if gone:
                yield from self._removed(path, keys, at, at + length)
            at += length

    def _list(self, path: ValuePath, old: list[Any], new: Sequence[Any]) -> Iterator[_Piece]:
        matcher = SequenceMatcher(
            None, [_plain_value(v) for v in old], [_plain_value(v) for v in new], autojunk=False
        )
        for what, i, i_end, k, k_end in matcher.get_opcodes():
            if what == "equal":
                continue
            paired = min(i_end - i, k_end - k)
            for n in range(paired):
                yield from self.value((*path, i + n), old[i + n], new[k + n])
            if k + paired < k_end:
                yield self._inserted(path, i + paired, new[k + paired : k_end])
            yield from self._removed(path, range(len(old)), i + paired, i_end)

    def _replaced(self, path: ValuePath, old: Any, new: Any) -> _Piece:
        node = self._node(path)
        if node.start == node.end and not node.flow:
            # The key has no value yet: insert it after the colon.
            return _Piece(node.start, node.end, f" {flow(new)}")
        end = self._content_end(node)
        if isinstance(old, str) and isinstance(new, str):
            words = self._other_words(node, self._read.text[node.start : end], old, new)
            folded = self._folded(node, new) if node.style == ">" else None
            return _Piece(node.start, end, words or folded or flow(new))
        return _Piece(node.start, end, flow(new))

    def _other_words(self, node: Node, raw: str, old: str, new: str) -> str | None:
        """Replace single words of a text, so that its quotes and line breaks stay."""
        before, after = re.findall(r"\w+|\W", old), re.findall(r"\w+|\W", new)
        if len(before) != len(after) or not (node.style or _is_plain(new)):
            return None
        made, at, done = "", 0, 0
        for word, other in zip(before, after, strict=True):
            if word != other:
                start = raw_offset(raw, node.style, old, at)
                if not (word + other).isalnum() or not raw.startswith(word, start):
                    return None
                made, done = made + raw[done:start] + other, start + len(word)
            at += len(word)
        return made + raw[done:]

    def _folded(self, node: Node, new: str) -> str | None:
        """Format a folded text as folded again, so that a diff has only the changed lines."""
        header, _, body = self._read.text[node.start : node.end].partition("\n")
        first = next((line for line in body.split("\n") if line.strip()), "")
        indent = len(first) - len(first.lstrip(" "))
        if " ".join(new.split()) != new or not indent:
            return None
        width = max(_WIDTH - indent, 20)
        lines = textwrap.wrap(new, width, break_long_words=False, break_on_hyphens=False)
        comment = header.lstrip(">+-").strip()
        start = f">- {comment}" if comment else ">-"
        return "\n".join([start, *(" " * indent + line for line in lines)])

    def _added(self, path: ValuePath, before: str | None, item: Mapping[str, Any]) -> _Piece:
        """Insert a key after the one ``before``, or at the top of the mapping."""
        parent = self._node(path)
        if parent.flow:
            text = flow(item)[1:-1]
            if before is None:
                return _Piece(parent.start + 1, parent.start + 1, f"{text}, ")
            end = self._node((*path, before)).end
            return _Piece(end, end, f", {text}")
        indent = column(self._read, parent.start)
        if before is None:
            text = block(item, indent).lstrip(" ") + " " * indent
            return _Piece(parent.start, parent.start, text)
        at = self._line_behind((*path, before), indent)
        return _Piece(at, at, block(item, indent), lines=True)

    def _inserted(self, path: ValuePath, at_item: int, items: Sequence[Any]) -> _Piece:
        parent = self._node(path)
        if parent.flow:
            text = ", ".join(flow(item) for item in items)
            if at_item == 0:
                start = self._node((*path, 0)).start
                return _Piece(start, start, f"{text}, ")
            end = self._node((*path, at_item - 1)).end
            return _Piece(end, end, f", {text}")
        indent = column(self._read, parent.start)
        if at_item == 0:
            start = self._read.source.line_start(parent.start)
            if self._read.text[start : parent.start].strip():
                raise _rewrite_refused(self._read, parent.start)
            return _Piece(start, start, block(items, indent), lines=True)
        at = self._line_behind((*path, at_item - 1), indent)
        return _Piece(at, at, block(items, indent), lines=True)

    def _removed(
        self, path: ValuePath, steps: Sequence[str] | range, first: int, last: int
    ) -> Iterator[_Piece]:
        """Remove keys or items ``first`` to ``last``, exclusive, with comments on their lines."""
        if first == last:
            return
        if self._node(path).flow:
            if first:
                start = self._node((*path, steps[first - 1])).end
                yield _Piece(start, self._node((*path, steps[last - 1])).end, "")
            else:
                start = self._node((*path, steps[first])).key
                yield _Piece(start, self._node((*path, steps[last])).key, "")
            return
        for step in steps[first:last]:
            node = self._node((*path, step))
            start = self._read.source.line_start(node.key)
            lead = self._read.text[start : node.key].strip()
            if lead != ("-" if isinstance(step, int) else ""):
                raise _rewrite_refused(self._read, node.key)
            end, _ = next_line(self._read, self._content_end(node))
            yield _Piece(start, end, "")

    def _line_behind(self, path: ValuePath, indent: int) -> int:
        node = self._node(path)
        at, _ = next_line(self._read, self._content_end(node))
        return after_comments(self._read, at, indent)

    def _content_end(self, node: Node) -> int:
        """Return the end of a value; a text in block style ends before its line break."""
        return node.start + len(self._read.text[node.start : node.end].rstrip())

    def _node(self, path: ValuePath) -> Node:
        node = self._nodes.get(path)
        if node is None:
            raise _rewrite_refused(self._read, 0)
        return node


def _rewrite_refused(read: YamlFile, offset: int) -> EditRefused:
    line = read.source.position(offset).line
    return EditRefused(
        f"{read.file}:{line}: cannot change this without changing other parts of the file; change "
        "it by hand"
    )


def _plain_value(data: Any) -> str:
    """Return data as text regardless of key order, in which 1, 1.0 and true differ."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True)
