"""Whatever interrupts a change of a workspace, the next command sees all of it or nothing."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import assay
from assay.workspace import transactions
from assay.workspace.transactions import undisturbed
from tests.faults import FAULTS, Killed, at_every_call, killed_at_sync
from tests.package import ChangedFileError, UsageError, recover, transaction

OLD = {"one.yaml": b"old one", "deep/two.yaml": b"old two", "gone.yaml": b"old gone"}
NEW = {"one.yaml": b"new one", "deep/two.yaml": b"new two", "new/three.yaml": b"new three"}
WRITTEN: dict[str, bytes | None] = {"gone.yaml": None, **NEW}


class Files:
    """A workspace in git with a few files, which one change replaces, adds to and deletes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for arguments in (["init", "-q"], ["config", "user.name", "a"]):
            subprocess.run(["git", *arguments], cwd=root, check=True)
        self.put(OLD)
        self.git("add", "-A")
        self.git("-c", "user.email=a@b", "commit", "-qm", "x")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.root, check=True, capture_output=True)
        return done.stdout.decode()

    def put(self, contents: dict[str, bytes]) -> None:
        for name, data in contents.items():
            (self.root / name).parent.mkdir(exist_ok=True)
            (self.root / name).write_bytes(data)

    def there(self) -> dict[str, bytes]:
        names = (p for p in self.root.rglob("*") if p.is_file() or p.is_dir())
        own = {p.relative_to(self.root).as_posix(): p for p in names}
        return {
            name: path.read_bytes() if path.is_file() else b"folder"
            for name, path in own.items()
            if name.split("/")[0] not in (".git", ".assay") and name != "deep"
        }

    def change(self) -> None:
        before = {self.root / name: OLD.get(name, b"") for name in WRITTEN}
        with transaction(self.root) as change:
            change.write({self.root / name: data for name, data in WRITTEN.items()}, before)

    def as_it_was(self) -> None:
        recover(self.root)
        (self.root / "new" / "three.yaml").unlink(missing_ok=True)
        if (self.root / "new").exists():
            (self.root / "new").rmdir()
        self.put(OLD)

    def left_over(self) -> list[str]:
        """Name what is in ``.assay`` beyond its lasting files, and what git would add of it."""
        home = self.root / ".assay"
        lasting = {".gitignore", "lock", "last"}
        left = [p.name for p in home.iterdir() if p.name not in lasting] if home.exists() else []
        added = self.git("status", "--porcelain", "--untracked-files=all").split("\n")
        return left + [line for line in added if line[:2] == "??" and line[3:] not in NEW]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


CHANGED = {**NEW, "new": b"folder"}


