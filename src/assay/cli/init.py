"""``assay init``: a first workspace."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="init", short_help="Create a small workspace to start from.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Write a small, complete workspace into DIR, a new folder or an empty one.

    It has the default rulebook and a made-up institution and event with their sources.
    """
    from assay.authoring.init import init

    workspace = init(folder)
    click.echo(str(workspace.root))
    click.echo(f"next: cd {folder} && assay check", err=True)
