"""Documents in .jsonl and Parquet files are validated as strictly as those in YAML."""

from __future__ import annotations

import json
import os
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assay.yaml.parquet import read_parquet_rows
from tests.package import Diagnostic, UsageError, cite, format_text, load_workspace, read_yaml, run
from tests.workspace.conftest import MakeWorkspace

HERE = Path(__file__).parent
MISTAKES = sorted(path.stem for path in (HERE / "mistakes").glob("*.yaml"))
LINES = sorted(path.stem for path in (HERE / "lines").glob("*.jsonl"))
BASE = (HERE / "base.yaml").read_bytes()


def documents(data: bytes) -> list[dict[str, Any]]:
    return [d for d in read_yaml(data, "a.yaml").documents if d is not None]


def as_lines(given: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(d, ensure_ascii=False) + "\n" for d in given).encode()


def as_parquet(given: list[dict[str, Any]]) -> bytes:
    """Raises where documents do not have one type for each column."""
    buffer = BytesIO()
    pl.DataFrame(given, infer_schema_length=None, strict=True).write_parquet(buffer)
    return buffer.getvalue()


def said(found: tuple[Diagnostic, ...]) -> list[tuple[str, str, str]]:
    """What is said, without the places; some messages name those of others."""
    return sorted((d.code, d.message.partition(", first used")[0], d.hint) for d in found)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_the_same_in_lines(name: str, make_workspace: MakeWorkspace) -> None:
    text = (HERE / "mistakes" / f"{name}.yaml").read_bytes()
    in_yaml = load_workspace(make_workspace({"base.yaml": BASE, "m.yaml": text})).diagnostics
    given = make_workspace({"base.yaml": BASE, "m.jsonl": as_lines(documents(text))})
    (given.profiles_dir / "m.yaml").unlink()
    in_lines = load_workspace(given).diagnostics
    assert said(in_lines) == said(in_yaml)
    lines = (given.profiles_dir / "m.jsonl").read_text().splitlines()
    for found in (d for d in in_lines if d.file == "profiles/m.jsonl"):
        assert 1 <= found.line <= len(lines)
        assert 1 <= found.column <= len(lines[found.line - 1])


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_the_same_in_rows(name: str, make_workspace: MakeWorkspace) -> None:
    text = (HERE / "mistakes" / f"{name}.yaml").read_bytes()
    try:
        rows = as_parquet(documents(text))
    except (pl.exceptions.PolarsError, TypeError, ValueError):
        pytest.skip("these documents have no one type for each column")
    if [d for _, d in read_parquet_rows(rows, "m.parquet").readable()] != documents(text):
        pytest.skip("a table cannot hold these values as they are")
    in_yaml = load_workspace(make_workspace({"base.yaml": BASE, "m.yaml": text})).diagnostics
    given = make_workspace({"base.yaml": BASE, "m.parquet": rows})
    (given.profiles_dir / "m.yaml").unlink()
    in_rows = load_workspace(given).diagnostics
    assert said(in_rows) == said(in_yaml)
    for found in (d for d in in_rows if d.file == "profiles/m.parquet"):
        assert 1 <= found.line <= len(documents(text))
        assert format_text(found).startswith(f"profiles/m.parquet:{found.line}: ")


@pytest.mark.parametrize("name", LINES)
def test_lines_that_are_no_documents(name: str, make_workspace: MakeWorkspace) -> None:
    path = HERE / "lines" / f"{name}.jsonl"
    found = load_workspace(make_workspace({"m.jsonl": path.read_bytes()})).diagnostics
    messages = "".join(format_text(d) + "\n" for d in found)
    golden = path.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(messages, encoding="utf-8")
    assert messages == golden.read_text(encoding="utf-8")


