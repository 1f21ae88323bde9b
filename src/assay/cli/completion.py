"""``assay completion``."""

from __future__ import annotations

import click

from assay.cli.session import Choice, Command


@click.command("completion", cls=Command)
@click.argument("shell", type=Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the script that sets up shell completion.

    It completes commands, options and the names of the workspace.
    """
    from click.shell_completion import get_completion_class

    root = click.get_current_context().find_root().command
    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(root, {}, "assay", "_ASSAY_COMPLETE")
    click.echo(kind.source_template % script.source_vars())
