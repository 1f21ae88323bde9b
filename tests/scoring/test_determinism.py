"""The same workspace gives the same bytes, whatever the hash seed and the current folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.strategies import ROOT


def printed(seed: str, folder: Path) -> bytes:
    """What ``assay score`` prints of the shipped workspace."""
    command = [sys.executable, "-m", "assay", "--workspace", str(ROOT), "score", "--format", "json"]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    return done.stdout


def test_hash_seeds_and_folders(tmp_path: Path) -> None:
    first = printed("0", ROOT)
    assert first.startswith(b"{")
    assert printed("1", tmp_path) == first
