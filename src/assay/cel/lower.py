"""Lowering of checked expressions to column expressions, and the columns that these need.

Columns of linked rows are gathered. Collections are counted in the space of their elements, and
the counts are gathered by the rows that own them. Kleene's logic over the elements is arithmetic
with two counts: of the elements that are true, and of those that are unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from assay.cel import ast
from assay.cel.ast import fields_read
from assay.cel.bounds import LONGEST_TEXT, Bounds
from assay.cel.errors import CelError, problem
from assay.cel.functions import COMPARABLE, OPERATIONS, UNSUPPORTED, Function, function
from assay.cel.operations import (
    TRUE,
    UNKNOWN,
    Apply,
    Col,
    Each,
    Expr,
    Item,
    Lit,
    Op,
    all_of,
    apply,
    balanced,
)
from assay.cel.parse import Vocabulary
from assay.cel.patterns import PatternError, translated
from assay.cel.program import Aggregate, Compute, Gather, Reducer, Step
from assay.cel.schema import SPACES, Field, Space, row_column
from assay.cel.scope import Column, Hop, Row, Rows, Scope, Value, subject_scope
from assay.cel.times import DAY, EPOCH, RANGES
from assay.diagnostics import rule_codes as codes

_LONGEST_LIST = 100
"""Maximal number of expressions that a macro or ``in`` over a list literal is expanded to."""


class Compiler:
    """Compiles expressions, and collects the steps that define the columns they need.

    ``facts`` must be ordered: each after those it reads. ``prefix`` starts the names of columns
    that have no other name.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        facts: Mapping[tuple[str, str], ast.Expression] | None = None,
        prefix: str = "x",
    ) -> None:
        self.steps: list[Step] = []
        self.definitions: dict[tuple[str, str], Step] = {}
        self._vocabulary = vocabulary
        self._facts = facts or {}
        self._compiled_facts: set[tuple[str, str]] = set()
        self._bounds = Bounds(self._facts)
        self._prefix = prefix
        self._counter = 0
        self._named: dict[tuple[object, ...], str] = {}
        self._expansion = 1

    def scalar(self, node: ast.Expression, scope: Scope) -> Expr:
        """Compile to a column expression.

        Raises :class:`CelError` for rows, collections and unsupported expressions.
        """
        value = self.value(node, scope)
        if isinstance(value, Row | Rows):
            raise _unsupported(
                node,
                "a condition compares values, not whole rows or collections",
                "ask a field of the row, or size(), exists() and all() of the collection",
            )
        return value

    def text(self, node: ast.Expression, scope: Scope) -> Expr:
        """Compile as part of a sentence, which shows dates as days and lists with commas."""
        value = self.scalar(node, scope)
        match node.type.name:
            case "timestamp":
                return apply("day_text", value)
            case "duration":
                days = apply("quo", self.plain(scope, value), Lit(DAY))
                return apply("concat", apply("to_string", days), Lit(" days"))
            case "list":
                if isinstance(value, Lit):
                    raise _unsupported(node, "a list of constants says nothing new", "write it out")
                return apply("joined", value)
        return value

    def value(self, node: ast.Expression, scope: Scope) -> Value:
        """Compile to a column expression, a row or a collection; raises :class:`CelError`."""
        match node:
            case ast.Literal():
                return _literal(node)
            case ast.Ident():
                return self._identifier(node, scope)
            case ast.Select():
                return self._select(node, scope)
            case ast.Macro():
                return self._macro(node, scope)
            case ast.ListOf():
                return Lit(_constants(node))
            case ast.Call():
                return self._call(node, scope)

    # Columns -----------------------------------------------------------------------------

    def add(self, step: Step) -> str:
        """Add a step unless its column is defined already; returns the column."""
        key = (step.space, step.column)
        if key not in self.definitions:
            self.definitions[key] = step
            self.steps.append(step)
        return step.column

    def column(self, space: str, expr: Expr) -> str:
        """Return a column with the value of ``expr``, and define it if there is none."""
        if isinstance(expr, Col):
            return expr.name
        key = ("compute", space, expr)
        if key not in self._named:
            self._named[key] = self.add(Compute(space, self._new_name(), expr))
        return self._named[key]

    def at(self, scope: Scope, hops: tuple[Hop, ...], column: str) -> Col:
        """Gather a column of the row at the end of ``hops``."""
        spaces = [scope.space.name, *(target for _, target in hops)]
        for index in range(len(hops) - 1, -1, -1):
            link, target = hops[index]
            column = self.add(Gather(spaces[index], f"{link}:{column}", link, target, column))
        return Col(column)

    def plain(self, scope: Scope, expr: Expr) -> Expr:
        """Return a column or constant for the expression; inside a list it stays unchanged."""
        if isinstance(expr, Lit) or scope.inline:
            return expr
        return Col(self.column(scope.space.name, expr))

    def _new_name(self) -> str:
        self._counter += 1
        return f"{self._prefix}{self._counter}"

    # Names and fields --------------------------------------------------------------------

    def _identifier(self, node: ast.Ident, scope: Scope) -> Value:
        if node.name in self._vocabulary.parameters:
            return Lit(self._vocabulary.parameters[node.name])
        meaning = scope.names.get(node.name)
        if meaning is None and scope.inline:
            raise _unsupported(
                node,
                f"{node.name!r} cannot be seen from inside a list of texts",
                "compare the text with constants, or ask: field in profile.topics",
            )
        if meaning is None:
            raise _unsupported(
                node,
                f"{node.name!r} cannot be seen from inside a collection of another row",
                "compare with a constant, or start from a collection of the rule's own subject",
            )
        return (
            self.at(scope, meaning.hops, meaning.name) if isinstance(meaning, Column) else meaning
        )

    def _select(self, node: ast.Select, scope: Scope) -> Value:
        row = self.value(node.operand, scope)
        if not isinstance(row, Row):
            raise _unsupported(node, f"{node.field!r} is asked of something that has no fields")
        value = self.field(scope, row, node.field)
        if not node.test:
            return value
        return TRUE if isinstance(value, Row | Rows) else apply("known", value)

    def field(self, scope: Scope, row: Row, name: str) -> Value:
        """Return the part, linked row, collection or column that ``row.name`` refers to."""
        space = row.space
        if row.outlook is not None:
            path = (*row.outlook, name)
            if len(path) < 3:
                return replace(row, outlook=path)
            column = self.at(scope, row.hops, ".".join(("outlook", *path)))
            return column if name == "band" else apply("double", column)
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
            if name in self._vocabulary.facts_of(space.name):
                self._compile_fact((space.name, name))
                return self.at(scope, row.hops, f"fact.{name}")
            if name in self._vocabulary.scores.get(space.name, ()):
                return apply("double", self.at(scope, row.hops, f"score.{name}"))
        fields = space.parts[row.part] if row.part else space.fields
        field = next(f for f in fields if f.name == name)
        column_name = f"{row.part}.{name}" if row.part else name
        self._define_from_day(space, column_name, field)
        return self.at(scope, row.hops, column_name)

    def _compile_fact(self, key: tuple[str, str]) -> None:
        """Define the column of a fact, after those of the facts it reads."""
        needed: set[tuple[str, str]] = set()
        waiting = [key]
        while waiting:
            fact = waiting.pop()
            if fact not in needed and fact not in self._compiled_facts:
                needed.add(fact)
                waiting += [k for k in fields_read(self._facts[fact]) if k in self._facts]
        # A single fact, the usual case, needs no pass over all of them.
        ordered = [f for f in self._facts if f in needed] if len(needed) > 1 else list(needed)
        for space, name in ordered:
            self._compiled_facts.add((space, name))
            expr = self.scalar(self._facts[space, name], subject_scope(space))
            self.add(Compute(space, f"fact.{name}", expr))

    def _define_from_day(self, space: Space, column: str, field: Field) -> None:
        """Define a field that is computed from a day column: a number of days, or a date."""
        if field.day is not None:
            start = apply("mul", apply("sub", Col(field.day), Lit(EPOCH)), Lit(DAY))
            self.add(Compute(space.name, column, start))
        if field.since is None and field.upto is None:
            return
        to_profile = () if space.name == "profile" else ((row_column("profile"), "profile"),)
        today = self.at(Scope(space, {}), to_profile, "today")
        days = (
            apply("sub", today, Col(field.since))
            if field.since
            else apply("sub", Col(field.upto or ""), today)
        )
        self.add(Compute(space.name, column, days))

    # Macros ------------------------------------------------------------------------------

    def _macro(self, node: ast.Macro, scope: Scope) -> Value:
        self._bounds.add_variable(node)
        if isinstance(node.range, ast.ListOf):
            return self._over_literal(node, node.range, scope)
        rows = self.value(node.range, scope)
        if not isinstance(rows, Rows):
            return self._over_items(node, rows, scope)
        inner = self._elements(rows, node.variable, scope)
        body = self.scalar(node.body, inner)
        if node.name == "filter":
            return self._filter(rows, body, inner)
        if node.name == "map":
            if node.condition is not None:
                rows = self._filter(rows, self.scalar(node.condition, inner), inner)
            if node.body.type.name == "list":
                raise _unsupported(
                    node, "a list of lists cannot be asked", "use exists() inside exists()"
                )
            return replace(rows, value=body)
        return self.gathered(scope, rows, self._quantify(node.name, rows, body))

    def _over_literal(self, node: ast.Macro, listed: ast.ListOf, scope: Scope) -> Value:
        """Expand a macro over a list literal, item by item."""
        count = len(listed.items)
        if count * self._expansion > _LONGEST_LIST:
            within = f", {count * self._expansion:,} with the lists around it"
            raise _unsupported(
                node,
                f"the list has {count:,} items to go over{within if self._expansion > 1 else ''}; "
                f"{_LONGEST_LIST} are allowed",
                "ask with 'in' where equality is meant",
            )
        if node.name in ("map", "filter"):
            raise _unsupported(
                node,
                f"{node.name} of a list written out makes a list that is known beforehand",
                "write the resulting list, or use exists() or all()",
            )
        values = _constants(listed)
        self._expansion *= max(count, 1)
        outcomes = [
            self.scalar(node.body, scope.with_name(node.variable, Lit(value))) for value in values
        ]
        self._expansion //= max(count, 1)
        if node.name == "exists_one":
            decided = all_of(*(apply("known", self.plain(scope, o)) for o in outcomes))
            ones: list[Expr] = [apply("if", self.plain(scope, o), Lit(1), Lit(0)) for o in outcomes]
            one = apply("eq", balanced("add", [Lit(0), *ones]), Lit(1))
            return apply("if", decided, one, UNKNOWN)
        if not outcomes:
            return Lit(node.name == "all")
        return balanced("or" if node.name == "exists" else "and", outcomes)

    def _over_items(self, node: ast.Macro, items: Value, scope: Scope) -> Value:
        """Count the items of a list that a field contains, within the row."""
        if isinstance(items, Row | Rows | Lit) or scope.inline:
            raise _unsupported(
                node,
                f"{node.name} works on collections such as citations or claims",
                'for a list of texts write: "text" in profile.topics',
            )
        if node.name == "map":
            raise _unsupported(
                node,
                "the items of a list cannot be mapped",
                'put the comparison into exists(): profile.topics.exists(t, t.lower() == "x")',
            )
        body = all_of(apply("known", Item()), self.scalar(node.body, scope.of_items(node.variable)))
        if node.name == "filter":
            return Each(items, body, "true")
        condition = apply("not", body) if node.name == "all" else body
        hits, unknown = Each(items, condition, "true"), Each(items, condition, "unknown")
        return _quantified(node.name, self.plain(scope, hits), self.plain(scope, unknown))

    # Collections -------------------------------------------------------------------------

    def _elements(self, rows: Rows, variable: str, scope: Scope) -> Scope:
        """Return the scope of a macro's body over the rows."""
        space = rows.collection.space
        mapped = None if rows.value is None else self.column(space, rows.value)
        return scope.inside(rows, variable, mapped)

    def _filter(self, rows: Rows, condition: Expr, inner: Scope) -> Rows:
        """Filter the elements again; an element whose filter was unknown stays unknown."""
        if rows.keep == TRUE:
            return replace(rows, keep=condition)
        before, then = self.plain(inner, rows.keep), self.plain(inner, condition)
        return replace(rows, keep=apply("if", before, then, Lit(False)))

    def _quantify(self, name: str, rows: Rows, body: Expr) -> Expr:
        """Compile exists, all or exists_one over the filtered elements, in their owner's space."""
        condition = all_of(rows.keep, apply("not", body) if name == "all" else body)
        hits = self.aggregate(rows, "true", condition)
        unknown = self.aggregate(rows, "unknown", condition)
        return self._if_decided(rows, _quantified(name, hits, unknown))

    def _if_decided(self, rows: Rows, result: Expr) -> Expr:
        """Make ``result`` unknown if a filter or a mapped value of any element is unknown.

        CEL filters and maps first, so an unknown element makes the whole unknown.
        """
        conditions = []
        if rows.keep != TRUE:
            conditions.append(rows.keep)
        if rows.value is not None:
            known = apply("if", apply("known", rows.value), TRUE, UNKNOWN)
            conditions.append(all_of(rows.keep, known))
        for condition in conditions:
            undecided = self.aggregate(rows, "unknown", condition)
            result = apply("if", apply("eq", undecided, Lit(0)), result, UNKNOWN)
        return result

    def aggregate(self, rows: Rows, reducer: Reducer, expr: Expr | None) -> Col:
        """Reduce the rows of a collection to a column of the space that owns them."""
        space = rows.collection.space
        source = None if expr is None else self.column(space, expr)
        key = ("aggregate", rows.owner.name, rows.collection.name, reducer, source)
        if key not in self._named:
            owner, link = rows.owner.name, rows.collection.owner
            self._named[key] = self.add(
                Aggregate(owner, self._new_name(), space, link, reducer, source)
            )
        return Col(self._named[key])

    def gathered(self, scope: Scope, rows: Rows, result: Expr) -> Expr:
        """Gather a result in the owner's space for the rows of the scope."""
        if not rows.hops:
            return result
        return self.at(scope, rows.hops, self.column(rows.owner.name, result))

    # Calls -------------------------------------------------------------------------------

    def _call(self, node: ast.Call, scope: Scope) -> Value:
        if node.target is not None and node.function.startswith("get") and node.args:
            raise _unsupported(
                node, "dates have no time zone here", f"leave it out: {node.function}()"
            )
        declared = function(node.function)
        if declared is None:
            raise _unsupported_call(node)
        match declared.lower:
            case "comparison":
                return self._comparison(declared, node, scope)
            case "conditional":
                return self._conditional(declared, node, scope)
            case "item":
                return self._item(node, scope)
            case "matches":
                return self._matches(node, scope)
            case "membership":
                return self._membership(node, scope)
            case "peers":
                return self._peers(node, scope)
            case "size":
                return self._size(node, scope)
        if declared.reads is not None:
            return _moment(node, declared.reads)
        if declared.is_own:
            return self._own(declared, node, scope)
        return self._operation(declared, node, scope)

    def _operation(self, declared: Function, node: ast.Call, scope: Scope) -> Expr:
        """Compile a function or operator of CEL's own, by the type of its first operand."""
        operands = node.operands
        op = declared.operation(operands[0].type.name)
        if op is None:
            raise _unsupported_call(node)
        guarded = OPERATIONS[op].guarded
        if node.type.name == "int" and guarded and self._bounds.may_overflow(node):
            op = guarded
        if self._bounds.is_too_long(node):
            raise _unsupported(
                node,
                f"the text could have more than {LONGEST_TEXT:,} characters",
                "put fewer texts together, or compare each by itself",
            )
        result = self._apply(op, operands, scope)
        if node.type.name in RANGES and op in ("add", "sub"):
            limits = (Lit(limit) for limit in RANGES[node.type.name])
            return apply("within", self.plain(scope, result), *limits)
        return result

    def _apply(self, op: Op, operands: Sequence[ast.Expression], scope: Scope) -> Expr:
        args = [self.scalar(o, scope) for o in operands]
        if OPERATIONS[op].repeats:
            args = [self.plain(scope, a) for a in args]
        return apply(op, *args)

    def _own(self, declared: Function, node: ast.Call, scope: Scope) -> Expr:
        """Compile one of our own functions, which are unknown if an argument is NaN."""
        args = []
        for operand in node.operands:
            arg = self.plain(scope, self.scalar(operand, scope))
            if self._bounds.may_be_nan(operand):
                arg = self.plain(scope, apply("number", arg))
            args.append(arg)
        if declared.compile is not None:
            return declared.compile(*args)
        op = declared.operation(node.operands[0].type.name)
        if declared.large is not None and self._bounds.are_large(node.operands):
            op = declared.large
        assert op is not None
        return apply(op, *args)

    def _comparison(self, declared: Function, node: ast.Call, scope: Scope) -> Expr:
        left, right = node.args
        if left.type.name == "list":
            raise _unsupported(
                node, "lists are not compared", "ask for size() == 0, or with 'in' for an item"
            )
        if left.type.name not in COMPARABLE:
            for operand in (left, right):
                self.value(operand, scope)
            raise _unsupported(
                node,
                "only numbers, texts, dates and true/false can be compared",
                "compare a field of each, such as its id",
            )
        if left.type.name != right.type.name:
            raise _unsupported(node, "values of two types are compared", "compare like with like")
        op = declared.operation(left.type.name)
        assert op is not None
        if any(self._bounds.may_be_nan(o) for o in (left, right)):
            op = OPERATIONS[op].guarded or op
        return self._apply(op, (left, right), scope)

    def _conditional(self, declared: Function, node: ast.Call, scope: Scope) -> Expr:
        if node.type.name not in COMPARABLE:
            raise _unsupported(node, "a choice is made between values", "choose between conditions")
        return self._operation(declared, node, scope)

    def _item(self, node: ast.Call, scope: Scope) -> Expr:
        item = node.operands[0].type.item
        if item is None or item.name != "string":
            raise _unsupported_call(node)
        return self._apply("item_at", node.operands, scope)

    def _matches(self, node: ast.Call, scope: Scope) -> Expr:
        pattern = node.args[-1]
        if not isinstance(pattern, ast.Literal) or not isinstance(pattern.value, str):
            raise _unsupported(
                node, "the pattern of matches() must be a text", 'write matches("^a.*")'
            )
        try:
            regex = translated(pattern.value)
        except PatternError as error:
            # One more for the quote; escapes before the error are not counted.
            offset = pattern.offset + 1 + error.offset
            fault = problem(codes.INVALID_PATTERN, str(error), offset, error.hint)
            raise CelError([fault]) from None
        return apply("matches", self.scalar(node.target or node.args[0], scope), Lit(regex))

    def _membership(self, node: ast.Call, scope: Scope) -> Expr:
        item, listed = node.args
        if listed.type.item and item.type != listed.type.item and listed.type.item.name != "dyn":
            raise _unsupported(node, "what is looked for is of another type than the list's items")
        equal: Op = "feq" if item.type.name == "double" else "eq"
        if isinstance(listed, ast.ListOf) and any(_constant(i) is None for i in listed.items):
            return self._among(equal, item, listed, scope)
        values = self.value(listed, scope)
        if isinstance(values, Rows) and values.value is not None:
            inner = self._elements(values, "", scope)
            sides = (values.value, self.scalar(item, inner))
            if OPERATIONS[equal].repeats:
                sides = (self.plain(inner, sides[0]), self.plain(inner, sides[1]))
            exists = self._quantify("exists", values, apply(equal, *sides))
            result = self.gathered(scope, values, exists)
            value = self.plain(scope, self.scalar(item, scope))
            if isinstance(value, Lit):
                return result
            return apply("if", apply("known", value), self.plain(scope, result), UNKNOWN)
        if isinstance(values, Lit) and isinstance(values.value, tuple):
            return apply("in", self.scalar(item, scope), values)
        if isinstance(values, Col):
            return apply("has_item", values, self.plain(scope, self.scalar(item, scope)))
        raise _unsupported(
            node,
            "'in' looks into a list",
            'write ["a", "b"], profile.topics or claims.map(c, c.id)',
        )

    def _among(self, equal: Op, item: ast.Expression, listed: ast.ListOf, scope: Scope) -> Expr:
        """Compile ``in`` with a list of expressions; unknown if any of them is."""
        if len(listed.items) > _LONGEST_LIST:
            raise _unsupported(listed, f"the list has more than {_LONGEST_LIST} expressions")
        value = self.plain(scope, self.scalar(item, scope))
        others = [self.plain(scope, self.scalar(i, scope)) for i in listed.items]
        decided = all_of(*(apply("known", o) for o in others if not isinstance(o, Lit)))
        same: list[Expr] = [apply(equal, value, o) for o in others]
        found = self.plain(scope, balanced("or", same))
        return apply("if", self.plain(scope, decided), found, UNKNOWN)

    def _peers(self, node: ast.Call, scope: Scope) -> Expr:
        """Count the distinct profiles at the other end of the filtered links."""
        rows = self.value(node.target, scope) if node.target else None
        if (
            not isinstance(rows, Rows)
            or rows.value is not None
            or "peer" not in SPACES[rows.collection.space].links
        ):
            message = "peers() counts the profiles at the other end of links"
            raise _unsupported(node, message, "for example dependents.peers()")
        peer = Col(row_column("peer"))
        counted = peer if rows.keep == TRUE else apply("if", rows.keep, peer, UNKNOWN)
        count = self.aggregate(rows, "distinct", counted)
        return self.gathered(scope, rows, self._if_decided(rows, count))

    def _size(self, node: ast.Call, scope: Scope) -> Expr:
        operand = node.target or node.args[0]
        value = self.value(operand, scope)
        if isinstance(value, Row):
            raise _unsupported(node, "size() counts collections, lists and characters")
        if isinstance(value, Rows):
            count = (
                self.aggregate(value, "rows", None)
                if value.keep == TRUE
                else self.aggregate(value, "true", value.keep)
            )
            return self.gathered(scope, value, self._if_decided(value, count))
        if isinstance(value, Lit) and isinstance(value.value, tuple):
            return Lit(len(value.value))
        if isinstance(value, Each):
            undecided = self.plain(scope, replace(value, counted="unknown"))
            decided = apply("eq", undecided, Lit(0))
            return apply("if", decided, self.plain(scope, value), UNKNOWN)
        return apply("items" if operand.type.name == "list" else "length", value)


