"""Sentences of the rulebook with values filled in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assay.cel.program import TextPart


def fill_text(parts: Sequence[TextPart], value: Callable[[str], object]) -> str:
    """Fill the placeholders of a sentence; ``value`` returns the value of a column."""
    return "".join(p if isinstance(p, str) else shown(value(p.name)) for p in parts)


def shown(value: object) -> str:
    """Format a value for readers: decimals without trailing zeros, None as "unknown"."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:z.3f}".rstrip("0").rstrip(".")
    return str(value)
