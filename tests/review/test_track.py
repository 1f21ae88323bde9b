"""The track record: counts and intervals by grade, likelihoods apart, publishers beside."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from assay.cli.track_record import track_record_command
from assay.review import actions
from assay.review.track import TrackRecord, track_record, wilson
from tests.package import Session, UsageError, require_ledger
from tests.review.office import ANN, NOON, Office, claim, profile, source


def record_of(office: Office) -> TrackRecord:
    return track_record(office.desk(), require_ledger(office.ledger))


def turned_out(office: Office, name: str, verdict: Any, when: date = date(2026, 1, 31)) -> None:
    office.decide(lambda r: actions.outcome(r, ANN, name, verdict, when, "the register"))


@pytest.fixture
def desk(office: Office) -> Office:
    office.documents["gazette"] |= {"reliability": "B", "reliability_reason": "It corrects."}
    office.put(source("one"), source("rumour", "secondary", publisher="letter"))
    forecasts = [
        claim(f"f{n}", nature="forecast", rests_on=["c0"], likelihood=p, key=False, holds="dated")
        for n, p in enumerate((0.8, 0.8, 0.3))
    ]
    claims = [claim(f"c{n}", "one", key=n == 0) for n in range(4)]
    weak = claim("weak", "rumour", key=False)
    office.put(profile("harbour", *claims, weak, *forecasts))
    return office


def test_claims_are_counted_by_the_grade_they_had(desk: Office) -> None:
    for name, verdict in (("c0", "held"), ("c1", "held"), ("c2", "failed"), ("c3", "undecidable")):
        turned_out(desk, f"harbour#{name}", verdict)
    turned_out(desk, "harbour#weak", "failed")
    bands = {t.id: t for t in record_of(desk).bands}
    assert (bands["good"].share.held, bands["good"].share.decided) == (2, 3)
    assert bands["good"].undecidable == 1
    assert (bands["low"].share.held, bands["low"].share.decided) == (0, 1)
    assert bands["high"].share.decided == 0
    assert bands["high"].share.interval is None
    assert [t.id for t in record_of(desk).bands] == ["high", "good", "fair", "low", "none"]


def test_the_grade_is_the_one_it_had_when_the_outcome_was_recorded(desk: Office) -> None:
    turned_out(desk, "harbour#c0", "failed")
    desk.edit_rule("citation.strength.first-hand", add=0.2)
    bands = {t.id: t.share.decided for t in record_of(desk).bands}
    assert bands == {"high": 0, "good": 1, "fair": 0, "low": 0, "none": 0}


def test_likelihoods_and_grades_are_never_mixed(desk: Office) -> None:
    turned_out(desk, "harbour#f0", "held")
    turned_out(desk, "harbour#f1", "failed")
    turned_out(desk, "harbour#f2", "held")
    record = record_of(desk)
    assert sum(t.share.decided for t in record.bands) == 0
    forecasts = record.forecasts
    assert [(b.low, b.stated, b.share.held, b.share.decided) for b in forecasts.bins] == [
        (0.3, 0.3, 1, 1),
        (0.8, 0.8, 1, 2),
    ]
    # ((0.8 - 1)² + (0.8 - 0)² + (0.3 - 1)²) / 3
    assert forecasts.brier == pytest.approx((0.04 + 0.64 + 0.49) / 3)
    assert forecasts.base == pytest.approx(2 / 9)


def test_publishers_stand_beside_their_stated_reliability(desk: Office) -> None:
    turned_out(desk, "harbour#c0", "held")
    turned_out(desk, "harbour#c1", "failed")
    turned_out(desk, "harbour#weak", "failed")
    found = [(t.name, t.note, t.share.held, t.share.decided) for t in record_of(desk).publishers]
    assert found == [("The Gazette", "B", 1, 2), ("The Letter", "not rated", 0, 1)]


def test_the_last_outcome_of_a_claim_counts_and_an_undone_one_does_not(desk: Office) -> None:
    turned_out(desk, "harbour#c0", "held")
    turned_out(desk, "harbour#c0", "failed")
    good = record_of(desk).bands[1].share
    assert (good.held, good.decided) == (0, 1)
    last = require_ledger(desk.ledger).decisions[-1]
    desk.decide(lambda r: actions.undo(r, ANN, last.id))
    good = record_of(desk).bands[1].share
    assert (good.held, good.decided) == (1, 1)


@pytest.mark.parametrize(
    ("name", "when", "message"),
    [
        ("harbour", date(2026, 1, 31), "PROFILE#CLAIM"),
        ("harbour#c9", date(2026, 1, 31), "no claim 'c9'; choose c0"),
        ("harbor#c0", date(2026, 1, 31), "did you mean 'harbour'"),
        ("harbour#c0", date(2027, 1, 31), "still to come"),
    ],
)
def test_an_outcome_of_nothing_is_refused(
    desk: Office, name: str, when: date, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        turned_out(desk, name, "held", when)


def test_the_interval_is_wilsons() -> None:
    # Newcombe 1998, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for held, decided, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        found = wilson(held, decided)
        assert found is not None
        assert found[0] == pytest.approx(low, abs=5e-5)
        assert found[1] == pytest.approx(high, abs=5e-5)
    assert wilson(0, 0) is None


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_within_one(counts: tuple[int, int]) -> None:
    found = wilson(*counts)
    assert found is not None
    assert 0 <= found[0] <= counts[0] / counts[1] <= found[1] <= 1


def run(office: Office, *args: str) -> Any:
    office.write()
    session = Session(office.root, None, None, lambda: NOON)
    return CliRunner().invoke(track_record_command, list(args), obj=session)


def test_it_is_printed_as_text_and_json_and_drawn(desk: Office, tmp_path: Path) -> None:
    desk.documents["gazette"]["name"] = "The <Gazette> & Co"
    turned_out(desk, "harbour#c0", "held")
    turned_out(desk, "harbour#f0", "failed")
    text = run(desk).stdout
    assert "Good (good)  1 of 1  1.000  0.207 to 1.000  0" in text
    assert "Brier score 0.640 over 1 forecasts" in text
    found = json.loads(run(desk, "--format", "json", "--svg", str(tmp_path / "svg")).stdout)
    assert found["bands"][1] == {
        "id": "good",
        "name": "Good",
        "label": "Good",
        "held": 1,
        "decided": 1,
        "share": 1.0,
        "low": 0.207,
        "high": 1.0,
        "undecidable": 0,
    }
    assert found["forecasts"]["brier"] == 0.64
    for name in ("claims", "forecasts", "publishers"):
        root = ET.parse(tmp_path / "svg" / f"{name}.svg").getroot()
        assert root.tag.endswith("svg")
    drawn = "".join(ET.parse(tmp_path / "svg" / "publishers.svg").getroot().itertext())
    assert "The <Gazette> & Co (1 of 1)" in drawn


def test_without_outcomes_it_says_so(desk: Office) -> None:
    assert run(desk).stdout.count("no outcome is recorded") == 2
