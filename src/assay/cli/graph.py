"""``assay graph``."""

from __future__ import annotations

import click

from assay.cli.output import format_option, print_json
from assay.cli.session import Session
from assay.scoring.results import ReachLine


@click.command("graph")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@format_option("json")
@click.pass_obj
def command(session: Session, ids: tuple[str, ...], output: str) -> None:
    """Show what each profile depends on and what depends on it, along the strongest paths."""
    desk = session.desk()
    explained = desk.explain(ids or list(desk.run.profile_rows))
    if output == "json":
        from assay.export.json import graph_json

        print_json(graph_json(desk, explained))
        return
    for profile_id, explanation in explained.items():
        click.echo(profile_id)
        for word, lines in (
            ("depends on", explanation.upstream),
            ("is felt by", explanation.downstream),
        ):
            for line in lines:
                click.echo(f"  {word} {_shown(line)}")


def _shown(line: ReachLine) -> str:
    reach = "unknown" if line.points is None else f"{line.points / 1000:.3f}"
    way = f" by way of {', '.join(line.path[1:-1])}" if line.distance > 1 else ""
    return f"{line.peer}: {reach}{way}"
