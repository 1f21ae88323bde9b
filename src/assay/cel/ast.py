"""Syntax trees of checked CEL expressions, and their decoding from CEL's serialised form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

from assay.cel.schema import SPACES
from assay.errors import EngineError


@dataclass(frozen=True, slots=True)
class Type:
    """A CEL type.

    ``name`` is bool, int, double, string, timestamp, duration, null, list, map or dyn, or the name
    of a message; ``item`` is the type of a list's items.
    """

    name: str
    item: Type | None = None

    def __str__(self) -> str:
        return f"list of {self.item}" if self.item else self.name


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression; ``offset`` is its 0-based character in the text."""

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
    """A function, an operator (named as in CEL: ``_&&_``) or a method on ``target``."""

    function: str
    target: Expression | None
    args: tuple[Expression, ...]

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The arguments, after the target of a method."""
        return self.args if self.target is None else (self.target, *self.args)


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """A list literal."""

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
    """Yield the node and all nodes below it."""
    yield node
    children: tuple[Expression, ...] = ()
    match node:
        case Select():
            children = (node.operand,)
        case Call():
            children = node.operands
        case ListOf():
            children = node.items
        case Macro():
            children = (node.range, node.body, *((node.condition,) if node.condition else ()))
    for child in children:
        yield from walk(child)


SPACE_OF_MESSAGE = {space.message: space.name for space in SPACES.values()}
"""Kind of row by the name of its message."""


def fields_read(node: Expression) -> Iterator[tuple[str, str]]:
    """Yield space and name of every field, fact and score that an expression reads."""
    for part in walk(node):
        if isinstance(part, Select):
            space = SPACE_OF_MESSAGE.get(part.operand.type.name.removesuffix("Coverage"))
            if space is not None:
                yield space, part.field


# Decoding ----------------------------------------------------------------------------------


def decode_checked(raw: bytes) -> Expression:
    """Decode a serialised ``cel.expr.CheckedExpr``.

    Raises :class:`assay.errors.EngineError` for a comprehension that no macro of CEL produces.
    """
    checked = _checked_expr().FromString(any_pb2.Any.FromString(raw).value)
    positions = {entry.key: entry.value for entry in checked.info.positions}
    types = {entry.key: _type(entry.value) for entry in checked.types}
    return _Decoder(positions, types).node(checked.expr)


class _Decoder:
    """Decodes nodes, given the positions and types by node id."""

    def __init__(self, positions: dict[int, int], types: dict[int, Type]) -> None:
        self._positions = positions
        self._types = types

    def node(self, raw: Any) -> Expression:
        offset = self._positions.get(raw.id, 0)
        type_ = self._types.get(raw.id, Type("dyn"))
        if raw.HasField("const"):
            values = (v for kind, v in raw.const.ListFields() if kind.name != "null")
            return Literal(offset, type_, next(values, None))
        if raw.HasField("ident"):
            return Ident(offset, type_, raw.ident.name)
        if raw.HasField("select"):
            operand = self.node(raw.select.operand)
            return Select(offset, type_, operand, raw.select.field, raw.select.test_only)
        if raw.HasField("call"):
            target = self.node(raw.call.target) if raw.call.HasField("target") else None
            args = tuple(self.node(a) for a in raw.call.args)
            name = raw.call.function
            if name.isidentifier():
                # CEL's position of a call is its opening bracket.
                offset = max(offset - len(name), 0)
            return Call(offset, type_, name, target, args)
        if raw.HasField("list"):
            return ListOf(offset, type_, tuple(self.node(e) for e in raw.list.elements))
        if raw.HasField("comprehension"):
            return self._macro(offset, type_, raw.comprehension)
        return Call(offset, type_, "{}", None, ())

    def _macro(self, offset: int, type_: Type, raw: Any) -> Macro:
        """Recognise the macro that CEL expanded to this comprehension."""
        elements = self.node(raw.iter_range)
        init, step = raw.accu_init, raw.loop_step

        def macro(name: str, body: Any, condition: Any = None) -> Macro:
            decoded = None if condition is None else self.node(condition)
            return Macro(offset, type_, name, elements, raw.iter_var, self.node(body), decoded)

        if init.HasField("const") and init.const.HasField("bool"):
            return macro("all" if init.const.bool else "exists", step.call.args[1])
        if init.HasField("const"):
            return macro("exists_one", step.call.args[0])
        if init.HasField("list") and step.call.function == "_?_:_":
            appended = step.call.args[1].call.args[1].list.elements[0]
            if appended.HasField("ident") and appended.ident.name == raw.iter_var:
                return macro("filter", step.call.args[0])
            return macro("map", appended, step.call.args[0])
        if init.HasField("list"):
            return macro("map", step.call.args[1].list.elements[0])
        raise EngineError("a comprehension that is none of CEL's macros")


_PRIMITIVE = {1: "bool", 2: "int", 3: "uint", 4: "double", 5: "string", 6: "bytes"}
_WELL_KNOWN = {1: "dyn", 2: "timestamp", 3: "duration"}


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


_DOUBLE, _INT64, _UINT64, _INT32, _BOOL, _STRING, _MESSAGE, _BYTES = 1, 3, 4, 5, 8, 9, 11, 12
_OPTIONAL, _REPEATED = 1, 3

# The part of cel/expr/checked.proto and syntax.proto that is decoded, since no installed package
# has it: number and type of each field, as a protobuf type or a message; a list is repeated.
_MESSAGES: dict[str, dict[str, tuple[int, int | str | list[str]]]] = {
    "CheckedExpr": {"types": (3, ["TypeEntry"]), "expr": (4, "Expr"), "info": (5, "SourceInfo")},
    "TypeEntry": {"key": (1, _INT64), "value": (2, "Type")},
    "SourceInfo": {"positions": (4, ["PositionEntry"])},
    "PositionEntry": {"key": (1, _INT64), "value": (2, _INT32)},
    "Expr": {
        "id": (2, _INT64),
        "const": (3, "Constant"),
        "ident": (4, "Ident"),
        "select": (5, "Select"),
        "call": (6, "Call"),
        "list": (7, "CreateList"),
        "comprehension": (9, "Comprehension"),
    },
    "Constant": {
        "null": (1, _INT32),
        "bool": (2, _BOOL),
        "int": (3, _INT64),
        "uint": (4, _UINT64),
        "double": (5, _DOUBLE),
        "string": (6, _STRING),
        "bytes": (7, _BYTES),
    },
    "Ident": {"name": (1, _STRING)},
    "Select": {"operand": (1, "Expr"), "field": (2, _STRING), "test_only": (3, _BOOL)},
    "Call": {"target": (1, "Expr"), "function": (2, _STRING), "args": (3, ["Expr"])},
    "CreateList": {"elements": (1, ["Expr"])},
    "Comprehension": {
        "iter_var": (1, _STRING),
        "iter_range": (2, "Expr"),
        "accu_init": (4, "Expr"),
        "loop_step": (6, "Expr"),
    },
    "Type": {
        "null": (2, _INT32),
        "primitive": (3, _INT32),
        "wrapper": (4, _INT32),
        "well_known": (5, _INT32),
        "list": (6, "ListType"),
        "map": (7, "Empty"),
        "message": (9, _STRING),
    },
    "ListType": {"elem": (1, "Type")},
    "Empty": {},
}


@cache
def _checked_expr() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="assay/checked.proto", package="assay.cel", syntax="proto2"
    )
    for message_name, fields in _MESSAGES.items():
        message = file.message_type.add(name=message_name)
        for name, (number, type_) in fields.items():
            item = type_[0] if isinstance(type_, list) else type_
            message.field.add(
                name=name,
                number=number,
                type=_MESSAGE if isinstance(item, str) else item,
                type_name=f".assay.cel.{item}" if isinstance(item, str) else None,
                label=_OPTIONAL if item is type_ else _REPEATED,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    descriptor = pool.FindMessageTypeByName("assay.cel.CheckedExpr")
    return message_factory.GetMessageClass(descriptor)
