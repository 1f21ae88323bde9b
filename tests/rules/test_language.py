"""What the language can say, each expression against Google's CEL on random workspaces."""

from __future__ import annotations

from typing import Any

import pytest
from cel_expr_python import cel
from hypothesis import given

from tests.oracle import Oracle
from tests.oracle_cel import UNKNOWN
from tests.package import (
    CelError,
    Corpus,
    Event,
    PartialDate,
    PatternError,
    Rule,
    Rulebook,
    Scorer,
    Trace,
    build_tables,
    compile_rulebook,
    run_program,
    translated,
)
from tests.rules.test_conditions import probe
from tests.strategies import AS_OF, corpora, corpus_of, default_rulebook, desk_of

PROFILE = [
    'profile.topics.exists(t, t.startsWith("c"))',
    "profile.topics.all(t, t.size() > 2)",
    'profile.topics.exists_one(t, t == "chips")',
    'profile.topics.filter(t, t.contains("a")).size() > 0',
    "profile.topics.exists(t, true)",
    "profile.topics.all(t, false)",
    'profile.topics[0] == "chips"',
    "profile.topics[profile.topics.size() - 1] != profile.domain",
    "profile.domain in profile.topics",
    'profile.type in [profile.domain, "company", profile.base]',
    '["chips", "models"].exists(t, t in profile.topics)',
    '["chips", "models"].all(t, t in profile.topics)',
    '["chips", "models", "chips"].exists_one(t, t in profile.topics)',
    'claims.map(c, c.id).exists(i, i == "c0")',
    "claims.map(c, c.checked_days).exists(d, d > 100)",
    "claims.map(c, c.checked_days).all(d, d > 100)",
    "claims.map(c, c.checked_days).filter(d, d > 100).size() > 0",
    "claims.map(c, c.checked_days).map(d, d * 2).exists_one(d, d > 100)",
    "claims.filter(c, c.key).map(c, c.checked_days).size() == 1",
    "claims.map(c, c.key, c.id).size() == 1",
    "profile.type in claims.map(c, c.type)",
    "claims.exists(c, c.citations.exists(s, c.id == s.source.id || s.age_days > 100))",
    "claims.map(c, c.citations.size()).exists(n, n > 1)",
    "claims.exists(c, c.citations.map(s, s.age_days).all(a, a > c.checked_days))",
    "profile.gaps + 9223372036854775807 > 0",
    "profile.gaps * 9223372036854775807 > 0",
    "-(profile.gaps - 9223372036854775807 - 1) > 0",
    "(profile.gaps - 9223372036854775807 - 1) / -1 > 0",
    "(profile.gaps * 4611686018427387904) % -3 == 0",
    "7 / profile.gaps == 7",
    "7 % profile.gaps == 1",
    "abs(profile.due_days) > 100",
    "abs(profile.gaps - 9223372036854775807 - 1) > 0",
    "share(claims.filter(c, c.key).size(), claims.size()) >= 0.5",
    "int(double(claims.size()) / 0.3) == 6",
    "int(1.0 / double(profile.gaps)) > 0",
    'string(profile.gaps > 1) == "true"',
    'profile.region.lower() == "asia"',
    "profile.region.lowerAscii() == profile.region",
    "profile.region.upperAscii() != profile.region",
    'profile.id.matches(r"^p\\d$")',
    'profile.id.matches("(?i)^P[^\\\\D]$")',
    'profile.id.matches(r"\\bp0\\b")',
    'matches(profile.type, "^c.*y$")',
    "profile.as_of > profile.begun",
    "profile.begun <= profile.ended",
    "profile.begun.getFullYear() == 2024",
    "profile.begun.getMonth() == 0",
    "profile.begun.getDate() == 29",
    "profile.begun.getDayOfMonth() == 28",
    "profile.begun.getDayOfWeek() == 1",
    "profile.begun.getDayOfYear() > 27",
    'profile.begun < timestamp("2024-06-01T12:00:00+02:00")',
    'profile.begun + duration("24h") > day("2024-01-29")',
    'profile.ended - profile.begun >= duration("0s")',
    'duration("36h") - duration("24h") == duration("12h")',
    "days_between(profile.begun, profile.as_of) == profile.begun_days",
    "has(profile.begun)",
    'claims.exists(c, c.as_of > day("2024-01-01"))',
    '(profile.kind == "event" ? profile.begun : profile.as_of) < profile.as_of',
]
CITATION = [
    "citation.published <= source.published",
    "source.accessed >= source.published",
    'days_between(source.published, day("2026-01-15")) == source.age_days',
    'claim.citations.exists(c, c.published < day("2025-01-01"))',
    "source.published.getMonth() in [0, 5]",
]


def outcomes(subject: str, texts: list[str], corpus: Corpus) -> list[tuple[str, int, Any, Any]]:
    rulebook = Rulebook(scorers=(probe(subject, texts),))
    tables = build_tables(corpus, rulebook, AS_OF)
    run = run_program(rulebook, compile_rulebook(rulebook), tables)
    oracle = Oracle(rulebook, tables)
    found = []
    for rule in run.program.scorer(f"{subject}.probe").rules:
        for row in range(tables.height(subject)):
            value = Trace(run).evaluate(subject, rule.outcome, row)
            wanted = oracle.evaluate(subject, row, rule.rule.when)
            found.append((rule.rule.when, row, value, None if wanted is UNKNOWN else wanted))
    return found


@given(corpora())
def test_profile_conditions(corpus: Corpus) -> None:
    wrong = [o for o in outcomes("profile", PROFILE, corpus) if o[2] is not o[3]]
    assert not wrong, wrong


@given(corpora())
def test_citation_conditions(corpus: Corpus) -> None:
    assert [o for o in outcomes("citation", CITATION, corpus) if o[2] is not o[3]] == []


