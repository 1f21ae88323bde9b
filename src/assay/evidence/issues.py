"""Parts and issues of one series: alike in form, and each another publication."""

from __future__ import annotations

import re

from assay.evidence.told import Told, one_family

_OUTLET = re.compile(r"\s[-–—|]\s[^-–—|]{2,40}$")
_NUMBERS = re.compile(
    r"\d+|\b(?:one|two|three|four|five|six|i{1,3}|i?v|vi{0,3}|part|issue"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|spring|summer|autumn|fall|winter)\b",
    re.IGNORECASE,
)


def are_issues(a: Told, b: Told) -> bool:
    """Whether two are parts or issues of one series of publications.

    Their titles differ in figures and months alone, or one voice fills one form of words under
    titles that have little in common.
    """
    if a.title == b.title:
        return False
    ours, theirs = _without_numbers(a.title), _without_numbers(b.title)
    if ours == theirs:
        return True
    if not one_family(a, b):
        return False
    if _numbers(a.title) != _numbers(b.title):
        return True
    mine, others = set(ours.split()), set(theirs.split())
    return len(mine & others) < 0.6 * len(mine | others)


def plain_title(told: Told) -> tuple[str, ...]:
    """The words and figures of a title, without the outlet that some put behind a dash."""
    return tuple(re.findall(r"\w+", _OUTLET.sub("", told.title).casefold()))


def _numbers(title: str) -> set[str]:
    return {m[0].casefold() for m in _NUMBERS.finditer(title)}


def _without_numbers(title: str) -> str:
    return " ".join(re.findall(r"[^\W\d_]+", _NUMBERS.sub(" ", title.casefold())))
