"""``assay review``: what needs a human, and the decisions about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli import review_decide, review_sheets, review_walk
from assay.cli.output import format_option, print_json
from assay.cli.reviewing import group_lines, limits_options, open_review, profile_lines
from assay.cli.session import Session

if TYPE_CHECKING:
    from assay.review.queue import Limits, Queue, Review


@click.group("review", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """See what needs a human, decide it, and see what was decided.

    Decisions are added to reviews.jsonl; none is ever removed. Without a command: list.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_command)


@command.command("list", short_help="List what needs a human, the most important first.")
@click.option("--matter", metavar="NAME", help="Only this matter: flipped, stale, new …")
@click.option("--group", "group_name", metavar="NAME", help="Only this group, with all members.")
@click.option("--assigned-to", metavar="NAME", help="Only what is assigned to somebody.")
@click.option("--all", "every", is_flag=True, help="Show every member of every group.")
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
    """List what needs a human, the most important first, with the reason it is there."""
    review = open_review(session, limits)
    queue = _filtered(review, matter, group_name, assigned_to)
    if output == "json":
        from assay.export.review import queue_json

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
    from assay.documents.suggest import did_you_mean
    from assay.errors import UsageError
    from assay.review.decisions import MATTERS
    from assay.review.identity import same_person
    from assay.review.queue import Queue, grouped

    queue = review.queue
    if matter is not None and matter not in MATTERS:
        raise UsageError(f"there is no matter {matter!r}; {did_you_mean(matter, MATTERS)}")
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
    noun = "profile needs" if count == 1 else "profiles need"
    click.echo(f"{count} {noun} a human, {queue.settled} reasons are settled")
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


@command.command("show", short_help="Show all about one profile.")
@click.argument("profile_id", metavar="ID")
@click.option("--all", "every", is_flag=True, help="Show the rules that changed nothing, too.")
@format_option("json")
@click.pass_obj
def show(session: Session, profile_id: str, every: bool, output: str) -> None:
    """Show all about one profile: what is open, its grades, its decisions, its reasoning."""
    from assay.review.actions import require_known

    review = open_review(session)
    require_known(review, profile_id)
    if output == "json":
        from assay.export.review import profile_json

        print_json(profile_json(review, profile_id))
        return
    for line in profile_lines(review, profile_id, every=every):
        click.echo(line)


for _part in (
    review_decide.accept,
    review_decide.override,
    review_decide.second,
    review_decide.flag,
    review_decide.comment,
    review_decide.assign,
    review_decide.undo,
    review_decide.outcome,
    review_walk.walk,
    review_sheets.pack,
    review_sheets.import_,
):
    command.add_command(_part)
