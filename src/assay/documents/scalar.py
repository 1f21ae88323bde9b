"""From a character of a scalar's value back to the character of the file that wrote it."""

from __future__ import annotations

from collections.abc import Iterator

from assay.documents.surrogates import PAIR

_ESCAPE_LENGTH = {"x": 4, "u": 6, "U": 10}


def raw_offset(raw: str, style: str, value: str, wanted: int) -> int:
    """Where in ``raw``, the text of a scalar as the file has it, ``value[wanted]`` was written.

    ``style`` is YAML's mark: empty for plain, a quote, ``|`` or ``>``. A ``wanted`` at or past
    the end gives the place right after the last character.
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
    """For each character of ``value`` where it begins and ends in ``raw``.

    Indentation and folded line breaks of ``raw`` have no counterpart in ``value``; so the two
    are walked together, and white space of ``raw`` is skipped until they agree again.
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
    """Blanks before a line break belong to the fold, of which the value has one space."""
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
    """Past the blanks of ``raw`` that ``value`` does not have at the start of this line."""
    wanted = len(value[index:]) - len(value[index:].lstrip(" "))
    return max(at, _skip_blanks(raw, at) - wanted)
