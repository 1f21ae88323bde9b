"""Intervals of operations on numbers: what a result can be, from what its arguments can be."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from assay.rules.ir import Apply, Op

Interval = tuple[float, float]
_ANY: Interval = (-math.inf, math.inf)
_COUNT: Interval = (0, 2**31)


def interval(expr: Apply, args: Sequence[Interval]) -> Interval | None:
    """Least and greatest value of an operation; None where it makes no number that is known."""
    made = _RULES.get(_PLAIN.get(expr.op, expr.op))
    return made(*args) if made else None


def _span(values: Sequence[float]) -> Interval:
    return _ANY if any(math.isnan(v) for v in values) else (min(values), max(values))


def _products(a: Interval, b: Interval) -> Interval:
    return _span([x * y for x in a for y in b])


def _differences(a: Interval, b: Interval) -> Interval:
    return _span([a[0] - b[1], a[1] - b[0]])


def _held(value: Interval, low: Interval, high: Interval) -> Interval:
    least, most = (min(max(end, low[0]), high[1]) for end in value)
    return min(least, high[0]), max(most, low[1] if low[1] <= high[1] else most)


def _scaled(points: Interval, factor: Interval) -> Interval:
    low, high = _products(points, factor)
    return _floor((low + 500) / 1000), _floor((high + 500) / 1000)


def _floor(value: float) -> float:
    return math.floor(value) if math.isfinite(value) else value


_PLAIN: dict[Op, Op] = {
    "checked_add": "add",
    "checked_sub": "sub",
    "checked_mul": "mul",
    "checked_neg": "neg",
    "checked_half_life": "half_life",
    "least": "min",
    "greatest": "max",
}
_RULES: dict[Op, Callable[..., Interval]] = {
    "add": lambda a, b: _span([a[0] + b[0], a[1] + b[1]]),
    "sub": _differences,
    "mul": _products,
    "neg": lambda a: (-a[1], -a[0]),
    "min": lambda *args: (min(a[0] for a in args), min(a[1] for a in args)),
    "max": lambda *args: (max(a[0] for a in args), max(a[1] for a in args)),
    "hold": _held,
    "scale": _scaled,
    "points": lambda a: (_floor(a[0] * 1000 + 0.5), _floor(a[1] * 1000 + 0.5)),
    "double": lambda a: (a[0] / 1000, a[1] / 1000),
    "to_double": lambda a: a,
    "number": lambda a: a,
    "half_life": lambda _days, _period: (0.0, 1.0),
    "length": lambda _text: _COUNT,
    "items": lambda _list: _COUNT,
}
