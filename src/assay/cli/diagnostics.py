"""Diagnostics on the terminal, with paths as seen from the current folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from assay.diagnostics.diagnostic import Diagnostic


def print_diagnostics(
    diagnostics: Iterable[Diagnostic], root: Path | None, *, err: bool = False
) -> None:
    """Print messages about files of the workspace at ``root``."""
    from assay.diagnostics.render import format_text

    for diagnostic in diagnostics:
        click.echo(format_text(diagnostic, from_here(root, diagnostic.file)), err=err)


def from_here(root: Path | None, file: str) -> str:
    """The path of a file of the workspace from the current folder; others are left as given."""
    if root is None or not os.path.lexists(root / file):
        return file
    try:
        return Path(os.path.relpath(root / file)).as_posix()
    except ValueError:  # on another drive
        return (root / file).as_posix()
