"""Statements that cannot both be true: figures of one measure, and dates of one act.

Proposals only. A figure is compared with another one where both count the same thing in sentences
that share most of their words. What was counted at different times makes a series, not a
contradiction.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from assay.evidence.quantities import Figure, figures
from assay.evidence.sentences import sentences
from assay.model.dates import PartialDate

Kind = Literal["contradiction", "series"]

_LEAST_SHARED = 0.5
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
_SPANS = ("hour", "day", "week", "month", "quarter", "year", "decade")
_WORD = re.compile(r"[^\W\d_]{4,}")
_COMMON_WORDS = (
    "that this with from have been were will would their they than then when which also more "
    "over since about into only while some most many such year years month months"
)
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence and where it stands: ``profile#claim``, or the id of a source."""

    place: str
    text: str
    as_of: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """Two statements, and what speaks against their both being true."""

    kind: Kind
    first: Statement
    second: Statement
    reason: str


def find_clashes(
    statements: Iterable[Statement], decided: Iterable[tuple[str, str]] = ()
) -> list[Clash]:
    """Contradictions first, then series; pairs that are ``decided`` are left out."""
    known = {frozenset(pair) for pair in decided}
    split = [
        replace(s, text=one)
        for s in statements
        for line in s.text.split("\n")
        for one in sentences(line)
    ]
    found: dict[tuple[str, ...], Clash] = {}
    for clash in (*_dates(split), *_figures(split)):
        pair = frozenset((clash.first.place, clash.second.place))
        if pair not in known:
            key = (clash.kind, *sorted((clash.first.text, clash.second.text)), *sorted(pair))
            found.setdefault(key, clash)
    return sorted(
        found.values(),
        key=lambda c: (c.kind, c.first.place, c.second.place, c.first.text, c.second.text),
    )


def _dates(statements: Sequence[Statement]) -> Iterator[Clash]:
    acts: dict[str, list[tuple[Statement, PartialDate]]] = defaultdict(list)
    for statement in statements:
        act = _BEGAN.search(statement.text)
        day = _date_behind(statement.text, act.end()) if act else None
        if act and day:
            word = act[1].lower()
            acts[_ONE_WORD.get(word, word)].append((statement, day))
    for members in acts.values():
        for (a, first), (b, second) in combinations(members[:_MOST_OF_A_KIND], 2):
            apart = first.last < second.first or second.last < first.first
            if a.place != b.place and apart and _around(a.text, b.text):
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
    return set(_content(before)[-4:])


def _figures(statements: Sequence[Statement]) -> Iterator[Clash]:
    counted: dict[str, list[tuple[Statement, Figure]]] = defaultdict(list)
    for statement in statements:
        for figure in figures(statement.text):
            if figure.noun or figure.unit not in (None, "%"):
                counted[_measure(figure)].append((statement, figure))
    for measure, members in counted.items():
        for (a, first), (b, second) in combinations(members[:_MOST_OF_A_KIND], 2):
            if a.place == b.place or _compatible(first, second) or not _same_subject(a, b):
                continue
            said = f"{measure}: {first.text} and {second.text}"
            if _same_time(a, first, b, second):
                yield Clash("contradiction", a, b, said)
            elif measure not in _SPANS:
                yield Clash("series", a, b, f"{said}, at different times")


def _measure(figure: Figure) -> str:
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


def _same_subject(a: Statement, b: Statement) -> bool:
    ours, theirs = set(_content(a.text)), set(_content(b.text))
    shared = ours & theirs
    return len(shared) >= max(_FEWEST_SHARED + 1, _LEAST_SHARED * min(len(ours), len(theirs)))


def _same_time(a: Statement, first: Figure, b: Statement, second: Figure) -> bool:
    """Whether they speak of one time; what is said of none is taken to."""
    if first.period and second.period:
        return first.period.lower() == second.period.lower()
    if a.as_of and b.as_of:
        return a.as_of.first <= b.as_of.last and b.as_of.first <= a.as_of.last
    return True


def _content(text: str) -> list[str]:
    return [
        w.removesuffix("s") for word in _WORD.findall(text) if (w := word.casefold()) not in _COMMON
    ]
