"""Tables gone through in parts give every column that they give as a whole, to the bit."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import polars as pl
import pytest
from benchmarks.generate import TODAY, Shape, rules_text, tables
from benchmarks.workload import rulebook as workload
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.engine.parts import Passes, Steps, split_to_fit
from assay.scoring.bulk import outlook_table, result_columns
from assay.tables.parquet import StoredTables, open_tables
from assay.tables.parts import PartitionedTables, citation_profiles, parted
from tests.package import (
    Corpus,
    Place,
    Program,
    Projection,
    Rulebook,
    Run,
    Tables,
    UsageError,
    Workspace,
    build_tables,
    compile_rulebook,
    load_workspace,
    outputs,
    run,
    run_program,
    write_tables,
)
from tests.rulebooks import drawn_rulebook
from tests.strategies import AS_OF, corpora, default_rulebook, rulebook_of

ROOT = Path(__file__).parents[2]


def stored(made: Tables) -> StoredTables:
    frames = made.frames
    return StoredTables(
        {s: f.lazy() for s, f in frames.items()}, {s: f.height for s, f in frames.items()}
    )


def in_parts(made: Tables, profiles: int) -> PartitionedTables:
    """The tables in parts of so many profiles each."""
    given_tables = stored(made)
    home = citation_profiles(given_tables)
    assert home is not None
    each = pl.repeat(1, made.height("profile"), dtype=pl.Int64, eager=True).to_numpy()
    return parted(given_tables, home, each, profiles)


def assert_same(program: Program, made: Tables, profiles: int) -> Passes:
    """Every column of every step, whatever the rows it is of; how it was gone through."""
    wanted: list[Place] = [place for step in program.steps for place in outputs(step)]
    cut = in_parts(made, profiles)
    assert len(cut.parts) == max(1, -(-made.height("profile") // profiles))
    passes = Passes(cut, Steps(program.steps), wanted)
    engines = list(passes.run())
    whole = run_program(default_rulebook(), program, made).engine
    whole.make(wanted)
    for space, name in wanted:
        pieces = [_plain(engine.column(space, name)) for engine in engines]
        assert cut.joined(space, pieces).to_list() == whole.column(space, name).to_list(), name
    return passes


def _plain(series: pl.Series) -> pl.Series:
    return series.cast(pl.String) if isinstance(series.dtype, pl.Enum) else series


@cache
def shipped() -> Program:
    return compile_rulebook(default_rulebook())


@cache
def forty_rules() -> Program:
    return compile_rulebook(workload())


@cache
def neighbourly() -> Rulebook:
    """Scores that hang on neighbours' scores, which hang on those of their neighbours."""
    pool = {"combine": "max", "empty": 0.0}
    first = {"over": "dependencies", "take": "it.peer.own", **pool}
    second = {"over": "dependents", "take": "it.peer.near", **pool}
    rules = [
        {
            "id": "kinds",
            "when": 'profile.dependencies.exists(d, d.peer.type == "bank" && d.peer.far > 0.1)',
            "add": 0.1,
            "because": "it leans on a bank",
            "on_unknown": "ignore",
        },
        {
            "id": "old",
            "when": "citations.exists(c, c.age_days > 900)",
            "add": 0.2,
            "because": "something is old",
            "on_unknown": "ignore",
        },
    ]
    scorers = [
        {"name": "own", "on": "profile", "start": 0.3, "rules": [rules[1]]},
        {"name": "near", "on": "profile", "scale": "two", "pool": first, "rules": [rules[1]]},
        {"name": "far", "on": "profile", "pool": second},
        {"name": "last", "on": "profile", "scale": "two", "start": 0.1, "rules": [rules[0]]},
    ]
    bands = {"low": 0.0, "high": 0.45}
    scale = [{"id": i, "from": least, "grade": i, "label": i} for i, least in bands.items()]
    return rulebook_of({"scales": {"two": scale}, "scorers": scorers})


SHAPES = st.builds(
    Shape,
    profiles=st.integers(1, 40),
    citations=st.sampled_from([1.0, 4.0, 40.0]),
    edges=st.sampled_from([0.5, 2.0]),
    missing=st.sampled_from([0.0, 0.2, 1.0]),
    seed=st.integers(0, 1000),
)
SIZES = st.integers(1, 45)


def desk(folder: Path, rules: str) -> Path:
    (folder / "profiles").mkdir(parents=True)
    (folder / "rules.yaml").write_text(rules)
    return folder


@settings(max_examples=8)
@given(SHAPES, SIZES)
def test_shipped_rules_on_generated_tables(shape: Shape, profiles: int) -> None:
    made = tables(shape, reach_hops=2, factors=default_rulebook().factors)
    assert_same(shipped(), made, profiles)


@settings(max_examples=8)
@given(SHAPES, SIZES)
def test_workload_on_generated_tables(shape: Shape, profiles: int) -> None:
    passes = assert_same(forty_rules(), tables(shape), profiles)
    assert not passes.cross_part_steps


@settings(max_examples=8)
@given(SHAPES, SIZES)
def test_neighbours_scores_of_neighbours_scores(shape: Shape, profiles: int) -> None:
    passes = assert_same(compile_rulebook(neighbourly()), tables(shape), profiles)
    assert (len(passes.parted.parts) > 1) >= bool(passes.cross_part_steps)


