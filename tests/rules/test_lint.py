"""What the linter says of a rulebook, with the proof in the message."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given

from tests.package import (
    Analysis,
    Corpus,
    Trace,
    build_tables,
    check_rulebook,
    lint_rulebook,
    run_program,
)
from tests.strategies import AS_OF, corpora, default_rulebook, rulebook_of

GRADES = [
    {"id": "high", "from": 0.6, "grade": "High", "label": "High"},
    {"id": "low", "from": 0.0, "grade": "Low", "label": "Low"},
]


def linted(*rules: dict[str, Any], on: str = "claim", **more: Any) -> list[tuple[str, str]]:
    scorer = {
        "name": "s",
        "on": on,
        "rules": [
            {"id": f"r{i}", "because": "b", "on_unknown": "ignore", **r}
            for i, r in enumerate(rules)
        ],
    }
    scorer |= {k: more.pop(k) for k in ("scale", "start") if k in more}
    book = rulebook_of({"scorers": [scorer], **more})
    program, findings = check_rulebook(book)
    assert program is not None, findings
    values = {("profile", "domain"): {"Governance"}, ("profile", "topics"): {"chips"}}
    return [(f.code, f.message) for f in lint_rulebook(book, program, values, date(2026, 1, 15))]


CITED = "citations.size() > 0"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("citation.credibility == 7", "citation.credibility is from 1 to 5"),
        ('citation.stance == "support"', "citation.stance is one of disputes, supports"),
        ("citation.credibility > 3 && citation.credibility < 3", "its parts contradict each other"),
        (
            'citation.directness == "record" && citation.directness == "secondary"',
            "its parts contradict each other",
        ),
        ('publisher.reliability in ["F", "G"]', "one of A, B, C, D, E"),
        ("false", "none of its parts can be true"),
        ("claim.citations.exists(c, c.credibility > 5)", "none of its parts can be true"),
    ],
)
def test_a_condition_that_can_never_be_true(when: str, said: str) -> None:
    found = linted({"when": when, "add": 0.1}, on="citation")
    assert found[0][0] == "never-true", found
    assert said in found[0][1]


@pytest.mark.parametrize(
    "when",
    ["citations.size() >= 0", "has(claim.nature)", "true || claim.key", 'claim.nature != "x"'],
)
def test_a_condition_that_is_always_true(when: str) -> None:
    assert ("always-true", "the condition of 'r0' is always true") in linted(
        {"when": when, "add": 0.1}
    )


def test_a_rule_that_repeats_another() -> None:
    found = linted({"when": CITED, "add": 0.1}, {"when": f"({CITED})", "add": 0.1})
    assert found == [("repeated-rule", "the rule 'r1' repeats 'r0'")]
    assert linted({"when": CITED, "add": 0.1}, {"when": CITED, "add": 0.2}) == []


def test_a_cap_that_a_stricter_one_makes_idle() -> None:
    found = linted(
        {"when": "claim.contradictions > 5", "cap": 0.5},
        {"when": "claim.contradictions > 2", "cap": 0.4},
        start=1.0,
    )
    assert [f[0] for f in found] == ["shadowed-rule"]
    assert "'r0' changes nothing: whenever it applies, 'r1' applies too" in found[0][1]
    assert (
        linted(
            {"when": "claim.contradictions > 5", "cap": 0.3},
            {"when": "claim.contradictions > 2", "cap": 0.4},
            start=1.0,
        )
        == []
    )


def test_an_amount_that_changes_nothing() -> None:
    assert linted({"when": CITED, "add": 0.0})[0] == ("idle-amount", "add 0.000 changes nothing")
    found = linted({"when": CITED, "add": 0.3}, {"when": "claim.key", "cap": 0.4})
    assert found == [
        (
            "idle-amount",
            "cap 0.400 limits no score: without it the score is at most 0.300",
        )
    ]


def test_a_band_out_of_reach() -> None:
    found = linted({"when": CITED, "add": 0.3}, scale="grade", scales={"grade": GRADES})
    assert found == [
        (
            "unreached-band",
            (
                "s of a claim never reaches 'high', which starts at 0.600: its scores are from "
                "0.000 to 0.300"
            ),
        )
    ]


def test_bands_whose_words_contradict_their_order() -> None:
    turned = [
        GRADES[0] | {"grade": "Low", "label": "Low"},
        GRADES[1] | {"grade": "High", "label": "High"},
    ]
    found = linted({"when": CITED, "add": 0.8}, scale="grade", scales={"grade": turned})
    assert found == [
        ("band-words", "'Low' starts at 0.600, above 'High' at 0.000, but ranks lower")
    ]
    letters = [GRADES[0] | {"grade": "C/D"}, GRADES[1] | {"grade": "A"}]
    found = linted({"when": CITED, "add": 0.8}, scale="grade", scales={"grade": letters})
    assert found[0][1] == "'C/D' starts at 0.600, above 'A' at 0.000; A is the best grade"


def test_a_word_on_the_page_that_is_not_the_word_of_its_band() -> None:
    labelled = [GRADES[0] | {"label": "Low"}, GRADES[1]]
    found = linted({"when": CITED, "add": 0.8}, scale="grade", scales={"grade": labelled})
    assert found == [
        (
            "band-words",
            "the grade 'High' and the label 'Low' of the band 'high' contradict each other",
        )
    ]
    turned = [
        {"id": "b", "from": 0.6, "grade": "x", "label": "Weak"},
        {"id": "a", "from": 0.0, "grade": "y", "label": "Strong"},
    ]
    found = linted({"when": CITED, "add": 0.8}, scale="grade", scales={"grade": turned})
    assert found == [
        ("band-words", "'Weak' starts at 0.600, above 'Strong' at 0.000, but ranks lower")
    ]


def test_a_word_for_a_likelihood_stands_for_the_range_of_the_standard() -> None:
    odds = [
        {"id": "c", "from": 0.55, "grade": "Likely", "label": "c"},
        {"id": "b", "from": 0.30, "grade": "b", "label": "Very likely"},
        {"id": "a", "from": 0.0, "grade": "a", "label": "a"},
    ]
    found = linted({"when": CITED, "add": 0.8}, scale="odds", scales={"odds": odds})
    assert found == [
        (
            "band-words",
            "'Very likely' means 0.80 to 0.95, and this band is 0.300 to 0.550",
        )
    ]


@pytest.mark.parametrize("count", [120, 600])
def test_shadows_are_found_among_any_number_of_caps(count: int) -> None:
    kinds = ["figure", "action", "mandate", "role"]
    rules: list[dict[str, Any]] = [
        {
            "when": f'claim.type == "{kinds[n % 4]}" && claim.contradictions > {n}',
            "cap": round(0.9 - n // 4 * 0.001, 3) if n % 4 else 0.5,
        }
        for n in range(count)
    ]
    found = linted(*rules, start=1.0)
    shadowed = {said.split("'")[1] for code, said in found if code == "shadowed-rule"}
    # Of those that ask for figures all have the same amount, and the first holds widest; among the
    # others each further one asks for more and is stricter, so none is idle.
    assert shadowed == {f"r{n}" for n in range(4, count, 4)}


def test_many_multiplications_below_a_cap_are_looked_at_once() -> None:
    """A column that is read twice by the next would otherwise be looked at 2ⁿ times."""
    rules: list[dict[str, Any]] = [
        {"when": f"claim.contradictions > {n}", "multiply": 0.99} for n in range(40)
    ]
    found = linted(
        *rules, {"when": "claim.key", "cap": 0.5}, {"when": CITED, "floor": 0.7}, start=1.0
    )
    assert found == []


def test_a_floor_below_everything_is_idle() -> None:
    found = linted({"when": CITED, "floor": 0.2}, {"when": "claim.key", "cap": 0.1}, start=0.4)
    assert found[0] == (
        "idle-amount",
        "floor 0.200 raises no score: without it the score is at least 0.400 before caps",
    )


def test_facts_and_parameters_that_nothing_uses() -> None:
    facts = [{"name": "cited", "on": "claim", "expr": CITED}]
    found = linted(
        {"when": '"cited least" == claim.id', "add": 0.1}, facts=facts, parameters={"least": 2}
    )
    assert [f[1] for f in found] == [
        "nothing uses the fact 'cited'",
        "nothing uses the parameter 'least'",
    ]
    assert (
        linted(
            {"when": "claim.cited && least > 1", "add": 0.1}, facts=facts, parameters={"least": 2}
        )
        == []
    )


def test_a_text_that_no_document_has() -> None:
    found = linted({"when": 'profile.domain == "Governence"', "add": 0.1}, on="profile")
    assert found == [("unknown-value", "no profile has the domain 'Governence'")]
    assert linted({"when": 'profile.domain == "Trade"', "add": 0.1}, on="profile") == []
    found = linted({"when": '"chipps" in profile.topics', "add": 0.1}, on="profile")
    assert found == [("unknown-value", "no profile has the topics 'chipps'")]
    found = linted({"when": 'claim.nature in ["fact", "judgment"]', "add": 0.1})
    assert found == [("unknown-value", "no claim has the nature 'judgment'")]


def test_a_rule_that_is_switched_off_is_told() -> None:
    rule = {"when": CITED, "add": 0.1}
    off = linted(rule | {"disabled": {"reason": "under review", "until": "2026-02-01"}})
    assert off == [("rule-expiry", "the rule 'r0' is disabled until 2026-02-01")]
    on = linted(rule | {"disabled": {"reason": "under review", "until": "2026-01-15"}})
    assert on == [
        ("rule-expiry", "the rule 'r0' was disabled until 2026-01-15 and is in force again")
    ]


def test_the_default_rulebook_has_nothing_against_it() -> None:
    book = default_rulebook()
    program, _ = check_rulebook(book)
    assert program is not None
    assert list(lint_rulebook(book, program, {}, AS_OF)) == []


@given(corpora())
def test_what_is_said_to_be_impossible_never_happens(corpus: Corpus) -> None:
    book = default_rulebook()
    program, _ = check_rulebook(book)
    assert program is not None
    analysis = Analysis(program)
    tables = build_tables(corpus, book, AS_OF)
    run = run_program(book, program, tables)
    trace = Trace(run)
    for columns in program.scorers:
        on = columns.scorer.on
        limits = analysis.column(on, columns.score)
        for row in range(tables.height(on)):
            score = trace.value(on, columns.score, row)
            if score is None:
                assert limits.unknown
            else:
                assert isinstance(score, int)
                assert limits.low <= score <= limits.high
            for rule in columns.rules:
                outcome = trace.evaluate(on, rule.outcome, row)
                word = "unknown" if outcome is None else "true" if outcome else "false"
                assert word in analysis.expression(on, rule.outcome).outcomes, rule.rule.id


# Conditions that are never decided, and other spellings ----------------------------------------


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("profile.gaps / 0 == 1", "it divides by 0"),
        ("profile.gaps % (2 - 2) == 1", "it divides by 0"),
        ("!(1 < profile.gaps / 0) || profile.gaps / 0 == 1", "it divides by 0"),
        ("share(profile.gaps, 0) > 0.5", "one of its parts is always unknown"),
        ("profile.topics[-1] == 'x'", "the list has no item of that number"),
        ("profile.topics.size() / 0 > profile.gaps ? true : false", "it divides by 0"),
    ],
)
def test_a_condition_that_is_never_decided(when: str, why: str) -> None:
    found = linted({"when": when, "add": 0.1, "on_unknown": "apply"}, on="profile")
    assert found == [
        ("never-decided", f"the condition of 'r0' can never be decided: {why}"),
    ]


def test_an_index_beyond_the_size_is_never_true() -> None:
    when = 'profile.topics.size() < 3 && profile.topics[7] == "x"'
    assert linted({"when": when, "add": 0.1}, on="profile") == [
        (
            "never-true",
            (
                "the condition of 'r0' can never be true: if the rest of it is true, the list "
                "has no item of that number"
            ),
        )
    ]


@pytest.mark.parametrize(
    "when",
    [
        "profile.gaps / profile.topics.size() == 1",
        "profile.gaps / 2 == 1",
        'profile.topics.size() < 3 && profile.topics[1] == "x"',
        'profile.topics[7] == "x"',
        "profile.gaps == 1 || profile.gaps / 0 == 1",
    ],
)
def test_a_condition_that_may_be_decided(when: str) -> None:
    assert linted({"when": when, "add": 0.1}, on="profile") == []


def test_amounts_and_starts_that_are_never_decided() -> None:
    amount = {"when": "true", "cap": "double(profile.gaps / 0)", "on_unknown": 0.5}
    assert linted(amount, on="profile", start="double(profile.gaps % 0)") == [
        ("never-decided", "the start of 's' can never be decided: it divides by 0"),
        ("never-decided", "the amount of 'r0' can never be decided: it divides by 0"),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("profile.gaps == 1", "1 == profile.gaps"),
        ("profile.gaps < 2", "2 > profile.gaps"),
        ("profile.gaps < 2", "!(profile.gaps >= 2)"),
        ("!(profile.gaps == 1)", "1 != profile.gaps"),
        ("profile.gaps == 1 && has(profile.type)", "has(profile.type) && profile.gaps == 1"),
        (
            "profile.gaps == 1 && (has(profile.type) && has(profile.base))",
            "(profile.gaps == 1 && has(profile.base)) && (has(profile.type) && 1 == profile.gaps)",
        ),
        (
            "!(profile.gaps == 1 || has(profile.type))",
            "!has(profile.type) && profile.gaps != 1",
        ),
        ('profile.type in ["a", "b"]', 'profile.type in ["b", "a", "a"]'),
        ('profile.type in ["a"]', '"a" == profile.type'),
        ("profile.gaps + profile.topics.size() > 3", "3 < profile.topics.size() + profile.gaps"),
        (
            'claims.exists(c, c.nature == "fact" && c.key)',
            'claims.exists(k, k.key && "fact" == k.nature)',
        ),
        ('dependents.exists(d, d.peer.type == "a")', 'dependents.exists(d, "a" == d.peer.type)'),
        ("profile.few", "1 >= profile.gaps"),
    ],
)
def test_another_spelling_of_a_condition_is_a_repetition(one: str, other: str) -> None:
    facts = [{"name": "few", "on": "profile", "expr": "profile.gaps <= 1"}]
    found = linted(
        {"when": one, "add": 0.1}, {"when": other, "add": 0.1}, on="profile", facts=facts
    )
    assert ("repeated-rule", "the rule 'r1' repeats 'r0'") in found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("profile.gaps < 2", "profile.gaps > 2"),
        ("profile.gaps - profile.topics.size() > 3", "profile.topics.size() - profile.gaps > 3"),
        ("claims.exists(c, c.key)", "claims.all(c, c.key)"),
        ("claims.size() > 1", "citations.size() > 1"),
        ("profile.gaps == 1 && has(profile.type)", "profile.gaps == 1 || has(profile.type)"),
        ('profile.type == "a"', 'profile.base == "a"'),
        ("dependents.size() > 1", "dependents.peers() > 1"),
    ],
)
def test_another_condition_is_no_repetition(one: str, other: str) -> None:
    found = linted({"when": one, "add": 0.1}, {"when": other, "add": 0.1}, on="profile")
    assert "repeated-rule" not in dict(found)


@pytest.mark.parametrize(
    ("floor", "cap", "idle"),
    [
        ({}, {}, True),
        ({"when": "profile.gaps == 2"}, {"when": "2 == profile.gaps"}, True),
        ({"when": "profile.gaps == 2 && has(profile.type)"}, {"when": "profile.gaps == 2"}, True),
        ({"when": "profile.gaps == 2"}, {"when": "true"}, True),
        ({"when": "profile.gaps == 2"}, {"when": "profile.gaps >= 1"}, True),
        ({"when": "profile.gaps == 2"}, {"on_unknown": "apply"}, True),
        ({"on_unknown": "apply"}, {"on_unknown": "apply"}, True),
        (
            {"on_unknown": "apply", "when": 'profile.type == "a"'},
            {"when": "profile.gaps < 9"},
            False,
        ),
        ({"when": "profile.gaps >= 1"}, {"when": "profile.gaps == 2"}, False),
        ({"floor": 0.2}, {"cap": 0.2}, False),
        ({"floor": 0.1}, {"cap": 0.2}, False),
    ],
)
def test_a_floor_above_a_cap_that_always_applies_with_it(
    floor: dict[str, Any], cap: dict[str, Any], idle: bool
) -> None:
    either = {"when": "profile.gaps == 2", "on_unknown": "ignore"}
    found = linted(
        {**either, "floor": 0.3, **floor}, {**either, "cap": 0.2, **cap}, on="profile", start=0.5
    )
    said = (
        "idle-amount",
        "floor 0.300 is idle above 0.200: whenever 'r0' applies, the cap 'r1' applies too",
    )
    assert (said in found) == idle
