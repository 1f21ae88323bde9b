"""Expressions made shorter by what is known about the columns they read."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from assay.cel.functions import OPERATIONS
from assay.cel.operations import TRUE, UNKNOWN, Apply, Col, Each, Expr, Item, Lit, Op, apply

FALSE = Lit(False)

_LIMIT = 1 << 63


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about a column: its one value, if it has one; whether no value is missing.

    ``distance`` is how far it is from another column, if it is that: ``today - day``.
    """

    constant: Lit | None
    complete: bool
    distance: Apply | None = None


Simple = tuple[Expr, bool]
"""An expression, and whether it is never unknown."""


def simplify(expr: Expr, known: Callable[[str], Known]) -> Simple:
    """An expression with the same values that asks less, and whether it is never unknown."""
    if isinstance(expr, Lit):
        return expr, expr.value is not None
    if isinstance(expr, Col):
        column = known(expr.name)
        return column.constant or expr, column.complete
    if isinstance(expr, Item):
        return expr, False
    if isinstance(expr, Each):
        items, complete = simplify(expr.items, known)
        return Each(items, expr.body, expr.counted), complete
    args = [simplify(a, known) for a in expr.args]
    operation = OPERATIONS[expr.op]
    if operation.negated is not None:
        compared = _compared_there(expr.op, args, known)
        if compared is not None:
            return compared
    if operation.strict and any(e == UNKNOWN for e, _ in args):
        return UNKNOWN, False
    rule = _RULES.get(expr.op)
    if rule is not None:
        return rule(*args)
    sure = operation.total and all(c for _, c in args)
    return Apply(expr.op, tuple(e for e, _ in args)), sure


def _compared_there(op: Op, args: list[Simple], known: Callable[[str], Known]) -> Simple | None:
    """``today - day < 30`` as ``day > today - 30``: nobody has to make the differences."""
    (a, complete), (b, _) = args
    limit = _whole(b)
    distance = known(a.name).distance if isinstance(a, Col) else as_distance(a)
    if limit is None or distance is None:
        return None
    first, second = distance.args
    begin, end = _whole(first), _whole(second)
    column, there = (second, begin - limit) if begin is not None else (first, (end or 0) + limit)
    if not -_LIMIT <= there < _LIMIT:
        return None
    turned = op if begin is None else OPERATIONS[op].mirrored or op
    return Apply(turned, (column, Lit(there))), complete


def as_distance(expr: Expr) -> Apply | None:
    """The expression, if it is the difference of a column and a constant."""
    if isinstance(expr, Apply) and expr.op == "sub":
        a, b = expr.args
        if any(isinstance(x, Col) and _whole(y) is not None for x, y in ((a, b), (b, a))):
            return expr
    return None


def _is(simple: Simple, value: bool) -> bool:
    """Whether an expression is that constant; to Python 1 would be true, too."""
    return isinstance(simple[0], Lit) and simple[0].value is value


def _and(a: Simple, b: Simple) -> Simple:
    for one, other in ((a, b), (b, a)):
        if _is(one, True):
            return other
        if _is(one, False):
            return FALSE, True
    return apply("and", a[0], b[0]), a[1] and b[1]


def _or(a: Simple, b: Simple) -> Simple:
    for one, other in ((a, b), (b, a)):
        if _is(one, False):
            return other
        if _is(one, True):
            return TRUE, True
    return apply("or", a[0], b[0]), a[1] and b[1]


def _not(a: Simple) -> Simple:
    expr, complete = a
    if isinstance(expr, Lit):
        return Lit(not expr.value), complete
    if isinstance(expr, Apply) and expr.op == "not":
        return expr.args[0], complete
    return apply("not", expr), complete


def _known(a: Simple) -> Simple:
    if isinstance(a[0], Lit) or a[1]:
        return Lit(a[1]), True
    return apply("known", a[0]), True


def _coalesce(a: Simple, b: Simple) -> Simple:
    if a[1]:
        return a
    if a[0] == UNKNOWN:
        return b
    return apply("coalesce", a[0], b[0]), b[1]


def _if(condition: Simple, then: Simple, otherwise: Simple) -> Simple:
    asked, decided = condition
    if isinstance(asked, Lit):
        if asked.value is None:
            return UNKNOWN, False
        return then if asked.value else otherwise
    if not decided:
        return apply("if", asked, then[0], otherwise[0]), False
    if then == otherwise:
        return then
    if UNKNOWN in (then[0], otherwise[0]):
        return apply("pick", asked, then[0], otherwise[0]), False
    if _is(then, True):
        return _or(condition, otherwise)
    if _is(then, False):
        return _and(_not(condition), otherwise)
    if _is(otherwise, False):
        return _and(condition, then)
    if _is(otherwise, True):
        return _or(_not(condition), then)
    return apply("pick", asked, then[0], otherwise[0]), then[1] and otherwise[1]


