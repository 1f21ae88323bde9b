"""What expressions have in common, so that it is made once for all of them.

Where an amount or a limit of a rulebook is tried in twenty values, one term of a sum of many is
another each time. The sum of the others is the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from functools import reduce
from operator import and_

from assay.engines.plan import size
from assay.rules.ir import Apply, Col, Expr, Lit, Op, columns, sum_of
from assay.rules.program import Compute

_Share = Callable[[Expr], Expr]

_WORTH_A_COLUMN = 10
"""The size of an expression from which on it is rather made once."""


class Shared:
    """Columns for the parts that expressions have in common; ``parts`` are the steps for them."""

    def __init__(self) -> None:
        self.parts: dict[tuple[str, Expr], Compute] = {}

    def rewritten(
        self, space: str, expressions: Sequence[Expr], differing: Set[str]
    ) -> Sequence[Expr]:
        """The expressions over columns of a space, with columns for what is the same in all.

        A part that reads one of the ``differing`` columns is not the same.
        """

        def share(part: Expr) -> Expr:
            if size(part) < _WORTH_A_COLUMN:
                return part
            name = f"shared part {len(self.parts)}"
            return Col(self.parts.setdefault((space, part), Compute(space, name, part)).column)

        return _sharing(expressions, differing, share)


def _sharing(expressions: Sequence[Expr], differing: Set[str], share: _Share) -> Sequence[Expr]:
    first, *others = expressions
    if not isinstance(first, Apply):
        return expressions
    if differing.isdisjoint(columns(first)) and all(first == other for other in others):
        return [share(first)] * len(expressions)
    alike = [e for e in expressions if isinstance(e, Apply) and e.op == first.op]
    if len(alike) < len(expressions):
        return expressions
    if first.op in _IN_ANY_ORDER or (first.op == "add" and any(map(_is_whole, _terms(first)))):
        return _sharing_terms(alike, differing, share)
    if len({len(e.args) for e in alike}) > 1:
        return expressions
    by_place = [
        _sharing(args, differing, share) for args in zip(*(e.args for e in alike), strict=True)
    ]
    return [Apply(first.op, args) for args in zip(*by_place, strict=True)]


def _sharing_terms(
    expressions: Sequence[Apply], differing: Set[str], share: _Share
) -> Sequence[Expr]:
    """A sum of whole numbers, like the least of numbers, is the same in any order."""
    op = expressions[0].op
    common = reduce(and_, (Counter(_terms(e)) for e in expressions))
    for term in list(common):
        if not differing.isdisjoint(columns(term)):
            del common[term]
    if common.total() < 2:
        return expressions
    same = share(_joined(op, list(common.elements())))
    return [_joined(op, [same, *(Counter(_terms(e)) - common).elements()]) for e in expressions]


_IN_ANY_ORDER: frozenset[Op] = frozenset(("least", "greatest"))


def _joined(op: Op, terms: Sequence[Expr]) -> Expr:
    return sum_of(terms) if op == "add" or len(terms) == 1 else Apply(op, tuple(terms))


def _terms(expr: Apply) -> Iterator[Expr]:
    waiting: list[Expr] = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Apply) and part.op == expr.op:
            waiting += part.args[::-1]
        else:
            yield part


def _is_whole(expr: Expr) -> bool:
    """Whether an expression is known to be a whole number, as then all it is added to is."""
    if isinstance(expr, Apply) and expr.op in ("if", "pick"):
        return any(_is_whole(a) for a in expr.args[1:])
    return isinstance(expr, Lit) and type(expr.value) is int
