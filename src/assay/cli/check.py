"""``assay check``: every problem of a workspace at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import click

from assay.cli.options import Choice, Command
from assay.cli.output import observed, print_diagnostics, print_json
from assay.cli.session import Session
from assay.diagnostics.diagnostic import RANK, Severity
from assay.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.diagnostics.diagnostic import Diagnostic

SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@click.command(name="check", cls=Command)
@click.option(
    "--format",
    "form",
    type=Choice(["text", "json", "sarif"]),
    default="text",
    help="Output format. Default: text.",
)
@click.option(
    "--watch", is_flag=True, help="Check again after every change to a file of the workspace."
)
@click.option(
    "--severity",
    type=Choice(SEVERITIES),
    help="Lowest severity to list. Default: warning for text, info for JSON and SARIF.",
)
@observed
@click.pass_context
def check_command(
    context: click.Context, form: str, severity: Severity | None, watch: bool
) -> None:
    """Check the workspace and list all problems.

    Also writes schemas with the ids of the workspace to .assay/, for completion in an editor.
    Exits with 1 if there are errors.
    """
    session: Session = context.obj
    lowest = severity or ("warning" if form == "text" else "info")
    if watch:
        from assay.cli.watching import rounds

        for _ in rounds(session.workspace().root):
            _check(session, form, lowest)
    elif not _check(session, form, lowest):
        context.exit(1)


def _check(session: Session, form: str, lowest: Severity) -> bool:
    """Print what is found; whether there are no errors."""
    from assay import __version__
    from assay.diagnostics.diagnostic import has_errors, sort_diagnostics
    from assay.diagnostics.render import as_sarif
    from assay.errors import UsageError
    from assay.pipeline import grade_findings
    from assay.workspace.schemas import editor_schemas
    from assay.workspace.transactions import write_files

    checked = session.check()
    workspace = checked.loaded.workspace
    graded = grade_findings(checked, session.settled(checked))
    diagnostics = sort_diagnostics([*checked.diagnostics, *graded])
    listed = [d for d in diagnostics if RANK[d.severity] <= RANK[lowest]]
    try:
        write_files(editor_schemas(checked.loaded))
    except UsageError as error:
        click.echo(f"no schemas for the editor: {error}", err=True)
    if form == "json":
        from assay.output.documents_json import Diagnostics

        print_json(Diagnostics(diagnostics=listed).as_json())
    elif form == "sarif":
        print_json(as_sarif(listed, __version__, workspace.in_repository))
    else:
        print_diagnostics(sorted(listed, key=lambda d: RANK[d.severity]), workspace.root)
        _print_counts(diagnostics, lowest)
    return not has_errors(diagnostics)


def _print_counts(diagnostics: Sequence[Diagnostic], lowest: Severity) -> None:
    counts = {s: sum(d.severity == s for d in diagnostics) for s in SEVERITIES}
    hidden = [s for s in SEVERITIES if RANK[s] > RANK[lowest] and counts[s]]
    if hidden:
        kinds = " and ".join(plural(counts[s], s) for s in hidden)
        click.echo(f"{kinds} not listed; list with --severity {hidden[-1]}")
    click.echo(", ".join(plural(counts[s], s) for s in SEVERITIES))
