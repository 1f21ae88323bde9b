"""Statements that cannot both be true: figures of one measure, and dates of one act.

Proposals only. A figure is compared with another one where both count the same thing, in sentences
about the same subject (:mod:`assay.evidence.subjects`) that share most of their words. What was
counted at different times makes a series, not a contradiction.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal, TypeVar

from assay.evidence.quantities import Figure, figures
from assay.evidence.sentences import sentences
from assay.evidence.subjects import Statement, Subjects, content
from assay.model.dates import PartialDate

Kind = Literal["contradiction", "series"]
_Said = TypeVar("_Said")

_LEAST_SHARED = 0.5
_LEAST_SHARED_MONEY = 0.7
_FEWEST_SHARED = 2
_MOST_OF_A_KIND = 200
_BEGAN = re.compile(
    r"\b(began|begun|started|introduced|launched|founded|established|took effect|entered into force"
    r"|ended|closed)\b",
    re.IGNORECASE,
)
_ONE_WORD = {
    "began": "begin",
    "begun": "begin",
    "started": "begin",
    "introduced": "begin",
    "launched": "begin",
    "founded": "found",
    "established": "found",
}
_MONTHS_OF_A_YEAR = (
    "january february march april may june july august september october november december"
)
_MONTH_NAMES = _MONTHS_OF_A_YEAR.split()
_DATE = re.compile(
    rf"\b(?:(?P<month>{'|'.join(_MONTH_NAMES)})\s+)?(?:(?P<day>\d{{1,2}}),\s+)?"
    r"(?P<year>(?:1[89]|20)\d\d)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
_SPANS = ("hour", "day", "week", "month", "quarter", "year", "decade")


@dataclass(frozen=True, slots=True)
class Clash:
    """Two statements, and what speaks against their both being true.

    ``measure`` is what both count and ``figures`` their two figures, where they count.
    """

    kind: Kind
    first: Statement
    second: Statement
    reason: str
    measure: str | None = None
    figures: tuple[Figure, Figure] | None = None


def find_clashes(
    statements: Iterable[Statement], decided: Iterable[tuple[str, str]] = ()
) -> list[Clash]:
    """Contradictions first, then series; pairs that are ``decided`` are left out."""
    known = {frozenset(pair) for pair in decided}
    split = [
        replace(s, text=one)
        for s in statements
        for line in s.text.split("\n")
        # The rows of a table say nothing without its heads.
        if " | " not in line
        for one in sentences(line)
    ]
    subjects = Subjects(split)
    found: dict[tuple[str, ...], Clash] = {}
    for clash in (*_dates(split, subjects), *_figures(split, subjects)):
        pair = frozenset((clash.first.place, clash.second.place))
        if pair not in known:
            key = (clash.kind, *sorted((clash.first.text, clash.second.text)), *sorted(pair))
            found.setdefault(key, clash)
    return sorted(
        found.values(),
        key=lambda c: (c.kind, c.first.place, c.second.place, c.first.text, c.second.text),
    )


def _pairs(
    members: Sequence[tuple[Statement, _Said]], keys: Callable[[Statement], frozenset[str]]
) -> Iterator[tuple[tuple[Statement, _Said], tuple[Statement, _Said]]]:
    """Pairs of different places that have a key of their subjects in common, each once."""
    buckets: dict[str, list[int]] = defaultdict(list)
    for number, (statement, _) in enumerate(members):
        for key in keys(statement):
            buckets[key].append(number)
    seen: set[tuple[int, int]] = set()
    for _, bucket in sorted(buckets.items()):
        for i, k in combinations(bucket[:_MOST_OF_A_KIND], 2):
            if (i, k) not in seen and members[i][0].place != members[k][0].place:
                seen.add((i, k))
                yield members[i], members[k]


def _dates(statements: Sequence[Statement], subjects: Subjects) -> Iterator[Clash]:
    acts: dict[str, list[tuple[Statement, PartialDate]]] = defaultdict(list)
    for statement in statements:
        act = _BEGAN.search(statement.text)
        day = _date_behind(statement.text, act.end()) if act else None
        if act and day:
            word = act[1].lower()
            acts[_ONE_WORD.get(word, word)].append((statement, day))
    for _, members in sorted(acts.items()):
        for (a, first), (b, second) in _pairs(members, subjects.keys):
            apart = first.last < second.first or second.last < first.first
            if apart and _around(a.text, b.text) and subjects.same(_before(a), _before(b)):
                yield Clash("contradiction", a, b, f"one says {first}, the other {second}")


def _date_behind(text: str, start: int) -> PartialDate | None:
    """The first date after the verb, close enough to be its own."""
    match = _DATE.search(text, start, start + 60)
    if match is None:
        return None
    form = match["year"]
    if match["month"]:
        form += f"-{_MONTH_NAMES.index(match['month'].lower()) + 1:02d}"
        if match["day"]:
            form += f"-{int(match['day']):02d}"
    try:
        return PartialDate.parse(form)
    except ValueError:
        return None


def _before(statement: Statement) -> Statement:
    """The statement up to its verb: what began stands before it."""
    act = _BEGAN.search(statement.text)
    return replace(statement, text=statement.text[: act.start()]) if act else statement


def _around(a: str, b: str) -> bool:
    """Whether the words next before the verbs name the same thing."""
    ours, theirs = (_subject(t) for t in (a, b))
    shared = ours & theirs
    return len(shared) >= _FEWEST_SHARED and len(shared) >= _LEAST_SHARED * min(
        len(ours), len(theirs)
    )


def _subject(text: str) -> set[str]:
    act = _BEGAN.search(text)
    before = text[: act.start()] if act else text
    return set(content(before)[-4:])


def _figures(statements: Sequence[Statement], subjects: Subjects) -> Iterator[Clash]:
    counted: dict[str, list[tuple[Statement, Figure]]] = defaultdict(list)
    for statement in statements:
        for figure in figures(statement.text):
            if figure.noun or figure.unit not in (None, "%"):
                counted[measure(figure)].append((statement, figure))
    for what, members in sorted(counted.items()):
        beside: dict[tuple[str, str], list[Figure]] = defaultdict(list)
        for statement, figure in members:
            beside[statement.place, statement.text].append(figure)
        for (a, first), (b, second) in _pairs(members, subjects.keys):
            if not _same_words(a, b, first.noun is None) or not subjects.same(a, b):
                continue
            said = f"{what}: {first.text} and {second.text}"
            times = time_of(a, first), time_of(b, second)
            ours, theirs = beside[a.place, a.text], beside[b.place, b.text]
            if _same_time(first, second, times):
                # A sentence may count twice (from 1 to 4): it says what the other says if once.
                if any(_compatible(f, second) for f in ours):
                    continue
                if not any(_compatible(first, f) for f in theirs):
                    yield Clash("contradiction", a, b, said, what, (first, second))
            elif _is_measured(what, first, second) and len(ours) == len(theirs) == 1:
                said += ", at different times"
                yield Clash("series", a, b, said, what, (first, second))


def _is_measured(what: str, first: Figure, second: Figure) -> bool:
    """Whether two figures may be of a series: of something named, that is no span of time."""
    differ = (first.low, first.high) != (second.low, second.high)
    return differ and first.noun is not None and what not in _SPANS


def measure(figure: Figure) -> str:
    """What is counted: the unit for shares and money, else the last word of what is counted."""
    if figure.unit and (figure.unit == "%" or (len(figure.unit) == 3 and figure.unit.isupper())):
        return f"{figure.unit} {(figure.noun or '').lower()}".strip()
    last = (figure.noun or figure.unit or "").lower().split()[-1].removesuffix("s")
    return f"share of {last}" if figure.is_fraction else last


def _compatible(a: Figure, b: Figure) -> bool:
    """Whether some number is both: more than 40 and 700 are, 40 and 70 are not."""
    (low_a, high_a), (low_b, high_b) = _span(a), _span(b)
    return low_a <= high_b and low_b <= high_a


def _span(figure: Figure) -> tuple[float, float]:
    spread = 0.1 * abs(figure.value)
    match figure.qualifier:
        case "more than" | "at least":
            return figure.low, float("inf")
        case "less than" | "not more than":
            return float("-inf"), figure.high
        case "about" | "almost":
            return figure.low - spread, figure.high + spread
        case _:
            return figure.low, figure.high


def _same_words(a: Statement, b: Statement, bare: bool) -> bool:
    """Whether they share half of the words of the shorter one; more where nothing says of what."""
    ours, theirs = set(content(a.text)), set(content(b.text))
    shared = ours & theirs
    least = _LEAST_SHARED_MONEY if bare else _LEAST_SHARED
    return len(shared) >= max(_FEWEST_SHARED + 1, least * min(len(ours), len(theirs)))


def _same_time(a: Figure, b: Figure, times: tuple[PartialDate | None, PartialDate | None]) -> bool:
    """Whether two figures speak of one time; what is said of none is taken to."""
    if a.period and b.period:
        return a.period.lower() == b.period.lower()
    first, second = times
    return not (first and second) or (first.first <= second.last and second.first <= first.last)


def time_of(statement: Statement, figure: Figure) -> PartialDate | None:
    """The year that the sentence gives for the figure, else the date of the statement."""
    year = _YEAR.search(figure.period or "")
    return PartialDate.parse(year[0]) if year else statement.as_of
