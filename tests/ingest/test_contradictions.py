"""Contradictions between what was ingested, through the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ingest import examples
from tests.package import Workspace, ingest, load_workspace, run


def contradictions(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> list[dict]:
    capsys.readouterr()
    command = ["--workspace", str(workspace.root), "contradictions", "--format", "json"]
    assert run(command) == 0
    found: list[dict] = json.loads(capsys.readouterr().out)["found"]
    return found


def test_two_versions_of_one_page(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.md").write_text(examples.DIGEST_OLDER, "utf-8")
    (tmp_path / "b.md").write_text(examples.DIGEST_LATER, "utf-8")
    ingest(load_workspace(workspace), [tmp_path / "a.md", tmp_path / "b.md"])
    (found,) = contradictions(workspace, capsys)
    assert found["reason"] == "one says 2023-08, the other 2022-08"
    assert found["statements"][1]["place"] == f"{found['statements'][0]['place']}-v2"


def test_the_real_page_and_its_later_version(
    data_sets: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest(load_workspace(workspace), [data_sets / "seeds", data_sets / "futures_signals"])
    (found,) = contradictions(workspace, capsys)
    assert found["reason"] == "one says 2023-08, the other 2022-08"
