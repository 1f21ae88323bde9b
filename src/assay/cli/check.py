"""``assay check``: every problem of a workspace at once."""

from __future__ import annotations

from typing import get_args

import click

from assay.cli.options import Choice, Command, format_option
from assay.cli.output import echo, observed, print_report
from assay.cli.session import Session
from assay.diagnostics.diagnostic import RANK, Severity
from assay.text import plural

_SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@click.command(name="check", cls=Command)
@format_option("json", "sarif")
@click.option(
    "--watch", is_flag=True, help="Check again after every change to a file of the workspace."
)
@click.option(
    "--severity",
    type=Choice(_SEVERITIES),
    help="Lowest severity to list. Default: warning for text, info for JSON and SARIF.",
)
@observed
@click.pass_context
def check_command(
    context: click.Context, output: str, severity: Severity | None, watch: bool
) -> None:
    """Check the workspace and list all problems.

    Also writes schemas with the ids of the workspace to .assay/, for completion in an editor.
    Exits with 1 if there are errors.
    """
    session: Session = context.obj
    lowest = severity or ("warning" if output == "text" else "info")
    if watch:
        from assay.cli.watching import rounds

        for _ in rounds(session.workspace().root):
            _check(session, output, lowest)
    elif not _check(session, output, lowest):
        context.exit(1)


def _check(session: Session, output: str, lowest: Severity) -> bool:
    """Print the problems; return whether none is an error."""
    from assay.diagnostics.diagnostic import has_errors, sort_diagnostics
    from assay.errors import UsageError
    from assay.pipeline import grade_findings
    from assay.workspace.edits import current
    from assay.workspace.schemas import editor_schemas
    from assay.workspace.transactions import transaction

    checked = session.check()
    workspace = checked.loaded.workspace
    graded = grade_findings(checked, session.settled(checked))
    diagnostics = sort_diagnostics([*checked.diagnostics, *graded])
    listed = [d for d in diagnostics if RANK[d.severity] <= RANK[lowest]]
    schemas = editor_schemas(checked.loaded)
    try:
        if any(current(path) != data for path, data in schemas.items()):
            with transaction(workspace.root) as change:
                change.write(schemas)
    except UsageError as error:
        echo(f"the schemas for editors were not written: {error}", err=True)
    if output == "text":
        listed.sort(key=lambda d: RANK[d.severity])
    print_report(listed, output, workspace)
    if output == "text":
        counts = {s: sum(d.severity == s for d in diagnostics) for s in _SEVERITIES}
        hidden = [s for s in _SEVERITIES if RANK[s] > RANK[lowest] and counts[s]]
        if hidden:
            kinds = " and ".join(plural(counts[s], s) for s in hidden)
            echo(f"{kinds} not listed; list them with --severity {hidden[-1]}")
        echo(", ".join(plural(n, severity) for severity, n in counts.items()))
    return not has_errors(diagnostics)
