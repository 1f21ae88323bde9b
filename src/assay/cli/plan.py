"""``assay plan``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli import names
from assay.cli.output import observed, print_json
from assay.cli.session import Command, Session, format_option
from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.change.plan import Plan
    from assay.change.request import Request

EXIT_BEHIND, EXIT_MATTERS = 1, 2


@click.command("plan", cls=Command)
@format_option("json", "markdown", "html")
@click.option("--out", type=click.Path(path_type=Path), help="Also save the plan, to apply it.")
@click.option(
    "--only",
    multiple=True,
    metavar="ID",
    shell_complete=names.profiles,
    help="Show this profile alone; repeatable.",
)
@click.option(
    "--because",
    metavar="ID",
    shell_complete=names.causes,
    help="Show only what this rule, source or profile moves.",
)
@click.option("--against", metavar="REV", help="Compare with a git revision, not with the lock.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    shell_complete=names.settings,
    help="Try a figure; repeatable.",
)
@click.option(
    "--sweep",
    metavar="PATH=A..B:STEP",
    shell_complete=names.settings,
    help="Try many values of a figure.",
)
@click.option("--at-lock", is_flag=True, help="Compare at the lock's date; ageing is listed apart.")
@click.option(
    "--locked",
    is_flag=True,
    help="As --at-lock, and exit with 1 where the lock is behind or missing.",
)
@click.option(
    "--pages",
    is_flag=True,
    help="Make every page of before and after, and list exactly those that differ. Slow.",
)
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 where a band, a page, a horizon, a watch item or a score not by time moves.",
)
@observed
@click.pass_context
def plan_command(
    context: click.Context,
    /,
    *,
    output: str,
    out: Path | None,
    sweep: str | None,
    locked: bool,
    detailed_exitcode: bool,
    **given: Any,
) -> None:
    """Show what would change against what was last applied, and why.

    With --set and --sweep figures of the rulebook are tried against the workspace as it stands,
    and no file is touched: claim.confidence.one-origin.cap=0.6.
    """
    from assay.change.request import Request, plan

    session: Session = context.obj
    request = Request(audience=session.audience, **given)
    if locked:
        request = replace(request, at_lock=True)
    if out is not None and (request.settings or request.against or sweep is not None):
        request.require_consistent(sweep=sweep is not None)
        raise UsageError("only a plan against the lock can be applied, so only that is saved")
    if sweep is not None:
        _sweep(session, request, sweep, output)
        return
    request.require_consistent()
    planned = plan(session.scoring(), request)
    for note in planned.notes:
        click.echo(note, err=True)
    if out is not None:
        from assay.change.apply import write_plan
        from assay.export.change import saved_json

        write_plan(session.workspace(), out, saved_json(planned.plan))
    _print(planned.shown, output)
    if out is not None:
        click.echo(f"saved to {out}; apply it with 'assay apply {out}'", err=True)
    if locked and not planned.plan.lock_up_to_date:
        from assay.export.plan_words import behind

        said = behind(planned.plan) or "there is no grades.lock"
        click.echo(f"{said}; run 'assay apply' and commit what it writes", err=True)
        context.exit(EXIT_BEHIND)
    if detailed_exitcode and planned.shown.matters:
        context.exit(EXIT_MATTERS)


def _sweep(session: Session, request: Request, given: str, output: str) -> None:
    from assay.change.experiment import Sweep
    from assay.change.request import sweep
    from assay.export import plan_html, plan_text
    from assay.export.change import sweep_json

    request.require_consistent(sweep=True)
    wanted = Sweep.parse(given)
    points = sweep(session.scoring(), request, wanted)
    if output == "json":
        from assay.export.change import sweep_json

        print_json(sweep_json(wanted.path, points))
    elif output == "html":
        click.echo(plan_html.sweep_html(wanted.path, points))
    elif output == "markdown":
        click.echo(plan_text.sweep_markdown(wanted.path, points))
    else:
        click.echo(plan_text.sweep_text(wanted.path, points))


def _print(plan: Plan, output: str) -> None:
    if output == "json":
        from assay.export.change import plan_json

        print_json(plan_json(plan))
    elif output == "html":
        from assay.export.plan_html import plan_html

        click.echo(plan_html(plan))
    else:
        from assay.export.plan_text import plan_markdown, plan_text

        click.echo(plan_markdown(plan) if output == "markdown" else plan_text(plan))
