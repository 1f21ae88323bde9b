"""Later days: what is shared and what is left out never shows in what is found."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from benchmarks.generate import TODAY, Shape, tables
from benchmarks.workload import rulebook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.engines.execution import Execution
from assay.engines.plan import Place
from assay.engines.schedule import schedule
from assay.loading import load_workspace
from assay.model.corpus import Corpus
from assay.model.rulebook import Rulebook
from assay.rules.lasting import Lasting
from assay.rules.program import Program
from assay.rules.scorers import compile_rulebook
from assay.scoring import later as module
from assay.scoring.later import Later
from assay.scoring.outlook import Horizons
from assay.scoring.run import run_program
from assay.tables.build import build_tables
from assay.tables.tables import Tables
from assay.workspace import Workspace
from tests.strategies import AS_OF, corpora, desk_of

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


@pytest.mark.parametrize("rows", [0, 3_000, 200_000])
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 100), st.sampled_from([0.0, 0.2]))
def test_until_is_the_first_day_on_which_a_band_differs(
    monkeypatch: pytest.MonkeyPatch, rows: int, seed: int, missing: float
) -> None:
    """Whether days are looked at one by one, a few or all at a time."""
    monkeypatch.setattr(module, "ROWS_AT_ONCE", rows)
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
    later = Later(run, NOW)
    anew = run_program(book, program, moved(made, day))
    alone, together = later.on(day, columns), later.ahead([NOW, day], columns)[1]
    for place in columns:
        expected = anew.engine.column(*place).to_list()
        assert alone.engine.column(*place).to_list() == expected
        assert together.engine.column(*place).to_list() == expected
    first = run_program(book, program, made)
    for place in columns:
        assert run.engine.column(*place).equals(first.engine.column(*place))


@settings(max_examples=10)
@given(corpora())
def test_several_days_together_are_each_of_them_alone(corpus: Corpus) -> None:
    desk = desk_of(corpus)
    scorers = desk.program.on("profile")
    columns = [("profile", c) for s in scorers for c in (s.score, s.coverage, s.band) if c]
    days = Horizons.of(AS_OF).days[1:]
    together = Later(desk.run, AS_OF).ahead(days, columns)
    for day, run in zip(days, together, strict=True):
        alone = Later(desk_of(corpus).run, AS_OF).on(day, columns)
        for place in columns:
            assert run.engine.column(*place).to_list() == alone.engine.column(*place).to_list()


@pytest.mark.parametrize("as_of", [date(2024, 3, 1), date(2026, 1, 15)])
def test_until_agrees_with_the_days_around_it_in_the_shipped_workspace(
    monkeypatch: pytest.MonkeyPatch, as_of: date
) -> None:
    loaded = load_workspace(Workspace(ROOT), as_of=as_of)
    assert loaded.rulebook is not None
    program = compile_rulebook(loaded.rulebook)
    run = run_program(loaded.rulebook, program, build_tables(loaded.corpus, loaded.rulebook, as_of))
    monkeypatch.setattr(module, "LOOKAHEAD_DAYS", 366)
    later = Later(run, as_of)
    found = later.first_changes().to_list()
    bands = [("profile", s.band) for s in program.on("profile") if s.band]

    def bands_on(day: date) -> list[list[int | None]]:
        engine = later.on(day, bands).engine
        return [engine.column(*place).to_list() for place in bands]

    now = bands_on(as_of)
    said = sorted({until for until in found if until is not None})
    around = {day - timedelta(days=n) for day in (*said[:3], *said[-2:]) for n in (0, 1)}
    for day in around - {as_of}:
        then = bands_on(day)
        for row, until in enumerate(found):
            differs = any(a[row] != b[row] for a, b in zip(now, then, strict=True))
            if until is None or day <= until:
                assert differs == (day == until)


CONDITIONS = (
    "profile.begun_days > 400",
    "profile.begun_days >= 400 && profile.gaps > 2",
    "400 > profile.begun_days || profile.ended_days < 300",
    "profile.begun_days == 700 || profile.ended_days != 20",
    "profile.due_days <= 3 ? profile.begun_days < 100 : profile.gaps == 1",
    "profile.begun_days * 3 - profile.ended_days > 1000",
    "profile.begun_days % 7 == 0",
    'profile.as_of > timestamp("2026-01-11T00:00:00Z")',
    "profile.as_of.getMonth() == 0",
    "double(profile.begun_days) / 3.0 > 100.0",
    "half_life(profile.begun_days - 200, 300) > 0.5",
    "max(0.9, half_life(profile.ended_days, 90)) < 0.95",
    "citations.exists(c, c.age_days > 300 && c.directness == 'record')",
    "citations.all(c, !has(c.age_days) || c.age_days < 900)",
    "citations.filter(c, c.age_days < 600).size() >= 2",
    "claims.exists(c, c.checked_days > c.review_after_days)",
    "dependents.exists(d, d.peer.begun_days < 500)",
    "claims.exists(c, c.grounds.exists(g, g.checked_days > 30))",
)


@cache
def speaking_of_time() -> tuple[Rulebook, Program]:
    rules = [
        {"id": f"r{n}", "when": text, "add": 0.04, "because": "it holds", "on_unknown": "ignore"}
        for n, text in enumerate(CONDITIONS)
    ]
    scale = [{"id": f"b{n}", "from": n / 10, "grade": str(n), "label": str(n)} for n in range(10)]
    book = Rulebook.model_validate(
        {
            "scales": {"ten": scale},
            "scorers": [{"name": "age", "on": "profile", "scale": "ten", "rules": rules}],
        }
    )
    return book, compile_rulebook(book)


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 100), st.sampled_from([0.0, 0.2]), st.integers(0, 500))
def test_no_column_changes_before_its_days_are_over(seed: int, missing: float, ahead: int) -> None:
    book, program = speaking_of_time()
    made = tables(Shape(40, seed=seed, missing=missing))
    run = run_program(book, program, made)
    bands = [s.band for s in program.on("profile") if s.band]
    hits = [r.applied for s in program.on("profile") for r in s.rules]
    changing = run.engine.apart([("profile", c) for c in hits], [("profile", "today")])
    lasting = Lasting(changing.schedule.steps, bands)
    every = [*lasting.columns, *((space, name) for (space, _), name in lasting.columns.items())]
    planned = schedule([*changing.schedule.steps, *lasting.steps], every)

    def at(day: int) -> dict[Place, list[int | None]]:
        columns = dict(changing.kept)
        days = pl.repeat(day, 40, dtype=pl.Int64, eager=True)
        Execution(made.at(days), columns, planned).run()
        return {place: columns[place].to_list() for place in every}

    begin = TODAY + ahead
    now = at(begin)
    assert len(lasting.columns) > len(CONDITIONS)
    assert not lasting.alone
    for number in range(1, 20):
        then = at(begin + number)
        for place, name in lasting.columns.items():
            for a, b, days in zip(now[place], then[place], now[place[0], name], strict=True):
                assert a == b or (days is not None and days <= number), place
