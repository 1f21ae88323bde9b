"""The values an expression can have at all: an interval, a set of texts, true, false, unknown.

The second half computes the domain of an operation's result from the domains of its arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

from assay.arithmetic import HALF

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


# Results of operations ---------------------------------------------------------------------

Interval = tuple[float, float]
"""The least and the greatest number, both included."""

Rule = Callable[..., Domain]
"""Computes the domain of a result from the domains of the arguments."""

COUNT: Interval = (0, 2**31)


def any_unknown(*args: Domain) -> bool:
    """Whether any argument can be unknown."""
    return any(a.unknown for a in args)


def all_unknown(*args: Domain) -> bool:
    """Whether all arguments can be unknown at once."""
    return all(a.unknown for a in args)


def anything(*_args: Domain) -> Domain:
    """Result of an operation that is not analysed."""
    return Domain()


def any_value(*args: Domain) -> Domain:
    """A text or a condition with any value, known where all arguments are."""
    return Domain(any_unknown(*args))


def numbers(
    interval: Callable[..., Interval],
    *,
    whole: bool | None = None,
    unknown: Callable[..., bool] = any_unknown,
) -> Rule:
    """Numbers in the interval that ``interval`` computes from those of the arguments.

    ``whole`` is whether they are whole numbers; Default: where all arguments are.
    """

    def rule(*args: Domain) -> Domain:
        low, high = interval(*((a.low, a.high) for a in args))
        is_whole = all(a.whole for a in args) if whole is None else whole
        return number(low, high, unknown=unknown(*args), whole=is_whole)

    return rule


def equality(a: Domain, b: Domain) -> Domain:
    """The outcomes of ``a == b``."""
    return truth(*equal(a, b), any_unknown(a, b))


def less(a: Domain, b: Domain) -> Domain:
    """The outcomes of ``a < b``; texts are not compared."""
    return truth(a.low < b.high, a.high >= b.low, any_unknown(a, b))


def less_or_equal(a: Domain, b: Domain) -> Domain:
    """The outcomes of ``a <= b``; texts are not compared."""
    return truth(a.low <= b.high, a.high > b.low, any_unknown(a, b))


def known(a: Domain) -> Domain:
    """The outcomes of asking whether a value is known; never unknown itself."""
    possible = a.low <= a.high and a.words != frozenset()
    return truth(possible and (a.true or a.false), a.unknown, False)


def first_known(*args: Domain) -> Domain:
    """The first of several values that is known."""
    return reduce(lambda a, b: replace(a, unknown=False).join(b), args)


def unlimited(value: Domain) -> bool:
    """Whether a value can be unknown or has no limit in one direction."""
    return value.unknown or not (math.isfinite(value.low) and math.isfinite(value.high))


UNKNOWN_ALWAYS = replace(NOTHING, unknown=True)
"""No value that is known."""


def divided(_a: Domain, b: Domain) -> Domain:
    """The quotient or remainder of whole numbers: never known if the divisor is 0."""
    return UNKNOWN_ALWAYS if b.low == b.high == 0 else Domain()


# Intervals of results ----------------------------------------------------------------------


def _span(values: Sequence[float]) -> Interval:
    return (-_INF, _INF) if any(math.isnan(v) for v in values) else (min(values), max(values))


def _floor(value: float) -> float:
    return math.floor(value) if math.isfinite(value) else value


def summed(a: Interval, b: Interval) -> Interval:
    """Interval of a sum."""
    return _span([a[0] + b[0], a[1] + b[1]])


def subtracted(a: Interval, b: Interval) -> Interval:
    """Interval of a difference."""
    return _span([a[0] - b[1], a[1] - b[0]])


def multiplied(a: Interval, b: Interval) -> Interval:
    """Interval of a product."""
    return _span([x * y for x in a for y in b])


def least(*args: Interval) -> Interval:
    """Interval of the least value."""
    return min(a[0] for a in args), min(a[1] for a in args)


def greatest(*args: Interval) -> Interval:
    """Interval of the greatest value."""
    return max(a[0] for a in args), max(a[1] for a in args)


def clamped(value: Interval, low: Interval, high: Interval) -> Interval:
    """Interval of a value limited by two bounds; the upper one outweighs the lower."""
    bottom, top = (min(max(end, low[0]), high[1]) for end in value)
    return min(bottom, high[0]), max(top, low[1] if low[1] <= high[1] else top)


def scaled(points: Interval, factor: Interval) -> Interval:
    """Thousandths times thousandths, halves rounded up."""
    low, high = multiplied(points, factor)
    return _floor((low + 500) / 1000), _floor((high + 500) / 1000)


def in_points(value: Interval) -> Interval:
    """A number in thousandths, halves rounded up."""
    return _floor(value[0] * 1000 + HALF), _floor(value[1] * 1000 + HALF)
