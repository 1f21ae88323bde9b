"""From checked expressions to column expressions and the steps they need.

An expression is compiled for the rows of one space. A field of a linked row becomes a gathered
column; a macro over a collection becomes an expression on the collection's rows and a pair of
counts over them: how many are true, and how many are unknown. Null is unknown throughout.
"""

from __future__ import annotations

from dataclasses import replace

from assay.rules import ast
from assay.rules.functions import function
from assay.rules.ir import REPEATING, TRUE, UNKNOWN, Col, Expr, Lit, Op, all_of, apply
from assay.rules.operators import (
    COMPARISONS,
    FLOAT_COMPARISONS,
    GREATEST_INT,
    OPERATORS,
    check_pattern,
    constant,
    constant_only,
    may_be_nan,
    refused,
)
from assay.rules.parse import Vocabulary
from assay.rules.program import Aggregate, Compute, Gather, Reducer, Step
from assay.rules.schema import SPACES, Field, Space, row_column
from assay.rules.scope import Hop, Row, Rows, Scope, Value


class Compiler:
    """Compiles expressions and keeps the steps they need, each column once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.steps: list[Step] = []
        self.definitions: dict[tuple[str, str], Step] = {}
        self._named: dict[tuple[object, ...], str] = {}
        self._counter = 0

    # Columns -----------------------------------------------------------------------------

    def add(self, step: Step) -> str:
        """Keep a step under its column; the same column is not made twice."""
        place = (step.space, step.column)
        if place not in self.definitions:
            self.definitions[place] = step
            self.steps.append(step)
        return step.column

    def column(self, space: str, expr: Expr) -> str:
        """A column that holds ``expr``."""
        if isinstance(expr, Col):
            return expr.name
        key = ("compute", space, expr)
        if key not in self._named:
            self._named[key] = self.add(Compute(space, self._fresh(), expr))
        return self._named[key]

    def _fresh(self) -> str:
        self._counter += 1
        return f"x{self._counter}"

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

    # Fields ------------------------------------------------------------------------------

    def field(self, scope: Scope, row: Row, name: str) -> Value:
        """What ``row.name`` is: a part, a linked row, a collection, or a column."""
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
            if name in self.vocabulary.scores.get(space.name, ()):
                return apply("double", self.at(scope, row.hops, f"score.{name}"))
        fields = space.parts[row.part] if row.part else space.fields
        field = next(f for f in fields if f.name == name)
        full = f"{row.part}.{name}" if row.part else name
        self._age(space, full, field)
        return self.at(scope, row.hops, full)

    def _outlook(self, scope: Scope, row: Row, name: str) -> Value:
        path = (*(row.outlook or ()), name)
        if len(path) < 3:
            return replace(row, outlook=path)
        column = self.at(scope, row.hops, ".".join(("outlook", *path)))
        return column if name == "band" else apply("double", column)

    def _age(self, space: Space, column: str, field: Field) -> None:
        """Days since or until a day column, counted from the row's own date."""
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

    # Expressions -------------------------------------------------------------------------

    def scalar(self, node: ast.Expression, scope: Scope) -> Expr:
        """The expression as a column expression.

        Raises :class:`CelError` for what cannot be compiled to columns.
        """
        value = self.value(node, scope)
        if isinstance(value, Row | Rows):
            raise refused(node, "a condition compares values, not whole rows or collections")
        return value

    def value(self, node: ast.Expression, scope: Scope) -> Value:
        match node:
            case ast.Literal():
                return self._literal(node)
            case ast.Ident():
                return self._named_value(node, scope)
            case ast.Select():
                return self._select(node, scope)
            case ast.Macro():
                return self._macro(node, scope)
            case ast.ListOf():
                return Lit(tuple(constant(item) for item in node.items))
            case ast.Call():
                return self._call(node, scope)

    @staticmethod
    def _named_value(node: ast.Ident, scope: Scope) -> Value:
        if node.name not in scope.names:
            raise refused(
                node,
                f"{node.name!r} cannot be seen from inside a collection of another row",
                "compare with a constant, or start from a collection of the rule's own subject",
            )
        return scope.names[node.name]

    def _literal(self, node: ast.Literal) -> Expr:
        if node.value is None:
            raise refused(node, "null is not a value here", "ask with has(…) for what is missing")
        if isinstance(node.value, bytes):
            raise refused(node, "bytes cannot be compared with any field", 'write "text"')
        if isinstance(node.value, int) and abs(node.value) > GREATEST_INT:
            raise refused(node, f"whole numbers go up to {GREATEST_INT:,}")
        return Lit(node.value)

    def _select(self, node: ast.Select, scope: Scope) -> Value:
        row = self.value(node.operand, scope)
        if not isinstance(row, Row):
            raise refused(node, f"{node.field!r} is asked of something that has no fields")
        found = self.field(scope, row, node.field)
        if not node.test:
            return found
        return TRUE if isinstance(found, Row | Rows) else apply("known", found)

    def _macro(self, node: ast.Macro, scope: Scope) -> Value:
        rows = self.value(node.range, scope)
        if not isinstance(rows, Rows) or rows.value is not None:
            raise refused(
                node,
                f"{node.name} works on collections such as citations or claims",
                'for a list of texts write: "text" in profile.topics',
            )
        inner = scope.inside(rows, node.variable)
        body = self.scalar(node.body, inner)
        if node.name == "filter":
            return replace(rows, keep=all_of(rows.keep, body))
        if node.name == "map":
            if node.condition is not None:
                rows = replace(rows, keep=all_of(rows.keep, self.scalar(node.condition, inner)))
            return replace(rows, value=body)
        return self._brought(scope, rows, self._quantified(node.name, rows, body))

    def _quantified(self, name: str, rows: Rows, body: Expr) -> Expr:
        """exists, all or exists_one over the elements kept, in the space of their owner.

        An element whose ``keep`` is unknown makes the whole unknown, as CEL filters first.
        """
        asked = all_of(rows.keep, apply("not", body) if name == "all" else body)
        hits = self.aggregate(rows, "true", asked)
        unknown = self.aggregate(rows, "unknown", asked)
        decided = apply("eq", unknown, Lit(0))
        if name == "exists_one":
            result = apply("if", decided, apply("eq", hits, Lit(1)), UNKNOWN)
        else:
            found = Lit(name == "exists")
            rest = apply("if", decided, Lit(name != "exists"), UNKNOWN)
            result = apply("if", apply("gt", hits, Lit(0)), found, rest)
        return self._gated(rows, result)

    def _gated(self, rows: Rows, result: Expr) -> Expr:
        """``result``, unknown where a filter before it could not be decided."""
        if rows.keep == TRUE:
            return result
        undecided = self.aggregate(rows, "unknown", rows.keep)
        return apply("if", apply("eq", undecided, Lit(0)), result, UNKNOWN)

    def _brought(self, scope: Scope, rows: Rows, result: Expr) -> Expr:
        if not rows.hops:
            return result
        return self.at(scope, rows.hops, self.column(rows.owner.name, result))

    def _size(self, scope: Scope, rows: Rows) -> Expr:
        count = (
            self.aggregate(rows, "rows", None)
            if rows.keep == TRUE
            else self.aggregate(rows, "true", rows.keep)
        )
        result = self._gated(rows, count)
        if rows.value is not None:
            decided = self.aggregate(rows, "unknown", all_of(rows.keep, _known_or_unknown(rows)))
            result = apply("if", apply("eq", decided, Lit(0)), result, UNKNOWN)
        return self._brought(scope, rows, result)

    def _origins(self, node: ast.Call, scope: Scope) -> Expr:
        rows = self.value(node.target, scope) if node.target else None
        if not isinstance(rows, Rows) or rows.value is not None:
            raise refused(node, "origins() counts the origins of citations")
        column = "profile_origin" if rows.owner.name == "profile" else "origin"
        counted = apply("if", rows.keep, Col(column), UNKNOWN) if rows.keep != TRUE else Col(column)
        result = self._gated(rows, self.aggregate(rows, "distinct", counted))
        return self._brought(scope, rows, result)

    # Calls -------------------------------------------------------------------------------

    def _call(self, node: ast.Call, scope: Scope) -> Value:
        name = node.function
        if name == "origins":
            return self._origins(node, scope)
        if name == "size":
            return self._size_of(node, scope)
        if name == "@in":
            return self._in(node, scope)
        if name == "matches":
            check_pattern(node)
        operands = [*([node.target] if node.target else []), *node.args]
        if name in COMPARISONS:
            return self._compared(node, operands, scope)
        if (op := OPERATORS.get((name, operands[0].type.name if operands else ""))) is not None:
            return self._apply(op, operands, scope)
        if (own := function(name)) is not None and own.compile is not None:
            return own.compile(*(self._argument(o, scope) for o in operands))
        raise refused(node, f"{name.strip('_')!r} cannot be computed on columns here")

    def _compared(self, node: ast.Call, operands: list[ast.Expression], scope: Scope) -> Expr:
        if operands[0].type.name not in ("bool", "int", "double", "string"):
            raise refused(node, "only numbers, texts and true/false can be compared")
        op = COMPARISONS[node.function]
        if any(may_be_nan(o) for o in operands):
            op = FLOAT_COMPARISONS[op]
        return self._apply(op, operands, scope)

    def _apply(self, op: Op, operands: list[ast.Expression], scope: Scope) -> Expr:
        args = [self.scalar(o, scope) for o in operands]
        return apply(op, *([self._plain(scope, a) for a in args] if op in REPEATING else args))

    def _argument(self, operand: ast.Expression, scope: Scope) -> Expr:
        """An argument of one of our own functions, which make nothing of what is no number."""
        expr = self._plain(scope, self.scalar(operand, scope))
        return self._plain(scope, apply("number", expr)) if may_be_nan(operand) else expr

    def _plain(self, scope: Scope, expr: Expr) -> Expr:
        """The expression as a column or a constant."""
        return expr if isinstance(expr, Lit) else Col(self.column(scope.space.name, expr))

    def _size_of(self, node: ast.Call, scope: Scope) -> Expr:
        operand = node.target or node.args[0]
        value = self.value(operand, scope)
        if isinstance(value, Rows):
            return self._size(scope, value)
        if isinstance(value, Row):
            raise refused(node, "size() counts collections, lists and characters")
        if isinstance(value, Lit) and isinstance(value.value, tuple):
            return Lit(len(value.value))
        return apply("items" if operand.type.name == "list" else "length", value)

    def _in(self, node: ast.Call, scope: Scope) -> Expr:
        item = self.scalar(node.args[0], scope)
        within = self.value(node.args[1], scope)
        if isinstance(within, Rows) and within.value is not None:
            equal = apply("eq", within.value, constant_only(node, item))
            mapped = replace(within, value=None)
            return self._brought(scope, within, self._quantified("exists", mapped, equal))
        if isinstance(within, Lit) and isinstance(within.value, tuple):
            return apply("in", item, within)
        if isinstance(within, Col):
            return apply("has_item", within, constant_only(node, item))
        raise refused(node, '\'in\' looks into a list: ["a", "b"] or profile.topics')


def _known_or_unknown(rows: Rows) -> Expr:
    """True where the mapped value is known, else unknown."""
    value = rows.value or TRUE
    return apply("if", apply("known", value), TRUE, UNKNOWN)
