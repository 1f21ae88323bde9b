"""Which files of a workspace hold documents, and their bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from assay.diagnostics import Diagnostic, Position
from assay.documents import codes
from assay.documents.yaml_reader import SIZE_LIMIT, YamlFile, read_yaml, too_large
from assay.workspace import Workspace

SUFFIXES = (".yaml", ".yml")


class Remembers(Protocol):
    """Documents of files that were read before."""

    def documents(self, data: bytes) -> tuple[Any, ...] | None:
        """What a file with these bytes holds, if it is remembered."""
        ...

    def add(self, data: bytes, documents: tuple[Any, ...]) -> None:
        """Remember what a file without mistakes holds."""
        ...


def read_profiles(
    workspace: Workspace, contents: Mapping[Path, bytes], memory: Remembers | None = None
) -> list[YamlFile]:
    """Every YAML file below ``profiles/``, read, in the order of their paths.

    ``contents`` stands in for what is on disk, so that an edit can be checked before it is made.
    """
    root = workspace.profiles_dir
    paths = set(_walk(root)) | {p for p in contents if p.is_relative_to(root)}
    ordered = sorted(paths, key=Path.as_posix)
    return [read_file(workspace, path, contents, memory) for path in ordered]


def read_file(
    workspace: Workspace,
    path: Path,
    contents: Mapping[Path, bytes],
    memory: Remembers | None = None,
) -> YamlFile:
    """One file; what keeps it from being read is among its diagnostics."""
    file = workspace.relative(path)
    given = contents.get(path)
    if given is not None:
        return read_yaml(given, file)
    refusal = _refusal(workspace, path, file)
    if refusal is not None:
        return YamlFile(file, "", (), (refusal,))
    try:
        data = path.read_bytes()
    except OSError as error:
        return YamlFile(file, "", (), (_unreadable(file, error.strerror or "it cannot be read"),))
    return read_yaml(data, file) if memory is None else _remembered(data, file, memory)


def _remembered(data: bytes, file: str, memory: Remembers) -> YamlFile:
    """What was remembered of a file was read from the same bytes without a mistake."""
    documents = memory.documents(data)
    if documents is not None:
        return YamlFile(file, data.decode("utf-8").removeprefix("\ufeff"), documents)
    read = read_yaml(data, file)
    if not read.diagnostics:
        memory.add(data, read.documents)
    return read


def _walk(folder: Path) -> Iterator[Path]:
    waiting = [folder]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            elif entry.name.endswith(SUFFIXES) or (entry.is_symlink() and entry.is_dir()):
                yield Path(entry.path)


def _refusal(workspace: Workspace, path: Path, file: str) -> Diagnostic | None:
    try:
        told = path.lstat()
    except OSError as error:
        return _unreadable(file, error.strerror or "it cannot be read")
    if stat.S_ISLNK(told.st_mode):
        target = path.resolve()
        if not target.is_relative_to(workspace.root):
            return codes.OUTSIDE_WORKSPACE.at(
                Position(file),
                "the link leads out of the workspace",
                "copy the file into profiles/ in place of the link",
            )
        if target.is_dir():
            return _unreadable(file, "links to folders are not followed")
        try:
            told = target.stat()
        except OSError as error:
            return _unreadable(file, error.strerror or "it cannot be read")
    if not stat.S_ISREG(told.st_mode):
        return _unreadable(file, "it is not a plain file")
    return too_large(file, told.st_size) if told.st_size > SIZE_LIMIT else None


def _unreadable(file: str, reason: str) -> Diagnostic:
    return codes.UNREADABLE_FILE.at(Position(file), f"the file cannot be read: {reason}")
