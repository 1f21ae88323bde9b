"""What becomes of the elements of a collection: kept, counted, asked whether any or all hold.

Counts are made in the elements' space and brought to the rows that own them; Kleene's logic over
the elements is arithmetic with two counts, of those that are true and of those that are unknown.
"""

from __future__ import annotations

from dataclasses import replace

from assay.rules.columns import Columns
from assay.rules.ir import TRUE, UNKNOWN, Apply, Expr, Lit, all_of, apply
from assay.rules.scope import Rows, Scope


class Reductions(Columns):
    """Makes the columns that go over a collection's rows."""

    def kept(self, rows: Rows, asked: Expr, inner: Scope) -> Rows:
        """The elements that are kept further; where that was unknown before, it stays so."""
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
        """exists, all or exists_one over the elements kept, in the space of their owner.

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
