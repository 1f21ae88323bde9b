"""A workspace scored with a cache is the workspace scored from nothing, after any edit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from assay import cache as caching
from assay.workspace import discover
from tests.cache.spaces import DAY, agrees, desk, space_in, write
from tests.package import FOLDER_VARIABLE, Cache, Workspace, YamlFile, build, read_yaml, run

NUMBERS = st.integers(0, 4)


class Edits(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        root = Path(os.environ["PYTEST_EDITS_ROOT"])
        self.space = space_in(root / "space")
        shutil.rmtree(root / "cache", ignore_errors=True)
        (root / "cache").mkdir()
        self.cache = Cache(root / "cache", "code")

    @rule(number=NUMBERS, name=st.sampled_from("ABC"), claims=st.integers(1, 3))
    def change_claims(self, number: int, name: str, claims: int) -> None:
        write(self.space, number, name=name, claims=claims)

    @rule(number=NUMBERS, upper=NUMBERS, status=st.sampled_from(["final", "draft"]))
    def depend(self, number: int, upper: int, status: str) -> None:
        write(self.space, number, upper=upper, status=status)

    @rule(number=NUMBERS, other=NUMBERS, published=st.sampled_from(["2024-02", "2026-06-01"]))
    def draw_on(self, number: int, other: int, published: str) -> None:
        write(self.space, number, cites=f"s-{other}", published=published)

    @rule(number=NUMBERS, other=st.sampled_from(["s-1", "s-7", "nobody"]))
    def cite(self, number: int, other: str) -> None:
        write(self.space, number, more=other, claims=2)

    @rule(number=st.integers(5, 7), upper=NUMBERS)
    def add(self, number: int, upper: int) -> None:
        write(self.space, number, upper=upper, more="s-2")

    @rule(number=NUMBERS)
    def remove(self, number: int) -> None:
        (self.space.profiles_dir / f"p-{number}.yaml").unlink(missing_ok=True)

    @rule(number=NUMBERS, text=st.sampled_from(["kind: [", "&x a", "07: [1e3, '07', é, no]\n"]))
    def break_(self, number: int, text: str) -> None:
        (self.space.profiles_dir / f"p-{number}.yaml").write_text(text)

    @rule(days=st.sampled_from([100, 365]))
    def change_rules(self, days: int) -> None:
        text = self.space.rules_path.read_text()
        self.space.rules_path.write_text(text.replace("default: 365", f"default: {days}"))

    @rule(cut=st.integers(0, 3000))
    def damage(self, cut: int) -> None:
        for path in self.cache.folder.iterdir():
            path.write_bytes(path.read_bytes()[:cut])

    @invariant()
    def the_cache_changes_nothing(self) -> None:
        agrees(self.space, self.cache)
        agrees(self.space, self.cache, date(2026, 3, 2), "internal")


def test_any_edits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_EDITS_ROOT", str(tmp_path))
    few = settings(max_examples=6, stateful_step_count=8, deadline=None)
    run_state_machine_as_test(Edits, settings=few)


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return space_in(tmp_path / "space")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    (tmp_path / "cache").mkdir()
    return Cache(tmp_path / "cache", "code")


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are parsed and the tables that are built."""
    found: list[str] = []

    def parsing(data: bytes, file: str) -> YamlFile:
        found.append(file)
        return read_yaml(data, file)

    def building(*given: Any) -> Any:
        found.append("tables")
        return build(*given)

    monkeypatch.setattr(discover, "read_yaml", parsing)
    monkeypatch.setattr("assay.pipeline.build_tables", building)
    return found


def test_only_what_changed_is_parsed_again(space: Workspace, cache: Cache, work: list[str]) -> None:
    files = ["rules.yaml", *(f"profiles/p-{n}.yaml" for n in range(5))]
    first = desk(space, cache).overview()
    assert work == [*files, "tables"]
    work.clear()
    assert desk(space, cache).overview() == first
    assert work == []
    write(space, 3, name="B")
    assert desk(space, cache).overview().lines[3].name == "B"
    assert work == ["profiles/p-3.yaml", "tables"]


def test_tables_are_for_one_date_and_one_audience(
    space: Workspace, cache: Cache, work: list[str]
) -> None:
    for day, audience in ((DAY, "public"), (DAY, "internal"), (date(2026, 2, 1), "public")):
        work.clear()
        desk(space, cache, day, audience)
        assert work[-1:] == ["tables"]
        work.clear()
        desk(space, cache, day, audience)
        assert work == []


