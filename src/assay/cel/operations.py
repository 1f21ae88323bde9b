"""Column expressions, independent of the engine that computes them.

An expression reads the columns of one space. Null is *unknown* and propagates, except
through :data:`and`, :data:`or` (Kleene), ``known`` and ``coalesce``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from assay.cel.domain import (
    COUNT,
    Rule,
    all_unknown,
    any_value,
    anything,
    clamped,
    divided,
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

Op = str
"""The name of a primitive operation; :mod:`assay.cel.functions` declares each."""


@dataclass(frozen=True, slots=True)
class Col:
    """A column of the space."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Lit:
    """A constant; None is unknown.

    ``1``, ``1.0`` and ``true`` are three constants, and so are ``0.0`` and ``-0.0``.
    """

    value: bool | int | float | str | tuple[bool | int | float | str, ...] | None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Lit) or type(self.value) is not type(other.value):
            return False
        if isinstance(self.value, float | tuple):
            return _exactly(self.value) == _exactly(other.value)
        return self.value == other.value

    def __hash__(self) -> int:
        return hash(_exactly(self.value))


def _exactly(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_exactly(v) for v in value)
    return (type(value), value.hex() if isinstance(value, float) else value)


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation on expressions."""

    op: Op
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """The item of a list, in the body of :class:`Each`."""


@dataclass(frozen=True, slots=True)
class Each:
    """How many items of a list make ``body`` true, or leave it unknown."""

    items: Expr
    body: Expr
    counted: Literal["true", "unknown"]


Expr = Col | Lit | Apply | Item | Each


def apply(op: Op, *args: Expr) -> Apply:
    """The operation on the arguments."""
    return Apply(op, args)


def balanced(op: Op, parts: Sequence[Expr]) -> Expr:
    """The parts joined by an associative operation, so that many of them are not deep."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return apply(op, balanced(op, parts[:middle]), balanced(op, parts[middle:]))


def columns(expr: Expr) -> Iterator[str]:
    """Names of the columns an expression reads, in reading order, repeats included."""
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Col):
            yield part.name
        elif isinstance(part, Apply):
            waiting += part.args[::-1]
        elif isinstance(part, Item):
            yield "the item of a list"
        elif isinstance(part, Each):
            waiting.append(part.items)


def sum_of(terms: Sequence[Expr]) -> Expr:
    """The sum as a tree, so that a thousand terms are not a thousand levels deep."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return apply("add", sum_of(terms[:half]), sum_of(terms[half:]))


TRUE = Lit(True)
UNKNOWN = Lit(None)


def all_of(*parts: Expr) -> Expr:
    """Conjunction, without the parts that are always true."""
    rest = [p for p in parts if p != TRUE]
    if not rest:
        return TRUE
    result = rest[0]
    for part in rest[1:]:
        result = apply("and", result, part)
    return result


NEVER = 1 << 20
"""Days after which a value that does not depend on the date may change."""


class Timeline(Protocol):
    """How expressions over the rows of one space change while only the date moves on."""

    def slope(self, expr: Expr) -> int | None:
        """Return the change of a whole number per day; 0 if it does not depend on the date."""

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
    *_whole_numbers(Operation(name="quo", domain=divided, total=False, repeats=True)),
    *_whole_numbers(Operation(name="rem", domain=divided, total=False, repeats=True)),
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
