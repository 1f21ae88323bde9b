"""The review commands: what they print, byte for byte, and how they refuse."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from assay.review import actions
from tests.package import read_ledger, run
from tests.review.office import ANN, BEN, Office, claim, profile, source

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def busy(office: Office) -> Office:
    """A desk with something of almost everything to decide."""
    for n in range(12):
        office.put(source(f"report-{n}"), profile(f"body-{n:02}", claim("acts", f"report-{n}")))
    office.put(source("wire", published="2025-11-03"))
    late = {"text": "The ruling.", "due": "2026-01-10"}
    office.put(profile("harbour", claim("built", "wire", "report-0"), watch=[late]))
    office.put(profile("station", claim("opened", "report-1")))
    office.apply()
    office.override("station", "High", code="evidence-outside", reason="We have seen the permit.")
    office.override("body-03", "low", by=BEN, reason="It has closed.", until=date(2026, 6, 30))
    office.edit_rule("citation.strength.first-hand", add=0.4)
    office.override("body-02", "Good", by=BEN, reason="Seen.")
    office.decide(lambda r: actions.flag(r, ANN, "harbour#built", "The year is odd."))
    office.decide(lambda r: actions.assign(r, ANN, ["harbour"], "Ben Example"))
    office.put(
        source("wire", published="2025-11-03", retracted="2026-01-12"),
        profile("quay", claim("new", "report-2"), status="draft"),
        profile("tower", claim("rises", "report-3")),
    )
    return office


def golden(name: str, text: str) -> None:
    file = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_the_list_is_byte_for_byte_the_golden_one(busy: Office) -> None:
    result = busy.run()
    assert result.exit_code == 0, result.output
    golden("list.txt", result.stdout)
    assert busy.run("list").stdout == result.stdout


def test_all_about_a_profile_is_byte_for_byte_the_golden_text(busy: Office) -> None:
    golden("show.txt", busy.run("show", "station").stdout)


def test_the_list_as_json_holds_every_item(busy: Office) -> None:
    found = json.loads(busy.run("list", "--format", "json").stdout)
    assert found["as_of"] == "2026-01-15"
    assert found["locked"] is True
    names = [g["name"] for g in found["groups"]]
    assert names[0] == "retracted:wire"
    moved = {g["name"]: len(g["items"]) for g in found["groups"] if g["matter"] == "flipped"}
    assert moved == {"flipped:wire": 1, "flipped:citation.strength.first-hand": 12}
    assert found["overrides"][0]["codes"] == {"other": 1}
    assert found["profiles"][0] == "harbour"


def test_the_list_can_be_narrowed(busy: Office) -> None:
    def profiles(*args: str) -> list[str]:
        found = json.loads(busy.run("list", "--format", "json", *args).stdout)
        return list(found["profiles"])

    assert profiles("--review-reason", "new") == ["tower"]
    assert profiles("--group", "stale:station.trust") == ["station"]
    assert profiles("--assigned-to", "ben example") == ["harbour"]
    result = busy.run("list", "--review-reason", "fliped")
    assert "did you mean 'flipped'" in str(result.exception)


def test_show_as_json_holds_both_grades_and_the_reasoning(busy: Office) -> None:
    found = json.loads(busy.run("show", "body-02", "--format", "json").stdout)
    [grade] = found["grades"]
    assert (grade["computed"]["band"], grade["effective"]["band"]) == ("fair", "good")
    assert grade["overrides"][0]["reviewer"] == "Ben Example"
    assert found["explanation"]["id"] == "body-02"
    assert [d["kind"] for d in found["decisions"]] == ["override"]


def test_a_group_is_accepted_and_the_override_that_returned_is_settled(busy: Office) -> None:
    group = "flipped:citation.strength.first-hand"
    args = ["accept", "--group", group, "--except", "body-03", "--reviewer", "Cem Example"]
    result = busy.run(*args, "--format", "json")
    decision = json.loads(result.stdout)
    assert len(decision["subjects"]) == 11
    assert decision["date"] == "2026-02-02"
    left = json.loads(busy.run("list", "--group", group, "--format", "json").stdout)
    assert left["profiles"] == ["body-03"]
    assert busy.run("accept", "station", "--reviewer", "Cem Example").exit_code == 0
    assert "station" not in json.loads(busy.run("list", "--format", "json").stdout)["profiles"]


def test_every_decision_has_a_command(busy: Office) -> None:
    by = ["--reviewer", "Cem Example"]
    made = busy.run("override", "body-05", "--scorer", "trust", "--grade", "none", *by,
                    "--reason", "closed", "--format", "json")  # fmt: skip
    assert "has agreed" not in made.stdout
    override = json.loads(made.stdout)["id"]
    text = busy.run("second", override[:8], "--reviewer", "Dot Example")
    assert "second reviewer of" in text.stdout
    assert "not sure who wrote the evidence" in text.stderr
    for args in (
        ["flag", "body-06", "odd"],
        ["comment", "body-06#acts", "checked by telephone"],
        ["assign", "body-06", "body-07", "--to", "Dot Example"],
        ["outcome", "body-06#acts", "held", "--date", "2026-01-31", "--source", "report-6"],
        ["undo", override[:8], "--reason", "a slip"],
    ):
        result = busy.run(*args, *by)
        assert result.exit_code == 0, result.output
    kinds = [d.kind for d in read_ledger(busy.ledger).decisions][-7:]
    assert kinds == ["override", "second", "flag", "comment", "assign", "outcome", "undo"]


def test_wrong_usage_ends_with_64_and_one_sentence(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.put(source("one"), profile("harbour", claim("built", "one")))
    office.write()
    base = ["--workspace", str(office.root), "review"]
    assert run([*base, "accept", "harbor", "--reviewer", "Ann"]) == 64
    assert capsys.readouterr().err == ("error: unknown profile 'harbor'; did you mean 'harbour'?\n")
    assert run([*base, "flag", "harbour", "x", "--reviewer", "Ann\nBen"]) == 64
    assert capsys.readouterr().err == ("error: the reviewer's name: a name is one line of text\n")
    assert run([*base, "undo", "12345678", "--reviewer", "Ann"]) == 64
    assert "there is no decision '12345678'" in capsys.readouterr().err


def test_without_git_and_without_a_name_nobody_signs(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put(source("one"), profile("harbour", claim("built", "one")))
    monkeypatch.setenv("PATH", str(office.root))
    result = office.run("flag", "harbour", "odd")
    assert "no reviewer; give --reviewer NAME" in str(result.exception)
    assert not office.ledger.exists()


def test_a_touched_ledger_stops_everything_and_check_says_where(
    busy: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    busy.write()
    text = busy.ledger.read_text().replace("The year is odd.", "The year is fine.")
    busy.ledger.write_text(text)
    base = ["--workspace", str(busy.root)]
    assert run([*base, "check"]) == 1
    out = capsys.readouterr().out
    assert "reviews.jsonl:4:1: error: the line was changed after it was written" in out
    assert run([*base, "score"]) == 1
    assert run([*base, "review", "flag", "harbour", "x", "--reviewer", "Ann"]) == 1
    assert busy.ledger.read_text() == text


# The walk ----------------------------------------------------------------------------------


def walked(office: Office, *answers: str, ids: tuple[str, ...] = ()) -> str:
    keys = "".join(f"{a}\n" for a in answers)
    result = office.run("walk", *ids, "--reviewer", "Cem Example", input_=keys)
    assert result.exit_code == 0, result.output
    return result.stdout


def kinds(office: Office) -> list[str]:
    return [d.kind for d in read_ledger(office.ledger).decisions]


@pytest.fixture
def moved(office: Office) -> Office:
    for n in range(4):
        office.put(source(f"report-{n}"), profile(f"body-{n}", claim("acts", f"report-{n}")))
    office.apply()
    office.edit_rule("citation.strength.first-hand", add=0.4)
    return office


def test_a_walk_shows_the_reasoning_and_goes_next_and_back(moved: Office) -> None:
    text = walked(moved, "n", "b", "q")
    assert text.count("— 1 of 4 —") == 2
    assert text.count("— 2 of 4 —") == 1
    assert "open: flipped: trust from Good to Fair" in text
    assert "It is a first_hand" in text
    assert "0 decisions recorded" in text
    assert not moved.ledger.exists()


def test_a_walk_decides_and_takes_back(moved: Office) -> None:
    text = walked(
        moved,
        *("b", "x", "a"),  # cannot go back from the first; no such letter; accept
        *("o", "trust", "Hig"),
        *("seen it", "other", ""),  # refused: no such band
        *("o", "trust", "Good", "seen it", "evidence-outside", "2026-12-31"),
        *("c", "telephoned", "f", "odd", "u", "u", "q"),
    )
    assert "error: this is the first profile" in text
    assert "choose one of the letters in brackets" in text
    assert "did you mean 'High'" in text
    assert kinds(moved) == ["accept", "override", "comment", "flag", "undo", "undo"]
    assert {d.kind for d in read_ledger(moved.ledger).in_force} == {"accept", "override"}
    assert "2 decisions recorded" in text


def test_an_undo_leads_back_to_what_was_decided(moved: Office) -> None:
    text = walked(moved, "a", "u", "q")
    assert text.count("— 1 of 4 —") == 2
    assert len(moved.review().queue.profiles) == 4
    assert "error: this walk has no decision to undo" in walked(moved, "u", "q")


def test_a_whole_group_is_accepted_on_a_walk_once_confirmed(moved: Office) -> None:
    walked(moved, "g", "1", "n", "q")
    assert kinds(moved) == []
    walked(moved, "g", "1", "y", "q")
    [decision] = read_ledger(moved.ledger).decisions
    assert len(decision.subjects) == 4


def test_a_second_reviewer_agrees_on_a_walk(moved: Office) -> None:
    moved.override("body-1", "none")
    text = walked(moved, "s", "q", ids=("body-1",))
    assert "note: not sure who wrote the evidence" in text
    assert moved.review().effective.ruling("body-1", "trust") is not None
    assert "error: no override of this profile needs a second reviewer" in walked(
        moved, "s", "q", ids=("body-1",)
    )


def test_the_end_of_input_keeps_what_was_decided(moved: Office) -> None:
    result = moved.run("walk", "--reviewer", "Cem Example", input_="a\n")
    assert result.exit_code == 1
    assert kinds(moved) == ["accept"]


def test_a_walk_through_nothing_says_so(office: Office) -> None:
    office.put(source("one"), profile("harbour", claim("built", "one")))
    office.apply()
    result = office.run("walk", "--reviewer", "Cem Example", input_="")
    # A grade well inside its band, nothing new, nothing due.
    assert result.stdout == "no open review items\n"
