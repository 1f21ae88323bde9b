"""Domains of expressions: the intervals, sets of texts and outcomes that they can have.

A domain contains every value that is possible in a document the models accept, and may contain
others. Conditions joined by && narrow each other's domains.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import reduce
from typing import get_args

from assay.cel.domain import (
    NOTHING,
    UNKNOWN_ALWAYS,
    Domain,
    above,
    any_unknown,
    below,
    equal,
    is_nothing,
    literal,
    negated,
    number,
    truth,
)
from assay.cel.functions import OPERATIONS
from assay.cel.operations import Apply, Col, Each, Expr, Lit
from assay.cel.program import Aggregate, Compute, Gather, PoolUp, Program
from assay.model.documents import ClaimType, Directness, Level, Nature, Reliability, Section, Stance

Narrowed = dict[Expr, Domain]

_DEEPEST = 5
"""Assumptions apply through this many levels of columns; deeper columns have their whole domain.
Without a limit, a column read twice on each level would be analysed 2ⁿ times."""

_NARROWINGS = 3
"""Conditions nested deeper are analysed without assumptions, since each level of assumptions
analyses its parts three times."""


class Analysis:
    """The domains of the columns of one program."""

    def __init__(self, program: Program) -> None:
        self._definitions = program.definitions
        self._known: dict[tuple[str, str], Domain] = {}
        self._depth = 0
        self._narrowings = 0
        # In the order of computation, so that long chains of columns do not recurse.
        for space, name in self._definitions:
            self.column(space, name)

    def column(self, space: str, name: str) -> Domain:
        """Return the domain of a column."""
        key = (space, name)
        if key not in self._known:
            self._known[key] = Domain()
            self._known[key] = self._defined(space, name)
        return self._known[key]

    def _defined(self, space: str, name: str) -> Domain:
        match self._definitions.get((space, name)):
            case Compute(expr=expr):
                return self.expression(space, expr)
            case Gather(link=link, target=target, origin=origin):
                linked = self.column(target, origin)
                return replace(linked, unknown=linked.unknown or link not in _REQUIRED[space])
            case Aggregate() as step:
                return self._aggregate(step)
            case PoolUp() as pool:
                return self._pool(pool)
        return field_domain(space, name)

    def _aggregate(self, step: Aggregate) -> Domain:
        if step.reducer in ("min", "max") and step.source:
            return replace(self.column(step.elements, step.source), unknown=True)
        if step.source is not None and step.reducer in ("true", "unknown"):
            counted = self.column(step.elements, step.source)
            if not (counted.true if step.reducer == "true" else counted.unknown):
                return number(0, 0)
        return number(0, 2**31)

    def _pool(self, pool: PoolUp) -> Domain:
        take, keep = self.column(pool.elements, pool.take), self.column(pool.elements, pool.keep)
        low, high = take.low, take.high
        if pool.hops is not None:  # weights are from 0 to 1, and further paths are weaker
            low, high = 0, max(min(high, 1000), 0)
        if pool.combine == "noisy_or":
            low = max(low, 0)
            left = max(1 - high / 1000, 0.0)
            high = 1000 * (1 - left**pool.strongest) if pool.strongest else 1000 * (left < 1)
            high = math.ceil(min(high, 1000))
        elif pool.combine == "sum":
            low, high = min(low, low * 2**31), max(high, high * 2**31)
        unknown = pool.empty is None
        if pool.combine in ("mean", "min"):
            unknown = unknown or take.unknown or keep.unknown
        if pool.empty is not None:
            low, high = min(low, pool.empty), max(high, pool.empty)
        return number(low, high, unknown=unknown)

    # Expressions -------------------------------------------------------------------------

    def expression(self, space: str, expr: Expr, given: Narrowed | None = None) -> Domain:
        """Return the domain of an expression, assuming the domains in ``given``."""
        given = given or {}
        domain = self._without_assumption(space, expr, given)
        return domain.meet(given[expr]) if expr in given else domain

    def _without_assumption(self, space: str, expr: Expr, given: Narrowed) -> Domain:
        if isinstance(expr, Lit):
            return literal(expr.value)
        if isinstance(expr, Col):
            step = self._definitions.get((space, expr.name))
            if given and isinstance(step, Compute) and self._depth < _DEEPEST:
                self._depth += 1
                domain = self.expression(space, step.expr, given)
                self._depth -= 1
                return domain
            return self.column(space, expr.name)
        if isinstance(expr, Each):
            return number(0, 2**31, unknown=self.expression(space, expr.items, given).unknown)
        if not isinstance(expr, Apply):
            return Domain(unknown=False)
        return self._apply(space, expr, given)

    def _apply(self, space: str, expr: Apply, given: Narrowed) -> Domain:
        match expr.op:
            case "and":
                return self._both(space, expr, given)
            case "or":
                flipped = Apply("and", tuple(Apply("not", (a,)) for a in expr.args))
                return negated(self._both(space, flipped, given))
            case "if":
                return self._choice(space, expr, given)
        args = [self.expression(space, a, given) for a in expr.args]
        operation = OPERATIONS[expr.op]
        if operation.strict and any(map(is_nothing, args)):
            return replace(NOTHING, unknown=any_unknown(*args))
        if expr.op == "in":
            return self._among(args[0], expr.args[1], any_unknown(*args))
        if expr.op == "item_at":
            size = self.expression(space, Apply("items", expr.args[:1]), given)
            if args[1].high < 0 or args[1].low >= size.high:
                return UNKNOWN_ALWAYS
        return operation.domain(*args)

    def _both(self, space: str, expr: Apply, given: Narrowed) -> Domain:
        left, right = expr.args
        a, b = self.expression(space, left, given), self.expression(space, right, given)
        true = a.true and b.true and self._together(space, left, right, given)
        unknown = (a.unknown and (b.true or b.unknown)) or (b.unknown and (a.true or a.unknown))
        return truth(true, a.false or b.false, unknown)

    def _together(self, space: str, left: Expr, right: Expr, given: Narrowed) -> bool:
        """Return whether both conditions can be true together."""
        if self._narrowings == _NARROWINGS:
            return True
        self._narrowings += 1
        narrowed = self.narrowed(space, left, given)
        true = narrowed is not None and self.expression(space, right, narrowed).true
        true = true and self.narrowed(space, right, narrowed) is not None
        self._narrowings -= 1
        return true

    def _choice(self, space: str, expr: Apply, given: Narrowed) -> Domain:
        condition, then, otherwise = expr.args
        outcome = self.expression(space, condition, given)
        branches: list[Domain] = []
        if outcome.true:
            branches += self._branch(space, condition, then, given)
        if outcome.false:
            branches += self._branch(space, Apply("not", (condition,)), otherwise, given)
        known = [b for b in branches if not is_nothing(b)]
        joined = reduce(Domain.join, known, NOTHING)
        return replace(joined, unknown=outcome.unknown or any(b.unknown for b in branches))

    def _branch(
        self, space: str, condition: Expr, chosen: Expr, given: Narrowed
    ) -> Iterator[Domain]:
        """Yield the domain of a branch if its condition can be true."""
        if self._narrowings == _NARROWINGS:
            yield self.expression(space, chosen, given)
            return
        self._narrowings += 1
        if (narrowed := self.narrowed(space, condition, given)) is not None:
            yield self.expression(space, chosen, narrowed)
        self._narrowings -= 1

    @staticmethod
    def _among(item: Domain, listed: Expr, unknown: bool) -> Domain:
        values = listed.value if isinstance(listed, Lit) and isinstance(listed.value, tuple) else ()
        matched = [equal(item, literal(v)) for v in values]
        if item.words is not None and item.words <= {v for v in values if isinstance(v, str)}:
            return truth(True, False, unknown)
        return truth(any(t for t, _ in matched), all(f for _, f in matched), unknown)

    # Assumptions -------------------------------------------------------------------------

    def narrowed(self, space: str, expr: Expr, given: Narrowed | None = None) -> Narrowed | None:
        """Return the domains assuming that ``expr`` is true; None if it contradicts ``given``."""
        domains = dict(given or {})
        return domains if self._assume(space, expr, True, domains) else None

    def _assume(self, space: str, expr: Expr, outcome: bool, domains: Narrowed) -> bool:
        """Narrow ``domains`` to an outcome of a condition; return False for a contradiction."""
        if isinstance(expr, Apply):
            first, *rest = expr.args
            if expr.op == "not":
                return self._assume(space, first, not outcome, domains)
            if expr.op in ("and", "or") and outcome == (expr.op == "and"):
                return all(self._assume(space, a, outcome, domains) for a in expr.args)
            if expr.op == "known":
                limit = Domain(False) if outcome else replace(NOTHING, unknown=True)
                return self._limit(space, first, limit, domains)
            if rest and (limits := self._limits(space, expr, outcome, domains)) is not None:
                return self._limit(space, first, limits[0], domains) and (
                    limits[1] is None or self._limit(space, rest[0], limits[1], domains)
                )
        if isinstance(expr, Col):
            step = self._definitions.get((space, expr.name))
            if isinstance(step, Compute) and not self._assume(space, step.expr, outcome, domains):
                return False
        return self._limit(space, expr, truth(outcome, not outcome, False), domains)

    def _limits(
        self, space: str, expr: Apply, outcome: bool, domains: Narrowed
    ) -> tuple[Domain, Domain | None] | None:
        """Return limits of the two sides of a comparison with this outcome."""
        a, b = (self.expression(space, x, domains) for x in expr.args[:2])
        op = OPERATIONS[expr.op].plain or expr.op
        if op == "in" and outcome and isinstance(expr.args[1], Lit):
            values = expr.args[1].value
            assert isinstance(values, tuple)
            return reduce(Domain.join, [literal(v) for v in values], NOTHING), None
        if not outcome:
            op = OPERATIONS[op].negated or ""
        match op:
            case "eq":
                return replace(b, unknown=False), replace(a, unknown=False)
            case "lt" | "le":
                return below(b.high, op == "lt", a.whole), above(a.low, op == "lt", b.whole)
            case "gt" | "ge":
                return above(b.low, op == "gt", a.whole), below(a.high, op == "gt", b.whole)
        return None

    def _limit(self, space: str, expr: Expr, limit: Domain, domains: Narrowed) -> bool:
        if isinstance(expr, Lit):
            return not literal(expr.value).meet(limit).impossible
        domains[expr] = self.expression(space, expr, domains).meet(limit)
        return not domains[expr].impossible


# Fields ------------------------------------------------------------------------------------

_INF = math.inf
_DAYS = (1, 3_652_059)
_WORDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("profile", "kind"): ("institution", "event"),
    ("claim", "nature"): get_args(Nature),
    ("claim", "section"): get_args(Section),
    ("claim", "type"): get_args(ClaimType),
    ("claim", "holds"): ("dated", "standing"),
    ("citation", "stance"): get_args(Stance),
    ("citation", "directness"): get_args(Directness),
    ("citation", "kind"): get_args(Directness),
    ("corroboration", "stance"): get_args(Stance),
    ("citation", "source.directness"): get_args(Directness),
    ("citation", "source.attribution"): ("named", "vague", "none"),
    ("citation", "publisher.reliability"): get_args(Reliability),
    **{(edge, "criticality"): get_args(Level) for edge in ("dependency", "dependent", "event")},
}
_RANGES: Mapping[tuple[str, str], tuple[float, float]] = {
    ("citation", "credibility"): (1, 5),
    ("corroboration", "size"): (1, 3),
    ("claim", "likelihood"): (0, 1),
    ("claim", "review_after_days"): (1, 36_500),
    ("claim", "contradictions"): (0, 2**31),
    ("profile", "gaps"): (0, 2**31),
    **{("factor", name): (0, 1) for name in ("value", "lowest", "highest")},
    **{(edge, "claims"): (0, 2**31) for edge in ("dependency", "dependent", "event")},
    **{(way, "reach"): (0, 1) for way in ("upstream", "downstream")},
    **{(way, "distance"): (1, 6) for way in ("upstream", "downstream")},
}
_REQUIRED: Mapping[str, frozenset[str]] = {
    "profile": frozenset(["id", "kind", "topics", "gaps", "today"]),
    "claim": frozenset(["id", "nature", "key", "contradictions", "profile_row"]),
    "citation": frozenset(["stance", "source.id", "claim_row", "profile_row"]),
    "root": frozenset(["citation_row", "root_row"]),
    "corroboration": frozenset(["stance", "size", "one_family", "claim_row", "profile_row"]),
    "member": frozenset(["corroboration_row", "citation_row"]),
    "ground": frozenset(["claim_row"]),
    "factor": frozenset(["name", "lowest", "highest", "profile_row"]),
    "factor_ground": frozenset(["factor_row"]),
    "dependent_ground": frozenset(["dependent_row"]),
    **dict.fromkeys(
        ("dependency", "dependent", "event"),
        frozenset(["relation", "claims", "profile_row", "peer_row"]),
    ),
    **dict.fromkeys(("upstream", "downstream"), frozenset(["distance", "profile_row", "peer_row"])),
}


def field_words(space: str, column: str) -> tuple[str, ...]:
    """Return the texts that a field can have; empty if it may be any text."""
    return _WORDS.get((space, column), ())


def field_domain(space: str, column: str) -> Domain:
    """Return the values that a column of the tables can hold."""
    unknown = column not in _REQUIRED[space]
    if words := field_words(space, column):
        return Domain(unknown, words=frozenset(words))
    if column.endswith("day") or column == "today":
        return number(*_DAYS, unknown=unknown)
    low, high = _RANGES.get((space, column), (-_INF, _INF))
    whole = column not in ("likelihood", "reach", "value", "lowest", "highest")
    return number(low, high, unknown=unknown, whole=whole and low != -_INF)
