"""The workflow and the hook that hold a workspace's repository to its lock."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from assay import __version__
from assay.documents.files import write_files
from assay.errors import UsageError
from assay.workspace import Workspace

_WRITTEN = {
    "grades.yml": ".github/workflows/grades.yml",
    "pre-commit-config.yaml": ".pre-commit-config.yaml",
}


def ci_files(root: Path) -> Mapping[Path, bytes]:
    """The workflow file and the configuration of pre-commit, by their places below ``root``."""
    data = files("assay") / "data" / "ci"
    return {
        root / place: (data / name).read_bytes().replace(b"VERSION", __version__.encode())
        for name, place in _WRITTEN.items()
    }


def add_ci(workspace: Workspace) -> tuple[Path, ...]:
    """Write both into a workspace that is there; their places.

    Raises ``UsageError`` where either is there already and says something else: nothing is
    written then.
    """
    contents = ci_files(workspace.root)
    for path, data in contents.items():
        if path.exists() and not (path.is_file() and path.read_bytes() == data):
            name = path.relative_to(workspace.root)
            raise UsageError(
                f"{name} is there already and says something else; nothing was written. "
                "docs/how-to/use-in-ci.md has what it would be"
            )
    write_files(contents)
    return tuple(contents)
