"""What a publication has that few others have: words, names, counts, what survives translation."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from assay.evidence.quantities import Figure, figures
from assay.evidence.sentences import sentences
from assay.evidence.told import Told

RAREST = 30
"""So many of its rarest features suffice to find what a publication may be compared with."""

_HEAD, _READ, _SCRIPT = 2400, 8000, 1000
_FEW = 500
_WORD = re.compile(r"[^\W\d_][\w’'-]{2,}")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9.+/'’_-]*[A-Za-z0-9]|\d[\d.,]*\d")
_COUNTED = re.compile(r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozen)\b")
_NAME = re.compile(r"\b(?:[A-Z][\w’'&-]*(?:\.\w+)*|\d+\.?[A-Z][\w.]+)")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+")
_POSSESSIVE = re.compile(r"[’']s?$")
_ENDING = re.compile(r"(?:ing|ed|es|s)$")
_COUNT = re.compile(r"\d[\d.e+]* ")
_COMMON_WORDS = (
    "the and for with from that this are was were has have had not but you your our its "
    "their his her they will can could would should may might more most than into over under "
    "about after before new how what why when where who all any some one two use using used "
    "also"
)
_COMMON = frozenset(_COMMON_WORDS.split())


class Features:
    """The features of publications, and how much each of them weighs among these.

    Rare ones weigh more: ``log(1 + n / df)`` for a feature that ``df`` of ``n`` publications have.
    Among few publications nothing is known to be common, so n is at least 500.
    """

    def __init__(self, told: Sequence[Told], made: Mapping[str, frozenset[str]]) -> None:
        self.of = made
        self._count = max(len(told), _FEW)

    @cached_property
    def frequency(self) -> Counter[str]:
        return Counter(f for features in self.of.values() for f in features)

    def weight(self, feature: str) -> float:
        return math.log(1 + self._count / self.frequency[feature])

    def rarity(self, features: Iterable[str]) -> float:
        """How rare some features are together, in features that only one publication has."""
        return math.fsum(map(self.weight, features)) / math.log(1 + self._count)

    @cached_property
    def _total(self) -> Mapping[str, float]:
        return {
            id_: math.fsum(self.weight(f) for f in features) for id_, features in self.of.items()
        }

    def rarest(self, id_: str) -> list[str]:
        """The rarest of those that any other publication has, too."""
        shared = (f for f in self.of[id_] if self.frequency[f] > 1)
        return sorted(shared, key=lambda f: (self.frequency[f], f))[:RAREST]

    def shared(self, a: str, b: str) -> list[str]:
        """What both have, the heaviest first."""
        return sorted(self.of[a] & self.of[b], key=lambda f: (-self.weight(f), f))

    def alike(self, a: str, b: str) -> float:
        """Weight of what both have by the weight of what the one with less has, from 0 to 1."""
        both = math.fsum(self.weight(f) for f in self.of[a] & self.of[b])
        smaller = min(self._total[a], self._total[b])
        return both / smaller if smaller else 0.0


def read_features(told: Sequence[Told]) -> tuple[Features, Features]:
    """The words of the heads of publications, with their figures; and their facts.

    Words are in short forms. Facts are what is counted, such as "40 model" or "17%", and names.
    """
    read = {t.id: _read(t) for t in told}
    words = Features(told, {id_: words for id_, (words, _) in read.items()})
    return words, Features(told, {id_: facts for id_, (_, facts) in read.items()})


def is_count(fact: str) -> bool:
    """Whether a fact is a number of something counted, and no share or name."""
    return _COUNT.match(fact) is not None


def lasting_features(told: Sequence[Told]) -> Features:
    """What a translation leaves as it is: Latin words in other scripts, names and figures."""
    return Features(told, {t.id: _lasting(t) for t in told})


def script(text: str) -> str:
    """The script a text is written in: LATIN, CYRILLIC, CJK, JAPANESE …; empty without letters.

    Names and terms in Latin letters stand in texts of all scripts, so a sixth of another makes it
    that.
    """
    head = text[:_SCRIPT]
    if head.isascii():
        return "LATIN" if any(map(str.isalpha, head)) else ""
    letters = Counter(
        unicodedata.name(c, " ").split()[0].removesuffix("-") for c in head if c.isalpha()
    )
    kana = letters["HIRAGANA"] + letters["KATAKANA"]
    if kana * 8 > letters["CJK"]:
        letters["JAPANESE"] = kana + letters.pop("CJK", 0)
    others = {s: n for s, n in letters.items() if s != "LATIN"}
    if 6 * sum(others.values()) > letters.total():
        return min(others, key=lambda s: (-others[s], s))
    return "LATIN" if letters["LATIN"] else ""


def _read(told: Told) -> tuple[frozenset[str], frozenset[str]]:
    words: set[str] = set()
    facts: set[str] = set()
    length = 0
    for sentence in _sentences(told):
        found = figures(sentence) if _COUNTED.search(sentence) else []
        facts |= {f for figure in found if (f := _fact(figure))}
        facts |= set(_names(sentence))
        if length <= _HEAD:
            words |= {w for word in _WORD.findall(sentence) if (w := _stem(word)) not in _COMMON}
            words |= {
                f"{f.value:g}{'%' if f.unit == '%' else ''}"
                for f in found
                if f.value >= 10 or f.unit == "%"
            }
        length += len(sentence)
    return frozenset(words), frozenset(facts)


def _fact(figure: Figure) -> str | None:
    if figure.unit == "%":
        return f"{figure.low:g}%"
    counted = (figure.noun or figure.unit or "").split()
    return f"{figure.low:g} {_stem(counted[-1])}" if counted else None


def _names(sentence: str) -> Iterator[str]:
    for name in _NAME.finditer(sentence):
        word = _POSSESSIVE.sub("", name[0].strip(".'’")).casefold()
        # The first word of a sentence has its capital for that.
        if name.start() and len(word) > 1 and word not in _COMMON:
            yield word


def _sentences(told: Told) -> Iterator[str]:
    """The title and the sentences, each once: what is repeated is a page's furniture."""
    seen: set[str] = set()
    for line in _ADDRESS.sub(" ", told.text[:_READ]).split("\n"):
        for sentence in sentences(line):
            key = sentence.casefold()
            if key not in seen:
                seen.add(key)
                yield sentence


def _lasting(told: Told) -> frozenset[str]:
    """Latin words and figures: all that a text in another script has of them."""
    return frozenset(
        word.casefold().strip(".'’") for word in _LATIN.findall(told.text[:_READ]) if len(word) > 1
    )


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    plain = _POSSESSIVE.sub("", word.casefold())
    return _ENDING.sub("", plain) if len(plain) > 4 else plain
