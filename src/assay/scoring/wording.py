"""Sentences of the rulebook with values filled in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assay.cel.program import TextPart
from assay.model.results import Score


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


def reservations(score: Score) -> list[str]:
    """Say how high a grade may be, on which evidence it stands, and which one is firm."""
    found = [f"at most {score.ceiling.grade}"] if score.ceiling else []
    if score.stands_on is not None:
        # words: a term of the rulebook
        found.append(f"stands on {score.stands_on.grade}")
    if score.provisional:
        firm = score.firm.grade if score.firm else "not rated"
        found.append(f"provisional: {firm} on firm evidence")
    return found
