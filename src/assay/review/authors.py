"""Who wrote the evidence, as git knows it, and who is sitting at the desk."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from assay.review.identity import identities

_WRITERS = "%aN <%aE>%n%(trailers:key=Co-authored-by,valueonly)"


@dataclass(frozen=True, slots=True)
class Authors:
    """Those who wrote a file, by name, address or both.

    ``unsure`` says in a clause why some of them may be missing; None where git knows them all.
    """

    names: frozenset[str]
    unsure: str | None = None

    def include(self, *names: str | None) -> bool:
        """Whether one of the names, or addresses, is among them."""
        return bool(identities(*names) & identities(*self.names))


@dataclass(frozen=True, slots=True)
class GitUser:
    """Who git says is working here."""

    name: str
    email: str | None


def git_user(root: Path) -> GitUser | None:
    """The user git is set up for in a folder, None where it is not."""
    name = _git(root, "config", "--get", "user.name")
    if not name or not name.strip():
        return None
    email = _git(root, "config", "--get", "user.email")
    return GitUser(name.rstrip("\n"), (email or "").strip() or None)


def authors_of(root: Path, file: Path) -> Authors:
    """Who wrote a file below ``root``, by its history and by what is not committed yet."""
    if shutil.which("git") is None:
        return Authors(frozenset(), "git is not installed")
    if _git(root, "rev-parse", "--is-inside-work-tree") is None:
        return Authors(frozenset(), "the workspace is not under git")
    log = _git(root, "log", "--follow", f"--format={_WRITERS}", "--", str(file))
    names = {line for line in (log or "").splitlines() if line}
    unsure = None if names else "git has no history of the file"
    if (_git(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true":
        unsure = "the history is shallow, so earlier authors are not known"
    if (_git(root, "status", "--porcelain", "--", str(file)) or "").strip():
        user = git_user(root)
        names |= {n for n in (user.name, user.email) if n} if user else set()
        unsure = unsure or "the file has changes that are not committed"
    return Authors(frozenset(names), unsure)


def _git(root: Path, *arguments: str) -> str | None:
    """What git prints; None where it refuses or is not there."""
    program = shutil.which("git")
    if program is None:
        return None
    # A hook's own settings must not lead git to another repository.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {k: v for k, v in os.environ.items() if k.startswith("GIT_CONFIG")}
    done = subprocess.run(  # noqa: S603 - a fixed program, arguments as a list
        [program, "-C", str(root), *arguments],
        capture_output=True,
        check=False,
        env=environment | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        stdin=subprocess.DEVNULL,
    )
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
