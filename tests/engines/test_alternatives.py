"""Rulebooks that differ in a few figures, run as one program, against each run by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from benchmarks.generate import Shape, tables
from benchmarks.workload import rulebook

from assay.engines import apart
from assay.engines.local import LocalEngine
from assay.engines.plan import Place, outputs
from assay.engines.sharing import Shared
from assay.loading import load_workspace
from assay.model.rulebook import Rulebook
from assay.rules.ir import Apply, Col, Expr, Lit, apply, columns, sum_of
from assay.rules.program import Program
from assay.rules.scorers import compile_rulebook
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


def engine(program: Program) -> LocalEngine:
    made = LocalEngine(MADE)
    made.run(program.steps)
    return made


def every_column(program: Program) -> list[Place]:
    return [place for step in program.steps for place in outputs(step)]


def assert_each_as_alone(base: LocalEngine, programs: Sequence[Program]) -> None:
    """All columns by the programs, of which the first is that of the engine."""
    wanted = dict.fromkeys(place for program in programs for place in every_column(program))
    tried = base.alternatives([program.steps for program in programs[1:]], wanted)
    assert tried.counts is None
    for number, program in enumerate(programs):
        alone, own = engine(program), tried.columns(number)
        for place in every_column(program):
            made = own[place] if place in own else base.column(*place)
            assert made.to_list() == alone.column(*place).to_list(), (number, place)


@pytest.fixture
def row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "alike", lambda columns, height: None)


@pytest.mark.usefixtures("row_by_row")
@pytest.mark.parametrize("read_before", [False, True])
@pytest.mark.parametrize("rule", range(3))
def test_a_figure_of_the_workload_is_another(rule: int, read_before: bool) -> None:
    book = rulebook()
    edits: tuple[Figures, ...] = (
        {"add": 0.25},
        {"add": -0.1},
        {"when": "profile.gaps > 2"},
        {"add": 0.25},
        {},
    )
    others = [compile_rulebook(edited(book, 0, rule, figures)) for figures in edits]
    base = engine(compile_rulebook(book))
    if read_before:
        base.make_all()
    assert_each_as_alone(base, [compile_rulebook(book), *others])


@pytest.mark.usefixtures("row_by_row")
def test_every_figure_of_the_shipped_rules_is_another() -> None:
    book = shipped()
    places = [
        (s, r, rule.phase)
        for s, scorer in enumerate(book.scorers)
        for r, rule in enumerate(scorer.rules)
        if not isinstance(rule.amount, str) and not r % 4
    ]
    assert len(places) > 3
    others = [compile_rulebook(edited(book, s, r, {phase: 0.45})) for s, r, phase in places]
    program = compile_rulebook(book)
    assert_each_as_alone(engine(program), [program, *others])


@pytest.mark.usefixtures("row_by_row")
def test_a_rule_is_taken_out_and_one_is_new() -> None:
    book = rulebook()
    document = book.model_dump(mode="json", by_alias=True, exclude_none=True)
    taken = document["scorers"][0]["rules"].pop(3)
    fewer = compile_rulebook(Rulebook.model_validate(document))
    document["scorers"][1]["rules"].append(taken)
    moved = compile_rulebook(Rulebook.model_validate(document))
    program = compile_rulebook(book)
    assert_each_as_alone(engine(program), [program, fewer, moved])


def test_rows_that_agree_are_gone_through_once() -> None:
    book = rulebook()
    program = compile_rulebook(book)
    others = [compile_rulebook(edited(book, 0, 1, {"add": n / 100})) for n in range(3)]
    wanted = [
        ("profile", name) for s in program.on("profile") for name in (s.score, s.band) if name
    ]
    tried = engine(program).alternatives([other.steps for other in others], wanted)
    assert tried.counts is not None
    assert tried.counts.sum() == MADE.height("profile")
    place = ("profile", "score.confidence")
    together = zip(*(tried.columns(n)[place].to_list() for n in range(4)), strict=True)
    found = Counter[tuple[Any, ...]]()
    for values, count in zip(together, tried.counts.tolist(), strict=True):
        found[values] += count
    alone = [engine(p).column(*place).to_list() for p in (program, *others)]
    assert found == Counter(zip(*alone, strict=True))


# What is shared --------------------------------------------------------------------------------

PICKS: list[Expr] = [apply("pick", Col(f"hit {n}"), Lit(n), Lit(0)) for n in range(9)]
OTHER = apply("pick", Col("hit 4"), Lit(50), Lit(0))


def rewritten(
    expressions: Sequence[Expr], differing: frozenset[str] = frozenset()
) -> tuple[dict[str, Expr], Sequence[Expr]]:
    """The parts that expressions share by their columns, and the expressions over them."""
    shared = Shared()
    made = shared.rewritten("profile", expressions, differing)
    return {step.column: step.expr for step in shared.parts.values()}, made


@pytest.mark.parametrize("limit", [Lit(1000), apply("least", Lit(1000), Col("limit"))])
def test_the_terms_that_stay_are_one_column(limit: Expr) -> None:
    sums = [PICKS, [*PICKS[:4], OTHER, *PICKS[5:]]]
    parts, made = rewritten([apply("hold", sum_of(terms), Lit(0), limit) for terms in sums])
    ((rest, expr),) = parts.items()
    assert set(columns(expr)) == {f"hit {n}" for n in range(9)} - {"hit 4"}
    assert list(made) == [
        apply("hold", apply("add", Col(rest), own), Lit(0), limit) for own in (PICKS[4], OTHER)
    ]


def test_the_caps_that_stay_are_one_column() -> None:
    parts, made = rewritten(
        [
            apply("least", Lit(1000), *PICKS),
            apply("least", Lit(1000), OTHER, *PICKS[:4], *PICKS[5:]),
        ]
    )
    ((rest, expr),) = parts.items()
    assert set(columns(expr)) == {f"hit {n}" for n in range(9)} - {"hit 4"}
    assert list(made) == [apply("least", Col(rest), own) for own in (PICKS[4], OTHER)]


def test_a_term_that_reads_what_differs_does_not_stay() -> None:
    parts, made = rewritten([sum_of(PICKS), sum_of(PICKS)], frozenset(["hit 2"]))
    ((rest, expr),) = parts.items()
    assert "hit 2" not in set(columns(expr))
    assert list(made) == [apply("add", Col(rest), PICKS[2])] * 2


def test_doubles_are_added_in_the_order_that_is_written() -> None:
    doubles: list[Expr] = [apply("mul", Col(f"share {n}"), Lit(0.1)) for n in range(9)]
    before, after = sum_of(doubles), sum_of([doubles[1], doubles[0], *doubles[2:8], Col("other")])
    parts, made = rewritten([before, after])

    def written_out(expr: Expr) -> Expr:
        if isinstance(expr, Col):
            return parts.get(expr.name, expr)
        return apply(expr.op, *map(written_out, expr.args)) if isinstance(expr, Apply) else expr

    assert [written_out(expr) for expr in made] == [before, after]
