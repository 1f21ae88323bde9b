"""Processes that are killed, or work on one snapshot at once, leave it right."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.snapshot.spaces import agrees, space_in, write

SCORING = """
import sys
from datetime import date
from pathlib import Path
from assay.pipeline import assess, check
from assay.workspace import Workspace
space = Workspace(Path(sys.argv[1]))
print("ready", flush=True)
number = 0
while True:
    number += 1
    path = space.profiles_dir / "p-1.yaml"
    path.write_text(path.read_text().split("# ")[0] + f"# {number}\\n")
    day = date(2026, 1, 15)
    assess(check(space, day), day).built
"""


def test_kills_leave_a_snapshot_that_is_right(tmp_path: Path) -> None:
    space = space_in(tmp_path / "space")
    for turn in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", SCORING, str(space.root)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.15 + 0.11 * turn)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        write(space, 1, name=f"Turn {turn}")
        agrees(space)


LOADING = """
import sys
from datetime import date
from pathlib import Path
from assay.pipeline import assess, check
from assay.workspace import Workspace
space = Workspace(Path(sys.argv[1]))
day = date(2026, 1, 15)
for _ in sys.stdin:
    for audience in ("public", "internal"):
        built = assess(check(space), day, audience).built
    print(built.tables.height("claim"), flush=True)
"""


def test_two_processes_at_once_keep_what_is_right(tmp_path: Path) -> None:
    space = space_in(tmp_path / "space")
    command = [sys.executable, "-c", LOADING, str(space.root)]
    both = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for claims in (1, 2, 3, 1, 2):
        write(space, 3, claims=claims)
        for process in both:
            print("load", file=process.stdin, flush=True)
        assert [process.stdout.readline() for process in both if process.stdout] == [
            f"{claims + 4}\n"
        ] * 2
        agrees(space)
    for process in both:
        process.communicate()
        assert process.returncode == 0
