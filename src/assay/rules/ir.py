"""Column expressions, independent of the engine that computes them.

An expression reads the columns of one space. Null is *unknown* and propagates, except
through :data:`and`, :data:`or` (Kleene), ``known`` and ``coalesce``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Op = str
"""The name of a primitive operation; :mod:`assay.rules.functions` declares each."""


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
