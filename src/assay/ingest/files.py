"""Which files are to be read, and their bytes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from assay.errors import UsageError
from assay.ingest.document import SIZE_LIMIT, Document, UnreadableDocument, decode
from assay.workspace.paths import real_path


def opened(path: Path, name: str) -> Document:
    """The document in a file. Raises ``UnreadableDocument`` with the reason."""
    try:
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            raise UnreadableDocument(
                f"it has {size:,} bytes; at most {SIZE_LIMIT:,} are read in one piece"
            )
        with path.open("rb") as handle:
            data = handle.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise UnreadableDocument(error.strerror or "it cannot be opened") from None
    return decode(data, name)


def files_below(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Plain files below the paths, and their names: from the folder given, inclusive.

    Raises ``UsageError`` for a path that does not exist.
    """
    for given in paths:
        if given.is_file():
            yield given, _shown(given.name)
        elif given.is_dir():
            root = real_path(given)
            for folder, folders, names in os.walk(root):
                folders[:] = sorted(f for f in folders if not f.startswith("."))
                for name in sorted(names):
                    path = Path(folder) / name
                    if not name.startswith(".") and path.is_file() and not path.is_symlink():
                        yield path, _shown(path.relative_to(root.parent).as_posix())
        else:
            raise UsageError(f"there is no file or folder {given}")


def _shown(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
