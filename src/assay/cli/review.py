"""``assay review``: the queue, decisions about it, and sheets for reviewers without git."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli import names
from assay.cli.output import print_json
from assay.cli.review_walk import walk
from assay.cli.reviewing import (
    decision_options,
    group_lines,
    limits_options,
    open_review,
    profile_lines,
    reviewer_option,
    show_decision,
    sign,
    write,
)
from assay.cli.session import Choice, Group, IsoDate, Session, format_option
from assay.text import plural

if TYPE_CHECKING:
    from assay.review.queue import Limits, Queue, Review


@click.group("review", cls=Group, invoke_without_command=True)
@click.pass_context
def review_command(context: click.Context) -> None:
    """Review grades and list past decisions.

    Decisions are added to reviews.jsonl and never removed. Default command: list.
    """
    if context.invoked_subcommand is None:
        with list_command.make_context("list", [], parent=context) as listing:
            list_command.invoke(listing)


@review_command.command("list")
@click.option(
    "--review-reason",
    "matter",
    metavar="NAME",
    help="Only this review reason, for example flipped, stale or new.",
)
@click.option(
    "--group", "group_name", metavar="NAME", help="Only this group, with all its members."
)
@click.option("--assigned-to", metavar="NAME", help="Only items assigned to this reviewer.")
@click.option("--all", "every", is_flag=True, help="Show all members of every group.")
@limits_options
@format_option("json")
@click.pass_obj
def list_command(
    session: Session,
    /,
    matter: str | None = None,
    group_name: str | None = None,
    assigned_to: str | None = None,
    every: bool = False,
    limits: Limits | None = None,
    output: str = "text",
) -> None:
    """List open review items, most important first."""
    review = open_review(session, limits)
    queue = _filtered(review, matter, group_name, assigned_to)
    if not queue.items and review.queue.items:
        count = len(review.queue.items)
        click.echo(f"none of the {count} open review items matches the filters", err=True)
    if output == "json":
        from assay.output.review_json import queue_json

        print_json(queue_json(review, queue))
        return
    for group in queue.groups:
        for line in group_lines(group, every=every or group_name is not None):
            click.echo(line)
        click.echo("")
    _summary(review, queue)


def _filtered(
    review: Review, matter: str | None, group: str | None, assigned_to: str | None
) -> Queue:
    from assay.diagnostics.suggest import did_you_mean
    from assay.errors import UsageError
    from assay.review.decisions import MATTERS
    from assay.review.identity import same_person
    from assay.review.queue import Queue, grouped

    queue = review.queue
    if matter is not None and matter not in MATTERS:
        raise UsageError(f"there is no review reason {matter!r}; {did_you_mean(matter, MATTERS)}")
    if group is not None and queue.group(group) is None:
        hint = did_you_mean(group, [g.name for g in queue.groups])
        raise UsageError(f"there is no group {group!r} in the queue; {hint}")
    left = [
        i
        for i in queue.items
        if (matter is None or i.matter == matter)
        and (group is None or i.group == group)
        and (assigned_to is None or (i.assigned and same_person(i.assigned, assigned_to)))
    ]
    return Queue(grouped(left), queue.settled)


def _summary(review: Review, queue: Queue) -> None:
    from assay.review.effective import override_rates

    count = len(queue.profiles)
    need = "needs" if count == 1 else "need"
    settled = plural(queue.settled, "reason is", "reasons are")
    click.echo(f"{plural(count, 'profile')} {need} a human, {settled} settled")
    if review.lock is None:
        click.echo(
            "nothing was applied yet, so nothing is new or flipped; see 'assay apply'", err=True
        )
    for rate in override_rates(review.desk, review.effective):
        if rate.overridden:
            codes = ", ".join(f"{code} {n}" for code, n in rate.codes.items())
            share = 100 * rate.overridden / rate.rated if rate.rated else 0.0
            click.echo(
                f"overrides of {rate.scorer}: {rate.overridden} of {rate.rated} rated "
                f"({share:.1f} %): {codes}"
            )


@review_command.command("show")
@click.argument("profile_id", metavar="ID", shell_complete=names.profiles)
@click.option("--all", "every", is_flag=True, help="Also show rules that changed nothing.")
@format_option("json")
@click.pass_obj
def show(session: Session, profile_id: str, every: bool, output: str) -> None:
    """Show the open items, grades, decisions and explanation of a profile."""
    from assay.review.actions import require_known

    review = open_review(session)
    require_known(review, profile_id)
    if output == "json":
        from assay.output.review_json import profile_json

        print_json(profile_json(review, profile_id))
        return
    for line in profile_lines(review, profile_id, every=every):
        click.echo(line)


review_command.add_command(walk)


@review_command.command("accept")
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=names.profiles)
@click.option("--group", metavar="NAME", help="Accept all items of this group in one decision.")
@click.option(
    "--except",
    "exceptions",
    multiple=True,
    metavar="ID",
    shell_complete=names.profiles,
    help="Leave out this profile. Repeatable.",
)
@click.option("--reason", metavar="TEXT", help="Reason.")
@limits_options
@decision_options
@click.pass_obj
def accept(
    session: Session,
    /,
    ids: tuple[str, ...],
    limits: Limits,
    reviewer: str | None,
    output: str,
    **options: Any,
) -> None:
    """Accept computed grades.

    Closes all open items of the profiles or of the group, until the evidence behind them changes.
    """
    from assay.review import actions

    review = open_review(session, limits)
    by = sign(session, reviewer)
    decision = write(review, actions.accept(review, by, ids, **options))
    show_decision(decision, output)
    if output == "text":
        click.echo(f"{len(decision.subjects)} settled in one decision", err=True)


@review_command.command("override")
@click.argument("profile_id", metavar="ID", shell_complete=names.profiles)
@click.option(
    "--scorer",
    required=True,
    metavar="NAME",
    shell_complete=names.scorers,
    help="Scorer, by its name in the rulebook.",
)
@click.option(
    "--grade",
    required=True,
    metavar="BAND",
    shell_complete=names.grades,
    help="Grade, or id of its band.",
)
@click.option("--reason", required=True, metavar="TEXT", help="Reason, shown on the page.")
@click.option("--code", metavar="CODE", help="Kind of reason, for statistics.")
@click.option(
    "--until", type=IsoDate(), metavar="DATE", help="Last day of the override. Default: no end."
)
@decision_options
@click.pass_obj
def override(session: Session, /, profile_id: str, reviewer: str | None, **options: Any) -> None:
    """Override a computed grade.

    The override counts until the evidence behind it changes. More than one band away, it is
    pending until a second reviewer approves it.
    """
    from assay.review import actions
    from assay.review.effective import band_named, needs_second

    review = open_review(session)
    output: str = options.pop("output")
    decision = write(
        review, actions.override(review, sign(session, reviewer), profile_id, **options)
    )
    show_decision(decision, output)
    scorer = options["scorer"]
    band = band_named(review.desk.rulebook, scorer, decision.band or "")
    score = review.desk.results[profile_id].scores[scorer]
    if band is not None and needs_second(review.desk.rulebook, scorer, score, band):
        click.echo(
            "more than one band away: it counts once somebody else has agreed with "
            f"'assay review second {decision.short}'",
            err=True,
        )


@review_command.command("second")
@click.argument("decision", metavar="DECISION-ID")
@decision_options
@click.pass_obj
def second(session: Session, /, decision: str, reviewer: str | None, output: str) -> None:
    """Approve another reviewer's override."""
    from assay.review import actions

    review = open_review(session)
    draft = actions.second(review, sign(session, reviewer), decision)
    show_decision(write(review, draft), output)


