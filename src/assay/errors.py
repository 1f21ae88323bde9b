"""The exceptions that assay raises on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from assay.diagnostics.diagnostic import Diagnostic


class AssayError(Exception):
    """Base of all errors that assay raises on purpose."""


class InputError(AssayError):
    """The documents or the rulebook have errors; ``diagnostics`` contains all of them.

    ``root`` is the workspace that their files are relative to, once a command knows it.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        self.root: Path | None = None
        count = sum(d.severity == "error" for d in self.diagnostics)
        super().__init__(f"{count} error{'s' if count != 1 else ''} in the input")


class UsageError(AssayError):
    """The command cannot be carried out as given, for example because of an unknown id."""


class EngineError(AssayError):
    """A defect of assay: a state that earlier checks should have excluded."""
