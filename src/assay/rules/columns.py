"""The columns an expression needs: gathered from linked rows, counted over collections.

Counts are made in the elements' space and brought to the rows that own them. Kleene's logic over
the elements is arithmetic with two counts, of those that are true and of those that are unknown.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

from assay.rules.ir import TRUE, UNKNOWN, Apply, Col, Expr, Lit, all_of, apply
from assay.rules.parse import Vocabulary
from assay.rules.program import Aggregate, Compute, Gather, Reducer, Step
from assay.rules.schema import SPACES, Field, Space, row_column
from assay.rules.scope import Hop, Row, Rows, Scope, Value
from assay.rules.times import DAY, EPOCH


class Columns(ABC):
    """Collects the steps that define columns, each once."""

    def __init__(self, vocabulary: Vocabulary, prefix: str = "x") -> None:
        self.vocabulary = vocabulary
        self._prefix = prefix
        self.steps: list[Step] = []
        self.definitions: dict[tuple[str, str], Step] = {}
        self._named: dict[tuple[object, ...], str] = {}
        self._counter = 0

    def add(self, step: Step) -> str:
        """Add a step unless its column is defined already."""
        place = (step.space, step.column)
        if place not in self.definitions:
            self.definitions[place] = step
            self.steps.append(step)
        return step.column

    def column(self, space: str, expr: Expr) -> str:
        """The name of a column with the value of ``expr``, defined where there is none."""
        if isinstance(expr, Col):
            return expr.name
        key = ("compute", space, expr)
        if key not in self._named:
            self._named[key] = self.add(Compute(space, self._fresh(), expr))
        return self._named[key]

    def _fresh(self) -> str:
        self._counter += 1
        return f"{self._prefix}{self._counter}"

    def at(self, scope: Scope, hops: tuple[Hop, ...], column: str) -> Col:
        """The column of the row at the end of ``hops``, brought to the rows of the scope."""
        spaces = [scope.space.name, *(target for _, target in hops)]
        for index in range(len(hops) - 1, -1, -1):
            link, target = hops[index]
            name = f"{link}:{column}"
            column = self.add(Gather(spaces[index], name, link, target, column))
        return Col(column)

    def aggregate(self, rows: Rows, reducer: Reducer, expr: Expr | None) -> Col:
        """A reduction of the collection's rows, as a column of the space that owns them."""
        space = rows.collection.space
        source = None if expr is None else self.column(space, expr)
        key = ("aggregate", rows.owner.name, rows.collection.name, reducer, source)
        if key not in self._named:
            step = Aggregate(
                rows.owner.name, self._fresh(), space, rows.collection.owner, reducer, source
            )
            self._named[key] = self.add(step)
        return Col(self._named[key])

    def plain(self, scope: Scope, expr: Expr) -> Expr:
        """The expression as a column or a constant; inside a list it stays as it is."""
        if isinstance(expr, Lit) or scope.inline:
            return expr
        return Col(self.column(scope.space.name, expr))

    # Fields ------------------------------------------------------------------------------

    def field(self, scope: Scope, row: Row, name: str) -> Value:
        """The part, linked row, collection or column that ``row.name`` means."""
        space = row.space
        if row.outlook is not None:
            return self._outlook(scope, row, name)
        if row.part == "coverage":
            return apply("double", self.at(scope, row.hops, f"cover.{name}"))
        if not row.part:
            if name in space.parts or name == "coverage":
                return replace(row, part=name)
            if name in space.links:
                target = space.links[name]
                return Row((*row.hops, (row_column(name), target)), SPACES[target])
            if (collection := space.collection(name)) is not None:
                return Rows(row.hops, space, collection)
            if name in self.vocabulary.facts_of(space.name):
                return self.at(scope, row.hops, self.fact(space.name, name))
            if name in self.vocabulary.scores.get(space.name, ()):
                return apply("double", self.at(scope, row.hops, f"score.{name}"))
        fields = space.parts[row.part] if row.part else space.fields
        field = next(f for f in fields if f.name == name)
        full = f"{row.part}.{name}" if row.part else name
        self._derived(space, full, field)
        return self.at(scope, row.hops, full)

    @abstractmethod
    def fact(self, space: str, name: str) -> str:
        """The column of a named fact, defined at its first use."""

    def _outlook(self, scope: Scope, row: Row, name: str) -> Value:
        path = (*(row.outlook or ()), name)
        if len(path) < 3:
            return replace(row, outlook=path)
        column = self.at(scope, row.hops, ".".join(("outlook", *path)))
        return column if name == "band" else apply("double", column)

    def _derived(self, space: Space, column: str, field: Field) -> None:
        """Define a field computed from a day column: an age in days, or a point in time."""
        if field.day is not None:
            begun = apply("mul", apply("sub", Col(field.day), Lit(EPOCH)), Lit(DAY))
            self.add(Compute(space.name, column, begun))
        if field.since is None and field.upto is None:
            return
        home = Scope(space, {})
        today = (
            Col("today")
            if space.name == "profile"
            else self.at(home, ((row_column("profile"), "profile"),), "today")
        )
        expr = (
            apply("sub", today, Col(field.since))
            if field.since
            else apply("sub", Col(field.upto or ""), today)
        )
        self.add(Compute(space.name, column, expr))

    # Collections -------------------------------------------------------------------------

    def filtered(self, rows: Rows, asked: Expr, inner: Scope) -> Rows:
        """Filter the elements again; an element whose filter was unknown stays unknown."""
        if rows.keep == TRUE:
            return replace(rows, keep=asked)
        before, then = self.plain(inner, rows.keep), self.plain(inner, asked)
        return replace(rows, keep=apply("if", before, then, Lit(False)))

    def inside(self, rows: Rows, variable: str, scope: Scope) -> Scope:
        value = None
        if rows.value is not None:
            value = self.column(rows.collection.space, rows.value)
        return scope.inside(rows, variable, value)

    def quantified(self, name: str, rows: Rows, body: Expr) -> Expr:
        """exists, all or exists_one over the filtered elements, in the space of their owner.

        An element whose ``keep`` is unknown makes the whole unknown, as CEL filters first.
        """
        asked = all_of(rows.keep, apply("not", body) if name == "all" else body)
        hits = self.aggregate(rows, "true", asked)
        unknown = self.aggregate(rows, "unknown", asked)
        return self.gated(rows, verdict(name, hits, unknown))

    def gated(self, rows: Rows, result: Expr) -> Expr:
        """``result``, unknown where a filter or a map before it could not be decided."""
        needed = []
        if rows.keep != TRUE:
            needed.append(rows.keep)
        if rows.value is not None:
            known = apply("if", apply("known", rows.value), TRUE, UNKNOWN)
            needed.append(all_of(rows.keep, known))
        for asked in needed:
            undecided = self.aggregate(rows, "unknown", asked)
            result = apply("if", apply("eq", undecided, Lit(0)), result, UNKNOWN)
        return result

    def brought(self, scope: Scope, rows: Rows, result: Expr) -> Expr:
        if not rows.hops:
            return result
        return self.at(scope, rows.hops, self.column(rows.owner.name, result))

    def size(self, scope: Scope, rows: Rows) -> Expr:
        count = (
            self.aggregate(rows, "rows", None)
            if rows.keep == TRUE
            else self.aggregate(rows, "true", rows.keep)
        )
        return self.brought(scope, rows, self.gated(rows, count))


def verdict(name: str, hits: Expr, unknown: Expr) -> Apply:
    """exists, all or exists_one from the numbers of hits (for all: of misses) and unknowns."""
    decided = apply("eq", unknown, Lit(0))
    if name == "exists_one":
        return apply("if", decided, apply("eq", hits, Lit(1)), UNKNOWN)
    found = Lit(name == "exists")
    rest = apply("if", decided, Lit(name != "exists"), UNKNOWN)
    return apply("if", apply("gt", hits, Lit(0)), found, rest)
