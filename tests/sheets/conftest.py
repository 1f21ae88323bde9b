from __future__ import annotations

from pathlib import Path

import pytest

from assay.authoring.init import init
from assay.workspace.paths import Workspace
from tests.sheets.desk import DOCUMENTS, Desk


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    """A workspace with the default rulebook and no documents."""
    made = init(tmp_path / "desk")
    for file in made.profiles_dir.rglob("*.yaml"):
        file.unlink()
    return made


@pytest.fixture
def desk(empty: Workspace) -> Desk:
    (empty.profiles_dir / "port.yaml").write_text(DOCUMENTS, "utf-8")
    return Desk(empty)
