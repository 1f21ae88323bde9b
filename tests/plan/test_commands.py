"""The commands as a user calls them."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.package import run
from tests.plan.calling import EDITED, Call, apply, printed, reads_as
from tests.plan.office import Office

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_a_plan_reads_as_it_did(applied: Call, tmp_path: Path, form: str) -> None:
    EDITED.written(tmp_path)
    code, out, _ = applied("plan", "--format", form)
    assert code == 0
    reads_as(f"plan.{form}", out)


def test_history_and_log_tell_what_was_applied_by_whom_and_why(
    applied: Call, tmp_path: Path
) -> None:
    EDITED.written(tmp_path)
    assert apply(applied, "--reason", "first-hand reports were rated too low")[0] == 0
    reads_as("log.text", applied("log", "--limit", "1")[1])
    reads_as("history.text", applied("history", "sluice")[1])
    log = printed(applied, "log")
    assert [a["who"] for a in log["applies"]] == ["Ada", "Ada"]
    assert {a["action"] for a in log["applies"][1]["actions"]} == {
        "our rules changed",
        "evidence changed",
        "a neighbour changed",
    }


def test_the_log_of_a_large_apply_is_shortened_with_the_number_left_out(
    applied: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.cli.history._SHOWN", 1)
    EDITED.written(tmp_path)
    apply(applied)
    out = applied("log", "--limit", "1")[1]
    assert "↑ sluice trust: Low 0.185 → High 0.740: evidence changed" in out
    assert out.count("↑") == 1
    assert "… and 3 more; list all with --format json" in out


def test_a_score_that_a_kind_is_no_longer_asked_for_is_said_so(
    applied: Call, tmp_path: Path
) -> None:
    *others, felt = Office().rules["scorers"]
    scorers = [*others, {**felt, "kinds": ["event"]}]
    Office().with_part(scorers=scorers).written(tmp_path)
    assert re.search(r"weir felt: \w+ 0\.\d+ → not asked", applied("plan")[1])
    plan = printed(applied, "plan")
    assert {(c["to"]["rated"], c["to"]["asked"]) for c in plan["changes"]} == {(False, False)}
    assert apply(applied, "--allow-guard", "max_downgrades")[0] == 0
    assert "→ not asked" in applied("history", "weir")[1]


def test_history_leaves_out_what_was_not_rated_before_or_after(
    applied: Call, tmp_path: Path
) -> None:
    pump = {"kind": "institution", "id": "pump", "name": "The pump"}
    Office().adding(pump).written(tmp_path)
    assert apply(applied)[0] == 0
    assert "not rated →" in applied("history", "pump")[1]
    for command in (("history", "pump"), ("log",)):
        assert "not rated → not rated" not in applied(*command)[1]


def test_the_amounts_of_causes_add_up_in_what_is_printed(applied: Call, tmp_path: Path) -> None:
    EDITED.written(tmp_path)
    plan = printed(applied, "plan")
    assert plan["changes"]
    for change in plan["changes"]:
        moved = round(1000 * (change["to"]["score"] - change["from"]["score"]))
        assert sum(round(1000 * c["amount"]) for c in change["causes"]) == moved


def test_the_exit_code_tells_whether_it_matters(applied: Call, tmp_path: Path) -> None:
    assert applied("plan", "--detailed-exitcode")[0] == 0
    EDITED.written(tmp_path)
    assert applied("plan", "--detailed-exitcode")[0] == 2
    assert applied("plan")[0] == 0


def test_at_the_locks_date_a_day_gone_by_fails_nothing_and_is_listed_apart(
    applied: Call,
) -> None:
    code, out, _ = applied("--as-of", "2027-01-15", "plan", "--at-lock", "--detailed-exitcode")
    assert code == 0
    assert "No grade will change." in out
    assert "Ageing by 2027-01-15, not part of the plan" in out
    assert "weir#stands" in out


def test_a_saved_plan_is_applied_at_its_own_date(applied: Call, tmp_path: Path) -> None:
    EDITED.written(tmp_path)
    saved = str(tmp_path / "friday.plan")
    seen = json.loads(
        applied("--as-of", "2026-02-06", "plan", "--out", saved, "--format", "json")[1]
    )
    code, _, err = apply(applied, saved)
    assert code == 0, err
    assert json.loads(Path(saved).read_text(encoding="utf-8"))["changes"] == seen["changes"]
    after = printed(applied, "--as-of", "2026-02-06", "plan")
    assert after["changes"] == []
    assert after["base_as_of"] == "2026-02-06"


def test_a_saved_plan_is_refused_where_a_document_moved_and_says_which(
    applied: Call, tmp_path: Path
) -> None:
    EDITED.written(tmp_path)
    saved = str(tmp_path / "friday.plan")
    applied("plan", "--out", saved)
    EDITED.with_document("mill-paper", directness="record").written(tmp_path)
    before = (tmp_path / "grades.lock").read_bytes()
    code, _, err = apply(applied, saved)
    assert code == 1
    assert "documents changed since the plan was made: mill" in err
    assert (tmp_path / "grades.lock").read_bytes() == before


def test_a_saved_plan_of_another_workspace_is_refused(
    applied: Call, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    Office().without("sluice").written(elsewhere)
    saved = str(elsewhere / "other.plan")
    assert run(["--workspace", str(elsewhere), "plan", "--out", saved]) == 0
    code, _, err = apply(applied, saved)
    assert code == 1
    assert "grades.lock changed since the plan was made" in err


def test_nothing_is_written_without_a_yes(
    assay: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    code, _, err = assay("apply", "--reviewer", "Ada")
    assert code == 130
    assert "Apply this plan?" in err
    assert not (tmp_path / "grades.lock").exists()


def test_a_guard_stops_an_unusual_change_until_it_is_named(applied: Call, tmp_path: Path) -> None:
    guarded = Office().with_part(guard={"max_downgrades": 1})
    guarded.with_rule("citation.strength.first-hand", add=0.2).written(tmp_path)
    code, _, err = apply(applied)
    assert code == 1
    assert "max_downgrades: 3 downgrades, at most 1 allowed" in err
    assert apply(applied, "--allow-guard", "max_downgrades", "--allow", "withdrawals")[0] == 0


def test_a_guard_counts_a_score_once_for_all_audiences(applied: Call, tmp_path: Path) -> None:
    both = Office().with_part(audiences=["public", "member"], guard={"max_downgrades": 3})
    both.written(tmp_path)
    assert apply(applied)[0] == 0
    both.with_rule("citation.strength.first-hand", add=0.2).written(tmp_path)
    assert "3 grades will change: 0 up, 3 down." in applied("plan")[1]
    assert apply(applied, "--allow", "withdrawals")[0] == 0


@pytest.mark.parametrize("name", ["Ada\nLovelace", "Ada\tLovelace", " ", "A" * 121])
def test_a_name_is_refused_by_apply_in_the_words_of_review(applied: Call, name: str) -> None:
    of_apply = applied("apply", "--auto-approve", "--reviewer", name)
    of_review = applied("review", "comment", "mill", "Seen.", "--reviewer", name)
    assert of_apply == of_review
    assert of_apply[0] == 64
    assert of_apply[2].startswith("error: the reviewer's name: ")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--set", "citation.strength.first-hnd.add=0.2", "did you mean 'first-hand'"),
        (
            "--set",
            "citation.strength.first-hand.cap=0.2",
            "no such field of the rule; use when, add",
        ),
        ("--set", "citation.strength.first-hand.add=0.23456", "at most three decimals"),
        ("--set", "citation.strength.first-hand.when=nobody", "nobody"),
        ("--set", "reach=1", "not a single value"),
        ("--set", "nonsense", "use PATH=VALUE"),
        ("--sweep", "reach.damping=0.1..0.5", "use PATH=FIRST..LAST:STEP"),
        ("--sweep", "reach.damping=0.1..0.5:0", "in 1000 values at most"),
        ("--sweep", "reach.damping=a..b:c", "use numbers"),
        ("--against", "-x", "invalid revision '-x'"),
        ("--only", "weirr", "unknown profile 'weirr'; did you mean 'weir'?"),
        ("--because", "citation.strength.first-hnd", "mean 'citation.strength.first-hand'?"),
        ("--because", "first-hand", "did you mean 'citation.strength.first-hand'?"),
        ("--because", "mill-papr", "publisher or profile 'mill-papr'; did you mean 'mill-paper'?"),
        ("--because", "weir#standz", "did you mean 'weir#stands'?"),
        ("--because", "citation.strenght", "did you mean 'citation.strength'?"),
    ],
)
def test_wrong_requests_are_answered_in_one_line(
    applied: Call, option: str, value: str, said: str
) -> None:
    code, out, err = applied("plan", f"{option}={value}")
    assert code == 64
    assert said in err
    assert out == ""


@pytest.mark.parametrize("command", ["plan", "log", "history"])
def test_an_unknown_audience_is_no_empty_result(applied: Call, command: str) -> None:
    given = [command, "mill"] if command == "history" else [command]
    code, out, err = applied("--audience", "pubic", *given)
    assert code == 64
    assert "'pubic'; did you mean 'public'?" in err
    assert out == ""


@pytest.mark.parametrize(
    "name", ["reach.weights", "weir-paper", "mill#stands", "claim.trust.ceiling"]
)
def test_a_cause_of_nothing_is_noted_beside_the_empty_plan(
    applied: Call, tmp_path: Path, name: str
) -> None:
    Office().with_rule("citation.strength.first-hand", add=0.2).written(tmp_path)
    total = len(printed(applied, "plan")["changes"])
    code, out, err = applied("plan", "--because", name, "--format", "json")
    assert code == 0
    assert json.loads(out)["changes"] == []
    assert err == f"none of the {total} changes in the plan matches {name!r}\n"


def test_a_scorer_is_the_cause_of_what_its_rules_change(applied: Call, tmp_path: Path) -> None:
    Office().with_rule("citation.strength.first-hand", add=0.2).written(tmp_path)
    by_rule = printed(applied, "plan", "--because", "citation.strength.first-hand")["changes"]
    assert by_rule
    assert printed(applied, "plan", "--because", "citation.strength")["changes"] == by_rule


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "plan-not-read"),
        (b"\xff", "plan-not-read"),
        (b'{"assay_plan": 2}', "plan-newer"),
        (b'{"assay_plan": 1, "as_of": "2026-01-15", "digest": "000000000000"}', "plan-edited"),
        (b"[" * 5000, "plan-not-read"),
        (b"[]", "plan-not-read"),
    ],
)
def test_a_file_that_is_no_plan_is_refused(
    applied: Call, tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "x.plan"
    path.write_bytes(content)
    exit_code, _, err = apply(applied, str(path))
    assert exit_code == 1
    assert f"[{code}]" in err


def test_a_plan_that_is_not_there_and_one_that_is_a_folder_are_refused(
    applied: Call, tmp_path: Path
) -> None:
    for path in (tmp_path / "none.plan", tmp_path):
        code, _, err = apply(applied, str(path))
        assert code == 1
        assert "[plan-not-read]" in err


@pytest.mark.parametrize(
    "name", ["grades.lock", "rules.yaml", "profiles/new.yaml", "reviews.jsonl"]
)
def test_a_plan_is_never_written_over_the_workspace(
    applied: Call, tmp_path: Path, name: str
) -> None:
    code, _, err = applied("plan", "--out", str(tmp_path / name))
    assert code == 64
    assert "belongs to the workspace" in err


def test_an_edited_lock_is_shown_with_its_line(applied: Call, tmp_path: Path) -> None:
    path = tmp_path / "grades.lock"
    path.write_text(path.read_text(encoding="utf-8").replace('"points": 463', '"points": 999', 1))
    code, _, err = applied("plan")
    assert code == 1
    assert "grades.lock:2:1: error: the line was edited by hand [lock-edited]" in err


def test_a_changed_line_of_the_history_is_named(applied: Call, tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("the first", "the fifth"))
    code, _, err = applied("log")
    assert code == 1
    assert "history.jsonl:1:1: error: the line was changed after it was written" in err


def test_one_rule_edit_on_the_shipped_desk(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    shutil.copy(ROOT / "rules.yaml", folder)
    shutil.copytree(ROOT / "profiles", folder / "profiles")
    where = ["--workspace", str(folder)]
    who = ["--auto-approve", "--reviewer", "Ada"]
    assert run([*where, "apply", *who]) == 0
    lock = (folder / "grades.lock").read_bytes()
    capfd.readouterr()
    edit = ["--set", "citation.worth.secondary-named.add=0.3"]
    assert run([*where, "plan", *edit, "--format", "json"]) == 0
    tried = json.loads(capfd.readouterr().out)

    rules = folder / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    before, mark, after = text.partition("- id: secondary-named")
    rules.write_text(before + mark + after.replace("add: 0.38", "add: 0.30", 1), encoding="utf-8")
    assert run([*where, "plan", "--format", "json", "--out", str(tmp_path / "seen.plan")]) == 0
    plan = json.loads(capfd.readouterr().out)
    assert plan["changes"] == tried["changes"]
    assert "confidence" in {change["scorer"] for change in plan["changes"]}
    for change in plan["changes"]:
        (cause,) = change["causes"]
        assert cause["refs"] == ["citation.worth.secondary-named"]
        assert round(1000 * cause["amount"]) == round(
            1000 * (change["to"]["score"] - change["from"]["score"])
        )
    assert (folder / "grades.lock").read_bytes() == lock
    assert run([*where, "apply", str(tmp_path / "seen.plan"), *who]) == 0
    capfd.readouterr()
    assert run([*where, "plan", "--detailed-exitcode"]) == 0
    assert "No grade will change." in capfd.readouterr().out
