"""The commands as a user calls them."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assay.cli.main import run
from tests.change.office import Office

GOLDEN = Path(__file__).parent / "golden"
ROOT = Path(__file__).parents[2]
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def assay(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Call:
    """Run a command in the workspace; gives its exit code, stdout and stderr."""
    moments = iter(datetime(2026, 1, day, 9, tzinfo=UTC) for day in range(16, 31))
    Office().written(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(["--workspace", str(tmp_path), *arguments], lambda: next(moments))
        said = capfd.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def applied(assay: Call) -> Call:
    code, _, err = _apply(assay, "--reason", "the first")
    assert code == 0, err
    return assay


def _apply(assay: Call, *arguments: str) -> tuple[int, str, str]:
    return assay("apply", "--auto-approve", "--reviewer", "Ada", *arguments)


def _json(call: Call, *arguments: str) -> Any:
    code, out, err = call(*arguments, "--format", "json")
    assert code == 0, err
    return json.loads(out)


def _golden(name: str, text: str) -> None:
    """Byte for byte, digests apart: they move with the version."""
    undated = re.sub(r"\b[0-9a-f]{12}\b", "0" * 12, text)
    assert undated == (GOLDEN / name).read_text(encoding="utf-8")


EDITED = (
    Office()
    .with_rule("citation.strength.first-hand", add=0.7)
    .with_document("lock-paper", directness="record")
    .with_claim("sluice", text="The sluice stands, and leaks.")
)


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_a_plan_reads_as_it_did(applied: Call, tmp_path: Path, form: str) -> None:
    EDITED.written(tmp_path)
    code, out, _ = applied("plan", "--format", form)
    assert code == 0
    _golden(f"plan.{form}", out)


def test_history_and_log_tell_what_was_applied_by_whom_and_why(
    applied: Call, tmp_path: Path
) -> None:
    EDITED.written(tmp_path)
    assert _apply(applied, "--reason", "first-hand reports were rated too low")[0] == 0
    _golden("log.text", applied("log", "--limit", "1")[1])
    _golden("history.text", applied("history", "sluice")[1])
    log = _json(applied, "log")
    assert [a["who"] for a in log["applies"]] == ["Ada", "Ada"]
    assert {a["action"] for a in log["applies"][1]["actions"]} == {
        "our rules changed",
        "evidence changed",
        "a neighbour changed",
    }


def test_the_amounts_of_causes_add_up_in_what_is_printed(applied: Call, tmp_path: Path) -> None:
    EDITED.written(tmp_path)
    plan = _json(applied, "plan")
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
    assert "No score would change." in out
    assert "Ageing by 2027-01-15, not part of the plan" in out
    assert "weir#stands" in out


def test_a_saved_plan_is_applied_at_its_own_date(applied: Call, tmp_path: Path) -> None:
    EDITED.written(tmp_path)
    saved = str(tmp_path / "friday.plan")
    seen = json.loads(
        applied("--as-of", "2026-02-06", "plan", "--out", saved, "--format", "json")[1]
    )
    code, _, err = _apply(applied, saved)
    assert code == 0, err
    assert json.loads(Path(saved).read_text(encoding="utf-8"))["changes"] == seen["changes"]
    after = _json(applied, "--as-of", "2026-02-06", "plan")
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
    code, _, err = _apply(applied, saved)
    assert code == 1
    assert "documents say something else" in err
    assert "of: mill" in err
    assert (tmp_path / "grades.lock").read_bytes() == before


def test_a_saved_plan_of_another_workspace_is_refused(
    applied: Call, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    Office().without("sluice").written(elsewhere)
    saved = str(elsewhere / "other.plan")
    assert run(["--workspace", str(elsewhere), "plan", "--out", saved]) == 0
    code, _, err = _apply(applied, saved)
    assert code == 1
    assert "grades.lock was written anew by somebody else" in err


def test_nothing_is_written_without_a_yes(
    assay: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    code, _, err = assay("apply", "--reviewer", "Ada")
    assert code == 130
    assert "Apply this?" in err
    assert not (tmp_path / "grades.lock").exists()


def test_a_guard_stops_an_unusual_change_until_it_is_named(applied: Call, tmp_path: Path) -> None:
    guarded = Office().with_part(guard={"max_downgrades": 1})
    guarded.with_rule("citation.strength.first-hand", add=0.2).written(tmp_path)
    code, _, err = _apply(applied)
    assert code == 1
    assert "max_downgrades: 3 downgrades, 1 are allowed" in err
    assert _apply(applied, "--allow-guard", "max_downgrades")[0] == 0


def test_a_name_on_two_lines_becomes_one_line(applied: Call, tmp_path: Path) -> None:
    EDITED.written(tmp_path)
    code, _, _ = applied("apply", "--auto-approve", "--reviewer", "Ada\nLovelace\t")
    assert code == 0
    assert "Ada Lovelace\n" in applied("log", "--limit", "1")[1].splitlines(keepends=True)[0]


def test_an_experiment_touches_no_file(assay: Call, tmp_path: Path) -> None:
    def files() -> dict[Path, bytes]:
        every = (p for p in tmp_path.rglob("*") if p.is_file() and ".assay" not in p.parts)
        return {p: p.read_bytes() for p in every}

    before = files()
    plan = _json(assay, "plan", "--set", "citation.strength.first-hand.add=0.2")
    assert {c["id"] for c in plan["changes"]} == {"mill", "weir"}
    assert files() == before


def test_a_sweep_counts_what_each_value_moves(assay: Call) -> None:
    swept = _json(assay, "plan", "--sweep", "citation.strength.first-hand.add=0.3..0.8:0.1")
    values = {v["value"]: v for v in swept["values"]}
    assert list(values) == [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    assert (values[0.5]["scores"], values[0.5]["profiles"]) == (0, 0)
    for value in (0.3, 0.7):
        alone = _json(assay, "plan", "--set", f"citation.strength.first-hand.add={value}")
        assert values[value]["scores"] == len(alone["changes"])
        assert values[value]["upgrades"] == alone["summary"]["upgrade"]
        assert values[value]["downgrades"] == alone["summary"]["downgrade"]
    _golden(
        "sweep.text",
        assay("plan", "--sweep", "citation.strength.first-hand.add=0.3..0.8:0.1")[1],
    )


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--set", "citation.strength.first-hnd.add=0.2", "did you mean 'first-hand'"),
        ("--set", "citation.strength.first-hand.cap=0.2", "it has when, add"),
        ("--set", "citation.strength.first-hand.add=0.23456", "at most three decimals"),
        ("--set", "citation.strength.first-hand.when=nobody", "nobody"),
        ("--set", "reach=1", "name a figure"),
        ("--set", "nonsense", "write PATH=VALUE"),
        ("--sweep", "reach.damping=0.1..0.5", "write PATH=0.5..0.8:0.02"),
        ("--sweep", "reach.damping=0.1..0.5:0", "no values"),
        ("--sweep", "reach.damping=a..b:c", "are numbers"),
        ("--against", "-x", "is not a revision"),
        ("--only", "weirr", "there is no profile 'weirr'"),
    ],
)
def test_wrong_requests_are_answered_in_one_line(
    applied: Call, option: str, value: str, said: str
) -> None:
    code, out, err = applied("plan", f"{option}={value}")
    assert code == 64
    assert said in err
    assert out == ""


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
    exit_code, _, err = _apply(applied, str(path))
    assert exit_code == 1
    assert f"[{code}]" in err


def test_a_plan_that_is_not_there_and_one_that_is_a_folder_are_refused(
    applied: Call, tmp_path: Path
) -> None:
    for path in (tmp_path / "none.plan", tmp_path):
        code, _, err = _apply(applied, str(path))
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
    assert "grades.lock:2:1: error: the line was changed by hand [lock-edited]" in err


def test_a_changed_line_of_the_history_is_named(applied: Call, tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("the first", "the fifth"))
    code, _, err = applied("log")
    assert code == 1
    assert "history.jsonl:1:1: error: the line was changed after it was written" in err


# Git -----------------------------------------------------------------------------------------


def _git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=False, capture_output=True)


def test_a_revision_is_compared_without_touching_a_dirty_work_tree(
    assay: Call, tmp_path: Path
) -> None:
    _git(tmp_path, "init", "-b", "trunk")
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-m", "one")
    EDITED.written(tmp_path)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    before = {
        p: p.read_bytes()
        for p in tmp_path.rglob("*")
        if not {".git", ".assay"} & {*p.parts} and p.is_file()
    }
    plan = _json(assay, "plan", "--against", "trunk")
    assert plan["base"] == "trunk"
    assert {c["id"] for c in plan["changes"]} == {"mill", "sluice", "weir"}
    after = {
        p: p.read_bytes()
        for p in tmp_path.rglob("*")
        if not {".git", ".assay"} & {*p.parts} and p.is_file()
    }
    assert after == before


def test_without_a_repository_or_revision_the_reason_is_said(assay: Call, tmp_path: Path) -> None:
    code, _, err = assay("plan", "--against", "HEAD")
    assert code == 64
    assert "not in a git repository" in err
    _git(tmp_path, "init")
    assert "there is no revision 'HEAD'" in assay("plan", "--against", "HEAD")[2]


def test_two_branches_that_both_applied_are_joined_by_one_command(
    applied: Call, tmp_path: Path
) -> None:
    _git(tmp_path, "init", "-b", "trunk")
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-m", "one")
    _git(tmp_path, "switch", "-c", "other")
    rules = (tmp_path / "rules.yaml").read_text(encoding="utf-8")
    Office().with_rule("citation.strength.retelling", add=0.4).written(tmp_path)
    assert _apply(applied, "--reason", "retellings")[0] == 0
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-m", "other")
    _git(tmp_path, "switch", "trunk")
    assert (tmp_path / "rules.yaml").read_text(encoding="utf-8") == rules
    Office().with_document("mill-paper", directness="record").written(tmp_path)
    assert _apply(applied, "--reason", "the mill's record")[0] == 0
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-m", "trunk")
    _git(tmp_path, "merge", "other")
    assert "<<<<<<<" in (tmp_path / "grades.lock").read_text(encoding="utf-8")

    code, out, err = applied("plan")
    assert code == 0, err
    assert "Applied differently by two branches" in out
    assert _apply(applied, "--reason", "joined")[0] == 0
    assert _json(applied, "plan")["behind"] is False
    assert [a["why"] for a in _json(applied, "log")["applies"]] == [
        "the first",
        "the mill's record",
        "retellings",
        "joined",
    ]


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
    edit = ["--set", "claim.confidence.original-unseen.cap=0.2"]
    assert run([*where, "plan", *edit, "--format", "json"]) == 0
    tried = json.loads(capfd.readouterr().out)

    rules = folder / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    before, mark, after = text.partition("- id: original-unseen")
    rules.write_text(before + mark + after.replace("cap: 0.54", "cap: 0.20", 1), encoding="utf-8")
    assert run([*where, "plan", "--format", "json", "--out", str(tmp_path / "seen.plan")]) == 0
    plan = json.loads(capfd.readouterr().out)
    assert plan["changes"] == tried["changes"]
    assert plan["changes"]
    for change in plan["changes"]:
        assert change["scorer"] == "confidence"
        (cause,) = change["causes"]
        assert cause["refs"] == ["claim.confidence.original-unseen"]
        assert round(1000 * cause["amount"]) == round(
            1000 * (change["to"]["score"] - change["from"]["score"])
        )
    assert (folder / "grades.lock").read_bytes() == lock
    assert run([*where, "apply", str(tmp_path / "seen.plan"), *who]) == 0
    capfd.readouterr()
    assert run([*where, "plan", "--detailed-exitcode"]) == 0
    assert "No score would change." in capfd.readouterr().out
