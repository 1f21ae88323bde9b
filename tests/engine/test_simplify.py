"""Comparisons of distances, which are asked of the column they are measured from."""

from __future__ import annotations

import operator
from collections.abc import Callable

import pytest

from assay.engine.plan import plan
from assay.engine.simplify import Known, as_distance, simplify
from tests.package import Apply, Col, Compute, Expr, Lit, Op, Step, apply

COMPARISONS: dict[Op, Callable[[int, int], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
}
TODAY = 100
SINCE, UNTIL = apply("sub", Lit(TODAY), Col("day")), apply("sub", Col("day"), Lit(TODAY))


class NothingKnown:
    def complete(self, space: str, column: str) -> bool:
        return False

    def constant(self, space: str, column: str) -> int | None:
        return None


@pytest.mark.parametrize("op", COMPARISONS)
@pytest.mark.parametrize("distance", [SINCE, UNTIL])
def test_a_comparison_of_a_distance_asks_the_day(op: Op, distance: Apply) -> None:
    known = {"age": Known(None, True, distance), "day": Known(None, True)}
    for asked in (Col("age"), distance):
        made, complete = simplify(apply(op, asked, Lit(30)), known.__getitem__)
        assert complete
        assert isinstance(made, Apply)
        column, limit = made.args
        assert column == Col("day")
        assert isinstance(limit, Lit)
        assert isinstance(limit.value, int)
        for day in range(60, 140):
            away = TODAY - day if distance is SINCE else day - TODAY
            assert COMPARISONS[made.op](day, limit.value) == COMPARISONS[op](away, 30)


@pytest.mark.parametrize("limit", [-(1 << 63), (1 << 63) - 1])
def test_a_limit_that_leaves_64_bits_stays_where_it_is(limit: int) -> None:
    known = {"day": Known(None, True)}
    for distance, fits in ((SINCE, limit > 0), (UNTIL, limit < 0)):
        asked = apply("lt", distance, Lit(limit))
        made, _ = simplify(asked, known.__getitem__)
        assert (made == asked) != fits


@pytest.mark.parametrize(
    "expr", [apply("sub", Col("a"), Col("b")), apply("sub", Col("a"), Lit(1.5)), Col("a"), Lit(1)]
)
def test_other_expressions_are_no_distances(expr: Expr) -> None:
    assert as_distance(expr) is None


def test_a_distance_that_is_only_compared_is_not_made() -> None:
    steps: list[Step] = [
        Compute("profile", "age", SINCE),
        Compute("profile", "young", apply("lt", Col("age"), Lit(30))),
        Compute("profile", "old", apply("gt", Col("age"), Lit(60))),
    ]
    wanted = [("profile", "young"), ("profile", "old")]
    made = plan({(s.space, s.column): s for s in steps}, wanted, NothingKnown())
    assert [s.column for s in made] == ["young", "old"]
