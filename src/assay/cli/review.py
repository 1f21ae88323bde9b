"""``assay review``: the queue, decisions about it, and sheets for reviewers without git."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assay.cli import completion
from assay.cli.options import (
    Choice,
    Group,
    IsoDate,
    every_step_option,
    json_option,
    profile_argument,
    profiles_argument,
    reviewer_option,
)
from assay.cli.output import print_json, print_lines
from assay.cli.session import Session
from assay.output.explanation_text import explanation_lines
from assay.text import plural
from assay.workspace.paths import resolved

if TYPE_CHECKING:
    from assay.review.actions import Signature
    from assay.review.decisions import Decision, Draft
    from assay.review.queue import Group as ItemGroup
    from assay.review.queue import Limits, Queue, Review

_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T")

_MEMBERS_SHOWN = 10


def _limits_options(function: Callable[..., _T]) -> Callable[..., _T]:
    """Add ``--near`` and ``--coverage``, passed to the command as ``limits``."""

    @click.option(
        "--near",
        type=click.IntRange(0, 1000),
        default=20,
        help="Queue scores this close to a band edge, in thousandths. Default: 20.",
    )
    @click.option(
        "--coverage",
        type=click.IntRange(0, 100),
        default=60,
        help="Queue headline scores with less coverage than this, in per cent. Default: 60.",
    )
    @functools.wraps(function)
    def with_limits(*args: Any, near: int = 20, coverage: int = 60, **options: Any) -> _T:
        from assay.review.queue import Limits

        return function(*args, limits=Limits(near, coverage * 10), **options)

    return with_limits


def _decision_options(function: _F) -> _F:
    """Add the options of every command that records a decision."""
    return reviewer_option(json_option(function))


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
@_limits_options
@json_option
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
    review = session.review(limits)
    queue = _filtered(review, matter, group_name, assigned_to)
    if not queue.items and review.queue.items:
        count = len(review.queue.items)
        click.echo(f"none of the {count} open review items matches the filters", err=True)
    if output == "json":
        from assay.output.review_json import queue_json

        print_json(queue_json(review, queue))
        return
    for group in queue.groups:
        print_lines(_group_lines(group, every=every or group_name is not None))
        click.echo("")
    profiles, closed = plural(len(queue.profiles), "profile"), plural(queue.settled, "item")
    click.echo(f"{profiles} to review, {closed} closed")
    if review.lock is None:
        click.echo("nothing is new or flipped before the first 'assay apply'", err=True)
    print_lines(_override_lines(review))


def _filtered(
    review: Review, matter: str | None, group: str | None, assigned_to: str | None
) -> Queue:
    from assay.diagnostics.suggest import unknown
    from assay.errors import UsageError
    from assay.review.decisions import MATTERS
    from assay.review.identity import same_person
    from assay.review.queue import Queue, grouped

    queue = review.queue
    if matter is not None and matter not in MATTERS:
        raise UsageError(unknown("review reason", matter, MATTERS))
    if group is not None and queue.group(group) is None:
        raise UsageError(unknown("group", group, [g.name for g in queue.groups]))
    left = [
        i
        for i in queue.items
        if (matter is None or i.matter == matter)
        and (group is None or i.group == group)
        and (assigned_to is None or (i.assigned and same_person(i.assigned, assigned_to)))
    ]
    return Queue(grouped(left), queue.settled)


def _group_lines(group: ItemGroup, *, every: bool) -> Iterator[str]:
    from assay.review.decisions import MATTERS

    count = f" ({len(group.items)})" if len(group.items) > 1 else ""
    yield click.style(f"{MATTERS[group.matter]}{count}", bold=True) + f"  {group.name}"
    shown = group.items if every else group.items[:_MEMBERS_SHOWN]
    width = max(len(i.subject) for i in shown)
    for item in shown:
        assigned = f"  → {item.assigned}" if item.assigned else ""
        yield f"  {item.subject:<{width}}  {item.detail}{assigned}"
    if left := len(group.items) - len(shown):
        yield f"  … and {left} more: assay review list --group {group.name}"
    if len(group.items) > 1:
        yield f"  accept all: assay review accept --group {group.name}"


def _override_lines(review: Review) -> Iterator[str]:
    from assay.review.effective import override_rates

    for rate in override_rates(review.assessment, review.effective):
        if rate.overridden:
            codes = ", ".join(f"{code} {n}" for code, n in rate.codes.items())
            share = f" ({rate.overridden / rate.rated:.1%})" if rate.rated else ""
            yield (
                f"overrides of {rate.scorer}: {rate.overridden} of {rate.rated} rated{share}: "
                f"{codes}"
            )


@review_command.command("show")
@profile_argument
@every_step_option
@json_option
@click.pass_obj
def show(session: Session, profile_id: str, every: bool, output: str) -> None:
    """Show the open items, grades, decisions and explanation of a profile."""
    from assay.review.actions import require_known

    review = session.review()
    require_known(review, profile_id)
    if output == "json":
        from assay.output.review_json import profile_json

        print_json(profile_json(review, profile_id))
        return
    print_lines(_profile_lines(review, profile_id, every=every))


def _profile_lines(review: Review, profile_id: str, *, every: bool) -> Iterator[str]:
    """Yield open items, grades, decisions and explanation; ``every`` includes unused rules."""
    from assay.review.actions import describe

    assessment = review.assessment
    yield click.style(assessment.written.profiles[profile_id].name, bold=True) + f"  {profile_id}"
    for item in review.queue.of(profile_id):
        claim = f"#{item.claim} " if item.claim else ""
        yield f"  open: {item.matter}: {claim}{item.detail}"
    if profile_id in assessment.results:
        yield from _grade_lines(review, profile_id)
    if decisions := review.decisions_on(profile_id):
        yield ""
        yield "Decisions"
    for decision in decisions:
        reversed_ = "  (reversed)" if decision.id in review.ledger.revoked else ""
        yield f"  {describe(decision)}{reversed_}"
    if profile_id in assessment.results:
        yield ""
        yield from explanation_lines(assessment.explain([profile_id])[profile_id], every=every)


def _grade_lines(review: Review, profile_id: str) -> Iterator[str]:
    from assay.review.matters import grade

    for name, score in review.assessment.results[profile_id].scores.items():
        line = f"  {name}: computed {grade(score)}"
        for ruling in review.effective.rulings.get((profile_id, name), ()):
            decision = ruling.decision
            band = ruling.band.grade if ruling.band else decision.band
            state = "overridden" if ruling.counts else f"override ({ruling.status})"
            line += f"; {state} to {band} by {decision.reviewer} on {decision.date.isoformat()}"
            line += f", approved by {ruling.seconded_by}" if ruling.seconded_by else ""
            line += f" [{ruling.why}]" if ruling.why else ""
            line += f". Reason: {decision.reason}"
        yield line


@review_command.command("walk")
@profiles_argument
@every_step_option
@_limits_options
@reviewer_option
@click.pass_obj
def walk(
    session: Session, /, ids: tuple[str, ...], every: bool, limits: Limits, reviewer: str | None
) -> None:
    """Review the queue profile by profile.

    With IDs, reviews only these profiles. Every decision is saved before the next question. Undo
    reverses the last decision of this walk.
    """
    from assay.cli.review_walk import Walk
    from assay.review.actions import require_known

    review = session.review(limits)
    for profile_id in ids:
        require_known(review, profile_id)
    stops = ids or review.queue.profiles
    if not stops:
        click.echo("no open review items")
        return
    show = functools.partial(_profile_lines, every=every)
    Walk(review, session.sign(reviewer), stops, show).run()


@review_command.command("accept")
@profiles_argument
@click.option("--group", metavar="NAME", help="Accept all items of this group in one decision.")
@click.option(
    "--except",
    "exceptions",
    multiple=True,
    metavar="ID",
    shell_complete=completion.profiles,
    help="Leave out this profile. Repeatable.",
)
@click.option("--reason", metavar="TEXT", help="Reason.")
@_limits_options
@_decision_options
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

    decision = _record(
        session, reviewer, output, lambda r, by: actions.accept(r, by, ids, **options), limits
    )
    if output == "text":
        click.echo(f"{plural(len(decision.subjects), 'item')} closed", err=True)


def _record(
    session: Session,
    reviewer: str | None,
    output: str,
    make: Callable[[Review, Signature], Draft],
    limits: Limits | None = None,
) -> Decision:
    """Make a decision, add it to the ledger and print it."""
    from assay.review.actions import describe
    from assay.review.journal import append

    review = session.review(limits)
    draft = make(review, session.sign(reviewer))
    decision = append(review.assessment.workspace.ledger_path, draft, review.ledger)
    if output == "json":
        from assay.output.review_json import decision_json

        print_json(decision_json(decision))
        return decision
    click.echo(describe(decision))
    if decision.note:
        click.echo(f"note: {decision.note}", err=True)
    return decision


@review_command.command("override")
@profile_argument
@click.option(
    "--scorer",
    required=True,
    metavar="NAME",
    shell_complete=completion.scorers,
    help="Scorer, by its name in the rulebook.",
)
@click.option(
    "--grade",
    required=True,
    metavar="BAND",
    shell_complete=completion.grades,
    help="Grade, or id of its band.",
)
@click.option("--reason", required=True, metavar="TEXT", help="Reason, shown on the page.")
@click.option("--code", metavar="CODE", help="Kind of reason, for statistics.")
@click.option(
    "--until", type=IsoDate(), metavar="DATE", help="Last day of the override. Default: no end."
)
@_decision_options
@click.pass_obj
def override(
    session: Session, /, profile_id: str, reviewer: str | None, output: str, **options: Any
) -> None:
    """Override a computed grade.

    The override counts until the evidence behind it changes. More than one band away, it is
    pending until a second reviewer approves it.
    """
    from assay.review import actions
    from assay.review.effective import band_named, needs_second

    needed = False

    def make(review: Review, by: Signature) -> Draft:
        nonlocal needed
        draft = actions.override(review, by, profile_id, **options)
        rulebook, scorer = review.assessment.rulebook, options["scorer"]
        band = band_named(rulebook, scorer, draft.band or "")
        score = review.assessment.results[profile_id].scores[scorer]
        needed = band is not None and needs_second(rulebook, scorer, score, band)
        return draft

    decision = _record(session, reviewer, output, make)
    if needed:
        click.echo(
            "pending, because it is more than one band away; a second reviewer approves it with "
            f"'assay review second {decision.short}'",
            err=True,
        )


@review_command.command("second")
@click.argument("decision", metavar="DECISION-ID")
@_decision_options
@click.pass_obj
def second(session: Session, /, decision: str, reviewer: str | None, output: str) -> None:
    """Approve another reviewer's override."""
    from assay.review import actions

    _record(session, reviewer, output, lambda r, by: actions.second(r, by, decision))


