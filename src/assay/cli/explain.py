"""``assay brief``, ``explain``, ``outlook`` and ``graph``: one profile, its scores and links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from assay.cli import completion
from assay.cli.options import (
    Command,
    every_step_option,
    json_option,
    profile_argument,
    profiles_argument,
)
from assay.cli.output import echo, observed, print_json, print_lines, print_table
from assay.cli.session import Session
from assay.output.explanation_text import (
    explanation_lines,
    horizon_cells,
    horizon_lines,
    next_change,
)

if TYPE_CHECKING:
    from assay.model.results import Outlook, ReachLine
    from assay.scoring import why_not as answer
    from assay.scoring.outlook import Due


@click.command("brief", cls=Command)
@profile_argument
@observed
@click.pass_obj
def brief_command(session: Session, profile_id: str) -> None:
    """Print the briefing of a profile in 60 lines.

    It has the content of the page without its folds, as of the same date.
    """
    from assay.pipeline import assess, brief

    checked = session.check()
    assessment = assess(checked, session.publication_date(checked), session.audience)
    print_lines(brief(assessment, profile_id))


@click.command("explain", cls=Command)
@profile_argument
@every_step_option
@click.option(
    "--why-not",
    metavar="RULE",
    shell_complete=completion.rules,
    help="Explain why this rule did not apply.",
)
@click.option(
    "--against",
    metavar="BAND",
    shell_complete=completion.grades,
    help="Explain what keeps the profile below this band.",
)
@json_option
@observed
@click.pass_obj
def explain_command(
    session: Session,
    profile_id: str,
    every: bool,
    why_not: str | None,
    against: str | None,
    output: str,
) -> None:
    """Explain the scores of a profile, rule by rule.

    The first sentence names the support of the grade, its limit and its remedy.
    """
    assessment = session.assessment()
    if why_not is not None:
        _print_why_not(assessment.why_not(profile_id, why_not), output)
    elif against is not None:
        _print_against(assessment.against(profile_id, against), output)
    else:
        explanation = assessment.explain([profile_id])[profile_id]
        if output == "json":
            from assay.output.json import explanation_json

            print_json(explanation_json(explanation))
        else:
            print_lines(explanation_lines(explanation, every=every))


def _print_why_not(answers: Sequence[answer.WhyNot], output: str) -> None:
    from assay.scoring.why_not import why_not_lines

    if output == "json":
        from assay.output.rules_json import WhyNot

        print_json([WhyNot.model_validate(a).as_json() for a in answers])
        return
    print_lines(line for a in answers for line in why_not_lines(a))
    if not answers:
        echo("the rule has no subject in this profile", err=True)


def _print_against(answers: Sequence[answer.Against], output: str) -> None:
    from assay.scoring.why_not import against_lines

    if output == "json":
        from assay.output.rules_json import Against

        print_json([Against.model_validate(a).as_json() for a in answers])
        return
    print_lines(line for a in answers for line in against_lines(a))


@click.command("outlook", cls=Command)
@profiles_argument
@click.option("--calendar", "by_day", is_flag=True, help="List due dates with their reasons.")
@click.option("--ics", is_flag=True, help="Print due dates as iCalendar.")
@json_option
@observed
@click.pass_obj
def outlook_command(
    session: Session, ids: tuple[str, ...], by_day: bool, ics: bool, output: str
) -> None:
    """Show upcoming grade changes and due dates.

    Due are watch items (on the last day of their date), rechecks of standing claims, and grades
    that will change without new evidence.
    """
    from assay.errors import UsageError
    from assay.scoring.outlook import calendar

    if ics and output != "text":
        raise UsageError("--ics is an output format; omit --format")
    assessment = session.assessment()
    assessment.require(ids)
    results = assessment.results_of([i for i in assessment.run.profile_rows if not ids or i in ids])
    outlooks = {i: r.outlook for i, r in results.items()}
    due = calendar(assessment.corpus, assessment.rulebook, outlooks, assessment.as_of)
    if ics:
        from assay.briefing.ics import calendar_ics

        names = {i: assessment.corpus.profiles[i].name for i in outlooks}
        # Its lines end with a carriage return.
        click.echo(calendar_ics(due, names, assessment.as_of), nl=False)  # noqa: TID251
    elif output == "json":
        from assay.output.json import outlook_json

        print_json(outlook_json(assessment.as_of, outlooks, due))
    elif by_day:
        _print_due(due, assessment.as_of)
    elif len(ids) == 1:
        _print_one(ids[0], outlooks[ids[0]])
    else:
        rows = [
            [
                profile_id,
                *horizon_cells(outlook.horizon),
                outlook.until.isoformat() if outlook.until else "none within 366 days",
                str(len(outlook.watch)),
            ]
            for profile_id, outlook in outlooks.items()
        ]
        print_table(
            ["profile", "horizon", "next", "review by", "grade change", "watch items"], rows
        )


def _print_due(due: Sequence[Due], as_of: date) -> None:
    if not due:
        echo("nothing is due")
        return
    rows = [
        [
            entry.written + (" (overdue)" if entry.day < as_of else ""),
            entry.profile,
            entry.reason,
            " ".join([entry.text, *(f"#{claim}" for claim in entry.claims)]),
        ]
        for entry in due
    ]
    print_table(["by", "profile", "reason", "text"], rows)


def _print_one(profile_id: str, outlook: Outlook) -> None:
    echo(f"{profile_id}: {next_change(outlook)} without new evidence")
    print_lines(horizon_lines(outlook.horizon))
    if outlook.points:
        dates = [p.date.isoformat() for p in next(iter(outlook.points.values()))]
        rows = [
            [
                name,
                *(
                    "not rated"
                    if p.score.value is None
                    else f"{p.score.value:.3f} {p.score.grade or ''}".rstrip()
                    for p in points
                ),
            ]
            for name, points in outlook.points.items()
        ]
        print_table(["score", *dates], rows)
    for notice in outlook.watch:
        due = f"due {notice.due}" if notice.due else "no date"
        echo(f"- {due} ({notice.priority or 'no priority'}): {notice.text}")


@click.command("graph", cls=Command)
@profiles_argument
@json_option
@click.pass_obj
def graph_command(session: Session, ids: tuple[str, ...], output: str) -> None:
    """Show dependencies and how far effects reach.

    Lists both directions for each profile, along the strongest paths.
    """
    assessment = session.assessment()
    explained = assessment.explain(ids or list(assessment.run.profile_rows))
    if output == "json":
        from assay.output.json import graph_json

        print_json(graph_json(assessment, explained))
        return
    for profile_id, explanation in explained.items():
        echo(profile_id)
        print_lines(f"  depends on {_reach(line)}" for line in explanation.upstream)
        print_lines(f"  affects {_reach(line)}" for line in explanation.downstream)


def _reach(line: ReachLine) -> str:
    reach = "unknown" if line.points is None else f"{line.points / 1000:.3f}"
    path = f" through {', '.join(line.path[1:-1])}" if line.distance > 1 else ""
    return f"{line.peer}: {reach}{path}"
