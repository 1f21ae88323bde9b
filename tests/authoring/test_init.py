from __future__ import annotations

from pathlib import Path

import pytest

from assay import pipeline
from tests.authoring.conftest import contents
from tests.package import UsageError, Workspace, init


def test_the_starter_workspace_has_nothing_to_correct(tmp_path: Path) -> None:
    workspace = init(tmp_path / "desk")
    assert Workspace.find(tmp_path / "desk") == workspace
    checked = pipeline.check(workspace)
    assert checked.diagnostics == ()
    assert len(checked.loaded.corpus.profiles) == 2


def test_its_files_name_schemas_that_are_there(tmp_path: Path) -> None:
    workspace = init(tmp_path / "desk")
    for path in [workspace.rules_path, *workspace.profiles_dir.rglob("*.yaml")]:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        marker, _, schema = first.partition("$schema=")
        assert marker == "# yaml-language-server: "
        assert (path.parent / schema).is_file()


def test_two_starter_workspaces_are_the_same(tmp_path: Path) -> None:
    assert contents(init(tmp_path / "one")) == contents(init(tmp_path / "two"))


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        init(tmp_path)
    with pytest.raises(UsageError, match="is a file"):
        init(tmp_path / "note.txt")
    assert [p.name for p in tmp_path.iterdir()] == ["note.txt"]


def test_two_branches_of_the_ledger_and_the_history_are_joined_by_git(tmp_path: Path) -> None:
    root = init(tmp_path / "desk").root
    attributes = (root / ".gitattributes").read_text(encoding="utf-8")
    assert "reviews.jsonl merge=union\n" in attributes
    assert "history.jsonl merge=union\n" in attributes
