from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.errors import EngineError
from assay.workspace import publishing
from assay.workspace.publishing import MARKER
from tests.package import UsageError, publish

OLD = [("index.html", b"old"), ("events/one.html", b"one"), ("events/two.html", b"two")]


def tree(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    place = tmp_path / "site"
    publish(OLD, place)
    return place


def test_a_site_becomes_exactly_the_files_given(target: Path) -> None:
    report = publish([("index.html", b"new"), ("events/one.html", b"one")], target)
    assert report.written == ("index.html",)
    assert report.unchanged == ("events/one.html",)
    assert report.removed == ("events/two.html",)
    found = tree(target)
    assert found.pop(MARKER)
    assert found == {"index.html": b"new", "events/one.html": b"one"}


def test_an_unchanged_file_keeps_its_time_of_change(target: Path) -> None:
    os.utime(target / "events/one.html", (1_000_000, 1_000_000))
    publish([("index.html", b"new"), ("events/one.html", b"one")], target)
    assert (target / "events/one.html").stat().st_mtime == 1_000_000


def test_a_site_that_stays_the_same_is_not_touched(target: Path) -> None:
    before = target.stat().st_ino
    report = publish(OLD, target)
    assert (report.written, report.removed) == ((), ())
    assert target.stat().st_ino == before


def test_nothing_but_the_site_is_left_beside_it(target: Path) -> None:
    publish([("index.html", b"new")], target)
    assert [p.name for p in target.parent.iterdir()] == ["site"]


def test_a_failure_while_pages_are_made_leaves_the_old_site_whole(target: Path) -> None:
    before = tree(target)

    def broken() -> Iterator[tuple[str, bytes]]:
        yield "index.html", b"new"
        raise RuntimeError("a page could not be made")

    with pytest.raises(RuntimeError):
        publish(broken(), target)
    assert tree(target) == before
    assert [p.name for p in target.parent.iterdir()] == ["site"]


def test_a_failure_of_the_swap_puts_the_old_site_back(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(target)
    monkeypatch.setattr(publishing, "_exchange", lambda one, other: False)
    real = Path.rename

    def refuse_the_stage(self: Path, to: Path) -> Path:
        if self.name == "site" and "staged" in self.parent.name:
            raise OSError(28, "No space left on device")
        return real(self, to)

    monkeypatch.setattr(Path, "rename", refuse_the_stage)
    with pytest.raises(UsageError, match="No space left on device"):
        publish([("index.html", b"new")], target)
    assert tree(target) == before


def test_a_swap_that_was_cut_short_is_undone_by_the_next_build(target: Path) -> None:
    left = target.with_name(".site.staged-x")
    left.mkdir()
    target.rename(left / "previous")
    publish(OLD, target)
    assert (target / "index.html").read_bytes() == b"old"
    assert [p.name for p in target.parent.iterdir()] == ["site"]


def test_a_folder_that_is_not_a_site_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_bytes(b"precious")
    with pytest.raises(UsageError, match="was not made by assay"):
        publish(OLD, tmp_path / "photos")
    assert tree(tmp_path) == {"photos/one.jpg": b"precious"}


def test_a_file_in_the_place_of_the_site_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file")
    with pytest.raises(UsageError, match="is a file"):
        publish(OLD, tmp_path / "site")


def test_an_empty_folder_and_missing_parents_are_fine(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    publish(OLD, tmp_path / "empty")
    publish(OLD, tmp_path / "a" / "b" / "site")
    assert (tmp_path / "empty" / "index.html").is_file()
    assert (tmp_path / "a" / "b" / "site" / "index.html").is_file()


def test_a_link_to_the_site_stays_a_link(target: Path, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(target)
    publish([("index.html", b"new")], tmp_path / "current")
    assert (tmp_path / "current").is_symlink()
    assert (target / "index.html").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b", "", "a\\b"])
def test_a_path_that_leaves_the_site_is_a_defect(name: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="not a path inside a site"):
        publish([(name, b"")], tmp_path / "site")
    assert list(tmp_path.iterdir()) == []


def test_names_that_differ_only_in_case_are_a_defect(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="two files"):
        publish([("A.html", b""), ("a.html", b"")], tmp_path / "site")
