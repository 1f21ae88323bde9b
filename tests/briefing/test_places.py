"""Places that cannot take a site: refused in one line, and nothing is touched."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.workspaces import PROFILE, write_workspace
from tests.package import run

EVERY = pytest.mark.parametrize("command", [["build"], ["build", "--all-audiences"]])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    root.mkdir()
    write_workspace(root, office=PROFILE)
    return root


def entries(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if ".assay" not in p.parts}


@EVERY
@pytest.mark.parametrize("out", ["loop", "loop/site"])
def test_a_loop_of_links_is_no_place_for_a_site(
    command: list[str], out: str, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "loop").symlink_to("pool")
    (tmp_path / "pool").symlink_to("loop")
    before = entries(tmp_path)
    assert run(["--workspace", str(root), *command, "--out", str(tmp_path / out)]) == 64
    assert "leads into a loop of links; choose another folder" in capsys.readouterr().err
    assert entries(tmp_path) == before


@EVERY
def test_a_folder_of_others_is_not_replaced(
    command: list[str], root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_bytes(b"precious")
    before = entries(tmp_path)
    assert run(["--workspace", str(root), *command, "--out", str(tmp_path / "photos")]) == 64
    assert "was not made by assay; choose another folder or empty it" in capsys.readouterr().err
    assert entries(tmp_path) == before
    assert (tmp_path / "photos" / "one.jpg").read_bytes() == b"precious"


def refusing(code: int) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


@EVERY
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_full_or_read_only_disk_leaves_the_old_site(
    command: list[str],
    code: int,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    call = ["--workspace", str(root), *command, "--out", str(root / "site")]
    assert run(call) == 0
    before = entries(root)
    monkeypatch.setattr(Path, "write_bytes", refusing(code))
    monkeypatch.setattr("assay.workspace.publishing.tempfile.mkdtemp", refusing(code))
    capsys.readouterr()
    assert run(call) == 64
    assert os.strerror(code) in capsys.readouterr().err
    assert entries(root) == before


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_briefing_in_the_terminal_needs_no_disk(
    code: int,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("write_bytes", "mkdir", "rename", "replace"):
        monkeypatch.setattr(Path, name, refusing(code))
    monkeypatch.setattr("tempfile.mkdtemp", refusing(code))
    assert run(["--workspace", str(root), "brief", "port-office"]) == 0
    assert "Port Office" in capsys.readouterr().out