@review_command.command("flag")
@click.argument("name", metavar="ID", shell_complete=names.claims)
@click.argument("reason")
@decision_options
@click.pass_obj
def flag(session: Session, /, name: str, reason: str, reviewer: str | None, output: str) -> None:
    """Queue a profile or a claim (PROFILE#CLAIM) for review, with a REASON."""
    from assay.review import actions

    review = open_review(session)
    draft = actions.flag(review, sign(session, reviewer), name, reason)
    show_decision(write(review, draft), output)


@review_command.command("comment")
@click.argument("name", metavar="ID", shell_complete=names.claims)
@click.argument("text")
@decision_options
@click.pass_obj
def comment(session: Session, /, name: str, text: str, reviewer: str | None, output: str) -> None:
    """Comment on a profile or a claim (PROFILE#CLAIM)."""
    from assay.review import actions

    review = open_review(session)
    draft = actions.comment(review, sign(session, reviewer), name, text)
    show_decision(write(review, draft), output)


@review_command.command("assign")
@click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=names.profiles)
@click.option("--to", required=True, metavar="NAME", help="Reviewer.")
@click.option("--reason", metavar="TEXT", help="Reason.")
@decision_options
@click.pass_obj
def assign(
    session: Session,
    /,
    ids: tuple[str, ...],
    to: str,
    reason: str | None,
    reviewer: str | None,
    output: str,
) -> None:
    """Assign profiles to a reviewer."""
    from assay.review import actions

    review = open_review(session)
    draft = actions.assign(review, sign(session, reviewer), ids, to, reason)
    show_decision(write(review, draft), output)


