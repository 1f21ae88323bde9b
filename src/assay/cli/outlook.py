"""``assay outlook``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from assay.cli.output import format_option, print_json, print_table
from assay.cli.session import Session
from assay.cli.timings import observed
from assay.scoring.results import Outlook

if TYPE_CHECKING:
    from assay.scoring.calendar import Due


@click.command("outlook")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--calendar", "by_day", is_flag=True, help="List what falls due, by date and reason.")
@click.option("--ics", is_flag=True, help="Print the same as iCalendar, for a calendar program.")
@format_option("json")
@observed
@click.pass_obj
def command(session: Session, ids: tuple[str, ...], by_day: bool, ics: bool, output: str) -> None:
    """Show when grades run out with nothing new arriving, and what falls due.

    What falls due are watch items with a date (on its last day), standing claims that are to be
    checked again, and grades that change with nothing new arriving.
    """
    from assay.briefing.ics import calendar_ics
    from assay.errors import UsageError
    from assay.scoring.calendar import calendar

    if ics and output != "text":
        raise UsageError("--ics is a format of its own; leave --format out")

    desk = session.desk()
    desk.require(ids)
    asked = [i for i in desk.run.profile_rows if not ids or i in ids]
    results = desk.results_of(asked) if ids else desk.results
    outlooks = {i: r.outlook for i, r in results.items()}
    corpus = desk.documents_of(asked)
    due = calendar(corpus, desk.rulebook, outlooks, desk.as_of)
    if ics:
        names = {i: corpus.profiles[i].name for i in outlooks}
        click.echo(calendar_ics(due, names, desk.as_of), nl=False)
        return
    if output == "json":
        from assay.export.json import outlook_json

        print_json(outlook_json(desk.as_of, outlooks, due))
        return
    if by_day:
        _print_due(due, desk.as_of)
        return
    if len(ids) == 1:
        _print_one(ids[0], outlooks[ids[0]])
        return
    rows = []
    for profile_id, outlook in outlooks.items():
        until = outlook.until.isoformat() if outlook.until else "beyond 366 days"
        first = min((n.due for n in outlook.watch if n.due), default="")
        rows.append([profile_id, outlook.grade, until, first, str(len(outlook.watch))])
    print_table(["profile", "horizon", "until", "next due", "watch items"], rows)


def _print_due(due: Sequence[Due], as_of: date) -> None:
    if not due:
        click.echo("nothing falls due")
        return
    rows = [
        [
            entry.written + (" (overdue)" if entry.day < as_of else ""),
            entry.profile,
            entry.reason,
            " ".join([entry.text, *(f"#{claim}" for claim in entry.claims)]),
        ]
        for entry in due
    ]
    print_table(["by", "profile", "reason", "what"], rows)


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
