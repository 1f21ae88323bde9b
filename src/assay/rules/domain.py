"""The values an expression can have at all: an interval, a set of texts, true, false, unknown."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

Outcome = Literal["true", "false", "unknown"]

_INF = math.inf


@dataclass(frozen=True, slots=True)
class Domain:
    """The values an expression can have: numbers of an interval, or some texts, or true and false.

    ``unknown`` says whether it can be unknown; ``words`` is None for texts of any kind.
    """

    unknown: bool = True
    low: float = -_INF
    high: float = _INF
    whole: bool = False
    words: frozenset[str] | None = None
    true: bool = True
    false: bool = True

    @property
    def impossible(self) -> bool:
        """Whether no value is left, not even unknown."""
        nothing = self.low > self.high or self.words == frozenset()
        return not self.unknown and (nothing or not (self.true or self.false))

    def meet(self, other: Domain) -> Domain:
        """The values in both."""
        words = self.words if other.words is None else other.words
        if self.words is not None and other.words is not None:
            words = self.words & other.words
        return Domain(
            self.unknown and other.unknown,
            max(self.low, other.low),
            min(self.high, other.high),
            self.whole or other.whole,
            words,
            self.true and other.true,
            self.false and other.false,
        )

    def join(self, other: Domain) -> Domain:
        """The values in either."""
        both = self.words is not None and other.words is not None
        return Domain(
            self.unknown or other.unknown,
            min(self.low, other.low),
            max(self.high, other.high),
            self.whole and other.whole,
            (self.words or frozenset()) | (other.words or frozenset()) if both else None,
            self.true or other.true,
            self.false or other.false,
        )

    @property
    def outcomes(self) -> set[Outcome]:
        """The outcomes of a condition with this domain."""
        found: set[Outcome] = {"true"} if self.true else set()
        found |= {"false"} if self.false else set()
        return found | {"unknown"} if self.unknown else found


def number(low: float, high: float, *, unknown: bool = False, whole: bool = True) -> Domain:
    """Numbers from ``low`` to ``high``, both included."""
    return Domain(unknown, low, high, whole)


def truth(true: bool, false: bool, unknown: bool) -> Domain:
    """A condition with the outcomes given."""
    return Domain(unknown, true=true, false=false)


NOTHING = Domain(False, _INF, -_INF, True, frozenset(), False, False)
"""No value at all, not even unknown."""


def is_nothing(domain: Domain) -> bool:
    """Whether no known value is left."""
    return domain.low > domain.high or not (domain.true or domain.false)


def literal(value: object) -> Domain:
    """The constant alone; None is unknown."""
    if value is None:
        return replace(NOTHING, unknown=True)
    if isinstance(value, bool):
        return truth(value, not value, False)
    if isinstance(value, int | float):
        return number(value, value, whole=isinstance(value, int))
    return Domain(False, words=frozenset([value]) if isinstance(value, str) else None)


def negated(domain: Domain) -> Domain:
    """The outcomes of ``!``."""
    return replace(domain, true=domain.false, false=domain.true)


def equal(a: Domain, b: Domain) -> tuple[bool, bool]:
    """Whether two values can be equal, and whether they can differ."""
    met = replace(a, unknown=False).meet(replace(b, unknown=False))
    one_word = a.words is not None and a.words == b.words and len(a.words) == 1
    one_number = a.low == a.high == b.low == b.high
    one_truth = (a.true, a.false) == (b.true, b.false) and a.true != a.false
    return not met.impossible, not (one_word or one_number or one_truth)


def ordered(op: str, a: Domain, b: Domain, unknown: bool) -> Domain:
    """The outcomes of ``a < b`` and its like; texts are not looked into."""
    if op in ("gt", "fgt", "ge", "fge"):
        return ordered({"g": "l", "f": "f"}[op[0]] + op[1:].replace("g", "l"), b, a, unknown)
    if op.endswith("lt"):
        return truth(a.low < b.high, a.high >= b.low, unknown)
    return truth(a.low <= b.high, a.high > b.low, unknown)


def below(limit: float, strict: bool, whole: bool) -> Domain:
    """Numbers up to the limit; a strict one is left out."""
    if strict and math.isfinite(limit):
        limit = math.ceil(limit) - 1 if whole else math.nextafter(limit, -_INF)
    return Domain(False, high=limit)


def above(limit: float, strict: bool, whole: bool) -> Domain:
    """Numbers from the limit on; a strict one is left out."""
    if strict and math.isfinite(limit):
        limit = math.floor(limit) + 1 if whole else math.nextafter(limit, _INF)
    return Domain(False, low=limit)
