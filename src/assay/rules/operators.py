"""CEL's operators as operations on columns."""

from __future__ import annotations

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
