"""``assay edges``."""

from __future__ import annotations

from dataclasses import asdict

import click

from assay.cli.output import print_json
from assay.cli.session import Command, Session, format_option


@click.command("edges", cls=Command)
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
            print_json({"written": files})
        else:
            click.echo("\n".join(files))
        return
    require(loaded)
    found = proposed_edges(loaded)
    if output == "json":
        print_json({"edges": [asdict(e) for e in found], "written": []})
        return
    for edge in found:
        click.echo(edge.key)
        for stated in edge.stated:
            click.echo(f"  {stated.source}: {stated.sentence}")
    click.echo(f"{len(found)} proposed", err=True)
