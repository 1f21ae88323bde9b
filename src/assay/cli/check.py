"""``assay check``: everything that is wrong with a workspace, at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from assay.cli.session import Session
from assay.cli.timings import observed

if TYPE_CHECKING:
    from assay.pipeline import Checked


@click.command(name="check", short_help="Show every mistake in the documents and the rulebook.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How to print the diagnostics.",
)
@observed
@click.pass_context
def command(context: click.Context, form: str) -> None:
    """Read the workspace and show every mistake, warning and remark, with its place.

    Also writes schemas with the workspace's own ids to .assay/, so that an editor completes
    them. Exits with 1 where there are errors.
    """
    from assay.diagnostics import format_text, has_errors
    from assay.documents.files import write_files
    from assay.errors import UsageError
    from assay.loading.schemas import editor_schemas

    session: Session = context.obj
    checked = session.check()
    try:
        write_files(editor_schemas(checked.loaded))
    except UsageError as error:
        click.echo(f"no schemas for the editor: {error}", err=True)
    if form == "json":
        found = {"diagnostics": [d.as_json() for d in checked.diagnostics]}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    elif form == "sarif":
        click.echo(json.dumps(_sarif(checked), ensure_ascii=False, indent=2))
    else:
        for diagnostic in checked.diagnostics:
            click.echo(format_text(diagnostic))
        click.echo(_summary([d.severity for d in checked.diagnostics]))
    if has_errors(checked.diagnostics):
        context.exit(1)


def _sarif(checked: Checked) -> dict[str, object]:
    from assay import __version__
    from assay.documents.codes import DOCUMENT_CODES
    from assay.documents.sarif import as_sarif
    from assay.review.codes import REVIEW_CODES
    from assay.rules.codes import RULE_CODES

    codes = (*DOCUMENT_CODES, *RULE_CODES, *REVIEW_CODES)
    return as_sarif(checked.diagnostics, codes, __version__)


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
