"""Later days: shared columns, stacked copies and day-by-day stepping all say the same."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from benchmarks.generate import TODAY, Shape, tables
from benchmarks.workload import rulebook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.loading import load_workspace
from assay.model.rulebook import Rulebook
from assay.rules.program import Program
from assay.rules.scorers import compile_rulebook
from assay.scoring import later as module
from assay.scoring.later import Later
from assay.scoring.run import run_program
from assay.tables.build import build_tables
from assay.tables.tables import Tables
from assay.workspace import Workspace

ROOT = Path(__file__).parents[2]
NOW = date.fromordinal(TODAY)
LOOKAHEAD_DAYS = 30


@cache
def workload() -> tuple[Rulebook, Program]:
    return rulebook(), compile_rulebook(rulebook())


def moved(given_tables: Tables, day: date) -> Tables:
    """The tables as if they had been made on another day."""
    frames = dict(given_tables.frames)
    today = frames["profile"].get_column("today")
    frames["profile"] = frames["profile"].with_columns(today * 0 + day.toordinal())
    return Tables(frames)


@pytest.fixture(autouse=True)
def few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOKAHEAD_DAYS", LOOKAHEAD_DAYS)


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 100), st.sampled_from([0.0, 0.2]))
def test_until_is_the_first_day_on_which_a_band_differs(seed: int, missing: float) -> None:
    book, program = workload()
    made = tables(Shape(30, seed=seed, missing=missing))
    run = run_program(book, program, made)
    found = Later(run, NOW).first_changes().to_list()
    bands = [s.band for s in program.on("profile") if s.band]

    def bands_on(day: date) -> list[list[int | None]]:
        engine = run_program(book, program, moved(made, day)).engine
        return [engine.column("profile", band).to_list() for band in bands]

    now = bands_on(NOW)
    first: list[date | None] = [None] * 30
    for number in range(1, LOOKAHEAD_DAYS + 1):
        then = bands_on(NOW + timedelta(days=number))
        for row in range(30):
            if first[row] is None and any(a[row] != b[row] for a, b in zip(now, then, strict=True)):
                first[row] = NOW + timedelta(days=number)
    assert found == first
    assert any(first)


@pytest.mark.parametrize("days", [1, 90, 365])
def test_a_later_day_is_what_tables_of_that_day_give(days: int) -> None:
    book, program = workload()
    made = tables(Shape(300, missing=0.1))
    run = run_program(book, program, made)
    day = NOW + timedelta(days=days)
    columns = [("profile", c) for s in program.on("profile") for c in (s.score, s.coverage)]
    later = Later(run, NOW).on(day, columns)
    anew = run_program(book, program, moved(made, day))
    for place in columns:
        assert later.engine.column(*place).to_list() == anew.engine.column(*place).to_list()


@pytest.mark.parametrize("as_of", [date(2024, 3, 1), date(2026, 1, 15)])
def test_stacked_and_stepped_days_agree_on_the_shipped_workspace(
    monkeypatch: pytest.MonkeyPatch, as_of: date
) -> None:
    loaded = load_workspace(Workspace(ROOT), as_of=as_of)
    assert loaded.rulebook is not None
    program = compile_rulebook(loaded.rulebook)
    made = build_tables(loaded.corpus, loaded.rulebook, as_of)
    run = run_program(loaded.rulebook, program, made)
    stacked = Later(run, as_of, loaded.corpus).first_changes().to_list()
    monkeypatch.setattr(module, "_STEPPED_ABOVE", 0)
    stepped = Later(run, as_of, loaded.corpus).first_changes().to_list()
    assert stepped == stacked
