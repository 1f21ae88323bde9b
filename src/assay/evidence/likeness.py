"""Pairs of publications of which one may retell the other, and what speaks for it.

Strongest first: the address of the other publication in this one; one address for both; a file
that differs by its language only; texts that are nearly the same; and the same rare names, words
and figures, within days of each other, or over any time where nearly all of them are the same.
Each way looks only at what an index brings up, so the work grows with the number of publications
and not with its square.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import Literal

from assay.evidence.credits import credited_publishers
from assay.evidence.features import Features, is_count, lasting_features, read_features, script
from assay.evidence.issues import are_issues, plain_title
from assay.evidence.similarity import near_pairs, overlap, shingles
from assay.evidence.told import Told, days_apart, one_family, one_voice

Relation = Literal["cites", "same_as"]

WINDOW_DAYS = 5
FAR_DAYS = 31
_MOST_SHARING = 25
_FEWEST_FEATURES = 5
_FEWEST_RARE = 3
_NEAR = 0.6
_LEAST_ALIKE = 0.2
_SAME_NEWS = 0.7
_SAME_FACTS = 0.35
_RARE_FACTS = 1.4
_FEWEST_FACTS = 2
_LASTING = 0.6
_FEWEST_LASTING = 6
_MOST_OF_A_KIND = 50
_LONG_TITLE = 5


@dataclass(frozen=True, slots=True)
class Link:
    """That two publications tell the same; ``sure`` where it does not rest on shared facts.

    The relation and its direction, if ``a`` is known to draw on ``b``; the score from 0 to 1.
    """

    a: Told
    b: Told
    relation: Relation
    score: float
    reason: str
    sure: bool
    directed: bool = False


class Likeness:
    """All ways in which publications are found to be alike."""

    def __init__(self, told: Sequence[Told]) -> None:
        self._told = {t.id: t for t in told}
        self._words, self._counted = read_features(told)

    def links(self) -> Iterator[Link]:
        """Links between pairs; a pair may come up in several ways."""
        yield from self._addresses()
        yield from self._works()
        yield from self._titles()
        yield from self._texts()
        yield from self._news()
        yield from self._facts()
        yield from self._translations()

    def _addresses(self) -> Iterator[Link]:
        by_address: dict[str, list[Told]] = defaultdict(list)
        for t in self._told.values():
            if t.address:
                by_address[t.address].append(t)
        for same in by_address.values():
            for a, b in pairwise(same):
                # Some addresses (a front page, a channel) carry one publication after another.
                if self._words.alike(a.id, b.id) >= 0.5:
                    yield Link(a, b, "same_as", 0.97, "they have the same address", True)
        for t in self._told.values():
            for link in t.links:
                for other in by_address.get(link, ())[:_MOST_OF_A_KIND]:
                    if other.id != t.id:
                        reason = "it names the other's address as what it retells"
                        yield Link(t, other, "cites", 0.98, reason, True, directed=True)
        # Two that retell one address retell one publication, whether it is here or not.
        by_link: dict[str, list[Told]] = defaultdict(list)
        for t in self._told.values():
            if len(t.links) == 1:
                by_link[t.links[0]].append(t)
        for alike in by_link.values():
            for a, b in pairwise(alike):
                reason = "they name one address as what they retell"
                relation: Relation = "same_as" if one_voice(a, b) else "cites"
                yield Link(a, b, relation, 0.95, reason, True)

    def _works(self) -> Iterator[Link]:
        """Files of one name in several languages."""
        by_work: dict[str, list[Told]] = defaultdict(list)
        for t in self._told.values():
            if t.work:
                by_work[t.work].append(t)
        for members in by_work.values():
            for a, b in combinations(members[:_MOST_OF_A_KIND], 2):
                if a.language != b.language:
                    score = 0.93 if days_apart(a, b) == 0 else 0.9
                    reason = "their files differ by the language in the name only"
                    yield Link(a, b, "same_as", score, reason, True)

    def _titles(self) -> Iterator[Link]:
        """One long headline in several outlets, at any time: few write it twice by chance."""
        by_title: dict[tuple[str, ...], list[Told]] = defaultdict(list)
        for t in self._told.values():
            if len(title := plain_title(t)) > _LONG_TITLE:
                by_title[title].append(t)
        for members in by_title.values():
            for a, b in combinations(members[:_MOST_OF_A_KIND], 2):
                if not one_voice(a, b) and a.publisher and b.publisher:
                    hint = self._hint(a, b) or self._hint(b, a)
                    reason = "; ".join(filter(None, ("they have the same headline", hint)))
                    yield Link(a, b, "cites", 0.9 if hint else 0.8, reason, True)

    def _texts(self) -> Iterator[Link]:
        made = {t.id: shingles(t.text) for t in self._told.values()}
        for first, second in near_pairs(made, _NEAR):
            a, b = self._told[first], self._told[second]
            alike = overlap(made[first], made[second])
            if min(len(made[first]), len(made[second])) < 8 and alike < 1:
                continue
            if are_issues(a, b):
                continue
            relation: Relation = "same_as" if one_family(a, b) else "cites"
            reason = f"{alike:.0%} of their words stand in both"
            yield Link(a, b, relation, 0.7 + 0.25 * alike, reason, True)

    def _news(self) -> Iterator[Link]:
        """Publications within days that share what few others have."""
        recent: dict[str, deque[Told]] = defaultdict(deque)
        for _, id_ in sorted((t.day, t.id) for t in self._told.values() if t.day is not None):
            later = self._told[id_]
            sharing: Counter[str] = Counter()
            for feature in self._words.rarest(id_):
                earlier = recent[feature]
                while earlier and (days_apart(earlier[0], later) or 0) > WINDOW_DAYS:
                    earlier.popleft()
                if len(earlier) <= _MOST_SHARING:
                    sharing.update(t.id for t in earlier)
                earlier.append(later)
            for other, count in sorted(sharing.items()):
                if count >= _FEWEST_RARE:
                    yield from self._shared(self._told[other], later)

    def _shared(self, a: Told, b: Told) -> Iterator[Link]:
        if one_voice(a, b) or are_issues(a, b):
            return
        apart = days_apart(a, b) or 0
        hint = self._hint(a, b) or self._hint(b, a)
        owner = "one owner stands behind both" if one_family(a, b) else None
        alike = self._words.alike(a.id, b.id)
        if alike < _LEAST_ALIKE:
            return
        shared = self._words.shared(a.id, b.id)
        if len(shared) < _FEWEST_FEATURES:
            return
        least = _SAME_NEWS * (0.7 if hint or owner else 1.0)
        # The next day's story needs less to be the same than the next week's.
        if apart <= 1:
            least *= 0.85
        # The rarer what they share is, the less of it is needed.
        if alike * self._words.rarity(shared) < least:
            return
        both = f"{_when(apart)} both have: {', '.join(shared[:6])}"
        reason = "; ".join(filter(None, (both, hint, owner)))
        score = min(0.9, 0.45 + 0.6 * alike + (0.1 if hint else 0.0))
        credited_by_a = self._hint(a, b) is not None and self._hint(b, a) is None
        yield Link(a, b, "cites", score, reason, False, directed=apart == 0 and credited_by_a)

    def _hint(self, a: Told, b: Told) -> str | None:
        """What says in ``a`` that it knows of ``b``."""
        if b.publisher in self._credits[a.id]:
            return f"one credits {b.publisher}"
        if b.address is not None and b.address in a.related:
            return "one lists the other as related"
        return None

    def _facts(self) -> Iterator[Link]:
        """Publications that count the same things and name the same, up to a month apart."""
        yield from self._indexed(self._counted, _FEWEST_FACTS, self._same_facts)

    def _same_facts(self, a: Told, b: Told) -> Iterator[Link]:
        apart = days_apart(a, b)
        if one_voice(a, b) or are_issues(a, b) or (apart or 0) > FAR_DAYS:
            return
        shared = self._counted.shared(a.id, b.id)
        alike = self._counted.alike(a.id, b.id)
        if not any(map(is_count, shared)) or alike < _SAME_FACTS:
            return
        rarity = self._counted.rarity(shared)
        if rarity < _RARE_FACTS:
            return
        reason = f"{_when(apart)} both have: {', '.join(shared[:6])}"
        yield Link(a, b, "cites", min(0.9, 0.5 + 0.1 * rarity), reason, False)

    def _translations(self) -> Iterator[Link]:
        """Texts in different scripts that share what a translation leaves as it is."""
        if set(self._scripts.values()) <= {"LATIN", ""}:
            return
        self._lasting = lasting_features(list(self._told.values()))
        yield from self._indexed(self._lasting, _FEWEST_RARE, self._translated)

    def _translated(self, a: Told, b: Told) -> Iterator[Link]:
        scripts = {self._scripts[a.id], self._scripts[b.id]}
        if len(scripts) == 1 and a.language == b.language:
            return
        if scripts == {"LATIN"}:
            return
        alike = self._lasting.alike(a.id, b.id)
        shared = self._lasting.shared(a.id, b.id)
        if alike < _LASTING or len(shared) < _FEWEST_LASTING:
            return
        reason = f"in two languages both have: {', '.join(shared[:6])}"
        apart = a.publisher and b.publisher and not one_family(a, b)
        relation: Relation = "cites" if apart else "same_as"
        yield Link(a, b, relation, min(0.9, 0.4 + 0.5 * alike), reason, True)

    def _indexed(
        self, features: Features, fewest: int, compare: Callable[[Told, Told], Iterator[Link]]
    ) -> Iterator[Link]:
        """Compare all that share at least so many features that few others have."""
        holders: dict[str, list[str]] = defaultdict(list)
        for id_ in self._told:
            sharing: Counter[str] = Counter()
            for feature in features.rarest(id_):
                if features.frequency[feature] <= _MOST_SHARING:
                    sharing.update(holders[feature])
                    holders[feature].append(id_)
            for other, count in sorted(sharing.items()):
                if count >= fewest:
                    yield from compare(self._told[other], self._told[id_])

    @cached_property
    def _credits(self) -> Mapping[str, frozenset[str]]:
        return credited_publishers(self._told.values())

    @cached_property
    def _scripts(self) -> Mapping[str, str]:
        return {t.id: script(t.text) for t in self._told.values()}


def _when(apart: int | None) -> str:
    if apart is None:
        return "one of them undated,"
    return {0: "on one day", 1: "within a day"}.get(apart, f"within {apart} days")
