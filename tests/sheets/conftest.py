from __future__ import annotations

from pathlib import Path

import pytest

from tests.package import Workspace, init
from tests.sheets.sandbox import DOCUMENTS, Sandbox


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    """A workspace with the default rulebook and no documents."""
    made = init(tmp_path / "sandbox")
    for file in made.profiles_dir.rglob("*.yaml"):
        file.unlink()
    return made


@pytest.fixture
def sandbox(empty: Workspace) -> Sandbox:
    (empty.profiles_dir / "port.yaml").write_text(DOCUMENTS, "utf-8")
    return Sandbox(empty)
