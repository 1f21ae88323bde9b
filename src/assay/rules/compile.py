"""From checked expressions to column expressions and the steps they need.

An expression is compiled for the rows of one space. A field of a linked row becomes a gathered
column; a macro over a collection becomes an expression on the collection's rows and a pair of
counts over them: how many are true, and how many are unknown. Null is unknown throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from assay.diagnostics import rule_codes as codes
from assay.rules import ast
from assay.rules.ast import facts_below
from assay.rules.columns import Columns, verdict
from assay.rules.functions import COMPARABLE, OPERATIONS, Function, function
from assay.rules.ir import (
    TRUE,
    UNKNOWN,
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
from assay.rules.magnitudes import LONGEST_TEXT, Magnitudes
from assay.rules.parse import Vocabulary
from assay.rules.patterns import PatternError, translated
from assay.rules.problems import CelError, problem
from assay.rules.program import Compute
from assay.rules.refusals import refused, refused_call
from assay.rules.scope import Column, Row, Rows, Scope, Value, subject_scope
from assay.rules.times import RANGES

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
        self._magnitudes = Magnitudes(self._facts)

    def fact(self, space: str, name: str) -> str:
        for on, needed in facts_below(self._facts, (space, name), self._made_facts):
            self._made_facts.add((on, needed))
            expr = self.scalar(self._facts[on, needed], subject_scope(on))
            self.add(Compute(on, f"fact.{needed}", expr))
        return f"fact.{name}"

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
        self._magnitudes.enter(node)
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
        if node.type.name == "int" and guarded and self._magnitudes.may_overflow(node):
            op = guarded
        if self._magnitudes.is_too_long(node):
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
        if declared.large is not None and self._magnitudes.are_large(operands):
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
        if any(self._magnitudes.may_be_nan(o) for o in operands):
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
            self.plain(scope, apply("number", expr))
            if self._magnitudes.may_be_nan(operand)
            else expr
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
