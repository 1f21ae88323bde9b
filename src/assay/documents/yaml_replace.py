"""Replacing one scalar of a YAML file and leaving every other character as it was."""

from __future__ import annotations

import copy
from typing import Any

from assay.documents.emit import scalar
from assay.documents.index import Path
from assay.documents.yaml_reader import read_yaml
from assay.documents.yaml_writer import EditRefused

_BOM = b"\xef\xbb\xbf"


def replace_scalars(data: bytes, file: str, changes: dict[tuple[int, Path], Any]) -> bytes:
    """The file with new values for the scalars at (document, path).

    Raises ``EditRefused`` where one of them is not a scalar of the file, or where the result
    would read as anything else than what was meant.
    """
    read = read_yaml(data, file)
    if not read.documents:
        raise EditRefused(f"{file}: the file has mistakes; correct them first")
    expected = copy.deepcopy(list(read.documents))
    text = read.text
    placed = []
    for (document, path), value in changes.items():
        node = read.index.documents[document].get(path)
        if node is None or node.kind != "scalar":
            raise EditRefused(f"{file}: there is no value at {'.'.join(map(str, path))}")
        placed.append((node.start, node.end, scalar(value)))
        around = expected[document]
        for step in path[:-1]:
            around = around[step]
        around[path[-1]] = value
    for start, end, written in sorted(placed, reverse=True):
        text = text[:start] + written + text[end:]
    edited = (_BOM if data.startswith(_BOM) else b"") + text.encode("utf-8")
    if list(read_yaml(edited, file).documents) != expected:
        raise EditRefused(f"{file}: the file is written in a way that this cannot be changed in")
    return edited
