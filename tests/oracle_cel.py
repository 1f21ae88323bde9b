"""One expression by Google's CEL, over nested maps in which what is missing has no key.

The maps hold no more than the expression asks for, which its syntax tree tells: the names, the
fields of each, the fields of those, with the elements of a collection under the collection.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cel_expr_python import cel
from google.protobuf.timestamp_pb2 import Timestamp

from assay.cel import ast
from assay.cel.ast import decode_checked
from assay.cel.functions import Overload
from tests.package import FUNCTIONS, Function, half_life

Asked = dict[str, "Asked"]
"""Names or fields an expression asks for, with what it asks of each."""


@dataclass(frozen=True)
class Unknown:
    """What an expression over missing fields comes to."""


UNKNOWN = Unknown()

_KINDS = {
    "int": cel.Type.INT,
    "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "timestamp": cel.Type.TIMESTAMP,
    "citations": cel.Type.List(cel.Type.DYN),
    "list": cel.Type.List(cel.Type.DYN),
}


def evaluated(text: str, names: tuple[str, ...], data: Mapping[str, Any]) -> Any:
    """What CEL makes of ``text`` where its names have these values; every error is unknown."""
    value = _compiled(text, names).eval(data=data)
    return UNKNOWN if value.type() == cel.Type.ERROR else value.plain_value()


def as_data(value: Any) -> Any:
    """A result as data of another expression."""
    if not isinstance(value, datetime):
        return value
    seconds = (value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    return Timestamp(seconds=seconds)


@cache
def asked_of(text: str, names: tuple[str, ...]) -> Asked:
    """What an expression that may use those names asks for."""
    found: Asked = {}
    _ask(decode_checked(_compiled(text, names).serialize()), found, {})
    return found


def _ask(node: ast.Expression, found: Asked, variables: Mapping[str, Asked]) -> Asked:
    """Add what the node asks for; what is asked of the node itself goes into the result."""
    match node:
        case ast.Ident():
            if node.name in variables:
                return variables[node.name]
            return found.setdefault(node.name, {})
        case ast.Select():
            return _ask(node.operand, found, variables).setdefault(node.field, {})
        case ast.Macro():
            element = _ask(node.range, found, variables)
            inner = {**variables, node.variable: element}
            if node.condition is not None:
                _ask(node.condition, found, inner)
            made = _ask(node.body, found, inner)
            return {"filter": element, "map": made}.get(node.name, {})
        case ast.ListOf():
            for item in node.items:
                _ask(item, found, variables)
        case ast.Call():
            target = _ask(node.target, found, variables) if node.target else {}
            arguments = [_ask(a, found, variables) for a in node.args]
            if node.function == "peers":
                target.setdefault("@peer", {})
            if node.function == "_[_]":
                return arguments[0]
    return {}


def _of_numbers(run: Callable[..., float]) -> Callable[..., float]:
    """The function, undefined for NaN."""

    def checked(*args: float) -> float:
        if any(math.isnan(a) for a in args):
            raise ValueError("not a number")
        return run(*args)

    return checked


def _days_between(first: datetime, second: datetime) -> int:
    days = abs(second - first) // timedelta(days=1)
    return days if second >= first else -days


def _absolute(value: int) -> int:
    if value == -(2**63):
        raise OverflowError("integer overflow")
    return abs(value)


IMPLEMENTATIONS: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "peers": (lambda links: len({link["@peer"] for link in links}),),
    "half_life": (half_life,),
    "min": (_of_numbers(min), min),
    "max": (_of_numbers(max), max),
    "clamp": (_of_numbers(lambda value, low, high: max(low, min(value, high))),),
    "abs": (_of_numbers(abs), _absolute),
    "share": (lambda part, whole: part / whole,),
    "day": (lambda text: datetime.fromisoformat(f"{text}T00:00:00+00:00"),),
    "days_between": (_days_between,),
    "lower": (str.lower,),
    "lowerAscii": (lambda text: "".join(c.lower() if c.isascii() else c for c in text),),
    "upperAscii": (lambda text: "".join(c.upper() if c.isascii() else c for c in text),),
}
"""Our own functions as CEL is to run them: one implementation for each overload."""


def _overload(function: Function, overload: Overload, run: Callable[..., Any]) -> cel.Overload:
    return cel.Overload(
        f"{function.name}_{'_'.join(overload.parameters)}",
        return_type=_KINDS[overload.result],
        parameters=[_KINDS[p] for p in overload.parameters],
        is_member=function.method,
        impl=run,
    )


@cache
def _environment(names: tuple[str, ...]) -> cel.Env:
    functions = [
        cel.FunctionDecl(
            function.name,
            [
                _overload(function, overload, run)
                for overload, run in zip(
                    function.overloads, IMPLEMENTATIONS[function.name], strict=True
                )
            ],
        )
        for function in FUNCTIONS
    ]
    return cel.NewEnv(variables=dict.fromkeys(names, cel.Type.DYN), functions=functions)


@cache
def _compiled(text: str, names: tuple[str, ...]) -> cel.Expression:
    return _environment(names).compile(text)
