"""Giving the documents of a YAML file other data, and leaving whatever stays the same as it was.

Only the lines of values that differ are touched: comments, order, quotes and indentation of all
others are kept byte for byte. An edit is made only if the file then reads as exactly the data that
were meant; otherwise :class:`~assay.documents.yaml_writer.EditRefused` says so.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from assay.documents.emit import block, flow
from assay.documents.index import Node, Path
from assay.documents.yaml_places import after_comments, column, next_line
from assay.documents.yaml_reader import YamlFile, read_yaml
from assay.documents.yaml_writer import EditRefused

_BOM = b"\xef\xbb\xbf"
_WIDTH = 100


def rewrite(data: bytes, file: str, documents: Mapping[int, Mapping[str, Any]]) -> bytes:
    """The file with other data for the documents named by their number.

    Raises ``EditRefused`` where the file has mistakes, or is written in a way that it cannot be
    changed in without touching more.
    """
    read = read_yaml(data, file)
    broken = next((d for d in read.diagnostics if d.severity == "error"), None)
    if broken is not None or not read.documents:
        raise EditRefused(f"{file}: the file has mistakes; correct them first")
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
    if _canonical(read_yaml(edited, file).documents) != _canonical(expected):
        line = read.source.position(pieces[0].start).line if pieces else 1
        raise EditRefused(
            f"{file}:{line}: the file is written in a way that this cannot be changed in "
            "without touching more; change it by hand"
        )
    return edited


@dataclass(frozen=True, slots=True)
class _Piece:
    """``text`` in place of what stands from ``start`` to ``end``; whole lines where ``lines``."""

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
            raise _refused(read, piece.start)
        made.append(read.text[at : piece.start])
        so_far = next((part for part in reversed(made) if part), "")
        if piece.lines and so_far and so_far[-1] not in "\r\n":
            made.append(ending)
        made.append(piece.text.replace("\n", ending))
        at = piece.end
    return "".join([*made, read.text[at:]])


class _Differences:
    """What has to be written otherwise for one document to read as other data."""

    def __init__(self, read: YamlFile, document: int) -> None:
        self._read = read
        self._nodes = read.index.documents[document]

    def value(self, path: Path, old: Any, new: Any) -> Iterator[_Piece]:
        """The pieces that turn the value at ``path`` into ``new``."""
        if _canonical(old) == _canonical(new):
            return
        if isinstance(old, dict) and isinstance(new, Mapping) and old and new:
            yield from self._mapping(path, old, new)
        elif isinstance(old, list) and _is_list(new) and old and new:
            yield from self._list(path, old, new)
        else:
            yield self._replaced(path, new)

    def _mapping(self, path: Path, old: dict[str, Any], new: Mapping[str, Any]) -> Iterator[_Piece]:
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

    def _list(self, path: Path, old: list[Any], new: Sequence[Any]) -> Iterator[_Piece]:
        matcher = SequenceMatcher(
            None, [_canonical(v) for v in old], [_canonical(v) for v in new], autojunk=False
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

    def _replaced(self, path: Path, new: Any) -> _Piece:
        node = self._node(path)
        if node.start == node.end and not node.flow:
            # A key with nothing behind it: the value goes behind the colon.
            return _Piece(node.start, node.end, f" {flow(new)}")
        folded = self._folded(node, new) if node.style == ">" and isinstance(new, str) else None
        return _Piece(node.start, self._content_end(node), folded or flow(new))

    def _folded(self, node: Node, new: str) -> str | None:
        """A folded text stays one, so that only the lines that differ show in a diff."""
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

    def _added(self, path: Path, before: str | None, item: Mapping[str, Any]) -> _Piece:
        """A key put in behind the one that comes before it, else at the top of the mapping."""
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

    def _inserted(self, path: Path, at_item: int, items: Sequence[Any]) -> _Piece:
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
                raise _refused(self._read, parent.start)
            return _Piece(start, start, block(items, indent), lines=True)
        at = self._line_behind((*path, at_item - 1), indent)
        return _Piece(at, at, block(items, indent), lines=True)

    def _removed(
        self, path: Path, steps: Sequence[str] | range, first: int, behind: int
    ) -> Iterator[_Piece]:
        """Keys or items taken out, from the ``first`` up to ``behind``; comments on their lines go
        with them.
        """
        if first == behind:
            return
        if self._node(path).flow:
            if first:
                start = self._node((*path, steps[first - 1])).end
                yield _Piece(start, self._node((*path, steps[behind - 1])).end, "")
            else:
                start = self._node((*path, steps[first])).key
                yield _Piece(start, self._node((*path, steps[behind])).key, "")
            return
        for step in steps[first:behind]:
            node = self._node((*path, step))
            start = self._read.source.line_start(node.key)
            lead = self._read.text[start : node.key].strip()
            if lead != ("-" if isinstance(step, int) else ""):
                raise _refused(self._read, node.key)
            end, _ = next_line(self._read, self._content_end(node))
            yield _Piece(start, end, "")

    def _line_behind(self, path: Path, indent: int) -> int:
        node = self._node(path)
        at, _ = next_line(self._read, self._content_end(node))
        return after_comments(self._read, at, indent)

    def _content_end(self, node: Node) -> int:
        """The end of what a value says: a text in block style ends before its line break."""
        return node.start + len(self._read.text[node.start : node.end].rstrip())

    def _node(self, path: Path) -> Node:
        node = self._nodes.get(path)
        if node is None:
            raise _refused(self._read, 0)
        return node


def _refused(read: YamlFile, offset: int) -> EditRefused:
    line = read.source.position(offset).line
    return EditRefused(
        f"{read.file}:{line}: the file is written in a way that this cannot be changed in without "
        "touching more; change it by hand"
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _canonical(data: Any) -> str:
    """Data as text whatever the order of keys, so that 1, 1.0 and true are told apart."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True)
