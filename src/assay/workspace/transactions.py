"""Every write to a workspace: one command at a time, and all files or none.

New contents are staged in ``.assay/transaction``, with a record of the change. Once the record is
named ``forward``, the change is completed, by the next command if this one is interrupted; once
it is named ``back``, it is undone. Without either, no file has changed yet.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from typing import TypeVar

from assay.cache import content_digest
from assay.errors import UsageError
from assay.workspace.paths import is_own, real_path

_T = TypeVar("_T")

_FOLDER, _LAST, _FORWARD, _BACK = "transaction", "last", "forward", "back"
_PATIENCE_SECONDS, _PAUSE_SECONDS = 10.0, 0.02


class ChangedFileError(UsageError):
    """A file is no longer the one that an edit was computed from; nothing was written."""

    def __init__(self, root: Path, path: Path) -> None:
        super().__init__(
            f"{_shown(root, path)} was changed by another command or an editor since it was read, "
            "so nothing was written; run the command again"
        )


class Transaction:
    """The right to write a workspace, while its lock is held."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def require(self, before: Mapping[Path, bytes]) -> None:
        """Raise ``ChangedFileError`` if a file has other bytes; none are those of no file."""
        for path, data in before.items():
            if (_bytes(path) or b"") != data:
                raise ChangedFileError(self._root, path)

    def write(
        self, contents: Mapping[Path, bytes | None], before: Mapping[Path, bytes] | None = None
    ) -> None:
        """Write all files or none; ``before`` are the bytes that they were computed from.

        A file whose content is None is deleted. Missing folders are created; modes, links and
        files with the same bytes are preserved. Raises ``ChangedFileError`` if a file has other
        bytes now, and ``UsageError`` if the disk refuses; then nothing has changed.
        """
        self.require(before or {})
        root = self._root
        made = {real_path(p): d for p, d in contents.items() if _bytes(p) != d}
        for path in made:
            if not is_own(root, _relative(root, path)):
                raise UsageError(f"{_shown(root, path)} is not a file of the workspace")
        if made:
            _carry_out(root, made)


@contextmanager
def transaction(root: Path) -> Iterator[Transaction]:
    """Hold the lock of the workspace at ``root``, after finishing what was interrupted in it.

    Raises ``UsageError`` if another process does not release it in time, or if the disk refuses.
    """
    try:
        with _locked(root, _PATIENCE_SECONDS):
            _finish(root)
            yield Transaction(root)
    except OSError as error:
        raise UsageError(f"{_reason(root, error)}; nothing was written") from None


def recover(root: Path) -> str | None:
    """Complete or undo an interrupted change; return what was done, as a sentence.

    One look at the disk if there is none. Raises ``UsageError`` if it can be neither: the files
    are then partly old and partly new.
    """
    if not _staging(root).exists():
        return None
    partial = _mark(root) is not None
    try:
        with _locked(root, _PATIENCE_SECONDS if partial else 0.0):
            finished = _finish(root)
    except (OSError, UsageError) as error:
        if not partial:  # staged by a running command, or left where nothing can be written
            return None
        reason = _reason(root, error) if isinstance(error, OSError) else error
        raise UsageError(f"the last change of the workspace is incomplete: {reason}") from None
    if finished is None:
        return None
    return f"{'completed' if finished[0] else 'undid'} {finished[1]}, which was interrupted"


def undisturbed(root: Path, read: Callable[[], _T]) -> _T:
    """Return what ``read`` returns, which reads many files; again if a change came between."""
    while True:
        recover(root)
        last = _last(root)
        result = read()
        if _mark(root) is None and _last(root) == last:
            return result


# The lock -----------------------------------------------------------------------------------------


@contextmanager
def _locked(root: Path, patience: float) -> Iterator[None]:
    """Hold the lock, whose file names this process; the system releases it when a process ends."""
    home = root / ".assay"
    home.mkdir(exist_ok=True)
    if home.is_symlink():
        raise UsageError(f"{home} is a link; replace it by a folder")
    if not (home / ".gitignore").exists():
        (home / ".gitignore").write_bytes(b"*\n")
    end = time.monotonic() + patience
    with FileIO(home / "lock", "a+", opener=_no_link) as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    file.seek(0)
                    text = file.read(1000).decode("utf-8", "replace")
                    holder = text if text and text.isprintable() else "another command"
                    raise UsageError(
                        f"the workspace is being changed by {holder}; try again when it is done"
                    ) from None
                time.sleep(_PAUSE_SECONDS)
        process = f"process {os.getpid()} on {socket.gethostname()}"
        file.truncate(0)
        file.write(f"'{_command()}' ({process}) since {time.strftime('%H:%M:%S')}".encode())
        yield


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o666)


def _command() -> str:
    """Return the program and its subcommands, without arguments."""
    program = Path(sys.argv[0])
    words = [program.parent.name if program.stem == "__main__" else program.stem]
    for word in sys.argv[1:3]:
        if not re.fullmatch(r"[a-z][a-z-]*", word):
            break
        words.append(word)
    return " ".join(words)


