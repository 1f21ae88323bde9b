"""``assay check``: everything that is wrong with a workspace, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.output import observed, print_json
from assay.cli.session import Choice, Command, Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.diagnostics import Diagnostic


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
@observed
@click.pass_context
def check_command(context: click.Context, form: str, watch: bool) -> None:
    """Check the workspace and list all problems.

    Also writes schemas with the ids of the workspace to .assay/, for completion in an editor.
    Exits with 1 if there are errors.
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
    from assay.diagnostics import format_text, has_errors, sort_diagnostics
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
        from assay.export.documents import Diagnostics

        print_json(Diagnostics(diagnostics=diagnostics).as_json())
    elif form == "sarif":
        print_json(_sarif(diagnostics))
    else:
        for diagnostic in diagnostics:
            click.echo(format_text(diagnostic))
        click.echo(_summary([d.severity for d in diagnostics]))
    return not has_errors(diagnostics)


def _sarif(diagnostics: Sequence[Diagnostic]) -> dict[str, object]:
    from assay import __version__
    from assay.documents.codes import DOCUMENT_CODES
    from assay.documents.sarif import as_sarif
    from assay.review.codes import REVIEW_CODES
    from assay.rules.codes import RULE_CODES

    codes = (*DOCUMENT_CODES, *RULE_CODES, *REVIEW_CODES)
    return as_sarif(diagnostics, codes, __version__)


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
