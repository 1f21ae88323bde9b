"""``assay verify``: whether the records are what the documents give."""

from __future__ import annotations

import click

from assay.cli.options import Command, format_option
from assay.cli.output import echo, observed, print_report
from assay.cli.session import Session
from assay.text import plural


@click.command("verify", cls=Command)
@format_option("json", "sarif")
@observed
@click.pass_context
def verify_command(context: click.Context, output: str) -> None:
    """Verify grades.lock, the history and the decisions.

    Computes everything from the documents as of the date of the lock, without a cache, and
    compares each score. Checks that the history leads to the lock, that no decision is missing
    and, in a git repository, that each was committed by the reviewer it names. Exits with 1 if
    something differs.
    """
    from assay.diagnostics.diagnostic import has_errors, sort_diagnostics
    from assay.errors import UsageError
    from assay.pipeline import verify

    session: Session = context.obj
    if session.audience is not None:
        raise UsageError("the lock covers all audiences; omit --audience")
    workspace = session.workspace()
    found = sort_diagnostics(verify(workspace, session.as_of))
    print_report(found, output, workspace)
    if output == "text":
        faults = [d for d in found if d.severity == "error"]
        echo(f"{plural(len(faults), 'fault')}" if faults else "verified")
    if has_errors(found):
        context.exit(1)
