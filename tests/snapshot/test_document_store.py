"""What is remembered of files is what reading them gives, whatever happens to the store."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from assay.loading import load_workspace
from assay.loading.load import Loaded
from assay.snapshot import DocumentStore
from assay.snapshot.sealed import read_sealed, write_sealed
from assay.workspace import Workspace

RULES = """version: 1
scorers:
  - {name: size, on: profile, rules: [{id: one, when: 'true', add: 0.5, because: it is}]}
"""


def workspace(root: Path) -> Workspace:
    (root / "profiles").mkdir(parents=True)
    (root / "rules.yaml").write_text(RULES)
    return Workspace(root)


def profile(number: int, text: str = "a") -> str:
    return f"kind: institution\nid: p-{number}\nname: Number {text}\ngaps: [é {text}, 1e3, '07']\n"


def write(space: Workspace, number: int, text: str = "a") -> Path:
    path = space.profiles_dir / f"p-{number}.yaml"
    path.write_text(profile(number, text))
    return path


def load(space: Workspace) -> Loaded:
    store = DocumentStore(space.cache_dir)
    loaded = load_workspace(space, memory=store)
    store.close()
    return loaded


def same(a: Loaded, b: Loaded) -> bool:
    def seen(loaded: Loaded) -> Any:
        return (dict(loaded.files), loaded.corpus, loaded.rulebook, loaded.diagnostics)

    return bool(seen(a) == seen(b))


class Edits(RuleBasedStateMachine):
    """Any sequence of edits: the mended store gives what reading everything anew gives."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(os.environ["PYTEST_EDITS_ROOT"])
        shutil.rmtree(self.root, ignore_errors=True)
        self.space = workspace(self.root)

    @rule(number=st.integers(0, 4), text=st.sampled_from(["a", "b", ": [", "&x", "no"]))
    def edit(self, number: int, text: str) -> None:
        write(self.space, number, text)

    @rule(number=st.integers(0, 4))
    def remove(self, number: int) -> None:
        (self.space.profiles_dir / f"p-{number}.yaml").unlink(missing_ok=True)

    @rule(number=st.integers(0, 4), other=st.integers(0, 4))
    def rename(self, number: int, other: int) -> None:
        path = self.space.profiles_dir / f"p-{number}.yaml"
        if path.exists():
            path.rename(self.space.profiles_dir / f"p-{other}.yaml")

    @rule(cut=st.integers(0, 400))
    def damage(self, cut: int) -> None:
        store = self.space.cache_dir / "documents"
        if store.exists():
            store.write_bytes(store.read_bytes()[:cut])

    @invariant()
    def mended_is_made_anew(self) -> None:
        assert same(load(self.space), load_workspace(self.space))


def test_any_edits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_EDITS_ROOT", str(tmp_path / "space"))
    few = settings(max_examples=15, stateful_step_count=12)
    run_state_machine_as_test(Edits, settings=few)


def test_only_changed_files_are_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = workspace(tmp_path / "space")
    for number in range(5):
        write(space, number)
    load(space)
    parsed: list[str] = []
    from assay.documents.yaml_reader import YamlFile, read_yaml
    from assay.loading import discover

    def counting(data: bytes, file: str) -> YamlFile:
        parsed.append(file)
        return read_yaml(data, file)

    monkeypatch.setattr(discover, "read_yaml", counting)
    load(space)
    assert parsed == []
    write(space, 3, "b")
    load(space)
    assert parsed == ["profiles/p-3.yaml"]


def test_the_store_holds_nothing_of_files_that_are_gone(tmp_path: Path) -> None:
    space = workspace(tmp_path / "space")
    for number in range(20):
        write(space, number)
    load(space)
    full = (space.cache_dir / "documents").stat().st_size
    for number in range(1, 20):
        (space.profiles_dir / f"p-{number}.yaml").unlink()
    load(space)
    assert (space.cache_dir / "documents").stat().st_size < full / 3


@pytest.mark.parametrize(
    "damage", ["empty", "cut", "flipped", "foreign", "other version", "folder"]
)
def test_a_store_that_is_not_whole_is_made_anew(tmp_path: Path, damage: str) -> None:
    space = workspace(tmp_path / "space")
    write(space, 1)
    expected = load(space)
    store = space.cache_dir / "documents"
    data = store.read_bytes()
    if damage == "folder":
        store.unlink()
        store.mkdir()
    else:
        store.write_bytes(
            {
                "empty": b"",
                "cut": data[:-1],
                "flipped": data[:-5] + bytes([data[-5] ^ 1]) + data[-4:],
                "foreign": b"PAR1 something else",
                "other version": data.replace(b"documents 1", b"documents 0"),
            }[damage]
        )
    assert same(load(space), expected)
    if damage != "folder":
        assert store.read_bytes() == data


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    space = workspace(tmp_path / "space")
    write(space, 1)
    space.cache_dir.write_text("a file where the folder would be")
    assert same(load(space), load_workspace(space))


def test_sealed_files_tell_kinds_apart(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert write_sealed(path, "this", b"body")
    assert read_sealed(path, "this") == b"body"
    assert read_sealed(path, "that") is None
    assert read_sealed(tmp_path / "none", "this") is None


WRITER = """
import sys
from pathlib import Path
from assay.snapshot.sealed import write_sealed
number = 0
print("ready", flush=True)
while True:
    number += 1
    write_sealed(Path(sys.argv[1]), "kill", str(number % 10).encode() * 3_000_000)
"""


def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "file"
    for turn in range(6):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.03 + 0.017 * turn)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        body = read_sealed(path, "kill")
        assert body is not None or not path.exists()
        assert body is None or (len(body) == 3_000_000 and len(set(body)) == 1)


def test_two_writers_at_once_leave_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    seen = 0
    for _ in range(30):
        body = read_sealed(path, "kill")
        if path.exists():
            seen += 1
            assert body is None or len(set(body)) == 1
        time.sleep(0.01)
    for writer in writers:
        writer.kill()
        writer.wait()
        assert writer.stdout is not None
        writer.stdout.close()
    assert seen
    assert read_sealed(path, "kill") is not None
