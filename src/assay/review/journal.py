"""Adding decisions to the ledger: one writer at a time, on disk before it is acknowledged."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from assay.diagnostics.diagnostic import has_errors
from assay.errors import InputError, UsageError
from assay.review.decisions import Decision, Draft, decide
from assay.review.ledger import Ledger, parse_ledger

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # not every system has it
    fcntl = None

_PAUSE = 0.02
_PATIENCE = 30.0


def append(path: Path, draft: Draft, seen: Ledger | None = None) -> Decision:
    """Write a decision down and give it back once it is on disk.

    ``seen`` is the ledger as the reviewer saw it, whose last decisions the new one follows; else
    the ledger as it is now. Raises ``InputError`` where the ledger has broken lines, and
    ``UsageError`` where the disk refuses: the ledger is then as it was.
    """
    try:
        with _opened(path) as file:
            return _append(path, file, draft, seen)
    except OSError as error:
        raise UsageError(
            f"the decision was not written: {path} cannot be written: {error.strerror or error}"
        ) from None


def _append(path: Path, file: int, draft: Draft, seen: Ledger | None) -> Decision:
    data = _read(file)
    ledger = parse_ledger(data, path.name)
    if has_errors(ledger.diagnostics):
        raise InputError(ledger.diagnostics)
    decision = decide(draft, (ledger if seen is None else seen).heads)
    for named in (*decision.follows, *([decision.of] if decision.of else [])):
        if named not in ledger.by_id:
            raise UsageError(f"the decision {named[:8]} is not in the ledger any more; look again")
    if decision.id in ledger.by_id:
        return ledger.by_id[decision.id]
    length = len(data)
    if ledger.broken_end:
        _set_aside(path, ledger.broken_end)
        length -= len(ledger.broken_end)
        os.ftruncate(file, length)
    line = decision.line.encode("ascii") + b"\n"
    _write(file, length, b"\n" + line if ledger.unended else line)
    if not data:
        _sync_folder(path.parent)
    return decision


def _read(file: int) -> bytes:
    parts = []
    os.lseek(file, 0, os.SEEK_SET)
    while part := os.read(file, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _write(file: int, length: int, line: bytes) -> None:
    """Put the line at the end; take half of a line away again where the disk refuses."""
    try:
        os.lseek(file, length, os.SEEK_SET)
        rest = line
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
    except OSError:
        os.ftruncate(file, length)
        raise


def aside_path(path: Path) -> Path:
    """Where last lines that were cut off are kept."""
    return path.with_name(f"{path.name}.aside")


def _set_aside(path: Path, broken: bytes) -> None:
    """Keep a broken last line; one that was kept by an interrupted writer is not kept twice."""
    target = aside_path(path)
    kept = target.read_bytes() if target.exists() else b""
    if kept.endswith(broken + b"\n"):
        return
    with target.open("ab") as handle:
        handle.write(broken + b"\n")
        handle.flush()
        os.fsync(handle.fileno())


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """The ledger, open and this process's alone."""
    if fcntl is None:
        with _guard_file(path):
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                yield file
            finally:
                os.close(file)
        return
    file = _locked(path, fcntl)
    try:
        yield file
    finally:
        os.close(file)


def _locked(path: Path, locks: ModuleType) -> int:
    """The file at ``path``, locked; opened anew where git put another one in its place."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            locks.flock(file, locks.LOCK_EX)
            if os.path.samestat(os.fstat(file), path.stat()):
                return file
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(file)
            raise
        os.close(file)


@contextlib.contextmanager
def _guard_file(path: Path) -> Iterator[None]:
    """A file that only one process can create stands for the lock."""
    guard = path.with_name(f"{path.name}.lock")
    waited = 0.0
    while True:
        try:
            os.close(os.open(guard, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            if waited >= _PATIENCE:
                raise UsageError(
                    f"another process is writing to {path.name}; if none is, delete {guard}"
                ) from None
            time.sleep(_PAUSE)
            waited += _PAUSE
    try:
        yield
    finally:
        guard.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a new name last; not every system can open a folder for that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
