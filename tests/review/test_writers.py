"""Several writers at once, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import assay
from assay.review import journal
from tests.package import check_ledger, read_ledger

WRITER = """
import sys
from datetime import date
from pathlib import Path
from assay.review import journal
from assay.review.decisions import Draft, Subject

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for number in range(count):
    made = journal.append(path, Draft(
        kind="comment", subjects=(Subject(profile="one"),), reviewer=name,
        date=date(2026, 2, 2), reason=f"{name} {number} " + "x" * 3000,
    ))
    print(made.id, flush=True)
"""

KILLED = """
import os, sys
from datetime import date
from pathlib import Path
from assay.review import journal
from assay.review.decisions import Draft, Subject

path, left = Path(sys.argv[1]), int(sys.argv[2])
real = os.fsync

def stops(file):
    global left
    left -= 1
    if not left:
        os._exit(9)
    real(file)

os.fsync = stops
journal.append(path, Draft(
    kind="flag", subjects=(Subject(profile="one"),), reviewer="Ann",
    date=date(2026, 2, 2), reason="lost",
))
print("acknowledged")
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(assay.__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    names = ["Ann", "Ben", "Cem", "Dot"]
    running = [start(WRITER, str(path), name, "12") for name in names]
    acknowledged = [line for p in running for line in p.communicate()[0].split()]
    assert [p.returncode for p in running] == [0] * 4
    ledger = read_ledger(path)
    assert check_ledger(path) == []
    assert sorted(d.id for d in ledger.decisions) == sorted(acknowledged)
    assert len(acknowledged) == 48
    # Each saw what was there when its turn came: one line of history.
    assert len(ledger.heads) == 1


@pytest.mark.parametrize("sync", [1, 4, 5])
def test_a_writer_that_is_killed_leaves_what_was_acknowledged(tmp_path: Path, sync: int) -> None:
    path = tmp_path / "reviews.jsonl"
    [first] = start(WRITER, str(path), "Ann", "1").communicate()[0].split()
    killed = start(KILLED, str(path), str(sync))
    assert killed.communicate()[0] == ""
    assert killed.returncode == 9
    [second] = start(WRITER, str(path), "Ben", "1").communicate()[0].split()
    ledger = read_ledger(path)
    # From its fourth sync on, the change is recorded, and the next command completes it.
    assert len(ledger.by_id.keys() - {first, second}) == (sync >= 4)
    assert check_ledger(path) == []
    assert not journal.aside_path(path).exists()
