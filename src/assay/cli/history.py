"""``assay history`` and ``assay log``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.options import Command, json_option, profile_argument
from assay.cli.output import print_json
from assay.cli.session import Session
from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.plan.history import Applied


@click.command("history", cls=Command)
@profile_argument
@json_option
@click.pass_obj
def history_command(session: Session, profile_id: str, output: str) -> None:
    """Show the grades of a profile over time.

    Each change is printed with its causes.
    """
    from assay.diagnostics.suggest import did_you_mean

    records = recorded(session)
    require_audience(session, records)
    if not any(r.changes_of(profile_id) or r.corrections_of(profile_id) for r in records):
        known = {c.id for r in records for c in r.changes}
        hint = did_you_mean(profile_id, known) or "'assay apply' records what it changes"
        raise UsageError(f"nothing was ever applied to a profile {profile_id!r}; {hint}")
    if output == "json":
        from assay.output.plan_json import history_json

        print_json(history_json(profile_id, records))
        return
    _print(session, profile_id, records)


def recorded(session: Session) -> tuple[Applied, ...]:
    """Every apply that was carried out."""
    from assay.plan.apply import bases_of
    from assay.plan.history import read_history

    workspace = session.workspace()
    _, digests = bases_of(workspace.lock_path)
    return read_history(workspace.history_path, digests)


def require_audience(session: Session, records: tuple[Applied, ...]) -> None:
    """Raise ``UsageError`` for an audience for which nothing was ever applied."""
    from assay.diagnostics.suggest import did_you_mean

    known = dict.fromkeys(c.audience for r in records for c in r.changes)
    if records and session.audience is not None and session.audience not in known:
        hint = did_you_mean(session.audience, known)
        raise UsageError(f"nothing was ever applied for an audience {session.audience!r}; {hint}")


def _print(session: Session, profile_id: str, records: tuple[Applied, ...]) -> None:
    from assay.output import plan_text as words
    from assay.plan.history import sparkline

    every = [c for r in records for c in r.changes if c.id == profile_id]
    audiences = list(dict.fromkeys(c.audience for c in every))
    audience = session.audience or audiences[0] if audiences else session.audience
    scorers = dict.fromkeys(c.scorer for c in every if c.audience == audience)
    for scorer in scorers:
        moves = [c for c in every if c.scorer == scorer and c.audience == audience]
        line = sparkline([c.after.points for c in moves])
        click.echo(f"{profile_id} {scorer}: {line} {words.grade(moves[-1].after)}")
    for record in records:
        changes = [c for c in record.changes_of(profile_id) if c.audience == audience]
        corrected = record.corrections_of(profile_id)
        if not changes and not corrected:
            continue
        why = f": {record.why}" if record.why else ""
        click.echo(f"\n{record.at} as of {record.as_of}, {record.who}{why}")
        for change in changes:
            click.echo(f"  {words.change_line(change)} — {record.action(change)}")
        for correction in corrected:
            for line in words.correction_lines(correction):
                click.echo(f"  {line}")


@click.command("log", cls=Command)
@click.option(
    "--limit", type=click.IntRange(min=1), help="Only the last so many applies. Default: all."
)
@json_option
@click.pass_obj
def log_command(session: Session, limit: int | None, output: str) -> None:
    """List grade changes, overrides and corrections.

    Each is printed with its causes.
    """
    from assay.output import plan_text as words

    every = recorded(session)
    require_audience(session, every)
    records = every[-limit if limit else 0 :]
    if output == "json":
        from assay.output.plan_json import log_json

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
