"""``--watch``: a file is saved, and it is done again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.workspaces import write_workspace
from tests.strategies import ROOT

CASES = """\
as_of: 2026-01-15
sources: [{id: ledger, directness: record, published: 2025-03}]
cases:
  - name: one source
    given: {claims: [{sources: [ledger]}]}
    expect: {profile: {trust: Thin}}
"""


@contextmanager
def running(root: Path, *args: str) -> Iterator[subprocess.Popen[str]]:
    """The command, left running; it is ended in any case, so that no test waits for ever."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "assay", "--workspace", str(root), *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    guard = threading.Timer(120, process.kill)
    guard.start()
    try:
        yield process
    finally:
        guard.cancel()
        process.kill()
        process.communicate()


def line_with(process: subprocess.Popen[str], wanted: str) -> str:
    """The next line it prints that has ``wanted`` in it."""
    assert process.stdout is not None
    for line in process.stdout:
        if wanted in line:
            return line
    raise AssertionError(f"it ended without saying {wanted!r}")


def test_check_runs_again_after_every_change_until_it_is_stopped(tmp_path: Path) -> None:
    root = write_workspace(tmp_path)
    with running(root, "check", "--watch") as process:
        assert line_with(process, "errors").startswith("0 errors")
        rules = root / "rules.yaml"
        good = rules.read_text(encoding="utf-8")
        rules.write_text(good.replace("citations.size()", "citations.sise()", 1), encoding="utf-8")
        assert "rules.yaml:" in line_with(process, "error:")
        assert line_with(process, "error,").startswith("1 error,")
        rules.write_text(good, encoding="utf-8")
        assert line_with(process, "errors").startswith("0 errors")
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130


def test_tests_of_the_rulebook_run_again_after_every_change(tmp_path: Path) -> None:
    root = write_workspace(tmp_path)
    cases = root / "rules.test.yaml"
    cases.write_text(CASES, encoding="utf-8")
    with running(root, "rules", "test", "--watch") as process:
        assert line_with(process, "passed").startswith("1 passed, 0 failed")
        cases.write_text(CASES.replace("Thin", "Good"), encoding="utf-8")
        assert line_with(process, "passed").startswith("0 passed, 1 failed")
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130


def test_what_assay_writes_itself_is_no_change(tmp_path: Path) -> None:
    from watchfiles import Change

    from assay.cli.watching import _WorkspaceFiles

    asked = _WorkspaceFiles()
    assert asked(Change.modified, str(tmp_path / "profiles" / "a.yaml"))
    for name in (".assay/rules.schema.yaml", "site/x.yaml", ".git/a.yaml", "profiles/a.yaml~"):
        assert not asked(Change.modified, str(tmp_path / name))
