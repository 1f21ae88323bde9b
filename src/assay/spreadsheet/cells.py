"""A text as a cell that no spreadsheet takes for a formula, and back."""

from __future__ import annotations

import re

# The last four are the wide forms, which some spreadsheets read like the plain ones.
_FORMULA = re.compile("'*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_SHIELDED = re.compile("'+[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_LINE_BREAK = re.compile("\r\n|[\r\u2028\u2029\x85\x0b\x0c]")


def shielded(text: str) -> str:
    """The text as a cell: without control characters and outer blanks, an apostrophe before what
    would begin a formula.
    """
    plain = _CONTROL.sub("", _LINE_BREAK.sub("\n", text)).strip()
    return f"'{plain}" if _FORMULA.match(plain) else plain


def unshielded(cell: str) -> str:
    """The text that a cell was written from."""
    text = _CONTROL.sub("", _LINE_BREAK.sub("\n", cell)).strip()
    return text[1:] if _SHIELDED.match(text) else text


def letters(column: int) -> str:
    """The column, counted from 1, as spreadsheets name it: A … Z, AA …"""
    name = ""
    while column > 0:
        column, digit = divmod(column - 1, 26)
        name = chr(ord("A") + digit) + name
    return name
