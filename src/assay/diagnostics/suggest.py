"""Suggestions for unknown words: the nearest known one, otherwise a few to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

# Comparing a word with all ids of a large workspace is slow, and a hundredth hint helps nobody.
_BUDGET = 200_000
_FEW = 30
_CHOICES = 8


class Suggester:
    """Suggests words from a fixed set; after many comparisons it stops."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(set(words))
        self._budget = _BUDGET

    def nearest(self, word: str) -> str | None:
        """Return the known word most similar to ``word``, or None if none is similar."""
        if self._budget < 0 or len(word) > 300:
            return None
        self._budget -= len(self._words)
        return nearest(word, self._words)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the one of ``words`` with the most similar spelling, or None if none is similar."""
    folded: dict[str, str] = {}
    for known in words:
        folded.setdefault(known.casefold(), known)
    found = get_close_matches(word[:300].casefold(), folded, n=1, cutoff=0.7)
    return folded[found[0]] if found else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return a hint with the nearest known word, otherwise with some choices if they are few."""
    known = list(words)
    near = nearest(word, known)
    if near is not None:
        return f"did you mean {near!r}?"
    if not 0 < len(known) <= _FEW:
        return ""
    if len(known) > _CHOICES + 1:
        known = [*known[:_CHOICES], f"one of {len(known) - _CHOICES} others"]
    return "choose " + " or ".join(filter(None, [", ".join(known[:-1]), known[-1]]))


def unknown(kind: str, word: str, known: Iterable[str]) -> str:
    """Return the message for an unknown name, with the nearest known one, otherwise with some."""
    names = list(dict.fromkeys(known))
    near = nearest(word, names)
    if near is not None:
        return f"unknown {kind} {word!r}; did you mean {near!r}?"
    left = len(names) - _CHOICES
    more = f" and {left} more" if left > 0 else ""
    return f"unknown {kind} {word!r}; there are: {', '.join(names[:_CHOICES]) or 'none'}{more}"
