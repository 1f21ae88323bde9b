"""Who may have retold whom: proposals with a score and a reason, for an analyst to decide.

Nothing here moves a grade. What speaks for a retelling, strongest first: the address of the
other publication in this one; one address for both; texts that are nearly the same; a file
that differs by its language only; and, within days of each other, the same rare names, words
and figures, more so where one credits the other's publisher.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Literal

from assay.evidence.quantities import figures
from assay.evidence.sentences import sentences
from assay.evidence.similarity import near_pairs, overlap, shingles

Relation = Literal["cites", "same_as"]

WINDOW_DAYS = 5
_MOST_SHARING = 25
_FEWEST_FEATURES = 5
_FEW = 500
_RAREST = 30
_FEWEST_RARE = 3
_NEAR = 0.6
_FACTS = 0.34
_HEAD = 1200
_CREDIT = re.compile(
    r"(?:according to|as reported by|first reported by|reported by|citing|cited by|via|told)\s+"
    r"(?:an?\s+|the\s+)?([A-Z][\w&.’'-]*(?:\s+[A-Z][\w&.’'-]*){0,3})"
    r"|([A-Z][\w&.’'-]*(?:\s+[A-Z][\w&.’'-]*){0,3})"
    r"\s+(?:reported|reports|has reported|first reported)"
)
_WORD = re.compile(r"[^\W\d_][\w’'-]{2,}")
_COMMON_WORDS = (
    "the and for with from that this are was were has have had not but you your our its "
    "their his her they will can could would should may might more most than into over under "
    "about after before new how what why when where who all any some one two use using used "
    "also"
)
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Told:
    """A publication as it is compared: where it is, who says it, when, and in which words."""

    id: str
    title: str
    words: str
    day: date | None = None
    address: str | None = None
    publisher: str | None = None
    family: str | None = None
    links: tuple[str, ...] = ()
    work: str | None = None
    language: str | None = None

    @property
    def text(self) -> str:
        return f"{self.title}\n{self.words}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """That ``source`` draws on ``other``, or is the same publication; ``score`` from 0 to 1."""

    source: str
    relation: Relation
    other: str
    score: float
    reason: str


def propose(told: Iterable[Told], decided: Iterable[tuple[str, str]] = ()) -> list[Proposal]:
    """Proposals for pairs that nobody has decided on, best first, one for each pair."""
    return _Search(list(told), {frozenset(pair) for pair in decided}).run()


class _Search:
    def __init__(self, told: Sequence[Told], decided: set[frozenset[str]]) -> None:
        self._told = {t.id: t for t in told}
        self._decided = decided

    def run(self) -> list[Proposal]:
        best: dict[frozenset[str], Proposal] = {}
        for found in (self._addresses(), self._works(), self._texts(), self._facts()):
            for proposal in found:
                pair = frozenset((proposal.source, proposal.other))
                known = best.get(pair)
                if pair not in self._decided and (known is None or known.score < proposal.score):
                    best[pair] = proposal
        return sorted(best.values(), key=lambda p: (-p.score, p.source, p.other))

    def _addresses(self) -> Iterator[Proposal]:
        by_address: dict[str, list[Told]] = defaultdict(list)
        for t in self._told.values():
            if t.address:
                by_address[t.address].append(t)
        for same in by_address.values():
            for a, b in pairwise(same):
                if self._alike(a, b) >= 0.5:
                    yield _pair(a, b, "same_as", 0.97, "they have the same address")
        for t in self._told.values():
            for link in t.links:
                for other in by_address.get(link, ()):
                    if other.id != t.id:
                        reason = "it names the other's address as what it retells"
                        yield Proposal(t.id, "cites", other.id, 0.98, reason)

    def _works(self) -> Iterator[Proposal]:
        """Files of one name in several languages."""
        by_work: dict[str, list[Told]] = defaultdict(list)
        for t in self._told.values():
            if t.work:
                by_work[t.work].append(t)
        for members in by_work.values():
            for i, a in enumerate(members):
                for b in members[i + 1 :]:
                    if a.language != b.language and a.day == b.day:
                        reason = "their files differ by the language in the name only"
                        yield _pair(a, b, "same_as", 0.93, reason)

    def _texts(self) -> Iterator[Proposal]:
        for first, second in near_pairs(self._shingles, _NEAR):
            a, b = self._told[first], self._told[second]
            alike = overlap(self._shingles[first], self._shingles[second])
            if min(len(self._shingles[first]), len(self._shingles[second])) < 8 and alike < 1:
                continue
            if self._is_series(a, b):
                continue
            relation: Relation = "same_as" if _one_voice(a, b) else "cites"
            score = 0.7 + 0.25 * alike
            yield _pair(a, b, relation, score, f"{alike:.0%} of their words stand in both")

    def _facts(self) -> Iterator[Proposal]:
        """Publications within days that share what few others have."""
        recent: dict[str, deque[Told]] = defaultdict(deque)
        for _, id_ in sorted((t.day, t.id) for t in self._told.values() if t.day is not None):
            later = self._told[id_]
            sharing: Counter[str] = Counter()
            for feature in self._rarest(id_):
                earlier = recent[feature]
                while earlier and _days(earlier[0], later) > WINDOW_DAYS:
                    earlier.popleft()
                if len(earlier) <= _MOST_SHARING:
                    sharing.update(t.id for t in earlier)
                earlier.append(later)
            for other, count in sharing.items():
                if count >= _FEWEST_RARE:
                    yield from self._shared(self._told[other], later)

    def _rarest(self, id_: str) -> list[str]:
        """The features of a publication that few others have; they suffice to find candidates."""
        features = self._features[id_]
        return sorted(features, key=lambda f: (self._frequency[f], f))[:_RAREST]

    def _shared(self, a: Told, b: Told) -> Iterator[Proposal]:
        if _one_voice(a, b) or self._is_series(a, b):
            return
        alike = self._alike(a, b)
        credited = _credits(a, b) or _credits(b, a)
        # The next day's story needs less to be the same than the next week's.
        least = _FACTS * (0.7 if credited else 1.0)
        if _days(a, b) <= 1:
            least *= 0.8
        if alike < least:
            return
        shared = sorted(
            self._features[a.id] & self._features[b.id], key=lambda f: (-self._weight(f), f)
        )
        if len(shared) < _FEWEST_FEATURES:
            return
        reason = f"within {_days(a, b)} days both have: {', '.join(shared[:6])}"
        if credited:
            reason += f"; one credits {credited}"
        score = min(0.9, 0.45 + 0.6 * alike + (0.1 if credited else 0.0))
        yield _pair(a, b, "cites", score, reason)

    def _alike(self, a: Told, b: Told) -> float:
        """Weight of what both have by the weight of what the shorter one has."""
        ours, theirs = self._features[a.id], self._features[b.id]
        both = sum(self._weight(f) for f in ours & theirs)
        smaller = min(sum(map(self._weight, ours)), sum(map(self._weight, theirs)))
        return both / smaller if smaller else 0.0

    def _weight(self, feature: str) -> float:
        """Rare features weigh more; in a small workspace nothing is known to be common."""
        return math.log(1 + max(len(self._told), _FEW) / self._frequency[feature])

    def _is_series(self, a: Told, b: Told) -> bool:
        """Whether they are parts or issues of one series.

        Their titles differ in figures and months alone, or one voice fills one form of words
        under titles that have little in common.
        """
        if a.title == b.title:
            return False
        ours, theirs = _without_numbers(a.title), _without_numbers(b.title)
        if ours == theirs:
            return True
        if not _one_voice(a, b):
            return False
        if _numbers(a.title) != _numbers(b.title):
            return True
        mine, others = set(ours.split()), set(theirs.split())
        return len(mine & others) < 0.6 * len(mine | others)

    @cached_property
    def _shingles(self) -> Mapping[str, frozenset[int]]:
        return {t.id: shingles(t.text) for t in self._told.values()}

    @cached_property
    def _features(self) -> Mapping[str, frozenset[str]]:
        return {t.id: _features(t) for t in self._told.values()}

    @cached_property
    def _frequency(self) -> Counter[str]:
        return Counter(f for features in self._features.values() for f in features)


def _days(a: Told, b: Told) -> int:
    return abs((a.day - b.day).days) if a.day and b.day else 0


_NUMBERS = re.compile(
    r"\d+|\b(?:one|two|three|four|five|six|i{1,3}|i?v|vi{0,3}|part|issue"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|spring|summer|autumn|fall|winter)\b",
    re.IGNORECASE,
)


def _numbers(title: str) -> set[str]:
    return {m[0].casefold() for m in _NUMBERS.finditer(title)}


def _without_numbers(title: str) -> str:
    return " ".join(re.findall(r"[^\W\d_]+", _NUMBERS.sub(" ", title.casefold())))


def _features(told: Told) -> frozenset[str]:
    """The words of the head of a publication, in short forms, and its figures."""
    head = told.text[:_HEAD]
    found = {w for word in _WORD.findall(head) if (w := _stem(word)) not in _COMMON}
    for line in head.split("\n"):
        for sentence in sentences(line):
            found |= {f"{f.value:g}" for f in figures(sentence) if f.value >= 10 or f.unit == "%"}
    return frozenset(found)


def _stem(word: str) -> str:
    plain = re.sub(r"[’']s?$", "", word.casefold())
    return re.sub(r"(?:ing|ed|es|s)$", "", plain) if len(plain) > 5 else plain


def _credits(a: Told, b: Told) -> str | None:
    """The publisher of ``b`` where ``a`` credits it."""
    if b.publisher is None:
        return None
    for match in _CREDIT.finditer(a.words):
        credited = (match[1] or match[2]).strip(" .")
        if credited.casefold() == b.publisher.casefold():
            return b.publisher
    return None


def _one_voice(a: Told, b: Told) -> bool:
    return a.family is not None and a.family == b.family


def _pair(a: Told, b: Told, relation: Relation, score: float, reason: str) -> Proposal:
    """The later one as the source; of one day, the one with the later id."""
    later = (a.day or date.max, a.id) > (b.day or date.max, b.id)
    source, other = (a, b) if later else (b, a)
    return Proposal(source.id, relation, other.id, round(score, 3), reason)
