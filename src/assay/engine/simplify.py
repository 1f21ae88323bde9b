"""Simplification of expressions by the statistics of the columns they read."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from assay.cel.functions import OPERATIONS
from assay.cel.operations import UNKNOWN, Apply, Col, Each, Expr, Item, Lit, Op, apply

_LIMIT = 1 << 63


@dataclass(frozen=True, slots=True)
class Known:
    """Known properties of a column: its constant value, if any, and whether it has no nulls.

    ``distance`` is its expression if that subtracts a column and a constant: ``today - day``.
    """

    constant: Lit | None
    complete: bool
    distance: Apply | None = None


Simple = tuple[Expr, bool]
"""An expression, and whether it is complete: never unknown."""


def simplify(expr: Expr, known: Callable[[str], Known]) -> Simple:
    """Simplify an expression without changing its values; also return whether it is complete."""
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
        compared = _compare_column(expr.op, args, known)
        if compared is not None:
            return compared
    if operation.strict and any(e == UNKNOWN for e, _ in args):
        return UNKNOWN, False
    rule = _RULES.get(expr.op)
    if rule is not None:
        return rule(*args)
    complete = operation.total and all(c for _, c in args)
    return Apply(expr.op, tuple(e for e, _ in args)), complete


def as_distance(expr: Expr) -> Apply | None:
    """Return the expression if it is the difference of a column and a constant."""
    if isinstance(expr, Apply) and expr.op == "sub":
        a, b = expr.args
        if any(isinstance(x, Col) and _whole(y) is not None for x, y in ((a, b), (b, a))):
            return expr
    return None


def _compare_column(op: Op, args: list[Simple], known: Callable[[str], Known]) -> Simple | None:
    """Turn ``today - day < 30`` into ``day > today - 30``, which saves the subtraction."""
    (a, complete), (b, _) = args
    limit = _whole(b)
    distance = known(a.name).distance if isinstance(a, Col) else as_distance(a)
    if limit is None or distance is None:
        return None
    first, second = distance.args
    begin, end = _whole(first), _whole(second)
    column, bound = (second, begin - limit) if begin is not None else (first, (end or 0) + limit)
    if not -_LIMIT <= bound < _LIMIT:
        return None
    turned = op if begin is None else OPERATIONS[op].mirrored or op
    return Apply(turned, (column, Lit(bound))), complete


def _whole(expr: Expr) -> int | None:
    """Return the value of a whole constant."""
    if isinstance(expr, Lit) and isinstance(expr.value, int) and not isinstance(expr.value, bool):
        return expr.value
    return None


def _is(simple: Simple, value: bool) -> bool:
    # Identity, because 1 == True in Python.
    return isinstance(simple[0], Lit) and simple[0].value is value


# Rules of operations ------------------------------------------------------------------------------


def _junction(op: Op, absorbing: bool) -> Callable[[Simple, Simple], Simple]:
    """Rule of a logical operation, whose result is ``absorbing`` if one argument is."""

    def rule(a: Simple, b: Simple) -> Simple:
        for one, other in ((a, b), (b, a)):
            if _is(one, not absorbing):
                return other
            if _is(one, absorbing):
                return Lit(absorbing), True
        return apply(op, a[0], b[0]), a[1] and b[1]

    return rule


_and = _junction("and", absorbing=False)
_or = _junction("or", absorbing=True)


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
    test, decided = condition
    if isinstance(test, Lit):
        if test.value is None:
            return UNKNOWN, False
        return then if test.value else otherwise
    if not decided:
        return apply("if", test, then[0], otherwise[0]), False
    if then == otherwise:
        return then
    if UNKNOWN in (then[0], otherwise[0]):
        return apply("pick", test, then[0], otherwise[0]), False
    if _is(then, True):
        return _or(condition, otherwise)
    if _is(then, False):
        return _and(_not(condition), otherwise)
    if _is(otherwise, False):
        return _and(condition, then)
    if _is(otherwise, True):
        return _or(_not(condition), then)
    return apply("pick", test, then[0], otherwise[0]), then[1] and otherwise[1]


def _folded(op: Op, fold: Callable[[int, int], int | bool]) -> Callable[[Simple, Simple], Simple]:
    """Rule of an operation that is computed now if both arguments are whole constants."""

    def rule(a: Simple, b: Simple) -> Simple:
        x, y = _whole(a[0]), _whole(b[0])
        if x is not None and y is not None and -_LIMIT <= fold(x, y) < _LIMIT:
            return Lit(fold(x, y)), True
        return Apply(op, (a[0], b[0])), a[1] and b[1]

    return rule


def _extreme(op: Op, fold: Callable[[list[int]], int]) -> Callable[..., Simple]:
    """Rule of a least or greatest value, which is unknown only if all arguments are."""

    def rule(*args: Simple) -> Simple:
        numbers = [number for e, _ in args if (number := _whole(e)) is not None]
        if len(numbers) == len(args):
            return Lit(fold(numbers)), True
        return Apply(op, tuple(e for e, _ in args)), any(complete for _, complete in args)

    return rule


def _hold(value: Simple, low: Simple, high: Simple) -> Simple:
    bounds = (low[0], high[0])
    numbers = [n for e in (value[0], *bounds) if (n := _whole(e)) is not None]
    if len(numbers) == 3:
        number, least, most = numbers
        return Lit(min(max(number, least), most)), True
    if isinstance(value[0], Apply) and value[0].op == "hold" and value[0].args[1:] == bounds:
        return value
    # An unknown bound limits nothing, so the result is unknown only if the value is.
    return apply("hold", value[0], *bounds), value[1]


def _points(a: Simple) -> Simple:
    if isinstance(a[0], Apply) and a[0].op == "double":
        return a[0].args[0], a[1]
    return apply("points", a[0]), False


def _quotient(op: Op) -> Callable[[Simple, Simple], Simple]:
    """Rule of a division, which is complete if the divisor is a constant other than 0."""

    def rule(a: Simple, b: Simple) -> Simple:
        return Apply(op, (a[0], b[0])), a[1] and _whole(b[0]) not in (None, 0)

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