@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_fault_at_any_step_all_files_are_old_or_all_are_new(
    files: Files, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    seen = set()
    for done in at_every_call(fault, monkeypatch, files.as_it_was, files.change):
        if fault == "killed":
            recover(files.root)
        there = files.there()
        assert there in ([CHANGED] if done else [OLD] if fault != "killed" else [OLD, CHANGED])
        seen.add(there == CHANGED)
        assert recover(files.root) is None or fault != "killed"
        assert files.left_over() == []
    assert done
    assert seen == {True, False}


@pytest.mark.parametrize("first", [7, 8, 10])
def test_a_recovery_that_is_interrupted_is_taken_up_again(
    files: Files, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    def interrupted() -> None:
        files.as_it_was()
        with killed_at_sync(first):
            files.change()

    for _ in at_every_call("killed", monkeypatch, interrupted, lambda: recover(files.root)):
        recover(files.root)
        assert files.there() in (OLD, CHANGED)
        assert files.left_over() == []
    with killed_at_sync(first):
        files.as_it_was()
        files.change()


def test_a_change_that_was_recorded_is_completed_and_named(files: Files) -> None:
    with killed_at_sync(7):
        files.change()
    assert files.there() == OLD
    assert recover(files.root) == f"completed '{Path(sys.argv[0]).stem}', which was interrupted"
    assert files.there() == CHANGED


def test_one_that_was_not_recorded_leaves_nothing(files: Files) -> None:
    with killed_at_sync(2):
        files.change()
    assert recover(files.root) is None
    assert files.there() == OLD
    assert files.left_over() == []


def test_what_was_edited_after_the_interruption_is_kept(files: Files) -> None:
    """Completing would overwrite the edit, so that the rest is undone."""
    with killed_at_sync(7):
        files.change()
    files.put({"one.yaml": b"edited"})
    assert "undid" in (recover(files.root) or "")
    assert files.there() == {**OLD, "one.yaml": b"edited"}


def test_edits_that_allow_neither_are_named(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.replace

    def stops(self: Path, target: Any) -> Path:
        if str(target).endswith("two.yaml"):
            raise Killed
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stops)
        with pytest.raises(Killed):
            files.change()
    files.put({"one.yaml": b"edited", "deep/two.yaml": b"edited"})
    with pytest.raises(UsageError, match=r"one\.yaml changed since; delete \.assay/transaction"):
        recover(files.root)
    assert files.there()["one.yaml"] == b"edited"


def test_the_bytes_that_were_read_are_compared(files: Files) -> None:
    files.put({"one.yaml": b"edited"})
    with pytest.raises(ChangedFileError, match=r"one\.yaml was changed .* nothing was written"):
        files.change()
    assert files.there() == {**OLD, "one.yaml": b"edited"}


HOLDER = """
import sys, time
from pathlib import Path
from assay.workspace.transactions import transaction
sys.argv[1:] = ["new", "claim", "--text"]
with transaction(Path(sys.argv[0]).parent):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(files: Files) -> Iterator[subprocess.Popen[str]]:
    program = files.root / "assay"
    program.write_text(HOLDER)
    environment = {**os.environ, "PYTHONPATH": str(Path(assay.__file__).parents[1])}
    process = subprocess.Popen(
        [sys.executable, program], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_who_holds_the_lock_is_named_after_a_while(
    files: Files, holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "_PATIENCE_SECONDS", 0.1)
    message = (
        rf"the workspace is being changed by 'assay new claim' \(process {holder.pid} on .+\) "
        r"since \d\d:\d\d:\d\d; try again when it is done"
    )
    with pytest.raises(UsageError, match=message):
        files.change()
    assert files.there() == {**OLD, "assay": HOLDER.encode()}


def test_the_lock_of_a_dead_process_is_no_obstacle(
    files: Files, holder: subprocess.Popen[str]
) -> None:
    holder.kill()
    holder.wait()
    files.change()
    assert files.there() == {**CHANGED, "assay": HOLDER.encode()}


def test_links_modes_and_unchanged_files_are_preserved(files: Files) -> None:
    target, link = files.root / "one.yaml", files.root / "link.yaml"
    link.symlink_to(target)
    target.chmod(0o640)
    same = files.root / "deep" / "two.yaml"
    before = same.stat().st_ino
    with transaction(files.root) as change:
        change.write({link: b"after", same: OLD["deep/two.yaml"]})
    assert link.is_symlink()
    assert target.read_bytes() == b"after"
    assert target.stat().st_mode & 0o777 == 0o640
    assert same.stat().st_ino == before


def test_a_folder_on_another_disk_is_written_too(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def within_one_disk(self: Path, target: Any) -> Path:
        if self.parent != Path(target).parent:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", within_one_disk)
    files.change()
    assert files.there() == CHANGED
    assert files.left_over() == []


def test_nothing_outside_of_the_workspace_is_written(files: Files, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}.yaml"
    (files.root / "link.yaml").symlink_to(outside)
    for path in (outside, files.root / "link.yaml", files.root / ".git" / "config"):
        with (
            transaction(files.root) as change,
            pytest.raises(UsageError, match="is not a file of the workspace"),
        ):
            change.write({path: b"x"})
    assert not outside.exists()


@pytest.mark.parametrize("path", ["../victim.yaml", "/tmp/victim.yaml", ".git/hooks/pre-commit"])
def test_a_record_that_came_with_the_workspace_writes_nothing_else(files: Files, path: str) -> None:
    folder = files.root / ".assay" / "transaction"
    folder.mkdir(parents=True)
    (folder / "0.new").write_bytes(b"evil")
    entry = {"number": 0, "path": path, "old": None, "new": "0"}
    record = {"command": "assay", "files": [entry], "folders": []}
    (folder / "forward").write_text(json.dumps(record))
    with pytest.raises(UsageError, match="was not written by this version of assay; delete it"):
        recover(files.root)
    assert (folder / "0.new").exists()
    (folder / "forward").write_text("{")
    with pytest.raises(UsageError, match="was not written by this version of assay; delete it"):
        recover(files.root)


def test_who_reads_while_files_are_replaced_reads_again(files: Files) -> None:
    read: list[bytes] = []

    def reading() -> bytes:
        first = (files.root / "one.yaml").read_bytes()
        if not read:
            files.change()
        read.append(first)
        return first + b", " + (files.root / "deep" / "two.yaml").read_bytes()

    assert undisturbed(files.root, reading) == b"new one, new two"
    assert len(read) == 2


def test_a_workspace_that_cannot_be_written_is_still_read(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    with killed_at_sync(2):
        files.change()
    real = os.open

    def read_only(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & (os.O_RDWR | os.O_WRONLY):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return real(path, flags, *more, **named)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", read_only)
        message = r"cannot write \.assay/lock: Read-only file system; nothing was written"
        with pytest.raises(UsageError, match=message):
            files.change()
        assert recover(files.root) is None  # staged files alone are no change
    with killed_at_sync(8):
        files.change()
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", read_only)
        with pytest.raises(UsageError, match=r"last change .* is incomplete: cannot write \.assay"):
            recover(files.root)
