"""``assay review walk``: through the queue profile by profile, with the reasoning on screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from assay.cli import names
from assay.cli.reviewing import (
    limits_options,
    open_review,
    profile_lines,
    reviewer_option,
    sign,
    write,
)
from assay.cli.session import Command, IsoDate, Session
from assay.errors import UsageError
from assay.text import plural

if TYPE_CHECKING:
    from assay.review.actions import Signature
    from assay.review.decisions import Draft
    from assay.review.queue import Limits, Review

_MENU = "[n]ext [b]ack [a]ccept accept [g]roup [o]verride [s]econd [f]lag [c]omment [u]ndo [q]uit"


@click.command("walk", cls=Command)
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=names.profiles)
@click.option("--all", "every", is_flag=True, help="Also show rules that changed nothing.")
@limits_options
@reviewer_option
@click.pass_obj
def walk(
    session: Session, /, ids: tuple[str, ...], every: bool, limits: Limits, reviewer: str | None
) -> None:
    """Review the queue profile by profile.

    With IDs, reviews only these profiles. Every decision is saved before the next question. Undo
    reverses the last decision of this walk.
    """
    from assay.review.actions import require_known

    review = open_review(session, limits)
    for profile_id in ids:
        require_known(review, profile_id)
    stops = ids or review.queue.profiles
    if not stops:
        click.echo("nothing is open")
        return
    _Walk(review, sign(session, reviewer), stops, every).run()


class _Walk:
    """A walk: where it stands, and what was decided on it."""

    def __init__(self, review: Review, by: Signature, stops: tuple[str, ...], every: bool) -> None:
        self._review = review
        self._by = by
        self._stops = stops
        self._every = every
        self._at = 0
        self._made: list[str] = []
        self._actions: dict[str, Callable[[], None]] = {
            "n": self._next,
            "b": self._back,
            "a": self._accept,
            "g": self._accept_group,
            "o": self._override,
            "s": self._second,
            "f": self._flag,
            "c": self._comment,
            "u": self._undo,
        }

    def run(self) -> None:
        shown = -1
        while self._at < len(self._stops):
            if shown != self._at:
                self._show()
                shown = self._at
            answer = click.prompt(_MENU, prompt_suffix=" > ", default="n", show_default=False)
            answer = answer.strip().lower()[:1]
            if answer == "q":
                break
            action = self._actions.get(answer)
            if action is None:
                click.echo("write one of the letters in brackets")
                continue
            try:
                action()
            except UsageError as error:
                click.echo(f"error: {error}")
        click.echo(plural(len(self._made), "decision stands", "decisions stand"))

    @property
    def _profile(self) -> str:
        return self._stops[self._at]

    def _show(self) -> None:
        click.echo("")
        click.echo(f"— {self._at + 1} of {len(self._stops)} —")
        for line in profile_lines(self._review, self._profile, every=self._every):
            click.echo(line)
        click.echo("")

    def _next(self) -> None:
        self._at += 1

    def _back(self) -> None:
        if self._at == 0:
            raise UsageError("this is the first one")
        self._at -= 1

    def _accept(self) -> None:
        from assay.review import actions

        self._write(actions.accept(self._review, self._by, [self._profile]))
        self._at += 1

    def _accept_group(self) -> None:
        from assay.review import actions

        items = self._review.queue.of(self._profile)
        if not items:
            raise UsageError(f"nothing is open about {self._profile}")
        names = list(dict.fromkeys(i.group for i in items))
        for number, name in enumerate(names, 1):
            group = self._review.queue.group(name)
            click.echo(f"  {number}. {name} ({len(group.items) if group else 0})")
        chosen = click.prompt("which group", type=click.IntRange(1, len(names)), default=1)
        name = names[chosen - 1]
        if click.confirm(f"accept everything in {name}?", default=False):
            self._write(actions.accept(self._review, self._by, group=name))

    def _override(self) -> None:
        from assay.review import actions
        from assay.review.decisions import REASON_CODES

        graded = [
            s.scorer.name for s in self._review.desk.program.on("profile") if s.band is not None
        ]
        scorer = click.prompt(f"score ({', '.join(graded)})", default=graded[0] if graded else "")
        grade = click.prompt("grade")
        reason = click.prompt("reason")
        code = click.prompt(f"code ({', '.join(REASON_CODES)})", default="other")
        until = click.prompt("until (a day, or nothing)", default="", show_default=False)
        self._write(
            actions.override(
                self._review,
                self._by,
                self._profile,
                scorer=scorer,
                grade=grade,
                reason=reason,
                code=code,
                until=IsoDate().convert(until, None, None) if until else None,
            )
        )
        self._at += 1

    def _second(self) -> None:
        from assay.review import actions

        waiting = [i.decision for i in self._review.queue.of(self._profile) if i.matter == "second"]
        if not waiting or waiting[0] is None:
            raise UsageError("no override here waits for a second reviewer")
        self._write(actions.second(self._review, self._by, waiting[0]))

    def _flag(self) -> None:
        from assay.review import actions

        reason = click.prompt("what is the matter")
        self._write(actions.flag(self._review, self._by, self._profile, reason))

    def _comment(self) -> None:
        from assay.review import actions

        text = click.prompt("comment")
        self._write(actions.comment(self._review, self._by, self._profile, text))

    def _undo(self) -> None:
        from assay.review import actions

        if not self._made:
            raise UsageError("nothing was decided on this walk that could be taken back")
        draft = actions.undo(self._review, self._by, self._made[-1])
        profiles = self._review.ledger.by_id[self._made[-1]].subjects
        self._write(draft)
        del self._made[-2:]
        names = [s.profile for s in profiles if s.profile in self._stops]
        if names and self._profile_or_none not in names:
            self._at = self._stops.index(names[0])

    @property
    def _profile_or_none(self) -> str | None:
        return self._stops[self._at] if self._at < len(self._stops) else None

    def _write(self, draft: Draft) -> None:
        from assay.review.actions import describe
        from assay.review.ledger import require_ledger

        decision = write(self._review, draft)
        self._made.append(decision.id)
        self._review = self._review.again(require_ledger(self._review.desk.workspace.ledger_path))
        click.echo(f"written: {describe(decision)}")
        if decision.note:
            click.echo(f"note: {decision.note}")
