"""Edits of a YAML file that leave every other character of it as it was.

An edit inserts text and takes nothing away. It is made only if the file then reads as exactly
the data that were meant; otherwise :class:`EditRefused` says so and nothing is changed.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assay.documents.emit import block, flow
from assay.documents.index import Node, Path
from assay.documents.yaml_places import after_comments, column, next_line, value_at
from assay.documents.yaml_reader import YamlFile, read_yaml
from assay.errors import UsageError

_BOM = b"\xef\xbb\xbf"


class EditRefused(UsageError):
    """The file is written in a way that this edit cannot be made in without changing more."""


def append_documents(data: bytes, file: str, documents: Sequence[Mapping[str, Any]]) -> bytes:
    """The file with more documents at its end."""
    read = _read(data, file)
    text = read.text
    separator = ""
    if any(d is not None for d in read.documents):
        separator = "" if read.documents[-1] is None else "---\n"
    written = "---\n".join(block(document) for document in documents)
    insertion = _at_line_start(text, len(text)) + separator + written
    expected = [d for d in read.documents if d is not None] + [dict(d) for d in documents]
    return _inserted(data, read, len(text), insertion, expected)


def append_item(data: bytes, file: str, document: int, path: Path, item: Any) -> bytes:
    """The file with one more item at the end of the list at ``path``; the list is made if absent.

    An empty ``item`` value of a key (``sources:`` and nothing after it) counts as absent too.
    """
    read = _read(data, file)
    node = read.index.documents[document].get(path)
    present = value_at(read.documents[document], path)
    if node is None or present is None:
        return _set_list(data, read, document, path, [item])
    if not isinstance(present, list):
        raise _refused(read, node, "there is no list here to add to")

    def change(documents: list[Any]) -> None:
        value_at(documents[document], path).append(item)

    last = read.index.documents[document].get((*path, len(present) - 1))
    if node.flow:
        if last is None:
            return _insert(data, read, node.start + 1, flow(item), change)
        return _insert(data, read, last.end, f", {flow(item)}", change)
    if last is None:
        raise _refused(read, node, "the list has no items to add after")
    indent = column(read, node.start)
    at, lead = next_line(read, node.end)
    at = after_comments(read, at, indent)
    return _insert(data, read, at, lead + block([item], indent), change)


def _set_list(data: bytes, read: YamlFile, document: int, path: Path, value: list[Any]) -> bytes:
    nodes = read.index.documents[document]
    parent, key = nodes.get(path[:-1]), path[-1]
    if parent is None or parent.kind != "mapping":
        raise _refused(read, parent, f"there is no mapping to add {key!r} to")
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
    """The bytes with ``text`` put in, if they then read as ``expected``."""
    if "\r\n" in read.text:
        text = text.replace("\n", "\r\n")
    edited = (read.text[:at] + text + read.text[at:]).encode("utf-8")
    if data.startswith(_BOM):
        edited = _BOM + edited
    again = read_yaml(edited, read.file)
    if _canonical([d for d in again.documents if d is not None]) != _canonical(expected):
        line = read.source.position(min(at, len(read.text))).line
        raise EditRefused(
            f"{read.file}:{line}: the file is written in a way that this cannot be added to "
            "without changing more; add it by hand"
        )
    return edited


def _canonical(documents: list[Any]) -> str:
    """Data as text, so that 1, 1.0 and true are told apart."""
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
