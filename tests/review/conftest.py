"""An empty office for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.review.office import Office, claim, profile, source


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "desk")


@pytest.fixture
def harbour(office: Office) -> Office:
    """A profile with one first-hand report: Good."""
    office.put(source("report"), source("second", publisher="letter"))
    office.put(profile("harbour", claim("built", "report"), claim("aside", "second", key=False)))
    return office
