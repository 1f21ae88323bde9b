"""Earlier versions of a workspace in git: at a revision, or as last applied. Git is optional."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from assay.assessment import Assessment, scored
from assay.errors import UsageError
from assay.evidence.audience import visible_to
from assay.plan.attribution import baseline
from assay.plan.lock_builder import evidence_digest, evidence_of, inputs_digest
from assay.scoring import SCORING_VERSION
from assay.workspace.load import load_workspace
from assay.workspace.paths import Workspace, real_path

if TYPE_CHECKING:
    from assay.model.documents import Corpus
    from assay.plan.lock import Lock


@dataclass(frozen=True, slots=True)
class GitUser:
    """The user configured in git."""

    name: str
    email: str | None

    @property
    def signature(self) -> str:
        """``Name <address>``, as git writes it."""
        return f"{self.name} <{self.email}>" if self.email else self.name


def installed() -> bool:
    """Whether git is installed."""
    return shutil.which("git") is not None


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder of a repository. Raises ``FileNotFoundError`` without git."""
    program = shutil.which("git")
    if program is None:
        raise FileNotFoundError("git")
    # In a hook, variables such as GIT_DIR would make git use another repository.
    environment = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith("GIT_") or k.startswith(("GIT_CONFIG", "GIT_CEILING"))
    }
    return subprocess.run(  # noqa: S603 - a fixed program, arguments as a list
        [program, "-C", str(folder), *arguments],
        capture_output=True,
        check=False,
        env=environment | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        stdin=subprocess.DEVNULL,
    )


def ask(folder: Path, *arguments: str) -> str | None:
    """Return the output of git; None if it fails or is not installed."""
    try:
        done = run(folder, *arguments)
    except FileNotFoundError:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def git_user(folder: Path) -> GitUser | None:
    """Return the user configured for a folder, None if there is none."""
    name = ask(folder, "config", "--get", "user.name")
    if not name or not name.strip():
        return None
    email = ask(folder, "config", "--get", "user.email")
    return GitUser(name.rstrip("\n"), (email or "").strip() or None)


