"""``assay plan``: a preview of grade changes, with their causes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli import completion
from assay.cli.options import Command, format_option
from assay.cli.output import echo, observed, print_diagnostics, print_html, print_json
from assay.cli.session import Session
from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.plan.plan import Plan
    from assay.plan.request import Request

_EXIT_OUT_OF_DATE, _EXIT_CHANGES = 1, 2


@click.command("plan", cls=Command)
@format_option("json", "markdown", "html")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Also save the plan to this file, for `assay apply`.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="ID",
    shell_complete=completion.profiles,
    help="Show only this profile. Repeatable.",
)
@click.option(
    "--because",
    metavar="ID",
    shell_complete=completion.causes,
    help="Show only changes caused by this rule, source or profile.",
)
@click.option(
    "--against", metavar="REV", help="Compare with this git revision. Default: with grades.lock."
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    shell_complete=completion.settings,
    help="Try another rulebook value without saving it. Repeatable.",
)
@click.option(
    "--sweep",
    metavar="PATH=A..B:STEP",
    shell_complete=completion.settings,
    help="Try a range of rulebook values.",
)
@click.option(
    "--at-lock", is_flag=True, help="Compare as of the date of grades.lock; list ageing separately."
)
@click.option(
    "--locked",
    is_flag=True,
    help="Like --at-lock; exit with 1 if grades.lock is missing, out of date or edited, or if "
    "the history or a decision is incomplete.",
)
@click.option(
    "--pages",
    is_flag=True,
    help="List the exact pages that differ, by rendering both versions. Slow.",
)
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 if a band, page, horizon or watch item changes, "
    "or a score for any reason but ageing.",
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
    """Preview grade changes since the last apply, with causes.

    --set and --sweep compare with the current workspace and change no file; for example
    --set claim.confidence.judgement.cap=0.6. With --audience, the plan covers only what this
    audience may see; by default all audiences.
    """
    from assay import pipeline
    from assay.plan.request import Request

    session: Session = context.obj
    request = Request(audience=session.audience, **given)
    if locked:
        request = replace(request, at_lock=True)
    if out is not None and (request.settings or request.against or sweep is not None):
        request.require_consistent(sweep=sweep is not None)
        raise UsageError("--out saves a plan to apply; omit --set, --sweep and --against")
    if out is not None and session.audience is not None:
        raise UsageError("--out saves a plan to apply, which covers all audiences; omit --audience")
    if sweep is not None:
        _sweep(session, request, sweep, output)
        return
    request.require_consistent()
    checked = session.check()
    planned = pipeline.plan(checked, request, as_of=session.settled(checked), pinned=session.as_of)
    for note in planned.notes:
        echo(note, err=True)
    if out is not None:
        from assay.output.plan_json import saved_json
        from assay.plan.apply import write_plan

        write_plan(session.workspace(), out, saved_json(planned.plan))
    _print(planned.shown, output)
    if out is not None:
        echo(f"saved to {out}; apply it with 'assay apply {out}'", err=True)
    if locked and not planned.plan.lock_up_to_date:
        from assay.output.plan_text import behind

        state = behind(planned.plan) or "grades.lock is missing"
        echo(f"{state}; run 'assay apply' and commit the files it writes", err=True)
        context.exit(_EXIT_OUT_OF_DATE)
    if locked:
        from assay.diagnostics.diagnostic import has_errors

        workspace = session.workspace()
        faults = pipeline.record_faults(workspace)
        print_diagnostics(faults, workspace.root, err=True)
        if has_errors(faults):
            context.exit(_EXIT_OUT_OF_DATE)
    if detailed_exitcode and planned.shown.matters:
        context.exit(_EXIT_CHANGES)


def _sweep(session: Session, request: Request, given: str, output: str) -> None:
    from assay.output import html as plan_html
    from assay.output import plan_text
    from assay.pipeline import sweep
    from assay.plan.experiment import Sweep

    request.require_consistent(sweep=True)
    wanted = Sweep.parse(given)
    checked = session.check()
    day = session.settled(checked)
    points = sweep(checked, request, wanted, as_of=day, pinned=session.as_of)
    if output == "json":
        from assay.output.plan_json import sweep_json

        print_json(sweep_json(wanted.path, points))
    elif output == "html":
        print_html(plan_html.sweep_html(wanted.path, points))
    elif output == "markdown":
        echo(plan_text.sweep_markdown(wanted.path, points))
    else:
        echo(plan_text.sweep_text(wanted.path, points))


def _print(plan: Plan, output: str) -> None:
    if output == "json":
        from assay.output.plan_json import plan_json

        print_json(plan_json(plan))
    elif output == "html":
        from assay.output.html import plan_html

        print_html(plan_html(plan))
    else:
        from assay.output.plan_text import plan_markdown, plan_text

        echo(plan_markdown(plan) if output == "markdown" else plan_text(plan))
