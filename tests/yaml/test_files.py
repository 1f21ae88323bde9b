from __future__ import annotations

from pathlib import Path

import pytest

from assay.workspace.publishing import write_files
from tests.package import UsageError


def test_files_are_written_and_nothing_is_left_beside_them(tmp_path: Path) -> None:
    old = tmp_path / "old.yaml"
    old.write_bytes(b"before")
    old.chmod(0o640)
    write_files({old: b"after", tmp_path / "deep" / "new.yaml": b"new"})
    assert old.read_bytes() == b"after"
    assert old.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["new.yaml", "old.yaml"]


def test_where_one_file_cannot_be_written_none_is(tmp_path: Path) -> None:
    first = tmp_path / "first.yaml"
    first.write_bytes(b"before")
    (tmp_path / "file").write_bytes(b"not a folder")
    with pytest.raises(UsageError, match="cannot write"):
        write_files({first: b"after", tmp_path / "file" / "second.yaml": b"x"})
    assert first.read_bytes() == b"before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "first.yaml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.yaml", tmp_path / "link.yaml"
    target.write_bytes(b"before")
    link.symlink_to(target)
    write_files({link: b"after"})
    assert link.is_symlink()
    assert target.read_bytes() == b"after"
