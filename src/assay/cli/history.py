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

    records = recorded(session)
    if not any(r.changes_of(profile_id) or r.corrections_of(profile_id) for r in records):
        known = {c.id for r in records for c in r.changes}
        hint = did_you_mean(profile_id, known) or "'assay apply' records what it changes"
        raise UsageError(f"nothing was ever applied to a profile {profile_id!r}; {hint}")
    if output == "json":
        from assay.export.change import history_json

        print_json(history_json(profile_id, records))
        return
    _print(session, profile_id, records)


def recorded(session: Session) -> tuple[Applied, ...]:
    """Every apply that was carried out."""
    from assay.change.apply import bases_of
    from assay.change.history import read_history

    workspace = session.workspace()
    _, digests = bases_of(workspace.lock_path)
    return read_history(workspace.history_path, digests)


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
