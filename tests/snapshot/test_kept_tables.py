"""Whatever is edited in whatever order, kept and mended tables are those made from nothing."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from assay.loading import remembered, standing
from assay.pipeline import check
from assay.snapshot import folder
from assay.tables import kept
from tests.snapshot.spaces import DAY, agrees, desk, space_in, write

NUMBERS = st.integers(0, 4)


class Edits(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.space = space_in(Path(os.environ["PYTEST_EDITS_ROOT"]) / "space")

    @rule(number=NUMBERS, name=st.sampled_from("ABC"), claims=st.integers(1, 3))
    def say_more(self, number: int, name: str, claims: int) -> None:
        write(self.space, number, name=name, claims=claims)

    @rule(number=NUMBERS, upper=NUMBERS, status=st.sampled_from(["final", "draft"]))
    def depend(self, number: int, upper: int, status: str) -> None:
        write(self.space, number, upper=upper, status=status)

    @rule(number=NUMBERS, other=NUMBERS, published=st.sampled_from(["2024-02", "2026-06-01"]))
    def retell(self, number: int, other: int, published: str) -> None:
        write(self.space, number, cites=f"s-{other}", published=published)

    @rule(number=NUMBERS, other=st.sampled_from(["s-1", "s-7", "nobody"]))
    def cite(self, number: int, other: str) -> None:
        write(self.space, number, more=other, claims=2)

    @rule(number=NUMBERS, other=NUMBERS)
    def conclude(self, number: int, other: int) -> None:
        write(self.space, number, rests=f"p-{other}#c-0")

    @rule(number=st.integers(5, 7), upper=NUMBERS)
    def begin(self, number: int, upper: int) -> None:
        write(self.space, number, upper=upper, more="s-2")

    @rule(number=NUMBERS)
    def remove(self, number: int) -> None:
        (self.space.profiles_dir / f"p-{number}.yaml").unlink(missing_ok=True)

    @rule(number=NUMBERS)
    def break_(self, number: int) -> None:
        (self.space.profiles_dir / f"p-{number}.yaml").write_text("kind: [")

    @rule(store=st.sampled_from(["state", "files", "standing", "standing-since", "tables-public"]),
          cut=st.integers(0, 3000))  # fmt: skip
    def damage(self, store: str, cut: int) -> None:
        path = self.space.cache_dir / store
        if path.exists():
            path.write_bytes(path.read_bytes()[:cut])

    @invariant()
    def what_is_kept_is_right(self) -> None:
        agrees(self.space)
        agrees(self.space, date(2026, 3, 2), "internal")


@pytest.mark.parametrize("settled", [folder._SETTLED_NS, -1], ids=["read again", "by times"])
def test_any_edits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settled: int) -> None:
    monkeypatch.setattr(folder, "_SETTLED_NS", settled)
    monkeypatch.setattr(standing, "_MOST_SINCE", 2)
    monkeypatch.setenv("PYTEST_EDITS_ROOT", str(tmp_path))
    few = settings(max_examples=4, stateful_step_count=10, deadline=None)
    run_state_machine_as_test(Edits, settings=few)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often everything was read, and how often all tables were built."""
    found = {"read": 0, "built": 0}

    def counting(name: str, work: Any) -> Any:
        def count(*args: Any, **named: Any) -> Any:
            found[name] += 1
            return work(*args, **named)

        return count

    monkeypatch.setattr(remembered, "_load", counting("read", remembered._load))
    monkeypatch.setattr(kept, "build", counting("built", kept.build))
    return found


def test_nothing_is_read_where_nothing_changed(tmp_path: Path, counted: dict[str, int]) -> None:
    space = space_in(tmp_path / "space")
    first = desk(space).overview
    assert counted == {"read": 1, "built": 1}
    assert desk(space).overview == first
    assert counted == {"read": 1, "built": 1}


@pytest.mark.parametrize(
    "told",
    [
        *({"name": "B"}, {"claims": 3}, {"upper": 3}, {"checked": "2025-09-09"}, {"more": "s-4"}),
        {"rests": "p-3#c-0"},
    ],
    ids=str,
)
def test_an_edit_that_nobody_relies_on_is_mended(
    tmp_path: Path, counted: dict[str, int], told: dict[str, Any]
) -> None:
    space = space_in(tmp_path / "space")
    before = [line for line in desk(space).overview if line.id != "p-2"]
    write(space, 2, **told)
    after = [line for line in desk(space).overview if line.id not in ("p-2", "p-3")]
    assert counted == {"read": 1, "built": 1}
    assert after == [line for line in before if line.id != "p-3"]
    agrees(space)


