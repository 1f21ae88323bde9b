"""Canonical forms of compiled expressions: equal numbers for expressions with equal meaning."""

from __future__ import annotations

from collections.abc import Sequence

from assay.cel.functions import OPERATIONS
from assay.cel.operations import Apply, Col, Each, Expr, Lit, Op
from assay.cel.program import Aggregate, Compute, Gather, Program

_OPPOSITE = {"and": "or", "or": "and"}
_COMMUTATIVE = ("add", "mul", "checked_add", "checked_mul")


class CanonicalForms:
    """Numbers the expressions of a program so that equal meaning has one number.

    Named facts and aggregated columns count as what they are computed from. Operands may be
    exchanged, comparisons negated, and conditions nested or repeated; different numbers do not
    prove different meaning.
    """

    def __init__(self, program: Program) -> None:
        self._definitions = program.definitions
        self._numbers: dict[tuple[object, ...], int] = {}
        self._forms: list[tuple[object, ...]] = []
        self._columns: dict[tuple[str, str], int] = {}
        # In the order of computation, so that long chains of columns do not recurse.
        for space, name in self._definitions:
            self._column(space, name)

    def of(self, space: str, expr: Expr) -> int:
        """Return the number of an expression over the columns of ``space``."""
        match expr:
            case Lit(value=value):
                return self._number("constant", repr(value))
            case Col(name=name):
                return self._column(space, name)
            case Each(items=items, body=body, counted=counted):
                return self._number("each", self.of(space, items), self.of(space, body), counted)
            case Apply(op=op, args=args):
                return self._apply(op, space, args)
        return self._number("item")

    def _number(self, *form: object) -> int:
        found = self._numbers.setdefault(form, len(self._forms))
        if found == len(self._forms):
            self._forms.append(form)
        return found

    def _column(self, space: str, name: str) -> int:
        key = (space, name)
        if key not in self._columns:
            self._columns[key] = self._defined(space, name)
        return self._columns[key]

    def _defined(self, space: str, name: str) -> int:
        match self._definitions.get((space, name)):
            case Compute(expr=expr):
                return self.of(space, expr)
            case Gather(link=link, target=target, origin=origin):
                return self._number("gathered", space, link, self._column(target, origin))
            case Aggregate(elements=elements, owner=owner, reducer=reducer, source=source):
                counted = None if source is None else self._column(elements, source)
                return self._number("aggregated", elements, owner, reducer, counted)
        return self._number("column", space, name)

    def _apply(self, op: Op, space: str, args: Sequence[Expr]) -> int:
        if op == "in" and isinstance(args[1], Lit) and isinstance(args[1].value, tuple):
            listed = tuple(sorted({repr(v) for v in args[1].value}))
            item = self.of(space, args[0])
            if len(listed) == 1:
                return self._call("eq", [item, self._number("constant", listed[0])])
            return self._number("in", item, listed)
        return self._call(op, [self.of(space, a) for a in args])

    def _call(self, op: Op, args: Sequence[int]) -> int:
        if op == "not":
            return self._negated(args[0])
        if op in _OPPOSITE:
            return self._junction(op, args)
        mirrored = OPERATIONS[op].mirrored or (op if op in _COMMUTATIVE else None)
        if mirrored is not None and args[0] > args[1]:
            op, args = mirrored, args[::-1]
        return self._number(op, *args)

    def _junction(self, op: Op, args: Sequence[int]) -> int:
        """Number a chain of ``and`` or ``or``, whatever its order and nesting."""
        parts: set[int] = set()
        for arg in args:
            form = self._forms[arg]
            parts |= {p for p in form[1:] if isinstance(p, int)} if form[0] == op else {arg}
        return parts.pop() if len(parts) == 1 else self._number(op, *sorted(parts))

    def _negated(self, arg: int) -> int:
        form = self._forms[arg]
        op, parts = str(form[0]), [p for p in form[1:] if isinstance(p, int)]
        if op == "not":
            return parts[0]
        if op in _OPPOSITE:
            return self._junction(_OPPOSITE[op], [self._negated(p) for p in parts])
        operation = OPERATIONS.get(op)
        if operation is not None and operation.negated is not None:
            return self._call(operation.negated, parts)
        return self._number("not", arg)