@review_command.command("flag")
@click.argument("name", metavar="ID", shell_complete=completion.claims)
@click.argument("reason")
@_decision_options
@click.pass_obj
def flag(session: Session, /, name: str, reason: str, reviewer: str | None, output: str) -> None:
    """Queue a profile or a claim (PROFILE#CLAIM) for review, with a REASON."""
    from assay.review import actions

    _record(session, reviewer, output, lambda r, by: actions.flag(r, by, name, reason))


@review_command.command("comment")
@click.argument("name", metavar="ID", shell_complete=completion.claims)
@click.argument("text")
@_decision_options
@click.pass_obj
def comment(session: Session, /, name: str, text: str, reviewer: str | None, output: str) -> None:
    """Comment on a profile or a claim (PROFILE#CLAIM)."""
    from assay.review import actions

    _record(session, reviewer, output, lambda r, by: actions.comment(r, by, name, text))


@review_command.command("assign")
@click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=completion.profiles)
@click.option("--to", required=True, metavar="NAME", help="Reviewer.")
@click.option("--reason", metavar="TEXT", help="Reason.")
@_decision_options
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

    _record(session, reviewer, output, lambda r, by: actions.assign(r, by, ids, to, reason))


@review_command.command("undo")
@click.argument("decision", metavar="DECISION-ID")
@click.option("--reason", metavar="TEXT", help="Reason.")
@_decision_options
@click.pass_obj
def undo(
    session: Session, /, decision: str, reason: str | None, reviewer: str | None, output: str
) -> None:
    """Reverse a decision.

    The ledger keeps both entries.
    """
    from assay.review import actions

    _record(session, reviewer, output, lambda r, by: actions.undo(r, by, decision, reason))


