"""The same evidence on other days: what does not depend on the date is shared, not made again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from assay.engines.plan import Place
from assay.model.corpus import Corpus
from assay.scoring.run import Run, run_program
from assay.tables.build import Edge, edge_tables, scored_profiles, valid_edges
from assay.tables.dated import dated_tables

LOOKAHEAD_DAYS = 366
"""How far ahead a change of band is looked for."""

_STACKED_ROWS = 500_000
_STEPPED_ABOVE = 50_000


@dataclass
class Later:
    """Runs of ``run`` on later days, with nothing new having arrived.

    Edges begin and end where ``corpus`` says so; without one they stay as they are.
    """

    run: Run
    as_of: date
    corpus: Corpus | None = None
    _edges: dict[tuple[Edge, ...], dict[str, pl.DataFrame]] = field(default_factory=dict)

    def on(self, day: date, columns: Iterable[Place]) -> Run:
        """The run on a day, in which ``columns`` are going to be read."""
        run = self.run
        changed = self._edges_on(day)
        moved = [("profile", "today")]
        moved += [(space, name) for space, frame in changed.items() for name in frame.columns]
        run.engine.share(columns, moved)
        tables = run.tables.on(day.toordinal(), changed)
        engine = run.engine.varied(tables, run.program.steps, moved)
        return Run(run.rulebook, run.program, tables, engine)

    def _edges_on(self, day: date) -> dict[str, pl.DataFrame]:
        """The tables of edges that differ from those of the first day."""
        if self.corpus is None or not edges_end(self.corpus):
            return {}
        profiles = scored_profiles(self.corpus, self.as_of)
        edges = tuple(valid_edges(profiles, day))
        if edges == tuple(valid_edges(profiles, self.as_of)):
            return {}
        if edges not in self._edges:
            self._edges[edges] = edge_tables(edges, profiles, self.run.rulebook)
        return self._edges[edges]

    def first_changes(self) -> pl.Series:
        """For each profile the first day within the year on which a band differs; else null.

        By definition, every day is scored and compared with the first. Small workspaces do it
        with many days as one set of rows, large ones day by day.
        """
        run = self.run
        count = run.tables.height("profile")
        bands = [s.band for s in run.program.on("profile") if s.band]
        first = pl.repeat(None, count, dtype=pl.Int64, eager=True)
        moves = reads_today(run, bands) or (self.corpus is not None and edges_end(self.corpus))
        if bands and count and moves:
            rows = sum(frame.height for frame in run.tables.frames.values())
            stacked = self.corpus is not None and rows < _STEPPED_ABOVE
            days = self._stacked(bands, rows) if stacked else self._stepped(bands)
            for day, differs in days:
                found = pl.when(first.is_null() & differs).then(day).otherwise(first)
                first = pl.select(found).to_series()
                if not first.null_count():
                    break
        return (first.cast(pl.Int32) - _EPOCH).cast(pl.Date).alias("until")

    def _stepped(self, bands: list[str]) -> Iterator[tuple[int, pl.Series]]:
        places = [("profile", band) for band in bands]
        self.run.engine.make(places)
        now = [self.run.engine.column(*place) for place in places]
        for number in range(1, LOOKAHEAD_DAYS + 1):
            day = self.as_of + timedelta(days=number)
            later = self.on(day, places)
            later.engine.make(places)
            then = [later.engine.column(*place) for place in places]
            yield day.toordinal(), _differ(now, then)

    def _stacked(self, bands: list[str], rows: int) -> Iterator[tuple[int, pl.Series]]:
        assert self.corpus is not None
        run, count = self.run, self.run.tables.height("profile")
        now = [run.engine.column("profile", band) for band in bands]
        size = max(_STACKED_ROWS // max(rows, 1), 1)
        every = [self.as_of + timedelta(days=n) for n in range(1, LOOKAHEAD_DAYS + 1)]
        for start in range(0, len(every), size):
            days = every[start : start + size]
            tables = dated_tables(self.corpus, run.rulebook, run.tables, self.as_of, days)
            later = run_program(run.rulebook, run.program, tables)
            later.engine.make(("profile", band) for band in bands)
            for index, day in enumerate(days):
                then = [later.engine.column("profile", b)[index * count :][:count] for b in bands]
                yield day.toordinal(), _differ(now, then)


_EPOCH = date(1970, 1, 1).toordinal()


def _differ(now: list[pl.Series], then: list[pl.Series]) -> pl.Series:
    result = pl.repeat(False, len(now[0]), eager=True)
    for a, b in zip(now, then, strict=True):
        result |= a.ne_missing(b)
    return result


def reads_today(run: Run, columns: Iterable[str]) -> bool:
    """Whether any of the profile columns depends on the date."""
    return ("profile", "today") in run.engine.needs(("profile", name) for name in columns)


def edges_end(corpus: Corpus) -> bool:
    """Whether any edge begins or ends on a day."""
    return any(
        d.valid_from or d.valid_until
        for p in corpus.profiles.values()
        for d in (*p.depends_on, *getattr(p, "affects", ()))
    )
