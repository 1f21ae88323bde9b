"""Real processes: killed at each call that writes, and raced in pairs. Prints what it counted."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import assay
from assay.cli.main import run

pytestmark = pytest.mark.slow

CLAIM = "berths-for-electric-ferries#decision-published"
PROFILE = "berths-for-electric-ferries"
CALLS = (
    "write,pwrite64,ftruncate,fsync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,"
    "mkdirat,rmdir,chmod,fchmodat"
)
WRITER = """
import contextlib, io, json, sys
from assay.cli.main import run
for line in sys.stdin:
    err = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(err):
        code = run(json.loads(line))
    print(json.dumps([code, err.getvalue()]), flush=True)
"""


class Place:
    """A workspace in git with an applied lock, and sheets and papers to import, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "w"
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(Path(assay.__file__).parents[1]),
            "ASSAY_CACHE_DIR": str(folder / "cache"),
        }

    @classmethod
    def made(cls, folder: Path) -> Place:
        place = cls(folder)
        assert run(["init", str(place.root)]) == 0
        assert place.run("apply", "--auto-approve", "--reviewer", "Ann Example") == 0
        assert place.run("sheet", "export", str(folder / "sheets")) == 0
        for sheet in (folder / "sheets").glob("*.csv"):
            edited = re.sub(r"Example Coast|The Daily Example", r"Example Shore", sheet.read_text())
            sheet.write_text(edited.replace("Decision 7", "Decision 8"))
        for arguments in (["init", "-q"], ["add", "-A"]):
            subprocess.run(["git", *arguments], cwd=place.root, check=True)
        author = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *author, "commit", "-qm", "x"], cwd=place.root, check=True)
        return place

    def copied(self, folder: Path) -> Place:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder, symlinks=True)
        return Place(folder)

    def run(self, *arguments: str) -> int:
        return run(["--workspace", str(self.root), *arguments])

    def command(self, arguments: list[str]) -> list[str]:
        given = [a.replace("FOLDER", str(self.folder)) for a in arguments]
        return [sys.executable, "-m", "assay", "--workspace", str(self.root), *given]

    def files(self) -> dict[str, bytes]:
        names = (p for p in self.root.rglob("*") if p.is_file())
        own = {p.relative_to(self.root): p for p in names}
        return {
            k.as_posix(): p.read_bytes()
            for k, p in own.items()
            if k.parts[0] not in (".git", ".assay")
        }

    def left_over(self) -> set[str]:
        home = {p.name for p in (self.root / ".assay").iterdir()}
        return home - {".gitignore", "lock", "last", "profile.schema.json", "rules.schema.json"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place.made(tmp_path_factory.mktemp("place") / "place")


COMMANDS = {
    "new claim": ["new", "claim", PROFILE, "Six berths were reserved in 2026.", "--id", "six"],
    "cite": ["cite", "https://news.example/six", "--claim", CLAIM],
    "sheet import": ["sheet", "import", "FOLDER/sheets", "--auto-approve"],
    "apply": ["--as-of", "2027-01-15", "apply", "--auto-approve", "--reviewer", "Ann Example"],
    "review flag": ["review", "flag", PROFILE, "Look.", "--reviewer", "Ann Example"],
}


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_process_killed_at_any_call_that_writes_leaves_all_or_nothing(
    place: Place, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = COMMANDS[name]
    old = place.files()
    once = place.copied(tmp_path / "w")
    calls = list(_calls(once, arguments))
    new = once.files()
    changed = {n for n in new if new[n] != old.get(n)}
    assert changed
    assert calls
    seen: Counter[str] = Counter()
    for call, number in calls:
        here = place.copied(tmp_path / "w")
        inject = f"inject={call}:signal=KILL:when={number}"
        strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]
        done = subprocess.run(
            [*strace, *here.command(arguments)],
            env=here.environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode in (-9, 137), (call, number)
        assert here.run("find", "berth") == 0  # the next command
        there = here.files()
        touched = {n for n in there if there[n] != old.get(n)}
        assert touched in (set(), changed), (call, number)
        assert here.left_over() == set(), (call, number)
        seen["new" if touched else "old"] += 1
    assert set(seen) == {"new", "old"}
    with capsys.disabled():
        counts = f"killed {seen.total()} times: {seen['old']} old, {seen['new']} new"
        sys.stdout.write(f"\n{name}: {counts}\n")


def _calls(place: Place, arguments: list[str]) -> Iterator[tuple[str, int]]:
    """Yield the calls of a command that concern the workspace, each with its number by name."""
    log = place.folder / "calls"
    strace = ["strace", "-f", "-y", "-qq", "-o", str(log), "-e", f"trace={CALLS}"]
    subprocess.run(
        [*strace, *place.command(arguments)],
        env=place.environment,
        check=True,
        capture_output=True,
    )
    counts: Counter[str] = Counter()
    for line in log.read_text("utf-8", "replace").splitlines():
        found = re.match(r"(\d+) +(\w+)\((.*)", line)
        if found is None:
            continue
        process, call, rest = found.groups()
        counts[process + call] += 1
        if f"{place.root}/" in rest or f"{place.root}>" in rest:
            yield call, counts[process + call]


Check = Callable[[Place, int], bool]


def _in_profiles(text: str) -> Check:
    def check(place: Place, number: int) -> bool:
        wanted = text.format(number)
        files = place.files()
        return any(wanted in d.decode() for n, d in files.items() if n.startswith("profiles/"))

    return check


def _flagged(place: Place, number: int) -> bool:
    return f"Look at {number}." in (place.root / "reviews.jsonl").read_text()


def _applied(place: Place, number: int) -> bool:
    return f"apply {number}" in (place.root / "history.jsonl").read_text()


RACED: dict[str, tuple[list[str], Check]] = {
    "new claim": (
        ["new", "claim", PROFILE, "{0} berths were reserved in 2026.", "--id", "claim-{0}"],
        _in_profiles("id: claim-{0}\n"),
    ),
    "cite": (
        ["cite", "https://news.example/{0}", "--claim", CLAIM, "--id", "cited-{0}"],
        _in_profiles("cited-{0}"),
    ),
    "sheet import": (
        ["sheet", "import", "FOLDER/{0}/claims.csv", "--auto-approve"],
        _in_profiles("Sheet {0} says that operators"),
    ),
    "ingest": (["ingest", "FOLDER/{0}/paper.html"], _in_profiles("Paper number {0}")),
    "review flag": (
        ["review", "flag", PROFILE, "Look at {0}.", "--reviewer", "Ann Example"],
        _flagged,
    ),
    "apply": (
        ["--as-of", "DAY", "apply", "--auto-approve", "--reviewer", "Ann", "--reason", "apply {0}"],
        _applied,
    ),
}
ROUNDS = 4


def test_no_pair_of_commands_loses_what_either_wrote(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER],
            env=place.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    races = refused = 0
    number = 10
    for pair in itertools.combinations_with_replacement(RACED, 2):
        here = place.copied(tmp_path / "w")
        for _ in range(ROUNDS):
            numbers = [number, number + 1]
            number += 2
            for writer, name, n in zip(writers, pair, numbers, strict=True):
                _papers(here, n)
                given = [_filled(a, here, n) for a in RACED[name][0]]
                assert writer.stdin is not None
                print(json.dumps(["--workspace", str(here.root), *given]), file=writer.stdin)
            for writer in writers:
                assert writer.stdin is not None
                writer.stdin.flush()
            races += 1
            for writer, name, n in zip(writers, pair, numbers, strict=True):
                assert writer.stdout is not None
                code, message = json.loads(writer.stdout.readline())
                there = RACED[name][1](here, n)
                assert there == (code == 0), (pair, name, n, code, message)
                if code:
                    refused += 1
                    assert re.search(r"changed|being changed|nothing", message), message
        assert here.left_over() == set()
        assert here.run("check") == 0
    for writer in writers:
        writer.communicate()
    with capsys.disabled():
        sys.stdout.write(f"\n{races} races of two commands: {refused} refused, 0 lost\n")


def _filled(argument: str, place: Place, number: int) -> str:
    day = f"20{27 + number // 300}-{1 + number % 300 // 28:02}-{1 + number % 28:02}"
    return argument.format(number).replace("FOLDER", str(place.folder)).replace("DAY", day)


def _papers(place: Place, number: int) -> None:
    """Put a sheet and a paper for a round into a folder of its number."""
    folder = place.folder / str(number)
    folder.mkdir()
    text = f"Sheet {number} says that operators could start within the year."
    row = f"{PROFILE},sheet-{number},{text},attributed,draft"
    (folder / "claims.csv").write_text(f"profile,id,text,nature,status\n{row}\n")
    body = f"Paper number {number} reports that {number} ferries called at the harbour. " * 20
    (folder / "paper.html").write_text(
        f"<html><head><title>Paper number {number}</title></head>"
        f"<body><article><h1>Paper number {number}</h1><p>{body}</p></article></body></html>"
    )
