"""Sentences with expressions in braces: ``all {citations.size()} sources go back to …``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hole:
    """An expression in a sentence, and the 0-based character it starts at."""

    text: str
    offset: int


class TextError(ValueError):
    """Braces that do not match; ``offset`` is where."""

    def __init__(self, message: str, offset: int) -> None:
        self.offset = offset
        super().__init__(message)


def split_text(text: str) -> tuple[str | Hole, ...]:
    """The sentence as its plain parts and its holes; ``{{`` and ``}}`` stand for braces.

    Raises :class:`TextError` for a brace without its partner and for an empty hole.
    """
    parts: list[str | Hole] = []
    plain = ""
    index = 0
    while index < len(text):
        pair, character = text[index : index + 2], text[index]
        if pair in ("{{", "}}"):
            plain += character
            index += 2
        elif character == "{":
            end = text.find("}", index)
            if end < 0:
                raise TextError("'{' has no '}'", index)
            inside = text[index + 1 : end]
            if not inside.strip():
                raise TextError("nothing stands between '{' and '}'", index)
            if plain:
                parts.append(plain)
                plain = ""
            parts.append(Hole(inside, index + 1))
            index = end + 1
        elif character == "}":
            raise TextError("'}' has no '{'", index)
        else:
            plain += character
            index += 1
    if plain:
        parts.append(plain)
    return tuple(parts)