@contextmanager
def workspace_at(
    workspace: Workspace, revision: str, documents: Sequence[str] = ("profiles",)
) -> Iterator[Workspace]:
    """Provide the rulebook and documents of a revision, in a folder that is removed at the end.

    ``documents`` are files or folders, all of which the revision has unless it is no workspace.
    Raises ``UsageError`` without git, a repository, the revision, or a workspace in it.
    """
    commit = _commit(workspace.root, revision)
    prefix = _git(workspace.root, ["rev-parse", "--show-prefix"]).decode().strip()
    wanted = ("rules.yaml", *documents)
    names = [n for n in wanted if _holds(workspace.root, commit, prefix + n)]
    if len(names) < 2:
        raise UsageError(
            f"revision {revision!r} has no workspace here; it needs rules.yaml and profiles/"
        )
    archive = _git(workspace.root, ["archive", "--format=tar", commit, "--", *names])
    folder = Path(tempfile.mkdtemp(prefix="assay-revision-"))
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            extract(tar, folder)
        yield Workspace(real_path(folder))
    except tarfile.TarError as error:
        raise UsageError(f"cannot read revision {revision!r}: {error}") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def extract(tar: tarfile.TarFile, folder: Path) -> None:
    """Write the regular files of an archive below ``folder``.

    Links are skipped, as in the workspace itself, and so are names outside the folder. The
    filters of ``extractall`` need a Python newer than 3.11.2.
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
        raise UsageError(f"invalid revision {revision!r}; use a branch, a tag or a commit")
    if _run(root, ["rev-parse", "--git-dir"]).returncode:
        raise UsageError("the workspace is not in a git repository, so it has no revisions")
    found = _run(root, ["rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"])
    if found.returncode:
        shallow = _run(root, ["rev-parse", "--is-shallow-repository"]).stdout.strip() == b"true"
        hint = (
            "; the clone is shallow, fetch the rest with `git fetch --unshallow`" if shallow else ""
        )
        raise UsageError(f"unknown revision {revision!r}{hint}")
    return found.stdout.decode().strip()


def _holds(root: Path, commit: str, path: str) -> bool:
    return not _run(root, ["cat-file", "-e", f"{commit}:{path}"]).returncode


def _git(folder: Path, arguments: Sequence[str]) -> bytes:
    done = _run(folder, arguments)
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(f"git failed: {lines[-1] if lines else f'exit code {done.returncode}'}")
    return done.stdout


def _run(folder: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return run(folder, *arguments)
    except FileNotFoundError:
        message = "git is not installed, so there are no revisions"
        raise UsageError(message) from None


_FILES_AT_ONCE = 200
"""Number of changed files from which all documents of a revision are read."""


def documents_before(lock: Lock, workspace: Workspace, written: Corpus) -> Corpus | None:
    """Return the documents as committed with the lock, merged into those ``written`` now.

    None without git, or if the lock is not committed. Only files that changed since are read;
    documents of other files are the current ones.
    """
    commit = commit_of_lock(workspace)
    if commit is None:
        return None
    changed = ask(
        workspace.root,
        *("diff", "--name-only", "--no-renames", "--diff-filter=MDT", "-z", "--relative"),
        *(commit, "--", workspace.profiles_dir.name),
    )
    names = [name for name in (changed or "").split("\0") if name]
    if not names:
        return written
    if len(names) > _FILES_AT_ONCE:
        names = [workspace.profiles_dir.name]
    try:
        with workspace_at(workspace, commit, names) as there:
            old = load_workspace(there, as_of=lock.as_of).corpus
    except UsageError:
        return None
    return replace(
        written,
        publishers={**written.publishers, **old.publishers},
        sources={**written.sources, **old.sources},
        profiles={**written.profiles, **old.profiles},
    )


def commit_of_lock(workspace: Workspace) -> str | None:
    """Return the last commit that changed the lock; None if there is none, or no git."""
    found = ask(workspace.root, "log", "-1", "--format=%H", "--", workspace.lock_path.name)
    return (found or "").strip() or None


@contextmanager
def as_applied(
    lock: Lock, assessment: Assessment, audience: str | None = None
) -> Iterator[tuple[Assessment, ...]]:
    """Provide the applied state of a workspace, scored again for one or all of its audiences.

    Documents are the current ones if unchanged, otherwise those committed with the lock. Raises
    ``UsageError`` if neither are the applied ones, or if the scoring version has changed.
    """
    if lock.engine != SCORING_VERSION:
        raise UsageError(
            "grades.lock was applied with another scoring version, so its pages are unknown"
        )
    found = _assessments(lock, assessment, assessment.workspace, assessment.written, audience)
    if _inputs(found) == lock.inputs:
        yield found
        return
    workspace = assessment.workspace
    commit = commit_of_lock(workspace)
    if commit is None:
        raise UsageError("documents have changed, and git does not have the applied ones")
    with workspace_at(workspace, commit) as there:
        loaded = load_workspace(there, as_of=lock.as_of)
        found = _assessments(lock, assessment, there, loaded.corpus, audience)
        if loaded.errors or _inputs(found) != lock.inputs:
            raise UsageError(
                "documents have changed, and those committed with grades.lock are not the applied "
                "ones; commit the lock together with its documents"
            )
        yield found


def _assessments(
    lock: Lock,
    assessment: Assessment,
    workspace: Workspace,
    written: Corpus,
    audience: str | None,
) -> tuple[Assessment, ...]:
    base = baseline(lock, assessment)
    order, as_of = base.rulebook.audiences, lock.as_of
    wanted = [name for name in order if audience in (None, name)]
    return tuple(
        scored(
            workspace,
            visible_to(written, order, name, as_of),
            base.rulebook,
            base.program,
            as_of,
            name,
            written=written,
        )
        for name in wanted
    )


def _inputs(assessments: Sequence[Assessment]) -> str:
    return inputs_digest(
        {
            (i, d.audience): evidence_digest(e)
            for d in assessments
            for i, e in evidence_of(d).items()
        }
    )
