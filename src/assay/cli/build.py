"""``assay build``."""

from __future__ import annotations

from pathlib import Path

import click

from assay.cli.output import format_option, print_json
from assay.cli.session import Session
from assay.cli.timings import observed


@click.command("build")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of the site; else site/ in the workspace.",
)
@format_option("json")
@observed
@click.pass_obj
def command(session: Session, out: Path | None, output: str) -> None:
    """Write the briefing pages; an error leaves the site that was there."""
    from assay.pipeline import build

    desk = session.desk()
    folder = (out or desk.workspace.site_dir).resolve()
    report = build(desk, folder)
    if output == "json":
        from assay.export.documents import SiteReport

        site = SiteReport(
            site=str(folder),
            written=report.written,
            unchanged=report.unchanged,
            removed=report.removed,
            unpublished=report.unpublished,
        )
        print_json(site.as_json())
        return
    click.echo(str(folder / "index.html"))
    click.echo(
        f"{len(report.written)} files written, {len(report.unchanged)} unchanged, "
        f"{len(report.removed)} removed; {len(desk.results)} profiles scored, "
        f"{len(report.unpublished)} of them below publication",
        err=True,
    )
    for profile_id in report.unpublished:
        click.echo(f"  no page: {profile_id}", err=True)
