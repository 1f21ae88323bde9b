"""Texts that conditions ask for and no document has, though one is much like them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from assay.diagnostics import Diagnostic, ValueLocation
from assay.diagnostics import rule_codes as codes
from assay.rules.expressions import Path
from assay.rules.field_domains import field_words
from assay.rules.ir import Apply, Col, Expr, Lit
from assay.rules.program import Aggregate, Compute, Gather, Program

Values = Mapping[tuple[str, str], Collection[str]]
"""The texts that documents hold, by space and column."""

_ALIKE = 0.86
"""From this likeness on, a text that no document has is taken for a slip of the pen."""


def unknown_values(
    program: Program, space: str, expr: Expr, written: Values, place: Path
) -> Iterator[Diagnostic]:
    """Texts that a condition compares a field with and that the field never holds."""
    told: set[str] = set()
    for home, column, value in _compared(program, space, expr):
        possible = field_words(home, column)
        known = possible or written.get((home, column), ())
        if value in known or value in told or not value:
            continue
        near = next(iter(get_close_matches(value, sorted(known), n=1, cutoff=_ALIKE)), None)
        if not possible and near is None:
            continue
        told.add(value)
        message = f"no {home} has the {column.replace('.', chr(39) + 's ')} {value!r}"
        hint = f"did you mean {near!r}?" if near else "possible are: " + ", ".join(possible)
        yield codes.UNKNOWN_VALUE.at(ValueLocation(place), message, hint)


def _compared(program: Program, space: str, expr: Expr) -> Iterator[tuple[str, str, str]]:
    """(space, column, text) of every comparison of a column with a constant text."""
    seen: set[tuple[str, str]] = set()
    waiting = [(space, expr)]
    while waiting:
        space, part = waiting.pop()
        if isinstance(part, Col) and (space, part.name) not in seen:
            seen.add((space, part.name))
            waiting += _behind(program, space, part.name)
        elif isinstance(part, Apply):
            if part.op in ("eq", "ne", "in", "has_item"):
                columns = [_home(program, space, a.name) for a in part.args if isinstance(a, Col)]
                constants = [v for a in part.args if isinstance(a, Lit) for v in _texts(a.value)]
                yield from ((*home, v) for home in columns if home for v in constants)
            waiting += [(space, arg) for arg in reversed(part.args)]


def _behind(program: Program, space: str, column: str) -> Iterator[tuple[str, Expr]]:
    """What a column is computed from; not what a score is."""
    step = program.definitions.get((space, column))
    if isinstance(step, Compute) and not column.startswith(("score.", "raw.", "cover.")):
        yield space, step.expr
    elif isinstance(step, Aggregate) and step.source is not None:
        yield step.elements, Col(step.source)


def _home(program: Program, space: str, column: str) -> tuple[str, str] | None:
    """The field a column brings; None where it is computed."""
    while isinstance(step := program.definitions.get((space, column)), Gather):
        space, column = step.target, step.origin
    return None if step is not None else (space, column)


def _texts(value: object) -> Iterator[str]:
    for item in value if isinstance(value, tuple) else (value,):
        if isinstance(item, str):
            yield item
