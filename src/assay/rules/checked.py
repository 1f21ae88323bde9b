"""Reading the checked expressions that Google's CEL serialises (``cel.expr.CheckedExpr``).

Only the fields needed here are declared; protobuf skips the others. Macros arrive expanded into
comprehensions and are recognised by their accumulators.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

from assay.errors import EngineError
from assay.rules.ast import (
    Call,
    Expression,
    Ident,
    ListOf,
    Literal,
    Macro,
    Select,
    Type,
)

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