@review_command.command("outcome")
@click.argument("claim", metavar="PROFILE#CLAIM", shell_complete=completion.claims)
@click.argument("verdict", type=Choice(["held", "failed", "undecidable"]))
@click.option("--date", "when", type=IsoDate(), required=True, help="Date of the outcome.")
@click.option(
    "--source", required=True, metavar="TEXT", help="Source of the outcome: an id or a URL."
)
@_decision_options
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

    def make(review: Review, by: Signature) -> Draft:
        return actions.outcome(review, by, claim, VERDICTS[verdict], when, source)

    _record(session, reviewer, output, make)


@review_command.command("pack")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Folder for the pack.",
)
@click.option("--xlsx", is_flag=True, help="Also write the sheet as an Excel workbook.")
@_limits_options
@json_option
@click.pass_obj
def pack(session: Session, /, out: Path, xlsx: bool, limits: Limits, output: str) -> None:
    """Export the queue as a page and a sheet, for review offline.

    review.html explains every open profile; decisions.csv has one row for each review item, with
    columns for the decision. `assay review import` imports the sheet. The folder holds only the
    pack and is replaced as a whole, unless a sheet in it has been filled in.
    """
    from assay.briefing.pack import write_pack

    review = session.review(limits)
    files, rows = write_pack(review, resolved(out), xlsx=xlsx)
    if output == "json":
        from assay.output.review_json import ReviewPack

        print_json(ReviewPack(files=map(str, files), rows=rows).as_json())
        return
    print_lines(map(str, files))
    click.echo(f"{plural(len(review.queue.profiles), 'profile')}, {plural(rows, 'row')}", err=True)


@review_command.command("import")
@click.argument("sheet", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@_limits_options
@reviewer_option
@json_option
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
    review = session.review(limits)
    ledger = review.assessment.workspace.ledger_path
    by = session.sign(reviewer)
    reports = import_rows(review, rows, by, lambda draft: append(ledger, draft))
    refused = sum(r.status == "refused" for r in reports)
    if output == "json":
        from assay.output.review_json import ReviewImport

        print_json(ReviewImport(rows=reports).as_json())
    else:
        for report in reports:
            click.echo(f"row {report.row}: {report.status}: {report.subject}: {report.message}")
        written = sum(r.status == "written" for r in reports)
        empty = len(reports) - written - refused
        click.echo(f"{written} written, {refused} refused, {empty} without a decision", err=True)
    if refused:
        context.exit(1)
