from __future__ import annotations

from pathlib import Path

import pytest

from tests.package import Workspace, init

DATA = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture
def data_sets() -> Path:
    if not DATA.is_dir():
        pytest.skip(f"the real documents are not beside this repository: {DATA}")
    return DATA


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace with the default rulebook."""
    made = init(tmp_path / "desk")
    for file in made.profiles_dir.rglob("*.yaml"):
        file.unlink()
    return made
