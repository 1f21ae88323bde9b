"""One call of the program: the values of its global options, and the workspace loaded with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from assay.workspace.paths import Workspace
from assay.workspace.transactions import ChangedFileError, recover

if TYPE_CHECKING:
    from assay.assessment import Assessment, Overview
    from assay.cache import Cache
    from assay.model.documents import Corpus
    from assay.pipeline import Checked
    from assay.review.actions import Signature
    from assay.review.queue import Limits, Review
    from assay.workspace.load import Loaded


_T = TypeVar("_T")
_ATTEMPTS = 5

WORKSPACE = "assay.workspace.paths"
"""Key under which a command stores the root of its workspace, for errors printed after it."""


def now() -> datetime:
    """Return the current local time, with its offset."""
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class Session:
    """The global options of one call; ``output`` is the ``--format`` given before a command."""

    workspace_path: Path | None = None
    as_of: date | None = None
    audience: str | None = None
    clock: Callable[[], datetime] = now
    memory: int | None = None
    output: str | None = None

    def workspace(self) -> Workspace:
        """Find the workspace. Default: the one containing the current directory."""
        found = Workspace.find(self.workspace_path or Path.cwd())
        if done := recover(found.root):
            from assay.cli.output import echo  # it needs the key below

            echo(f"note: {done}", err=True)
        context = click.get_current_context(silent=True)
        if context is not None:
            context.meta[WORKSPACE] = found.root
        return found

    def memory_limit(self) -> int | None:
        """Bytes that may be used. Default: all available; None if that is unknown."""
        from assay.memory import available_bytes

        return available_bytes() if self.memory is None else self.memory

    def load(self) -> Loaded:
        """Load the documents and the rulebook."""
        from assay.workspace.load import load_workspace

        return load_workspace(self._fitting_workspace(), as_of=self.as_of)

    def edit(self, work: Callable[[Loaded], _T]) -> _T:
        """Edit the loaded workspace; again if another command changed the same file first."""
        for _ in range(_ATTEMPTS - 1):
            with suppress(ChangedFileError):
                return work(self.load())
        return work(self.load())

    def visible(self, loaded: Loaded) -> Corpus:
        """Return the documents that the audience may see; all of them if none is named.

        For an audience, raises ``InputError`` if the workspace has errors, since documents with
        errors may be for others.
        """
        from assay.diagnostics.suggest import unknown
        from assay.errors import UsageError
        from assay.evidence.audience import visible_to
        from assay.workspace.load import require

        if self.audience is None:
            return loaded.corpus
        require(loaded)
        order = loaded.rulebook.audiences if loaded.rulebook else ()
        if self.audience not in order:
            raise UsageError(unknown("audience", self.audience, order))
        return visible_to(loaded.corpus, order, self.audience, loaded.as_of or self.clock().date())

    def check(self) -> Checked:
        """Load and check the workspace."""
        from assay.pipeline import check

        return check(self._fitting_workspace(), self.as_of, _cache())

    def overview(self, ids: Sequence[str]) -> Overview:
        """List the scores of every profile; documents are loaded only if they have changed.

        Raises ``UsageError`` for an id that is not scored.
        """
        from assay.pipeline import overview, overview_unchanged

        workspace, cache = self._fitting_workspace(), _cache()
        if cache is not None:
            today = self.clock().date()
            known = overview_unchanged(workspace, self.as_of, today, self.audience, cache)
            if known is not None and {line.id for line in known.lines} >= set(ids):
                return known
        checked = self.check()
        assessment = self.assessment(checked)
        assessment.require(ids)
        return overview(checked, assessment)

    def settled(self, checked: Checked) -> date:
        """Date to score at: that of the option, otherwise of the rulebook, otherwise today."""
        from assay.pipeline import date_of

        return date_of(checked, self.as_of) or self.clock().date()

    def publication_date(self, checked: Checked) -> date:
        """Date of pages: that of the option, the lock, the rulebook, or today."""
        from assay.pipeline import publication_date

        return publication_date(checked, self.as_of, self.clock().date())

    def assessment(self, checked: Checked | None = None) -> Assessment:
        """Score the workspace, which :meth:`check` gave if it was checked before."""
        from assay.pipeline import assess

        checked = checked or self.check()
        return assess(checked, self.settled(checked), self.audience)

    def review(self, limits: Limits | None = None) -> Review:
        """Open the review of the workspace, with its ledger and the last apply."""
        from assay.pipeline import open_review

        checked = self.check()
        return open_review(checked, self.assessment(checked), limits)

    def sign(self, reviewer: str | None) -> Signature:
        """Sign as the reviewer. Default: git's user; raises ``UsageError`` if there is none."""
        from assay.errors import UsageError
        from assay.model.base import checked_reviewer
        from assay.plan.revision import git_user
        from assay.review.actions import Signature
        from assay.review.identity import same_person

        today = self.clock().date()
        user = git_user(self.workspace().root)
        if reviewer is None:
            if user is None:
                raise UsageError("no reviewer; give --reviewer NAME, or set git's user.name")
            return Signature(checked_reviewer(user.name), today, user.email)
        name = checked_reviewer(reviewer)
        # The address finds the evidence that the signer wrote, so it must be the reviewer's own.
        own = user is not None and same_person(user.name, name)
        return Signature(name, today, user.email if user and own else None)

    def _fitting_workspace(self) -> Workspace:
        """The workspace, refused if it would not fit into memory."""
        from assay.workspace.load import require_memory

        workspace = self.workspace()
        require_memory(workspace, self.memory_limit())
        return workspace


def _cache() -> Cache | None:
    from assay.cache import user_cache

    # These distributions decide the meaning of documents and conditions, and compute the scores.
    return user_cache(("cel-expr-python", "numpy", "polars", "pydantic-core", "ryaml"))
