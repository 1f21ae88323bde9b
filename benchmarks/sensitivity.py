"""How many grades move if one amount of the rulebook moves by 0.03.

``python -m benchmarks.sensitivity > docs/reference/sensitivity.md``, in the root of the project.
Every amount is moved alone, on the shipped workspace and on random profiles fixed by their seeds.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import polars as pl

from assay.model.rulebook import Rulebook
from assay.pipeline import assess, check
from assay.plan.experiment import Setting, rulebook_with
from assay.rules.scorers import compile_rulebook
from assay.scoring.compare import grade_columns
from assay.scoring.run import Run, run_program
from assay.tables.build import build_tables
from assay.tables.tables import Tables
from assay.workspace.paths import Workspace
from tests.plain.worlds import AS_OF, drawn_world

STEP = 0.03
WORLDS, PROFILES = 5, 2000
_MOST_SENSITIVE = 10
_FIELDS = ("add", "multiply", "floor", "cap", "on_unknown")
# The numbers 0 and 1 of an expression are no amounts.
_DECIMAL = re.compile(r"\b0\.\d*[1-9]\d*\b")

Moves = Mapping[str, int]
"""By profile scorer, the grades that differ."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of the rulebook; ``text`` is the expression it is part of, if it is part of one."""

    path: str
    value: float
    text: str | None = None

    def moved(self, by: float) -> Setting | None:
        """The setting that moves it, None where that leaves the range from 0 to 1."""
        value = round(self.value + by, 3)
        if not 0 <= value <= 1:
            return None
        if self.text is None:
            return Setting(self.path, value)
        return Setting(self.path, _DECIMAL.sub(lambda m: self._replaced(m[0], value), self.text))

    def _replaced(self, number: str, value: float) -> str:
        return str(value) if float(number) == self.value else number

    def __str__(self) -> str:
        return f"`{self.path}` {self.value:.2f}"


def amounts(rulebook: Rulebook) -> Iterator[Amount]:
    """Every amount of a rule or start, and the number of every word of a factor."""
    for scorer in rulebook.scorers:
        own = f"{scorer.on}.{scorer.name}"
        yield from _amounts(f"{own}.start", scorer.start)
        for rule in scorer.rules:
            for field in _FIELDS:
                yield from _amounts(f"{own}.{rule.id}.{field}", getattr(rule, field))
    for name, scale in rulebook.factors.scales.items():
        for word, number in scale.words.items():
            yield Amount(f"factors.scales.{name}.words.{word}", float(number))


def _amounts(path: str, given: Any) -> Iterator[Amount]:
    if isinstance(given, str):
        for number in sorted({float(n) for n in _DECIMAL.findall(given)}):
            yield Amount(path, number, given)
    elif isinstance(given, int | float) and not isinstance(given, bool) and given:
        yield Amount(path, float(given))


# Count the moves ------------------------------------------------------------------------------


def shipped_run(root: Path) -> Run:
    """The shipped workspace, scored at the date of its rulebook."""
    checked = check(Workspace.find(root))
    rulebook = checked.loaded.rulebook
    assert rulebook is not None
    assert rulebook.settings.as_of is not None
    return assess(checked, rulebook.settings.as_of).run


def random_run(rulebook: Rulebook, seed: int, profiles: int, as_of: date = AS_OF) -> Run:
    """Random profiles that share publishers, sources and edges, scored by the rulebook."""
    made = build_tables(drawn_world(Random(seed), profiles), rulebook, as_of)
    return run_program(rulebook, compile_rulebook(rulebook), made)


def bands(run: Run) -> dict[str, pl.Series]:
    """The band of every profile by scorer, null where it is not rated."""
    run.engine.make(grade_columns(run.program))
    return {
        c.scorer.name: run.engine.column("profile", c.band) for c in run.program.shown if c.band
    }


def moves(run: Run, setting: Setting) -> Moves:
    """Count the grades that the setting moves, those gained and lost included."""
    rulebook, program = rulebook_with(run.rulebook, [setting])
    if rulebook.factors == run.rulebook.factors:
        engine = run.engine.derive(run.tables, program.steps, repeated=grade_columns(program))
        after = Run(rulebook, program, run.tables, engine)
    else:
        after = run_program(rulebook, program, _with_numbers(run.tables, rulebook))
    was, now = bands(run), bands(after)
    return {name: int(was[name].ne_missing(now[name]).sum()) for name in was}


def _with_numbers(tables: Tables, rulebook: Rulebook) -> Tables:
    """The tables with the numbers of the rulebook's words; nothing else depends on them."""
    scale_of = {f: s for asked in rulebook.factors.asked.values() for f, s in asked.items()}
    factors = tables.frames["factor"]
    value, lowest, highest = pl.lit(None), pl.lit(None), pl.lit(None)
    for factor, scale in scale_of.items():
        numbers = {w: float(n) for w, n in rulebook.factors.scales[scale].words.items()}
        own = pl.col("name").cast(pl.String) == factor
        word = pl.col("word").cast(pl.String)
        rated = word.replace_strict(numbers, default=None, return_dtype=pl.Float64)
        value = pl.when(own).then(rated).otherwise(value)
        lowest = pl.when(own).then(min(numbers.values())).otherwise(lowest)
        highest = pl.when(own).then(max(numbers.values())).otherwise(highest)
    renumbered = factors.with_columns(
        value.alias("value"), lowest.alias("lowest"), highest.alias("highest")
    )
    return Tables({**tables.frames, "factor": renumbered})


