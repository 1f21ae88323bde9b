"""The commands of ``assay review`` that write one decision each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from assay.cli import completion
from assay.cli.reviewing import (
    decision_options,
    limits_options,
    open_review,
    show_decision,
    sign,
    write,
)
from assay.cli.session import Choice, Command, IsoDate, Session

if TYPE_CHECKING:
    from assay.review.queue import Limits


@click.command("accept", cls=Command)
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=completion.profiles)
@click.option("--group", metavar="NAME", help="Everything in a group of the queue, as one.")
@click.option(
    "--except",
    "exceptions",
    multiple=True,
    metavar="ID",
    shell_complete=completion.profiles,
    help="Leave this one out; repeatable.",
)
@click.option("--reason", metavar="TEXT", help="Why, for those who read it later.")
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
    """Agree with what is computed: settle all that is open about profiles, or about a group.

    It stays settled until what it rests on moves.
    """
    from assay.review import actions

    review = open_review(session, limits)
    by = sign(session, reviewer)
    decision = write(review, actions.accept(review, by, ids, **options))
    show_decision(decision, output)
    if output == "text":
        click.echo(f"{len(decision.subjects)} settled in one decision", err=True)


@click.command(
    "override", cls=Command, short_help="Put another grade in the place of the computed one."
)
@click.argument("profile_id", metavar="ID", shell_complete=completion.profiles)
@click.option(
    "--scorer",
    required=True,
    metavar="NAME",
    shell_complete=completion.scorers,
    help="Which score, by its name in the rulebook.",
)
@click.option(
    "--grade",
    required=True,
    metavar="BAND",
    shell_complete=completion.grades,
    help="The band's id, or its grade.",
)
@click.option("--reason", required=True, metavar="TEXT", help="Shown on the page.")
@click.option("--code", metavar="CODE", help="The kind of reason, to be counted.")
@click.option("--until", type=IsoDate(), metavar="DATE", help="The last day it counts.")
@decision_options
@click.pass_obj
def override(session: Session, /, profile_id: str, reviewer: str | None, **options: Any) -> None:
    """Put another grade in the place of the computed one, until what it rests on moves.

    More than one band away it counts once a second reviewer has agreed.
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


@click.command("second", cls=Command)
@click.argument("decision", metavar="DECISION-ID")
@decision_options
@click.pass_obj
def second(session: Session, /, decision: str, reviewer: str | None, output: str) -> None:
    """Agree, as a second reviewer, with an override more than one band away."""
    from assay.review import actions

    review = open_review(session)
    draft = actions.second(review, sign(session, reviewer), decision)
    show_decision(write(review, draft), output)


@click.command("flag", cls=Command)
@click.argument("name", metavar="ID", shell_complete=completion.claims)
@click.argument("reason")
@decision_options
@click.pass_obj
def flag(session: Session, /, name: str, reason: str, reviewer: str | None, output: str) -> None:
    """Send a profile, or a claim (PROFILE#CLAIM), to the queue with a REASON."""
    from assay.review import actions

    review = open_review(session)
    draft = actions.flag(review, sign(session, reviewer), name, reason)
    show_decision(write(review, draft), output)


@click.command("comment", cls=Command)
@click.argument("name", metavar="ID", shell_complete=completion.claims)
@click.argument("text")
@decision_options
@click.pass_obj
def comment(session: Session, /, name: str, text: str, reviewer: str | None, output: str) -> None:
    """Leave a remark about a profile or a claim (PROFILE#CLAIM)."""
    from assay.review import actions

    review = open_review(session)
    draft = actions.comment(review, sign(session, reviewer), name, text)
    show_decision(write(review, draft), output)


@click.command("assign", cls=Command)
@click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=completion.profiles)
@click.option("--to", required=True, metavar="NAME", help="Who is to look.")
@click.option("--reason", metavar="TEXT")
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
    """Give profiles to somebody to look at."""
    from assay.review import actions

    review = open_review(session)
    draft = actions.assign(review, sign(session, reviewer), ids, to, reason)
    show_decision(write(review, draft), output)


@click.command("undo", cls=Command)
@click.argument("decision", metavar="DECISION-ID")
@click.option("--reason", metavar="TEXT")
@decision_options
@click.pass_obj
def undo(
    session: Session, /, decision: str, reason: str | None, reviewer: str | None, output: str
) -> None:
    """Take a decision back; it stays in the ledger, and so does this."""
    from assay.review import actions

    review = open_review(session)
    draft = actions.undo(review, sign(session, reviewer), decision, reason)
    show_decision(write(review, draft), output)


@click.command("outcome", cls=Command)
@click.argument("claim", metavar="PROFILE#CLAIM", shell_complete=completion.claims)
@click.argument("verdict", type=Choice(["held", "failed", "undecidable"]))
@click.option("--date", "when", type=IsoDate(), required=True, help="When it was decided.")
@click.option("--source", required=True, metavar="TEXT", help="By what: a source id, an address.")
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
    """Record how a claim turned out, with the grade it has at the as-of date.

    Where the evidence has moved on since, 'assay --as-of DATE review outcome …' records the
    grade that it had then.
    """
    from assay.review import actions
    from assay.review.decisions import VERDICTS

    review = open_review(session)
    by = sign(session, reviewer)
    draft = actions.outcome(review, by, claim, VERDICTS[verdict], when, source)
    show_decision(write(review, draft), output)
