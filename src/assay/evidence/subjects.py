"""What a sentence is about: the names in it, and the title of the page or profile it stands in."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from assay.model.dates import PartialDate

_SHARED = 0.5
_FEW = 50
_WORD = re.compile(r"[^\W\d_]{4,}")
_NAME = re.compile(r"(?<=[\w,;:)’'\"”(] )[\"“'(]?([A-ZÀ-ÖØ-Þ][\w’'&.-]*\w)|\b([A-Z]{2,}\w*)")
# A sentence's first word is a part of a name where the next one has a capital, too.
_FIRST = re.compile(
    r"(?!(?:The|An?|In|On|At|By|For|From|As|If|When|While|After|This|These)\b)"
    r"[\"“'(]?([A-ZÀ-ÖØ-Þ][\w’'&.-]*\w)(?=\s+[A-ZÀ-ÖØ-Þ0-9])"
)
_COMMON_WORDS = (
    "that this with from have been were will would their they than then when which also more "
    "over since about into only while some most many such year years month months"
)
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence and where it stands: ``profile#claim``, or the id of a source.

    ``title`` is that of the profile or the source.
    """

    place: str
    text: str
    as_of: PartialDate | None = None
    title: str = ""


class Subjects:
    """Which of some statements are about the same; rare names count for more than common ones."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        given = list(statements)
        self._frequency = Counter(n for s in given for n in names(s.text))
        self._count = max(len(given), _FEW)

    def keys(self, statement: Statement) -> frozenset[str]:
        """What statements about the same have at least one of in common."""
        words = frozenset(f"title {w}" for w in content(statement.title))
        return names(statement.text) | words or frozenset(("",))

    def same(self, a: Statement, b: Statement) -> bool:
        """Whether two statements may be about the same.

        Where both name somebody, the names must be the same for the most part; where one does not,
        the pages they stand on must have like titles.
        """
        ours, theirs = _named(a.text), _named(b.text)
        if not ours or not theirs:
            return not (a.title and b.title) or _like(a.title, b.title)
        shared = set(ours) & set(theirs)
        least = _SHARED * min(self._weight(set(ours)), self._weight(set(theirs)))
        if self._weight(shared) < least:
            return False
        if _like(a.title, b.title):
            return True
        # Whom a sentence names first it is about; a name that nearly all have (AI, EU) says little.
        return ours[0] in theirs and theirs[0] in ours and bool(self._telling(shared))

    def _weight(self, found: Iterable[str]) -> float:
        return math.fsum(math.log(1 + self._count / max(self._frequency[n], 1)) for n in found)

    def _telling(self, found: Iterable[str]) -> list[str]:
        return [n for n in found if self._frequency[n] <= max(0.02 * self._count, 10)]


def content(text: str) -> list[str]:
    """The words of a text that carry its meaning, in short forms, in order."""
    return [
        w.removesuffix("s") for word in _WORD.findall(text) if (w := word.casefold()) not in _COMMON
    ]


def names(text: str) -> frozenset[str]:
    """Words with a capital that does not come from the start of a sentence alone."""
    return frozenset(_named(text))


def _named(text: str) -> list[str]:
    """The names in a text, in order."""
    first = _FIRST.match(text)
    found = [first[1]] if first else []
    found += [m[1] or m[2] for m in _NAME.finditer(text)]
    return [re.sub(r"[’']s?$", "", n).casefold() for n in found]


def _like(a: str, b: str) -> bool:
    ours, theirs = set(content(a)), set(content(b))
    shared = ours & theirs
    return bool(shared) and len(shared) >= _SHARED * min(len(ours), len(theirs))
