"""Overrides: when they count, when they return to the queue, and who has to agree."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date

import pytest

from assay.review import actions
from assay.review.effective import override_rates
from tests.package import Signature, UsageError, check_ledger, read_ledger
from tests.review.office import AS_OF, BEN, Office, claim, profile, source

WHO = Signature("Dot Example", date(2026, 2, 2))


def status(office: Office, profile_id: str = "harbour", as_of: date = AS_OF) -> list[str]:
    rulings = office.review(as_of).effective.rulings
    return [r.status for r in rulings.get((profile_id, "trust"), ())]


def open_matters(office: Office) -> list[str]:
    return [i.matter for i in office.review().queue.items]


def test_an_override_counts_beside_the_computed_grade(harbour: Office) -> None:
    made = harbour.override("harbour", "High", code="evidence-outside")
    review = harbour.review()
    ruling = review.effective.ruling("harbour", "trust")
    assert ruling is not None
    assert ruling.decision == made
    assert ruling.computed.grade == "Good"
    assert ruling.band is not None
    assert ruling.band.grade == "High"
    assert review.queue.items == ()
    [rate] = override_rates(review.assessment, review.effective)
    assert (rate.rated, rate.overridden, rate.codes) == (1, 1, {"evidence-outside": 1})


def test_an_unrelated_rule_edit_makes_no_override_stale(harbour: Office) -> None:
    harbour.override("harbour", "High")
    harbour.edit_rule("citation.strength.record", add=0.7)  # none is cited
    harbour.edit_rule("claim.trust.two-sources", cap=0.68)  # applies, and does not bind
    harbour.edit_rule("claim.trust.opinion", cap=0.3)  # it is no judgement
    harbour.edit_rule("citation.strength.first-hand", because="it was there")  # only words
    assert status(harbour) == ["counts"]
    harbour.rules["scorers"][1]["rules"].append(
        {
            "id": "new-rule",
            "when": 'claim.nature == "forecast"',
            "cap": 0.2,
            "because": "new",
            "on_unknown": "ignore",
        }
    )
    assert status(harbour) == ["counts"]


@pytest.mark.parametrize(
    "move",
    [
        lambda o: o.edit_rule("citation.strength.first-hand", add=0.61),
        lambda o: o.edit_rule("claim.trust.two-sources", cap=0.58),
        lambda o: o.put(source("report", "record")),
        lambda o: o.put(source("report", retracted="2026-01-10")),
        lambda o: o.put(profile("harbour", claim("built", "report", text="It was built twice."))),
        lambda o: o.put(profile("harbour", claim("built", "report", "second"))),
        lambda o: o.put(
            source("rumour", "secondary"),
            profile("harbour", claim("built", "report"), claim("worse", "rumour")),
        ),
    ],
    ids=[
        *("deciding rule", "cap that now binds", "directness", "retraction"),
        *("wording", "more evidence", "another weakest claim"),
    ],
)
def test_an_override_is_stale_when_its_grounds_move_and_counts_again_when_they_return(
    harbour: Office, move: Callable[[Office], None]
) -> None:
    harbour.override("harbour", "High")
    documents, rules = dict(harbour.documents), deepcopy(harbour.rules)
    move(harbour)
    assert status(harbour) == ["stale"]
    assert "stale" in open_matters(harbour)
    review = harbour.review()
    assert review.effective.ruling("harbour", "trust") is None
    assert override_rates(review.assessment, review.effective)[0].overridden == 0
    harbour.documents, harbour.rules = documents, rules
    assert status(harbour) == ["counts"]


def test_evidence_that_did_not_carry_the_grade_moves_nothing(harbour: Office) -> None:
    harbour.override("harbour", "High")
    harbour.put(source("second", "record", publisher="letter"))
    harbour.put(profile("station", claim("opened", "second")))
    assert status(harbour) == ["counts"]


def test_time_alone_makes_nothing_stale_until_the_band_changes(office: Office) -> None:
    office.put(source("report"))
    office.put(profile("harbour", claim("built", "report", holds="standing", as_of="2025-12-01")))
    office.override("harbour", "High")
    assert status(office, as_of=date(2026, 1, 16)) == ["counts"]
    assert office.review(date(2026, 2, 20)).assessment.results["harbour"].scores[
        "trust"
    ].points != (office.review().assessment.results["harbour"].scores["trust"].points)
    assert status(office, as_of=date(2026, 2, 20)) == ["counts"]
    late = date(2026, 12, 1)
    assert office.review(late).assessment.results["harbour"].scores["trust"].grade == "Fair"
    assert status(office, as_of=late) == ["stale"]


def test_an_accepted_stale_override_leaves_the_computed_grade(harbour: Office) -> None:
    harbour.override("harbour", "High")
    harbour.put(source("report", "record"))
    harbour.decide(lambda r: actions.accept(r, BEN, ["harbour"]))
    assert open_matters(harbour) == []
    assert harbour.review().effective.ruling("harbour", "trust") is None


def test_an_override_holds_through_its_last_day(harbour: Office) -> None:
    harbour.override("harbour", "High", until=date(2026, 3, 1))
    assert status(harbour, as_of=date(2026, 3, 1)) == ["counts"]
    assert status(harbour, as_of=date(2026, 3, 2)) == ["expired"]
    queue = harbour.review(date(2026, 3, 2)).queue
    assert [i.matter for i in queue.items] == ["stale"]
    assert "it held until 2026-03-01" in queue.items[0].detail


def test_more_than_one_band_away_needs_somebody_else(harbour: Office) -> None:
    made = harbour.override("harbour", "low")
    assert status(harbour) == ["second"]
    assert open_matters(harbour) == ["second"]
    with pytest.raises(UsageError, match="has to be somebody else"):
        harbour.decide(lambda r: actions.second(r, replace(BEN, reviewer="ann  EXAMPLE"), made.id))
    agreed = harbour.decide(lambda r: actions.second(r, BEN, made.short))
    assert agreed.note == "not sure who wrote the evidence: the workspace is not under git"
    ruling = harbour.review().effective.ruling("harbour", "trust")
    assert ruling is not None
    assert ruling.seconded_by == "Ben Example"
    harbour.decide(lambda r: actions.undo(r, BEN, agreed.id))
    assert status(harbour) == ["second"]


def test_a_later_override_takes_the_place_of_an_earlier_one(harbour: Office) -> None:
    first = harbour.override("harbour", "High")
    second = harbour.override("harbour", "Fair", by=BEN)
    ruling = harbour.review().effective.ruling("harbour", "trust")
    assert ruling is not None
    assert ruling.decision == second
    harbour.decide(lambda r: actions.undo(r, BEN, second.id))
    ruling = harbour.review().effective.ruling("harbour", "trust")
    assert ruling is not None
    assert ruling.decision == first


def test_overrides_of_two_branches_that_differ_do_not_count_until_somebody_decides(
    harbour: Office,
) -> None:
    harbour.override("harbour", "High")
    ours = harbour.ledger.read_bytes()
    harbour.ledger.write_bytes(b"")
    harbour.override("harbour", "Fair", by=BEN)
    harbour.ledger.write_bytes(ours + harbour.ledger.read_bytes())
    assert status(harbour) == ["conflicting", "conflicting"]
    assert open_matters(harbour) == ["conflicting", "conflicting"]
    harbour.override("harbour", "High", by=WHO)
    assert status(harbour) == ["counts"]


def test_overrides_of_two_branches_that_agree_count_once(harbour: Office) -> None:
    harbour.override("harbour", "High")
    ours = harbour.ledger.read_bytes()
    harbour.ledger.write_bytes(b"")
    harbour.override("harbour", "High", by=BEN)
    harbour.ledger.write_bytes(ours + harbour.ledger.read_bytes())
    assert status(harbour) == ["counts"]


def test_publication_follows_the_grade_that_holds(office: Office) -> None:
    office.edit_rule("citation.strength.secondary", add=0.05)
    office.put(source("rumour", "secondary"), profile("harbour", claim("built", "rumour")))
    review = office.review()
    assert not review.assessment.results["harbour"].published
    office.override("harbour", "low")
    review = office.review()
    assert review.assessment.results["harbour"].published


def test_an_override_of_something_gone_is_said_and_does_not_count(harbour: Office) -> None:
    made = harbour.override("harbour", "High")
    harbour.put(source("third"), profile("station", claim("opened", "third")))
    harbour.drop("harbour")
    review = harbour.review()
    assert review.effective.rulings == {}
    assert [r.decision for r in review.effective.gone] == [made]
    [found] = check_ledger(harbour.ledger, review.assessment.corpus, review.assessment.rulebook)
    assert (found.code, found.severity, found.line) == ("override-gone", "warning", 1)
    assert "the profile 'harbour'" in found.message


def test_an_override_for_the_desk_is_not_seen_by_the_public(harbour: Office) -> None:
    harbour.rules["audiences"] = ["public", "desk"]
    review = harbour.review()
    inside = replace(review, assessment=replace(review.assessment, audience="desk"))
    from tests.package import append

    made = actions.override(inside, WHO, "harbour", scorer="trust", grade="High", reason="secret")
    append(harbour.ledger, made)
    assert status(harbour) == []
    seen = replace(inside, ledger=read_ledger(harbour.ledger))
    assert seen.effective.ruling("harbour", "trust") is not None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"scorer": "trusty"}, "did you mean 'trust'"),
        ({"grade": "Hig"}, "did you mean 'High'"),
        ({"grade": "Low"}, "2 bands have the grade Low; name it by its id: low or none"),
        ({"grade": "good"}, "is the grade that is computed"),
        ({"code": "evidence"}, "there is no reason code 'evidence'"),
        ({"until": date(2026, 1, 1)}, "the override counts from 2026-01-15 on"),
        ({"reason": " "}, "the text"),
        ({"reason": "\x1b[2J"}, "invisible character"),
        ({"by": Signature("Ann\nBen", date(2026, 2, 2))}, "one line of text"),
    ],
)
def test_an_override_that_makes_no_sense_is_refused(
    harbour: Office, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        harbour.override("harbour", **{"grade": "High", **fields})  # type: ignore[arg-type]
    assert not harbour.ledger.exists()


def test_an_override_of_an_unknown_profile_says_which_is_meant(harbour: Office) -> None:
    with pytest.raises(UsageError, match="did you mean 'harbour'"):
        harbour.override("harbor", "High")
