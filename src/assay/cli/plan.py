"""``assay plan``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli import names
from assay.cli.output import observed, print_json
from assay.cli.session import Command, Session, format_option
from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.change.lock import Lock
    from assay.change.plan import Plan
    from assay.pipeline import Desk
    from assay.workspace import Workspace

EXIT_BEHIND, EXIT_MATTERS = 1, 2


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
    shell_complete=names.profiles,
    help="Show only this profile. Repeatable.",
)
@click.option(
    "--because",
    "ref",
    metavar="ID",
    shell_complete=names.causes,
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
    shell_complete=names.settings,
    help="Try another rulebook value without saving it. Repeatable.",
)
@click.option(
    "--sweep",
    metavar="PATH=A..B:STEP",
    shell_complete=names.settings,
    help="Try a range of rulebook values.",
)
@click.option(
    "--at-lock", is_flag=True, help="Compare as of the date of grades.lock; list ageing separately."
)
@click.option(
    "--locked",
    is_flag=True,
    help="Like --at-lock; exit with 1 if grades.lock is missing or out of date.",
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
def plan_command(context: click.Context, /, output: str, **given: Any) -> None:
    """Preview grade changes since the last apply, with causes.

    --set and --sweep compare with the current workspace and change no file; for example
    --set claim.confidence.one-origin.cap=0.6.
    """
    from assay.change.plan import NOTHING

    session: Session = context.obj
    options = _Options(**given)
    options.check()
    if options.sweep is not None:
        _sweep(session, options.settings, options.sweep, output)
        return
    plan = _made(session, options)
    out = options.out
    if out is not None:
        from assay.change.saved import write_plan
        from assay.export.change import saved_json

        write_plan(session.workspace(), out, saved_json(plan))
    shown = _narrowed(plan, options.only, options.ref, session.audience)
    _print(shown, output)
    if out is not None:
        click.echo(f"saved to {out}; apply it with 'assay apply {out}'", err=True)
    if options.locked and (plan.behind or plan.base == NOTHING):
        from assay.export.plan_words import behind

        said = behind(plan) or "there is no grades.lock"
        click.echo(f"{said}; run 'assay apply' and commit what it writes", err=True)
        context.exit(EXIT_BEHIND)
    if options.detailed_exitcode and shown.matters:
        context.exit(EXIT_MATTERS)


@dataclass(frozen=True, slots=True)
class _Options:
    """What the command was asked for, apart from how to print it."""

    out: Path | None
    only: tuple[str, ...]
    ref: str | None
    against: str | None
    settings: tuple[str, ...]
    sweep: str | None
    at_lock: bool
    locked: bool
    pages: bool
    detailed_exitcode: bool

    @property
    def dated(self) -> bool:
        """Whether the plan is made at the lock's date."""
        return self.at_lock or self.locked

    def check(self) -> None:
        """Raise ``UsageError`` for options that contradict each other."""
        tried = bool(self.settings) or self.sweep is not None
        if tried and (self.against is not None or self.dated):
            raise UsageError("--set and --sweep are tried against the workspace as it stands")
        if self.against is not None and self.dated:
            raise UsageError("--at-lock and --locked compare with the lock, not with a revision")
        if self.pages and self.sweep is not None:
            raise UsageError("a sweep lists no pages; --set compares those of one value")
        if self.out is not None and (tried or self.against is not None):
            raise UsageError("only a plan against the lock can be applied, so only that is saved")


def _made(session: Session, options: _Options) -> Plan:
    from assay.change.apply import bases_of
    from assay.change.plan import WORKSPACE
    from assay.change.planning import make_plan, with_ageing
    from assay.change.take import lock_of
    from assay.pipeline import assess_all

    checked = session.check()
    settled = session.settled(checked)
    if options.settings:
        from assay.change.experiment import Setting, tried

        desks = assess_all(checked, settled)
        changed = tried(desks, [Setting.parse(s) for s in options.settings])
        plan = make_plan(lock_of(desks, grounds=False), changed, name=WORKSPACE)
        return _with_pages(plan, desks, changed) if options.pages else plan
    if options.against is not None:
        from assay.change.revision import workspace_at

        desks = assess_all(checked, settled)
        with workspace_at(session.workspace(), options.against) as there:
            then = _desks_at(session, there, desks[0].as_of)
            plan = make_plan(lock_of(then, grounds=False), desks, name=options.against)
            return _with_pages(plan, then, desks) if options.pages else plan
    locks, _ = bases_of(session.workspace().lock_path)
    base = locks[0] if locks else None
    theirs = locks[1] if len(locks) > 1 else None
    if base is None:
        click.echo("there is no grades.lock: nothing was applied yet", err=True)
    day = base.as_of if base and options.dated else settled
    desks = assess_all(checked, day)
    plan = make_plan(base, desks, theirs=theirs)
    if options.pages:
        plan = _with_pages_since(plan, base, desks)
    if base and options.dated and settled != day:
        plan = with_ageing(plan, make_plan(base, assess_all(checked, settled)))
    return plan


def _desks_at(session: Session, there: Workspace, default: date) -> tuple[Desk, ...]:
    """The workspace at a revision, scored at that revision's own date."""
    from assay.pipeline import assess_all, check

    then = check(there, session.as_of)
    rulebook = then.loaded.rulebook
    own = rulebook.settings.as_of if rulebook else None
    return assess_all(then, session.as_of or own or default)


def _with_pages(plan: Plan, before: Sequence[Desk], after: Sequence[Desk]) -> Plan:
    from assay.pipeline import pages_touched

    return replace(plan, pages=pages_touched(before, after), pages_compared=True)


def _with_pages_since(plan: Plan, base: Lock | None, desks: Sequence[Desk]) -> Plan:
    """The plan with pages compared with those of the lock, where these can be made again."""
    from assay.change.restored import as_applied

    if base is None:
        return _with_pages(plan, (), desks)
    try:
        with as_applied(base, desks[0]) as before:
            return _with_pages(plan, before, desks)
    except UsageError as error:
        click.echo(f"the pages cannot be compared: {error}", err=True)
        return plan


def _sweep(session: Session, settings: Sequence[str], sweep: str, output: str) -> None:
    from assay.change.experiment import Setting, Sweep, swept
    from assay.export import plan_html, plan_text
    from assay.export.change import sweep_json
    from assay.pipeline import assess_all

    wanted = Sweep.parse(sweep)
    checked = session.check()
    desks = assess_all(checked, session.settled(checked))
    points = list(swept(desks, [Setting.parse(s) for s in settings], wanted))
    if output == "json":
        print_json(sweep_json(wanted.path, points))
    elif output == "html":
        click.echo(plan_html.sweep_html(wanted.path, points))
    elif output == "markdown":
        click.echo(plan_text.sweep_markdown(wanted.path, points))
    else:
        click.echo(plan_text.sweep_text(wanted.path, points))


def _narrowed(plan: Plan, ids: Sequence[str], ref: str | None, audience: str | None) -> Plan:
    from assay.change.plan import because, for_audience, only

    if audience is not None:
        plan = for_audience(plan, audience)
    if ids:
        known = {i for i, _ in plan.evidence} | {c.id for c in plan.changes}
        unknown = [i for i in ids if i not in known]
        if unknown:
            raise UsageError(f"there is no profile {unknown[0]!r}, neither now nor in the lock")
        plan = only(plan, ids)
    return because(plan, ref) if ref is not None else plan


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
