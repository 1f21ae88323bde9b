"""The exceptions assay raises, as one tree.

::

    AssayError
    ├── InputError       documents or the rulebook have errors; carries the diagnostics
    ├── UsageError       the command was called in a way that cannot be carried out
    └── EngineError      the engine met a state its checks should have excluded
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from assay.diagnostics.diagnostic import Diagnostic


class AssayError(Exception):
    """Base of every error assay raises on purpose."""


class InputError(AssayError):
    """The input has errors; ``diagnostics`` holds all of them.

    ``root`` is the workspace that their files are relative to, once a command knows it.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        self.root: Path | None = None
        count = sum(d.severity == "error" for d in self.diagnostics)
        super().__init__(f"{count} error{'s' if count != 1 else ''} in the input")


class UsageError(AssayError):
    """The request cannot be carried out as asked (an unknown id, a missing workspace)."""


class EngineError(AssayError):
    """A state that earlier checks should have excluded: a defect of assay itself."""
