"""What ``assay score`` refuses before anything is started; none of it needs Spark."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from assay.engine.spark.session import CONNECT, DOCUMENTS, LIMITS, OUTLOOK, PATTERNS
from tests.package import run
from tools.docs.listings import spark_page

SPARK = ["--engine", "spark"]
TABLES = ["--tables", "tables", "--out", "scores"]

REFUSED: dict[str, tuple[list[str], str]] = {
    "documents": (SPARK, str(DOCUMENTS.refusal())),
    "the outlook": ([*SPARK, *TABLES, "--with-outlook"], str(OUTLOOK.refusal())),
    "Spark Connect": ([*SPARK, *TABLES, "--master", "sc://host"], str(CONNECT.refusal())),
    "two inputs": ([*SPARK, *TABLES, "--database", "desk"], "exclude each other"),
    "nowhere to write": ([*SPARK, "--database", "desk"], "--tables needs --out"),
    "a cluster for one machine": (["--master", "yarn", *TABLES], "need --engine spark"),
    "a folder that is not there": (TABLES, "folder 'tables' does not exist"),
    "a column of nothing": (
        [*SPARK, *TABLES, "--partition-by", "colour"],
        "cannot partition results by 'colour'; choose one of: confidence.band",
    ),
}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    assert run(["init", str(tmp_path / "desk")]) == 0
    return tmp_path / "desk"


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_go_together(
    name: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options, message = REFUSED[name]
    capsys.readouterr()
    assert run(["--workspace", str(desk), "score", *options]) == 64
    assert message in capsys.readouterr().err


def test_a_pattern_that_java_reads_otherwise(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = desk / "rules.yaml"
    plain, pattern = 'citation.kind == "record"', r'matches(citation.kind, r"^\pL")'
    assert plain in rules.read_text()
    rules.write_text(rules.read_text().replace(plain, pattern))
    assert run(["--workspace", str(desk), "score", *SPARK, *TABLES]) == 64
    assert "with the pattern '^\\\\pL' is not supported on Spark" in capsys.readouterr().err


def test_without_the_extra_its_name_is_said(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("pyspark", "pyspark.errors", "pyspark.sql"):
        monkeypatch.setitem(sys.modules, name, None)
    assert run(["--workspace", str(desk), "score", *SPARK, *TABLES]) == 64
    assert "pip install 'assay[spark]'" in capsys.readouterr().err


def test_every_limit_is_on_the_page() -> None:
    page = spark_page()
    assert {PATTERNS, OUTLOOK, DOCUMENTS, CONNECT} == set(LIMITS)
    for limit in LIMITS:
        assert limit.what in page