def test_the_form_makes_no_difference_to_what_is_read(make_workspace: MakeWorkspace) -> None:
    in_yaml = load_workspace(make_workspace({"a.yaml": BASE}))
    given = make_workspace({"a.jsonl": b"\xef\xbb\xbf\r\n" + as_lines(documents(BASE))})
    (given.profiles_dir / "a.yaml").unlink()
    in_lines = load_workspace(given)
    (given.profiles_dir / "a.jsonl").unlink()
    in_rows = load_workspace(make_workspace({"sub/a.parquet": as_parquet(documents(BASE))}))
    assert in_yaml.diagnostics == in_lines.diagnostics == in_rows.diagnostics == ()
    assert in_yaml.corpus == in_lines.corpus == in_rows.corpus
    assert in_lines.locate("record-1", ("published",)).line == 3
    assert in_rows.locate("record-1", ("published",)).excerpt == 'published = "2024-01-29"'


def test_ids_are_shared_by_all_forms(make_workspace: MakeWorkspace) -> None:
    one = documents(BASE)[:1]
    given = {"a.yaml": BASE, "b.jsonl": as_lines(one), "c.parquet": as_parquet(one)}
    found = load_workspace(make_workspace(given)).errors
    assert [(d.code, d.file, d.line) for d in found] == [
        ("duplicate-id", "profiles/b.jsonl", 1),
        ("duplicate-id", "profiles/c.parquet", 1),
    ]
    assert "profiles/a.yaml" in found[0].message


def test_a_column_of_no_document(make_workspace: MakeWorkspace) -> None:
    buffer = BytesIO()
    pl.DataFrame({"id": ["a"], "picture": [b"\x00"]}).write_parquet(buffer)
    (found,) = load_workspace(make_workspace({"m.parquet": buffer.getvalue()})).errors
    assert found.code == "column-type"
    assert "'picture' has the unsupported type Binary" in found.message


def test_a_row_with_a_number_that_is_none(make_workspace: MakeWorkspace) -> None:
    rows = [{"kind": "publisher", "id": f"p{i}", "name": "P", "x": 1.5} for i in range(3)]
    rows[1]["x"] = float("nan")
    buffer = BytesIO()
    pl.DataFrame(rows).write_parquet(buffer)
    found = load_workspace(make_workspace({"m.parquet": buffer.getvalue()})).errors
    assert [(d.code, d.line) for d in found] == [
        ("unknown-key", 1),
        ("not-a-number", 2),
        ("unknown-key", 3),
    ]


def test_what_is_no_parquet_is_a_mistake(make_workspace: MakeWorkspace) -> None:
    (found,) = load_workspace(make_workspace({"m.parquet": b"PAR1 and no more"})).errors
    assert found.code == "unreadable-file"


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_an_edit_is_refused_and_the_way_is_named(form: str, make_workspace: MakeWorkspace) -> None:
    data = as_lines(documents(BASE)) if form == "jsonl" else as_parquet(documents(BASE))
    given = make_workspace({f"bulk.{form}": data})
    with pytest.raises(UsageError, match="move the document to a YAML file") as refused:
        cite(load_workspace(given), "https://example.org/a", claim="ministry#taxes")
    assert f"profiles/bulk.{form}:3" in str(refused.value)
    assert [p.name for p in given.profiles_dir.iterdir()] == [f"bulk.{form}"]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_commands_take_either_form(
    form: str, make_workspace: MakeWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs: list[tuple[str, dict[str, bytes]]] = []
    for files in (
        {"a.yaml": BASE},
        {f"a.{form}": as_lines(documents(BASE))}
        if form == "jsonl"
        else {f"a.{form}": as_parquet(documents(BASE))},
    ):
        given = make_workspace(files)
        space = ["--workspace", str(given.root)]
        assert run([*space, "check"]) == 0
        capsys.readouterr()  # what is said is placed in other files
        assert run([*space, "score", "--format", "json"]) == 0
        assert run([*space, "plan", "--format", "json"]) == 0
        assert run([*space, "explain", "ministry"]) == 0
        out = tmp_path / f"site-{len(outputs)}"
        assert run([*space, "build", "--out", str(out)]) == 0
        site = {p.name: p.read_bytes() for p in out.rglob("*") if p.is_file()}
        shown = capsys.readouterr().out
        outputs.append((shown.replace(str(out), "site"), site))
        for name in files:
            (given.profiles_dir / name).unlink()
    assert outputs[0] == outputs[1]
