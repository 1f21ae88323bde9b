"""The table of publishers: rated with reason and date, unknown where nobody looked."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner

from assay.review import actions
from assay.review.publishers import Standing, reversals, standings
from tests.package import Draft, Review, assay, require_ledger
from tests.review.office import ANN, Office, claim, profile, source


@pytest.fixture
def desk(office: Office) -> Office:
    """Twenty claims of each of two publishers, and one of a third."""
    office.documents["gazette"] |= {
        "reliability": "B",
        "reliability_reason": "It corrects.",
        "reliability_date": "2025-06",
        "owner": "harbour-media",
    }
    office.documents["letter"] |= {"reliability": "D", "reliability_reason": "It does not."}
    office.put(source("one"), source("rumour", publisher="letter"))
    for n in range(20):
        office.put(profile(f"p{n}", claim("good", "one"), claim("bad", "rumour", key=False)))
    return office


def found(office: Office) -> dict[str, Standing]:
    desk = office.desk()
    return {s.publisher.id: s for s in standings(desk, require_ledger(office.ledger))}


def _outcome(review: Review, *, name: str, verdict: Any, when: date) -> Draft:
    return actions.outcome(review, ANN, name, verdict, when, "the register")


def turned_out(office: Office, claim_id: str, verdict: Any, count: int) -> None:
    for n in range(count):
        name = f"p{n}#{claim_id}"
        when = date(2026, 1, 31)
        office.decide(partial(_outcome, name=name, verdict=verdict, when=when))


def test_what_rests_on_a_publisher_is_counted(desk: Office) -> None:
    standing = found(desk)["gazette"]
    assert (standing.rating, standing.sources, standing.claims) == ("B", 1, 20)
    assert (standing.share.decided, standing.share.interval) == (0, None)


def test_unknown_is_not_the_same_as_not_to_be_judged(desk: Office) -> None:
    assert found(desk)["letter"].rating == "D"
    desk.documents["letter"] |= {"reliability": "F", "reliability_reason": "Nobody can tell."}
    desk.put()
    assert found(desk)["letter"].rating == "F"
    for key in ("reliability", "reliability_reason"):
        del desk.documents["letter"][key]
    desk.put()
    assert found(desk)["letter"].rating == ""


def test_a_record_that_contradicts_the_order_of_the_ratings_is_said(desk: Office) -> None:
    turned_out(desk, "good", "failed", 8)
    turned_out(desk, "bad", "held", 8)
    [reversal] = reversals(list(found(desk).values()))
    assert (reversal.better.publisher.id, reversal.worse.publisher.id) == ("gazette", "letter")


def test_a_difference_that_chance_explains_is_not(desk: Office) -> None:
    turned_out(desk, "good", "failed", 1)
    turned_out(desk, "bad", "held", 2)
    assert reversals(list(found(desk).values())) == []


def test_the_table_as_it_is_printed(desk: Office) -> None:
    turned_out(desk, "good", "failed", 8)
    turned_out(desk, "bad", "held", 8)
    arguments = ["--workspace", str(desk.root), "publishers"]
    text = CliRunner().invoke(assay, arguments).output
    lines = text.splitlines()
    assert " ".join(lines[0].split()) == (
        "publisher rated on family sources claims held 95% interval"
    )
    assert " ".join(lines[1].split()).startswith("gazette B 2025-06 harbour-media 1 20 0 of 8 ")
    assert "gazette, B: It corrects." in text
    assert (
        "review the ratings of gazette (B) and letter (D): claims of the first held less often"
        in text
    )
    printed = json.loads(CliRunner().invoke(assay, [*arguments, "--format", "json"]).output)
    assert printed["reversals"] == [{"better": "gazette", "worse": "letter"}]
    assert printed["publishers"][0]["reliability_date"] == "2025-06"
