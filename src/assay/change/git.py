"""Asking git, which may be there or not."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


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
