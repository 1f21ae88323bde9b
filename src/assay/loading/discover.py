"""Which files of a workspace hold documents, and their bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from io import FileIO
from pathlib import Path
from typing import Any, Protocol

from assay.diagnostics import Diagnostic, Position
from assay.diagnostics import document_codes as codes
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
    there = dict(_walk(root))
    given = {
        path.relative_to(root).as_posix(): data
        for path, data in contents.items()
        if path.is_relative_to(root)
    }
    read: list[DocumentFile] = []
    folder, shown = str(root), workspace.relative(root)
    for name in counting(sorted(there.keys() | given.keys()), "files"):
        file = f"{shown}/{name}"
        if not file.isascii():
            file = file.encode("utf-8", "backslashreplace").decode("utf-8")
        data = given.get(name)
        if data is not None:
            read.append(documents_in(data, file))
            continue
        limit = BULK_LIMIT if name.endswith(tuple(BULK)) else SIZE_LIMIT
        if there[name]:
            data, refusal = _plain_bytes(f"{folder}/{name}", file, limit)
        else:
            data, refusal = _bytes(workspace, root / name, file, limit)
        if refusal is not None:
            read.append(YamlFile(file, "", (), (refusal,)))
        else:
            read.append(documents_in(data, file, memory))
    return read


def documents_in(data: bytes, file: str, memory: Remembers | None = None) -> DocumentFile:
    """The documents in a file of that name and content, whatever its form."""
    bulk = BULK.get(file[file.rfind(".") :])
    if bulk is not None:
        # Reading it again takes no longer than remembering it would.
        return bulk(data, file)
    return read_yaml(data, file) if memory is None else _remembered(data, file, memory)


def document_files(workspace: Workspace) -> list[Path]:
    """Every file of documents below ``profiles/``, in no order."""
    return [workspace.profiles_dir / name for name, _ in _walk(workspace.profiles_dir)]


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


def _plain_bytes(path: str, file: str, limit: int) -> tuple[bytes, Diagnostic | None]:
    """What a file holds that is no link, or why it is not read."""
    try:
        with FileIO(path) as opened:
            size = os.fstat(opened.fileno()).st_size
            if size > limit:
                return b"", too_large(file, size, limit)
            return opened.readall(), None
    except OSError as error:
        return b"", _unreadable(file, error.strerror or "it cannot be read")


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


def _walk(folder: Path) -> Iterator[tuple[str, bool]]:
    """The name of each file of documents in the folder, and whether it is a plain file."""
    endings = (*SUFFIXES, *BULK)
    waiting = [(str(folder), "")]
    while waiting:
        path, prefix = waiting.pop()
        try:
            entries = list(os.scandir(path))
        except OSError:
            continue
        for entry in entries:
            name = entry.name
            if name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, f"{prefix}{name}/"))
            elif name.endswith(endings) or (entry.is_symlink() and entry.is_dir()):
                yield prefix + name, entry.is_file(follow_symlinks=False)


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
