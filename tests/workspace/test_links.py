"""Links that lead in a circle are reported where they are, whatever reads or writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.cli.main import run
from tests.package import UsageError, publish


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert run(["init", str(tmp_path / "w")]) == 0
    return tmp_path / "w"


def loop(path: Path) -> str:
    path.unlink(missing_ok=True)
    path.symlink_to(path.name)
    return str(path)


@pytest.mark.parametrize("name", ["loop.yaml", "loop.jsonl"])
def test_a_document_is_reported(
    workspace: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    loop(workspace / "profiles" / name)
    assert run(["--workspace", str(workspace), "check"]) == 1
    report = capsys.readouterr().out
    assert f"profiles/{name}: error: cannot read the file: Too many levels" in report
    assert "1 error, 0 warnings" in report


def test_a_folder_in_itself_is_reported(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "profiles" / "again").symlink_to(".")
    assert run(["--workspace", str(workspace), "check"]) == 1
    assert "profiles/again: error: cannot read the file: links to" in capsys.readouterr().out


def test_what_is_no_document_is_ignored(workspace: Path) -> None:
    for name in ("loop", "picture.svg"):
        loop(workspace / "profiles" / name)
    assert run(["--workspace", str(workspace), "score"]) == 0


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("out", ["build", "--out"]),
        ("out", ["sheet", "export"]),
        ("out", ["plan", "--out"]),
        ("out", ["init"]),
        ("profiles/x.yaml", ["new", "institution", "Quay Office", "--into"]),
    ],
)
def test_nothing_is_written_through_one(
    workspace: Path, name: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = loop(workspace / name)
    assert run(["--workspace", str(workspace), *arguments, path]) in (1, 64)
    assert "error: " in capsys.readouterr().err
    assert Path(path).is_symlink()


def test_the_rulebook_is_reported(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loop(workspace / "rules.test.yaml")
    assert run(["--workspace", str(workspace), "rules", "test"]) == 1
    assert "rules.test.yaml: error: cannot read the file" in capsys.readouterr().out


def test_a_site_is_not_published_through_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a loop of links"):
        publish([("index.html", b"x")], Path(loop(tmp_path / "site")))
    assert [p.name for p in tmp_path.iterdir()] == ["site"]
