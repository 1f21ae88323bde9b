"""Whatever goes wrong while an apply is written, the old state or the new one is there."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from assay.plan.history import Applied
from tests.faults import FAULTS, Killed, at_every_call
from tests.package import (
    Lock,
    UsageError,
    Workspace,
    applied,
    bases_of,
    carry_out,
    lock_bytes,
    lock_of,
    make_plan,
    read_history,
    read_plan,
    recover,
    write_plan,
)
from tests.plan.office import Office

pytestmark = pytest.mark.usefixtures("short_outlook")


def _apply(office: Office, folder: Path) -> tuple[Workspace, Lock, Applied]:
    desks = office.desks(folder)
    workspace = Workspace(folder.resolve())
    locks, bases = bases_of(workspace.lock_path)
    plan = make_plan(locks[0] if locks else None, desks)
    lock = lock_of(desks)
    record = applied(
        plan, at="2026-01-16T09:00:00+00:00", who="A", why="", bases=bases, lock=lock.digest
    )
    return workspace, lock, record


@pytest.fixture
def standing(tmp_path: Path) -> Workspace:
    workspace, lock, record = _apply(Office(), tmp_path)
    carry_out(workspace, lock, record)
    return workspace


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_write_leaves_the_old_lock_or_the_new(
    standing: Workspace, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    old = standing.lock_path.read_bytes()
    kept = standing.history_path.read_bytes()
    edited = Office().with_document("weir-paper", directness="record")
    workspace, lock, record = _apply(edited, standing.root)
    new = lock_bytes(lock)

    def as_it_was() -> None:
        shutil.rmtree(standing.root / ".assay", ignore_errors=True)
        standing.lock_path.write_bytes(old)
        standing.history_path.write_bytes(kept)

    times = 0
    for done in at_every_call(
        fault, monkeypatch, as_it_was, lambda: carry_out(workspace, lock, record)
    ):
        times += 1
        if fault == "killed":
            recover(standing.root)
        there = standing.lock_path.read_bytes()
        assert there == new if done else there in (old, new)
        _, digests = bases_of(standing.lock_path)
        recorded = read_history(standing.history_path, digests)
        assert len(recorded) == (2 if there == new else 1)
        assert standing.history_path.read_bytes().startswith(kept)
    assert done
    assert times > 6


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_write_leaves_the_old_plan_or_the_new(
    standing: Workspace, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    path = standing.root / "seen.plan"
    first, second = {"as_of": "2026-01-15", "n": 1}, {"as_of": "2026-01-16", "n": 2}
    write_plan(standing, path, first)
    old = path.read_bytes()

    def sweep() -> None:
        for left in path.parent.glob(".seen.plan.staged-*"):
            shutil.rmtree(left)

    for done in at_every_call(
        fault, monkeypatch, sweep, lambda: write_plan(standing, path, second)
    ):
        there = read_plan(path)
        assert there.data == second if done else there.data in (first, second)
        path.write_bytes(old)
    assert done


def test_an_apply_interrupted_before_the_lock_is_completed(
    standing: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = Office().with_document("weir-paper", directness="record")
    workspace, lock, record = _apply(edited, standing.root)
    real = Path.replace

    def stops_at_the_lock(self: Path, target: Any) -> Path:
        if str(target).endswith("grades.lock"):
            raise Killed
        return real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", stops_at_the_lock)
        with pytest.raises(Killed):
            carry_out(workspace, lock, record)
    assert recover(workspace.root) is not None
    _, digests = bases_of(workspace.lock_path)
    assert len(read_history(workspace.history_path, digests)) == 2
    with pytest.raises(UsageError, match="changed since this plan was made"):
        carry_out(workspace, lock, record)


def test_an_apply_from_a_lock_that_is_no_longer_there_is_refused(standing: Workspace) -> None:
    first = _apply(Office().with_document("weir-paper", directness="record"), standing.root)
    second = _apply(Office().with_document("mill-paper", directness="record"), standing.root)
    carry_out(*first)
    with pytest.raises(UsageError, match="changed since this plan was made"):
        carry_out(*second)
    assert standing.lock_path.read_bytes() == lock_bytes(first[1])
