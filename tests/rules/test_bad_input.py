"""Rulebooks that try to be too much, given to the program: it stays within its time and memory.

What is refused is refused at its place, in a process that may take a minute and some memory; what
is not refused is scored within the same.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent

import pytest

if sys.platform != "linux":
    pytest.skip("limits of a process as Linux has them", allow_module_level=True)

GB = 2**30
ADDRESSES = 4 * GB
"""Libraries and the engine's threads take addresses they never use; 1.4 GB is usual."""
MOST_MEMORY = 500 * 2**20
"""A rulebook of one rule takes 120 MB to score, the greediest of those below 200 MB."""
MOST_SECONDS = 60
"""Of processor time; those below take from one to five."""

LIMITED = f"""\
import os, resource, sys
from pathlib import Path

peak = Path(sys.argv.pop(1))
leave = os._exit

def note_and_leave(code):
    status = Path("/proc/self/status").read_text()
    peak.write_text(status.split("VmHWM:")[1].split()[0])
    leave(code)

os._exit = note_and_leave
resource.setrlimit(resource.RLIMIT_AS, ({ADDRESSES}, {ADDRESSES}))
resource.setrlimit(resource.RLIMIT_CPU, ({MOST_SECONDS}, {MOST_SECONDS}))
from assay.cli.main import main
main()
"""

NUMBERS = "[" + ", ".join(map(str, range(100))) + "]"
MILLION = "[" + ", ".join(["1"] * 1_000_000) + "]"


def rulebook(whens: Sequence[str], *, first: str = "", phase: str = "add: 0.001") -> str:
    rules = "\n".join(
        f"      - {{id: r{n}, {phase}, because: b, when: {quoted(text)}}}"
        for n, text in enumerate(whens)
    )
    head = dedent(
        """\
        version: 1
        settings: {as_of: 2026-01-15, publish_by: trust}
        audiences: [public]
        scales:
          grade:
            - {id: good, from: 0.001, grade: A, label: Good}
            - {id: thin, from: 0.0, grade: B, label: Thin}
        """
    )
    pool = "{over: claims, take: it.support, combine: min, empty: unknown}"
    scorers = f"scorers:\n  - name: support\n    on: claim\n    rules:\n{rules}\n"
    last = f"  - {{name: trust, on: profile, scale: grade, pool: {pool}}}\n"
    return head + first + scorers + last


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


PROFILE = f"""\
kind: institution
id: {"p" * 60}
name: {"x" * 300}
gaps: [nothing]
watch: [{{text: t}}]
claims:
  - {{id: {"a" * 60}, nature: assumption, key: true, text: t, checked: 2026-01-01}}
"""


class Ended:
    """What a run of the program came to."""

    def __init__(self, root: Path, *args: str) -> None:
        told, peak = root / "told", root / "peak"
        with told.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-c", LIMITED, str(peak), "--workspace", str(root), *args],
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=root,
                env={**os.environ, "POLARS_MAX_THREADS": "2"},
            )
            self.code = process.wait()
        self.text = told.read_text(encoding="utf-8")
        # Measured by the process itself: its usage as a child includes what its parent used.
        self.memory = int(peak.read_text(encoding="utf-8")) * 1024

    def messages(self) -> list[tuple[str, str]]:
        """File, line and message of what was found wrong."""
        found = re.finditer(r"^(\S+:\d+):\d+: error: (.*)$", self.text, re.MULTILINE)
        return [(place[1], place[2]) for place in found]


def given(root: Path, rules: str, files: Mapping[str, str] | None = None) -> Path:
    for name, text in {"rules.yaml": rules, "profiles/p.yaml": PROFILE, **(files or {})}.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


NO_EXPRESSIONS = {
    "(" * 500 + "claim.key" + ")" * 500: (
        "the expression is nested 500 deep; 30 are allowed [expression-too-deep]"
    ),
    "9223372036854775808 > 1": "invalid int literal [invalid-expression]",
    "__import__('os') == 1": "'__import__' is not known here [unknown-name]",
}
NOT_FOR_COLUMNS = {
    f"{NUMBERS}.exists(a, {NUMBERS}.exists(b, {NUMBERS}.exists(c, a + b > c)))": (
        "the list has 100 items to go over, 10,000 with the lists around it; 100 are allowed "
        "[not-compilable]"
    ),
    'claim.id.matches("((a{1,1000}){1,1000}){1,1000}")': (
        "the pattern is no regular expression: invalid repetition size '{1,1000}' [invalid-pattern]"
    ),
    'claim.id.matches(r"^\\pL{300}$")': (
        "the pattern is too large once its repetitions are written out [invalid-pattern]"
    ),
    'claim.id.matches(r"^\\pL{900}$")': (
        "the pattern is too large once its repetitions are written out [invalid-pattern]"
    ),
    'claim.id.matches("(?=a)")': (
        "the pattern is no regular expression: invalid perl operator '(?=' [invalid-pattern]"
    ),
}


