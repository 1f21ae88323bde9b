"""``assay history`` and ``assay log``: the grades recorded by every apply."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from assay.cli.options import Command, json_option, profile_argument
from assay.cli.output import echo, print_json, print_lines
from assay.cli.session import Session
from assay.errors import UsageError
from assay.text import plural

if TYPE_CHECKING:
    from assay.model.identity import Identity
    from assay.plan.history import Applied
    from assay.plan.plan import Correction


_SHOWN = 100
"""Number of changed grades of one apply that the log prints."""


@click.command("history", cls=Command)
@profile_argument
@json_option
@click.pass_obj
def history_command(session: Session, profile_id: str, output: str) -> None:
    """Show the grades of a profile over time.

    Each change is printed with its causes.
    """
    from assay.diagnostics.suggest import did_you_mean

    identity = _identity(session)
    records = _recorded(session, identity)
    given, profile_id = profile_id, identity.now("profile", profile_id)
    if given != profile_id:
        echo(f"{given} is now {profile_id}", err=True)
    if profile_id in identity.merged:
        echo(f"{profile_id} was merged into {identity.merged[profile_id]}", err=True)
    if not any(r.changes_of(profile_id) or r.corrections_of(profile_id) for r in records):
        known = {c.id for r in records for c in r.changes}
        hint = did_you_mean(profile_id, known) or "'assay apply' records its grades"
        raise UsageError(f"no history for profile {profile_id!r}; {hint}")
    if output == "json":
        from assay.output.plan_json import history_json

        print_json(history_json(profile_id, records))
        return
    _print(session, profile_id, records)


def _identity(session: Session) -> Identity:
    from assay.model.identity import Identity

    loaded = session.load()
    return Identity(loaded.corpus, loaded.rulebook)


def _recorded(session: Session, identity: Identity) -> tuple[Applied, ...]:
    """Read every apply, with current ids; with an audience, only what it may see of them.

    Raises ``UsageError`` for an audience without any.
    """
    from assay.diagnostics.suggest import unknown
    from assay.plan.apply import bases_of
    from assay.plan.history import for_audience, read_history
    from assay.plan.renames import current_records

    workspace = session.workspace()
    _, digests = bases_of(workspace.lock_path)
    records = current_records(read_history(workspace.history_path, digests), identity)
    known = dict.fromkeys(c.audience for r in records for c in r.changes)
    if records and session.audience is not None and session.audience not in known:
        raise UsageError(unknown("audience", session.audience, known))
    return records if session.audience is None else tuple(for_audience(records, session.audience))


def _print(session: Session, profile_id: str, records: tuple[Applied, ...]) -> None:
    from assay.output import plan_text
    from assay.plan.history import sparkline

    every = [c for r in records for c in r.changes if c.id == profile_id]
    audience = session.audience or (every[0].audience if every else None)
    shown = [c for c in every if c.audience == audience]
    for scorer in dict.fromkeys(c.scorer for c in shown):
        changes = [c for c in shown if c.scorer == scorer]
        line = sparkline([c.after.points for c in changes])
        echo(f"{profile_id} {scorer}: {line} {plan_text.grade(changes[-1].after)}")
    for record in records:
        changes = [c for c in record.changes_of(profile_id) if c.audience == audience and c.rated]
        corrections = record.corrections_of(profile_id)
        if changes or corrections:
            echo(f"\n{_headline(record)}")
        for change in changes:
            echo(f"  {plan_text.change_line(change)} — {record.action(change)}")
        _print_corrections(corrections)


def _headline(record: Applied) -> str:
    why = f": {record.why}" if record.why else ""
    return f"{record.at} as of {record.as_of}, {record.who}{why}"


def _print_corrections(corrections: Iterable[Correction]) -> None:
    from assay.output.plan_text import correction_lines

    print_lines(f"  {line}" for c in corrections for line in correction_lines(c))


@click.command("log", cls=Command)
@click.option(
    "--limit", type=click.IntRange(min=1), help="Number of applies, the last ones. Default: all."
)
@json_option
@click.pass_obj
def log_command(session: Session, limit: int | None, output: str) -> None:
    """List grade changes, overrides and corrections.

    Each is printed with its causes. With --audience, lists only what this audience may see; by
    default all.
    """
    from assay.output import plan_text

    records = _recorded(session, _identity(session))[-limit if limit else 0 :]
    if output == "json":
        from assay.output.plan_json import log_json

        print_json(log_json(records))
        return
    if not records:
        echo("no apply is recorded yet", err=True)
    for record in records:
        echo(_headline(record))
        if not record.bases:
            profiles = record.counts.get("profiles", len({c.id for c in record.changes}))
            echo(f"  first lock: {plural(profiles, 'profile')} graded")
            continue
        rated = (c for c in record.changes if c.direction != "same" and c.rated)
        found = plan_text.moves(rated)
        for move in found[:_SHOWN]:
            why = f"{record.action(move.change)} ({plan_text.some(move.change.leading.refs, 3)})"
            echo(f"  {plan_text.move_line(move, caused=False)}: {why}")
        if len(found) > _SHOWN:
            echo(f"  … and {len(found) - _SHOWN} more; list all with --format json")
        print_lines(f"  {plan_text.rename_line(r)}" for r in record.renamed)
        _print_corrections(record.corrections)
