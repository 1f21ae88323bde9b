"""What every command is given: where the workspace is, and the date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.memory import available_bytes
from assay.workspace import Workspace

if TYPE_CHECKING:
    from assay.loading import Loaded
    from assay.pipeline import Checked, Desk


WORKSPACE = "assay.workspace"
"""Where a command notes the root of its workspace, for errors that are printed after it."""


def now() -> datetime:
    """The moment it is where the command runs, with its offset."""
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class Session:
    """The options that stand before the command's name."""

    workspace_path: Path | None = None
    as_of: date | None = None
    audience: str | None = None
    clock: Callable[[], datetime] = now
    memory: int | None = None

    def workspace(self) -> Workspace:
        """The workspace named, else the one the current folder lies in."""
        found = Workspace.find(self.workspace_path or Path.cwd())
        context = click.get_current_context(silent=True)
        if context is not None:
            context.meta[WORKSPACE] = found.root
        return found

    def memory_limit(self) -> int | None:
        """How many bytes may be taken: what was asked for, else what can be had."""
        return available_bytes() if self.memory is None else self.memory

    def load(self) -> Loaded:
        """The documents and the rulebook, read; refused beforehand where they would not fit."""
        from assay.loading import load_workspace
        from assay.loading.size import require_memory
        from assay.snapshot.folder import scan

        workspace = self.workspace()
        require_memory(workspace, scan(workspace.profiles_dir), self.memory_limit())
        return load_workspace(workspace, as_of=self.as_of)

    def check(self) -> Checked:
        """The workspace, read and checked; refused beforehand where it would not fit."""
        from assay.loading.size import require_memory
        from assay.pipeline import check
        from assay.snapshot.folder import scan

        workspace = self.workspace()
        seen = scan(workspace.profiles_dir)
        require_memory(workspace, seen, self.memory_limit())
        return check(workspace, self.as_of, seen)

    def settled(self, checked: Checked) -> date:
        """The date asked for, else the workspace's own, else today."""
        rulebook = checked.loaded.rulebook
        own = rulebook.settings.as_of if rulebook else None
        return self.as_of or own or self.clock().date()

    def desk(self, checked: Checked | None = None) -> Desk:
        """The workspace, scored at the date asked for, else at its own, else today.

        ``checked`` is what :meth:`check` gave, where that was asked for already.
        """
        from assay.pipeline import assess

        checked = checked or self.check()
        return assess(checked, self.settled(checked), self.audience)
