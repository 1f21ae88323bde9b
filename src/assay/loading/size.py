"""What holding the documents of a workspace takes, by the bytes of their files."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from assay.documents.parquet_rows import rows_in
from assay.loading.discover import SUFFIXES, document_files
from assay.memory import require_room
from assay.workspace import Workspace

# Measured on generated workspaces: a document of 345 bytes in YAML takes 10 kB as a model with its
# rows and results.
_TIMES_ITS_TEXT = 30
_TEXTS = (*SUFFIXES, ".jsonl")
_BYTES_A_ROW = 12_000
_SMALL = 200_000_000
_WAY_OUT = (
    "score them as tables ('assay score --tables', which takes a tenth of that, or '--engine "
    "spark'), part the workspace, or use a machine with more memory"
)


def needed_bytes(workspace: Workspace) -> int:
    """What a workspace takes at most when it is read, validated and scored."""
    text = rows = 0
    for path in document_files(workspace):
        if path.endswith(_TEXTS):
            with suppress(OSError):  # what cannot be read is reported when it is read
                text += os.stat(path).st_size  # noqa: PTH116 - as fast as can be, for thousands
        elif path.endswith(".parquet") and Path(path).is_file():
            rows += rows_in(Path(path))
    return text * _TIMES_ITS_TEXT + rows * _BYTES_A_ROW


def require_memory(workspace: Workspace, available: int | None) -> None:
    """Raise ``UsageError`` where the documents will not fit; small workspaces always do."""
    needed = needed_bytes(workspace)
    if needed > _SMALL:
        require_room(needed, available, "the documents of this workspace", _WAY_OUT)
