"""Document files of a workspace: finding and reading them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple

from assay.cache import content_digest
from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, Position
from assay.progress import counting
from assay.workspace import images
from assay.workspace.paths import Workspace, real_path
from assay.yaml.json_lines import BULK_LIMIT, read_json_lines
from assay.yaml.parquet import read_parquet_rows
from assay.yaml.reader import SIZE_LIMIT, YamlFile, read_yaml, too_large
from assay.yaml.source_map import DocumentFile

SUFFIXES = (".yaml", ".yml")
BULK: dict[str, Callable[[bytes, str], DocumentFile]] = {
    ".jsonl": read_json_lines,
    ".parquet": read_parquet_rows,
}
"""Readers of generated files with many documents, by suffix."""


class ParsedFiles:
    """Parsed documents of YAML files without errors, by the digest of the file's bytes.

    ``known`` were parsed by an earlier process; ``used`` are those that this one needed.
    """

    def __init__(self, known: Mapping[str, list[Any]] | None = None) -> None:
        self._known = known or {}
        self.used: dict[str, list[Any]] = {}

    @property
    def changed(self) -> bool:
        """Whether the files in use differ from the known ones."""
        return self.used.keys() != self._known.keys()

    def read(self, data: bytes, file: str, key: str | None = None) -> YamlFile:
        """Return the parsed file; parse it unless its content, of digest ``key``, is known."""
        key = key or content_digest(data)
        known = self._known.get(key)
        if known is not None:
            self.used[key] = known
            return YamlFile(file, data.decode("utf-8").removeprefix("\ufeff"), tuple(known))
        read = read_yaml(data, file)
        if not read.diagnostics:
            self.used[key] = list(read.documents)
        return read


class ProfileFiles(NamedTuple):
    """The files below ``profiles/``, and a digest of their names and contents."""

    files: list[DocumentFile]
    digest: str


def read_profiles(
    workspace: Workspace, contents: Mapping[Path, bytes], parsed: ParsedFiles
) -> ProfileFiles:
    """Read all document files below ``profiles/``, ordered by path.

    ``contents`` overrides files on disk, so that an edit can be checked before it is written.
    """
    there = _walk(workspace.profiles_dir)
    given = {
        path.relative_to(workspace.profiles_dir).as_posix(): data
        for path, data in contents.items()
        if path.is_relative_to(workspace.profiles_dir) and path.suffix in (*SUFFIXES, *BULK)
    }
    read: list[DocumentFile] = []
    parts = []
    shown = workspace.relative(workspace.profiles_dir)
    for name in counting(sorted(there.documents.keys() | given.keys()), "files"):
        file, data, refusal = _content(workspace, shown, name, there, given)
        key = content_digest(data)
        if refusal is not None:
            read.append(YamlFile(file, "", (), (refusal,)))
        else:
            read.append(_documents_in(data, file, key, parsed))
        parts += [name, key]
    return ProfileFiles(read, _digest(workspace, parts, there))


def documents_digest(workspace: Workspace) -> str:
    """Return the digest of :func:`read_profiles` without parsing any file."""
    there = _walk(workspace.profiles_dir)
    parts = []
    shown = workspace.relative(workspace.profiles_dir)
    for name in sorted(there.documents):
        parts += [name, content_digest(_content(workspace, shown, name, there, {})[1])]
    return _digest(workspace, parts, there)


def _digest(workspace: Workspace, parts: Sequence[str], there: _Files) -> str:
    """Digest names and contents of documents and pictures, and the targets of all other files.

    Documents refer to files such as pictures, and are valid only if these exist and are safe.
    """
    root = workspace.profiles_dir
    for name in there.others:
        parts = [*parts, f"{name} {os.path.realpath(root / name)}"]
        if name.endswith(images.SUFFIXES):
            parts.append(content_digest(images.start_of(root / name)))
    return content_digest(*parts)


def _content(
    workspace: Workspace, shown: str, name: str, there: _Files, given: Mapping[str, bytes]
) -> tuple[str, bytes, Diagnostic | None]:
    """Return a file's name in diagnostics, its bytes, and why it cannot be read.

    ``shown`` is the folder in diagnostics.
    """
    file = f"{shown}/{name}"
    if not file.isascii():
        file = file.encode("utf-8", "backslashreplace").decode("utf-8")
    limit = BULK_LIMIT if name.endswith(tuple(BULK)) else SIZE_LIMIT
    if name in given:
        return file, given[name], None
    if there.documents[name]:
        return file, *_plain_bytes(f"{there.folder}/{name}", file, limit)
    return file, *_bytes(workspace, workspace.profiles_dir / name, file, limit)


def _documents_in(data: bytes, file: str, key: str, parsed: ParsedFiles) -> DocumentFile:
    bulk = BULK.get(file[file.rfind(".") :])
    if bulk is not None:
        return bulk(data, file)  # parsing it takes no longer than loading a cached copy
    return parsed.read(data, file, key)


def document_files(workspace: Workspace) -> list[str]:
    """Return the paths of all document files below ``profiles/``, unordered."""
    return [f"{workspace.profiles_dir}/{name}" for name in _walk(workspace.profiles_dir).documents]


def read_file(
    workspace: Workspace,
    path: Path,
    contents: Mapping[Path, bytes],
    parsed: ParsedFiles,
) -> YamlFile:
    """Read a YAML file; its diagnostics include why it cannot be read."""
    file = workspace.relative(path)
    given = contents.get(path)
    if given is not None:
        return parsed.read(given, file)
    data, refusal = _bytes(workspace, path, file, SIZE_LIMIT)
    if refusal is not None:
        return YamlFile(file, "", (), (refusal,))
    return parsed.read(data, file)


def _plain_bytes(path: str, file: str, limit: int) -> tuple[bytes, Diagnostic | None]:
    """Return the content of a file that is not a link, or why it cannot be read."""
    try:
        with FileIO(path) as opened:
            size = os.fstat(opened.fileno()).st_size
            if size > limit:
                return b"", too_large(file, size, limit)
            return opened.readall(), None
    except OSError as error:
        return b"", _unreadable(file, error.strerror or str(error))


def _bytes(
    workspace: Workspace, path: Path, file: str, limit: int
) -> tuple[bytes, Diagnostic | None]:
    """Return the content of a file, or why it cannot be read."""
    refusal = _refusal(workspace, path, file, limit)
    if refusal is not None:
        return b"", refusal
    try:
        return path.read_bytes(), None
    except OSError as error:
        return b"", _unreadable(file, error.strerror or str(error))


class _Files(NamedTuple):
    """Document files of a folder, each with whether it is a regular file; all other files."""

    folder: str
    documents: dict[str, bool]
    others: list[str]


def _walk(folder: Path) -> _Files:
    endings = (*SUFFIXES, *BULK)
    found = _Files(str(folder), {}, [])
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
            elif name.endswith(endings) or (entry.is_symlink() and Path(entry.path).is_dir()):
                found.documents[prefix + name] = entry.is_file(follow_symlinks=False)
            else:
                found.others.append(prefix + name)
    found.others.sort()
    return found


def _refusal(workspace: Workspace, path: Path, file: str, limit: int) -> Diagnostic | None:
    try:
        status = path.lstat()
    except OSError as error:
        return _unreadable(file, error.strerror or str(error))
    if stat.S_ISLNK(status.st_mode):
        target = real_path(path)
        if not target.is_relative_to(workspace.root):
            return codes.OUTSIDE_WORKSPACE.at(
                Position(file),
                "the link leads out of the workspace",
                "replace the link by a copy of the file",
            )
        if target.is_dir():
            return _unreadable(file, "links to folders are not followed")
        try:
            status = target.stat()
        except OSError as error:
            return _unreadable(file, error.strerror or str(error))
    if not stat.S_ISREG(status.st_mode):
        return _unreadable(file, "it is not a regular file")
    return too_large(file, status.st_size, limit) if status.st_size > limit else None


def _unreadable(file: str, reason: str) -> Diagnostic:
    return codes.UNREADABLE_FILE.at(Position(file), f"cannot read the file: {reason}")
