"""``assay contradictions``."""

from __future__ import annotations

import click

from assay.cli.output import format_option, print_json
from assay.cli.session import Session


@click.command("contradictions")
@click.option("--series", is_flag=True, help="Also figures of one measure at different times.")
@format_option("json", "html")
@click.pass_obj
def command(session: Session, series: bool, output: str) -> None:
    """Propose statements of claims and sources that cannot both be true.

    Compared are figures of one measure and dates of one act, in claims and in the kept words of
    sources. What you find to be a contradiction, write as 'contradicts' of the claim. As HTML, the
    series are plotted.
    """
    from assay.ingest.stated import clashes
    from assay.loading import require

    loaded = session.load()
    require(loaded)
    found = [c for c in clashes(loaded) if series or c.kind == "contradiction"]
    if output == "html":
        from assay.export.clashes_html import clashes_html

        click.echo(clashes_html(found), nl=False)
        return
    if output == "json":
        from assay.export.documents import Contradictions

        pairs = [
            {"kind": c.kind, "reason": c.reason, "statements": (c.first, c.second)} for c in found
        ]
        print_json(Contradictions(found=pairs).as_json())
        return
    for clash in found:
        click.echo(f"{clash.kind}: {clash.reason}")
        for statement in (clash.first, clash.second):
            click.echo(f"  {statement.place}: {statement.text}")
    click.echo(f"{len(found)} found", err=True)
