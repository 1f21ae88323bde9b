"""``assay build``: the briefing pages."""

from __future__ import annotations

from pathlib import Path

import click

from assay.cli.options import Command, json_option
from assay.cli.output import observed, print_json, print_lines
from assay.cli.session import Session
from assay.text import plural


def web_address(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Refuse an address of a site that is none."""
    if value is None:
        return None
    from assay.model.rulebook import Site

    try:
        return Site(base_url=value).base_url
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not the web address of a folder; for example https://example.org/briefs/"
        ) from None


@click.command("build", cls=Command)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the site. Default: site/ in the workspace.",
)
@click.option(
    "--base-url",
    metavar="URL",
    callback=web_address,
    help="Address of the published site, for its sitemap and canonical links. "
    "Default: settings.site.base_url in rules.yaml.",
)
@json_option
@observed
@click.pass_obj
def build_command(session: Session, out: Path | None, base_url: str | None, output: str) -> None:
    """Build the briefing pages.

    On failure the existing site stays unchanged.
    """
    from assay.pipeline import build

    assessment = session.assessment()
    folder = (out or assessment.workspace.site_dir).resolve()
    report = build(assessment, folder, base_url)
    if output == "json":
        from assay.output.documents_json import SiteReport

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
        f"{plural(len(report.written), 'file')} written, {len(report.unchanged)} unchanged, "
        f"{len(report.removed)} removed; {plural(len(assessment.results), 'profile')} scored, "
        f"{len(report.unpublished)} without a page",
        err=True,
    )
    print_lines((f"  no page: {profile_id}" for profile_id in report.unpublished), err=True)
