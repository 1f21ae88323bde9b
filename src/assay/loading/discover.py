"""Which files of a workspace hold documents, and their bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from assay.diagnostics import Diagnostic, Position
from assay.documents import codes
from assay.documents.file import DocumentFile
from assay.documents.json_lines import BULK_LIMIT, read_json_lines
from assay.documents.parquet_rows import read_parquet_rows
from assay.documents.yaml_reader import SIZE_LIMIT, YamlFile, read_yaml, too_large
from assay.progress import counting
from assay.workspace import Workspace

SUFFIXES = (".yaml", ".yml")
BULK: dict[str, Callable[[bytes, str], DocumentFile]] = {
    ".jsonl": read_json_lines,
    ".parquet": read_parquet_rows,
}
"""How files of many documents end, which programs write, and how each is read."""


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
) -> list[DocumentFile]:
    """Every file of documents below ``profiles/``, read, in the order of their paths.

    ``contents`` stands in for what is on disk, so that an edit can be checked before it is made.
    """
    root = workspace.profiles_dir
    paths = set(_walk(root)) | {p for p in contents if p.is_relative_to(root)}
    ordered = sorted(paths, key=Path.as_posix)
    return [
        read_documents(workspace, path, contents, memory) for path in counting(ordered, "files")
    ]


def read_documents(
    workspace: Workspace,
    path: Path,
    contents: Mapping[Path, bytes],
    memory: Remembers | None = None,
) -> DocumentFile:
    """One file of documents, whatever its form."""
    if path.suffix in BULK:
        return _read_bulk(workspace, path, contents)
    return read_file(workspace, path, contents, memory)


def document_files(workspace: Workspace) -> list[Path]:
    """Every file of documents below ``profiles/``, in no order."""
    return list(_walk(workspace.profiles_dir))


def read_file(
    workspace: Workspace,
    path: Path,
    contents: Mapping[Path, bytes],
    memory: Remembers | None = None,
) -> YamlFile:
    """One YAML file; what keeps it from being read is among its diagnostics."""
    file = workspace.relative(path)
    given = contents.get(path)
    if given is not None:
        return read_yaml(given, file)
    data, refusal = _bytes(workspace, path, file, SIZE_LIMIT)
    if refusal is not None:
        return YamlFile(file, "", (), (refusal,))
    return read_yaml(data, file) if memory is None else _remembered(data, file, memory)


def _read_bulk(workspace: Workspace, path: Path, contents: Mapping[Path, bytes]) -> DocumentFile:
    """One file of many documents; reading it again takes no longer than remembering it would."""
    file = workspace.relative(path)
    given = contents.get(path)
    if given is None:
        given, refusal = _bytes(workspace, path, file, BULK_LIMIT)
        if refusal is not None:
            return YamlFile(file, "", (), (refusal,))
    return BULK[path.suffix](given, file)


def _bytes(
    workspace: Workspace, path: Path, file: str, limit: int
) -> tuple[bytes, Diagnostic | None]:
    """What a file holds, or why it is not read."""
    refusal = _refusal(workspace, path, file, limit)
    if refusal is not None:
        return b"", refusal
    try:
        return path.read_bytes(), None
    except OSError as error:
        return b"", _unreadable(file, error.strerror or "it cannot be read")


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
            elif entry.name.endswith((*SUFFIXES, *BULK)) or (entry.is_symlink() and entry.is_dir()):
                yield Path(entry.path)


def _refusal(workspace: Workspace, path: Path, file: str, limit: int) -> Diagnostic | None:
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
    return too_large(file, told.st_size, limit) if told.st_size > limit else None


def _unreadable(file: str, reason: str) -> Diagnostic:
    return codes.UNREADABLE_FILE.at(Position(file), f"the file cannot be read: {reason}")
