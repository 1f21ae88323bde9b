"""Where the files of a workspace are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assay.errors import UsageError


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with ``rules.yaml`` and ``profiles/``; ``root`` is absolute."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> Workspace:
        """The workspace that ``start`` lies in, searched upward.

        Raises ``UsageError`` where neither ``start`` nor a folder above it is one.
        """
        folder = start.resolve()
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
        """Schemas for the editor; may be deleted at any time."""
        return self.root / ".assay"

    @property
    def lock_path(self) -> Path:
        return self.root / "grades.lock"

    @property
    def ledger_path(self) -> Path:
        return self.root / "reviews.jsonl"

    @property
    def history_path(self) -> Path:
        """What was applied when, by whom and why; lines are only added."""
        return self.root / "history.jsonl"

    @property
    def site_dir(self) -> Path:
        return self.root / "site"

    @property
    def in_repository(self) -> str:
        """The path from the root of the git repository; empty if it is the root, or in none."""
        for folder in (self.root, *self.root.parents):
            if (folder / ".git").exists():
                path = self.root.relative_to(folder).as_posix()
                return "" if path == "." else path
        return ""

    def relative(self, path: Path) -> str:
        """``path`` as diagnostics name it: from the root, with forward slashes."""
        shown = path.as_posix().removeprefix(self.root.as_posix().rstrip("/") + "/")
        return shown.encode("utf-8", "backslashreplace").decode("utf-8")
