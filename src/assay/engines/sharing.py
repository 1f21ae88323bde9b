"""What an expression has in common with an earlier one, so that it is made once for both.

Where an amount or a limit of a rulebook is tried in twenty values, one term of a sum of many is
another each time. The sum of the others is the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Set

from assay.engines.plan import size
from assay.rules.ir import Apply, Col, Expr, Lit, columns, sum_of
from assay.rules.program import Compute

_Share = Callable[[Expr], Expr]

_WORTH_A_COLUMN = 10
"""The size of an expression from which on it is rather made once."""


class Shared:
    """Columns for parts of expressions that several engines have in common."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, Expr], Compute] = {}

    def rewritten(self, step: Compute, before: Expr, changed: Set[str]) -> Iterator[Compute]:
        """The step, after those that define the parts its expression shares with ``before``.

        A part that reads one of the ``changed`` columns is not the same.
        """
        parts: list[Compute] = []

        def share(part: Expr) -> Expr:
            if size(part) < _WORTH_A_COLUMN:
                return part
            name = f"shared part {len(self._parts)}"
            made = self._parts.setdefault((step.space, part), Compute(step.space, name, part))
            parts.append(made)
            return Col(made.column)

        expr = _sharing(before, step.expr, changed, share)
        yield from parts
        yield Compute(step.space, step.column, expr)


def _sharing(before: Expr, after: Expr, changed: Set[str], share: _Share) -> Expr:
    if not isinstance(after, Apply):
        return after
    if before == after and changed.isdisjoint(columns(after)):
        return share(after)
    if not isinstance(before, Apply) or (before.op, len(before.args)) != (
        after.op,
        len(after.args),
    ):
        return after
    if after.op == "add" and any(_is_whole(t) for t in _terms(after)):
        return _sharing_terms(before, after, changed, share)
    if len(before.args) != len(after.args):
        return after
    pairs = zip(before.args, after.args, strict=True)
    return Apply(after.op, tuple(_sharing(b, a, changed, share) for b, a in pairs))


def _sharing_terms(before: Apply, after: Apply, changed: Set[str], share: _Share) -> Expr:
    """A sum of whole numbers is the same in any order."""
    there = Counter(_terms(before))
    same: list[Expr] = []
    own: list[Expr] = []
    for term in _terms(after):
        again = there[term] > 0 and changed.isdisjoint(columns(term))
        there[term] -= again
        (same if again else own).append(term)
    return sum_of([share(sum_of(same)), *own]) if len(same) > 1 else after


def _terms(expr: Expr) -> Iterator[Expr]:
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Apply) and part.op == "add":
            waiting += part.args[::-1]
        else:
            yield part


def _is_whole(expr: Expr) -> bool:
    """Whether an expression is known to be a whole number, as then all it is added to is."""
    if isinstance(expr, Apply) and expr.op in ("if", "pick"):
        return any(_is_whole(a) for a in expr.args[1:])
    return isinstance(expr, Lit) and type(expr.value) is int
