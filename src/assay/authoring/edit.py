"""Carrying out an edit: checked as if it were made, then written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assay.documents.files import write_files
from assay.errors import InputError, UsageError
from assay.loading.discover import BULK
from assay.loading.load import Loaded, load_workspace
from assay.workspace import Workspace


def commit(loaded: Loaded, contents: Mapping[Path, bytes]) -> Loaded:
    """Write ``contents`` and return the workspace as it then reads.

    Raises ``InputError`` with the mistakes that the edit would bring in, and writes nothing.
    Mistakes that were there before stand in nobody's way.
    """
    after = load_workspace(loaded.workspace, as_of=loaded.as_of, contents=contents)
    before = {(d.code, d.file, d.message) for d in loaded.errors}
    brought_in = [d for d in after.errors if (d.code, d.file, d.message) not in before]
    if brought_in:
        raise InputError(brought_in)
    write_files(contents)
    return after


def path_of(loaded: Loaded, document_id: str) -> tuple[Path, int]:
    """The file that holds a document, and which of its documents it is, for an edit.

    Raises ``UsageError`` for a document in a file that a program writes.
    """
    subject = loaded.subjects[document_id]
    path = loaded.workspace.root / subject.file
    if path.suffix in BULK:
        raise UsageError(
            f"{document_id!r} is written in {subject.file}:{subject.document + 1}, and assay does "
            "not edit files of that form: make the change where the file is made, or move the "
            "document into a YAML file and edit it there"
        )
    return path, subject.document


def current(path: Path) -> bytes:
    """The bytes of a file, empty where it does not exist yet."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def inside_profiles(workspace: Workspace, given: Path) -> Path:
    """``given`` as a YAML file below ``profiles/``; a relative path starts at the workspace.

    Raises ``UsageError`` for any other place.
    """
    path = (workspace.root / given).resolve()
    if not path.is_relative_to(workspace.profiles_dir.resolve()):
        raise UsageError(f"{given} is not below profiles/; documents are kept there")
    if path.suffix not in (".yaml", ".yml"):
        raise UsageError(f"{given} does not end in .yaml")
    return path
