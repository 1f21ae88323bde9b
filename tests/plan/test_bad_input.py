"""What is said to every kind of bad input, byte for byte; and that nothing was written."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.plan.lock import digest_of
from tests.package import run
from tests.plan.office import Office

GOLDEN = Path(__file__).parent / "golden" / "bad-input.text"
NOW = datetime(2026, 1, 16, 9, tzinfo=UTC)
APPLY = ["apply", "--auto-approve", "--reviewer", "Ada"]

_REMARKS = re.compile(
    r"^(?:profiles/.*\n(?: .*\n)+|\d+ infos? not listed.*\n|\d+ errors, .*\n)", re.MULTILINE
)
"""What `check` has to say about the small office's documents, and its count."""

pytestmark = pytest.mark.usefixtures("short_outlook")


def _edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        path = root / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def _cut(name: str, kept: int) -> Callable[[Path], None]:
    def cut(root: Path) -> None:
        path = root / name
        path.write_bytes(path.read_bytes()[:kept])

    return cut


def _line_taken_out(root: Path) -> None:
    lines = (root / "grades.lock").read_bytes().splitlines(keepends=True)
    (root / "grades.lock").write_bytes(b"".join(lines[:-1]))


def _other_workspace(root: Path) -> Path:
    """A workspace in which nothing has a name that the first one knows."""
    folder = root / "elsewhere"
    source = {**Office().document("mill-paper"), "id": "tower-paper"}
    claim = {**Office().document("mill")["claims"][0], "sources": ["tower-paper"]}
    tower = {"kind": "institution", "id": "tower", "name": "The tower", "claims": [claim]}
    Office(documents=(source, tower)).written(folder)
    assert run(["--workspace", str(folder), *APPLY], lambda: NOW) == 0
    _edit("rules.yaml", "add: 0.5", "add: 0.6")(folder)
    assert run(["--workspace", str(folder), "plan", "--out", str(root / "other.plan")]) == 0
    return folder


def _without_date(root: Path) -> None:
    """The saved plan has no date, and the digest of that."""
    data = json.loads((root / "seen.plan").read_text("utf-8"))
    kept = {key: value for key, value in data.items() if key not in ("as_of", "digest")}
    (root / "seen.plan").write_text(json.dumps({**kept, "digest": digest_of(kept)}), "utf-8")


def _lock_of_another(root: Path) -> None:
    folder = _other_workspace(root)
    (root / "grades.lock").write_bytes((folder / "grades.lock").read_bytes())


def _override(root: Path) -> None:
    command = ["review", "override", "sluice", "--scorer", "trust", "--grade", "high"]
    who = ["--reason", "We were there.", "--reviewer", "Ada"]
    assert run(["--workspace", str(root), *command, *who], lambda: NOW) == 0


def _override_of_what_is_gone(root: Path) -> None:
    _override(root)
    Office().without("sluice").written(root)


