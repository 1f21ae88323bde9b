"""The worked horizons, and each kind of date that comes next."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assay.model.documents import AnyProfile
from tests.plain.horizon import Horizon, Next, horizons, review_by, widest_gap, word_for
from tests.plain.impact import impact
from tests.plain.test_impact_examples import BODIES, EVENT_EXAMPLES, EVENTS, INSTITUTIONS
from tests.plain.worlds import Document, claim, corpus, event, institution, publisher, source

AS_OF = date(2026, 9, 1)
REVIEWED = date(2026, 8, 21)
PERIODS = {"figure": 180, "role": 365}
REVIEWS = {  # the day to review by, and the gap
    "CA/Browser Forum": ("2027-02-17", None),
    "Let's Encrypt": ("2026-09-20", "users"),
    "IETF": ("2027-08-21", "users"),
    "Mozilla root programme": ("2027-02-17", "users"),
    "Chrome root programme": ("2027-02-17", "users"),
    "CAC": ("2026-09-20", "users"),
    "Hugging Face": ("2026-11-19", "severity"),
    "DigiCert": ("2026-11-19", "market_share"),
    "CCADB": ("2027-08-21", "geography"),
    "Nvidia": ("2027-02-17", "users"),
    "SC-081, 47 days": ("2027-02-17", None),
    "US chip export controls": ("2027-02-17", "breadth"),
}


@pytest.mark.parametrize("name", REVIEWS)
def test_review_of_the_worked_examples(name: str) -> None:
    example = INSTITUTIONS.get(name) or EVENT_EXAMPLES[name]
    is_event = name in EVENT_EXAMPLES
    profile: AnyProfile = (event if is_event else institution)("x", type=example.type)
    words = example.given(EVENTS if is_event else BODIES)
    by = review_by(impact(profile, words, example.dependence), REVIEWED, AS_OF)
    assert (by.isoformat(), widest_gap(profile, words)) == REVIEWS[name]


@pytest.mark.parametrize(
    ("day", "word"),
    [
        ("2026-08-01", "now"),
        ("2026-09-15", "now"),
        ("2026-11-19", "this quarter"),
        ("2026-12-29", "this year"),
        ("2027-02-17", "this year"),
        ("2028-12-31", "later"),
    ],
)
def test_words_of_the_worked_examples(day: str, word: str) -> None:
    assert word_for(date.fromisoformat(day), AS_OF) == word


def horizon(*others: Document, **fields: Any) -> Horizon:
    """The horizon of an agency with these fields; its record of itself dates from June 2026."""
    world = corpus(
        publisher("agency", speaks_for=["agency"]),
        source("record", "agency", "record", published="2026-06"),
        source("undated", "agency", "record"),
        institution("agency", reviewed=REVIEWED.isoformat(), **fields),
        *others,
    )
    return horizons(world, AS_OF, PERIODS)["agency"]


def test_without_a_date_the_review_gives_the_word() -> None:
    assert horizon() == Horizon(None, date(2026, 11, 19), "severity", "this quarter")


def test_a_watch_item_is_due_on_the_last_day_it_allows() -> None:
    watch = [
        {"text": "the next round", "due": "2027"},
        {"text": "the count", "due": "2026-Q3"},
    ]
    found = horizon(watch=watch)
    assert found.next == Next(date(2026, 9, 30), "watch", "1")
    assert found.word == "now"


def test_a_standing_claim_is_rechecked_when_its_period_is_over() -> None:
    figure = claim("figure", "record", holds="standing", type="figure")
    assert horizon(claims=[figure]).next == Next(date(2026, 11, 28), "recheck", "figure")
    checked = figure.model_copy(update={"checked": date(2026, 8, 1)})
    assert horizon(claims=[checked]).next == Next(date(2027, 1, 28), "recheck", "figure")


def test_an_undated_claim_is_no_date() -> None:
    assert horizon(claims=[claim("role", "undated", holds="standing", type="role")]).next is None


def test_a_dated_claim_is_never_due() -> None:
    assert horizon(claims=[claim("act", "record", type="figure")]).next is None


def test_a_grade_falls_on_the_first_day_of_a_lower_band() -> None:
    press = publisher("press", "B")
    story = source("story", "press", "first_hand", published="2026-03-01")
    other = institution("other", claim("figure", "story", holds="standing", type="figure"))
    judged = claim("view", nature="judgement", rests_on=["other#figure"], key=True)
    # 0.62 is below 0.55 from the 63rd day after the period of 180 days: 620 * 0.886 is 549.
    assert horizon(press, story, other, claims=[judged]).next == Next(
        date(2026, 10, 30), "grade", "agency"
    )


def test_dates_of_an_event_count_for_all_that_it_affects() -> None:
    affected = [{"on": "agency", "relation": "regulated_by"}]
    ahead = event("rule", date="2027-03-15", affects=affected)
    past = event("ballot", date="2025-04", affects=affected)
    assert horizon(ahead, past).next == Next(date(2027, 3, 15), "event", "rule")


def test_a_closed_profile_has_no_horizon() -> None:
    closed = institution("agency", closed={"on": "2025-12-14", "because": "It was dissolved."})
    assert horizons(corpus(closed), AS_OF, PERIODS) == {}


def test_a_decision_counts_as_a_review_and_a_profile_without_one_is_due_at_once() -> None:
    world = corpus(institution("agency"))
    assert horizons(world, AS_OF, PERIODS)["agency"].review_by == AS_OF
    decided = horizons(world, AS_OF, PERIODS, {"agency": date(2026, 8, 1)})
    assert decided["agency"].review_by == date(2026, 10, 30)
