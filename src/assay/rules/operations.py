"""The primitive operations on columns: every engine computes each, and the analyses read the rest.

Here are those of operators and of the compiler itself. An operation that one function of the rule
language needs is declared with that function, in :mod:`assay.rules.functions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from assay.rules.domain import (
    COUNT,
    Rule,
    all_unknown,
    any_value,
    anything,
    clamped,
    equality,
    first_known,
    greatest,
    in_points,
    known,
    least,
    less,
    less_or_equal,
    multiplied,
    negated,
    numbers,
    scaled,
    subtracted,
    summed,
    unlimited,
)
from assay.rules.ir import Apply, Expr, Lit, Op

NEVER = 1 << 20
"""Days after which a value that does not depend on the date may change."""


class Timeline(Protocol):
    """How expressions over the rows of one space change while only the date moves on."""

    def slope(self, expr: Expr) -> int | None:
        """What a day adds to a whole number; 0 if it does not depend on the date."""

    def falls(self, expr: Expr) -> bool:
        """Whether a value never rises from one day to the next."""

    def days(self, expr: Expr) -> Expr | None:
        """Days for which an expression keeps its value at least; None for ever."""

    def shortest(self, exprs: Sequence[Expr]) -> Expr | None:
        """Days for which all expressions keep their values at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A primitive, and everything that is known of its result without computing it.

    * ``domain``: the values it can have, from those of its arguments.
    * ``strict``: unknown wherever an argument is unknown.
    * ``total``: known wherever all arguments are known.
    * ``repeats``: an engine writes an argument more than once, so nested ones get columns.
    * ``mirrored``: the operation with the same result when the two arguments are exchanged.
    * ``negated``: the comparison that is true where this one is false.
    * ``guarded``: the variant for whole numbers that may leave 64 bits, or doubles that may be NaN.
    * ``plain``: of a comparison guarded against NaN, the one without the guard.
    * ``slope``: what a day adds to the result, from what it adds to each argument.
    * ``falls``: whether the result never rises from one day to the next.
    * ``lasts``: days for which the result keeps its value. Default: as long as all arguments do.
    """

    name: Op
    domain: Rule = anything
    strict: bool = True
    total: bool = True
    repeats: bool = False
    mirrored: Op | None = None
    negated: Op | None = None
    guarded: Op | None = None
    plain: Op | None = None
    slope: Callable[[Sequence[int], Sequence[Expr]], int | None] | None = None
    falls: Callable[[Timeline, Apply], bool] | None = None
    lasts: Callable[[Timeline, Apply], Expr | None] | None = None


def with_all(time: Timeline, expr: Apply) -> bool:
    """Whether all arguments fall, for an operation that keeps their order."""
    return all(time.falls(a) for a in expr.args)


def _comparison(name: Op, domain: Rule, *, negated: Op, mirrored: Op) -> Iterator[Operation]:
    guarded = f"f{name}"
    yield Operation(name=name, domain=domain, negated=negated, mirrored=mirrored, guarded=guarded)
    # With NaN every comparison but 'fne' is false, so none is the negation of another.
    yield Operation(name=guarded, domain=domain, plain=name, mirrored=f"f{mirrored}", repeats=True)


def _whole_numbers(operation: Operation) -> Iterator[Operation]:
    """An operation, and its variant that is unknown where the result leaves 64 bits."""
    guarded = f"checked_{operation.name}"
    yield replace(operation, guarded=guarded)
    yield replace(
        operation,
        name=guarded,
        domain=lambda *args: replace(operation.domain(*args), unknown=True),
        total=False,
    )


def _factor(slopes: Sequence[int], args: Sequence[Expr]) -> int | None:
    """The slope of a product with a constant."""
    whole = [a.value for a in args if isinstance(a, Lit) and type(a.value) is int]
    return sum(slopes) * whole[0] if len(whole) == 1 else None


def _within_constants(slopes: Sequence[int], _args: Sequence[Expr]) -> int | None:
    return slopes[0] if slopes[1] == slopes[2] == 0 else None


GENERAL: tuple[Operation, ...] = (
    # Logic: Kleene's. 'pick' is 'if' with a condition that is always known.
    Operation(name="and", strict=False),
    Operation(name="or", strict=False),
    Operation(name="not", domain=negated),
    Operation(name="known", domain=known, strict=False),
    Operation(name="if", strict=False, repeats=True),
    Operation(name="pick", strict=False),
    Operation(name="coalesce", domain=first_known, strict=False),
    # Comparisons.
    *_comparison("eq", equality, negated="ne", mirrored="eq"),
    *_comparison("ne", lambda a, b: negated(equality(a, b)), negated="eq", mirrored="ne"),
    *_comparison("lt", less, negated="ge", mirrored="gt"),
    *_comparison("le", less_or_equal, negated="gt", mirrored="ge"),
    *_comparison("gt", lambda a, b: less(b, a), negated="le", mirrored="lt"),
    *_comparison("ge", lambda a, b: less_or_equal(b, a), negated="lt", mirrored="le"),
    # Numbers. 'quo' and 'rem' divide whole numbers toward zero, 'div' doubles; 'number' is
    # unknown for NaN; 'within' is unknown outside two constants.
    *_whole_numbers(
        Operation(name="add", domain=numbers(summed), slope=lambda slopes, _: sum(slopes))
    ),
    *_whole_numbers(
        Operation(
            name="sub", domain=numbers(subtracted), slope=lambda slopes, _: slopes[0] - slopes[1]
        )
    ),
    *_whole_numbers(Operation(name="mul", domain=numbers(multiplied), slope=_factor)),
    *_whole_numbers(
        Operation(
            name="neg",
            domain=numbers(lambda a: (-a[1], -a[0])),
            slope=lambda slopes, _: -slopes[0],
        )
    ),
    *_whole_numbers(Operation(name="quo", total=False, repeats=True)),
    *_whole_numbers(Operation(name="rem", total=False, repeats=True)),
    Operation(name="div"),
    Operation(
        name="number",
        domain=numbers(lambda a: a, unknown=unlimited),
        total=False,
        repeats=True,
        falls=with_all,
    ),
    Operation(name="within", total=False, repeats=True, slope=_within_constants),
    # Scores, in thousandths. 'least', 'greatest' and 'hold' (between two bounds) take known
    # values beside unknown ones; 'points' rounds a double half up to thousandths and 'double'
    # divides them by 1000; 'scale' multiplies two; 'band' is the index of a score's band.
    Operation(
        name="least", domain=numbers(least, unknown=all_unknown), strict=False, falls=with_all
    ),
    Operation(
        name="greatest", domain=numbers(greatest, unknown=all_unknown), strict=False, falls=with_all
    ),
    Operation(name="hold", domain=numbers(clamped), strict=False),
    Operation(
        name="points",
        domain=numbers(in_points, whole=True, unknown=unlimited),
        total=False,
        falls=with_all,
    ),
    Operation(
        name="double",
        domain=numbers(lambda a: (a[0] / 1000, a[1] / 1000), whole=False),
        falls=with_all,
    ),
    Operation(name="scale", domain=numbers(scaled, whole=True)),
    Operation(name="band", repeats=True),
    # Texts and lists, as operators and sentences need them.
    Operation(name="concat", domain=any_value),
    Operation(name="day_text", domain=any_value),
    Operation(name="joined", domain=any_value, total=False),
    Operation(name="in"),
    Operation(name="has_item", domain=any_value, total=False, repeats=True),
    Operation(name="item_at", total=False, repeats=True),
    Operation(name="items", domain=numbers(lambda _list: COUNT, whole=True)),
)
