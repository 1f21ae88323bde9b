"""Spark checks tables as strictly as the embedded engine, and says the same about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from benchmarks.generate import Shape, rules_text, tables

from tests.package import InputError, UsageError, run, write_tables
from tests.package import read_tables as read_here
from tests.tables.test_bulk import MISTAKES

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tables(tables(Shape(50, missing=0.1), reach_hops=2), tmp_path / "tables")
    return tmp_path / "tables"


def read_there(spark: Any, place: Path) -> Any:
    from assay.engine.spark.tables import read_tables

    return read_tables(spark, str(place), database=False, day=None)


@pytest.mark.parametrize("name", sorted(set(MISTAKES) - {"wrong order", "wrong type"}))
def test_mistakes_are_those_of_the_embedded_engine(spark: Any, folder: Path, name: str) -> None:
    space, spoil, _ = MISTAKES[name]
    path = folder / f"{space}.parquet"
    spoil(pl.read_parquet(path)).write_parquet(path)
    with pytest.raises(InputError) as here:
        read_here(folder)
    with pytest.raises(InputError) as there:
        read_there(spark, folder)
    assert there.value.diagnostics == here.value.diagnostics


def test_a_type_is_called_what_spark_calls_it(spark: Any, folder: Path) -> None:
    space, spoil, _ = MISTAKES["wrong type"]
    path = folder / f"{space}.parquet"
    spoil(pl.read_parquet(path)).write_parquet(path)
    with pytest.raises(InputError) as caught:
        read_there(spark, folder)
    (found,) = caught.value.diagnostics
    assert found.message == "the column 'day' must be of type bigint, not string"


def test_several_files_need_to_say_which_row_is_which(spark: Any, folder: Path) -> None:
    frame = pl.read_parquet(folder / "profile.parquet")
    (folder / "profile.parquet").unlink()
    (folder / "profile.parquet").mkdir()
    frame[:20].write_parquet(folder / "profile.parquet" / "a.parquet")
    frame[20:].write_parquet(folder / "profile.parquet" / "b.parquet")
    with pytest.raises(InputError) as caught:
        read_there(spark, folder)
    assert "must be numbered from 0" in caught.value.diagnostics[0].message


def test_wrong_numbers_of_rows(spark: Any, folder: Path) -> None:
    frame = pl.read_parquet(folder / "profile.parquet").with_columns(row=pl.lit(3, pl.Int64))
    frame.write_parquet(folder / "profile.parquet")
    for read in (read_here, lambda place: read_there(spark, place)):
        with pytest.raises(InputError) as caught:
            read(folder)
        said = "the column 'row' must have every number from 0 to 49 once"
        assert [d.message for d in caught.value.diagnostics] == [said]


def test_a_database_of_the_catalog(spark: Any, folder: Path, tmp_path: Path) -> None:
    spark.sql("create database if not exists desk")
    for path in folder.iterdir():
        rows = pl.read_parquet(path).with_row_index("row").cast({"row": pl.Int64})
        rows.write_parquet(tmp_path / path.name)
        spark.sql(f"drop table if exists desk.{path.stem}")
        spark.read.parquet(str(tmp_path / path.name)).write.saveAsTable(f"desk.{path.stem}")
    (tmp_path / "profiles").mkdir()
    (tmp_path / "rules.yaml").write_text(rules_text())
    args = ["--workspace", str(tmp_path), "score", "--out"]
    assert run([*args, str(tmp_path / "s.parquet"), "--tables", str(folder)]) == 0
    there = ["--database", "desk", "--engine", "spark"]
    assert run([*args, str(tmp_path / "out"), *there]) == 0
    here = pl.read_parquet(tmp_path / "s.parquet").sort("id")
    found = pl.read_parquet(tmp_path / "out" / "*.parquet").sort("id")
    assert here["confidence"].equals(found["confidence"])


def test_what_is_no_result_is_not_written_over(spark: Any, folder: Path, tmp_path: Path) -> None:
    from assay.engine.spark.write import Staging

    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("Dear all")
    with pytest.raises(UsageError, match="contains no results of Spark"), Staging(spark, str(mine)):
        pass
    assert (mine / "letter.txt").read_text() == "Dear all"


def test_an_error_leaves_the_results_that_were_there(
    spark: Any, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "rules.yaml").write_text(rules_text())
    args = ["--workspace", str(tmp_path), "score", "--engine", "spark", "--tables", str(folder)]
    args += ["--out", str(tmp_path / "out")]
    assert run(args) == 0
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    (folder / "citation.parquet").write_bytes(b"not a table")
    assert run(args) == 1
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".new")] == []
