"""Writing files so that a reader finds either the old ones or the new ones, never a half."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from assay.errors import UsageError


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Stage every file beside its target, then swap them in, one by one.

    Folders are made as needed, modes are kept, a target that is a link stays one, and a file that
    has these bytes already is left alone. Raises
    ``UsageError`` where the disk refuses; no target has been touched then, unless swapping
    itself failed half way.
    """
    staged: list[tuple[Path, Path]] = []
    try:
        for path, data in contents.items():
            target = path.resolve()
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
        raise UsageError(f"{name} cannot be written: {error.strerror or error}") from None


def _write(beside: Path, target: Path, data: bytes) -> None:
    with beside.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    if target.exists():
        beside.chmod(target.stat().st_mode)


def _sync(folder: Path) -> None:
    """Make the new names last; not every system can open a folder for that."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
