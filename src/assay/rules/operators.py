"""What CEL's operators and constants become in columns, and what is refused."""

from __future__ import annotations

import polars as pl

from assay.rules import ast
from assay.rules.expressions import walk
from assay.rules.ir import Expr, Lit, Op
from assay.rules.parse import CelError, Problem

GREATEST_INT = 1_000_000_000
"""The greatest whole number that may be written, so that reckoning with it stays exact."""


def constant(node: ast.Expression) -> bool | int | float | str:
    """The value of a constant. Raises :class:`CelError` for anything else."""
    if isinstance(node, ast.Literal) and isinstance(node.value, bool | int | float | str):
        return node.value
    if (
        isinstance(node, ast.Call)
        and node.function == "-_"
        and isinstance(operand := node.args[0], ast.Literal)
        and isinstance(operand.value, int | float)
    ):
        return -operand.value
    raise refused(node, "a list holds constants only", 'write ["a", "b"]')


def may_be_nan(node: ast.Expression) -> bool:
    """Whether doubles are reckoned with: only then can one be no number."""
    return any(
        isinstance(part, ast.Call)
        and part.type.name == "double"
        and part.function in ("_+_", "_-_", "_*_", "_/_")
        for part in walk(node)
    )


def constant_only(node: ast.Call, item: Expr) -> Expr:
    """The expression itself. Raises :class:`CelError` where it is not a constant."""
    if not isinstance(item, Lit):
        raise refused(
            node, "what is looked for must be a constant here", "use exists(x, x.field == …)"
        )
    return item


def check_pattern(node: ast.Call) -> None:
    """Raise :class:`CelError` unless the engine can look for the pattern of ``matches()``."""
    pattern = node.args[-1]
    if not isinstance(pattern, ast.Literal) or not isinstance(pattern.value, str):
        raise refused(node, "the pattern of matches() must be a text", 'write matches("^a.*")')
    try:
        pl.Series([""]).str.contains(pattern.value)
    except pl.exceptions.ComputeError:
        raise refused(
            pattern,
            f"{pattern.value!r} is no pattern",
            "brackets come in pairs, and there is no looking ahead or back",
        ) from None


def refused(node: ast.Node, message: str, hint: str = "") -> CelError:
    """The error for an expression that is CEL and cannot be computed on columns."""
    return CelError([Problem("not-compilable", message, node.offset, hint)])


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
    ("matches", "string"): "matches",
    ("double", "int"): "to_double",
    ("double", "double"): "to_double",
    ("int", "int"): "to_int",
    ("string", "int"): "to_string",
    ("string", "string"): "to_string",
}