# The steps of a change ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file of a change: its path in the workspace, and digests, None for no file.

    ``N.new`` is in the folder until it takes the place of the file, or until the file is deleted;
    ``N.old`` until it is put back.
    """

    number: int
    path: str
    old: str | None
    new: str | None


def _carry_out(root: Path, contents: Mapping[Path, bytes | None]) -> None:
    folder = _staging(root)
    try:
        entries = _stage(root, folder, contents)
        _flush(folder)
        (folder / "record").rename(folder / _FORWARD)
        _flush(folder)
        finished = _finish(root)
    except OSError as error:
        try:
            if (folder / _FORWARD).exists():
                (folder / _FORWARD).rename(folder / _BACK)
            _finish(root)
        except OSError:
            if _mark(root) is None:
                raise error from None
            message = f"{_reason(root, error)}; the next command will undo what was changed"
            raise UsageError(message) from None
        raise
    if finished is not None and not finished[0]:
        edited = [e.path for e in entries if _digest(root / e.path) != e.old]
        raise ChangedFileError(root, root / (edited or [e.path for e in entries])[0])


def _stage(root: Path, folder: Path, contents: Mapping[Path, bytes | None]) -> list[_Entry]:
    folder.mkdir()
    entries = []
    for number, (target, data) in enumerate(contents.items()):
        staged = folder / f"{number}.new"
        _write(staged, data or b"")
        if target.exists():
            staged.chmod(target.stat().st_mode)
            _keep(target, folder / f"{number}.old")
        new = None if data is None else content_digest(data)
        entries.append(_Entry(number, _relative(root, target), _digest(target), new))
    folders = {p for target in contents for p in target.parents if not p.exists()}
    record = {
        "command": _command(),
        "files": [asdict(e) for e in entries],
        "folders": [_relative(root, p) for p in sorted(folders)],
    }
    _write(folder / "record", json.dumps(record).encode("utf-8"))
    return entries


def _finish(root: Path) -> tuple[bool, str] | None:
    """Complete or undo the recorded change, and sweep the staged files.

    Returns whether it was completed, and its command; None if none was recorded.
    """
    folder, mark = _staging(root), _mark(root)
    finished = None
    if mark is not None:
        command, entries, folders = _recorded(root, mark)
        waiting = [e for e in entries if (folder / f"{e.number}.new").exists()]
        forward = mark.name == _FORWARD and all(
            _digest(root / e.path) in ((e.old,) if e.new else (e.old, None)) for e in waiting
        )
        if forward:
            for path in folders:
                path.mkdir(exist_ok=True)
            for entry in waiting:
                staged, target = folder / f"{entry.number}.new", root / entry.path
                if entry.new is None:
                    target.unlink(missing_ok=True)
                    staged.unlink()
                else:
                    _move(staged, target)
        else:
            if mark.name == _FORWARD:
                mark = mark.rename(folder / _BACK)
                _flush(folder)
            # Only the file itself shows whether it was deleted.
            made = [e for e in entries if e not in waiting or e.new is None]
            _undo(root, command, made, folders)
        for parent in dict.fromkeys((root / e.path).parent for e in entries):
            if parent.exists():
                _flush(parent)
        mark.rename(folder.parent / _LAST)
        finished = (forward, command)
    if folder.exists():
        with suppress(OSError):  # the change is made; what is left is swept by the next command
            _flush(folder.parent)
            shutil.rmtree(folder)
    return finished


def _undo(root: Path, command: str, replaced: Sequence[_Entry], folders: Sequence[Path]) -> None:
    digests = {e: _digest(root / e.path) for e in replaced}
    if edited := [e.path for e in replaced if digests[e] not in (e.old, e.new)]:
        raise UsageError(
            f"{command} was interrupted, and {', '.join(edited)} changed since; delete "
            f".assay/{_FOLDER} to keep all files unchanged"
        )
    for entry in replaced:
        if digests[entry] == entry.old:
            continue  # put back before
        if entry.old is None:
            (root / entry.path).unlink()
        else:
            _move(_staging(root) / f"{entry.number}.old", root / entry.path)
    for path in reversed(folders):
        with suppress(OSError):  # never made, or in use by now
            path.rmdir()


def _recorded(root: Path, mark: Path) -> tuple[str, list[_Entry], list[Path]]:
    """Read the record of a change; it may come from a stranger, with a copy of the workspace."""
    try:
        record = json.loads(mark.read_bytes())
        command = f"'{record['command']}'"
        entries = [_Entry(**e) for e in record["files"]]
        numbered = [e.number for e in entries] == list(range(len(entries)))
        own = all(is_own(root, p) for p in (*(e.path for e in entries), *record["folders"]))
        sound = numbered and own and command.isprintable()
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise UsageError(
            f".assay/{_FOLDER} was not written by this version of assay; delete it to keep all "
            "files unchanged"
        )
    return command, entries, [root / p for p in record["folders"]]


def _staging(root: Path) -> Path:
    return root / ".assay" / _FOLDER


# Files ------------------------------------------------------------------------------------------


def _mark(root: Path) -> Path | None:
    """Return the record of a change that has begun, None if there is none."""
    return next((m for n in (_BACK, _FORWARD) if (m := _staging(root) / n).exists()), None)


def _last(root: Path) -> tuple[int, int] | None:
    """Return what differs after each change: the identity of the last record."""
    try:
        status = (root / ".assay" / _LAST).stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_ctime_ns


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def _keep(target: Path, kept: Path) -> None:
    """Keep a file under a second name: the file itself if possible, otherwise a copy."""
    try:
        kept.hardlink_to(target)
    except OSError:
        shutil.copy2(target, kept)
        _flush(kept)


def _move(staged: Path, target: Path) -> None:
    try:
        staged.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(f".{target.name}.assay-new")
        shutil.copy2(staged, beside)
        _flush(beside)
        beside.replace(target)
        staged.unlink()


def _flush(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _bytes(path: Path) -> bytes | None:
    """Return the content of a file, None if there is none."""
    return path.read_bytes() if path.exists() else None


def _digest(path: Path) -> str | None:
    data = _bytes(path)
    return None if data is None else content_digest(data)


def _relative(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _shown(root: Path, path: Path) -> str:
    return _relative(root, path).encode("utf-8", "backslashreplace").decode("utf-8")


def _reason(root: Path, error: OSError) -> str:
    name = error.filename2 or error.filename or root
    return f"cannot write {_shown(root, Path(name))}: {error.strerror or error}"