@settings(max_examples=8)
@given(corpora(most_profiles=6), st.integers(1, 6))
def test_shipped_rules_on_documents(corpus: Corpus, profiles: int) -> None:
    """Documents have what generated tables lack: lineage, and claims that rest on others."""
    assert_same(shipped(), build_tables(corpus, default_rulebook(), AS_OF), profiles)


@cache
def drawn(seed: int) -> Program:
    return drawn_rulebook(Random(seed), 60)[1]


@pytest.mark.slow
@settings(max_examples=6)
@given(corpora(most_profiles=6), st.integers(1, 3), st.integers(0, 1))
def test_random_rulebooks_on_documents(corpus: Corpus, profiles: int, seed: int) -> None:
    assert_same(drawn(seed), build_tables(corpus, default_rulebook(), AS_OF), profiles)


@pytest.mark.parametrize("profiles", [3, 1000])
def test_the_shipped_workspace(profiles: int) -> None:
    loaded = load_workspace(Workspace(ROOT))
    assert loaded.rulebook is not None
    assert loaded.as_of is not None
    made = build_tables(loaded.corpus, loaded.rulebook, loaded.as_of)
    assert_same(compile_rulebook(loaded.rulebook), made, profiles)


@settings(max_examples=4)
@given(SHAPES, SIZES)
def test_the_outlook_of_a_part_is_that_of_the_whole(shape: Shape, profiles: int) -> None:
    book, program, made = workload(), forty_rules(), tables(shape)
    days = {"later": date.fromordinal(TODAY + 200)}
    today = date.fromordinal(TODAY)
    whole = outlook_table(Projection(run_program(book, program, made), today), days)
    passes = Passes(in_parts(made, profiles), Steps(program.steps), result_columns(program))
    parts = [
        outlook_table(Projection(Run(book, program, engine.tables, engine), today), days)
        for engine in passes.run()
    ]
    assert pl.concat(parts).equals(whole)


# The command -------------------------------------------------------------------------------


def write_many(folder: Path) -> Path:
    """Tables of more than 200 MB when they are scored as a whole."""
    write_tables(tables(Shape(70_000, missing=0.1)), folder)
    return folder


@pytest.mark.slow
def test_the_command_writes_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, root = write_many(tmp_path / "tables"), desk(tmp_path / "desk", rules_text())
    written = []
    for memory in ("8GB", "205MB"):
        out = root / f"{memory}.parquet"
        command = ["--workspace", str(root), "--memory", memory, "--as-of", "2026-05-01", "score"]
        assert run([*command, "--tables", str(folder), "--out", str(out), "--with-outlook"]) == 0
        written.append(out.read_bytes())
    assert written[0] == written[1]
    whole, parts = capsys.readouterr().err.splitlines()
    assert "70000 profiles scored, written to" in whole
    assert re.search(r"70000 profiles scored in [0-9]+ parts, written to", parts)


@pytest.mark.slow
def test_with_neighbours_parts_have_later_bands_and_no_until(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = json.dumps(neighbourly().model_dump(mode="json", by_alias=True, exclude_defaults=True))
    folder, root = write_many(tmp_path / "tables"), desk(tmp_path / "desk", rules)
    out = root / "out.parquet"
    command = ["score", "--tables", str(folder), "--out", str(out)]
    whole = ["--workspace", str(root), "--memory", "8GB", *command]
    parts = ["--workspace", str(root), "--memory", "205MB", *command]
    assert run([*parts, "--with-outlook"]) == 64
    assert "use --with-later-bands, or score them with" in capsys.readouterr().err
    assert not out.exists()
    assert run([*parts, "--with-later-bands"]) == 0
    assert re.search(r"scored in [0-9]+ parts", capsys.readouterr().err)
    in_parts_scored = out.read_bytes()
    assert run([*whole, "--with-later-bands"]) == 0
    assert out.read_bytes() == in_parts_scored
    scored = pl.read_parquet(out)
    assert scored.columns[-3:] == ["last.quarter", "near.year", "last.year"]
    assert not scored["near.band"].equals(scored["near.year"])


def test_rows_that_are_numbered_or_of_two_profiles_cannot_be_parted(tmp_path: Path) -> None:
    made = tables(Shape(20))
    write_tables(made, tmp_path)
    assert open_tables(tmp_path) is not None
    numbered = made.frames["claim"].with_row_index("row").cast({"row": pl.Int64})
    numbered.write_parquet(tmp_path / "claim.parquet")
    assert open_tables(tmp_path) is None
    moved = made.frames["citation"].with_columns(pl.col("cited_by_row").clip(upper_bound=5))
    assert citation_profiles(stored(Tables({**made.frames, "citation": moved}))) is None


def test_too_little_even_for_parts(tmp_path: Path) -> None:
    write_tables(tables(Shape(70_000)), tmp_path)
    with pytest.raises(UsageError) as caught:
        split_to_fit(tmp_path, 180_000_000, lambda _: 0)
    assert str(caught.value) == (
        "these tables, scored in parts, need about 183 MB of memory, but only 180 MB are "
        "available; score them with --engine spark or on a machine with more memory, or set "
        "another limit with '--memory SIZE'"
    )
