r"""Transcripts in pages: their commands are run, and their output is replaced.

A page that has a line ``<!-- workspace: starter -->`` (what ``assay init`` writes),
``<!-- workspace: shipped -->`` (a copy of the project's own) or ``<!-- workspace: empty -->`` (an
empty folder) is such a page. From there on, in order:

- a block of ``console`` contains lines ``$ assay …``, which are run, and their output. A block
  whose commands must fail is marked ``console fails``. ``$ cd``, ``$ cat FILE`` and a final
  ``| head -N`` are supported too; a line that ends in ``\\`` continues on the next one.
- ``<!-- write: FILE -->`` writes the block after it to a file;
- ``<!-- edit: FILE -->`` makes the changes of the ``diff`` block after it to a file.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from assay.errors import UsageError
from tools.docs.session import NOW, run_assay

_DIRECTIVE = re.compile(r"<!-- (workspace|write|edit): (\S+) -->")
_HEAD = re.compile(r"^(.*?)\s*\| head -(\d+)$", re.DOTALL)
_HOME = "/home/you"
_SHIPPED_NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
"""Time of commands in the shipped workspace, whose grades are as of that day."""


def is_transcript(text: str) -> bool:
    """Whether the page has a transcript."""
    return any(d[1] == "workspace" for d in _DIRECTIVE.finditer(text))


def refreshed(text: str, project: Path, name: str) -> str:
    """Return the page with the current output of its commands.

    Raises ``UsageError`` if a command fails unexpectedly, or an edit does not fit.
    """
    with TemporaryDirectory() as folder:
        transcript = _Transcript(Path(folder).resolve(), project, name)
        return "".join(transcript.page(text))


class _Transcript:
    """The folder and the state of one transcript."""

    def __init__(self, home: Path, project: Path, page: str) -> None:
        self._home = self._here = home
        self._project = project
        self._page = page
        self._now = NOW

    def page(self, text: str) -> Iterator[str]:
        lines = iter(text.splitlines(keepends=True))
        asked: tuple[str, str] | None = None
        for line in lines:
            yield line
            if directive := _DIRECTIVE.fullmatch(line.strip()):
                asked = (directive[1], directive[2])
                if asked[0] == "workspace":
                    self._enter(asked[1])
                    asked = None
            elif line.startswith("```"):
                body = _until_fence(lines)
                if line.startswith("```console"):
                    yield "".join(self._console(body, fails="fails" in line))
                else:
                    yield "".join(body)
                    if asked:
                        self._change(*asked, body)
                        asked = None
                yield "```\n"

    def _enter(self, workspace: str) -> None:
        if workspace == "starter":
            self._run("assay init harbour", fails=False)
            self._here = self._home / "harbour"
        elif workspace == "shipped":
            self._here = self._home / "assay"
            shutil.copytree(self._project / "profiles", self._here / "profiles")
            for name in ("rules.yaml", "rules.test.yaml"):
                shutil.copy(self._project / name, self._here)
            self._now = _SHIPPED_NOW
        elif workspace != "empty":
            raise UsageError(f"{self._page}: unknown workspace {workspace!r}")

    def _console(self, body: list[str], *, fails: bool) -> Iterator[str]:
        command = ""
        for line in body:
            if command.endswith("\\\n") or line.startswith("$ "):
                command = command + line if command.endswith("\\\n") else line
                yield line
                if not line.endswith("\\\n"):
                    yield self._run(command.removeprefix("$ ").strip(), fails=fails)

    def _run(self, command: str, *, fails: bool) -> str:
        head = _HEAD.match(command)
        words = shlex.split((head[1] if head else command).replace("\\\n", " "))
        match words:
            case ["cd", folder]:
                self._here = (self._here / folder).resolve()
                return ""
            case ["cat", file]:
                return (self._here / file).read_text(encoding="utf-8")
            case ["assay", *arguments]:
                printed = run_assay(arguments, self._here, self._now)
                if bool(printed.exit_code) != fails:
                    raise UsageError(
                        f"{self._page}: {command!r} ended with {printed.exit_code}:\n"
                        f"{printed.output}"
                    )
                output = printed.output
                if head:
                    output = "".join(printed.stdout.splitlines(keepends=True)[: int(head[2])])
                return output.replace(str(self._home), _HOME)
        raise UsageError(f"{self._page}: {command!r} is not a command a page can show")

    def _change(self, what: str, file: str, body: list[str]) -> None:
        path = self._here / file
        if what == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(body), encoding="utf-8")
            return
        old = "".join(line[1:] for line in body if line[0] in " -")
        new = "".join(line[1:] for line in body if line[0] in " +")
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise UsageError(f"{self._page}: {file} has {text.count(old)} places like this:\n{old}")
        path.write_text(text.replace(old, new), encoding="utf-8")


def _until_fence(lines: Iterator[str]) -> list[str]:
    body = []
    for line in lines:
        if line.startswith("```"):
            break
        body.append(line)
    return body
