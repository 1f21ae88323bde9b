"""A desk as it was applied: the lock's rulebook and date, on the documents of that time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assay.change import git
from assay.change.lock import Lock
from assay.change.revision import workspace_at
from assay.change.stages import Baseline
from assay.change.take import evidence_digest, evidence_of, inputs_digest
from assay.desk import Desk, scored
from assay.errors import UsageError
from assay.loading import load_workspace
from assay.model.audience import seen_by
from assay.scoring import SCORING_VERSION

if TYPE_CHECKING:
    from assay.model.corpus import Corpus
    from assay.workspace import Workspace


@contextmanager
def as_applied(lock: Lock, desk: Desk) -> Iterator[tuple[Desk, ...]]:
    """The desk once for every audience that it was applied for, as long as the block runs.

    The documents are those of ``desk`` where they are as they were, else those that git has with
    the lock. Raises ``UsageError`` where neither are those the lock was made from, and where
    another scoring version applied it.
    """
    if lock.engine != SCORING_VERSION:
        raise UsageError(
            "grades.lock was applied by another scoring version, so its pages are unknown"
        )
    found = _desks(lock, desk.workspace, desk.written)
    if _inputs(found) == lock.inputs:
        yield found
        return
    workspace = desk.workspace
    commit = git.ask(workspace.root, "log", "-1", "--format=%H", "--", workspace.lock_path.name)
    if not (commit or "").strip():
        raise UsageError("documents moved, and git does not have those that were applied")
    with workspace_at(workspace, (commit or "").strip()) as there:
        loaded = load_workspace(there, as_of=lock.as_of)
        found = _desks(lock, there, loaded.corpus)
        if loaded.errors or _inputs(found) != lock.inputs:
            raise UsageError(
                "documents moved, and those that git has with grades.lock are not those that were "
                "applied; commit the lock with the documents it stands for"
            )
        yield found


def _desks(lock: Lock, workspace: Workspace, written: Corpus) -> tuple[Desk, ...]:
    base = Baseline(lock)
    order, as_of = base.rulebook.audiences, lock.as_of
    return tuple(
        scored(
            workspace,
            seen_by(written, order, audience, as_of),
            base.rulebook,
            base.program,
            as_of,
            audience,
            written=written,
        )
        for audience in order
    )


def _inputs(desks: Sequence[Desk]) -> str:
    return inputs_digest(
        {(i, d.audience): evidence_digest(e) for d in desks for i, e in evidence_of(d).items()}
    )
