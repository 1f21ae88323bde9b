"""A CEL expression as parsed and type-checked: nodes with a type and a position."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from assay.rules.schema import SPACES


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

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The target, if it is a method, and the arguments."""
        return self.args if self.target is None else (self.target, *self.args)


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


def walk(node: Expression) -> Iterator[Expression]:
    """The node and all below it."""
    yield node
    match node:
        case Select():
            yield from walk(node.operand)
        case Call():
            for child in node.operands:
                yield from walk(child)
        case ListOf():
            for child in node.items:
                yield from walk(child)
        case Macro():
            for child in (node.range, node.body, *((node.condition,) if node.condition else ())):
                yield from walk(child)


SPACE_OF_MESSAGE = {space.message: space.name for space in SPACES.values()}
"""The kind of row that each message type stands for."""


def fields_read(node: Expression) -> Iterator[tuple[str, str]]:
    """Space and name of every field, fact or score an expression itself reads, of any row."""
    for part in walk(node):
        if isinstance(part, Select):
            space = SPACE_OF_MESSAGE.get(part.operand.type.name.removesuffix("Coverage"))
            if space is not None:
                yield space, part.field


def facts_below(
    facts: Mapping[tuple[str, str], Expression],
    key: tuple[str, str],
    made: Container[tuple[str, str]],
) -> list[tuple[str, str]]:
    """A fact and those it builds on, each after those it uses, without those that are made."""
    found: set[tuple[str, str]] = set()
    waiting = [key]
    while waiting:
        fact = waiting.pop()
        if fact not in found and fact not in made:
            found.add(fact)
            waiting += [k for k in fields_read(facts[fact]) if k in facts]
    return [fact for fact in facts if fact in found] if len(found) > 1 else list(found)
