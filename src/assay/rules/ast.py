"""A CEL expression as parsed and type-checked: nodes with a type and a position."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Type:
    """A CEL type: ``name`` is bool, int, double, string, timestamp, duration, null, list or dyn,
    or the name of a message; ``item`` is what a list holds.
    """

    name: str
    item: Type | None = None

    def __str__(self) -> str:
        return f"list of {self.item}" if self.item else self.name


@dataclass(frozen=True, slots=True)
class Node:
    """``offset`` is the 0-based character of the expression's text the node points to."""

    offset: int
    type: Type


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant."""

    value: bool | int | float | str | bytes | None


@dataclass(frozen=True, slots=True)
class Ident(Node):
    """A name."""

    name: str


@dataclass(frozen=True, slots=True)
class Select(Node):
    """``operand.field``; with ``test`` it is ``has(operand.field)``."""

    operand: Expression
    field: str
    test: bool


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function, an operator (named as CEL names it: ``_&&_``) or a method on ``target``."""

    function: str
    target: Expression | None
    args: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """A list written out."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Macro(Node):
    """exists, all, exists_one, filter or map over ``range``, with ``variable`` in ``body``.

    ``condition`` is the second argument of a three-argument map.
    """

    name: str
    range: Expression
    variable: str
    body: Expression
    condition: Expression | None = None


Expression = Literal | Ident | Select | Call | ListOf | Macro
