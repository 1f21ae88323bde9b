"""Putting a folder in its place: staged beside the target, then swapped in as a whole."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from assay.errors import EngineError, UsageError

MARKER = ".assay-site"
"""The file that says a folder was made by assay, and may be replaced."""

_MARKER_TEXT = b"This folder is written by assay; what is put here by hand is lost.\n"


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What became of the files: paths relative to the target, sorted."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]


def publish(files: Iterable[tuple[str, bytes]], target: Path) -> PublishReport:
    """Make ``target`` a folder of exactly these files (relative paths with ``/``, and content).

    A file whose bytes are already there is kept with its time of change. Whatever goes wrong,
    in ``files`` or on the disk, leaves the old folder as it was. Raises ``UsageError`` where
    the target cannot be written or is a folder assay did not make.
    """
    place = target.resolve()
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
        raise UsageError(f"{place} is a file; name a folder")
    if not (place / MARKER).is_file() and any(place.iterdir()):
        raise UsageError(
            f"{place} is not empty and was not made by assay; name another folder or empty it"
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
    """In one step where the system can; else in two, the first of which ``_recover`` undoes."""
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
    """Let two folders change their names in one step; False where the system cannot."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    done: int = rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    return done == 0
