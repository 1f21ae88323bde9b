"""Several writers at once, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import assay
from assay.review import journal
from tests.package import UsageError, check_ledger, read_ledger

WRITER = """
import sys
from datetime import date
from pathlib import Path
from assay.review import journal
from assay.review.decisions import Draft, Subject

path, name, count, lock = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
if lock == "file":
    journal.fcntl = None
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

path, moment = Path(sys.argv[1]), sys.argv[2]
real = os.write

def half(file, data):
    real(file, data[:50])
    os._exit(9)

def none(file):
    os._exit(9)

if moment == "write":
    journal.os.write = half
else:
    journal.os.fsync = none
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


@pytest.mark.parametrize("lock", ["kernel", "file"])
def test_writers_at_the_same_time_lose_nothing(tmp_path: Path, lock: str) -> None:
    path = tmp_path / "reviews.jsonl"
    names = ["Ann", "Ben", "Cem", "Dot"]
    running = [start(WRITER, str(path), name, "12", lock) for name in names]
    acknowledged = [line for p in running for line in p.communicate()[0].split()]
    assert [p.returncode for p in running] == [0] * 4
    ledger = read_ledger(path)
    assert check_ledger(path) == []
    assert sorted(d.id for d in ledger.decisions) == sorted(acknowledged)
    assert len(acknowledged) == 48
    # Each saw what was there when its turn came: one line of history.
    assert len(ledger.heads) == 1
    assert not (tmp_path / "reviews.jsonl.lock").exists()


@pytest.mark.parametrize("moment", ["write", "sync"])
def test_a_writer_that_is_killed_leaves_what_was_acknowledged(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "reviews.jsonl"
    [first] = start(WRITER, str(path), "Ann", "1", "kernel").communicate()[0].split()
    killed = start(KILLED, str(path), moment)
    assert killed.communicate()[0] == ""
    assert killed.returncode == 9
    [second] = start(WRITER, str(path), "Ben", "1", "kernel").communicate()[0].split()
    ledger = read_ledger(path)
    assert {first, second} <= set(ledger.by_id)
    assert check_ledger(path) == []
    aside = journal.aside_path(path)
    assert aside.exists() == (moment == "write")


def test_a_lock_that_nobody_gives_back_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "reviews.jsonl"
    guard = tmp_path / "reviews.jsonl.lock"
    guard.write_text("")
    monkeypatch.setattr(journal, "fcntl", None)
    monkeypatch.setattr(journal, "_PATIENCE", 0.0)
    from tests.package import Draft, Subject

    draft = Draft.model_validate(
        {
            "kind": "flag",
            "subjects": (Subject(profile="one"),),
            "reviewer": "Ann",
            "date": "2026-02-02",
            "reason": "x",
        }
    )
    with pytest.raises(UsageError, match=r"delete .*reviews\.jsonl\.lock"):
        journal.append(path, draft)
