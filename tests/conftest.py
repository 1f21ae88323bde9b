"""Settings for every test: random examples are the same on every run and machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from assay.scoring import outlook
from tests.package import FOLDER_VARIABLE

settings.register_profile("fast", derandomize=True, deadline=None, max_examples=50)
settings.register_profile(
    "slow",
    derandomize=True,
    deadline=None,
    max_examples=2000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The cache of every command under test, in place of the user's own."""
    folder = tmp_path_factory.mktemp("cache", numbered=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(folder))
        yield folder


@pytest.fixture(scope="module")
def short_outlook() -> Iterator[None]:
    """Look ten days ahead, for tests in which horizons play no part."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outlook, "LOOKAHEAD_DAYS", 10)
        yield
