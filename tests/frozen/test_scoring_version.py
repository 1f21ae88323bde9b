"""Scores change only together with ``SCORING_VERSION``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.frozen.outputs import (
    HERE,
    Renamed,
    recorded_versions,
    require_raised,
    scores_digest,
)
from tests.package import SCORING_VERSION


def test_scores_are_those_of_the_scoring_version(tmp_path: Path) -> None:
    recorded = recorded_versions()
    assert max(recorded) == SCORING_VERSION
    found = scores_digest(tmp_path, Renamed.read(HERE / "renamed.yaml"))
    require_raised(recorded, SCORING_VERSION, found)


def test_other_scores_need_another_number() -> None:
    require_raised({1: "aa"}, 1, "aa")
    require_raised({1: "aa"}, 2, "bb")
    with pytest.raises(ValueError, match="raise the number"):
        require_raised({1: "aa"}, 1, "bb")
