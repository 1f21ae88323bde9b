"""Where what is printed cannot be taken: a full disk, a reader that has left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.workspaces import write_workspace

FULL = Path("/dev/full")


def command(root: Path, *args: str) -> list[str]:
    return [sys.executable, "-m", "assay", "--workspace", str(root), *args]


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("args", [("score",), ("score", "--format", "json"), ("check",)])
def test_a_full_disk_is_said_in_one_line(tmp_path: Path, args: tuple[str, ...]) -> None:
    root = write_workspace(tmp_path / "desk")
    with FULL.open("w") as full:
        done = subprocess.run(
            command(root, *args), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 64
    assert done.stderr.splitlines()[-1] == "error: the output: No space left on device"
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_left_is_no_error(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "desk")
    args = command(root, "score", "--format", "json")
    with subprocess.Popen(
        args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stderr is not None
        reader.stdout.close()
        assert reader.stderr.read() == ""
    assert reader.returncode == 0
