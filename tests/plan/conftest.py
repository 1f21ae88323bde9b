from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.package import run
from tests.plan.calling import Call, apply
from tests.plan.office import Office


@pytest.fixture
def assay(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Call:
    """Run a command in the workspace; gives its exit code, stdout and stderr."""
    moments = iter(datetime(2026, 1, day, 9, tzinfo=UTC) for day in range(16, 31))
    Office().written(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(["--workspace", str(tmp_path), *arguments], lambda: next(moments))
        said = capfd.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def applied(assay: Call) -> Call:
    code, _, err = apply(assay, "--reason", "the first")
    assert code == 0, err
    return assay
