"""Whatever goes wrong while an apply is written, the old state or the new one is there."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.change.apply import bases_of, carry_out
from assay.change.history import Applied, applied, read_history
from assay.change.lock import Lock, lock_bytes
from assay.change.planning import make_plan
from assay.change.take import lock_of
from assay.errors import AssayError, UsageError
from assay.workspace import Workspace
from tests.change.office import Office

pytestmark = pytest.mark.usefixtures("short_outlook")


class Killed(BaseException):
    """The process is gone: nothing after it runs as planned."""


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


def _failing(number: int, fault: Callable[[], BaseException], counter: list[int]) -> Any:
    def wrap(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            counter[0] += 1
            if counter[0] == number:
                raise fault()
            return real(*args, **kwargs)

        return call

    return wrap


_FAULTS: dict[str, Callable[[], BaseException]] = {
    "killed": Killed,
    "disk full": lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "permission denied": lambda: OSError(errno.EACCES, os.strerror(errno.EACCES)),
    "read-only": lambda: OSError(errno.EROFS, os.strerror(errno.EROFS)),
}


@pytest.mark.parametrize("fault", _FAULTS)
def test_a_fault_at_any_write_leaves_the_old_state_or_the_new(
    standing: Workspace, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    old = standing.lock_path.read_bytes()
    kept = standing.history_path.read_bytes()
    edited = Office().with_document("weir-paper", directness="record")
    workspace, lock, record = _apply(edited, standing.root)
    new = lock_bytes(lock)
    number, done = 0, False
    while not done:
        number += 1
        standing.lock_path.write_bytes(old)
        standing.history_path.write_bytes(kept)
        counter = [0]
        wrap = _failing(number, _FAULTS[fault], counter)
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", wrap(os.fsync))
            patched.setattr(Path, "replace", wrap(Path.replace))
            patched.setattr(Path, "open", wrap(Path.open))
            patched.setattr(Path, "chmod", wrap(Path.chmod))
            try:
                carry_out(workspace, lock, record)
                done = counter[0] < number
            except (Killed, AssayError):
                pass
        there = standing.lock_path.read_bytes()
        assert there in (old, new)
        _, digests = bases_of(standing.lock_path)
        recorded = read_history(standing.history_path, digests)
        assert len(recorded) == (2 if there == new else 1)
        assert standing.history_path.read_bytes().startswith(kept)
    assert number > 6


def test_after_an_interrupted_apply_the_same_apply_counts_once(
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
    _, digests = bases_of(workspace.lock_path)
    assert len(read_history(workspace.history_path, digests)) == 1
    carry_out(workspace, lock, record)
    _, digests = bases_of(workspace.lock_path)
    assert len(read_history(workspace.history_path, digests)) == 2


def test_an_apply_from_a_lock_that_is_no_longer_there_is_refused(standing: Workspace) -> None:
    first = _apply(Office().with_document("weir-paper", directness="record"), standing.root)
    second = _apply(Office().with_document("mill-paper", directness="record"), standing.root)
    carry_out(*first)
    with pytest.raises(UsageError, match="somebody else"):
        carry_out(*second)
    assert standing.lock_path.read_bytes() == lock_bytes(first[1])
