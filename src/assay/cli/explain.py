"""``assay explain``."""

from __future__ import annotations

from collections.abc import Iterable

import click

from assay.cli.output import format_option, print_json
from assay.cli.session import Session
from assay.cli.timings import observed
from assay.scoring.results import Explanation, ScoreExplanation, Step

_MARKS = {"true": "yes", "false": "no", "unknown": "?"}


@click.command("explain")
@click.argument("profile_id", metavar="ID")
@click.option("--all", "every", is_flag=True, help="Show the rules that changed nothing, too.")
@click.option("--why-not", metavar="RULE", help="Take the condition of a rule apart instead.")
@click.option("--against", metavar="BAND", help="Show what stands between it and a band instead.")
@format_option("json")
@observed
@click.pass_obj
def command(
    session: Session,
    profile_id: str,
    every: bool,
    why_not: str | None,
    against: str | None,
    output: str,
) -> None:
    """Show why a profile has the scores it has, rule by rule.

    Opens with one sentence: what supports the grade, what limits it, what would raise it.
    """
    if why_not is not None:
        _show_why_not(session, profile_id, why_not, output)
        return
    if against is not None:
        _show_against(session, profile_id, against, output)
        return
    explanation = session.desk().explain([profile_id])[profile_id]
    if output == "json":
        from assay.export.json import explanation_json

        print_json(explanation_json(explanation))
        return
    for line in explanation_lines(explanation, every=every):
        click.echo(line)


def _show_why_not(session: Session, profile_id: str, rule: str, output: str) -> None:
    from assay.scoring.why_not import why_not_lines

    found = session.desk().why_not(profile_id, rule)
    if output == "json":
        from assay.export.rules import why_not_json

        print_json([why_not_json(f) for f in found])
        return
    for one in found:
        for line in why_not_lines(one):
            click.echo(line)
    if not found:
        click.echo("nothing of this profile is asked by that rule", err=True)


def _show_against(session: Session, profile_id: str, band: str, output: str) -> None:
    from assay.scoring.against import against_lines

    found = session.desk().against(profile_id, band)
    if output == "json":
        from assay.export.rules import against_json

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
