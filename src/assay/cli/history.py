"""``assay history``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.output import format_option, print_json
from assay.cli.session import Session
from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.change.history import Applied


@click.command("history")
@click.argument("profile_id", metavar="ID")
@format_option("json")
@click.pass_obj
def command(session: Session, profile_id: str, output: str) -> None:
    """Show the grades of a profile through time, with what moved them."""
    from assay.documents.suggest import did_you_mean
    from assay.export.change import history_json

    records = recorded(session)
    require_audience(session, records)
    mine = history_json(profile_id, records)
    if not mine["applies"]:
        known = {c.id for r in records for c in r.changes}
        hint = did_you_mean(profile_id, known) or "'assay apply' records what it changes"
        raise UsageError(f"nothing was ever applied to a profile {profile_id!r}; {hint}")
    if output == "json":
        print_json(mine)
        return
    _print(session, profile_id, records)


def recorded(session: Session) -> tuple[Applied, ...]:
    """Every apply that was carried out."""
    from assay.change.apply import bases_of
    from assay.change.history import read_history

    workspace = session.workspace()
    _, digests = bases_of(workspace.lock_path)
    return read_history(workspace.history_path, digests)


def require_audience(session: Session, records: tuple[Applied, ...]) -> None:
    """Raise ``UsageError`` for an audience for which nothing was ever applied."""
    from assay.documents.suggest import did_you_mean

    known = dict.fromkeys(c.audience for r in records for c in r.changes)
    if records and session.audience is not None and session.audience not in known:
        hint = did_you_mean(session.audience, known)
        raise UsageError(f"nothing was ever applied for an audience {session.audience!r}; {hint}")


def _print(session: Session, profile_id: str, records: tuple[Applied, ...]) -> None:
    from assay.change.history import sparkline
    from assay.export import plan_words as words

    every = [c for r in records for c in r.changes if c.id == profile_id]
    audiences = list(dict.fromkeys(c.audience for c in every))
    audience = session.audience or audiences[0] if audiences else session.audience
    scorers = dict.fromkeys(c.scorer for c in every if c.audience == audience)
    for scorer in scorers:
        moves = [c for c in every if c.scorer == scorer and c.audience == audience]
        line = sparkline([c.after.points for c in moves])
        click.echo(f"{profile_id} {scorer}: {line} {words.grade(moves[-1].after)}")
    for record in records:
        changes = [c for c in record.changes if c.id == profile_id and c.audience == audience]
        corrected = [c for c in record.corrections if c.ref.partition("#")[0] == profile_id]
        if not changes and not corrected:
            continue
        why = f": {record.why}" if record.why else ""
        click.echo(f"\n{record.at} as of {record.as_of}, {record.who}{why}")
        for change in changes:
            click.echo(f"  {words.change_line(change)} — {record.action(change)}")
        for correction in corrected:
            for line in words.correction_lines(correction):
                click.echo(f"  {line}")
