"""Engines for rulebooks that differ in a few figures, against ones made from nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from benchmarks.generate import Shape, tables
from benchmarks.workload import rulebook

from assay.engines.local import LocalEngine
from assay.engines.plan import outputs
from assay.engines.sharing import Shared
from assay.loading import load_workspace
from assay.model.rulebook import Rulebook
from assay.rules.ir import Apply, Col, Expr, Lit, apply, columns, sum_of
from assay.rules.program import Compute, Program
from assay.rules.scorers import compile_rulebook
from assay.scoring.rerun import rerun
from assay.scoring.run import run_program
from assay.workspace import Workspace
from tests.engines.test_order_and_threads import ROOT

Figures = Mapping[str, Any]
MADE = tables(Shape(60, missing=0.1), reach_hops=2)


def shipped() -> Rulebook:
    loaded = load_workspace(Workspace(ROOT))
    assert loaded.rulebook is not None
    return loaded.rulebook


def edited(book: Rulebook, scorer: int, rule: int, figures: Figures) -> Rulebook:
    document = book.model_dump(mode="json", by_alias=True, exclude_none=True)
    document["scorers"][scorer]["rules"][rule] |= figures
    return type(book).model_validate(document)


def assert_same(program: Program, engine: LocalEngine) -> None:
    fresh = LocalEngine(MADE)
    fresh.run(program.steps)
    for step in program.steps:
        for space, name in outputs(step):
            expected = fresh.column(space, name).to_list()
            assert engine.column(space, name).to_list() == expected, (space, name)


@pytest.mark.parametrize("read_before", [False, True])
@pytest.mark.parametrize("rule", range(3))
def test_a_figure_of_the_workload_is_another(rule: int, read_before: bool) -> None:
    book = rulebook()
    base = run_program(book, compile_rulebook(book), MADE)
    if read_before:
        base.engine.make_all()
    for figures in ({"add": 0.25}, {"add": -0.1}, {"when": "profile.gaps > 2"}, {"add": 0.25}):
        other = edited(book, 0, rule, figures)
        program = compile_rulebook(other)
        assert_same(program, rerun(base, other, program).engine)
    assert_same(base.program, base.engine)


def test_every_figure_of_the_shipped_rules_is_another() -> None:
    book = shipped()
    base = run_program(book, compile_rulebook(book), MADE)
    tried = 0
    for s, scorer in enumerate(book.scorers):
        for r, rule in enumerate(scorer.rules):
            if isinstance(rule.amount, str) or r % 4:
                continue
            other = edited(book, s, r, {rule.phase: 0.45})
            program = compile_rulebook(other)
            assert_same(program, rerun(base, other, program).engine)
            tried += 1
    assert tried > 3


def test_an_edit_of_an_edit_and_a_rule_taken_out() -> None:
    book = rulebook()
    first = run_program(book, compile_rulebook(book), MADE)
    other = edited(book, 0, 1, {"add": 0.5})
    second = rerun(first, other, compile_rulebook(other))
    fewer = other.model_dump(mode="json", by_alias=True, exclude_none=True)
    del fewer["scorers"][0]["rules"][3]
    third = compile_rulebook(Rulebook.model_validate(fewer))
    assert_same(third, rerun(second, Rulebook.model_validate(fewer), third).engine)


# What is shared --------------------------------------------------------------------------------

PICKS = [apply("pick", Col(f"hit {n}"), Lit(n), Lit(0)) for n in range(9)]


def parts(before: Expr, after: Expr, changed: frozenset[str] = frozenset()) -> list[Compute]:
    return list(Shared().rewritten(Compute("profile", "score", after), before, changed))


def test_the_terms_that_stay_are_one_column() -> None:
    other = apply("pick", Col("hit 4"), Lit(50), Lit(0))
    before = apply("hold", sum_of(PICKS), Lit(0), Lit(1000))
    after = apply("hold", sum_of([*PICKS[:4], other, *PICKS[5:]]), Lit(0), Lit(1000))
    rest, score = parts(before, after)
    assert set(columns(rest.expr)) == {f"hit {n}" for n in range(9)} - {"hit 4"}
    assert score.expr == apply("hold", apply("add", Col(rest.column), other), Lit(0), Lit(1000))


def test_a_term_that_reads_what_changed_does_not_stay() -> None:
    rest, score = parts(sum_of(PICKS), sum_of(PICKS), frozenset(["hit 2"]))
    assert "hit 2" not in set(columns(rest.expr))
    assert score.expr == apply("add", Col(rest.column), PICKS[2])


def test_doubles_are_added_in_the_order_that_is_written() -> None:
    doubles: list[Expr] = [apply("mul", Col(f"share {n}"), Lit(0.1)) for n in range(9)]
    after = sum_of([doubles[1], doubles[0], *doubles[2:8], Col("other")])
    *shared, score = parts(sum_of(doubles), after)
    meant = {part.column: part.expr for part in shared}

    def written_out(expr: Expr) -> Expr:
        if isinstance(expr, Col):
            return meant.get(expr.name, expr)
        return apply(expr.op, *map(written_out, expr.args)) if isinstance(expr, Apply) else expr

    assert written_out(score.expr) == after
