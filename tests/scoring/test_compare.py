"""Grades that other rulebooks would change: with shared columns, and in runs of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.generate import Shape, tables
from benchmarks.workload import rulebook
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.scoring.compare import BandMoves, band_moves, grade_columns
from tests.engine.test_planned_runs import shipped
from tests.package import Program, Rulebook, Run, Tables, compile_rulebook, run_program

WORKLOAD, SHIPPED = rulebook(), shipped()[0]
BASES = {id(book): compile_rulebook(book) for book in (WORKLOAD, SHIPPED)}
HUNDREDTHS = st.integers(0, 100).map(lambda n: n / 100)


def written(book: Rulebook) -> dict[str, Any]:
    document: dict[str, Any] = book.model_dump(mode="json", by_alias=True, exclude_none=True)
    return document


@st.composite
def edits(draw: st.DrawFn, book: Rulebook) -> list[Program]:
    """Programs of rulebooks in which one figure has several other values."""
    scorers = range(len(book.scorers))
    rules = [
        (s, r, rule.phase)
        for s in scorers
        for r, rule in enumerate(book.scorers[s].rules)
        if isinstance(rule.amount, float)
    ]
    scale = draw(st.sampled_from(sorted(book.scales)))
    kind = draw(st.sampled_from(["rule", "rule", "band", "when"]))
    place = draw(st.sampled_from(rules))
    programs = []
    for value in draw(st.lists(HUNDREDTHS, min_size=1, max_size=4)):
        document = written(book)
        rule = document["scorers"][place[0]]["rules"][place[1]]
        if kind == "rule":
            rule[place[2]] = value
        elif kind == "when":
            rule["when"] = f"{rule['when']} && {value} > 0.5"
        else:
            upper = max(document["scales"][scale], key=lambda band: band["from"])
            upper["from"] = max(value, upper["from"])
        programs.append(compile_rulebook(type(book).model_validate(document)))
    return programs


def moves_by(base: Run, programs: list[Program]) -> Iterator[BandMoves]:
    """As a sweep counts them: with the columns shared that the programs have in common."""
    for program in programs:
        engine = base.engine.derive(base.tables, program.steps, repeated=grade_columns(program))
        yield band_moves(base, Run(base.rulebook, program, base.tables, engine))


def run_by_run(base: Run, programs: list[Program]) -> list[BandMoves]:
    alone = [run_program(base.rulebook, program, base.tables) for program in programs]
    return [band_moves(base, run) for run in alone]


@settings(max_examples=25)
@given(edits(WORKLOAD), st.integers(0, 200), st.sampled_from([0.0, 0.2]))
def test_the_workload_moves_as_in_runs_of_their_own(
    programs: list[Program], profiles: int, missing: float
) -> None:
    made = tables(Shape(profiles, missing=missing))
    base = run_program(WORKLOAD, BASES[id(WORKLOAD)], made)
    assert list(moves_by(base, programs)) == run_by_run(base, programs)


@settings(max_examples=10)
@given(edits(SHIPPED), st.integers(0, 30))
def test_the_shipped_rules_move_as_in_runs_of_their_own(
    programs: list[Program], profiles: int
) -> None:
    made = tables(Shape(profiles, missing=0.1), reach_hops=2)
    base = run_program(SHIPPED, BASES[id(SHIPPED)], made)
    assert list(moves_by(base, programs)) == run_by_run(base, programs)


def test_a_profile_that_moves_on_two_scales_is_one_profile() -> None:
    made: Tables = tables(Shape(300))
    document = written(WORKLOAD)
    for scorer in document["scorers"]:
        scorer["start"] = 0.9
    program = compile_rulebook(Rulebook.model_validate(document))
    base = run_program(WORKLOAD, BASES[id(WORKLOAD)], made)
    (moves,) = moves_by(base, [program])
    assert moves.upgrades > moves.profiles > 0
    assert moves.scores > 300 >= moves.profiles
    assert [moves] == run_by_run(base, [program])


def test_the_same_rulebook_moves_nothing() -> None:
    base = run_program(WORKLOAD, BASES[id(WORKLOAD)], tables(Shape(50)))
    again = compile_rulebook(Rulebook.model_validate(written(WORKLOAD)))
    assert list(moves_by(base, [again, again])) == [BandMoves(), BandMoves()]
    assert list(moves_by(base, [])) == []


def test_a_scorer_that_had_no_scale_moves_no_band() -> None:
    bare = written(WORKLOAD)
    for scorer in bare["scorers"]:
        scorer.pop("scale", None)
    before = Rulebook.model_validate(bare)
    base = run_program(before, compile_rulebook(before), tables(Shape(50)))
    raised = written(WORKLOAD)
    for scorer in raised["scorers"]:
        scorer["start"] = 0.9
    program = compile_rulebook(Rulebook.model_validate(raised))
    (moves,) = moves_by(base, [program])
    assert (moves.upgrades, moves.downgrades) == (0, 0)
    assert moves.scores > 0
    assert [moves] == [band_moves(base, run_program(before, program, base.tables))]
