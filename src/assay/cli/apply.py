"""``assay apply``: planned changes recorded in the lock and the history."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli.options import Choice, Command, json_option, reviewer_option
from assay.cli.output import echo, from_here, json_text, print_done, print_lines
from assay.cli.session import Session
from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.pipeline import Checked
    from assay.plan.apply import Part
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
@click.option(
    "--allow",
    "accepted",
    multiple=True,
    type=Choice(["earlier-date", "future-date", "withdrawals"]),
    help="Apply without a question although the date is before the last apply's, or over a month "
    "ahead, or most pages will be withdrawn. Repeatable.",
)
@click.option(
    "--cause",
    "part",
    type=Choice(["rules", "documents", "decisions", "time"]),
    help="Apply only changes of the rules, documents, decisions or date. Default: all.",
)
@json_option
@click.pass_context
def apply_command(
    context: click.Context,
    /,
    *,
    saved: Path | None,
    auto_approve: bool,
    reason: str,
    reviewer: str | None,
    output: str,
    **given: Any,
) -> None:
    """Record planned changes in grades.lock and the history.

    The rule tests run first: if one fails, nothing is applied. A PLAN saved by `assay plan --out`
    is applied as of its own date. It is refused if its evidence or rules have changed since.
    """
    from assay import pipeline
    from assay.model.base import checked_reason, checked_reviewer
    from assay.plan.apply import doubts, moved_since, read_plan

    session: Session = context.obj
    if session.audience is not None:
        raise UsageError("an apply covers all audiences; omit --audience")
    reason = checked_reason(reason)
    named = None if reviewer is None else checked_reviewer(reviewer)
    asked = _Asked(**given)
    if saved is not None and asked.part is not None:
        raise UsageError("a saved plan is applied as a whole; omit --cause")
    seen = read_plan(saved) if saved is not None else None
    if seen is not None and session.as_of not in (None, seen.as_of):
        raise UsageError(f"the plan is as of {seen.as_of.isoformat()}; omit --as-of")
    workspace = session.workspace()
    checked = session.check()
    now = session.clock()
    day = session.settled(checked)
    proposal = pipeline.propose(checked, seen, as_of=day, pinned=session.as_of, part=asked.part)
    plan = proposal.plan
    if seen is not None:
        from assay.output.plan_json import saved_json

        if moved := list(moved_since(seen, saved_json(plan))):
            _stop(context, "not applied, because the plan is out of date:", moved)
    if not proposal.needed:
        unchanged = f"{asked.part} unchanged since the last apply" if asked.part else None
        message = f"nothing to apply: {unchanged or 'grades.lock is up to date'}"
        print_done(_report(plan, output, message))
        return
    if asked.part in (None, "rules") and (failing := _failing_tests(session, checked)):
        hint = "see the differences with 'assay rules test'"
        _stop(context, "not applied, because rule tests fail:", failing, hint)
    if guards := proposal.guards_hit(asked.allowed):
        hint = "to apply nevertheless, name them with --allow-guard"
        _stop(context, "stopped by guards of the rulebook:", guards, hint)
    found = doubts(proposal, now.date()).items()
    unusual = [f"{name}: {text}" for name, text in found if name not in asked.accepted]
    if unusual and auto_approve:
        hint = "to apply nevertheless, name them with --allow"
        _stop(context, "not applied, because this is unusual:", unusual, hint)
    who = named or _git_user(workspace.root)
    if not auto_approve:
        _ask(plan, unusual)
    # After the write nothing may fail, so that no error can hide that it was done.
    report = _report(plan, output, f"applied as of {plan.as_of.isoformat()} by {who}")
    pipeline.apply(checked, proposal, at=now, who=who, why=reason)
    print_done(report)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The guards and doubts to pass over, and the part to apply alone."""

    allowed: tuple[str, ...]
    accepted: tuple[str, ...]
    part: Part | None


def _failing_tests(session: Session, checked: Checked) -> list[str]:
    """Return the failing rule tests, and those with errors, by file and line."""
    from assay.pipeline import rule_tests

    done = rule_tests(checked, session.as_of)
    root = checked.loaded.workspace.root
    failed = [
        *((d.file, d.line, d.message) for d in done.diagnostics if d.severity == "error"),
        *((r.file, r.line, r.name) for r in done.results if not r.passed),
    ]
    lines = [f"{from_here(root, file)}:{line}: {text}" for file, line, text in failed]
    more = [f"… and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return [*lines[:_SHOWN], *more]


_SHOWN = 5
"""Number of failing rule tests that are named."""


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


def _ask(plan: Plan, unusual: list[str]) -> None:
    from assay.output.plan_text import plan_text

    echo(plan_text(plan), err=True)
    if unusual:
        echo("\nThis is unusual:", err=True)
        print_lines((f"  {line}" for line in unusual), err=True)
    question = "Apply this plan nevertheless?" if unusual else "Apply this plan?"
    click.confirm(f"\n{question}", abort=True, err=True)


def _report(plan: Plan, output: str, message: str) -> str:
    if output == "json":
        from assay.output.plan_json import plan_json

        return json_text(plan_json(plan))
    from assay.output.plan_text import counts

    return f"{message}\n{counts(plan, applied=True)}"
