"""``assay apply``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.output import print_json
from assay.cli.session import Choice, Command, Session, format_option
from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.change.plan import Plan


@click.command("apply", cls=Command)
@click.argument("saved", required=False, metavar="[PLAN]", type=click.Path(path_type=Path))
@click.option("--auto-approve", is_flag=True, help="Do not ask for confirmation.")
@click.option("--reason", default="", help="Reason, for the history.")
@click.option("--reviewer", metavar="NAME", help="Reviewer. Default: git's user.name.")
@click.option(
    "--allow-guard",
    "allowed",
    multiple=True,
    type=Choice(["max_downgrades", "max_share"]),
    help="Apply despite this guard. Repeatable.",
)
@format_option("json")
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
    from assay.change.apply import bases_of, carry_out, guards_hit, moved_since
    from assay.change.history import applied
    from assay.change.planning import make_plan
    from assay.change.saved import read_plan
    from assay.change.take import lock_of
    from assay.export.change import plan_json, saved_json
    from assay.model.person import reviewer_named
    from assay.pipeline import assess_all

    session: Session = context.obj
    if session.audience is not None:
        raise UsageError("an apply is for all audiences at once; leave --audience out")
    named = None if reviewer is None else reviewer_named(reviewer)
    seen = read_plan(saved) if saved is not None else None
    if seen is not None and session.as_of not in (None, seen.as_of):
        raise UsageError(f"the plan is as of {seen.as_of.isoformat()}; leave --as-of out")
    workspace = session.workspace()
    locks, bases = bases_of(workspace.lock_path)
    checked = session.check()
    desks = assess_all(checked, seen.as_of if seen else session.settled(checked))
    plan = make_plan(
        locks[0] if locks else None, desks, theirs=locks[1] if len(locks) > 1 else None
    )
    if seen is not None and (moved := list(moved_since(seen, saved_json(plan)))):
        click.echo("the plan is not applied as it was seen:", err=True)
        for what in moved:
            click.echo(f"  {what}", err=True)
        context.exit(1)
    if len(locks) == 1 and plan.empty and not plan.behind and plan.as_of == locks[0].as_of:
        _done(plan, output, plan_json(plan), "nothing to apply: the lock is as the workspace is")
        return
    guards = list(guards_hit(plan, desks[0].rulebook.guard, allowed))
    if guards:
        click.echo("stopped by guards of the rulebook:", err=True)
        for guard in guards:
            click.echo(f"  {guard}", err=True)
        click.echo("name them with --allow-guard where this is meant", err=True)
        context.exit(1)
    who = named or _git_user(workspace.root)
    if not auto_approve:
        _ask(plan)
    lock = lock_of(desks)
    record = applied(
        plan,
        at=session.clock().isoformat(timespec="seconds"),
        who=who,
        why=reason,
        bases=bases,
        lock=lock.digest,
    )
    carry_out(workspace, lock, record)
    _done(plan, output, plan_json(plan), f"applied as of {plan.as_of.isoformat()} by {record.who}")


def _git_user(root: Path) -> str:
    from assay.change.git import git_user
    from assay.model.person import reviewer_named

    user = git_user(root)
    if user is None:
        raise UsageError("nobody is named: say who applies with --reviewer NAME")
    return reviewer_named(user.signature)


def _ask(plan: Plan) -> None:
    from assay.export.plan_text import plan_text

    click.echo(plan_text(plan), err=True)
    click.confirm("\nApply this?", abort=True, err=True)


def _done(plan: Plan, output: str, data: dict[str, object], message: str) -> None:
    from assay.export import plan_words

    if output == "json":
        print_json(data)
    else:
        click.echo(message)
        click.echo(plan_words.counts(plan))
