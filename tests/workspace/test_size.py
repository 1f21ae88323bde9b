"""A workspace that will not fit says so before anything is read, and names the way out."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from benchmarks.generate import Shape, tables

from assay.workspace.load import needed_bytes
from tests.package import run, write_tables
from tests.workspace.conftest import MakeWorkspace

LINE = '{"kind": "publisher", "id": "p%d", "name": "Publisher", "note": "%s"}\n'


def rows(count: int) -> bytes:
    buffer = BytesIO()
    pl.DataFrame(
        {"kind": ["publisher"] * count, "id": [f"p{i}" for i in range(count)], "name": "P"}
    ).write_parquet(buffer)
    return buffer.getvalue()


def test_documents_that_do_not_fit(
    make_workspace: MakeWorkspace, capsys: pytest.CaptureFixture[str]
) -> None:
    given = make_workspace({"all.parquet": rows(50_000), "broken.parquet": b"no"})
    command = ["--workspace", str(given.root), "--memory", "300MB"]
    assert run([*command, "score"]) == 64
    said = capsys.readouterr().err
    assert "the documents of this workspace need about 600 MB of memory, but only 300 MB" in said
    assert "--engine spark" in said
    for name in ("check", "plan", "build", "lineage"):
        assert run([*command, name]) == 64
    assert not (given.root / "site").exists()
    assert not given.cache_dir.exists()


def test_a_small_workspace_always_fits(make_workspace: MakeWorkspace) -> None:
    given = make_workspace({"all.jsonl": LINE % (1, "one")})
    assert 0 < needed_bytes(given) < 10_000
    assert run(["--workspace", str(given.root), "--memory", "1MB", "check"]) == 0


def test_text_counts_by_its_bytes_and_tables_by_their_rows(make_workspace: MakeWorkspace) -> None:
    few = needed_bytes(make_workspace({"a.jsonl": LINE % (1, "x" * 100)}))
    more = needed_bytes(make_workspace({"a.jsonl": LINE % (1, "x" * 1100)}))
    assert more - few == 1000 * 30
    assert needed_bytes(make_workspace({"a.jsonl": b"", "b.parquet": rows(7)})) == 7 * 12_000


def test_tables_that_do_not_fit(
    make_workspace: MakeWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = make_workspace({})
    write_tables(tables(Shape(1000)), tmp_path / "tables")
    command = ["--workspace", str(given.root), "--memory", "2MB", "score"]
    out = tmp_path / "out.parquet"
    assert run([*command, "--tables", str(tmp_path / "tables"), "--out", str(out)]) == 64
    said = capsys.readouterr().err
    assert "these tables need about 4 MB of memory, but only 2 MB are available" in said
    assert "--engine spark" in said
    assert not out.exists()


def test_a_size_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--memory", "plenty", "check"]) == 64
    assert "invalid size 'plenty'; use a size such as 8GB or 500MB" in capsys.readouterr().err