@dataclass(frozen=True, slots=True)
class Moved:
    """What an amount moves, down and up; None where it cannot move."""

    amount: Amount
    shipped: tuple[Moves | None, Moves | None]
    random: tuple[Moves | None, Moves | None]

    @property
    def most(self) -> tuple[int, int]:
        """The most random and shipped grades that one direction moves."""
        return max(map(_sum, self.random)), max(map(_sum, self.shipped))


def measured(shipped: Run, worlds: Sequence[Run]) -> Iterator[Moved]:
    """Move every amount down and up, alone."""
    for amount in amounts(shipped.rulebook):
        own: list[Moves | None] = []
        drawn: list[Moves | None] = []
        for by in (-STEP, STEP):
            setting = amount.moved(by)
            own.append(None if setting is None else moves(shipped, setting))
            drawn.append(None if setting is None else _added(moves(w, setting) for w in worlds))
        yield Moved(amount, (own[0], own[1]), (drawn[0], drawn[1]))


def _added(parts: Iterator[Moves]) -> Moves:
    total: dict[str, int] = {}
    for part in parts:
        total = {name: total.get(name, 0) + count for name, count in part.items()}
    return total


def _sum(found: Moves | None) -> int:
    return sum(found.values()) if found else 0


# The page -------------------------------------------------------------------------------------


INTRODUCTION = """\
# Sensitivity of grades

Generated by `python -m benchmarks.sensitivity > docs/reference/sensitivity.md`; do not edit.

The amounts of the default rulebook are our own. This page shows how many grades depend on each of
them: each of the {amounts} amounts is moved alone, by 0.03 down and up, and everything is scored
again. One amount moves at most {most_shipped} of {shipped:,} grades of the shipped workspace, and
{most_random:.1%} of {random:,} grades of {random_profiles:,} random profiles.

Amounts are those of rules and starts, decimals in their expressions, and the numbers of the words
of factors. An amount that would leave the range from 0 to 1 is not moved in that direction (–).
Conditions, band edges and weights of reach are not moved. A grade moves if its band changes, or if
a profile gains or loses it.

Random profiles come from the generator of the tests. They share publishers, sources and edges, and
lack fields at random. They resemble no real workspace, so their shares compare amounts and predict
nothing.
"""


def page(shipped: Run, worlds: Sequence[Run], found: Sequence[Moved]) -> str:
    """The whole page."""
    graded = {name: len(b) - b.null_count() for name, b in bands(shipped).items()}
    drawn = _added({n: len(b) - b.null_count() for n, b in bands(w).items()} for w in worlds)
    ordered = sorted(found, key=lambda m: (-m.most[0], -m.most[1], str(m.amount)))
    total = _sum(drawn)
    intro = INTRODUCTION.format(
        amounts=len(found),
        most_shipped=max(m.most[1] for m in found),
        most_random=ordered[0].most[0] / total,
        shipped=_sum(graded),
        random_profiles=sum(w.tables.height("profile") for w in worlds),
        random=total,
    )
    lines = [intro, "## By score", "", *_by_score(graded, drawn, found)]
    lines += ["", "## The ten most sensitive amounts", ""]
    lines += _table(ordered[:_MOST_SENSITIVE], total)
    lines += ["", "## All other amounts", "", *_table(ordered[_MOST_SENSITIVE:], total)]
    return "\n".join(lines) + "\n"


def _by_score(graded: Moves, drawn: Moves, found: Sequence[Moved]) -> Iterator[str]:
    yield "The most grades that any one amount moves, and how many a move changes on average."
    yield "The average is over the amounts that move a grade of the score at all."
    yield ""
    yield "| score | shipped grades | most moved | random grades | most moved | average |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name, count in graded.items():
        own = [m[name] for f in found for m in f.shipped if m is not None]
        others = np.array([m[name] for f in found for m in f.random if m is not None])
        average = others[others > 0].mean() / drawn[name] if others.any() else 0
        yield (
            f"| {name} | {count} | {max(own)} | {drawn[name]:,} "
            f"| {others.max() / drawn[name]:.1%} | {average:.1%} |"
        )


def _table(found: Sequence[Moved], total: int) -> Iterator[str]:
    yield "| amount | shipped, −0.03 | shipped, +0.03 | random, −0.03 | random, +0.03 |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for moved in found:
        own = ["–" if m is None else str(_sum(m)) for m in moved.shipped]
        drawn = ["–" if m is None else f"{_sum(m) / total:.2%}" for m in moved.random]
        yield f"| {moved.amount} | {' | '.join([*own, *drawn])} |"


def main() -> None:
    shipped = shipped_run(Path.cwd())
    worlds = [random_run(shipped.rulebook, seed, PROFILES) for seed in range(WORLDS)]
    sys.stdout.write(page(shipped, worlds, list(measured(shipped, worlds))))


if __name__ == "__main__":
    main()
