"""English for messages: numbers with their nouns."""

from __future__ import annotations


def plural(count: int, noun: str, several: str = "") -> str:
    """Return ``1 source`` or ``2 sources``; ``several`` is a plural that does not end in s."""
    return f"{count} {noun if count == 1 else several or noun + 's'}"
