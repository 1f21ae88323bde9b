"""CEL's operators as operations on columns, and how large their results can be."""

from __future__ import annotations

from collections.abc import Sequence

from assay.rules import ast
from assay.rules.expressions import walk
from assay.rules.ir import Op

COMPARISONS: dict[str, Op] = {
    "_==_": "eq",
    "_!=_": "ne",
    "_<_": "lt",
    "_<=_": "le",
    "_>_": "gt",
    "_>=_": "ge",
}
FLOAT_COMPARISONS: dict[Op, Op] = {
    "eq": "feq",
    "ne": "fne",
    "lt": "flt",
    "le": "fle",
    "gt": "fgt",
    "ge": "fge",
}
COMPARABLE = ("bool", "int", "double", "string", "timestamp", "duration")

_MOMENTS = ("timestamp", "duration")
OPERATORS: dict[tuple[str, str], Op] = {
    ("_&&_", "bool"): "and",
    ("_||_", "bool"): "or",
    ("!_", "bool"): "not",
    ("_?_:_", "bool"): "if",
    ("_+_", "int"): "add",
    ("_+_", "double"): "add",
    ("_+_", "string"): "concat",
    ("_-_", "int"): "sub",
    ("_-_", "double"): "sub",
    ("_*_", "int"): "mul",
    ("_*_", "double"): "mul",
    ("_/_", "double"): "div",
    ("_/_", "int"): "quo",
    ("_%_", "int"): "rem",
    ("-_", "int"): "neg",
    ("-_", "double"): "neg",
    ("contains", "string"): "contains",
    ("startsWith", "string"): "starts_with",
    ("endsWith", "string"): "ends_with",
    ("double", "int"): "to_double",
    ("double", "double"): "to_double",
    ("int", "int"): "to_int",
    ("int", "double"): "to_int",
    ("string", "int"): "to_string",
    ("string", "bool"): "to_string",
    ("string", "string"): "to_string",
    ("bool", "bool"): "same",
    ("getFullYear", "timestamp"): "year",
    ("getMonth", "timestamp"): "month",
    ("getDate", "timestamp"): "month_day",
    ("getDayOfMonth", "timestamp"): "month_day_0",
    ("getDayOfWeek", "timestamp"): "week_day",
    ("getDayOfYear", "timestamp"): "year_day",
    **{("_+_", moment): "add" for moment in _MOMENTS},
    **{("_-_", moment): "sub" for moment in _MOMENTS},
}
"""The operation for a function and the type of its first operand."""

CHECKED: dict[Op, Op] = {
    "add": "checked_add",
    "sub": "checked_sub",
    "mul": "checked_mul",
    "neg": "checked_neg",
    "quo": "checked_quo",
    "rem": "checked_rem",
    "half_life": "checked_half_life",
}
"""The same on whole numbers that may leave 64 bits, where CEL gives an error: unknown."""

_LIMIT = 2**63
_FIELD = 2**31


def may_overflow(node: ast.Call) -> bool:
    """Whether a result, or an operand, of whole numbers could leave 64 bits."""
    operands = [*([node.target] if node.target else []), *node.args]
    return max(_magnitude(node), *(_magnitude(o) for o in operands)) >= _LIMIT


def are_large(operands: Sequence[ast.Expression]) -> bool:
    """Whether any of the whole numbers can be more than days and counts are."""
    return any(_magnitude(o) > _FIELD for o in operands)


def may_be_nan(node: ast.Expression) -> bool:
    """Whether it is a double that was reckoned: only then can it be no number."""
    return node.type.name == "double" and any(
        isinstance(part, ast.Call)
        and part.type.name == "double"
        and part.function in ("_+_", "_-_", "_*_", "_/_")
        for part in walk(node)
    )


def _magnitude(node: ast.Expression) -> int:
    """No value of the expression is further from zero; days and counts are below 2³¹."""
    match node:
        case ast.Literal(value=int() as value):
            return abs(value)
        case ast.Select():
            return _FIELD
        case ast.Call(function=function):
            sizes = [_magnitude(o) for o in (*([node.target] if node.target else []), *node.args)]
            match function:
                case "_+_" | "_-_":
                    return sum(sizes)
                case "_*_":
                    return sizes[0] * sizes[1]
                case "_/_" | "-_" | "abs":
                    return sizes[0]
                case "_%_":
                    return min(sizes)
                case "_?_:_" | "min" | "max":
                    return max(sizes[-2:])
                case "size" | "origins" | "days_between":
                    return _FIELD
    return _LIMIT
