"""What the review commands share: the desk with its ledger, the signature, the writing."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assay.cli.explain import explanation_lines
from assay.cli.output import print_json
from assay.cli.session import Session, format_option

if TYPE_CHECKING:
    from assay.review.actions import Signature
    from assay.review.decisions import Decision, Draft
    from assay.review.queue import Group, Limits, Review

_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T")

MEMBERS_SHOWN = 10


def reviewer_option(function: _F) -> _F:
    """``--reviewer``, else the user git is set up for."""
    return click.option("--reviewer", metavar="NAME", help="Reviewer. Default: git's user.name.")(
        function
    )


def limits_options(function: Callable[..., _T]) -> Callable[..., _T]:
    """``--near`` and ``--coverage``, given to the command as ``limits``."""

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


def decision_options(function: _F) -> _F:
    """The options of every command that writes a decision."""
    return reviewer_option(format_option("json")(function))


def open_review(session: Session, limits: Limits | None = None) -> Review:
    """Open the review of the workspace."""
    from assay.pipeline import open_review as opened

    checked = session.check()
    return opened(checked, session.desk(checked), limits)


def sign(session: Session, reviewer: str | None) -> Signature:
    """The one named, else git's user. Raises ``UsageError`` where there is neither."""
    from assay.errors import UsageError
    from assay.model.base import reviewer_named
    from assay.plan.revision import git_user
    from assay.review.actions import Signature
    from assay.review.identity import same_person

    today = session.clock().date()
    user = git_user(session.workspace().root)
    if reviewer is None:
        if user is None:
            raise UsageError("who decides? Write --reviewer NAME, or set git's user.name")
        return Signature(reviewer_named(user.name), today, user.email)
    name = reviewer_named(reviewer)
    mine = user is not None and same_person(user.name, name)
    return Signature(name, today, user.email if user and mine else None)


def write(review: Review, draft: Draft) -> Decision:
    """Put a decision into the ledger, after those the reviewer has seen."""
    from assay.review.journal import append

    return append(review.desk.workspace.ledger_path, draft, review.ledger)


def show_decision(decision: Decision, output: str) -> None:
    """Print a decision that was written."""
    from assay.review.actions import describe

    if output == "json":
        from assay.output.review_json import decision_json

        print_json(decision_json(decision))
        return
    click.echo(describe(decision))
    if decision.note:
        click.echo(f"note: {decision.note}", err=True)


def group_lines(group: Group, *, every: bool) -> Iterator[str]:
    """A group of the queue: what is the matter, and its members."""
    from assay.review.decisions import MATTERS

    count = f" ({len(group.items)})" if len(group.items) > 1 else ""
    yield click.style(f"{MATTERS[group.matter]}{count}", bold=True) + f"  {group.name}"
    shown = group.items if every else group.items[:MEMBERS_SHOWN]
    width = max(len(i.subject) for i in shown)
    for item in shown:
        assigned = f"  → {item.assigned}" if item.assigned else ""
        yield f"  {item.subject:<{width}}  {item.detail}{assigned}"
    if len(shown) < len(group.items):
        left = len(group.items) - len(shown)
        yield f"  … and {left} more: assay review list --group {group.name}"
    if len(group.items) > 1:
        yield f"  as one: assay review accept --group {group.name}"


def profile_lines(review: Review, profile_id: str, *, every: bool = False) -> Iterator[str]:
    """All a reviewer needs of one profile: what is open, grades, decisions, reasoning."""
    from assay.review.actions import describe

    profile = review.desk.written.profiles[profile_id]
    yield click.style(profile.name, bold=True) + f"  {profile_id}"
    for item in review.queue.of(profile_id):
        about = f"#{item.claim} " if item.claim else ""
        yield f"  open: {item.matter}: {about}{item.detail}"
    if profile_id in review.desk.results:
        yield from _grade_lines(review, profile_id)
    made = review.decisions_on(profile_id)
    if made:
        yield ""
        yield "Decisions"
        for decision in made:
            revoked = "  (taken back)" if decision.id in review.ledger.revoked else ""
            yield f"  {describe(decision)}{revoked}"
    if profile_id in review.desk.results:
        yield ""
        explanation = review.desk.explain([profile_id])[profile_id]
        yield from explanation_lines(explanation, every=every)


def _grade_lines(review: Review, profile_id: str) -> Iterable[str]:
    from assay.review.matters import grade

    for name, score in review.desk.results[profile_id].scores.items():
        line = f"  {name}: computed {grade(score)}"
        for ruling in review.effective.rulings.get((profile_id, name), ()):
            decision = ruling.decision
            band = ruling.band.grade if ruling.band else decision.band
            state = "overridden" if ruling.counts else f"override ({ruling.status})"
            line += (
                f"; {state} to {band} by {decision.reviewer} on {decision.date.isoformat()} "
                f"because {decision.reason}"
            )
            line += f", agreed by {ruling.seconded_by}" if ruling.seconded_by else ""
            line += f" [{ruling.why}]" if ruling.why else ""
        yield line
