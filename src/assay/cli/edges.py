"""``assay edges``."""

from __future__ import annotations

import click

from assay.cli.output import format_option, print_json
from assay.cli.session import Session


@click.command("edges")
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="PROFILE:RELATION:ON",
    help="Write the edge, with its sentences as claims. May be repeated.",
)
@format_option("json")
@click.pass_obj
def command(session: Session, accepted: tuple[str, ...], output: str) -> None:
    """Propose what depends on what, from the words of sources that join two known profiles.

    Read are the kept words of ingested sources: who regulates, owns, supplies, hosts, approves or
    funds whom, and what is built or relies on what. What is denied, past, planned, asked or
    supposed is left out. A proposal moves no score; what is accepted is written into the profile
    that depends.
    """
    from assay.ingest.related import accept_edges, proposed_edges
    from assay.loading import require

    loaded = session.load()
    if accepted:
        files = accept_edges(loaded, accepted)
        if output == "json":
            from assay.export.documents import Edges

            print_json(Edges(written=files).as_json())
        else:
            click.echo("\n".join(files))
        return
    require(loaded)
    found = proposed_edges(loaded)
    if output == "json":
        from assay.export.documents import Edges

        print_json(Edges(edges=found, written=[]).as_json())
        return
    for edge in found:
        click.echo(edge.key)
        for stated in edge.stated:
            click.echo(f"  {stated.source}: {stated.sentence}")
    click.echo(f"{len(found)} proposed", err=True)
