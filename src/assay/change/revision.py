"""Reading the workspace as it was at a revision of git, without touching the work tree."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from assay.change import git
from assay.errors import UsageError
from assay.workspace import Workspace


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
        return git.run(folder, *arguments)
    except FileNotFoundError:
        message = "git is not installed, so there are no revisions to compare with"
        raise UsageError(message) from None
