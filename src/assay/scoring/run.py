"""Runs of a compiled rulebook on tables: scores and reach by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import repeat

from assay.cel.program import Program, ScorerColumns
from assay.engine.local import LocalEngine
from assay.model.results import Score
from assay.model.rulebook import Band, Rulebook
from assay.tables.tables import Tables

Rows = Sequence[int]
"""Numbers of rows."""


@dataclass(frozen=True)
class Run:
    """The scores of every row of some tables."""

    rulebook: Rulebook
    program: Program
    tables: Tables
    engine: LocalEngine

    @cached_property
    def profile_rows(self) -> dict[str, int]:
        """The row of each profile by id; with copies of profiles, the first row."""
        rows: dict[str, int] = {}
        for row, profile_id in enumerate(self.engine.column("profile", "id").to_list()):
            rows.setdefault(profile_id, row)
        return rows

    def scores(self, scorer: ScorerColumns, rows: Rows | None = None) -> list[Score]:
        """The scores of all or some rows of the space that the scorer works on."""
        space = scorer.scorer.on
        names = [name for name in (scorer.score, scorer.coverage, scorer.band) if name]
        columns = [self.engine.column(space, name) for name in names]
        if rows is not None:
            columns = [series.gather(list(rows)) for series in columns]
        points, coverage, *bands = (series.to_list() for series in columns)
        ordered = ordered_bands(self.rulebook.bands(scorer.scorer))

        @cache  # thousands of rows share a few hundred scores
        def score(points: int | None, coverage: int, band: int | None) -> Score:
            return Score(points, coverage, None if band is None else ordered[band])

        return list(map(score, points, coverage, bands[0] if bands else repeat(None)))


def ordered_bands(bands: Sequence[Band]) -> list[Band]:
    """Sort the bands of a scale from the lowest to the highest."""
    return sorted(bands, key=lambda b: b.from_)


def run_program(rulebook: Rulebook, program: Program, tables: Tables) -> Run:
    """Score every row of the tables."""
    engine = LocalEngine(tables)
    engine.run(program.steps)
    return Run(rulebook, program, tables, engine)


Reached = tuple[str, str, int | None, int]
"""``upstream`` or ``downstream``, the peer, the reach in thousandths and the number of hops."""


def reached(run: Run) -> Mapping[str, list[Reached]]:
    """By profile id the profiles upstream and downstream of it, in the order of ids."""
    ids = run.engine.column("profile", "id").to_list()
    found: dict[str, list[Reached]] = defaultdict(list)
    for space in ("upstream", "downstream"):
        frame = run.tables.frames[space].select("profile_row", "peer_row", "reach", "distance")
        for row, peer, reach, distance in frame.iter_rows():
            points = None if reach is None else round(reach * 1000)
            found[ids[row]].append((space, ids[peer], points, distance))
    return {i: sorted(pairs, key=lambda p: p[:2]) for i, pairs in found.items()}
