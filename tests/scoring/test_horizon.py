"""When to look at a profile again, and why; every date agrees with the plain implementation too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from assay.diagnostics.diagnostic import Subject
from assay.scoring.horizon import shared_dates
from tests.package import (
    AnyProfile,
    Assessment,
    Corpus,
    Ended,
    Horizon,
    Rulebook,
    build,
    compile_rulebook,
    overview,
    run_program,
    scores_json,
)
from tests.plain.worlds import Document, claim, corpus, event, institution, publisher, source
from tests.strategies import default_rulebook, desk_of, shipped

AS_OF = date(2026, 9, 1)
REVIEWED = "2026-08-21"
WORDS = {"tomorrow": 1, "soon": 60}


def horizons(
    *documents: Document,
    rulebook: Rulebook | None = None,
    decided: Mapping[str, date] | None = None,
) -> dict[str, Horizon]:
    """The horizon of every profile by id."""
    rules = rulebook or default_rulebook()
    built = build(corpus(*documents), rules, AS_OF)
    run = run_program(rules, compile_rulebook(rules), built.tables)
    return {
        line.id: line.horizon for line in overview(run, built.listing, AS_OF, decided or {}, {})
    }


def agency(**fields: Any) -> AnyProfile:
    return institution("agency", **{"reviewed": REVIEWED, **fields})


def with_cadence(**changes: Any) -> Rulebook:
    rules = default_rulebook()
    return rules.model_copy(update={"cadence": rules.cadence.model_copy(update=changes)})


RECORD = (
    publisher("agency", speaks_for=["agency"]),
    source("record", "agency", "record", published="2026-06"),
)


def test_a_derived_date_names_the_rule_and_the_fact() -> None:
    rule, fact = claim("limit", "record"), claim("age", "record")
    watch = [{"text": "The key turns 15.", "due": "2030-06-04", "claims": ["limit", "age"]}]
    found = horizons(*RECORD, agency(claims=[rule, fact], watch=watch))["agency"]
    assert found.next is not None
    assert (found.next.written, found.next.claims, found.word) == (
        "2030-06-04",
        ("limit", "age"),
        "later",
    )


def test_a_recheck_names_its_period_and_the_day_it_counts_from() -> None:
    figure = claim("count", "record", holds="standing", type="figure", checked="2026-08-01")
    found = horizons(*RECORD, agency(claims=[figure]))["agency"].next
    assert found is not None
    assert (found.text, found.since) == (
        "Recheck: 180 days (figure) after the last evidence or check",
        date(2026, 8, 1),
    )


def test_an_imprecise_date_is_kept_as_written_and_counts_as_its_last_day() -> None:
    found = horizons(agency(watch=[{"text": "The count.", "due": "2026-Q4"}]))["agency"]
    assert found.next is not None
    assert (found.next.written, found.next.day) == ("2026-Q4", date(2026, 12, 31))
    assert found.word == "this year"


@pytest.mark.parametrize(
    ("due", "word"),
    [
        ("2026-08-01", "tomorrow"),
        ("2026-09-02", "tomorrow"),
        ("2026-10-31", "soon"),
        ("2026-11-01", "some day"),
    ],
)
def test_the_words_are_those_of_the_rulebook(due: str, word: str) -> None:
    rules = with_cadence(words=WORDS, beyond="some day")
    found = horizons(agency(watch=[{"text": "The count.", "due": due}]), rulebook=rules)
    assert found["agency"].word == word


def test_the_word_is_that_of_the_review_only_without_another_date() -> None:
    alone = horizons(agency())["agency"]
    assert (alone.next, alone.word) == (None, "this quarter")
    both = horizons(agency(watch=[{"text": "The count.", "due": 2030}]))["agency"]
    assert both.review == alone.review
    assert both.word == "later"


def test_without_a_cadence_no_review_is_due() -> None:
    assert horizons(agency(), rulebook=with_cadence(scorer=None)) == {"agency": Horizon()}


def test_the_least_number_of_days_holds_for_every_band() -> None:
    found = horizons(agency(), rulebook=with_cadence(not_rated=0))["agency"].review
    assert found is not None
    assert found.day == date(2026, 8, 28)


def test_a_decision_counts_as_a_review_and_a_profile_without_one_is_due_at_once() -> None:
    never = horizons(agency(reviewed=None))["agency"].review
    assert never is not None
    assert (never.day, never.last) == (AS_OF, None)
    decided = horizons(agency(reviewed=None), decided={"agency": date(2026, 8, 1)})["agency"]
    assert decided.review is not None
    assert decided.review.day == date(2026, 10, 30)


def test_an_event_is_due_for_review_once_its_date_has_passed() -> None:
    ahead = event("rule", date="2026-08-25", reviewed=REVIEWED)
    found = horizons(ahead)["rule"].review
    assert found is not None
    assert (found.day, found.passed) == (date(2026, 8, 25), date(2026, 8, 25))
    reviewed = horizons(ahead.model_copy(update={"reviewed": date(2026, 8, 26)}))["rule"].review
    assert reviewed is not None
    assert reviewed.passed is None


def test_a_review_or_an_end_later_than_the_scores_does_not_count() -> None:
    end = {"on": "2026-10", "because": "It is to be dissolved."}
    found = horizons(agency(reviewed="2026-09-02", closed=end))["agency"]
    assert found.closed is None
    assert found.review is not None
    assert found.review.last is None


def closed_desk() -> Assessment:
    watch = [{"text": "The last count.", "due": "2026-12"}]
    end = {"on": "2025-12", "because": "It was dissolved."}
    world: Corpus = corpus(agency(closed=end, watch=watch))
    return desk_of(world, default_rulebook(), AS_OF)


def test_a_closed_profile_says_when_and_why_and_has_nothing_to_watch() -> None:
    desk = closed_desk()
    outlook = desk.results["agency"].outlook
    assert outlook.horizon == Horizon(closed=Ended("2025-12", "It was dissolved."))
    assert outlook.watch == ()
    (shown,) = scores_json(desk.overview())["profiles"]
    assert shown["horizon"] == {
        "word": None,
        "next": None,
        "review": None,
        "closed": {"on": "2025-12", "because": "It was dissolved."},
    }


def test_one_date_for_one_reason_on_two_pages_is_reported_once() -> None:
    count = {"text": "The last count.", "due": "2026-12"}
    found = horizons(
        institution("agency", reviewed=REVIEWED, watch=[{"text": "A talk."}, count]),
        institution("branch", reviewed="2026-08-22", watch=[{"text": "A talk."}, count]),
        institution("court", reviewed="2026-08-23", watch=[count]),
        institution("depot", reviewed="2026-08-24", watch=[{**count, "due": "2026-11"}]),
    )
    (warning,) = shared_dates(found, {i: Subject(f"{i}.yaml") for i in found})
    assert warning.message == (
        "the next date of 'branch' (2026-12-31) has the same reason as that of 'agency' "
        "and 1 other profile: The last count."
    )
    assert (warning.code, warning.value.path) == ("same-date-and-reason", ("watch", 1, "due"))


# The shipped workspace ------------------------------------------------------------------------


def test_no_two_shipped_pages_have_one_date_for_one_reason() -> None:
    pages = {line.id: line.horizon for line in shipped().overview().lines if line.published}
    subjects = {i: Subject(f"{i}.yaml") for i in pages}
    assert [d.message for d in shared_dates(pages, subjects)] == []


def test_every_open_shipped_profile_was_reviewed_and_every_date_has_its_claim() -> None:
    for profile_id, result in shipped().results.items():
        horizon = result.outlook.horizon
        if horizon.closed is None:
            assert horizon.review is not None
            assert horizon.review.last is not None, profile_id
            assert all(n.claims for n in result.outlook.watch if n.due), profile_id


@pytest.mark.parametrize(
    ("profile", "following", "word", "review"),
    [  # the worked examples, where the documents of the workspace are the same
        ("ca-browser-forum", "2026-09-15", "now", "2027-02-17"),
        ("lets-encrypt", "2026-12-29", "this year", "2026-09-20"),
        ("ietf", "2026", "this year", "2027-08-21"),
        ("sc-081-lifetimes", "2027-03-15", "this year", "2027-02-17"),
        ("digicert", None, "this quarter", "2026-11-19"),
        ("hugging-face", None, "this quarter", "2026-11-19"),
    ],
)
def test_the_worked_examples(profile: str, following: str | None, word: str, review: str) -> None:
    found = next(at.horizon for at in shipped().overview().lines if at.id == profile)
    assert (found.next and found.next.written) == following
    assert found.word == word
    assert found.review is not None
    assert found.review.day.isoformat() == review