def _git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    environment = {**os.environ, **nobody}
    command = ["git", *who, *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def _shallow(root: Path) -> None:
    """The workspace is a shallow clone of one with two commits."""
    for name in ("one", "two"):
        (root / "notes.txt").write_text(name, encoding="utf-8")
        if name == "one":
            _git(root, "init", "-q", "-b", "trunk")
        _git(root, "add", "rules.yaml", "profiles", "notes.txt")
        _git(root, "commit", "-q", "-m", name)
    _git(root, "clone", "-q", "--depth", "1", f"file://{root}", str(root / "clone"))
    (root / ".git").rename(root / "git-was-here")
    (root / "clone" / ".git").rename(root / ".git")


def _both(first: Callable[[Path], None], then: Callable[[Path], None]) -> Callable[[Path], None]:
    def both(root: Path) -> None:
        first(root)
        then(root)

    return both


def _nothing(root: Path) -> None:
    """The workspace as it is."""


CASES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "a lock of a newer version": (
        _edit("grades.lock", '{"assay_lock": 3', '{"assay_lock": 4'),
        ["plan"],
    ),
    "a lock that was cut off": (_cut("grades.lock", -200), ["plan"]),
    "a lock that lacks a line": (_line_taken_out, ["plan"]),
    "a lock edited by hand": (_edit("grades.lock", '"points": 463', '"points": 900'), APPLY),
    "a lock of another workspace": (_lock_of_another, ["plan"]),
    "a lock that is something else": (_edit("grades.lock", '{"assay_lock"', '{"lock"'), ["plan"]),
    "a plan of a newer version": (
        _edit("seen.plan", '"assay_plan": 1', '"assay_plan": 2'),
        [*APPLY, "seen.plan"],
    ),
    "a plan that was cut off": (_cut("seen.plan", 287), [*APPLY, "seen.plan"]),
    "a plan edited by hand": (
        _edit("seen.plan", '"downgrade"', '"upgrade"'),
        [*APPLY, "seen.plan"],
    ),
    "a plan without a date": (_without_date, [*APPLY, "seen.plan"]),
    "a plan of another workspace": (_other_workspace, [*APPLY, "other.plan"]),
    "a plan that is not there": (_nothing, [*APPLY, "none.plan"]),
    "a place for a plan that belongs to the workspace": (
        _nothing,
        ["plan", "--out", "profiles/../rules.yaml"],
    ),
    "a place for a plan where nothing can be": (
        _nothing,
        ["plan", "--out", "rules.yaml/deeper/seen.plan"],
    ),
    "a ledger with a broken last line": (
        _both(_override, _cut("reviews.jsonl", -20)),
        ["check"],
    ),
    "a ledger with a changed line": (
        _both(_override, _edit("reviews.jsonl", "We were", "I was")),
        ["review", "accept", "sluice", "--reviewer", "Ada"],
    ),
    "a reviewer's name on two lines": (
        _nothing,
        ["review", "comment", "mill", "Seen.", "--reviewer", "Ada\nBen"],
    ),
    "an applicant's name on two lines": (
        _edit("rules.yaml", "add: 0.5", "add: 0.6"),
        ["apply", "--auto-approve", "--reviewer", "Ada\nBen"],
    ),
    "an applicant's name that cannot be shown": (
        _edit("rules.yaml", "add: 0.5", "add: 0.6"),
        ["apply", "--auto-approve", "--reviewer", "Ada\x07"],
    ),
    "an override of a profile that is gone": (_override_of_what_is_gone, ["check"]),
    "an override of a profile that never was": (
        _nothing,
        [
            "review",
            "override",
            "slice",
            "--scorer",
            "trust",
            "--grade",
            "high",
            "--reason",
            "x",
            "--reviewer",
            "Ada",
        ],
    ),
    "no git work tree": (_nothing, ["plan", "--against", "HEAD"]),
    "a revision that a shallow clone does not have": (_shallow, ["plan", "--against", "HEAD~1"]),
    "a history that was edited": (_edit("history.jsonl", "Ada", "Eve"), ["log"]),
}


@pytest.fixture
def said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], str]:
    """What a case prints, and how it ends; nothing of the workspace may have been written."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    def answer(name: str) -> str:
        root = tmp_path / "desk"
        Office().written(root)
        monkeypatch.chdir(root)
        assert run(APPLY, lambda: NOW) == 0
        _edit("rules.yaml", "add: 0.8", "add: 0.7")(root)
        assert run(["plan", "--out", "seen.plan"]) == 0
        _edit("rules.yaml", "add: 0.7", "add: 0.8")(root)
        prepare, command = CASES[name]
        prepare(root)
        kept = {
            p.name: p.read_bytes()
            for p in (root / n for n in ("grades.lock", "history.jsonl", "reviews.jsonl"))
            if p.exists()
        }
        capfd.readouterr()
        code = run(command, lambda: NOW)
        printed = capfd.readouterr()
        assert {n: (root / n).read_bytes() for n in kept} == kept
        shown = " ".join(repr(a) if "\n" in a or "\x07" in a else a for a in command)
        answered = _REMARKS.sub("", printed.out + printed.err)
        text = f"== {name}\n$ assay {shown}\n{answered}exit {code}\n"
        return re.sub(r"\b[0-9a-f]{8,12}\b", "0" * 8, text.replace(str(tmp_path), "/home/you"))

    return answer


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_to_bad_input(said: Callable[[str], str], name: str) -> None:
    expected = {
        section.splitlines()[0]: f"== {section}"
        for section in GOLDEN.read_text(encoding="utf-8").split("== ")[1:]
    }
    assert said(name) == expected[name]


def test_every_case_of_the_golden_file_is_tried() -> None:
    text = GOLDEN.read_text(encoding="utf-8")
    assert re.findall(r"^== (.*)$", text, re.MULTILINE) == [*CASES]
