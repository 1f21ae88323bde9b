"""Input that tries to be too much: an error at its place, or it simply works."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.package import (
    CelError,
    Claim,
    Corpus,
    Institution,
    Rule,
    Rulebook,
    Scorer,
    Vocabulary,
    build_tables,
    compile_rulebook,
    lint_rulebook,
    parse_cel,
    run_program,
)
from tests.strategies import AS_OF, corpus_of, rulebook_of


def corpus() -> Corpus:
    claim = Claim(id="c0", nature="fact", text="A claim.")
    return corpus_of([], [], [Institution(kind="institution", id="p0", name="P", claims=(claim,))])


def of_rules(*texts: str, phase: str = "add") -> Rulebook:
    rules = tuple(
        Rule.model_validate({"id": f"r{n}", "when": t, phase: 0.001, "because": "b"})
        for n, t in enumerate(texts)
    )
    return Rulebook(scorers=(Scorer(name="s", on="claim", rules=rules),))


@pytest.mark.parametrize("phase", ["add", "multiply", "cap"])
def test_two_thousand_rules_in_one_scorer(phase: str) -> None:
    texts = [f"claim.contradictions >= {n - 2000} && !has(claim.likelihood)" for n in range(2000)]
    book = of_rules(*texts, phase=phase)
    program = compile_rulebook(book)
    run = run_program(book, program, build_tables(corpus(), book, AS_OF))
    (score,) = run.scores(program.scorers[0])
    assert score.points == {"add": 1000, "multiply": 0, "cap": 0}[phase]
    assert score.coverage == 0
    lint = list(lint_rulebook(book, program, {}, AS_OF))
    assert {f.code for f in lint} <= {"idle-amount", "always-true", "shadowed-rule"}
    assert any(f.code == "shadowed-rule" for f in lint) == (phase == "cap")


@pytest.mark.parametrize(
    "text",
    [
        " || ".join(f"claim.contradictions == {n}" for n in range(280)),
        " && ".join(["claim.key"] * 700),
        'claim.id in ["' + '", "'.join("a" * 9 for _ in range(700)) + '"]',
        '"' + "x" * 9000 + '" == claim.id',
        "!" * 5000 + "true",
    ],
)
def test_long_conditions_work(text: str) -> None:
    assert len(text) <= 10_000
    book = of_rules(text)
    run = run_program(book, compile_rulebook(book), build_tables(corpus(), book, AS_OF))
    assert run.scores(run.program.scorers[0])[0].points in (0, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1" + " + 1" * 2000 + " > 0", "expression-too-deep"),
        ("claim.key ? true : " * 400 + "true", "expression-too-deep"),
        ("[" * 500 + "]" * 500, "expression-too-deep"),
        ("claims" + ".x" * 4000, "expression-too-deep"),
        ("-" * 5000 + "1 > 0", ""),
        ("claim.id == '" + "\\" * 999, "syntax-error"),
        ("\x00claim.key", "syntax-error"),
        ("(" * 29 + "claim.key" + ")" * 29, ""),
        ("9223372036854775808 > 1", "invalid-expression"),
    ],
)
def test_what_is_too_much_is_refused_at_once(text: str, code: str) -> None:
    if not code:
        parse_cel(text, "claim", Vocabulary({}))
        return
    with pytest.raises(CelError) as caught:
        parse_cel(text, "claim", Vocabulary({}))
    assert caught.value.problems[0].code == code, caught.value.problems


def test_a_list_of_a_million_is_refused_before_it_is_read() -> None:
    with pytest.raises(ValidationError, match="at most 10000 characters"):
        of_rules("[" + "1," * 1_000_000 + "1].size() > 1")


def test_macros_inside_macros_are_few_steps() -> None:
    text = "a.key"
    for outer, inner in (("b", "a"), ("c", "b"), ("d", "c")):
        text = f"{outer}.claim.citations.exists({inner}, {text})"
    text = text.replace("a.key", "a.claim.key")
    program = compile_rulebook(of_rules(f"citations.exists(d, {text})"))
    assert len(program.steps) < 60


def test_a_long_chain_of_facts() -> None:
    facts = [{"name": "f0", "on": "claim", "expr": "claim.contradictions"}] + [
        {"name": f"f{n}", "on": "claim", "expr": f"claim.f{n - 1} + 1"} for n in range(1, 300)
    ]
    rule = {"id": "r", "when": "claim.f299 == 299", "add": 0.001, "because": "b"}
    book = rulebook_of({"facts": facts, "scorers": [{"name": "s", "on": "claim", "rules": [rule]}]})
    program = compile_rulebook(book)
    run = run_program(book, program, build_tables(corpus(), book, AS_OF))
    assert run.scores(program.scorers[0])[0].points == 1
    assert list(lint_rulebook(book, program, {}, AS_OF)) == []


@pytest.mark.parametrize(
    "text",
    [
        "claim.key && (" * 28 + "claim.key" + ")" * 28,
        "(" * 28 + "claim.key" + " ? claim.key : !claim.key)" * 28,
    ],
)
def test_what_is_nested_is_looked_at_a_few_times(text: str) -> None:
    book = of_rules(text)
    program = compile_rulebook(book)
    assert [f.message for f in lint_rulebook(book, program, {}, AS_OF)] == []


def test_facts_that_read_others_twice() -> None:
    facts = [{"name": "f0", "on": "claim", "expr": "claim.contradictions"}] + [
        {"name": f"f{n}", "on": "claim", "expr": f"claim.f{n - 1} + claim.f{n - 1}"}
        for n in range(1, 40)
    ]
    rule = {"id": "r", "when": "claim.f39 == 0", "add": 0.001, "because": "b"}
    book = rulebook_of({"facts": facts, "scorers": [{"name": "s", "on": "claim", "rules": [rule]}]})
    run = run_program(book, compile_rulebook(book), build_tables(corpus(), book, AS_OF))
    assert run.scores(run.program.scorers[0])[0].points == 1


def test_lists_written_out_in_one_another_are_few_items() -> None:
    ten = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
    within = f"{ten}.exists(a, {ten}.exists(b, a + b == claim.contradictions))"
    book = of_rules(within)
    run = run_program(book, compile_rulebook(book), build_tables(corpus(), book, AS_OF))
    assert run.scores(run.program.scorers[0])[0].points == 1
    with pytest.raises(CelError, match="1,000 with the lists around it; 100 are allowed"):
        compile_rulebook(of_rules(f"{ten}.all(c, {within})"))