def _quantified(name: str, hits: Expr, unknown: Expr) -> Apply:
    """Compute exists, all or exists_one from the counts of hits (for all: misses) and unknowns."""
    decided = apply("eq", unknown, Lit(0))
    if name == "exists_one":
        return apply("if", decided, apply("eq", hits, Lit(1)), UNKNOWN)
    otherwise = apply("if", decided, Lit(name != "exists"), UNKNOWN)
    return apply("if", apply("gt", hits, Lit(0)), Lit(name == "exists"), otherwise)


# Constants -------------------------------------------------------------------------------------


def _literal(node: ast.Literal) -> Lit:
    if node.value is None:
        raise _unsupported(node, "null is not a value here", "ask with has(…) for what is missing")
    if isinstance(node.value, bytes):
        raise _unsupported(node, "bytes cannot be compared with any field", 'write "text"')
    return Lit(node.value)


def _constants(node: ast.ListOf) -> tuple[bool | int | float | str, ...]:
    """Return the values of a list literal; raises :class:`CelError` unless all are constants."""
    if len({item.type for item in node.items}) > 1:
        raise _unsupported(node, "a list holds values of one type", 'write ["a", "b"] or [1, 2]')
    values = []
    for item in node.items:
        value = _constant(item)
        if value is None:
            raise _unsupported(item, "a list holds constants only here", 'write ["a", "b"]')
        values.append(value)
    return tuple(values)


