"""A CEL expression as parsed and type-checked: nodes with a type and a position."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

from assay.cel.schema import SPACES
from assay.errors import EngineError


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


_INT64, _BOOL, _STRING, _MESSAGE, _BYTES, _UINT64, _DOUBLE, _INT32 = 3, 8, 9, 11, 12, 4, 1, 5

# message: (field name, number, protobuf type, message type, repeated)
_MESSAGES: dict[str, tuple[tuple[str, int, int, str, bool], ...]] = {
    "Empty": (),
    "Constant": (
        ("null", 1, _INT32, "", False),
        ("bool", 2, _BOOL, "", False),
        ("int", 3, _INT64, "", False),
        ("uint", 4, _UINT64, "", False),
        ("double", 5, _DOUBLE, "", False),
        ("string", 6, _STRING, "", False),
        ("bytes", 7, _BYTES, "", False),
    ),
    "Ident": (("name", 1, _STRING, "", False),),
    "Select": (
        ("operand", 1, _MESSAGE, "Expr", False),
        ("field", 2, _STRING, "", False),
        ("test_only", 3, _BOOL, "", False),
    ),
    "Call": (
        ("target", 1, _MESSAGE, "Expr", False),
        ("function", 2, _STRING, "", False),
        ("args", 3, _MESSAGE, "Expr", True),
    ),
    "CreateList": (("elements", 1, _MESSAGE, "Expr", True),),
    "Comprehension": (
        ("iter_var", 1, _STRING, "", False),
        ("iter_range", 2, _MESSAGE, "Expr", False),
        ("accu_var", 3, _STRING, "", False),
        ("accu_init", 4, _MESSAGE, "Expr", False),
        ("loop_condition", 5, _MESSAGE, "Expr", False),
        ("loop_step", 6, _MESSAGE, "Expr", False),
        ("result", 7, _MESSAGE, "Expr", False),
    ),
    "Expr": (
        ("id", 2, _INT64, "", False),
        ("const", 3, _MESSAGE, "Constant", False),
        ("ident", 4, _MESSAGE, "Ident", False),
        ("select", 5, _MESSAGE, "Select", False),
        ("call", 6, _MESSAGE, "Call", False),
        ("list", 7, _MESSAGE, "CreateList", False),
        ("struct", 8, _MESSAGE, "Empty", False),
        ("comprehension", 9, _MESSAGE, "Comprehension", False),
    ),
    "ListType": (("elem", 1, _MESSAGE, "Type", False),),
    "Type": (
        ("dyn", 1, _MESSAGE, "Empty", False),
        ("null", 2, _INT32, "", False),
        ("primitive", 3, _INT32, "", False),
        ("wrapper", 4, _INT32, "", False),
        ("well_known", 5, _INT32, "", False),
        ("list", 6, _MESSAGE, "ListType", False),
        ("map", 7, _MESSAGE, "Empty", False),
        ("message", 9, _STRING, "", False),
    ),
    "PositionEntry": (("key", 1, _INT64, "", False), ("value", 2, _INT32, "", False)),
    "SourceInfo": (("positions", 4, _MESSAGE, "PositionEntry", True),),
    "TypeEntry": (("key", 1, _INT64, "", False), ("value", 2, _MESSAGE, "Type", False)),
    "CheckedExpr": (
        ("types", 3, _MESSAGE, "TypeEntry", True),
        ("expr", 4, _MESSAGE, "Expr", False),
        ("info", 5, _MESSAGE, "SourceInfo", False),
    ),
}

_PRIMITIVE = {1: "bool", 2: "int", 3: "uint", 4: "double", 5: "string", 6: "bytes"}
_WELL_KNOWN = {1: "dyn", 2: "timestamp", 3: "duration"}


@cache
def _checked_expr() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="assay/checked.proto", package="assay.cel", syntax="proto2"
    )
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field_name, number, kind, type_name, repeated in fields:
            message.field.add(
                name=field_name,
                number=number,
                type=kind,
                type_name=f".assay.cel.{type_name}" if type_name else None,
                label=3 if repeated else 1,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    descriptor = pool.FindMessageTypeByName("assay.cel.CheckedExpr")
    return message_factory.GetMessageClass(descriptor)


def decode_checked(raw: bytes) -> Expression:
    """The syntax tree in a serialised checked expression.

    Raises :class:`assay.errors.EngineError` for shapes CEL's own macros do not produce.
    """
    checked = _checked_expr().FromString(any_pb2.Any.FromString(raw).value)
    positions = {entry.key: entry.value for entry in checked.info.positions}
    types = {entry.key: _type(entry.value) for entry in checked.types}
    return _Decoder(positions, types).node(checked.expr)


def _type(raw: Any) -> Type:
    for kind in ("primitive", "wrapper"):
        if raw.HasField(kind):
            return Type(_PRIMITIVE[getattr(raw, kind)])
    if raw.HasField("well_known"):
        return Type(_WELL_KNOWN[raw.well_known])
    if raw.HasField("list"):
        return Type("list", _type(raw.list.elem))
    if raw.HasField("message"):
        return Type(raw.message.rpartition(".")[2])
    if raw.HasField("null"):
        return Type("null")
    return Type("map" if raw.HasField("map") else "dyn")


class _Decoder:
    def __init__(self, positions: dict[int, int], types: dict[int, Type]) -> None:
        self._positions = positions
        self._types = types

    def node(self, raw: Any) -> Expression:
        offset = self._positions.get(raw.id, 0)
        type_ = self._types.get(raw.id, Type("dyn"))
        if raw.HasField("const"):
            return Literal(offset, type_, _constant(raw.const))
        if raw.HasField("ident"):
            return Ident(offset, type_, raw.ident.name)
        if raw.HasField("select"):
            operand = self.node(raw.select.operand)
            return Select(offset, type_, operand, raw.select.field, raw.select.test_only)
        if raw.HasField("call"):
            target = self.node(raw.call.target) if raw.call.HasField("target") else None
            args = tuple(self.node(a) for a in raw.call.args)
            name = raw.call.function
            if name.isidentifier():  # CEL counts from the bracket behind it
                offset = max(offset - len(name), 0)
            return Call(offset, type_, name, target, args)
        if raw.HasField("list"):
            return ListOf(offset, type_, tuple(self.node(e) for e in raw.list.elements))
        if raw.HasField("comprehension"):
            return self._macro(offset, type_, raw.comprehension)
        return Call(offset, type_, "{}", None, ())

    def _macro(self, offset: int, type_: Type, raw: Any) -> Macro:
        over = self.node(raw.iter_range)
        step = raw.loop_step
        init = raw.accu_init

        def macro(name: str, body: Any, condition: Any = None) -> Macro:
            asked = self.node(condition) if condition is not None else None
            return Macro(offset, type_, name, over, raw.iter_var, self.node(body), asked)

        if init.HasField("const") and init.const.HasField("bool"):
            return macro("all" if init.const.bool else "exists", step.call.args[1])
        if init.HasField("const"):
            return macro("exists_one", step.call.args[0])
        if init.HasField("list") and step.call.function == "_?_:_":
            added = step.call.args[1].call.args[1].list.elements[0]
            if added.HasField("ident") and added.ident.name == raw.iter_var:
                return macro("filter", step.call.args[0])
            return macro("map", added, step.call.args[0])
        if init.HasField("list"):
            return macro("map", step.call.args[1].list.elements[0])
        raise EngineError("a comprehension that is none of CEL's macros")


def _constant(raw: Any) -> bool | int | float | str | bytes | None:
    for kind in ("bool", "int", "uint", "double", "string", "bytes"):
        if raw.HasField(kind):
            value: bool | int | float | str | bytes = getattr(raw, kind)
            return value
    return None
