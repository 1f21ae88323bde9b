"""Spark gives the scores, coverages and bands of the embedded engine, to the bit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from benchmarks.generate import Shape, rules_text, tables
from hypothesis import find, settings

from tests.package import (
    ROW_LINKS,
    Col,
    Place,
    Rulebook,
    Tables,
    Workspace,
    build_tables,
    compile_rulebook,
    load_workspace,
    run,
    run_program,
    write_tables,
)
from tests.rulebooks import drawn_rulebook
from tests.strategies import AS_OF, corpora, default_rulebook

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.slow


def workspace(folder: Path, rules: str | None = None) -> Path:
    (folder / "profiles").mkdir(parents=True)
    shipped = (ROOT / "rules.yaml").read_text()
    (folder / "rules.yaml").write_text(shipped if rules is None else rules)
    return folder


def scored(
    root: Path, folder: Path, out: str, *options: str, before: Sequence[str] = ()
) -> pl.DataFrame:
    """What the command writes, in the order of ids; options ``before`` stand before its name."""
    args = ["--workspace", str(root), *before, "score"]
    args += ["--tables", str(folder), "--out", str(root / out)]
    assert run([*args, *options]) == 0
    place = root / out
    made = pl.read_parquet(place / "**" / "*.parquet" if place.is_dir() else place)
    words = [c for c, dtype in made.schema.items() if isinstance(dtype, pl.Enum)]
    return made.with_columns(pl.col(words).cast(pl.String)).sort("id")


def assert_same(root: Path, folder: Path, *options: str) -> None:
    here = scored(root, folder, "here.parquet", *options)
    there = scored(root, folder, "there", "--engine", "spark", *options)
    assert here.columns == there.columns
    assert here.schema == there.schema
    assert here.equals(there)


def test_the_shipped_workspace(spark: Any, tmp_path: Path) -> None:
    loaded = load_workspace(Workspace(ROOT))
    assert loaded.rulebook is not None
    assert loaded.as_of is not None
    made = build_tables(loaded.corpus, loaded.rulebook, loaded.as_of)
    write_tables(made, tmp_path / "tables")
    root = workspace(tmp_path / "desk")
    assert_same(root, tmp_path / "tables")


@pytest.mark.parametrize(
    "shape",
    [
        Shape(1),
        Shape(60, missing=1.0),
        Shape(60, citations=40.0, missing=0.2, seed=1),
        Shape(300, edges=6.0, skew=4.0, missing=0.1, seed=2),
    ],
    ids=["one profile", "nothing known", "many citations", "a hub"],
)
def test_generated_workspaces(spark: Any, shape: Shape, tmp_path: Path) -> None:
    made = tables(shape, reach_hops=3, factors=default_rulebook().factors)
    write_tables(made, tmp_path / "tables")
    assert_same(workspace(tmp_path / "desk"), tmp_path / "tables")
    assert_same(workspace(tmp_path / "forty", rules_text()), tmp_path / "tables")


def test_another_date(spark: Any, tmp_path: Path) -> None:
    write_tables(tables(Shape(80, missing=0.1), reach_hops=2), tmp_path / "tables")
    root = workspace(tmp_path / "desk")
    later = ["--as-of", "2027-06-30"]
    args = ["--workspace", str(root), *later, "score", "--tables", str(tmp_path / "tables")]
    assert run([*args, "--out", str(root / "here.parquet")]) == 0
    assert run([*args, "--out", str(root / "there"), "--engine", "spark"]) == 0
    here = pl.read_parquet(root / "here.parquet").sort("id")
    there = pl.read_parquet(root / "there" / "*.parquet").sort("id")
    assert here["confidence"].equals(there["confidence"])
    now = scored(root, tmp_path / "tables", "now.parquet")
    assert not here["confidence"].equals(now["confidence"])


@pytest.mark.parametrize("as_of", [None, "2025-03-31"])
def test_later_bands(spark: Any, as_of: str | None, tmp_path: Path) -> None:
    write_tables(tables(Shape(120, missing=0.1), reach_hops=2), tmp_path / "tables")
    root = workspace(tmp_path / "desk")
    before = [] if as_of is None else ["--as-of", as_of]
    here, there = (
        scored(root, tmp_path / "tables", out, "--with-later-bands", *engine, before=before)
        for out, engine in (("here.parquet", []), ("there", ["--engine", "spark"]))
    )
    assert here.columns == there.columns
    assert here.equals(there)
    assert not here["confidence.year"].equals(here["confidence.band"])


def test_rows_in_any_order_and_many_files(spark: Any, tmp_path: Path) -> None:
    made = tables(Shape(120, missing=0.1), reach_hops=2)
    write_tables(made, tmp_path / "tables")
    shuffled = tmp_path / "shuffled"
    for space, frame in made.frames.items():
        rows = frame.with_row_index("row").cast({"row": pl.Int64})
        mixed = rows.sample(fraction=1.0, shuffle=True, seed=7)
        place = shuffled / f"{space}.parquet"
        place.mkdir(parents=True)
        for part in range(3):
            mixed[part::3].write_parquet(place / f"part-{part}.parquet")
    root = workspace(tmp_path / "desk")
    straight = scored(root, tmp_path / "tables", "straight.parquet")
    assert scored(root, shuffled, "here.parquet").equals(straight)
    assert scored(root, shuffled, "there", "--engine", "spark").equals(straight)


def test_results_in_a_folder_for_each_value(spark: Any, tmp_path: Path) -> None:
    write_tables(tables(Shape(50, missing=0.1)), tmp_path / "tables")
    root = workspace(tmp_path / "desk")
    here = scored(root, tmp_path / "tables", "here.parquet")
    parted = ("--partition-by", "confidence.band", "--partition-by", "region")
    scored(root, tmp_path / "tables", "there", "--engine", "spark", *parted)
    places = {p.name for p in (root / "there").glob("confidence.band=*/region=*")}
    assert "region=Asia Pacific" in places or "region=Asia%20Pacific" in places, places
    read = spark.read.parquet(str(root / "there")).orderBy("id").collect()
    assert [r["id"] for r in read] == here["id"].to_list()
    assert [r["confidence.band"] for r in read] == here["confidence.band"].to_list()


def outcome_places(rulebook: Rulebook) -> tuple[Any, list[Place]]:
    program = compile_rulebook(rulebook)
    places: list[Place] = []
    for scorer in program.scorers:
        columns = [scorer.score, scorer.coverage]
        columns += [r.outcome.name for r in scorer.rules if isinstance(r.outcome, Col)]
        places += [(scorer.scorer.on, name) for name in columns]
    return program, list(dict.fromkeys(places))


@pytest.mark.parametrize("seed", range(2))
def test_random_rulebooks(spark: Any, seed: int, tmp_path: Path) -> None:
    """Every outcome of random conditions; what no condition of the desk's rules asks, too."""
    from assay.engine.spark.engine import run_on_spark
    from assay.engine.spark.tables import read_tables
    from assay.engine.spark.write import Staging

    rulebook = with_few_rules(drawn_rulebook(Random(seed), 60)[0])
    corpus = find(corpora(), lambda c: len(c.profiles) > 2 and len(c.sources) > 3, settings=QUICK)
    made = build_tables(corpus, rulebook, AS_OF)
    write_tables(made, tmp_path / "tables")
    program, places = outcome_places(rulebook)
    here = run_program(rulebook, program, made).engine
    given = read_tables(spark, str(tmp_path / "tables"), database=False, day=None)
    definitions = {(s.space, s.column): s for s in program.steps}
    with Staging(spark, str(tmp_path / "out")) as staging:
        frames = run_on_spark(given, definitions, places, staging.settle)
        for space in {space for space, _ in places}:
            found = frames[space].orderBy("row").collect()
            for name in (n for s, n in places if s == space):
                expected = here.column(space, name).to_list()
                assert [r[name] for r in found] == expected, (space, name)
    assert list(tmp_path.glob(".out*")) == []


QUICK = settings(derandomize=True, deadline=None, max_examples=300)


def with_few_rules(rulebook: Rulebook) -> Rulebook:
    """Some rules of each scorer, those that ask for a pattern first; Spark plans slowly."""
    scorers = []
    for scorer in rulebook.scorers:
        rules = sorted(scorer.rules, key=lambda r: "matches(" not in r.model_dump_json())
        scorers.append(scorer.model_copy(update={"rules": tuple(rules[:7])}))
    return rulebook.model_copy(update={"scorers": tuple(scorers)})


def test_links_of_every_table_are_known() -> None:
    """The shuffled tables above are only right if every link is by row number."""
    made: Tables = tables(Shape(3))
    for space, frame in made.frames.items():
        assert {c for c in frame.columns if c.endswith("_row")} == set(ROW_LINKS[space])
