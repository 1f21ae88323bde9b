"""Did you mean: the known word nearest to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

# Comparing a word with every id of a large workspace is slow, and nobody reads the hundredth hint.
_BUDGET = 200_000
_FEW = 30
_CHOICES = 8


class Suggester:
    """Finds near words among ``words``; after many questions it stops looking."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(set(words))
        self._budget = _BUDGET

    def nearest(self, word: str) -> str | None:
        """The known word most like ``word``, or None where none is alike."""
        if self._budget < 0 or len(word) > 300:
            return None
        self._budget -= len(self._words)
        return nearest(word, self._words)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of ``words`` most like ``word`` in spelling, or None where none is alike."""
    folded: dict[str, str] = {}
    for known in words:
        folded.setdefault(known.casefold(), known)
    found = get_close_matches(word[:300].casefold(), folded, n=1, cutoff=0.7)
    return folded[found[0]] if found else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """A hint that names the nearest known word, or else lists those that exist, if few."""
    known = list(words)
    near = nearest(word, known)
    if near is not None:
        return f"did you mean {near!r}?"
    return "possible here: " + ", ".join(known) if 0 < len(known) <= _FEW else ""


def unknown(kind: str, word: str, known: Iterable[str]) -> str:
    """Return the message for an unknown name: with the nearest known one, otherwise with a few."""
    names = list(dict.fromkeys(known))
    near = nearest(word, names)
    if near is not None:
        return f"unknown {kind} {word!r}; did you mean {near!r}?"
    left = len(names) - _CHOICES
    more = f" and {left} more" if left > 0 else ""
    return f"unknown {kind} {word!r}; there are: {', '.join(names[:_CHOICES]) or 'none'}{more}"
