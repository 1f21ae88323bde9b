"""How large the numbers and texts of an expression can become, from the expression alone.

Numbers that may leave 64 bits or be NaN are compiled to guarded operations; a text that could grow
beyond bounds, as when facts double each other, is not compiled at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.cel import ast
from assay.cel.ast import SPACE_OF_MESSAGE, walk
from assay.cel.functions import function

LONGEST_TEXT = 1_000_000
"""The most characters of a text that is put together."""

_LIMIT = 2**63
_FIELD = 2**31
_FIELD_TEXT = 4_000
_NUMBER_TEXT = 20


@dataclass(frozen=True, slots=True)
class _Bound:
    """No whole number is further from zero than ``whole``, no text longer than ``characters``."""

    whole: int
    characters: int
    nan: bool


class Magnitudes:
    """Bounds of the named facts, and of the variables of the macros that were entered.

    ``facts`` come each after those it uses.
    """

    def __init__(self, facts: Mapping[tuple[str, str], ast.Expression]) -> None:
        self._facts: dict[tuple[str, str], _Bound] = {}
        self._variables: dict[str, _Bound] = {}
        for key, node in facts.items():
            for part in walk(node):
                if isinstance(part, ast.Macro):
                    self.enter(part)
            self._facts[key] = self._bound(node)
            self._variables.clear()

    def enter(self, macro: ast.Macro) -> None:
        """Note the bound of its variable; of two with one name the larger counts."""
        new = self._element(macro.range)
        old = self._variables.get(macro.variable, new)
        self._variables[macro.variable] = _Bound(
            max(old.whole, new.whole), max(old.characters, new.characters), old.nan or new.nan
        )

    def may_overflow(self, node: ast.Call) -> bool:
        """Whether a result, or an operand, of whole numbers could leave 64 bits."""
        return max(self._whole(node), *map(self._whole, node.operands)) >= _LIMIT

    def are_large(self, operands: Sequence[ast.Expression]) -> bool:
        """Whether any of the whole numbers can be more than days and counts are."""
        return any(self._whole(o) > _FIELD for o in operands)

    def may_be_nan(self, node: ast.Expression) -> bool:
        """Whether it is a double that was computed: only then can it be NaN."""
        return node.type.name == "double" and any(self._is_computed(part) for part in walk(node))

    def is_too_long(self, node: ast.Call) -> bool:
        """Whether the text it makes could be longer than :data:`LONGEST_TEXT`."""
        return node.type.name == "string" and self._characters(node) > LONGEST_TEXT

    def _bound(self, node: ast.Expression) -> _Bound:
        return _Bound(self._whole(node), self._characters(node), self.may_be_nan(node))

    def _element(self, node: ast.Expression) -> _Bound:
        """The bound of the items of a list."""
        if isinstance(node, ast.Macro):
            return self._bound(node.body) if node.name == "map" else self._element(node.range)
        bounds = [self._bound(i) for i in node.items] if isinstance(node, ast.ListOf) else []
        return _Bound(
            max((b.whole for b in bounds), default=_LIMIT),
            max((b.characters for b in bounds), default=_FIELD_TEXT),
            any(b.nan for b in bounds),
        )

    def _named(self, node: ast.Expression) -> _Bound | None:
        """The bound of a fact, or of a variable."""
        if isinstance(node, ast.Select):
            space = SPACE_OF_MESSAGE.get(node.operand.type.name, "")
            return self._facts.get((space, node.field))
        return self._variables.get(node.name) if isinstance(node, ast.Ident) else None

    def _is_computed(self, node: ast.Expression) -> bool:
        if node.type.name != "double":
            return False
        named = self._named(node)
        called = function(node.function) if isinstance(node, ast.Call) else None
        return bool(called and called.may_be_nan) or (named is not None and named.nan)

    def _whole(self, node: ast.Expression) -> int:
        """Days and counts are below 2³¹; an unknown bound, and any that is larger, is 2⁶³."""
        if (named := self._named(node)) is not None:
            return named.whole
        match node:
            case ast.Literal(value=int() as value):
                return abs(value)
            case ast.Select():
                return _FIELD
            case ast.Call():
                called = function(node.function)
                if called is not None and called.largest is not None:
                    sizes = [self._whole(o) for o in node.operands]
                    return min(called.largest(sizes), _LIMIT)
        return _LIMIT

    def _characters(self, node: ast.Expression) -> int:
        if (named := self._named(node)) is not None:
            return named.characters
        match node:
            case ast.Literal(value=str() as value):
                return len(value)
            case ast.Call():
                sizes = [self._characters(o) for o in node.operands]
                made = sum(sizes) if node.function == "_+_" else max(sizes[-2:], default=0)
                return min(max(made, _NUMBER_TEXT), LONGEST_TEXT + 1)
        return _FIELD_TEXT if node.type.name == "string" else _NUMBER_TEXT