@pytest.mark.parametrize(
    "told", [{"published": "2023"}, {"cites": "s-0"}, {"status": "draft"}, {"more": "s-9"}], ids=str
)
def test_an_edit_that_others_rely_on_is_held_against_all(
    tmp_path: Path, counted: dict[str, int], told: dict[str, Any]
) -> None:
    space = space_in(tmp_path / "space")
    assert len(desk(space).overview) == 5
    write(space, 2, **told)
    check(space, DAY)
    assert counted["read"] == 2
    agrees(space)


def test_edits_are_mended_after_others_were_taken_back(
    tmp_path: Path, counted: dict[str, int]
) -> None:
    space = space_in(tmp_path / "space")
    assert len(desk(space).overview) == 5
    write(space, 2, claims=3)
    assert len(desk(space).overview) == 5
    write(space, 2)  # others could rely on the claims that go, so all is read
    assert len(desk(space).overview) == 5
    assert counted == {"read": 2, "built": 2}
    write(space, 2, name="B")
    assert desk(space).overview[2].name == "B"
    assert counted == {"read": 2, "built": 2}
    agrees(space)


def test_a_new_profile_with_its_source_is_mended(tmp_path: Path, counted: dict[str, int]) -> None:
    space = space_in(tmp_path / "space")
    assert len(desk(space).overview) == 5
    write(space, 7, upper=1, more="s-3")
    assert [line.id for line in desk(space).overview][-1] == "p-7"
    assert counted == {"read": 1, "built": 1}
    agrees(space)


def test_tables_are_built_anew_on_the_day_something_begins(tmp_path: Path) -> None:
    space = space_in(tmp_path / "space")
    write(space, 1, published="2026-02-01", upper=2)
    counts = {
        day: desk(space, day).run.tables.height("citation")
        for day in (DAY, date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 2))
    }
    assert list(counts.values()) == [4, 4, 5, 5]
    for day in counts:
        agrees(space, day)


def test_a_file_with_its_time_set_back_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "_SETTLED_NS", -1)
    space = space_in(tmp_path / "space")
    path = space.profiles_dir / "p-1.yaml"
    told = path.stat()
    assert desk(space).overview[1].name == "A"
    path.write_text(path.read_text().replace("name: A", "name: Z"))
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
    assert desk(space).overview[1].name == "Z"


def test_links_are_never_taken_for_unchanged(tmp_path: Path, counted: dict[str, int]) -> None:
    space = space_in(tmp_path / "space")
    (space.root / "other.yaml").write_text("kind: publisher\nid: press\nname: Press\n")
    (space.profiles_dir / "link.yaml").symlink_to(space.root / "other.yaml")
    check(space, DAY)
    check(space, DAY)
    assert counted["read"] == 2


def test_documents_of_programs_are_found_one_by_one(
    tmp_path: Path, counted: dict[str, int]
) -> None:
    space = space_in(tmp_path / "space")
    record = '{"kind": "source", "id": "s-8", "title": "T", "directness": "record"}\n'
    (space.profiles_dir / "more.jsonl").write_text(record)
    assert len(desk(space).overview) == 5
    write(space, 1, more="s-8")
    assert desk(space).overview[1].sources == 2
    assert counted == {"read": 1, "built": 1}
    agrees(space)


def test_mending_on_another_day_gives_the_tables_of_that_day(
    tmp_path: Path, counted: dict[str, int]
) -> None:
    space = space_in(tmp_path / "space")
    assert len(desk(space).overview) == 5
    write(space, 2, name="B")
    later = date(2026, 1, 20)
    assert desk(space, later).built.rows["profile"]["today"].to_list() == [later.toordinal()] * 5
    assert counted == {"read": 1, "built": 1}
    agrees(space, later)
    rows = desk(space, date(2026, 1, 25)).built.rows
    assert rows["profile"]["today"].unique().to_list() == [date(2026, 1, 25).toordinal()]


def test_a_workspace_that_becomes_empty_is_kept_like_any_other(tmp_path: Path) -> None:
    space = space_in(tmp_path / "space")
    assert len(desk(space).overview) == 5
    for path in space.profiles_dir.iterdir():
        path.unlink()
    assert desk(space).overview == []
    agrees(space)
    write(space, 1)
    assert [line.id for line in desk(space).overview] == ["p-1"]
    agrees(space)