@review_command.command("undo")
@click.argument("decision", metavar="DECISION-ID")
@click.option("--reason", metavar="TEXT", help="Reason.")
@decision_options
@click.pass_obj
def undo(
    session: Session, /, decision: str, reason: str | None, reviewer: str | None, output: str
) -> None:
    """Reverse a decision.

    The ledger keeps both entries.
    """
    from assay.review import actions

    review = open_review(session)
    draft = actions.undo(review, sign(session, reviewer), decision, reason)
    show_decision(write(review, draft), output)


@review_command.command("outcome")
@click.argument("claim", metavar="PROFILE#CLAIM", shell_complete=names.claims)
@click.argument("verdict", type=Choice(["held", "failed", "undecidable"]))
@click.option("--date", "when", type=IsoDate(), required=True, help="Date of the outcome.")
@click.option(
    "--source", required=True, metavar="TEXT", help="Source of the outcome: an id or a URL."
)
@decision_options
@click.pass_obj
def outcome(
    session: Session,
    /,
    claim: str,
    verdict: str,
    when: date,
    source: str,
    reviewer: str | None,
    output: str,
) -> None:
    """Record how a claim turned out.

    The grade of the claim as of --as-of is recorded with it. If the evidence has changed since,
    give the earlier date.
    """
    from assay.review import actions
    from assay.review.decisions import VERDICTS

    review = open_review(session)
    by = sign(session, reviewer)
    draft = actions.outcome(review, by, claim, VERDICTS[verdict], when, source)
    show_decision(write(review, draft), output)


@review_command.command("pack")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Folder for the pack.",
)
@click.option("--xlsx", is_flag=True, help="Also write the sheet as an Excel workbook.")
@limits_options
@format_option("json")
@click.pass_obj
def pack(session: Session, /, out: Path, xlsx: bool, limits: Limits, output: str) -> None:
    """Export the queue as a page and a sheet, for review offline.

    review.html explains every open profile; decisions.csv has one row for each review item, with
    columns for the decision. `assay review import` imports the sheet. The folder holds only the
    pack and is replaced as a whole, unless a sheet in it has been filled in.
    """
    from assay.briefing.pack import write_pack

    review = open_review(session, limits)
    files, rows = write_pack(review, out.resolve(), xlsx=xlsx)
    if output == "json":
        from assay.output.review_json import ReviewPack

        print_json(ReviewPack(files=map(str, files), rows=rows).as_json())
        return
    for file in files:
        click.echo(str(file))
    click.echo(f"{plural(len(review.queue.profiles), 'profile')}, {plural(rows, 'row')}", err=True)


@review_command.command("import")
@click.argument("sheet", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@limits_options
@reviewer_option
@format_option("json")
@click.pass_context
def import_(
    context: click.Context, /, sheet: Path, limits: Limits, reviewer: str | None, output: str
) -> None:
    """Import decisions from a sheet.

    Each row is recorded completely or refused. A row is refused if its evidence has changed since
    the export. Exits with 1 if any row is refused.
    """
    from assay.review.journal import append
    from assay.review.packing import import_rows
    from assay.review.sheets import read_sheet

    session: Session = context.obj
    rows = read_sheet(sheet)
    review = open_review(session, limits)
    ledger = review.desk.workspace.ledger_path
    by = sign(session, reviewer)
    reports = import_rows(review, rows, by, lambda draft: append(ledger, draft))
    refused = sum(r.status == "refused" for r in reports)
    if output == "json":
        from assay.output.review_json import rows_json

        print_json(rows_json(reports))
    else:
        for report in reports:
            click.echo(f"row {report.row}: {report.status}: {report.subject}: {report.message}")
        written = sum(r.status == "written" for r in reports)
        empty = len(reports) - written - refused
        click.echo(f"{written} written, {refused} refused, {empty} without a decision", err=True)
    if refused:
        context.exit(1)
