"""The characters that a text may have, and the form in which texts are compared."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

# Control characters but tab and line feed, line separators, noncharacters, and marks of text
# direction, which show the text around them in another order than it is written.
_UNSAFE = (
    r"\u0000-\u0008\u000B-\u001F\u007F-\u009F"
    r"\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF"
)

VISIBLE_PATTERN = rf"^[^{_UNSAFE}]*$"
"""Text without control characters and marks of text direction, for pages and terminals."""

UNSAFE_CHARACTER = re.compile(rf"[{_UNSAFE}\ud800-\udfff]")


def unsafe_character(text: str) -> int | None:
    """Return the index of the first character that :data:`VISIBLE_PATTERN` refuses."""
    found = UNSAFE_CHARACTER.search(text)
    return None if found is None else found.start()


def escaped(text: str) -> str:
    """Return a text with escapes instead of the characters that a terminal acts on."""
    return UNSAFE_CHARACTER.sub(lambda c: c[0].encode("unicode_escape").decode(), text)


def without_unsafe(text: str) -> str:
    """Return a text that was not validated without the characters that none may have."""
    return UNSAFE_CHARACTER.sub("", text)


def all_without_unsafe(value: Any) -> Any:
    """Return JSON data whose texts are :func:`without_unsafe`."""
    if isinstance(value, str):
        return without_unsafe(value)
    if isinstance(value, dict):
        return {without_unsafe(k): all_without_unsafe(v) for k, v in value.items()}
    return [all_without_unsafe(v) for v in value] if isinstance(value, list) else value


def normalised(text: str) -> str:
    """Return a text as readers see it: composed (NFC), on one line, with single spaces.

    A text with a character that none may have is returned unchanged.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    if unsafe_character(text) is not None:
        return text
    return " ".join(composed(text).split())


def composed(text: str) -> str:
    """Return a text in the normal form NFC."""
    return unicodedata.normalize("NFC", text)
