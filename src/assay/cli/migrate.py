"""``assay migrate``: a workspace of an older version, rewritten for this one."""

from __future__ import annotations

import click

from assay.cli.options import Command, json_option
from assay.cli.output import echo, print_diagnostics, print_json
from assay.cli.session import Session
from assay.text import plural


@click.command(name="migrate", cls=Command)
@click.option("--dry-run", is_flag=True, help="List the changes without writing them.")
@json_option
@click.pass_obj
def migrate_command(session: Session, dry_run: bool, output: str) -> None:
    """Rewrite an older workspace, and list the decisions left.

    Changes old words in documents, the rulebook and its tests. Comments and formatting are
    preserved. Either all files are written or none.
    """
    from assay.authoring.migrate import DECISIONS, migrate

    made = session.edit(lambda loaded: migrate(loaded, dry_run=dry_run))
    if output == "json":
        from assay.output.documents_json import Migration

        print_json(Migration.model_validate(made).as_json())
        return
    for file, count in made.rewritten.items():
        echo(f"{file}: {plural(count, 'value')} {'to rewrite' if dry_run else 'rewritten'}")
    if not made.rewritten:
        echo("nothing to rewrite")
    for code, found in made.decisions.items():
        echo(f"\n{DECISIONS[code]}: {len(found)}")
        print_diagnostics(found, session.workspace().root)
    if made.errors:
        echo(f"\n{plural(made.errors, 'error')}; list them with assay check", err=True)
