"""``assay check``: what it lists, in which order, and with which paths."""

from __future__ import annotations

import json
import subprocess
from contextlib import chdir
from pathlib import Path

import pytest

from tests.cli.workspaces import write_workspace
from tests.package import run

WRONG = "kind: source\nid: s-wrong\ntitel: Berths\n"
VAGUE = """\
kind: institution
id: a-port
name: Port
claims:
  - {id: c, nature: assumption, text: It is much used., key: true}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace in a folder of a repository, with an error, warnings and infos."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    root = write_workspace(tmp_path / "desk one")
    (root / "profiles" / "a.yaml").write_text(VAGUE, encoding="utf-8")
    (root / "profiles" / "z.yaml").write_text(WRONG, encoding="utf-8")
    return root


def severities(text: str) -> list[str]:
    found = (line.split(": ")[1:2] for line in text.splitlines() if line[0] not in " 0123456789")
    return [word for words in found for word in words]


def check(root: Path, *args: str) -> int:
    with chdir(root):
        return run(["check", *args])


def test_errors_come_first_and_infos_are_counted(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(root) == 1
    listed = capsys.readouterr().out
    assert check(root, "--severity", "info") == 1
    everything = capsys.readouterr().out
    found = severities(everything)
    counts = [found.count(s) for s in ("error", "warning", "info")]
    assert found == sorted(found, key=("error", "warning", "info").index)
    assert min(counts) > 0
    assert severities(listed) == [s for s in found if s != "info"]
    infos = f"{counts[2]} info" + "s" * (counts[2] > 1)
    assert listed.splitlines()[-2] == f"{infos} not listed; list them with --severity info"
    assert listed.splitlines()[-1] == everything.splitlines()[-1]
    assert "not listed" not in everything


def test_only_errors(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(root, "--severity", "error") == 1
    out = capsys.readouterr().out
    assert set(severities(out)) == {"error"}
    assert out.splitlines()[-2].endswith("not listed; list them with --severity info")


def test_json_lists_everything_unless_asked(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(root, "--format", "json")
    every = json.loads(capsys.readouterr().out)["diagnostics"]
    assert {d["severity"] for d in every} == {"error", "warning", "info"}
    check(root, "--format", "json", "--severity", "error")
    errors = json.loads(capsys.readouterr().out)["diagnostics"]
    assert errors == [d for d in every if d["severity"] == "error"]


@pytest.mark.parametrize(
    ("folder", "shown"),
    [
        ("..", "desk one/profiles/z.yaml"),
        (".", "profiles/z.yaml"),
        ("profiles", "z.yaml"),
        ("../beside", "../desk one/profiles/z.yaml"),
    ],
)
def test_text_has_paths_from_the_current_folder(
    root: Path, capsys: pytest.CaptureFixture[str], folder: str, shown: str
) -> None:
    (root.parent / "beside").mkdir()
    with chdir(root / folder):
        run(["--workspace", str(root), "check", "--severity", "error"])
        assert capsys.readouterr().out.startswith(f"{shown}:3:1: error: ")
        run(["--workspace", str(root), "score"])
        assert capsys.readouterr().err.startswith(f"{shown}:3:1: error: ")


@pytest.mark.parametrize("folder", ["..", "profiles"])
def test_sarif_has_paths_from_the_root_of_the_repository(
    root: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    with chdir(root / folder):
        run(["--workspace", str(root), "check", "--format", "sarif", "--severity", "error"])
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "desk%20one/profiles/z.yaml"}


def test_junit_has_files_from_the_root_of_the_repository(root: Path) -> None:
    (root / "profiles" / "z.yaml").unlink()
    (root / "rules.test.yaml").write_text(
        "cases: [{name: none, given: {}, expect: {profile: {trust: not rated}}}]\n",
        encoding="utf-8",
    )
    with chdir(root):
        run(["rules", "test", "--junit", "out.xml"])
    assert 'file="desk one/rules.test.yaml"' in (root / "out.xml").read_text("utf-8")
