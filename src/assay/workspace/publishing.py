"""Files that assay generates for others: exports, and folders that are replaced as a whole."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from assay.errors import EngineError, UsageError
from assay.workspace.paths import real_path

MARKER = ".assay-site"
"""File that marks a folder as generated, so that it may be replaced."""

_PREVIOUS = "previous"
_MARKER_TEXT = b"This folder is written by assay; what is put here by hand is lost.\n"


@dataclass(frozen=True, slots=True)
class PublishReport:
    """Files by outcome: paths relative to the target, sorted."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]


def publish(files: Iterable[tuple[str, bytes]], target: Path) -> PublishReport:
    """Make ``target`` a folder of exactly these files (relative paths with ``/``, and content).

    Unchanged files keep their modification time. Any failure, in ``files`` or on the disk, leaves
    the old folder unchanged. Raises ``UsageError`` if the target cannot be written or is a
    folder that was not generated.
    """
    place = real_path(target)
    if not place.name:
        raise UsageError(f"cannot replace {place} by a site; choose another folder")
    if any(path.is_symlink() for path in (place, *place.parents)):
        raise UsageError(f"{target} leads into a loop of links; choose another folder")
    try:
        with _workshop(place) as workshop:
            _check_replaceable(place)
            stage = workshop / "site"
            stage.mkdir()
            report = _stage(files, stage, place)
            if report.written or report.removed:
                _swap(stage, place, workshop / _PREVIOUS)
            return report
    except OSError as error:
        raise _refusal(target, error) from error


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write files that are no part of a workspace; those with the same bytes are preserved.

    All are staged before the first one is replaced. Missing folders are created; modes and links
    are preserved. Raises ``UsageError`` if the disk refuses.
    """
    by_folder: dict[Path, dict[Path, bytes]] = {}
    for path, data in contents.items():
        target = real_path(path)
        by_folder.setdefault(target.parent, {})[target] = data
    try:
        with ExitStack() as stack:
            staged: list[tuple[Path, Path]] = []
            for files in by_folder.values():
                changed = {p: d for p, d in files.items() if not _same_bytes(p, d)}
                workshop = stack.enter_context(_workshop(next(iter(files)))) if changed else None
                for path, data in changed.items():
                    assert workshop is not None
                    if path.is_symlink():  # one of links that lead in a cycle
                        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
                    staged.append((_written(workshop / path.name, data), path))
                    if path.exists():
                        staged[-1][0].chmod(path.stat().st_mode)
            for new, path in staged:
                new.replace(path)
    except OSError as error:
        name = error.filename2 or error.filename or next(iter(contents), "")
        raise UsageError(f"cannot write {name}: {error.strerror or error}") from None


@contextmanager
def _workshop(place: Path) -> Iterator[Path]:
    """Provide a folder beside ``place`` for staged files, which git ignores; remove it at the end.

    Those of killed commands are removed before, and an old site in one of them is put back.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{place.name}.staged-"
    for left in sorted(place.parent.iterdir()):
        if left.name.startswith(prefix):
            with suppress(FileNotFoundError):  # another command was faster
                _clear_up_unless_in_use(left, place)
    workshop = Path(tempfile.mkdtemp(prefix=prefix, dir=place.parent))
    lock = os.open(workshop, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (workshop / ".gitignore").write_bytes(b"*\n")
        yield workshop
    finally:
        _clear_up(workshop, place)
        os.close(lock)


def _clear_up_unless_in_use(workshop: Path, place: Path) -> None:
    lock = os.open(workshop, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _clear_up(workshop, place)
    except BlockingIOError:
        pass
    finally:
        os.close(lock)


def _clear_up(workshop: Path, place: Path) -> None:
    previous = workshop / _PREVIOUS
    if (previous / MARKER).is_file() and not place.exists():
        previous.rename(place)
    shutil.rmtree(workshop, ignore_errors=True)


def _refusal(target: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot write to {target}: {error.strerror or error}")


def _check_replaceable(place: Path) -> None:
    if not place.exists():
        return
    if not place.is_dir():
        raise UsageError(f"{place} is a file; choose a folder")
    if not (place / MARKER).is_file() and any(place.iterdir()):
        raise UsageError(
            f"{place} is not empty and was not made by assay; choose another folder or empty it"
        )


def _stage(files: Iterable[tuple[str, bytes]], stage: Path, place: Path) -> PublishReport:
    old = _files_of(place)
    written: list[str] = []
    unchanged: list[str] = []
    seen: set[str] = set()
    for name, content in _with_marker(files):
        _check_name(name, seen)
        new_file, old_file = stage / name, place / name
        new_file.parent.mkdir(parents=True, exist_ok=True)
        if name in old and _same_bytes(old_file, content):
            shutil.copy2(old_file, new_file)
            unchanged.append(name)
        else:
            new_file.write_bytes(content)
            written.append(name)
    removed = old - set(written) - set(unchanged)
    return PublishReport(
        written=tuple(sorted(set(written) - {MARKER})),
        unchanged=tuple(sorted(set(unchanged) - {MARKER})),
        removed=tuple(sorted(removed)),
    )


def _with_marker(files: Iterable[tuple[str, bytes]]) -> Iterable[tuple[str, bytes]]:
    yield MARKER, _MARKER_TEXT
    yield from files


def _check_name(name: str, seen: set[str]) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in name:
        raise EngineError(f"{name!r} is not a path inside a site")
    if name.casefold() in seen:
        raise EngineError(f"two files of the site would be called {name!r}")
    seen.add(name.casefold())


def _files_of(place: Path) -> set[str]:
    return {
        (Path(folder) / name).relative_to(place).as_posix()
        for folder, _, names in os.walk(place)
        for name in names
    }


def _same_bytes(path: Path, content: bytes) -> bool:
    return (
        not path.is_symlink()
        and path.is_file()
        and path.stat().st_size == len(content)
        and path.read_bytes() == content
    )


def _swap(stage: Path, place: Path, previous: Path) -> None:
    """Rename in one step if the system can, otherwise in two; the next command undoes the first."""
    if place.exists():
        if _exchange(stage, place):
            return
        place.rename(previous)
    try:
        stage.rename(place)
    except OSError:
        if previous.exists():
            previous.rename(place)
        raise


_HERE, _EXCHANGE = -100, 2
"""``AT_FDCWD`` and ``RENAME_EXCHANGE`` of Linux."""


def _exchange(one: Path, other: Path) -> bool:
    """Exchange the names of two folders in one step; False if the system cannot."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    done: int = rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    return done == 0


def _written(path: Path, data: bytes) -> Path:
    with path.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    return path
