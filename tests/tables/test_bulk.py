"""Tables from Parquet are checked as strictly as documents, and give the same scores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from benchmarks.generate import Shape, rules_text, tables
from benchmarks.workload import rulebook

from assay.scoring.bulk import score_table
from tests.package import (
    InputError,
    Workspace,
    build_tables,
    compile_rulebook,
    load_workspace,
    read_tables,
    run,
    run_program,
    write_tables,
)
from tests.strategies import default_rulebook

ROOT = Path(__file__).parents[2]
Spoil = Callable[[pl.DataFrame], pl.DataFrame]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tables(tables(Shape(50, missing=0.1), reach_hops=2), tmp_path / "tables")
    return tmp_path / "tables"


def test_written_tables_are_read_as_they_were(folder: Path) -> None:
    made = tables(Shape(50, missing=0.1), reach_hops=2)
    read = read_tables(folder)
    for space, frame in made.frames.items():
        assert read.frames[space].equals(frame), space


def test_tables_of_documents_are_read_as_they_were(tmp_path: Path) -> None:
    loaded = load_workspace(Workspace(ROOT))
    assert loaded.rulebook is not None
    assert loaded.as_of is not None
    made = build_tables(loaded.corpus, loaded.rulebook, loaded.as_of)
    write_tables(made, tmp_path / "tables")
    read = read_tables(tmp_path / "tables")
    for space, frame in made.frames.items():
        assert read.frames[space].equals(frame), space


MISTAKES: dict[str, tuple[str, Spoil, str]] = {
    "missing column": ("profile", lambda f: f.drop("kind"), "the column 'kind' is missing"),
    "unknown column": (
        "claim",
        lambda f: f.with_columns(colour=pl.lit("red")),
        "unknown column 'colour'",
    ),
    "wrong type": (
        "citation",
        lambda f: f.with_columns(pl.col("day").cast(pl.String)),
        "the column 'day' must be of type Int64, not String",
    ),
    "dangling row": (
        "claim",
        lambda f: f.with_columns(pl.col("profile_row") + 40),
        "row 11: 'profile_row' refers to a row that profile.parquet does not have",
    ),
    "wrong order": ("citation", lambda f: f.reverse(), "rows must be in the order of"),
    "id given twice": (
        "profile",
        lambda f: f.with_columns(id=pl.lit("same")),
        "row 1: duplicate id 'same'",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_named_with_their_row(folder: Path, name: str) -> None:
    space, spoil, message = MISTAKES[name]
    path = folder / f"{space}.parquet"
    spoil(pl.read_parquet(path)).write_parquet(path)
    with pytest.raises(InputError) as caught:
        read_tables(folder)
    found = [d.message for d in caught.value.diagnostics]
    assert any(message in m for m in found), found
    assert all(f"{space}.parquet" in d.file for d in caught.value.diagnostics)


def test_a_file_that_is_no_parquet_is_a_mistake_not_a_crash(folder: Path) -> None:
    (folder / "citation.parquet").write_bytes(b"not a table")
    with pytest.raises(InputError, match="error"):
        read_tables(folder)


def test_scores_without_enough_coverage_have_no_band() -> None:
    book = default_rulebook()
    made = tables(Shape(50, missing=0.6), reach_hops=2, factors=book.factors)
    table = score_table(run_program(book, compile_rulebook(book), made))
    unrated = table.filter(~pl.col("policy_sensitivity.rated"))
    assert 0 < unrated.height < table.height
    assert unrated["policy_sensitivity"].is_null().all()
    assert unrated["policy_sensitivity.band"].is_null().all()
    assert (unrated["policy_sensitivity.coverage"] < 500).all()


def test_the_command_writes_what_the_engine_scores(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "rules.yaml").write_text(rules_text())
    out = tmp_path / "scores.parquet"
    args = ["--workspace", str(tmp_path), "score", "--tables", str(folder), "--out", str(out)]
    assert run([*args, "--with-outlook", "--timings"]) == 0
    book = rulebook()
    expected = score_table(run_program(book, compile_rulebook(book), read_tables(folder)))
    written = pl.read_parquet(out)
    assert written.select(expected.columns).equals(expected)
    assert written.columns[-1] == "until"
    assert run([*args, "--with-later-bands"]) == 0
    assert pl.read_parquet(out).equals(written.drop("until"))
    assert [p.name for p in tmp_path.iterdir() if "new" in p.name] == []
