"""Edits of documents: computed from the loaded files, checked, and written."""

from __future__ import annotations

from pathlib import Path

from assay.errors import InputError, UsageError
from assay.workspace.discover import BULK, SUFFIXES
from assay.workspace.load import Loaded, load_workspace
from assay.workspace.paths import Workspace, real_path
from assay.workspace.transactions import ChangedFileError, transaction
from assay.yaml.reader import YamlFile


class Edit:
    """New contents of files, by path, and the bytes that they were computed from."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.contents: dict[Path, bytes | None] = {}
        self.before: dict[Path, bytes] = {}

    def __getitem__(self, path: Path) -> bytes:
        """Return the content of a file after this edit so far; empty if it does not exist.

        Raises ``ChangedFileError`` if a document file changed since it was loaded.
        """
        self._note(path)
        return self.contents.get(path, self.before[path]) or b""

    def __setitem__(self, path: Path, data: bytes | None) -> None:
        """Replace the content of a file; None deletes it."""
        self._note(path)
        self.contents[path] = data

    @property
    def files(self) -> list[str]:
        """Names of the files that this edit writes."""
        return [self.loaded.workspace.relative(path) for path in self.contents]

    def load(self) -> Loaded:
        """Load the workspace with this edit; a deleted file is empty."""
        contents = {path: data or b"" for path, data in self.contents.items()}
        return load_workspace(self.loaded.workspace, as_of=self.loaded.as_of, contents=contents)

    def _note(self, path: Path) -> None:
        if path in self.before:
            return
        data = current(path)
        workspace = self.loaded.workspace
        if path.is_relative_to(workspace.profiles_dir) and path.suffix in SUFFIXES:
            file = self.loaded.files.get(workspace.relative(path))
            text = file.text if isinstance(file, YamlFile) else ""
            if data.decode("utf-8", "replace").removeprefix("\ufeff") != text:
                raise ChangedFileError(workspace.root, path)
        self.before[path] = data


def commit(edit: Edit) -> Loaded:
    """Write an edit and return the changed workspace.

    Raises ``InputError`` with the errors that the edit would introduce, and ``ChangedFileError``
    if a file was changed since it was loaded; then nothing is written. Errors that existed before
    do not prevent the edit.
    """
    loaded = edit.loaded
    with transaction(loaded.workspace.root) as change:
        change.require(edit.before)
        after = edit.load()
        before = {(d.code, d.file, d.message) for d in loaded.errors}
        introduced = [d for d in after.errors if (d.code, d.file, d.message) not in before]
        if introduced:
            raise InputError(introduced)
        change.write(edit.contents, edit.before)
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
