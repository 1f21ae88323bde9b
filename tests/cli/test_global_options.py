"""Options of the program, given before the command's name, after it, or in both places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.workspaces import write_workspace
from tests.package import run


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace that is not the current folder."""
    monkeypatch.chdir(tmp_path)
    return write_workspace(tmp_path / "desk")


def printed(capfd: pytest.CaptureFixture[str], *args: str) -> Any:
    code = run(args)
    shown = capfd.readouterr()
    assert (code, shown.err) == (0, "")
    return json.loads(shown.out)


@pytest.mark.parametrize("before", [True, False])
def test_each_global_option_works_on_both_sides_of_the_command(
    desk: Path, capfd: pytest.CaptureFixture[str], before: bool
) -> None:
    options = [
        *("--workspace", str(desk), "--as-of", "2025-03-01", "--audience", "desk"),
        *("--memory", "8GB", "--format", "json"),
    ]
    found = printed(capfd, *options, "score") if before else printed(capfd, "score", *options)
    assert (found["as_of"], found["audience"]) == ("2025-03-01", "desk")
    assert found["profiles"][0]["sources"] == 1


@pytest.mark.parametrize("place", [0, 1, 2])
def test_they_work_at_every_level_of_nested_commands(
    desk: Path, capfd: pytest.CaptureFixture[str], place: int
) -> None:
    args = ["review", "list"]
    args[place:place] = ["--workspace", str(desk), "--as-of", "2025-03-01", "--format", "json"]
    assert printed(capfd, *args)["as_of"] == "2025-03-01"


def test_a_group_passes_them_to_its_default_command(
    desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    args = ["review", "--workspace", str(desk), "--as-of", "2025-03-01", "--format", "json"]
    assert printed(capfd, *args)["as_of"] == "2025-03-01"


def test_the_last_of_several_counts(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    args = ["--workspace", "nowhere", "--as-of", "2024-01-01", "--format", "text"]
    args += ["score", "--as-of", "2025-03-01", "--workspace", str(desk), "--format", "json"]
    assert printed(capfd, *args)["as_of"] == "2025-03-01"


def test_an_option_of_the_command_hides_the_global_one(
    desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    args = ["new", "claim", "port-office", "The harbour has a crane.", "--as-of", "2024-02"]
    assert run(["--workspace", str(desk), *args]) == 0
    text = (desk / "profiles" / "port_office.yaml").read_text("utf-8")
    assert "as_of: 2024-02" in text.partition("crane")[2]


def test_a_format_that_the_command_lacks_is_refused(
    desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["--format", "html", "score", "--workspace", str(desk)]) == 64
    assert "unknown value 'html'; choose text or json" in capfd.readouterr().err
    assert run(["--format", "json", "init", str(desk.parent / "new")]) == 64
    assert "'assay init' prints text only; omit --format" in capfd.readouterr().err
    assert not (desk.parent / "new").exists()


def test_help_describes_them_once_and_names_them_elsewhere(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run(["--help"]) == 0
    assert capfd.readouterr().out.count("--as-of") == 1
    assert run(["score", "--help"]) == 0
    last = " ".join(capfd.readouterr().out.split("\n\n")[-1].split())
    names = "--workspace, --as-of, --audience, --memory"
    assert last == f"Global options, see `assay --help`: {names}."
