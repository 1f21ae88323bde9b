"""Lines that git left in a file whose two versions nobody has merged yet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assay.diagnostics import Diagnostic
from assay.diagnostics import document_codes as codes
from assay.documents.source_text import SourceText

_MARKER = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?=[ \r\n]|\Z)", re.MULTILINE)


def conflicts(source: SourceText) -> Iterator[Diagnostic]:
    """One error for each conflict, at its first marker, and for each marker left behind."""
    text = source.text
    # Searching for plain text takes next to nothing, and nearly no file has a marker.
    if not any(mark in text for mark in ("<<<<<<<", "=======", ">>>>>>>")):
        return
    found = list(_MARKER.finditer(text))
    if not any(marker[0][0] in "<>" for marker in found):
        return  # a line of equals signs alone may be an underlined heading
    begun: int | None = None
    for marker in found:
        kind = marker[0][0]
        if kind == "<":
            if begun is not None:
                yield _left_behind(source, begun)
            begun = marker.start()
        elif begun is None:
            yield _left_behind(source, marker.start())
        elif kind == ">":
            end = source.position(marker.start()).line
            yield codes.MERGE_CONFLICT.at(
                source.position(begun), f"git left two versions here (to line {end})", "keep one"
            )
            begun = None
    if begun is not None:
        yield _left_behind(source, begun)


def _left_behind(source: SourceText, offset: int) -> Diagnostic:
    return codes.MERGE_CONFLICT.at(
        source.position(offset), "git left a conflict marker here", "delete the line"
    )
