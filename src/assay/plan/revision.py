"""Asking git, which may be there or not."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from assay.assessment import Desk, scored
from assay.errors import UsageError
from assay.model.audience import seen_by
from assay.plan.attribution import baseline
from assay.plan.lock_builder import evidence_digest, evidence_of, inputs_digest
from assay.scoring import SCORING_VERSION
from assay.workspace.load import load_workspace
from assay.workspace.paths import Workspace

if TYPE_CHECKING:
    from assay.model.documents import Corpus
    from assay.plan.lock import Lock


@dataclass(frozen=True, slots=True)
class GitUser:
    """Who git says is working here."""

    name: str
    email: str | None

    @property
    def signature(self) -> str:
        """``Name <address>``, as git writes it."""
        return f"{self.name} <{self.email}>" if self.email else self.name


def installed() -> bool:
    """Whether there is a git to ask."""
    return shutil.which("git") is not None


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder, on the repository that the folder lies in.

    Raises ``FileNotFoundError`` where git is not installed.
    """
    program = shutil.which("git")
    if program is None:
        raise FileNotFoundError("git")
    # A hook's own settings must not lead git to another repository.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    kept = ("GIT_CONFIG", "GIT_CEILING")
    environment |= {k: v for k, v in os.environ.items() if k.startswith(kept)}
    return subprocess.run(  # noqa: S603 - a fixed program, arguments as a list
        [program, "-C", str(folder), *arguments],
        capture_output=True,
        check=False,
        env=environment | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        stdin=subprocess.DEVNULL,
    )


def ask(folder: Path, *arguments: str) -> str | None:
    """What git prints; None where it refuses or is not there."""
    try:
        done = run(folder, *arguments)
    except FileNotFoundError:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def git_user(folder: Path) -> GitUser | None:
    """The user git is set up for in a folder, None where it is not."""
    name = ask(folder, "config", "--get", "user.name")
    if not name or not name.strip():
        return None
    email = ask(folder, "config", "--get", "user.email")
    return GitUser(name.rstrip("\n"), (email or "").strip() or None)


@contextmanager
def workspace_at(workspace: Workspace, revision: str) -> Iterator[Workspace]:
    """The workspace's rulebook and documents at a revision, in a folder that is then removed.

    Raises ``UsageError`` where there is no git, no repository, no such revision, or no workspace
    in it.
    """
    commit = _commit(workspace.root, revision)
    prefix = _git(workspace.root, ["rev-parse", "--show-prefix"]).decode().strip()
    names = [n for n in ("rules.yaml", "profiles") if _holds(workspace.root, commit, prefix + n)]
    if len(names) < 2:
        raise UsageError(f"at {revision} there is no workspace here: no rules.yaml and profiles/")
    archive = _git(workspace.root, ["archive", "--format=tar", commit, "--", *names])
    folder = Path(tempfile.mkdtemp(prefix="assay-revision-"))
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            extract(tar, folder)
        yield Workspace(folder.resolve())
    except tarfile.TarError as error:
        raise UsageError(f"{revision} cannot be read: {error}") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def extract(tar: tarfile.TarFile, folder: Path) -> None:
    """Write the regular files of an archive below ``folder``.

    Links are skipped, as in the workspace itself, and so is a name that leads elsewhere. The
    filters of ``extractall`` are newer than Python 3.11.2.
    """
    for member in tar:
        parts = PurePosixPath(member.name).parts
        content = tar.extractfile(member) if member.isreg() else None
        if content is None or ".." in parts or member.name.startswith("/"):
            continue
        target = folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.read())


def _commit(root: Path, revision: str) -> str:
    if revision.startswith("-") or not revision.strip() or "\0" in revision:
        raise UsageError(f"{revision!r} is not a revision; write a branch, a tag or a commit")
    if _run(root, ["rev-parse", "--git-dir"]).returncode:
        raise UsageError("the workspace is not in a git repository, so there are no revisions")
    found = _run(root, ["rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"])
    if found.returncode:
        shallow = _run(root, ["rev-parse", "--is-shallow-repository"]).stdout.strip() == b"true"
        hint = "; the clone is shallow: 'git fetch --unshallow' brings the rest" if shallow else ""
        raise UsageError(f"there is no revision {revision!r} here{hint}")
    return found.stdout.decode().strip()


def _holds(root: Path, commit: str, path: str) -> bool:
    return not _run(root, ["cat-file", "-e", f"{commit}:{path}"]).returncode


def _git(folder: Path, arguments: Sequence[str]) -> bytes:
    done = _run(folder, arguments)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(f"git refuses: {said[-1] if said else 'without a reason'}")
    return done.stdout


def _run(folder: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return run(folder, *arguments)
    except FileNotFoundError:
        message = "git is not installed, so there are no revisions to compare with"
        raise UsageError(message) from None


@contextmanager
def as_applied(lock: Lock, desk: Desk) -> Iterator[tuple[Desk, ...]]:
    """The desk once for every audience that it was applied for, as long as the block runs.

    The documents are those of ``desk`` where they are as they were, else those that git has with
    the lock. Raises ``UsageError`` where neither are those the lock was made from, and where
    another version of assay made it.
    """
    if lock.engine != SCORING_VERSION:
        raise UsageError(
            "grades.lock was applied by another scoring version, so its pages are unknown"
        )
    found = _desks(lock, desk, desk.workspace, desk.written)
    if _inputs(found) == lock.inputs:
        yield found
        return
    workspace = desk.workspace
    commit = ask(workspace.root, "log", "-1", "--format=%H", "--", workspace.lock_path.name)
    if not (commit or "").strip():
        raise UsageError("documents moved, and git does not have those that were applied")
    with workspace_at(workspace, (commit or "").strip()) as there:
        loaded = load_workspace(there, as_of=lock.as_of)
        found = _desks(lock, desk, there, loaded.corpus)
        if loaded.errors or _inputs(found) != lock.inputs:
            raise UsageError(
                "documents moved, and those that git has with grades.lock are not those that were "
                "applied; commit the lock with the documents it stands for"
            )
        yield found


def _desks(lock: Lock, desk: Desk, workspace: Workspace, written: Corpus) -> tuple[Desk, ...]:
    base = baseline(lock, desk)
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
