"""``assay explain``, ``outlook`` and ``graph``: scores explained, now, later and along links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from assay.cli.output import observed, print_json, print_table
from assay.cli.session import Session

if TYPE_CHECKING:
    from assay.model.results import Explanation, Outlook, ReachLine, ScoreExplanation, Step
    from assay.scoring.outlook import Due


_MARKS = {"true": "yes", "false": "no", "unknown": "?"}


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
    if why_not is not None:
        _show_why_not(session, profile_id, why_not, output)
        return
    if against is not None:
        _show_against(session, profile_id, against, output)
        return
    explanation = session.desk().explain([profile_id])[profile_id]
    if output == "json":
        from assay.output.json import explanation_json

        print_json(explanation_json(explanation))
        return
    for line in explanation_lines(explanation, every=every):
        click.echo(line)


def _show_why_not(session: Session, profile_id: str, rule: str, output: str) -> None:
    from assay.scoring.why_not import why_not_lines

    found = session.desk().why_not(profile_id, rule)
    if output == "json":
        from assay.output.rules_json import why_not_json

        print_json([why_not_json(f) for f in found])
        return
    for one in found:
        for line in why_not_lines(one):
            click.echo(line)
    if not found:
        click.echo("nothing of this profile is asked by that rule", err=True)


def _show_against(session: Session, profile_id: str, band: str, output: str) -> None:
    from assay.scoring.why_not import against_lines

    found = session.desk().against(profile_id, band)
    if output == "json":
        from assay.output.rules_json import against_json

        print_json([against_json(f) for f in found])
        return
    for one in found:
        for line in against_lines(one):
            click.echo(line)


def explanation_lines(explanation: Explanation, *, every: bool) -> Iterable[str]:
    """The reasoning as text; with ``every`` also the rules that changed nothing."""
    yield f"{explanation.id}, as of {explanation.as_of.isoformat()}"
    yield explanation.summary
    for scorer in explanation.scorers:
        yield ""
        yield from _scorer_lines(scorer, every=every)
    if explanation.would_change:
        yield ""
        yield "What would change it"
        for w in explanation.would_change:
            yield (
                f"  {w.scorer} {'up' if w.direction == 'upgrade' else 'down'} to {w.to.grade} "
                f"({w.points / 1000:.3f}), effort {w.effort}: {w.change}"
            )
    if explanation.outlook.points:
        yield ""
        until = explanation.outlook.until
        held = f"holds until {until.isoformat()}" if until else "no band changes within 366 days"
        yield f"Outlook: {held}"
        for name, points in explanation.outlook.points.items():
            shown = ", ".join(
                f"{p.date.isoformat()} {_number(p.score.points)} {p.score.grade or 'not rated'}"
                for p in points
            )
            yield f"  {name}: {shown}"


def _scorer_lines(scorer: ScoreExplanation, *, every: bool) -> Iterable[str]:
    grade = f" {scorer.score.grade}" if scorer.score.grade else ""
    yield (
        f"{scorer.subject}  {scorer.name} {_number(scorer.score.points)}{grade}"
        f"  (coverage {scorer.score.coverage / 10:.0f} %)"
    )
    for step in scorer.steps:
        if every or step.phase in ("start", "pool") or step.applied or step.outcome == "unknown":
            yield _step_line(step)


def _step_line(step: Step) -> str:
    alone = step.phase in ("start", "pool", "clamp")
    what = step.phase if alone else f"{step.phase} {step.rule}"
    state = "applied" if step.applied else "not applied"
    line = (
        f"  {what:<34} {_MARKS[step.outcome]:<3} {state:<11} {_amount(step):>7} "
        f"→ {_number(step.after)}  {step.because}"
    )
    if step.missing:
        line += f" [unknown: {', '.join(step.missing)}]"
    if step.evidence:
        line += f" [{', '.join(step.evidence)}]"
    return line


def _amount(step: Step) -> str:
    if step.amount is None:
        return "?"
    sign = {"add": "+", "multiply": "×", "floor": "≥", "cap": "≤"}.get(step.phase, "")
    return f"{sign}{step.amount / 1000:.3f}"


def _number(points: int | None) -> str:
    return "unknown" if points is None else f"{points / 1000:.3f}"


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
    from assay.briefing.ics import calendar_ics
    from assay.errors import UsageError
    from assay.scoring.outlook import calendar

    if ics and output != "text":
        raise UsageError("--ics is a format of its own; leave --format out")

    desk = session.desk()
    desk.require(ids)
    asked = [i for i in desk.run.profile_rows if not ids or i in ids]
    results = desk.results_of(asked)
    outlooks = {i: r.outlook for i, r in results.items()}
    corpus = desk.corpus
    due = calendar(corpus, desk.rulebook, outlooks, desk.as_of)
    if ics:
        names = {i: corpus.profiles[i].name for i in outlooks}
        click.echo(calendar_ics(due, names, desk.as_of), nl=False)
        return
    if output == "json":
        from assay.output.json import outlook_json

        print_json(outlook_json(desk.as_of, outlooks, due))
        return
    if by_day:
        _print_due(due, desk.as_of)
        return
    if len(ids) == 1:
        _print_one(ids[0], outlooks[ids[0]])
        return
    rows = []
    for profile_id, outlook in outlooks.items():
        until = outlook.until.isoformat() if outlook.until else "beyond 366 days"
        first = min((n.due for n in outlook.watch if n.due), default="")
        rows.append([profile_id, outlook.grade, until, first, str(len(outlook.watch))])
    print_table(["profile", "horizon", "until", "next due", "watch items"], rows)


def _print_due(due: Sequence[Due], as_of: date) -> None:
    if not due:
        click.echo("nothing falls due")
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
    print_table(["by", "profile", "reason", "what"], rows)


def _print_one(profile_id: str, outlook: Outlook) -> None:
    until = outlook.until.isoformat() if outlook.until else "no band changes within 366 days"
    click.echo(f"{profile_id}: look again {outlook.grade}; grades hold until: {until}")
    rows = [
        [
            name,
            *(
                f"{'not rated' if p.score.value is None else f'{p.score.value:.3f}'} "
                f"{p.score.grade or ''}".rstrip()
                for p in points
            ),
        ]
        for name, points in outlook.points.items()
    ]
    if rows:
        dates = [p.date.isoformat() for p in next(iter(outlook.points.values()))]
        print_table(["score", *dates], rows)
    for notice in outlook.watch:
        due = f", due {notice.due}" if notice.due else ""
        click.echo(f"- {notice.horizon} ({notice.priority or 'no priority'}{due}): {notice.text}")


@click.command("graph", cls=Command)
@profiles_argument
@json_option
@click.pass_obj
def graph_command(session: Session, ids: tuple[str, ...], output: str) -> None:
    """Show dependencies and how far effects reach.

    Lists both directions for each profile, along the strongest paths.
    """
    desk = session.desk()
    explained = desk.explain(ids or list(desk.run.profile_rows))
    if output == "json":
        from assay.output.json import graph_json

        print_json(graph_json(desk, explained))
        return
    for profile_id, explanation in explained.items():
        click.echo(profile_id)
        for word, lines in (
            ("depends on", explanation.upstream),
            ("is felt by", explanation.downstream),
        ):
            for line in lines:
                click.echo(f"  {word} {_reach(line)}")


def _reach(line: ReachLine) -> str:
    reach = "unknown" if line.points is None else f"{line.points / 1000:.3f}"
    way = f" by way of {', '.join(line.path[1:-1])}" if line.distance > 1 else ""
    return f"{line.peer}: {reach}{way}"
