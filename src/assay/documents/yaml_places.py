"""Places between the values of a YAML file, where a line can be put in or taken out."""

from __future__ import annotations

from typing import Any

from assay.documents.index import Path
from assay.documents.yaml_reader import YamlFile


def column(read: YamlFile, offset: int) -> int:
    """Characters between the start of the line and ``offset``."""
    return offset - read.source.line_start(offset)


def next_line(read: YamlFile, offset: int) -> tuple[int, str]:
    """Where the line after the content that ends at ``offset`` starts, and what must precede it."""
    text = read.text
    if offset > 0 and text[offset - 1] in "\r\n":
        return offset, ""
    at = read.source.line_end(offset)
    if at == len(text):
        return at, "\n"
    return at + break_length(text, at), ""


def after_comments(read: YamlFile, at: int, deeper_than: int) -> int:
    """Past the comments that are indented like parts of the last item, and so belong to it."""
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
    """Characters of the line break at ``at``."""
    return 2 if text.startswith("\r\n", at) else 1


def value_at(data: Any, path: Path) -> Any:
    """The value at ``path`` of plain data; None where there is none."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data
