"""What every command is given: where the workspace is, and the date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assay.workspace import Workspace

if TYPE_CHECKING:
    from assay.pipeline import Checked, Desk


@dataclass(frozen=True, slots=True)
class Session:
    """The options that stand before the command's name."""

    workspace_path: Path | None = None
    as_of: date | None = None
    audience: str | None = None

    def workspace(self) -> Workspace:
        """The workspace named, else the one the current folder lies in."""
        return Workspace.find(self.workspace_path or Path.cwd())

    def check(self) -> Checked:
        """The workspace, read and checked."""
        from assay.pipeline import check

        return check(self.workspace(), self.as_of)

    def desk(self) -> Desk:
        """The workspace, scored at the date asked for, else at its own, else today."""
        from assay.pipeline import assess

        checked = self.check()
        rulebook = checked.loaded.rulebook
        settled = self.as_of or (rulebook.settings.as_of if rulebook else None)
        return assess(checked, settled or datetime.now().astimezone().date(), self.audience)
