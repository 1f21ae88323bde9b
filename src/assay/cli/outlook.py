"""``assay outlook``."""

from __future__ import annotations

import click

from assay.cli.output import format_option, print_json, print_table
from assay.cli.session import Session
from assay.cli.timings import observed
from assay.scoring.results import Outlook


@click.command("outlook")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--ics", is_flag=True, help="Print what falls due as a calendar (iCalendar).")
@format_option("json")
@observed
@click.pass_obj
def command(session: Session, ids: tuple[str, ...], ics: bool, output: str) -> None:
    """Show when grades run out with nothing new arriving, and what falls due."""
    from assay.errors import UsageError
    from assay.export.ics import outlook_ics
    from assay.export.json import outlook_json

    if ics and output != "text":
        raise UsageError("--ics is a format of its own; leave --format out")

    desk = session.desk()
    desk.require(ids)
    outlooks = {i: r.outlook for i, r in desk.results.items() if not ids or i in ids}
    if ics:
        click.echo(outlook_ics(outlooks, desk.as_of), nl=False)
        return
    if output == "json":
        print_json(
            {
                "as_of": desk.as_of.isoformat(),
                "profiles": [outlook_json(i, o) for i, o in outlooks.items()],
            }
        )
        return
    if len(ids) == 1:
        _print_one(ids[0], outlooks[ids[0]])
        return
    rows = []
    for profile_id, outlook in outlooks.items():
        until = outlook.until.isoformat() if outlook.until else "beyond 366 days"
        due = min((n.due for n in outlook.watch if n.due), default="")
        rows.append([profile_id, outlook.grade, until, due, str(len(outlook.watch))])
    print_table(["profile", "horizon", "until", "next due", "watch items"], rows)


def _print_one(profile_id: str, outlook: Outlook) -> None:
    until = outlook.until.isoformat() if outlook.until else "no band changes within 366 days"
    click.echo(f"{profile_id}: look again {outlook.grade}; grades hold until: {until}")
    rows = [
        [
            name,
            *(
                f"{'not rated' if p.score.value is None else f'{p.score.value:.3f}'} "
                f"{p.score.grade or ''}".rstrip()
                for p in points
            ),
        ]
        for name, points in outlook.points.items()
    ]
    if rows:
        dates = [p.date.isoformat() for p in next(iter(outlook.points.values()))]
        print_table(["score", *dates], rows)
    for notice in outlook.watch:
        due = f", due {notice.due}" if notice.due else ""
        click.echo(f"- {notice.horizon} ({notice.priority or 'no priority'}{due}): {notice.text}")
