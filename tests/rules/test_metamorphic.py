"""What changes nothing, and what moves scores one way only, for every rulebook and workspace."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.package import (
    AnyProfile,
    Corpus,
    Model,
    Rulebook,
    Run,
    Scorer,
    Trace,
    build_tables,
    compile_rulebook,
    run_program,
)
from tests.rulebooks import drawn_rulebook
from tests.strategies import AS_OF, corpora, corpus_of, default_rulebook, rulebook_of

SEEDS = st.integers(0, 2**64 - 1)
Scores = Mapping[tuple[str, str], tuple[int | None, int]]
CONDITIONS = 30


def scored(corpus: Corpus, rulebook: Rulebook) -> Run:
    return run_program(rulebook, compile_rulebook(rulebook), build_tables(corpus, rulebook, AS_OF))


def scores(run: Run) -> Scores:
    """Points and coverage by scorer and subject; citations that nobody asks for are left out."""
    trace = Trace(run)
    return {
        (columns.scorer.key, trace.subject(columns.scorer.on, row)): (score.points, score.coverage)
        for columns in run.program.scorers
        if columns.scorer.on != "citation"
        for row, score in enumerate(run.scores(columns))
    }


def shuffled(rulebook: Rulebook, random: Random) -> Rulebook:
    scorers = [
        s.model_copy(update={"rules": tuple(random.sample(s.rules, len(s.rules)))})
        for s in rulebook.scorers
    ]
    facts = tuple(random.sample(rulebook.facts, len(rulebook.facts)))
    random.shuffle(scorers)
    return rulebook.model_copy(update={"scorers": tuple(scorers), "facts": facts})


@settings(max_examples=15)
@given(corpora(), SEEDS)
def test_the_order_of_rules_scorers_and_facts_changes_nothing(corpus: Corpus, seed: int) -> None:
    random = Random(seed)
    rulebook, _ = drawn_rulebook(random, CONDITIONS)
    turned = shuffled(rulebook, random)
    assert scores(scored(corpus, rulebook)) == scores(scored(corpus, turned))


@settings(max_examples=15)
@given(corpora(), SEEDS)
def test_the_order_of_files_claims_and_citations_changes_nothing(corpus: Corpus, seed: int) -> None:
    random = Random(seed)
    rulebook, _ = drawn_rulebook(random, CONDITIONS)

    def turned(profile: AnyProfile) -> AnyProfile:
        claims = [
            c.model_copy(update={"sources": tuple(random.sample(c.sources, len(c.sources)))})
            for c in random.sample(profile.claims, len(profile.claims))
        ]
        edges = tuple(random.sample(profile.depends_on, len(profile.depends_on)))
        return profile.model_copy(update={"claims": tuple(claims), "depends_on": edges})

    other = corpus_of(
        random.sample(list(corpus.publishers.values()), len(corpus.publishers)),
        random.sample(list(corpus.sources.values()), len(corpus.sources)),
        [turned(p) for p in random.sample(list(corpus.profiles.values()), len(corpus.profiles))],
    )
    assert scores(scored(corpus, rulebook)) == scores(scored(other, rulebook))


@given(corpora(), st.integers(1, 400), SEEDS)
def test_a_greater_amount_that_is_added_never_lowers_a_score_before_floors_and_caps(
    corpus: Corpus, more: int, seed: int
) -> None:
    rulebook = default_rulebook().model_copy(update={"watch": ()})
    check_that_more_is_not_less(corpus, rulebook, more, Random(seed))


@settings(max_examples=15)
@given(corpora(), st.integers(1, 400), SEEDS)
def test_a_greater_amount_never_lowers_a_score_of_a_drawn_rulebook(
    corpus: Corpus, more: int, seed: int
) -> None:
    """Of every rulebook that multiplies by nothing below zero.

    What a rule reads stays what it was: a scorer that read its own scores, of whatever row, would
    stand in a circle, and is refused.
    """
    random = Random(seed)
    rulebook, _ = drawn_rulebook(random, CONDITIONS)
    scorers = [
        s.model_copy(update={"rules": tuple(r for r in s.rules if not isinstance(r.multiply, str))})
        for s in rulebook.scorers
    ]
    check_that_more_is_not_less(
        corpus, rulebook.model_copy(update={"scorers": tuple(scorers)}), more, random
    )


def check_that_more_is_not_less(
    corpus: Corpus, rulebook: Rulebook, more: int, random: Random
) -> None:
    places = [
        (i, j)
        for i, s in enumerate(rulebook.scorers)
        for j, r in enumerate(s.rules)
        if isinstance(r.add, float)
    ]
    i, j = random.choice(places)
    scorer = rulebook.scorers[i]
    raised = with_rule(scorer, j, lambda r: r.model_copy(update={"add": r.add + more / 1000}))
    before, after = (scored(corpus, only(rulebook, i, s)) for s in (scorer, raised))
    for low, high in zip(*(unbounded(run, scorer.key) for run in (before, after)), strict=True):
        assert (low is None) == (high is None)
        assert low is None or high is None or high >= low


def with_rule(scorer: Scorer, index: int, change: Callable[[Any], Model]) -> Scorer:
    rules = [change(r) if n == index else r for n, r in enumerate(scorer.rules)]
    return scorer.model_copy(update={"rules": tuple(rules)})


def only(rulebook: Rulebook, index: int, scorer: Scorer) -> Rulebook:
    scorers = [scorer if i == index else s for i, s in enumerate(rulebook.scorers)]
    return rulebook.model_copy(update={"scorers": tuple(scorers)})


def unbounded(run: Run, key: str) -> list[int | None]:
    """The scores of a scorer as they enter its floors and caps."""
    scorer = next(s for s in run.rulebook.scorers if s.key == key)
    free = scorer.model_copy(
        update={"rules": tuple(r for r in scorer.rules if r.phase in ("add", "multiply"))}
    )
    scorers = tuple(free if s.key == key else s for s in run.rulebook.scorers)
    book = run.rulebook.model_copy(update={"scorers": scorers})
    again = run_program(book, compile_rulebook(book), run.tables)
    return [s.points for s in again.scores(again.program.scorer(key))]


@settings(max_examples=15)
@given(corpora(), SEEDS)
def test_renaming_everything_changes_nothing(corpus: Corpus, seed: int) -> None:
    """Ids of profiles, claims, sources and publishers; no rule that ships names one.

    The new ids have the order of the old ones.
    """
    rulebook = default_rulebook().model_copy(update={"watch": ()})
    text = corpus_json(corpus)
    renamed = renamed_corpus(text)
    one, other = scores(scored(corpus, rulebook)), scores(scored(renamed, rulebook))
    assert {(k, re.sub("(^|[#>@+])", r"\1new-", s)): v for (k, s), v in one.items()} == dict(other)


def corpus_json(corpus: Corpus) -> dict[str, list[Any]]:
    return {
        kind: [m.model_dump(mode="json", by_alias=True, exclude_none=True) for m in models.values()]
        for kind, models in (
            ("publishers", corpus.publishers),
            ("sources", corpus.sources),
            ("profiles", corpus.profiles),
        )
    }


_NAMES = {"id", "publisher", "cites", "same_as", "not_same_as", "on", "claims", "rests_on"}
_NAMES |= {"contradicts", "owner"}


def renamed_corpus(data: dict[str, list[Any]]) -> Corpus:
    def new(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: new(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [new(v, key) for v in value]
        if isinstance(value, str) and key in _NAMES:
            return "#".join(f"new-{part}" for part in value.split("#"))
        return value

    return read_corpus({kind: [new(m) for m in models] for kind, models in data.items()})


def read_corpus(data: Mapping[str, list[Any]]) -> Corpus:
    from tests.package import Event, Institution, Publisher, Source

    kinds: dict[str, Any] = {"event": Event, "institution": Institution}
    return corpus_of(
        [Publisher.model_validate(p) for p in data["publishers"]],
        [Source.model_validate(s) for s in data["sources"]],
        [kinds[p["kind"]].model_validate(p) for p in data["profiles"]],
    )


CAPPED = rulebook_of(
    {
        "scorers": [
            {
                "name": "held",
                "on": "claim",
                "start": 1.0,
                "rules": [
                    {"id": "a", "because": "b", "when": 'claim.type == "figure"', "cap": 0.6},
                    {"id": "c", "because": "b", "when": 'claim.holds == "standing"', "cap": 0.4},
                    {
                        "id": "d",
                        "because": "b",
                        "when": "citations.exists(c, c.credibility > 3)",
                        "cap": 0.3,
                    },
                    {
                        "id": "e",
                        "because": "b",
                        "when": "citations.exists(c, c.age_days > 700)",
                        "cap": 0.2,
                    },
                    {
                        "id": "f",
                        "because": "b",
                        "when": 'claim.value > 3.0 && claim.unit == "%"',
                        "cap": 0.1,
                    },
                ],
            }
        ]
    }
)


def careful(rulebook: Rulebook) -> Rulebook:
    """Every cap applies where its condition is unknown."""
    scorers = [
        s.model_copy(
            update={"rules": tuple(r.model_copy(update={"on_unknown": "apply"}) for r in s.rules)}
        )
        for s in rulebook.scorers
    ]
    return rulebook.model_copy(update={"scorers": tuple(scorers)})


@given(corpora(), SEEDS)
def test_deleting_a_field_never_lifts_a_cap_that_applies_where_it_is_unknown(
    corpus: Corpus, seed: int
) -> None:
    random = Random(seed)
    rulebook = careful(CAPPED)
    claims = [
        (p, c)
        for p in corpus.profiles.values()
        for c in p.claims
        if p.status == c.status == "final"
    ]
    assume(claims)
    profile, claim = random.choice(claims)
    field = random.choice(["type", "holds", "quantity", "credibility"])
    if field == "credibility":
        sources = tuple(s.model_copy(update={"credibility": None}) for s in claim.sources)
        changed = claim.model_copy(update={"sources": sources})
    else:
        changed = claim.model_copy(update={field: None})
    kept = tuple(changed if c.id == claim.id else c for c in profile.claims)
    profiles = {**corpus.profiles, profile.id: profile.model_copy(update={"claims": kept})}
    without = Corpus(corpus.publishers, corpus.sources, profiles)
    before, after = scores(scored(corpus, rulebook)), scores(scored(without, rulebook))
    for place, (points, _) in before.items():
        later = after[place][0]
        assert points is not None
        assert later is not None
        assert later <= points
