"""The columns an expression needs: gathered from linked rows, counted over collections.

Counts are made in the elements' space and brought to the rows that own them. Kleene's logic over
the elements is arithmetic with two counts, of those that are true and of those that are unknown.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from assay.cel import ast
from assay.cel.ast import fields_read
from assay.cel.bounds import LONGEST_TEXT, Bounds
from assay.cel.errors import CelError, problem
from assay.cel.functions import COMPARABLE, OPERATIONS, Function, function
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


_LONGEST_EXPANSION = 100


class Compiler(Columns):
    """Compiles expressions and collects the steps they need, each column once."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        facts: Mapping[tuple[str, str], ast.Expression] | None = None,
        prefix: str = "x",
    ) -> None:
        super().__init__(vocabulary, prefix)
        self._facts = facts or {}
        self._expanded = 1
        self._made_facts: set[tuple[str, str]] = set()
        self._bounds = Bounds(self._facts)

    def fact(self, space: str, name: str) -> str:
        for on, needed in self._facts_below((space, name)):
            self._made_facts.add((on, needed))
            expr = self.scalar(self._facts[on, needed], subject_scope(on))
            self.add(Compute(on, f"fact.{needed}", expr))
        return f"fact.{name}"

    def _facts_below(self, key: tuple[str, str]) -> list[tuple[str, str]]:
        """A fact and those it reads that have no column yet, each after those it reads."""
        needed: set[tuple[str, str]] = set()
        waiting = [key]
        while waiting:
            fact = waiting.pop()
            if fact not in needed and fact not in self._made_facts:
                needed.add(fact)
                waiting += [k for k in fields_read(self._facts[fact]) if k in self._facts]
        # The usual single fact needs no pass over all of them.
        return [f for f in self._facts if f in needed] if len(needed) > 1 else list(needed)

    def scalar(self, node: ast.Expression, scope: Scope) -> Expr:
        """The expression as a column expression.

        Raises :class:`CelError` for what cannot be compiled to columns.
        """
        value = self.value(node, scope)
        if isinstance(value, Row | Rows):
            raise refused(
                node,
                "a condition compares values, not whole rows or collections",
                "ask a field of the row, or size(), exists() and all() of the collection",
            )
        return value

    def text(self, node: ast.Expression, scope: Scope) -> Expr:
        """The expression as a sentence shows it: dates as days, lists with commas."""
        value = self.scalar(node, scope)
        match node.type.name:
            case "timestamp":
                return apply("day_text", value)
            case "duration":
                days = apply("quo", self.plain(scope, value), Lit(86_400))
                return apply("concat", apply("to_string", days), Lit(" days"))
            case "list":
                if isinstance(value, Lit):
                    raise refused(node, "a list of constants says nothing new", "write it out")
                return apply("joined", value)
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
                return Lit(_constants(node))
            case ast.Call():
                return self._call(node, scope)

    @staticmethod
    def _literal(node: ast.Literal) -> Expr:
        if node.value is None:
            raise refused(node, "null is not a value here", "ask with has(…) for what is missing")
        if isinstance(node.value, bytes):
            raise refused(node, "bytes cannot be compared with any field", 'write "text"')
        return Lit(node.value)

    def _named_value(self, node: ast.Ident, scope: Scope) -> Value:
        if node.name in self.vocabulary.parameters:
            return Lit(self.vocabulary.parameters[node.name])
        if node.name not in scope.names:
            if scope.inline:
                raise refused(
                    node,
                    f"{node.name!r} cannot be seen from inside a list of texts",
                    "compare the text with constants, or ask: field in profile.topics",
                )
            raise refused(
                node,
                f"{node.name!r} cannot be seen from inside a collection of another row",
                "compare with a constant, or start from a collection of the rule's own subject",
            )
        meaning = scope.names[node.name]
        return (
            self.at(scope, meaning.hops, meaning.name) if isinstance(meaning, Column) else meaning
        )

    def _select(self, node: ast.Select, scope: Scope) -> Value:
        row = self.value(node.operand, scope)
        if not isinstance(row, Row):
            raise refused(node, f"{node.field!r} is asked of something that has no fields")
        found = self.field(scope, row, node.field)
        if not node.test:
            return found
        return TRUE if isinstance(found, Row | Rows) else apply("known", found)

    # Macros ------------------------------------------------------------------------------

    def _macro(self, node: ast.Macro, scope: Scope) -> Value:
        self._bounds.add_variable(node)
        if isinstance(node.range, ast.ListOf):
            return self._over_constants(node, scope)
        rows = self.value(node.range, scope)
        if not isinstance(rows, Rows):
            return self._over_items(node, rows, scope)
        inner = self.inside(rows, node.variable, scope)
        body = self.scalar(node.body, inner)
        if node.name == "filter":
            return self.filtered(rows, body, inner)
        if node.name == "map":
            if node.condition is not None:
                rows = self.filtered(rows, self.scalar(node.condition, inner), inner)
            if node.body.type.name == "list":
                raise refused(
                    node, "a list of lists cannot be asked", "use exists() inside exists()"
                )
            return replace(rows, value=body)
        return self.brought(scope, rows, self.quantified(node.name, rows, body))

    def _over_constants(self, node: ast.Macro, scope: Scope) -> Value:
        """A macro over a list written out, spelled out item by item."""
        assert isinstance(node.range, ast.ListOf)
        items = len(node.range.items)
        if items * self._expanded > _LONGEST_EXPANSION:
            within = f", {items * self._expanded:,} with the lists around it"
            raise refused(
                node,
                f"the list has {items:,} items to go over{within if self._expanded > 1 else ''}; "
                f"{_LONGEST_EXPANSION} are allowed",
                "ask with 'in' where equality is meant",
            )
        if node.name in ("map", "filter"):
            raise refused(
                node,
                f"{node.name} of a list written out makes a list that is known beforehand",
                "write the resulting list, or use exists() or all()",
            )
        values = _constants(node.range)
        self._expanded *= max(items, 1)
        outcomes = [
            self.scalar(node.body, scope.with_name(node.variable, Lit(value))) for value in values
        ]
        self._expanded //= max(items, 1)
        if node.name == "exists_one":
            decided = all_of(*(apply("known", self.plain(scope, o)) for o in outcomes))
            ones: list[Expr] = [apply("if", self.plain(scope, o), Lit(1), Lit(0)) for o in outcomes]
            one = apply("eq", balanced("add", [Lit(0), *ones]), Lit(1))
            return apply("if", decided, one, UNKNOWN)
        sign: Op = "or" if node.name == "exists" else "and"
        if not outcomes:
            return Lit(node.name == "all")
        return balanced(sign, outcomes)

    def _over_items(self, node: ast.Macro, items: Value, scope: Scope) -> Value:
        """A macro over a field that holds a list: its items are counted within the row."""
        if isinstance(items, Row | Lit) or scope.inline:
            raise refused(
                node,
                f"{node.name} works on collections such as citations or claims",
                'for a list of texts write: "text" in profile.topics',
            )
        assert not isinstance(items, Rows)
        inner = scope.of_items(node.variable)
        if node.name == "map":
            raise refused(
                node,
                "the items of a list cannot be mapped",
                'put the comparison into exists(): profile.topics.exists(t, t.lower() == "x")',
            )
        body = all_of(apply("known", Item()), self.scalar(node.body, inner))
        if node.name == "filter":
            return Each(items, body, "true")
        asked = apply("not", body) if node.name == "all" else body
        hits, unknown = Each(items, asked, "true"), Each(items, asked, "unknown")
        return verdict(node.name, self.plain(scope, hits), self.plain(scope, unknown))

    # Sizes -------------------------------------------------------------------------------

    def size_of(self, node: ast.Call, scope: Scope) -> Expr:
        operand = node.target or node.args[0]
        value = self.value(operand, scope)
        if isinstance(value, Rows):
            return self.size(scope, value)
        if isinstance(value, Row):
            raise refused(node, "size() counts collections, lists and characters")
        if isinstance(value, Lit) and isinstance(value.value, tuple):
            return Lit(len(value.value))
        if isinstance(value, Each):
            undecided = self.plain(scope, replace(value, counted="unknown"))
            decided = apply("eq", undecided, Lit(0))
            return apply("if", decided, self.plain(scope, value), UNKNOWN)
        return apply("items" if operand.type.name == "list" else "length", value)

    def origins(self, node: ast.Call, scope: Scope) -> Expr:
        rows = self.value(node.target, scope) if node.target else None
        if not isinstance(rows, Rows) or rows.value is not None:
            raise refused(node, "origins() counts the origins of citations")
        column = "profile_origin" if rows.owner.name == "profile" else "origin"
        counted = apply("if", rows.keep, Col(column), UNKNOWN) if rows.keep != TRUE else Col(column)
        result = self.gated(rows, self.aggregate(rows, "distinct", counted))
        return self.brought(scope, rows, result)

    # Calls -------------------------------------------------------------------------------

    def _call(self, node: ast.Call, scope: Scope) -> Value:
        if node.target is not None and node.function.startswith("get") and node.args:
            raise refused(node, "dates have no time zone here", f"leave it out: {node.function}()")
        declared = function(node.function)
        if declared is None:
            raise refused_call(node)
        if declared.lower is not None:
            return declared.lower(self, node, scope)
        if declared.reads is not None:
            return _moment(node, declared.reads)
        if declared.is_own:
            return self._own(declared, node, scope)
        return self._operation(declared, node, scope)

    def _operation(self, declared: Function, node: ast.Call, scope: Scope) -> Expr:
        """An operator or a function of CEL's own, as the operation for the type it is called on."""
        operands = node.operands
        op = declared.operation(operands[0].type.name)
        if op is None:
            raise refused_call(node)
        guarded = OPERATIONS[op].guarded
        if node.type.name == "int" and guarded and self._bounds.may_overflow(node):
            op = guarded
        if self._bounds.is_too_long(node):
            raise refused(
                node,
                f"the text could have more than {LONGEST_TEXT:,} characters",
                "put fewer texts together, or compare each by itself",
            )
        made = self._apply(op, operands, scope)
        if node.type.name in RANGES and op in ("add", "sub"):
            limits = (Lit(limit) for limit in RANGES[node.type.name])
            return apply("within", self.plain(scope, made), *limits)
        return made

    def _own(self, declared: Function, node: ast.Call, scope: Scope) -> Expr:
        """One of our own functions, which are unknown for NaN."""
        operands = node.operands
        args = [self._argument(o, scope) for o in operands]
        if declared.compile is not None:
            return declared.compile(*args)
        op = declared.operation(operands[0].type.name)
        if declared.large is not None and self._bounds.are_large(operands):
            op = declared.large
        assert op is not None
        return apply(op, *args)

    def chosen(self, node: ast.Call, scope: Scope) -> Expr:
        if node.type.name not in COMPARABLE:
            raise refused(node, "a choice is made between values", "choose between conditions")
        return self._operation(_declared(node), node, scope)

    def item_at(self, node: ast.Call, scope: Scope) -> Expr:
        operands = node.operands
        if operands[0].type.item is None or operands[0].type.item.name != "string":
            raise refused_call(node)
        return self._apply("item_at", operands, scope)

    def compared(self, node: ast.Call, scope: Scope) -> Expr:
        operands = node.operands
        if operands[0].type.name == "list":
            raise refused(
                node, "lists are not compared", "ask for size() == 0, or with 'in' for an item"
            )
        if operands[0].type.name not in COMPARABLE:
            for operand in operands:
                self.value(operand, scope)
            raise refused(
                node,
                "only numbers, texts, dates and true/false can be compared",
                "compare a field of each, such as its id",
            )
        if operands[0].type.name != operands[1].type.name:
            raise refused(node, "values of two types are compared", "compare like with like")
        op = _declared(node).operation(operands[0].type.name)
        assert op is not None
        if any(self._bounds.may_be_nan(o) for o in operands):
            op = OPERATIONS[op].guarded or op
        return self._apply(op, operands, scope)

    def _apply(self, op: Op, operands: Sequence[ast.Expression], scope: Scope) -> Expr:
        args = [self.scalar(o, scope) for o in operands]
        return apply(
            op, *([self.plain(scope, a) for a in args] if OPERATIONS[op].repeats else args)
        )

    def _argument(self, operand: ast.Expression, scope: Scope) -> Expr:
        expr = self.plain(scope, self.scalar(operand, scope))
        return (
            self.plain(scope, apply("number", expr)) if self._bounds.may_be_nan(operand) else expr
        )

    def matches(self, node: ast.Call, scope: Scope) -> Expr:
        pattern = node.args[-1]
        if not isinstance(pattern, ast.Literal) or not isinstance(pattern.value, str):
            raise refused(node, "the pattern of matches() must be a text", 'write matches("^a.*")')
        try:
            written = translated(pattern.value)
        except PatternError as error:
            # One more for the quote, where the pattern is written without escapes.
            offset = pattern.offset + 1 + error.offset
            wrong = problem(codes.INVALID_PATTERN, str(error), offset, error.hint)
            raise CelError([wrong]) from None
        subject = self.scalar(node.target or node.args[0], scope)
        return apply("matches", subject, Lit(written))

    def membership(self, node: ast.Call, scope: Scope) -> Expr:
        wanted, listed = node.args
        if listed.type.item and wanted.type != listed.type.item and listed.type.item.name != "dyn":
            raise refused(node, "what is looked for is of another type than the list's items")
        if isinstance(listed, ast.ListOf) and not all(_is_constant(i) for i in listed.items):
            return self._among(wanted, listed, scope)
        within = self.value(listed, scope)
        if isinstance(within, Rows) and within.value is not None:
            inner = self.inside(within, "", scope)
            op: Op = "feq" if wanted.type.name == "double" else "eq"
            sides = (within.value, self.scalar(wanted, inner))
            if OPERATIONS[op].repeats:
                sides = (self.plain(inner, sides[0]), self.plain(inner, sides[1]))
            found = self.quantified("exists", within, apply(op, *sides))
            brought = self.brought(scope, within, found)
            item = self.plain(scope, self.scalar(wanted, scope))
            if isinstance(item, Lit):
                return brought
            return apply("if", apply("known", item), self.plain(scope, brought), UNKNOWN)
        if isinstance(within, Lit) and isinstance(within.value, tuple):
            return apply("in", self.scalar(wanted, scope), within)
        if isinstance(within, Col):
            item = self.plain(scope, self.scalar(wanted, scope))
            return apply("has_item", within, item)
        raise refused(
            node,
            "'in' looks into a list",
            'write ["a", "b"], profile.topics or claims.map(c, c.id)',
        )

    def _among(self, wanted: ast.Expression, listed: ast.ListOf, scope: Scope) -> Expr:
        """``in`` with a list of expressions: unknown where any of them is."""
        if len(listed.items) > _LONGEST_EXPANSION:
            raise refused(listed, f"the list has more than {_LONGEST_EXPANSION} expressions")
        op: Op = "feq" if wanted.type.name == "double" else "eq"
        item = self.plain(scope, self.scalar(wanted, scope))
        values = [self.plain(scope, self.scalar(i, scope)) for i in listed.items]
        decided = all_of(*(apply("known", v) for v in values if not isinstance(v, Lit)))
        same: list[Expr] = [apply(op, item, v) for v in values]
        found = self.plain(scope, balanced("or", same))
        return apply("if", self.plain(scope, decided), found, UNKNOWN)


