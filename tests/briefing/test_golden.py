"""Two pages, byte for byte. ``UPDATE_GOLDEN=1`` writes what the pages are now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.briefing.conftest import build
from tests.briefing.desk import Assessment

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(
    "name", ["events/forty-models.html", "institutions/model-office.html", "index.html"]
)
def test_the_page_is_byte_for_byte_the_golden_one(
    name: str, desk: Assessment, tmp_path: Path, images_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.briefing.site.__version__", "0.0.0")
    build(desk, tmp_path / "site", images_root)
    made = (tmp_path / "site" / name).read_bytes()
    golden = GOLDEN / Path(name).name
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_bytes(made)
    assert made.decode() == golden.read_bytes().decode()
