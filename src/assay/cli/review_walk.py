"""The walk through the review queue: profile by profile, with questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

from assay.cli.options import IsoDate
from assay.cli.output import Styled, echo, print_lines
from assay.errors import UsageError
from assay.review import actions
from assay.review.decisions import REASON_CODES
from assay.review.journal import append
from assay.review.ledger import require_ledger
from assay.text import plural

if TYPE_CHECKING:
    from assay.review.actions import Signature
    from assay.review.decisions import Draft
    from assay.review.queue import Review

_MENU = "[n]ext [b]ack [a]ccept accept [g]roup [o]verride [s]econd [f]lag [c]omment [u]ndo [q]uit"


class Walk:
    """A walk through ``profiles``; ``show`` gives the lines about one of them."""

    def __init__(
        self,
        review: Review,
        by: Signature,
        profiles: tuple[str, ...],
        show: Callable[[Review, str], Iterable[str | Styled]],
    ) -> None:
        self._review = review
        self._by = by
        self._profiles = profiles
        self._show = show
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
        """Ask what to do with each profile, until the last one or until the reviewer quits."""
        shown = -1
        while self._at < len(self._profiles):
            if shown != self._at:
                shown = self._at
                echo(f"\n— {shown + 1} of {len(self._profiles)} —")
                print_lines(self._show(self._review, self._profile))
                echo("")
            answer = click.prompt(_MENU, prompt_suffix=" > ", default="n", show_default=False)
            letter = answer.strip().lower()[:1]
            if letter == "q":
                break
            if letter not in self._actions:
                echo("choose one of the letters in brackets")
                continue
            try:
                self._actions[letter]()
            except UsageError as error:
                echo(f"error: {error}")
        echo(f"{plural(len(self._made), 'decision')} recorded")

    @property
    def _profile(self) -> str:
        return self._profiles[self._at]

    def _next(self) -> None:
        self._at += 1

    def _back(self) -> None:
        if self._at == 0:
            raise UsageError("this is the first profile")
        self._at -= 1

    def _accept(self) -> None:
        self._record(actions.accept(self._review, self._by, [self._profile]))
        self._at += 1

    def _accept_group(self) -> None:
        queue = self._review.queue
        sizes: dict[str, int] = {}
        for item in queue.of(self._profile):
            group = queue.group(item.group)
            sizes[item.group] = len(group.items) if group else 0
        if not sizes:
            raise UsageError(f"no open review items for {self._profile}")
        names = list(sizes)
        for number, name in enumerate(names, 1):
            echo(f"  {number}. {name} ({sizes[name]})")
        number = click.prompt("group", type=click.IntRange(1, len(names)), default=1)
        name = names[number - 1]
        if click.confirm(f"accept all items of {name}?", default=False):
            self._record(actions.accept(self._review, self._by, group=name))

    def _override(self) -> None:
        program = self._review.assessment.program
        scorers = [s.scorer.name for s in program.on("profile") if s.band is not None]
        scorer = click.prompt(
            f"score ({', '.join(scorers)})", default=scorers[0] if scorers else ""
        )
        grade = click.prompt("grade")
        reason = click.prompt("reason")
        code = click.prompt(f"code ({', '.join(REASON_CODES)})", default="other")
        until = click.prompt("until (a date, or nothing)", default="", show_default=False)
        self._record(
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
        pending = [i.decision for i in self._review.queue.of(self._profile) if i.matter == "second"]
        if not pending or pending[0] is None:
            raise UsageError("no override of this profile needs a second reviewer")
        self._record(actions.second(self._review, self._by, pending[0]))

    def _flag(self) -> None:
        self._record(actions.flag(self._review, self._by, self._profile, click.prompt("reason")))

    def _comment(self) -> None:
        text = click.prompt("comment")
        self._record(actions.comment(self._review, self._by, self._profile, text))

    def _undo(self) -> None:
        if not self._made:
            raise UsageError("this walk has no decision to undo")
        last = self._made[-1]
        draft = actions.undo(self._review, self._by, last)
        subjects = self._review.ledger.by_id[last].subjects
        self._record(draft)
        del self._made[-2:]  # the decision and its reversal
        profiles = [s.profile for s in subjects if s.profile in self._profiles]
        if profiles and self._profile not in profiles:
            self._at = self._profiles.index(profiles[0])

    def _record(self, draft: Draft) -> None:
        path = self._review.assessment.workspace.ledger_path
        decision = append(path, draft, self._review.ledger)
        self._made.append(decision.id)
        self._review = self._review.again(require_ledger(path, self._review.assessment.identity))
        echo(f"recorded: {actions.describe(decision)}")
        if decision.note:
            echo(f"note: {decision.note}")
