"""What CEL allows and columns do not: refused at its place, with a way to write it."""

from __future__ import annotations

from assay.diagnostics import rule_codes as codes
from assay.rules import ast
from assay.rules.problems import CelError, problem


def refused(node: ast.Node, message: str, hint: str = "") -> CelError:
    """The error for an expression that cannot be compiled."""
    return CelError([problem(codes.NOT_COMPILABLE, message, node.offset, hint)])


def refused_call(node: ast.Call) -> CelError:
    """The error for a function or an operator that has no form on columns."""
    message, hint = _CALLS.get(node.function, ("", ""))
    name = node.function.strip("_")
    return refused(node, message or f"{name!r} cannot be computed on columns here", hint)


_DAYS = "ask for days instead, such as days_between(a, b)"
_CALLS: dict[str, tuple[str, str]] = {
    "{}": ("a map or a message cannot be made in a condition", "use a list or several comparisons"),
    "dyn": ("every value here has one type", "leave dyn(…) out"),
    "type": ("every value here has one type, known beforehand", "leave the comparison out"),
    "_[_]": ("only lists of texts have items by number", "use exists(x, …) on a collection"),
    "_+_": ("these cannot be added", "numbers and texts can; lists are asked one after the other"),
    "int": ("this is not made a whole number", 'compare the text itself: field == "3"'),
    "double": ("this is not made a decimal", 'compare the text itself: field == "0.5"'),
    "uint": ("there are no unsigned numbers here", "use whole numbers: 3"),
    "bool": ("a text is not made true or false", 'compare it: field == "true"'),
    "string": (
        "this is not made a text",
        "whole numbers and true/false are; a sentence shows any value in braces: {claim.support}",
    ),
    "bytes": ("there are no bytes here", 'write "text"'),
    "getHours": ("dates here have no hours", _DAYS),
    "getMinutes": ("dates here have no minutes", _DAYS),
    "getSeconds": ("dates here have no seconds", _DAYS),
    "getMilliseconds": ("dates here have no milliseconds", _DAYS),
}