def _declared(node: ast.Call) -> Function:
    declared = function(node.function)
    assert declared is not None
    return declared


# Constants -------------------------------------------------------------------------------------


def _moment(node: ast.Call, reads: Callable[[str], int]) -> Lit:
    """The point in time or span that ``day("2024-01-29")`` and its like write, as a constant.

    Raises :class:`CelError` for what is no such text.
    """
    operand = node.operands[0]
    if operand.type.name == node.type.name:
        raise refused(node, f"this is a {node.type.name} already", f"leave {node.function}(…) out")
    if not isinstance(operand, ast.Literal) or not isinstance(operand.value, str):
        raise refused(
            node, f"{node.function}() takes a text as it stands", 'write day("2024-01-29")'
        )
    try:
        return Lit(reads(operand.value))
    except ValueError as error:
        raise refused(operand, f"{operand.value!r} is no {node.type.name}", str(error)) from None


def _constants(node: ast.ListOf) -> tuple[bool | int | float | str, ...]:
    """The values of a list written out; raises :class:`CelError` for anything but constants."""
    if len({item.type for item in node.items}) > 1:
        raise refused(node, "a list holds values of one type", 'write ["a", "b"] or [1, 2]')
    return tuple(_constant(item) for item in node.items)


def _is_constant(node: ast.Expression) -> bool:
    """Whether it is a constant."""
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
