"""Paths of the files in a workspace."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from assay.errors import UsageError


def real_path(path: Path) -> Path:
    """The absolute path without links.

    A loop of links stays in it, for reading or writing to refuse; ``Path.resolve`` raises there.
    """
    return Path(os.path.realpath(path))


_HIDDEN = {
    ".assay",
    ".github",
    ".gitattributes",
    ".gitignore",
    ".gitkeep",
    ".pre-commit-config.yaml",
}
"""Hidden names that a workspace writes itself; git's own folder is not among them."""


def is_own(root: Path, path: str) -> bool:
    """Return whether assay may write a path of the workspace at ``root``: inside, not hidden."""
    hidden = [p for p in Path(path).parts if p.startswith(".") and p not in _HIDDEN]
    inside = real_path((root / path).parent).is_relative_to(real_path(root))
    return inside and not hidden and not Path(path).is_absolute()


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with ``rules.yaml`` and ``profiles/``; ``root`` is absolute."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> Workspace:
        """Return the workspace that contains ``start``.

        Raises ``UsageError`` if neither ``start`` nor a folder above it is one.
        """
        folder = real_path(start)
        for candidate in (folder, *folder.parents):
            if (candidate / "rules.yaml").is_file() and (candidate / "profiles").is_dir():
                return cls(candidate)
        if not folder.is_dir():
            raise UsageError(f"folder {start} not found")
        raise UsageError(
            f"{start} is not in a workspace: neither it nor a folder above it has rules.yaml and "
            "profiles/. Create one with 'assay init DIR', or choose one with '--workspace DIR'."
        )

    @property
    def rules_path(self) -> Path:
        return self.root / "rules.yaml"

    @property
    def profiles_dir(self) -> Path:
        return self.root / "profiles"

    @property
    def cache_dir(self) -> Path:
        """Schemas for editors, the lock and staged changes; git ignores it."""
        return self.root / ".assay"

    @property
    def lock_path(self) -> Path:
        return self.root / "grades.lock"

    @property
    def ledger_path(self) -> Path:
        return self.root / "reviews.jsonl"

    @property
    def history_path(self) -> Path:
        """History of applied plans, append-only."""
        return self.root / "history.jsonl"

    @property
    def site_dir(self) -> Path:
        return self.root / "site"

    @property
    def in_repository(self) -> str:
        """Path from the root of the git repository; empty at the root, or outside of any."""
        for folder in (self.root, *self.root.parents):
            if (folder / ".git").exists():
                path = self.root.relative_to(folder).as_posix()
                return "" if path == "." else path
        return ""

    def relative(self, path: Path) -> str:
        """Return ``path`` as diagnostics show it: from the root, with forward slashes."""
        shown = path.as_posix().removeprefix(self.root.as_posix().rstrip("/") + "/")
        return shown.encode("utf-8", "backslashreplace").decode("utf-8")
