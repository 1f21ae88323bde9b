"""Traces of values: the rows and fields from which a value of one row was computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from assay.cel.operations import Apply, Col, Each, Expr, Lit, columns
from assay.cel.program import Aggregate, Compute, Gather, PoolUp
from assay.cel.schema import SPACES
from assay.cel.steps import Place
from assay.errors import EngineError
from assay.scoring.run import Run

Value = object

# Lookups after which a column is converted to a list, which is slow once and faster from then on.
_FREQUENT = 100


class Trace:
    """Looks up values, rows and their names in one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        run.engine.make_all()
        self._columns: dict[Place, tuple[Sequence[Value] | pl.Series, int]] = {}
        self._owners: dict[Place, npt.NDArray[np.int64]] = {}

    def value(self, space: str, column: str, row: int) -> Value:
        """The value of a column for a row, None if unknown."""
        key = (space, column)
        if key not in self._columns:
            self._columns[key] = (self._run.engine.column(space, column), 0)
        values, times = self._columns[key]
        if times == _FREQUENT and isinstance(values, pl.Series):
            values = values.to_list()
        self._columns[key] = (values, times + 1)
        return values[row]

    def evaluate(self, space: str, expr: Expr, row: int) -> Value:
        """The value of a column or a constant for a row."""
        if isinstance(expr, Lit):
            return expr.value
        if isinstance(expr, Col):
            return self.value(space, expr.name, row)
        raise EngineError("only columns and constants can be looked up")

    def owned(self, elements: str, owner: str, row: int) -> range:
        """The rows of a collection that a row owns."""
        key = (elements, owner)
        if key not in self._owners:
            rows = self._run.engine.column(elements, owner).drop_nulls()
            self._owners[key] = rows.to_numpy()
        begin, end = np.searchsorted(self._owners[key], [row, row + 1])
        return range(int(begin), int(end))

    # Names -------------------------------------------------------------------------------

    def subject(self, space: str, row: int) -> str:
        """``profile``, ``profile:factor``, ``profile#claim``, ``profile#claim@source`` …"""
        if space == "profile":
            return str(self.value("profile", "id", row))
        if space == "claim":
            profile = self._row("claim", "profile_row", row)
            return f"{self.subject('profile', profile)}#{self.value('claim', 'id', row)}"
        if space == "dependent":
            lower, upper = (self._row(space, link, row) for link in ("peer_row", "profile_row"))
            return f"{self.subject('profile', lower)}>{self.subject('profile', upper)}"
        if space == "factor":
            profile = self._row("factor", "profile_row", row)
            return f"{self.subject('profile', profile)}:{self.value('factor', 'name', row)}"
        claim = self._row(space, "claim_row", row)
        return f"{self.subject('claim', claim)}@{self.label(space, row)}"

    def label(self, space: str, row: int) -> str:
        """Name an element as evidence: source ids, or a subject as :meth:`subject` does."""
        if space == "citation":
            return str(self.value("citation", "source.id", row))
        if space in ("claim", "factor", "profile"):
            return self.subject(space, row)
        if space in ("ground", "factor_ground", "dependent_ground"):
            return self.subject("claim", self._row(space, "ground_row", row))
        if space == "corroboration":
            members = self.owned("member", "corroboration_row", row)
            return "+".join(self.label("member", member) for member in members)
        if space == "member":
            return self.label("citation", self._row("member", "citation_row", row))
        if space == "root":
            return self.label("citation", self._row("root", "root_row", row))
        return self.subject("profile", self._row(space, "peer_row", row))

    def _row(self, space: str, link: str, row: int) -> int:
        target = self.value(space, link, row)
        if not isinstance(target, int):
            raise EngineError(f"{space} row {row} has no {link}")
        return target

    # Reasons -----------------------------------------------------------------------------

    def missing(self, space: str, expr: Expr, row: int) -> tuple[str, ...]:
        """The fields whose absence makes an expression unknown for a row."""
        return tuple(dict.fromkeys(self._missing(space, expr, row, (space, row))))

    def _missing(self, space: str, expr: Expr, row: int, home: tuple[str, int]) -> Iterator[str]:
        if isinstance(expr, Apply):
            for arg in expr.args:
                yield from self._missing(space, arg, row, home)
            return
        if isinstance(expr, Each):
            yield from self._missing(space, expr.items, row, home)
            return
        if not isinstance(expr, Col):
            return
        column = expr.name
        step = self._run.program.definitions.get((space, column))
        if isinstance(step, Aggregate):
            yield from self._missing_elements(step, [step.source], row, home)
            return
        if self.value(space, column, row) is not None:
            return
        match step:
            case Compute():
                yield from self._missing(space, step.expr, row, home)
            case Gather():
                target = self.value(space, step.link, row)
                if isinstance(target, int):
                    yield from self._missing(step.target, Col(step.origin), target, home)
            case PoolUp():
                yield from self._missing_elements(
                    step, [step.keep, step.take, step.weight], row, home
                )
            case None:
                yield self._field(space, column, row, home)

    def _missing_elements(
        self,
        step: Aggregate | PoolUp,
        columns: Sequence[str | None],
        row: int,
        home: tuple[str, int],
    ) -> Iterator[str]:
        for element in self.owned(step.elements, step.owner, row):
            for column in columns:
                if column and self.value(step.elements, column, element) is None:
                    yield from self._missing(step.elements, Col(column), element, home)

    def _field(self, space: str, column: str, row: int, home: tuple[str, int]) -> str:
        """Name a field as rules do, with its row if it is not that of the expression."""
        name = _field_name(space, column)
        if (space, row) == home:
            return name
        return f"{name} of {self.label(space, row)}"

    def stated(self, space: str, column: str, row: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The elements, such as factors, that a score pools: those with a value, and without."""
        found: dict[str, bool] = {}
        seen: set[Place] = set()
        todo = [column]
        while todo:
            name = todo.pop()
            if (space, name) in seen:
                continue
            seen.add((space, name))
            match self._run.program.definitions.get((space, name)):
                case Compute() as step:
                    todo += columns(step.expr)
                case PoolUp() as step if SPACES[step.elements].stated:
                    found |= dict(self._pooled(step, row))
                case _:
                    pass
        known = tuple(sorted(name for name, has_value in found.items() if has_value))
        return known, tuple(sorted(found.keys() - set(known)))

    def _pooled(self, step: PoolUp, row: int) -> Iterator[tuple[str, bool]]:
        fields = SPACES[step.elements].stated
        for element in self.owned(step.elements, step.owner, row):
            if self.value(step.elements, step.keep, element):
                values = [self.value(step.elements, name, element) for name in fields]
                yield self.label(step.elements, element), None not in values

    def evidence(self, space: str, expr: Expr, row: int) -> tuple[str, ...]:
        """The elements that make a condition true; for a citation without any, its own source."""
        found = tuple(dict.fromkeys(self._evidence(space, expr, row)))
        return found or ((self.label(space, row),) if space == "citation" else ())

    def _evidence(self, space: str, expr: Expr, row: int) -> Iterator[str]:
        if isinstance(expr, Apply):
            for arg in expr.args:
                yield from self._evidence(space, arg, row)
            return
        if not isinstance(expr, Col):
            return
        step = self._run.program.definitions.get((space, expr.name))
        if isinstance(step, Compute):
            yield from self._evidence(space, step.expr, row)
        elif isinstance(step, Aggregate) and step.reducer != "unknown":
            counted = step.source if step.reducer == "true" else None
            for element in self.owned(step.elements, step.owner, row):
                if counted is None or self.value(step.elements, counted, element) is True:
                    yield self.label(step.elements, element)


def _field_name(space: str, column: str) -> str:
    """Name the field of a column as rules do; a column of days belongs to a date."""
    kind = SPACES[space]
    for field in kind.fields:
        if column in (field.since, field.upto):
            return f"{space}.{field.name}"
    for part, fields in kind.parts.items():
        for field in fields:
            if column == field.since:
                return f"{part}.{field.name}"
    return column if "." in column else f"{space}.{column}"
