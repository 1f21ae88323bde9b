"""Values that are known when the rulebook is read: written-out lists, days, spans of time."""

from __future__ import annotations

from assay.rules import ast
from assay.rules.ir import Lit
from assay.rules.problems import CelError
from assay.rules.refusals import refused
from assay.rules.times import day_seconds, duration_seconds, timestamp_seconds

MOMENTS = {
    "timestamp": timestamp_seconds,
    "day": day_seconds,
    "duration": duration_seconds,
}


def moment(node: ast.Call, operand: ast.Expression) -> Lit:
    """The point in time or span that ``day("2024-01-29")`` and its like write, as a constant.

    Raises :class:`CelError` for what is no such text.
    """
    if operand.type.name == node.type.name:
        raise refused(node, f"this is a {node.type.name} already", f"leave {node.function}(…) out")
    if not isinstance(operand, ast.Literal) or not isinstance(operand.value, str):
        raise refused(
            node, f"{node.function}() takes a text as it stands", 'write day("2024-01-29")'
        )
    try:
        return Lit(MOMENTS[node.function](operand.value))
    except ValueError as error:
        raise refused(operand, f"{operand.value!r} is no {node.type.name}", str(error)) from None


def constants(node: ast.ListOf) -> tuple[bool | int | float | str, ...]:
    """The values of a list written out; raises :class:`CelError` for anything but constants."""
    if len({item.type for item in node.items}) > 1:
        raise refused(node, "a list holds values of one type", 'write ["a", "b"] or [1, 2]')
    return tuple(_constant(item) for item in node.items)


def is_constant(node: ast.Expression) -> bool:
    """Whether its value can be read off as it stands."""
    try:
        _constant(node)
    except CelError:
        return False
    return True


def _constant(node: ast.Expression) -> bool | int | float | str:
    if isinstance(node, ast.Literal) and isinstance(node.value, bool | int | float | str):
        return node.value
    if (
        isinstance(node, ast.Call)
        and node.function == "-_"
        and isinstance(operand := node.args[0], ast.Literal)
        and isinstance(operand.value, int | float)
    ):
        return -operand.value
    raise refused(node, "a list holds constants only here", 'write ["a", "b"]')
