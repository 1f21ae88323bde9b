"""English for messages: numbers with their nouns, lists and sentences."""

from __future__ import annotations

from collections.abc import Sequence


def plural(count: int, noun: str, several: str = "") -> str:
    """Return ``1 source`` or ``2 sources``; ``several`` is a plural that does not end in s."""
    return f"{count} {noun if count == 1 else several or noun + 's'}"


def listed(parts: Sequence[str]) -> str:
    """Return the parts with commas, and with "and" before the last."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def sentence(text: str) -> str:
    """The text with a capital first letter and a full stop, if it has none."""
    text = text.strip()
    if not text:
        return text
    end = "" if text[-1] in ".!?…。！？:;" else "."
    return text[0].upper() + text[1:] + end


def through(label: str) -> str:
    """Write a path such as ``far>near`` as "far through near"; other names stay unchanged."""
    first, *rest = label.split(">")
    return f"{first} through {listed(rest)}" if rest else first
