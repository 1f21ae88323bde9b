"""``assay review pack`` and ``assay review import``: for reviewers without git."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.output import format_option, print_json
from assay.cli.reviewing import limits_options, open_review, reviewer_option, sign
from assay.cli.session import Session

if TYPE_CHECKING:
    from assay.review.queue import Limits


@click.command("pack", short_help="Write the queue as a page and a sheet, to review offline.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="The folder to write into.",
)
@click.option("--xlsx", is_flag=True, help="Also write the sheet as a workbook.")
@limits_options
@format_option("json")
@click.pass_obj
def pack(session: Session, /, out: Path, xlsx: bool, limits: Limits, output: str) -> None:
    """Write the queue as one page to read offline, with a sheet to fill in.

    review.html holds the reasoning of every open profile; decisions.csv one row for each
    reason, with columns for the decision. 'assay review import' takes the sheet back. The folder
    is of the pack alone and replaced as a whole, but not once a sheet in it was filled in.
    """
    from assay.briefing.pack import write_pack

    review = open_review(session, limits)
    files, rows = write_pack(review, out.resolve(), xlsx=xlsx)
    if output == "json":
        from assay.export.review import ReviewPack

        print_json(ReviewPack(files=map(str, files), rows=rows).as_json())
        return
    for file in files:
        click.echo(str(file))
    click.echo(f"{len(review.queue.profiles)} profiles, {rows} rows", err=True)


@click.command("import", short_help="Take a decisions sheet back.")
@click.argument("sheet", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@limits_options
@reviewer_option
@format_option("json")
@click.pass_context
def import_(
    context: click.Context, /, sheet: Path, limits: Limits, reviewer: str | None, output: str
) -> None:
    """Take a decisions sheet back: each row is written down whole, or refused.

    A row whose evidence has moved since the sheet was made is refused. Exits with 1 where any
    row was.
    """
    from assay.review.journal import append
    from assay.review.packing import import_rows
    from assay.review.sheets import read_sheet

    session: Session = context.obj
    rows = read_sheet(sheet)
    review = open_review(session, limits)
    ledger = review.desk.workspace.ledger_path
    by = sign(session, reviewer)
    reports = import_rows(review, rows, by, lambda draft: append(ledger, draft))
    refused = sum(r.status == "refused" for r in reports)
    if output == "json":
        from assay.export.review import rows_json

        print_json(rows_json(reports))
    else:
        for report in reports:
            click.echo(f"row {report.row}: {report.status}: {report.subject}: {report.message}")
        written = sum(r.status == "written" for r in reports)
        empty = len(reports) - written - refused
        click.echo(f"{written} written, {refused} refused, {empty} without a decision", err=True)
    if refused:
        context.exit(1)
