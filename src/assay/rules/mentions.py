"""What an expression mentions, by its letters alone, for when it is not parsed yet."""

from __future__ import annotations

import re

_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_MEMBER = re.compile(r"\.\s*(\w+)")
_NAME = re.compile(r"(?<![\w.])\w+")


def members(text: str) -> set[str]:
    """The names behind a dot; not all of them need be fields."""
    return set(_MEMBER.findall(_QUOTED.sub("", text)))


def names(text: str) -> set[str]:
    """The words that are not behind a dot."""
    return set(_NAME.findall(_QUOTED.sub("", text)))
