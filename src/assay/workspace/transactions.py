"""Every write to a workspace: files, whole folders and checked edits, each all or nothing."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from assay.errors import EngineError, InputError, UsageError
from assay.workspace.discover import BULK
from assay.workspace.load import Loaded, load_workspace
from assay.workspace.paths import Workspace, real_path


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write each file to a temporary name beside its target, then rename them all.

    Missing folders are created; modes, links and files with the same bytes are preserved. Raises
    ``UsageError`` if the disk refuses: then no target has changed, unless a rename failed.
    """
    staged: list[tuple[Path, Path]] = []
    try:
        for path, data in contents.items():
            target = real_path(path)
            if target.is_file() and target.read_bytes() == data:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = target.with_name(f".{target.name}.{os.getpid()}.new")
            staged.append((beside, target))
            _write(beside, target, data)
        for beside, target in staged:
            beside.replace(target)
        for folder in {target.parent for _, target in staged}:
            _sync(folder)
    except OSError as error:
        for beside, _ in staged:
            beside.unlink(missing_ok=True)
        name = error.filename or next(iter(contents), "")
        raise UsageError(f"cannot write {name}: {error.strerror or error}") from None


def _write(beside: Path, target: Path, data: bytes) -> None:
    with beside.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    if target.exists():
        beside.chmod(target.stat().st_mode)


def _sync(folder: Path) -> None:
    """Flush renames to disk; some systems cannot open a folder for that."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


MARKER = ".assay-site"
"""File that marks a folder as generated, so that it may be replaced."""

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
    previous = place.with_name(f".{place.name}.previous")
    try:
        _recover(place, previous)
        _check_replaceable(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        workshop = Path(tempfile.mkdtemp(prefix=f".{place.name}.staged-", dir=place.parent))
    except OSError as error:
        raise _refusal(target, error) from error
    try:
        stage = workshop / "site"
        stage.mkdir()
        report = _stage(files, stage, place)
        if report.written or report.removed:
            _swap(stage, place, previous)
        return report
    except OSError as error:
        raise _refusal(target, error) from error
    finally:
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


def _recover(place: Path, previous: Path) -> None:
    """Undo a swap that was interrupted between its two renames."""
    if not (previous / MARKER).is_file():
        return
    if place.exists():
        shutil.rmtree(previous)
    else:
        previous.rename(place)


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
    """Rename in one step if the system can, otherwise in two; ``_recover`` undoes the first."""
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
    shutil.rmtree(previous, ignore_errors=True)


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


def commit(loaded: Loaded, contents: Mapping[Path, bytes]) -> Loaded:
    """Write ``contents`` and return the changed workspace.

    Raises ``InputError`` with the errors that the edit would introduce, and writes nothing.
    Errors that existed before do not prevent the edit.
    """
    after = load_workspace(loaded.workspace, as_of=loaded.as_of, contents=contents)
    before = {(d.code, d.file, d.message) for d in loaded.errors}
    introduced = [d for d in after.errors if (d.code, d.file, d.message) not in before]
    if introduced:
        raise InputError(introduced)
    write_files(contents)
    return after


def path_of(loaded: Loaded, document_id: str) -> tuple[Path, int]:
    """Return the file of a document and its number in the file, for an edit.

    Raises ``UsageError`` for a document in a generated file.
    """
    subject = loaded.subjects[document_id]
    path = loaded.workspace.root / subject.file
    if path.suffix in BULK:
        raise UsageError(
            f"cannot edit {document_id!r} in {subject.file}:{subject.document + 1}: only YAML "
            "files are edited; change what generates the file, or move the document to a YAML file"
        )
    return path, subject.document


def current(path: Path) -> bytes:
    """Return the bytes of a file, empty if it does not exist yet."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def resolve_profile_path(workspace: Workspace, given: Path) -> Path:
    """Resolve a YAML file below ``profiles/``; a relative path starts at the workspace.

    Raises ``UsageError`` for any other path.
    """
    path = real_path(workspace.root / given)
    if not path.is_relative_to(real_path(workspace.profiles_dir)):
        raise UsageError(f"{given} is not below profiles/, where documents belong")
    if path.suffix not in (".yaml", ".yml"):
        raise UsageError(f"{given} does not end in .yaml")
    return path
