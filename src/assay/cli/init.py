"""``assay init``: a first workspace."""

from __future__ import annotations

from pathlib import Path

import click

from assay.cli.session import Command


@click.command(name="init", cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--ci",
    is_flag=True,
    help="Also write a GitHub workflow and a pre-commit hook; into a workspace, only these.",
)
def command(folder: Path, ci: bool) -> None:
    """Write a small, complete workspace into DIR, a new folder or an empty one.

    It has the default rulebook and a made-up institution and event with their sources.
    """
    from assay.authoring.ci import add_ci
    from assay.authoring.init import init
    from assay.workspace import Workspace

    there = Workspace(folder.resolve())
    if ci and there.rules_path.is_file():
        for path in add_ci(there):
            click.echo(str(path.relative_to(there.root)))
        click.echo("next: assay apply, then commit these files and grades.lock", err=True)
        return
    workspace = init(folder, ci=ci)
    click.echo(str(workspace.root))
    click.echo(f"next: cd {folder} && assay check", err=True)
