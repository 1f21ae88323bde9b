"""Runs of a compiled rulebook on tables: scores and reach by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
        values: list[Iterable[object]] = []
        for name in result_columns_of(scorer):
            if name is None:
                values.append(repeat(None))
                continue
            series = self.engine.column(space, name)
            values.append((series if rows is None else series.gather(list(rows))).to_list())
        # Thousands of rows share a few hundred scores.
        return list(map(cache(self.maker(scorer)), *values))

    def maker(self, scorer: ScorerColumns) -> Callable[..., Score]:
        """Return the function that makes a score from the values of the scorer's result columns."""
        bands = ordered_bands(self.rulebook.bands(scorer.scorer))
        grades = ordered_bands(self.rulebook.evidence_bands(scorer.scorer))

        def score(
            points: int | None,
            coverage: int,
            band: int | None,
            ceiling: int | None,
            stands_on: int | None,
            firm: int | None,
        ) -> Score:
            if band is None:
                return Score(points, coverage)
            provisional = scorer.firm is not None and firm != band
            return Score(
                points,
                coverage,
                bands[band],
                ceiling=None if ceiling in (None, band) else bands[ceiling],
                stands_on=None if stands_on is None else grades[stands_on],
                provisional=provisional,
                firm=bands[firm] if provisional and firm is not None else None,
            )

        return score


def result_columns_of(scorer: ScorerColumns) -> tuple[str | None, ...]:
    """Names of the columns that a score is made from, None for those a scorer does not have."""
    return (
        scorer.score,
        scorer.coverage,
        scorer.band,
        scorer.ceiling,
        scorer.stands_on,
        scorer.firm,
    )


def band_columns(
    rulebook: Rulebook, scorer: ScorerColumns
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield the name, the column and the ids of the bands that a score has besides its number."""
    bands = tuple(band.id for band in ordered_bands(rulebook.bands(scorer.scorer)))
    grades = tuple(band.id for band in ordered_bands(rulebook.evidence_bands(scorer.scorer)))
    for name, column, ids in (
        ("band", scorer.band, bands),
        ("ceiling", scorer.ceiling, bands),
        ("stands_on", scorer.stands_on, grades),
    ):
        if column is not None:
            yield name, column, ids


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
