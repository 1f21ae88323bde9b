"""``assay check``: everything that is wrong with a workspace, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.output import print_json
from assay.cli.session import Session
from assay.cli.timings import observed

if TYPE_CHECKING:
    pass


@click.command(name="check", short_help="Show every mistake in the documents and the rulebook.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How to print the diagnostics.",
)
@click.option("--watch", is_flag=True, help="Check again whenever a file of the workspace changes.")
@observed
@click.pass_context
def command(context: click.Context, form: str, watch: bool) -> None:
    """Read the workspace and show every mistake, warning and remark, with its place.

    Also writes schemas with the workspace's own ids to .assay/, so that an editor completes
    them. Exits with 1 where there are errors.
    """
    session: Session = context.obj
    if watch:
        from assay.cli.watching import rounds

        for _ in rounds(session.workspace().root):
            _check(session, form)
    elif not _check(session, form):
        context.exit(1)


def _check(session: Session, form: str) -> bool:
    """Print what is found; whether there are no errors."""
    from assay import __version__
    from assay.diagnostics import has_errors, sort_diagnostics
    from assay.diagnostics.render import as_json, as_sarif, format_text
    from assay.documents.files import write_files
    from assay.errors import UsageError
    from assay.loading.schemas import editor_schemas
    from assay.pipeline import grade_findings

    checked = session.check()
    graded = grade_findings(checked, session.settled(checked))
    diagnostics = sort_diagnostics([*checked.diagnostics, *graded])
    try:
        write_files(editor_schemas(checked.loaded))
    except UsageError as error:
        click.echo(f"no schemas for the editor: {error}", err=True)
    if form == "json":
        print_json(as_json(diagnostics))
    elif form == "sarif":
        print_json(as_sarif(diagnostics, __version__))
    else:
        for diagnostic in diagnostics:
            click.echo(format_text(diagnostic))
        click.echo(_summary([d.severity for d in diagnostics]))
    return not has_errors(diagnostics)


def _summary(severities: list[str]) -> str:
    parts = []
    for severity, one, many in (
        ("error", "error", "errors"),
        ("warning", "warning", "warnings"),
        ("info", "info", "infos"),
    ):
        count = severities.count(severity)
        parts.append(f"{count} {one if count == 1 else many}")
    return ", ".join(parts)
