"""What holding the documents of a workspace takes, by the bytes of their files."""

from __future__ import annotations

from assay.documents.parquet_rows import rows_in
from assay.loading.discover import SUFFIXES, document_files
from assay.memory import require_room
from assay.snapshot.folder import Scan
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


def needed_bytes(workspace: Workspace, seen: Scan) -> int:
    """What a workspace takes at most when it is read, validated and scored.

    ``seen`` is what is below its folder of documents.
    """
    sizes = seen.sizes
    if seen.names is None:
        there = [p for p in document_files(workspace) if p.is_file()]
        sizes = {str(p.relative_to(workspace.profiles_dir)): p.stat().st_size for p in there}
    text = sum([size for name, size in sizes.items() if name.endswith(_TEXTS)])
    tables = [workspace.profiles_dir / name for name in sizes if name.endswith(".parquet")]
    return text * _TIMES_ITS_TEXT + sum(map(rows_in, tables)) * _BYTES_A_ROW


def require_memory(workspace: Workspace, seen: Scan, available: int | None) -> None:
    """Raise ``UsageError`` where the documents will not fit; small workspaces always do."""
    needed = needed_bytes(workspace, seen)
    if needed > _SMALL:
        require_room(needed, available, "the documents of this workspace", _WAY_OUT)
