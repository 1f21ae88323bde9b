"""``assay apply``: planned changes recorded in the lock and the history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.options import Choice, Command, json_option, reviewer_option
from assay.cli.output import echo, print_json, print_lines
from assay.cli.session import Session
from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.plan.plan import Plan


@click.command("apply", cls=Command)
@click.argument("saved", required=False, metavar="[PLAN]", type=click.Path(path_type=Path))
@click.option("--auto-approve", is_flag=True, help="Do not ask for confirmation.")
@click.option("--reason", default="", help="Reason, for the history.")
@reviewer_option
@click.option(
    "--allow-guard",
    "allowed",
    multiple=True,
    type=Choice(["max_downgrades", "max_share"]),
    help="Apply despite this guard. Repeatable.",
)
@json_option
@click.pass_context
def apply_command(
    context: click.Context,
    *,
    saved: Path | None,
    auto_approve: bool,
    reason: str,
    reviewer: str | None,
    allowed: tuple[str, ...],
    output: str,
) -> None:
    """Record planned changes in grades.lock and the history.

    A PLAN saved by `assay plan --out` is applied as of its own date. It is refused if its
    evidence or rules have changed since.
    """
    from assay import pipeline
    from assay.model.base import checked_reason, checked_reviewer
    from assay.plan.apply import moved_since, read_plan

    session: Session = context.obj
    if session.audience is not None:
        raise UsageError("an apply covers all audiences; omit --audience")
    reason = checked_reason(reason)
    named = None if reviewer is None else checked_reviewer(reviewer)
    seen = read_plan(saved) if saved is not None else None
    if seen is not None and session.as_of not in (None, seen.as_of):
        raise UsageError(f"the plan is as of {seen.as_of.isoformat()}; omit --as-of")
    workspace = session.workspace()
    checked = session.check()
    proposal = pipeline.propose(checked, seen, as_of=session.settled(checked), pinned=session.as_of)
    plan = proposal.plan
    if seen is not None:
        from assay.output.plan_json import saved_json

        if moved := list(moved_since(seen, saved_json(plan))):
            _stop(context, "not applied, because the plan is out of date:", moved)
    if not proposal.needed:
        _done(plan, output, "nothing to apply: grades.lock is up to date")
        return
    if guards := proposal.guards_hit(allowed):
        hint = "to apply nevertheless, name them with --allow-guard"
        _stop(context, "stopped by guards of the rulebook:", guards, hint)
    who = named or _git_user(workspace.root)
    if not auto_approve:
        _ask(plan)
    pipeline.apply(checked, proposal, at=session.clock(), who=who, why=reason)
    _done(plan, output, f"applied as of {plan.as_of.isoformat()} by {who}")


def _stop(context: click.Context, title: str, lines: list[str], hint: str | None = None) -> None:
    echo(title, err=True)
    print_lines((f"  {line}" for line in lines), err=True)
    if hint is not None:
        echo(hint, err=True)
    context.exit(1)


def _git_user(root: Path) -> str:
    from assay.model.base import checked_reviewer
    from assay.plan.revision import git_user

    user = git_user(root)
    if user is None:
        raise UsageError("no reviewer; give --reviewer NAME, or set git's user.name")
    return checked_reviewer(user.signature)


def _ask(plan: Plan) -> None:
    from assay.output.plan_text import plan_text

    echo(plan_text(plan), err=True)
    click.confirm("\nApply this plan?", abort=True, err=True)


def _done(plan: Plan, output: str, message: str) -> None:
    if output == "json":
        from assay.output.plan_json import plan_json

        print_json(plan_json(plan))
    else:
        from assay.output.plan_text import counts

        echo(message)
        echo(counts(plan, applied=True))
