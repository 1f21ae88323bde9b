"""What needs a human: every reason, its order, its groups, and when it is settled."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from assay.review import actions
from tests.package import UsageError
from tests.review.office import ANN, Office, claim, profile, source


def matters(office: Office, near: int = 0, coverage: int = 600) -> list[str]:
    return [i.matter for i in office.review(near=near, coverage=coverage).queue.items]


def test_a_quiet_desk_has_an_empty_queue(office: Office) -> None:
    office.put(source("report"), profile("harbour", claim("built", "report")))
    office.apply()
    assert office.review().queue.groups == ()


def test_without_a_lock_nothing_is_new_and_with_one_what_came_since_is(office: Office) -> None:
    office.put(source("report"), profile("harbour", claim("built", "report")))
    assert matters(office) == []
    office.apply()
    office.put(profile("station", claim("opened", "report")))
    [item] = office.review().queue.items
    assert (item.matter, item.profile, item.detail) == ("new", "station", "trust Good")


def test_a_hundred_and_forty_grades_moved_by_one_rule_are_accepted_in_one_decision(
    office: Office,
) -> None:
    for n in range(140):
        # Half of them fall by another way: two reports of two publishers.
        cited = [f"report-{n}", f"letter-{n}"][: 1 + n % 2]
        office.put(source(f"report-{n}"), source(f"letter-{n}", publisher="letter"))
        office.put(profile(f"body-{n}", claim("acts", *cited)))
    office.put(source("record", "record"), profile("register", claim("kept", "record")))
    office.apply()
    assert matters(office) == []

    office.edit_rule("citation.strength.first-hand", add=0.3)
    review = office.review()
    [group] = review.queue.groups
    assert group.name == "flipped:citation.strength.first-hand"
    assert len(group.items) == 140
    assert {i.detail for i in group.items} == {
        "trust from Good to Low",
        "trust from High to Fair",
    }
    with pytest.raises(UsageError, match="body-9000"):
        actions.accept(review, ANN, group=group.name, exceptions=["body-9000"])
    decision = office.decide(lambda r: actions.accept(r, ANN, group=group.name))
    assert len(decision.subjects) == 140
    assert office.ledger.read_bytes().count(b"\n") == 1
    assert matters(office) == []

    # The rule moves on: every one of them is to be looked at again.
    office.edit_rule("citation.strength.first-hand", add=0.2)
    assert Counter(matters(office))["flipped"] == 140


def test_exceptions_of_a_group_stay_in_the_queue(office: Office) -> None:
    for n in range(3):
        office.put(source(f"report-{n}"), profile(f"body-{n}", claim("acts", f"report-{n}")))
    office.apply()
    office.edit_rule("citation.strength.first-hand", add=0.3)
    name = "flipped:citation.strength.first-hand"
    office.decide(lambda r: actions.accept(r, ANN, group=name, exceptions=["body-1"]))
    assert [i.profile for i in office.review().queue.items] == ["body-1"]


def test_grades_moved_by_evidence_are_grouped_by_what_moved(office: Office) -> None:
    office.put(source("one"), source("two"))
    for name, cited in (("harbour", "one"), ("pier", "one"), ("station", "two")):
        office.put(profile(name, claim("built", cited)))
    office.apply()
    office.put(source("one", "secondary"), source("two", "secondary"))
    assert {g.name: g.profiles for g in office.review().queue.groups} == {
        "flipped:one": ("harbour", "pier"),
        "flipped:two": ("station",),
    }


def test_the_cause_of_a_flip_is_the_one_that_did_most_of_it(office: Office) -> None:
    office.put(source("one"), source("two"))
    office.put(profile("harbour", claim("built", "one")), profile("station", claim("built", "two")))
    office.apply()
    office.put(source("two", "secondary"))
    office.edit_rule("citation.strength.first-hand", add=0.3)
    assert {g.name: g.profiles for g in office.review().queue.groups} == {
        "flipped:citation.strength.first-hand": ("harbour",),
        "flipped:two": ("station",),
    }


def test_what_loses_its_page_comes_before_what_only_moves(office: Office) -> None:
    office.put(source("one"), source("two"))
    office.put(profile("aa", claim("built", "one")), profile("zz", claim("built", "two")))
    office.apply()
    office.put(source("one", "secondary"), source("two", retracted="2026-01-10"))
    items = [i for i in office.review().queue.items if i.matter == "flipped"]
    assert [i.profile for i in items] == ["zz", "aa"]


def test_a_retracted_source_lists_every_claim_that_leaned_on_it(office: Office) -> None:
    office.put(
        source("wire", retracted="2026-01-10"),
        source("retold", "secondary", cites=["wire"]),
        source("retold-again", "secondary", cites=["retold"]),
        source("copy", same_as=["wire"]),
        source("other"),
        profile(
            "harbour",
            claim("cited", "wire"),
            claim("told", "retold", key=False),
            claim("told-again", "retold-again", key=False),
            claim("copied", "copy", key=False),
            claim("free", "other", key=False),
            claim(
                "judged", nature="judgement", rests_on=["free", "told"], key=False, holds="dated"
            ),
        ),
        profile(
            "station",
            claim("free", "other"),
            claim(
                "judged-there",
                nature="judgement",
                rests_on=["harbour#told"],
                key=False,
                holds="dated",
            ),
        ),
    )
    [group] = [g for g in office.review().queue.groups if g.matter == "retracted"]
    assert group.name == "retracted:wire"
    assert {i.subject: i.detail.partition(";")[0] for i in group.items} == {
        "harbour#cited": "cites it",
        "harbour#told": "cites retold, which draws on wire",
        "harbour#told-again": "cites retold-again, which draws on retold",
        "harbour#copied": "cites copy, the same as wire",
        "harbour#judged": "rests on harbour#told",
        "station#judged-there": "rests on harbour#told",
    }
    # Before the day of the retraction nothing leans on anything retracted.
    assert not [i for i in office.review(date(2026, 1, 9)).queue.items if i.matter == "retracted"]


def test_an_accepted_retraction_returns_when_the_claim_is_reworded(office: Office) -> None:
    office.put(source("wire", retracted="2026-01-10"), source("other"))
    office.put(profile("harbour", claim("built", "wire", "other")))
    assert matters(office) == ["retracted"]
    office.decide(lambda r: actions.accept(r, ANN, ["harbour"]))
    assert matters(office) == []
    office.put(profile("harbour", claim("built", "wire", "other", text="It was built late.")))
    assert matters(office) == ["retracted"]


def test_disputed_claims_and_contradictions_are_named(office: Office) -> None:
    against = {"id": "two", "stance": "disputes"}
    office.put(source("one"), source("two"))
    office.put(
        profile("harbour", claim("built", "one", against), claim("other", "one", key=False)),
        profile("station", claim("opened", "one", contradicts=["harbour#other"])),
    )
    found = {i.subject: i.detail for i in office.review().queue.items if i.matter == "disputed"}
    assert found == {
        "harbour#built": "against it: source two",
        "station#opened": "against it: harbour#other",
    }


def test_close_to_a_boundary_counts_both_sides_by_thousandths(office: Office) -> None:
    office.edit_rule("citation.strength.first-hand", add=0.56)
    office.edit_rule("citation.strength.secondary", add=0.54)
    office.put(source("one"), source("two", "secondary"))
    office.put(profile("above", claim("a", "one")), profile("below", claim("b", "two")))

    def near(thousandths: int) -> set[str]:
        queue = office.review(near=thousandths).queue
        return {i.profile for i in queue.items if i.matter == "boundary"}

    assert near(9) == set()
    assert near(10) == {"below"}  # one thousandth more and it is over
    assert near(11) == {"above", "below"}


def test_drafts_are_listed_though_they_are_not_scored(office: Office) -> None:
    office.put(source("one"), profile("harbour", claim("built", "one"), status="draft"))
    office.put(profile("station", claim("opened", "one"), claim("late", status="draft", key=False)))
    found = {i.profile: i.detail for i in office.review().queue.items if i.matter == "draft"}
    assert found == {"harbour": "the profile is a draft", "station": "draft claims: late"}


def test_poorly_covered_grades_are_listed_by_how_little_is_known(office: Office) -> None:
    office.put({**source("one"), "directness": None})
    del office.documents["one"]["directness"]
    office.put(source("two"), profile("dark", claim("a", "one")), profile("lit", claim("b", "two")))
    found = [i for i in office.review(coverage=950).queue.items if i.matter == "coverage"]
    assert [i.profile for i in found][:1] == ["dark"]
    assert "of what trust asks is known" in found[0].detail
    assert "coverage" not in matters(office, coverage=0)


def test_what_is_due_now_is_listed_until_it_changes(office: Office) -> None:
    late = {"text": "The ruling.", "due": "2026-01-10"}
    office.put(source("one"), profile("harbour", claim("built", "one"), watch=[late]))
    assert matters(office) == ["overdue"]
    office.decide(lambda r: actions.accept(r, ANN, ["harbour"]))
    assert matters(office) == []
    late["due"] = "2026-01-12"
    office.put(profile("harbour", claim("built", "one"), watch=[late]))
    assert matters(office) == ["overdue"]


def test_an_accepted_item_is_a_review_of_its_profile_and_a_comment_is_none(office: Office) -> None:
    office.put(source("one"), profile("harbour", claim("built", "one")))
    flagged = office.decide(lambda r: actions.flag(r, ANN, "harbour#built", "the date is odd"))
    assert office.desk(flagged.date).decided == {}
    accepted = office.decide(lambda r: actions.accept(r, ANN, ["harbour"]))
    assert office.desk(accepted.since).decided == {"harbour": accepted.since}
    assert office.desk(accepted.since - timedelta(days=1)).decided == {}


def test_flags_and_assignments_stay_until_they_are_accepted_or_undone(office: Office) -> None:
    office.put(source("one"), profile("harbour", claim("built", "one")))
    office.put(profile("station", claim("opened", "one")))
    office.decide(lambda r: actions.flag(r, ANN, "harbour#built", "the date is odd"))
    given = office.decide(lambda r: actions.assign(r, ANN, ["harbour", "station"], "Ben"))
    review = office.review()
    assert [(i.matter, i.subject, i.assigned) for i in review.queue.items] == [
        ("flagged", "harbour#built", "Ben"),
        ("assigned", "harbour", "Ben"),
        ("assigned", "station", "Ben"),
    ]
    office.decide(lambda r: actions.accept(r, ANN, ["harbour"]))
    assert [i.subject for i in office.review().queue.items] == ["station"]
    office.decide(lambda r: actions.undo(r, ANN, given.id))
    assert office.review().queue.items == ()


def test_the_most_important_matters_come_first(office: Office) -> None:
    office.put(source("wire", retracted="2026-01-10"), source("one"))
    office.put(profile("aa", claim("a", "one"), status="draft"), profile("bb", claim("b", "one")))
    office.put(profile("cc", claim("c", "wire", "one")))
    office.decide(lambda r: actions.flag(r, ANN, "bb", "odd"))
    assert matters(office) == ["retracted", "flagged", "draft"]


def test_an_accept_needs_something_open(office: Office) -> None:
    office.put(source("one"), profile("harbour", claim("built", "one")))
    review = office.review()
    for ids, group, message in (
        (["harbour"], None, "nothing is open about harbour"),
        (["harbor"], None, "did you mean 'harbour'"),
        ([], None, "name profiles, or a group"),
        (["harbour"], "new:profiles", "not both"),
        ([], "new:profile", "no group 'new:profile'"),
    ):
        with pytest.raises(UsageError, match=message):
            actions.accept(review, ANN, ids, group=group)


def test_acceptance_for_one_audience_settles_nothing_for_another(office: Office) -> None:
    from dataclasses import replace

    office.put(source("wire", retracted="2026-01-10"), source("one"))
    office.put(profile("harbour", claim("built", "wire", "one")))
    office.rules["audiences"] = ["public", "desk"]
    office.decide(lambda r: actions.accept(r, ANN, ["harbour"]))
    review = office.review()
    assert review.queue.items == ()
    inside = replace(review, assessment=replace(review.assessment, audience="desk"))
    assert [i.matter for i in inside.queue.items] == ["retracted"]


def test_sources_of_one_claim_that_may_tell_one_story(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reviewed until somebody decides about the pair; accepting it settles the reminder alone."""
    told = "Harbour office approves more than 412 cranes and 17 tugs of Gantry Works"
    office.put(
        source("wire", title=told, published="2025-11-03", publisher="gazette"),
        source(
            "daily", title=f"{told}, the paper says", published="2025-11-04", publisher="letter"
        ),
        source("other", title="On something else", published="2025-11-04", publisher="letter"),
        profile("harbour", claim("approved", "wire", "daily", "other"), claim("seen", "daily")),
    )
    office.apply()
    [item] = office.review().queue.items
    assert (item.matter, item.profile, item.cause) == ("retelling", "harbour", "wire")
    assert item.detail.startswith("daily cites wire? (0.9")
    assert item.detail.endswith(
        "both are cited by approved; to decide: assay lineage --decide daily:cites:wire"
    )
    with monkeypatch.context() as many:
        many.setattr("assay.review.retold.MOST_SOURCES", 2)
        assert matters(office) == []
    before = office.desk().results["harbour"].scores
    office.decide(lambda r: actions.accept(r, ANN, ids=["harbour"]))
    assert matters(office) == []
    assert office.desk().results["harbour"].scores == before
