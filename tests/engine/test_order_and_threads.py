"""Results depend neither on the order of rows nor on the number of threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import polars as pl
import pytest
from benchmarks.generate import Shape, tables
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.package import (
    ROW_LINKS,
    SCHEMAS,
    Corpus,
    Program,
    Tables,
    build_tables,
    run_program,
    write_tables,
)
from tests.strategies import AS_OF, corpora, default_rulebook, desk_of

ROOT = Path(__file__).parents[2]
ORDER = {
    "profile": (),
    "claim": ("profile_row",),
    "citation": ("owner_row", "cited_by_row"),
    "root": ("citation_row",),
    "ground": ("claim_row",),
    "corroboration": ("claim_row",),
    "member": ("corroboration_row",),
}
"""By what rows have to stand in order; all other tables by the profile that owns them."""


def turned(given_tables: Tables, random: Random) -> tuple[Tables, dict[str, list[int]]]:
    """The same rows in another order, and which row each of the new ones was."""
    frames: dict[str, pl.DataFrame] = {}
    was: dict[str, list[int]] = {}
    for space in SCHEMAS:
        frame = given_tables.frames[space]
        for link, target in ROW_LINKS[space].items():
            if target == space:
                continue
            place = {old: new for new, old in enumerate(was[target])}
            moved = [None if n is None else place[n] for n in frame[link].to_list()]
            frame = frame.with_columns(pl.Series(link, moved, dtype=pl.Int64))
        order = list(range(frame.height))
        random.shuffle(order)
        frame = frame.with_columns(old=pl.int_range(pl.len()))[order]
        by = ORDER.get(space, ("profile_row",))
        if by:
            frame = frame.sort(by, nulls_last=True, maintain_order=True)
        was[space] = frame["old"].to_list()
        frames[space] = frame.drop("old")
    return Tables(frames), was


def assert_same(program: Program, straight: Tables, random: Random) -> None:
    book = default_rulebook()
    mixed, was = turned(straight, random)
    here = run_program(book, program, straight).engine
    there = run_program(book, program, mixed).engine
    for scorer in program.scorers:
        space = scorer.scorer.on
        for name in filter(None, (scorer.score, scorer.coverage, scorer.band)):
            expected = here.column(space, name).to_list()
            assert there.column(space, name).to_list() == [expected[i] for i in was[space]], name


@settings(max_examples=15)
@given(corpora(), st.randoms(use_true_random=False))
def test_documents_in_any_order(corpus: Corpus, random: Random) -> None:
    desk = desk_of(corpus)
    assert_same(desk.program, build_tables(corpus, desk.rulebook, AS_OF), random)


@settings(max_examples=15)
@given(st.integers(1, 60), st.sampled_from([0.0, 0.3]), st.randoms(use_true_random=False))
def test_tables_in_any_order(profiles: int, missing: float, random: Random) -> None:
    shape = Shape(profiles, missing=missing, seed=profiles)
    assert_same(desk_of(Corpus({}, {}, {})).program, tables(shape, reach_hops=2), random)


@pytest.mark.slow
def test_any_number_of_threads(tmp_path: Path) -> None:
    """Enough rows for blocks and chunks, of which each thread takes some."""
    write_tables(tables(Shape(20_000, citations=40.0, missing=0.1)), tmp_path / "tables")
    results = []
    for threads in ("1", "2", "7"):
        out = tmp_path / f"{threads}.parquet"
        command = [sys.executable, "-m", "assay", "--workspace", str(ROOT), "score"]
        command += ["--tables", str(tmp_path / "tables"), "--out", str(out)]
        environment = os.environ | {"POLARS_MAX_THREADS": threads}
        environment["PYTHONPATH"] = str(ROOT / "src")
        subprocess.run(command, env=environment, check=True, capture_output=True)
        results.append(pl.read_parquet(out))
    assert results[0].height == 20_000
    assert results[1].equals(results[0])
    assert results[2].equals(results[0])