REFUSED = [
    ("profile", 'profile.id.matches("(a")', "invalid-pattern", 20, "missing )"),
    ("profile", 'profile.id.matches("(?=a)")', "invalid-pattern", 20, "look-ahead"),
    ("profile", "profile.id.matches(profile.kind)", "not-compilable", 11, 'matches("^a.*")'),
    (
        "profile",
        "claims.exists(c, c.profile.claims.exists(d, d.id == c.id))",
        "not-compilable",
        52,
        "",
    ),
    ("profile", "profile.topics.exists(t, t == profile.domain)", "not-compilable", 30, "in"),
    ("profile", "profile.topics.map(t, t.size()).size() > 0", "not-compilable", 18, "exists"),
    ("profile", "[1, 2].map(x, x * 2).size() == 2", "not-compilable", 10, "resulting list"),
    ("profile", 'profile.topics == ["a"]', "not-compilable", 15, "size() == 0"),
    ("profile", "claims[0].key", "not-compilable", 6, "exists"),
    ("profile", "claims[0] == claims[1]", "not-compilable", 6, "exists"),
    ("profile", "int(profile.id) == 3", "not-compilable", 0, "text itself"),
    ("profile", "dyn(profile.gaps) == 3", "not-compilable", 0, "leave dyn"),
    ("profile", '{"a": 1}.a == 1', "not-compilable", 0, "list"),
    ("profile", "type(profile.gaps) == int", "not-compilable", 0, "leave"),
    ("profile", "profile.domain == null", "type-mismatch", 15, "has("),
    ("profile", 'b"a" == b"a"', "not-compilable", 0, '"text"'),
    ("profile", "timestamp(profile.id) == profile.as_of", "not-compilable", 0, "day("),
    ("profile", 'day("2024-02-30") == profile.as_of', "not-compilable", 4, ""),
    ("profile", 'duration("1.5s") == duration("1s")', "not-compilable", 9, "whole seconds"),
    ("profile", "!" * 40 + "true", "", 0, ""),
    ("profile", "1" + "+1" * 60 + " == 61", "expression-too-deep", 0, "split"),
    ("profile", "(" * 500 + "true" + ")" * 500, "expression-too-deep", 0, "split"),
]


@pytest.mark.parametrize(("subject", "text", "code", "offset", "hint"), REFUSED)
def test_what_is_refused_has_a_place_and_a_way_to_write_it(
    subject: str, text: str, code: str, offset: int, hint: str
) -> None:
    rulebook = Rulebook.model_construct(
        **Rulebook(scorers=(probe(subject, ["true"]),)).__dict__
        | {"scorers": (unchecked(subject, text),)}
    )
    if not code:
        compile_rulebook(rulebook)
        return
    with pytest.raises(CelError) as caught:
        compile_rulebook(rulebook)
    problem = caught.value.problems[0]
    assert (problem.code, problem.value.offset) == (code, offset), problem
    assert hint in problem.hint or hint in problem.message


def unchecked(subject: str, text: str) -> Scorer:
    """A probe whose condition may be longer than documents allow."""
    scorer = probe(subject, ["true"])
    rule = scorer.rules[0].model_copy(update={"when": text})
    return scorer.model_copy(update={"rules": (rule,)})


def test_catastrophic_patterns_run_in_linear_time() -> None:
    pattern = "^(a+)+$"
    corpus = corpus_of([], [], [Event(kind="event", id="p0", name="a" * 250 + "b")])
    text = f'("{"a" * 5000}b" + profile.id).matches("{pattern}")'
    assert [o[2] for o in outcomes("profile", [text], corpus)] == [False]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^\d+$", "१२३"),
        (r"\w", "é"),
        (r"^\s$", "\u00a0"),
        (r"\bé", "é"),
        (r"[\w-]+$", "a-b"),
        (r"[[:alpha:]&&[a]", "&"),
        (r"[a--b]", "-"),
        (r"[]a]", "]"),
        (r"[^]a]", "b"),
        (r"[^\D]", "5"),
        (r"[\d\-x]", "-"),
        ("(?i)STRASSE|\u017f", "s"),
        (r"^.$", "\n"),
        (r"\pL", "é"),
        (r"a$", "a\n"),
        (r"x{2,3}?", "xx"),
        (r"(?P<n>a)", "a"),
    ],
)
def test_a_pattern_means_what_re2_makes_of_it(pattern: str, text: str) -> None:
    import polars as pl

    wanted = _RE2.eval(data={"t": text, "p": pattern})
    try:
        written = translated(pattern)
    except PatternError:
        assert wanted.type() == cel.Type.ERROR
        return
    assert pl.select(pl.lit(text).str.contains(written)).item() is wanted.plain_value()


_RE2 = cel.NewEnv(variables={"t": cel.Type.STRING, "p": cel.Type.STRING}).compile("t.matches(p)")


def test_a_sentence_shows_dates_spans_and_lists_in_words() -> None:
    rulebook = default_rulebook()
    scorer = Scorer(
        name="told",
        on="profile",
        rules=(
            Rule(
                id="told",
                add=0.1,
                because="begun {profile.begun}, {profile.as_of - profile.begun} ago: "
                "{profile.topics}",
            ),
        ),
    )
    rulebook = rulebook.model_copy(update={"scorers": (*rulebook.scorers, scorer)})
    event = Event(
        kind="event", id="p0", name="P", date=PartialDate.parse("2026-01-05"), topics=("a", "b")
    )
    explained = desk_of(corpus_of([], [], [event]), rulebook).explain(["p0"])["p0"]
    step = next(
        s for e in explained.scorers if e.name == "told" for s in e.steps if s.rule == "told"
    )
    assert step.because == "begun 2026-01-05, 10 days ago: a, b"
