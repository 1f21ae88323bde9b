"""Running the command line inside this process, and capturing its output."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from assay.cli import main as cli
from assay.errors import UsageError

_WIDTH = "80"
NOW = datetime(2025, 7, 1, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Printed:
    """Texts that a command printed, to standard output and to both streams, and its exit code."""

    stdout: str
    output: str
    exit_code: int


class _Both(io.StringIO):
    """A stream that also writes to a second one."""

    def __init__(self, second: io.StringIO) -> None:
        super().__init__()
        self._second = second

    def write(self, text: str) -> int:
        self._second.write(text)
        return super().write(text)


def run_assay(arguments: Sequence[str], folder: Path | None = None, now: datetime = NOW) -> Printed:
    """Run ``assay`` with the arguments in a folder, at a fixed width and time."""
    together = io.StringIO()
    stdout = _Both(together)
    with (
        chdir(folder or Path.cwd()),
        _columns(),
        redirect_stdout(stdout),
        redirect_stderr(together),
    ):
        exit_code = cli.run(arguments, lambda: now)
    return Printed(stdout.getvalue(), together.getvalue(), exit_code)


@contextmanager
def _columns() -> Iterator[None]:
    """Fix the width of help, which is otherwise that of the terminal."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = _WIDTH
    try:
        yield
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before


@contextmanager
def starter() -> Iterator[Path]:
    """Create the workspace of ``assay init`` in a temporary folder."""
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "starter"
        made = run_assay(["init", str(root)])
        if made.exit_code:
            raise UsageError(f"assay init failed: {made.output}")
        yield root
