"""``assay origins``."""

from __future__ import annotations

from dataclasses import asdict

import click

from assay.cli.output import format_option, print_json
from assay.cli.session import Session
from assay.cli.timings import observed


@click.command("origins")
@click.option(
    "--above",
    type=click.FloatRange(0.0, 1.0),
    default=0.0,
    show_default=True,
    help="Show (and accept) only proposals with this score or more.",
)
@click.option("--accept-all", is_flag=True, help="Accept every proposal that is shown.")
@click.option(
    "--decide",
    "decided",
    multiple=True,
    metavar="SOURCE:RELATION:OTHER",
    help="Write a decision: cites, same_as or not_same_as. May be repeated.",
)
@format_option("json")
@observed
@click.pass_obj
def command(
    session: Session, above: float, accept_all: bool, decided: tuple[str, ...], output: str
) -> None:
    """Propose which sources retell which, each with a score and a reason.

    A proposal moves no grade. What is accepted is written into the source as 'cites' or
    'same_as', what is refused as 'not_same_as', and neither is proposed again.
    """
    from assay.errors import UsageError
    from assay.ingest.decide import Decision, decide, proposals
    from assay.loading import require

    if accept_all and not above:
        raise UsageError("--accept-all needs --above: say from which score on")
    loaded = session.load()
    if decided:
        files = decide(loaded, [Decision.parse(d) for d in decided])
        if output == "json":
            print_json({"written": files})
        else:
            click.echo("\n".join(files))
        return
    require(loaded)
    found = [p for p in proposals(loaded) if p.score >= above]
    files = []
    if accept_all:
        files = decide(loaded, [Decision(p.source, p.relation, p.other) for p in found])
    if output == "json":
        print_json({"proposals": [asdict(p) for p in found], "written": files})
        return
    for p in found:
        click.echo(f"{p.score:.2f}  {p.source} {p.relation} {p.other}\n      {p.reason}")
    click.echo(f"{len(found)} proposals{', all written' if accept_all else ''}", err=True)
