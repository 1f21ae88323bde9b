r"""Escapes of one character in two halves, as JSON writers limited to ASCII write them.

YAML has one escape for such a character (``\U0001F600``) and refuses the two of JSON
(``\ud83d\ude00``). A text is read with the one instead of the two, of the same length so that
positions stay. Only double quotes have escapes; other styles get their text back.
"""

from __future__ import annotations

import re
from typing import Any

PAIR = re.compile(
    r"(?<!\\)(?P<before>(?:\\\\)*)"
    r"\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
)
# Two private characters fill up the length. The first records which hex digits are capitals.
_CAPITALS, _END = 0xE000, "\uf8ff"
_READ = re.compile("([\U00010000-\U0010ffff])[\ue000-\ue0ff]\uf8ff")
_UNREAD = re.compile("\\\\U([0-9a-f]{8})([\ue000-\ue0ff])\uf8ff")


def joined(text: str) -> str:
    """The text of a file with one escape instead of each two halves."""
    return PAIR.sub(_join, text) if "\\u" in text else text


def _join(found: re.Match[str]) -> str:
    digits = found["high"] + found["low"]
    pair = bytes.fromhex(digits).decode("utf-16-be")
    capitals = sum(1 << i for i, digit in enumerate(digits) if digit.isupper())
    return f"{found['before']}\\U{ord(pair):08x}{chr(_CAPITALS + capitals)}{_END}"


def restored(value: Any) -> Any:
    """A value read from joined text as the file means it."""
    if isinstance(value, str):
        return _UNREAD.sub(_split, _READ.sub(r"\1", value)) if _END in value else value
    if isinstance(value, list):
        return [restored(item) for item in value]
    if isinstance(value, dict):
        return {restored(key): restored(item) for key, item in value.items()}
    return value


def _split(found: re.Match[str]) -> str:
    digits = chr(int(found[1], 16)).encode("utf-16-be").hex()
    capitals = ord(found[2]) - _CAPITALS
    cased = "".join(d.upper() if capitals >> i & 1 else d for i, d in enumerate(digits))
    return f"\\u{cased[:4]}\\u{cased[4:]}"
