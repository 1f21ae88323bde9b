"""Which publisher, source, profile or claim a row without an id is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from assay.authoring.find import fold

ALIKE, NEAR = 0.8, 0.6
"""Shares of likeness from which a text is the corrected form of another, and may be."""

_MARGIN = 0.1
_MOST_COMPARED = 400


@dataclass(frozen=True, slots=True)
class Match:
    """What a text was matched with; ``sure`` where nobody has to say so."""

    id: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Words:
    """A text in the form in which it is compared."""

    key: str
    figures: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Words:
        return cls(key(text), tuple(re.findall(r"\d+", text)))


def match(text: str, candidates: Mapping[str, Words]) -> Match | None:
    """The candidate, by id, that ``text`` is a corrected form of.

    A likeness is sure where no figure differs, it is strong, and no other candidate comes close:
    "More than 40 approved" and "More than 70 approved" may well be two claims.
    """
    wanted = Words.of(text)
    alike = {i: words for i, words in candidates.items() if words.figures == wanted.figures}
    if found := _best(wanted, alike, NEAR if wanted.figures else ALIKE):
        return found
    others = {i: words for i, words in candidates.items() if i not in alike}
    near = _best(wanted, others, NEAR)
    return Match(near.id, sure=False) if near is not None else None


def _best(wanted: Words, candidates: Mapping[str, Words], strong: float) -> Match | None:
    """The most like of the candidates, if it is near at all.

    Equal figures say much more than equal words: rows of one table differ in nothing else.
    """
    ranked = sorted(
        (-_likeness(wanted.key, words.key), id_)
        for id_, words in list(candidates.items())[:_MOST_COMPARED]
    )
    if not ranked or -ranked[0][0] < NEAR:
        return None
    best, id_ = ranked[0]
    alone = len(ranked) == 1 or ranked[1][0] - best >= _MARGIN
    return Match(id_, sure=-best >= strong and alone)


def key(text: str) -> str:
    """The text without case, accents and spacing, for comparison."""
    return " ".join(fold(text).split())


def _likeness(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < NEAR:
        return 0.0
    return matcher.ratio()
