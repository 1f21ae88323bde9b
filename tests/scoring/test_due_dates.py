"""Due dates of watch items, standing claims and grades."""

from __future__ import annotations

from datetime import date
from typing import Any

from assay.scoring.outlook import calendar
from tests.package import Assessment, Due, Institution, Publisher, Source
from tests.strategies import AS_OF, corpus_of, default_rulebook, desk_of


def desk(*claims: dict[str, Any], **profile: Any) -> Assessment:
    source = Source.model_validate(
        {
            "kind": "source",
            "id": "register",
            "title": "Register",
            "published": "2025-10",
            "directness": "record",
            "publisher": "office",
        }
    )
    office = Institution.model_validate(
        {
            "kind": "institution",
            "id": "office",
            "name": "Office",
            "claims": [
                {"id": f"c{n}", "nature": "fact", "text": "It acts.", "sources": ["register"]} | c
                for n, c in enumerate(claims)
            ],
            **profile,
        }
    )
    publisher = Publisher(
        kind="publisher",
        id="office",
        name="Office",
        speaks_for=["office"],
        speaks_for_reason="its register",
    )
    return desk_of(corpus_of([publisher], [source], [office]))


def due(desk: Assessment, *reasons: str) -> list[Due]:
    outlooks = {i: r.outlook for i, r in desk.results.items()}
    found = calendar(desk.corpus, desk.rulebook, outlooks, desk.as_of)
    return [entry for entry in found if entry.reason in reasons]


def test_a_watch_item_falls_due_on_the_last_day_of_its_date() -> None:
    found = due(
        desk(
            watch=[
                {"text": "The list.", "due": "2026-Q2", "owner": "Ann"},
                {"text": "The chair.", "due": "2025-12-31"},
                {"text": "Whatever comes."},
            ]
        ),
        "watch",
    )
    assert [(d.day.isoformat(), d.written, d.text, d.owner) for d in found] == [
        ("2025-12-31", "2025-12-31", "The chair.", None),
        ("2026-06-30", "2026-Q2", "The list.", "Ann"),
    ]


def test_standing_claims_fall_due_when_their_kind_allows_no_more() -> None:
    days = default_rulebook().settings.review_after_days
    found = due(
        desk(
            {"holds": "standing", "type": "figure"},
            {"holds": "standing", "type": "figure", "checked": "2026-01-10"},
            {"holds": "standing", "type": "figure", "checked": "2026-12-31"},
            {"holds": "dated", "type": "figure"},
            {"holds": "standing", "type": "mandate"},
        ),
        "recheck",
    )
    at = {d.claims: (d.day - date(2025, 10, 1)).days for d in found}
    assert at == {
        ("c0", "c2"): days["figure"],
        ("c1",): days["figure"] + (date(2026, 1, 10) - date(2025, 10, 1)).days,
    }
    assert {d.text for d in found} == {
        "Check again whether 2 standing claims still hold.",
        "Check again whether a standing claim still holds.",
    }


def test_the_first_recheck_is_the_next_date_of_the_profile() -> None:
    made = desk({"holds": "standing", "type": "figure", "key": True}, {"holds": "standing"})
    [entry] = due(made, "recheck")
    found = made.results["office"].outlook.horizon.next
    assert found is not None
    assert (found.day, found.reason, found.subject) == (entry.day, "recheck", entry.claims[0])


def test_nothing_of_a_closed_profile_is_due() -> None:
    end = {"on": "2025-12", "because": "It was dissolved."}
    made = desk({"holds": "standing"}, watch=[{"text": "The list.", "due": 2026}], closed=end)
    assert due(made, "watch", "recheck", "grade") == []


def test_a_grade_change_is_due_on_its_day() -> None:
    made = desk({"holds": "standing", "type": "figure", "key": True})
    until = made.results["office"].outlook.until
    assert until is not None
    [entry] = due(made, "grade")
    assert entry.day == until
    assert entry.text == "A grade changes if nothing new arrives: confidence from A/B to C/D."
    assert entry.day > AS_OF


def _identities(*watch: dict[str, Any], **profile: Any) -> dict[str, str]:
    return {d.text: d.identity for d in due(desk(watch=list(watch), **profile), "watch")}


def test_a_due_date_keeps_its_identity_when_its_words_or_its_profile_are_corrected() -> None:
    one, other = {"text": "The lsit.", "due": "2026-06"}, {"text": "B.", "due": "2026-06"}
    expected = {"The lsit.": "office watch 2026-06 1", "B.": "office watch 2026-06 2"}
    assert _identities(one, other) == expected
    assert _identities(one | {"text": "A."}, other)["A."] == expected["The lsit."]
    renamed = _identities(other, formerly=["bureau", "board"])
    assert renamed == {"B.": "bureau watch 2026-06 1"}


def test_an_id_keeps_the_identity_of_a_watch_item_whose_date_changes() -> None:
    item = {"id": "list", "text": "The list."}
    assert _identities(item | {"due": "2026-06"}) == _identities(item | {"due": "2026-Q4"})