@pytest.mark.parametrize("refused", [NO_EXPRESSIONS, NOT_FOR_COLUMNS], ids=["parsed", "compiled"])
def test_what_is_too_much_is_refused_at_its_place(tmp_path: Path, refused: dict[str, str]) -> None:
    ended = Ended(given(tmp_path, rulebook(list(refused))), "check")
    assert ended.code == 1
    assert [message for _, message in ended.messages()] == list(refused.values())
    assert [place for place, _ in ended.messages()] == [
        f"rules.yaml:{n}" for n in range(12, 12 + len(refused))
    ]
    assert ended.memory < MOST_MEMORY
    assert max(map(len, ended.text.splitlines())) < 500


def test_what_is_too_long_is_not_read(tmp_path: Path) -> None:
    whens = ["claim.id == " + quoted("x" * 10_000), f"1 in {MILLION}"]
    ended = Ended(given(tmp_path, rulebook(whens)), "check")
    assert ended.code == 1
    assert ended.messages() == [
        ("rules.yaml:12", "'when' is too long: 10,014 characters [too-long]"),
        ("rules.yaml:13", "'when' is too long: 3,000,005 characters [too-long]"),
    ]
    assert ended.memory < MOST_MEMORY
    assert max(map(len, ended.text.splitlines())) < 500


SCORED = [
    'claim.id.matches("(a+)+$") && profile.id.matches("(p|pp)*q|(p*)*p")',
    'profile.id.matches("^(x{0,999}y{0,999}p*)+$")',
    " || ".join(f"claim.contradictions == {n}" for n in range(280)),
    "9223372036854775807 + claim.contradictions + 1 < 0",
    "-9223372036854775808 - claim.contradictions - 1 > 0",
    "1 / claim.contradictions > 0 || 1 % claim.contradictions > 0 || 1 / 0 > 0",
    "0.0 / double(claim.contradictions) != 0.0",
    "claim.squares3 * claim.squares3 < 0",
    f"{NUMBERS}.exists(a, a + claim.contradictions == 99)",
]
FACTS = "facts:\n  - {on: claim, name: squares0, expr: claim.contradictions + 70000}\n" + "".join(
    f"  - {{on: claim, name: squares{n}, expr: claim.squares{n - 1} * claim.squares{n - 1}}}\n"
    for n in range(1, 4)
)


def test_what_only_looks_like_too_much_is_scored(tmp_path: Path) -> None:
    root = given(tmp_path, rulebook(SCORED, first=FACTS))
    ended = Ended(root, "score", "--format", "json")
    assert ended.code == 0, ended.text
    # Of the nine hold: both patterns, the long one, what is no number, and the list.
    assert '"score": 0.005' in ended.text
    assert ended.memory < MOST_MEMORY


@pytest.mark.parametrize("phase", ["add: 0.001", "on_unknown: ignore, cap: 0.5"])
def test_two_thousand_rules(tmp_path: Path, phase: str) -> None:
    whens = [f"claim.contradictions >= {n} && !has(claim.likelihood)" for n in range(2000)]
    ended = Ended(given(tmp_path, rulebook(whens, phase=phase)), "check")
    assert ended.code == 0, ended.text[-2000:]
    assert ended.text.endswith("infos\n")
    assert ended.memory < MOST_MEMORY


def test_facts_that_double_each_other(tmp_path: Path) -> None:
    facts = "facts:\n  - {on: claim, name: t0, expr: claim.id + profile.id}\n" + "".join(
        f"  - {{on: claim, name: t{n}, expr: claim.t{n - 1} + claim.t{n - 1}}}\n"
        for n in range(1, 50)
    )
    ended = Ended(given(tmp_path, rulebook(["claim.t49 != ''"], first=facts)), "score")
    assert ended.code == 1
    wrong = "the text could have more than 1,000,000 characters [not-compilable]"
    assert ended.messages()[0] == ("rules.yaml:16", wrong)
    assert ended.memory < MOST_MEMORY


def test_files_that_include_too_much(tmp_path: Path) -> None:
    names = [f"i{n}.yaml" for n in range(1000)]
    include = f"include: [a.yaml, ../outside.yaml, /etc/passwd, {', '.join(names)}]\n"
    files = {"a.yaml": "include: [b.yaml]\n", "b.yaml": "include: [a.yaml]\n"}
    files |= dict.fromkeys(names, "facts: []\n")
    (tmp_path / "desk").mkdir()
    (tmp_path / "outside.yaml").write_text("not: read\n")
    ended = Ended(given(tmp_path / "desk", rulebook(["true"], first=include), files), "check")
    assert ended.code == 1
    assert ended.messages() == [
        (
            "b.yaml:1",
            "'include' forms a cycle: a.yaml → b.yaml → a.yaml [bad-include]",
        ),
        ("rules.yaml:8", "'../outside.yaml' is outside the workspace [bad-include]"),
        ("rules.yaml:8", "'/etc/passwd' is not the name of a YAML file [bad-include]"),
        ("rules.yaml:8", "more than 200 files are included [bad-include]"),
    ]
    assert ended.memory < MOST_MEMORY