def _constant(node: ast.Expression) -> bool | int | float | str | None:
    """Return the value of a constant, None for other expressions."""
    match node:
        case ast.Literal(value=bool() | int() | float() | str() as value):
            return value
        case ast.Call(function="-_", args=(ast.Literal(value=int() | float() as value),)):
            return -value
    return None


def _moment(node: ast.Call, reads: Callable[[str], int]) -> Lit:
    """Read the constant of ``day("2024-01-29")``, ``timestamp(…)`` or ``duration(…)``."""
    operand = node.operands[0]
    if operand.type.name == node.type.name:
        raise _unsupported(
            node, f"this is a {node.type.name} already", f"leave {node.function}(…) out"
        )
    if not isinstance(operand, ast.Literal) or not isinstance(operand.value, str):
        raise _unsupported(
            node, f"{node.function}() takes a literal text", 'write day("2024-01-29")'
        )
    try:
        return Lit(reads(operand.value))
    except ValueError as error:
        message = f"{operand.value!r} is no {node.type.name}"
        raise _unsupported(operand, message, str(error)) from None


# Errors ----------------------------------------------------------------------------------------


def _unsupported(node: ast.Node, message: str, hint: str = "") -> CelError:
    return CelError([problem(codes.NOT_COMPILABLE, message, node.offset, hint)])


def _unsupported_call(node: ast.Call) -> CelError:
    """Return the error for a function or operator that has no form on these operands."""
    declared = function(node.function)
    message, hint = UNSUPPORTED.get(node.function, ("", ""))
    if declared is not None and declared.unsupported is not None:
        message, hint = declared.unsupported
    name = node.function.strip("_")
    return _unsupported(node, message or f"{name!r} cannot be computed on columns here", hint)