def _whole(expr: Expr) -> int | None:
    """The value of a constant that is a whole number."""
    if isinstance(expr, Lit) and isinstance(expr.value, int) and not isinstance(expr.value, bool):
        return expr.value
    return None


def _folded(op: Op, fold: Callable[[int, int], int | bool]) -> Callable[[Simple, Simple], Simple]:
    def rule(a: Simple, b: Simple) -> Simple:
        x, y = _whole(a[0]), _whole(b[0])
        if x is not None and y is not None and -_LIMIT <= fold(x, y) < _LIMIT:
            return Lit(fold(x, y)), True
        return Apply(op, (a[0], b[0])), a[1] and b[1]

    return rule


def _extreme(op: Op, fold: Callable[[list[int]], int]) -> Callable[..., Simple]:
    def rule(*args: Simple) -> Simple:
        values = [_whole(e) for e, _ in args]
        numbers = [v for v in values if v is not None]
        if len(numbers) == len(args):
            return Lit(fold(numbers)), True
        some = any(complete for _, complete in args)
        return Apply(op, tuple(e for e, _ in args)), some

    return rule


def _hold(value: Simple, low: Simple, high: Simple) -> Simple:
    bounds = (low[0], high[0])
    numbers = [_whole(e) for e in (value[0], *bounds)]
    if None not in numbers:
        held, least, most = (n for n in numbers if n is not None)
        return Lit(min(max(held, least), most)), True
    if isinstance(value[0], Apply) and value[0].op == "hold" and value[0].args[1:] == bounds:
        return value
    # A bound that is unknown does not hold anything, so only the value can be missing.
    return apply("hold", value[0], *bounds), value[1]


def _points(a: Simple) -> Simple:
    if isinstance(a[0], Apply) and a[0].op == "double":
        return a[0].args[0], a[1]
    return apply("points", a[0]), False


def _quotient(op: Op) -> Callable[[Simple, Simple], Simple]:
    def rule(a: Simple, b: Simple) -> Simple:
        sure = a[1] and _whole(b[0]) not in (None, 0)
        return Apply(op, (a[0], b[0])), sure

    return rule


_RULES: dict[Op, Callable[..., Simple]] = {
    "and": _and,
    "or": _or,
    "not": _not,
    "known": _known,
    "coalesce": _coalesce,
    "if": _if,
    "eq": _folded("eq", operator.eq),
    "ne": _folded("ne", operator.ne),
    "lt": _folded("lt", operator.lt),
    "le": _folded("le", operator.le),
    "gt": _folded("gt", operator.gt),
    "ge": _folded("ge", operator.ge),
    "add": _folded("add", operator.add),
    "sub": _folded("sub", operator.sub),
    "least": _extreme("least", min),
    "greatest": _extreme("greatest", max),
    "hold": _hold,
    "points": _points,
    "quo": _quotient("quo"),
    "rem": _quotient("rem"),
}


MOST: dict[pl.DataType, int] = {
    pl.Int8(): (1 << 7) - 1,
    pl.Int16(): (1 << 15) - 1,
    pl.Int32(): (1 << 31) - 1,
}
"""The narrow types, and the greatest number of each."""

JOINING: frozenset[Op] = frozenset(("add", "least", "greatest"))
"""Operations of which the result is known to be bounded where what they join is."""


def bound(expr: Expr, stored: Mapping[str, pl.DataType]) -> int | None:
    """The most an expression of picked constants can be, up or down; None for anything else.

    ``stored`` are the narrow types that columns have.
    """
    if isinstance(expr, Col):
        return MOST.get(stored[expr.name]) if expr.name in stored else None
    if isinstance(expr, Lit):
        return abs(expr.value) if type(expr.value) is int else None
    if not isinstance(expr, Apply) or expr.op not in ("pick", "hold", *JOINING):
        return None
    parts = [bound(a, stored) for a in (expr.args[1:] if expr.op == "pick" else expr.args)]
    known = [p for p in parts if p is not None]
    if len(known) < len(parts):
        return None
    return sum(known) if expr.op == "add" else max(known)


def stored_in(expr: Expr) -> Iterator[str]:
    """The columns whose values a bounded expression takes; all else it takes is constant."""
    if isinstance(expr, Col):
        yield expr.name
    elif isinstance(expr, Apply):
        for arg in expr.args[1:] if expr.op == "pick" else expr.args:
            yield from stored_in(arg)


def least_type(most: int) -> pl.DataType | None:
    """The least type that holds whole numbers so far from zero; None where only 64 bits do."""
    return next((dtype for dtype, limit in MOST.items() if most <= limit), None)


def widened(series: pl.Series) -> pl.Series:
    """A column as rules see it: whole numbers in 64 bits."""
    return series.cast(pl.Int64) if series.dtype in MOST else series
