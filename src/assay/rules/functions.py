"""Functions of the rule language beyond CEL's own, in one table.

Each has its signatures, its meaning, an example with its value, what Google's CEL is to run for
it (the oracle of the tests), and how it is compiled.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from assay.arithmetic import half_life
from assay.rules.ir import Apply, Expr, Lit, apply
from assay.rules.times import DAY


@dataclass(frozen=True, slots=True)
class Overload:
    """One signature: parameter types, result type, and what the oracle runs."""

    parameters: tuple[str, ...]
    result: str
    run: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Function:
    """``compile`` makes the column expression; None where the compiler treats it by name."""

    name: str
    overloads: tuple[Overload, ...]
    doc: str
    example: str
    value: bool | int | float | str
    method: bool = False
    compile: Callable[..., Apply] | None = None


def _count_origins(citations: list[dict[str, Any]]) -> int:
    return len({c["origin"] for c in citations})


def _of_numbers(run: Callable[..., float]) -> Callable[..., float]:
    """The function, undefined for what is not a number."""

    def checked(*args: float) -> float:
        if any(math.isnan(a) for a in args):
            raise ValueError("not a number")
        return run(*args)

    return checked


def _days_between(first: datetime, second: datetime) -> int:
    days = abs(second - first) // timedelta(days=1)
    return days if second >= first else -days


def _day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T00:00:00+00:00")


def _share(part: int, whole: int) -> float:
    return part / whole


def _ascii_lower(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


def _ascii_upper(text: str) -> str:
    return "".join(c.upper() if c.isascii() else c for c in text)


def _absolute(value: int) -> int:
    if value == -(2**63):
        raise OverflowError("integer overflow")
    return abs(value)


def _clamp(value: float, low: float, high: float) -> float:
    return max(low, min(value, high))


def _compiled_share(part: Expr, whole: Expr) -> Apply:
    divided = apply("div", apply("to_double", part), apply("to_double", whole))
    return apply("if", apply("ne", whole, Lit(0)), divided, Lit(None))


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "origins",
        (Overload(("citations",), "int", _count_origins),),
        "How many independent origins the citations go back to; unseen originals are one.",
        "citations.origins()",
        2,
        method=True,
    ),
    Function(
        "half_life",
        (Overload(("int", "int"), "double", half_life),),
        "What is left of 1.0 after so many days, halved every so many days; 1.0 before the "
        "first day; unknown where the half-life is not positive.",
        "half_life(180, 180)",
        0.5,
        compile=lambda days, period: apply("half_life", days, period),
    ),
    Function(
        "min",
        (
            Overload(("double", "double"), "double", _of_numbers(min)),
            Overload(("int", "int"), "int", min),
        ),
        "The lesser of two numbers.",
        "min(0.3, 0.5)",
        0.3,
        compile=lambda a, b: apply("min", a, b),
    ),
    Function(
        "max",
        (
            Overload(("double", "double"), "double", _of_numbers(max)),
            Overload(("int", "int"), "int", max),
        ),
        "The greater of two numbers.",
        "max(0.3, 0.5)",
        0.5,
        compile=lambda a, b: apply("max", a, b),
    ),
    Function(
        "clamp",
        (Overload(("double", "double", "double"), "double", _of_numbers(_clamp)),),
        "The number, but no less than the second and no more than the third.",
        "clamp(1.2, 0.0, 1.0)",
        1.0,
        compile=lambda value, low, high: apply("max", low, apply("min", value, high)),
    ),
    Function(
        "abs",
        (Overload(("double",), "double", _of_numbers(abs)), Overload(("int",), "int", _absolute)),
        "The number without its sign.",
        "abs(2 - 5)",
        3,
        compile=lambda value: apply("abs", value),
    ),
    Function(
        "share",
        (Overload(("int", "int"), "double", _share),),
        "The first count as a share of the second; unknown where the second is 0.",
        "share(1, 4)",
        0.25,
        compile=_compiled_share,
    ),
    Function(
        "day",
        (Overload(("string",), "timestamp", _day),),
        "The beginning of a day, from a text as it stands in the condition.",
        'day("2024-01-29") < day("2024-02-01")',
        True,
    ),
    Function(
        "days_between",
        (Overload(("timestamp", "timestamp"), "int", _days_between),),
        "How many whole days the second date lies after the first.",
        'days_between(day("2024-01-29"), day("2024-02-01"))',
        3,
        compile=lambda first, second: apply("quo", apply("sub", second, first), Lit(DAY)),
    ),
    Function(
        "lower",
        (Overload(("string",), "string", str.lower),),
        "The text in small letters, of every script.",
        '"Ämter".lower()',
        "ämter",
        method=True,
        compile=lambda text: apply("lower", text),
    ),
    Function(
        "lowerAscii",
        (Overload(("string",), "string", _ascii_lower),),
        "The text with A to Z in small letters.",
        '"PORT".lowerAscii()',
        "port",
        method=True,
        compile=lambda text: apply("lower_ascii", text),
    ),
    Function(
        "upperAscii",
        (Overload(("string",), "string", _ascii_upper),),
        "The text with a to z in capitals.",
        '"port".upperAscii()',
        "PORT",
        method=True,
        compile=lambda text: apply("upper_ascii", text),
    ),
)


def function(name: str) -> Function | None:
    """The function of that name, None where there is none."""
    return next((f for f in FUNCTIONS if f.name == name), None)