def test_a_file_with_its_time_set_back_is_read_again(space: Workspace, cache: Cache) -> None:
    path = space.profiles_dir / "p-1.yaml"
    before = path.stat()
    assert desk(space, cache).overview().lines[1].name == "A"
    path.write_text(path.read_text().replace("name: A", "name: Z"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert desk(space, cache).overview().lines[1].name == "Z"


def test_documents_that_are_gone_are_dropped(space: Workspace, cache: Cache) -> None:
    def stored() -> int:
        return next(cache.folder.glob("documents-*")).stat().st_size

    for number in range(20):
        write(space, number, published="2025")
    desk(space, cache)
    full = stored()
    for number in range(1, 20):
        (space.profiles_dir / f"p-{number}.yaml").unlink()
    desk(space, cache)
    assert stored() < full / 3


def scores(space: Workspace, capsys: pytest.CaptureFixture[str]) -> Any:
    command = ["--workspace", str(space.root), "--as-of", str(DAY), "score", "--format", "json"]
    assert run(command) == 0
    return json.loads(capsys.readouterr().out)


def printed(space: Workspace, capsys: pytest.CaptureFixture[str], *options: str) -> list[Any]:
    """The output of ``assay score`` as text and as JSON."""
    outputs: list[Any] = []
    for output in ("text", "json"):
        code = run(["--workspace", str(space.root), *options, "score", "--format", output])
        outputs.append((code, *capsys.readouterr()))
    return outputs


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


EDITS: dict[str, Callable[[Workspace], object]] = {
    "name": lambda s: write(s, 1, name="Z"),
    "evidence": lambda s: write(s, 2, published="2024-02", cites="s-1"),
    "dependency": lambda s: write(s, 3, upper=0),
    "status": lambda s: write(s, 4, status="draft"),
    "error": lambda s: write(s, 4, more="nobody"),
    "amount": lambda s: replace(s.rules_path, "add: 0.3", "add: 0.2"),
    "condition": lambda s: replace(s.rules_path, "> 300", "> 200"),
    "grade": lambda s: replace(s.rules_path, "grade: L", "grade: M"),
    "scorer": lambda s: replace(s.rules_path, "name: size", "name: volume"),
    "rule error": lambda s: replace(s.rules_path, "> 300", "> nothing"),
    "ledger error": lambda s: shutil.copy(s.rules_path, s.ledger_path),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_is_seen(
    space: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    edit: str,
) -> None:
    day = ["--as-of", str(DAY)]
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "used"))
    before = printed(space, capsys, *day)
    assert printed(space, capsys, *day) == before
    EDITS[edit](space)
    after = [printed(space, capsys, *day) for _ in range(2)]
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "empty"))
    assert after == [printed(space, capsys, *day)] * 2
    assert after[0] != before


def test_every_date_and_audience_is_seen(
    space: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    replace(space.profiles_dir / "p-3.yaml", "id: p-3", "id: p-3\naudience: internal")
    found: list[list[Any]] = []
    for options in (
        ["--as-of", "2026-01-15"],
        ["--as-of", "2026-01-15", "--audience", "internal"],
        ["--as-of", "2026-03-02"],
        ["--as-of", "2027-03-02", "--audience", "internal"],
    ):
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "used"))
        used = [printed(space, capsys, *options) for _ in range(2)]
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "empty" / str(len(found))))
        assert used == [printed(space, capsys, *options)] * 2
        assert used[0] not in found
        found.append(used[0])


def test_nothing_is_scored_again_if_nothing_changed(
    space: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = scores(space, capsys)
    monkeypatch.delattr("assay.pipeline.run_program")
    monkeypatch.delattr("assay.assessment.run_program")
    assert scores(space, capsys) == first


def doctored(text: bytes) -> bytes:
    """A cache entry that says more of the profiles, with a checksum that fits."""
    body = text[16:].replace(b'"id":"p-0","name":"A"', b'"id":"p-0","name":"Z"')
    return caching._checksum(body) + body


def test_a_cache_in_the_workspace_is_not_believed(
    space: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A doctored cache that comes with a clone, under any name, changes no score."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    monkeypatch.setenv(FOLDER_VARIABLE, str(theirs))
    honest = scores(space, capsys)
    [documents] = theirs.glob("documents-*")
    lie = doctored(documents.read_bytes())
    documents.write_bytes(lie)
    for computed in (*theirs.glob("tables-*"), *theirs.glob("overview-*")):
        computed.unlink()
    assert scores(space, capsys)["profiles"][0]["name"] == "Z"  # in the cache itself it works

    carried = space.root / ".assay"
    carried.mkdir()
    for path in theirs.iterdir():
        shutil.copy(path, carried)
    for name in ("documents", "rules", "tables-public", "standing", "program"):
        (carried / name).write_bytes(lie)
    mine = tmp_path / "mine"
    mine.mkdir()
    monkeypatch.setenv(FOLDER_VARIABLE, str(mine))
    assert scores(space, capsys) == honest
    assert scores(space, capsys) == honest


def test_scoring_writes_nothing_into_the_workspace(
    space: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(space.root.rglob("*"))
    scores(space, capsys)
    assert sorted(space.root.rglob("*")) == before


SCORING = """
import sys
from datetime import date
from pathlib import Path
from assay.cache import Cache
from assay.pipeline import assess, check
from assay.workspace.paths import Workspace
space, day = Workspace(Path(sys.argv[1])), date(2026, 1, 15)
cache = Cache(Path(sys.argv[2]), "code")
for _ in sys.stdin:
    heights = [assess(check(space, day, cache), day, a).built.tables.height("claim")
               for a in ("public", "internal")]
    print(*heights, flush=True)
"""


def test_two_processes_at_once_share_a_cache(space: Workspace, cache: Cache) -> None:
    command = [sys.executable, "-c", SCORING, str(space.root), str(cache.folder)]
    both = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for claims in (1, 2, 3, 1, 2):
        write(space, 3, claims=claims)
        for process in both:
            print("score", file=process.stdin, flush=True)
        expected = [f"{claims + 4} {claims + 4}\n"] * 2
        assert [process.stdout.readline() for process in both if process.stdout] == expected
        agrees(space, cache)
    for process in both:
        process.communicate()
        assert process.returncode == 0
