"""``list``, ``status`` and the items that ``new`` adds to a profile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.workspaces import PROFILE, RULES, write_workspace
from tests.package import Workspace, load_workspace, run

EVENT = """\
kind: event
id: second-pier
name: The second pier opens
type: opening
region: North
topics: [Piers]
date: 2025-05
claims:
  - {id: opened, nature: fact, text: The pier opened in May 2025., key: true, status: draft}
"""

OFFICE = PROFILE.replace("claims:", "type: regulator\nregion: North\ntopics: [berths]\nclaims:", 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "desk", office=OFFICE, pier=EVENT)


@pytest.fixture
def said(root: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*args: str, code: int = 0) -> str:
        capsys.readouterr()
        assert run(["--workspace", str(root), *args]) == code
        printed = capsys.readouterr()
        return printed.out or printed.err

    return call


def ids(said: Any, *args: str) -> list[str]:
    return [e["id"] for e in json.loads(said("list", *args, "--format", "json"))["listed"]]


@pytest.mark.parametrize(
    ("args", "listed"),
    [
        ([], ["port-office", "second-pier"]),
        (["events"], ["second-pier"]),
        (["sources"], ["gazette-march", "port-ledger"]),
        (["sources", "--publisher", "harbour-gazette"], ["gazette-march"]),
        (["publishers"], ["harbour-gazette"]),
        (["claims"], ["port-office#twelve-berths", "second-pier#opened"]),
        (["rules"], ["claim.support.cited", "claim.support.twice"]),
        (["--region", "NORTH"], ["port-office", "second-pier"]),
        (["--region", "north", "--type", "opening"], ["second-pier"]),
        (["--topic", "piers"], ["second-pier"]),
        (["--grade", "good"], ["port-office"]),
        (["--grade", "not rated"], ["second-pier"]),
    ],
)
def test_list_has_what_has_the_values(said: Any, args: list[str], listed: list[str]) -> None:
    assert ids(said, *args) == listed


def test_a_value_that_nothing_has_is_reported(said: Any) -> None:
    assert said("list", "--region", "Nort", code=64) == (
        "error: unknown region 'Nort'; did you mean 'North'?\n"
    )


def test_profiles_are_listed_without_grades_if_there_are_errors(root: Path, said: Any) -> None:
    (root / "profiles" / "broken.yaml").write_text("kind: event\nid: x\n")
    assert said("list", "institutions").splitlines()[1].split() == [
        *("institution", "port-office", "-", "Port", "Office")
    ]


def test_status_sums_up_what_is_there_and_to_do(said: Any) -> None:
    assert said("status").splitlines() == [
        "as of   2026-01-15",
        "content 1 institution, 1 event, 2 claims, 2 sources, 1 publisher",
        "drafts  1, not scored: second-pier#opened",
        "due     0 overdue, 0 within 30 days; list them with `assay outlook --calendar`",
        "review  1 profile; list them with `assay review`",
        "lock    nothing applied yet; see `assay plan`",
    ]


def test_status_follows_an_apply_and_an_edit(root: Path, said: Any) -> None:
    said("apply", "--auto-approve", "--reviewer", "Ann")
    lock = "lock    grades.lock is up to date, applied as of 2026-01-15"
    assert said("status").splitlines()[-1] == lock
    (root / "profiles" / "office.yaml").write_text(OFFICE.replace(", port-ledger", ""))
    status = json.loads(said("status", "--format", "json"))
    assert status["lock"] == {"as_of": "2026-01-15", "behind": ["documents"], "changes": 1}


def test_status_of_a_workspace_with_errors_is_no_error(root: Path, said: Any) -> None:
    (root / "profiles" / "broken.yaml").write_text("kind: event\nid: x\n")
    assert said("status").splitlines()[-1] == "errors  1; list them with `assay check`"
    assert json.loads(said("status", "--format", "json"))["lock"] is None


NEW: list[tuple[list[str], str, Any]] = [
    (["gap", "Who built it."], "gaps", "Who built it."),
    (
        ["gap", "Who  built it.", "--document", "The plan", "--directness", "record"],
        "gaps",
        {"text": "Who built it.", "document": "The plan", "directness": "record"},
    ),
    (
        ["watch", "The third pier.", "--due", "2026-Q3", "--trigger", "A permit."],
        "watch",
        {"text": "The third pier.", "trigger": "A permit.", "due": "2026-Q3"},
    ),
    (
        ["edge", "second-pier", "--relation", "part_of", "--claim", "twelve-berths"],
        "depends_on",
        {"on": "second-pier", "relation": "part_of", "claims": ["twelve-berths"]},
    ),
    (
        ["summary", "It has twelve berths.", "--claim", "twelve-berths"],
        "summary",
        {"text": "It has twelve berths.", "claims": ["twelve-berths"]},
    ),
    (["factor", "severity", "high"], "factors", {"factor": "severity", "is": "high"}),
]


@pytest.mark.parametrize(("args", "key", "item"), NEW, ids=[f"{a[0]} {len(a)}" for a, *_ in NEW])
def test_an_item_is_added_at_the_end_of_its_list(
    root: Path, said: Any, args: list[str], key: str, item: object
) -> None:
    (root / "rules.yaml").write_text(
        RULES + "factors: {scales: {s: {words: {high: 1.0}}}, asked: {institution: {severity: s}}}"
    )
    assert said("new", args[0], "port-office", *args[1:]) == "port-office\n"
    profile = load_workspace(Workspace(root)).corpus.profiles["port-office"]
    written = profile.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    assert written[key][-1] == item


def test_an_item_with_an_error_is_not_written(root: Path, said: Any) -> None:
    before = (root / "profiles" / "office.yaml").read_bytes()
    assert "unknown profile 'nowhere'" in said(
        *("new", "edge", "port-office", "nowhere", "--relation", "part_of"), code=1
    )
    assert (root / "profiles" / "office.yaml").read_bytes() == before


def test_an_empty_workspace_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new"
    assert run(["init", str(folder), "--empty"]) == 0
    assert run(["--workspace", str(folder), "check"]) == 0
    assert "0 errors, 0 warnings" in capsys.readouterr().out
    assert [p.name for p in (folder / "profiles").rglob("*")] == [".gitkeep"]
