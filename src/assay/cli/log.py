"""``assay log``."""

from __future__ import annotations

import click

from assay.cli.history import recorded
from assay.cli.output import format_option, print_json
from assay.cli.session import Session


@click.command("log")
@click.option("--limit", type=click.IntRange(min=1), help="Only the last applies.")
@format_option("json")
@click.pass_obj
def command(session: Session, limit: int | None, output: str) -> None:
    """List the rating actions of the desk, each as what brought it about, and corrections."""
    from assay.export import plan_words as words

    records = recorded(session)[-limit if limit else 0 :]
    if output == "json":
        from assay.export.change import log_json

        print_json(log_json(records))
        return
    if not records:
        click.echo("nothing was applied yet", err=True)
    for record in records:
        why = f": {record.why}" if record.why else ""
        click.echo(f"{record.at} as of {record.as_of}, {record.who}{why}")
        if not record.bases:
            graded = words.count(record.counts["profiles"], "profile")
            click.echo(f"  the first lock: {graded} graded")
            continue
        for change in record.changes:
            if change.direction == "same" or session.audience not in (None, change.audience):
                continue
            move = f"{words.grade(change.before)} → {words.grade(change.after)}"
            arrow = words.ARROWS[change.direction]
            click.echo(
                f"  {arrow} {change.id} {change.scorer}: {move}: {record.action(change)} "
                f"({words.some(change.leading.refs, 3)})"
            )
        for correction in record.corrections:
            for line in words.correction_lines(correction):
                click.echo(f"  {line}")
