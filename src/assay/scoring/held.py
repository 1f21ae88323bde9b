"""Scoring with the neighbours held: what is felt of a peer is its score as it was before.

A score can read the scores of other profiles along edges and reach. To tell what a profile's own
evidence moved from what its neighbours moved, the same engine runs once with those scores held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from assay.model.rulebook import Rulebook
from assay.rules.ir import Col, apply
from assay.rules.program import Compute, Gather, Program, Step
from assay.rules.schema import row_column
from assay.scoring.run import Run, run_program
from assay.tables.tables import Tables

_PEER = row_column("peer")

Held = Mapping[str, Mapping[str, tuple[int | None, int]]]
"""By profile id and scorer: score and coverage in thousandths, as they are to be felt."""


def reads_neighbours(program: Program) -> bool:
    """Whether any score reads a score of another profile along an edge or reach."""
    return any(_felt(step) for step in program.steps)


def neighbour_scorers(program: Program) -> tuple[str, ...]:
    """Names of the profile scorers whose scores are read along edges or reach."""
    names = {_scorer(s.origin) for s in program.steps if isinstance(s, Gather) and _felt(s)}
    return tuple(sorted(names))


def run_held(
    rulebook: Rulebook, program: Program, tables: Tables, held: Held, near: Run | None = None
) -> Run:
    """Score every row with the neighbours' scores held.

    A profile or scorer that ``held`` does not have is felt as it is computed. Of ``near``, a run
    of the same tables, all columns are kept that would be made in the same way.
    """
    if reads_neighbours(program):
        names = neighbour_scorers(program)
        profiles = _with_held(tables.frames["profile"], names, held)
        tables = Tables({**tables.frames, "profile": profiles})
        program = _holding(program)
    if near is None:
        return run_program(rulebook, program, tables)
    return Run(rulebook, program, tables, near.engine.varied(tables, program.steps))


def peers_felt(run: Run, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each of the profiles the peers whose scores its own scores read, in the order of ids."""
    spaces = sorted({s.space for s in run.program.steps if _felt(s)})
    wanted = {run.profile_rows[i]: i for i in ids if i in run.profile_rows}
    names = run.engine.column("profile", "id")
    found: dict[str, set[str]] = {i: set() for i in wanted.values()}
    for space in spaces:
        frame = run.tables.frames[space].select("profile_row", _PEER)
        frame = frame.filter(pl.col("profile_row").is_in(list(wanted)))
        peers = names.gather(frame.get_column(_PEER)).to_list()
        for row, peer in zip(frame.get_column("profile_row").to_list(), peers, strict=True):
            found[wanted[row]].add(peer)
    return {i: tuple(sorted(peers)) for i, peers in found.items()}


def _felt(step: Step) -> bool:
    """Whether a step brings a peer's score along an edge."""
    return (
        isinstance(step, Gather)
        and step.link == _PEER
        and step.target == "profile"
        and step.origin.partition(".")[0] in ("score", "cover")
    )


def _scorer(column: str) -> str:
    return column.partition(".")[2]


def _holding(program: Program) -> Program:
    """The program with every peer's score read from its held column."""
    steps: list[Step] = []
    made: set[str] = set()
    for step in program.steps:
        if not isinstance(step, Gather) or not _felt(step):
            steps.append(step)
            continue
        column = f"felt.{step.origin}"
        if column not in made:
            made.add(column)
            known = Col(f"holds.{_scorer(step.origin)}")
            value = apply("if", known, Col(f"held.{step.origin}"), Col(step.origin))
            steps.append(Compute("profile", column, value))
        steps.append(replace(step, origin=column))
    return replace(program, steps=tuple(steps))


def _with_held(profiles: pl.DataFrame, names: Iterable[str], held: Held) -> pl.DataFrame:
    ids = profiles.get_column("id").to_list()
    columns: list[pl.Series] = []
    for name in names:
        found = [held.get(i, {}).get(name) for i in ids]
        columns += [
            pl.Series(f"holds.{name}", [f is not None for f in found], dtype=pl.Boolean),
            pl.Series(f"held.score.{name}", [f[0] if f else None for f in found], dtype=pl.Int64),
            pl.Series(f"held.cover.{name}", [f[1] if f else None for f in found], dtype=pl.Int64),
        ]
    return profiles.with_columns(columns)
