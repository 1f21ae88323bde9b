"""Bounds on the numbers and texts of an expression, derived from the expression alone.

Numbers that may leave 64 bits or be NaN are compiled to guarded operations. A text without a
bound, for example of facts that double each other, is not compiled at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.cel import ast
from assay.cel.ast import SPACE_OF_MESSAGE, walk
from assay.cel.functions import function

LONGEST_TEXT = 1_000_000
"""Maximal number of characters of a concatenated text."""

_INT64 = 2**63
_FIELD = 2**31
"""Bound on whole numbers in fields, which are days and counts."""

_FIELD_TEXT = 4_000
_NUMBER_TEXT = 20


@dataclass(frozen=True, slots=True)
class _Bound:
    """Largest absolute whole number, largest number of characters, and whether NaN is possible."""

    whole: int
    characters: int
    nan: bool


class Bounds:
    """Bounds on expressions, given those of the named facts and of the variables of macros.

    ``facts`` must be ordered: each after those it reads.
    """

    def __init__(self, facts: Mapping[tuple[str, str], ast.Expression]) -> None:
        self._facts: dict[tuple[str, str], _Bound] = {}
        self._variables: dict[str, _Bound] = {}
        for key, node in facts.items():
            for part in walk(node):
                if isinstance(part, ast.Macro):
                    self.add_variable(part)
            self._facts[key] = self._bound(node)
            self._variables.clear()

    def add_variable(self, macro: ast.Macro) -> None:
        """Record the bound of a macro's variable; the larger one if the name repeats."""
        new = self._element(macro.range)
        old = self._variables.get(macro.variable, new)
        self._variables[macro.variable] = _Bound(
            max(old.whole, new.whole), max(old.characters, new.characters), old.nan or new.nan
        )

    def may_overflow(self, node: ast.Call) -> bool:
        """Whether the result or an operand, as a whole number, could leave 64 bits."""
        return max(self._whole(node), *map(self._whole, node.operands)) >= _INT64

    def are_large(self, operands: Sequence[ast.Expression]) -> bool:
        """Whether any whole number can be larger than days and counts."""
        return any(self._whole(o) > _FIELD for o in operands)

    def may_be_nan(self, node: ast.Expression) -> bool:
        """Whether the expression is a double that was computed; fields are never NaN."""
        return node.type.name == "double" and any(self._is_computed(part) for part in walk(node))

    def is_too_long(self, node: ast.Call) -> bool:
        """Whether the result is a text that could exceed :data:`LONGEST_TEXT`."""
        return node.type.name == "string" and self._characters(node) > LONGEST_TEXT

    def _bound(self, node: ast.Expression) -> _Bound:
        return _Bound(self._whole(node), self._characters(node), self.may_be_nan(node))

    def _element(self, node: ast.Expression) -> _Bound:
        """Return the bound of a list's items."""
        if isinstance(node, ast.Macro):
            return self._bound(node.body) if node.name == "map" else self._element(node.range)
        bounds = [self._bound(i) for i in node.items] if isinstance(node, ast.ListOf) else []
        return _Bound(
            max((b.whole for b in bounds), default=_INT64),
            max((b.characters for b in bounds), default=_FIELD_TEXT),
            any(b.nan for b in bounds),
        )

    def _recorded(self, node: ast.Expression) -> _Bound | None:
        """Return the bound of a fact or a variable."""
        if isinstance(node, ast.Select):
            space = SPACE_OF_MESSAGE.get(node.operand.type.name, "")
            return self._facts.get((space, node.field))
        return self._variables.get(node.name) if isinstance(node, ast.Ident) else None

    def _is_computed(self, node: ast.Expression) -> bool:
        if node.type.name != "double":
            return False
        recorded = self._recorded(node)
        called = function(node.function) if isinstance(node, ast.Call) else None
        return bool(called and called.may_be_nan) or (recorded is not None and recorded.nan)

    def _whole(self, node: ast.Expression) -> int:
        """Return the largest absolute value; 2⁶³ also means that there is no bound."""
        if (recorded := self._recorded(node)) is not None:
            return recorded.whole
        match node:
            case ast.Literal(value=int() as value):
                return abs(value)
            case ast.Select():
                return _FIELD
            case ast.Call():
                called = function(node.function)
                if called is not None and called.largest is not None:
                    return min(called.largest([self._whole(o) for o in node.operands]), _INT64)
        return _INT64

    def _characters(self, node: ast.Expression) -> int:
        if (recorded := self._recorded(node)) is not None:
            return recorded.characters
        match node:
            case ast.Literal(value=str() as value):
                return len(value)
            case ast.Call():
                sizes = [self._characters(o) for o in node.operands]
                size = sum(sizes) if node.function == "_+_" else max(sizes[-2:], default=0)
                return min(max(size, _NUMBER_TEXT), LONGEST_TEXT + 1)
        return _FIELD_TEXT if node.type.name == "string" else _NUMBER_TEXT
