"""Scoring in parts, for tables that do not fit into memory.

Each part is computed like the whole. A column that a link reads from another part is held in memory
for all rows: a column of the tables, or one that an earlier pass computed in every part. Edges of a
pool that follows paths into other parts are held, too. The scores of neighbours determine the
number of passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from assay.cel.program import Gather, PoolUp, Step
from assay.cel.steps import Place, dependencies, inputs, outputs
from assay.engine.aggregates import pool_within_reach
from assay.engine.local import LocalEngine
from assay.errors import UsageError
from assay.memory import insufficient_memory, require_available
from assay.progress import counting
from assay.tables.check import OWNERS
from assay.tables.parquet import StoredTables, open_tables
from assay.tables.parts import Part, PartitionedTables, bytes_by_profile, citation_profiles, parted
from assay.tables.tables import coded

# Bytes a row, measured with the shipped rulebook on one and three million profiles. Its scorers of
# citations and claims have more columns than rules on profiles alone.
_BYTES_A_ROW = {"profile": 880, "claim": 440, "citation": 470}
_OTHER_ROW = 60
_NO_PARTS = "they cannot be scored in parts, because rows are not in the order of their profiles; "
_WAY_OUT = "score them with --engine spark or on a machine with more memory"

# Bytes of the process itself, measured at a million profiles, and of each profile for checking the
# tables and for the results, in any number of parts.
_PROCESS = 160_000_000
_HELD_A_PROFILE = 180
_LEAST_ROOM = 10_000_000
_BYTES_HELD = 8


def fits(folder: Path, available: int) -> bool:
    """Whether the tables of a folder can be scored at once."""
    return needed_bytes(folder) <= available


def needed_bytes(folder: Path) -> int:
    """Upper bound of the memory for scoring the tables of a folder at once."""
    total = 0
    for path in sorted(folder.glob("*.parquet")):
        try:
            rows: int = pl.scan_parquet(path).select(pl.len()).collect().item()
        except pl.exceptions.PolarsError:
            continue  # reported when the file is read
        total += rows * _BYTES_A_ROW.get(path.stem, _OTHER_ROW)
    return total


def split_to_fit(
    folder: Path, available: int, held: Callable[[StoredTables], int]
) -> PartitionedTables:
    """Split the tables of a folder into parts that can each be scored within the available memory.

    ``held`` returns the bytes of the columns held for all rows. Raises ``UsageError`` if those
    leave too little memory or the tables cannot be split, ``InputError`` if they are invalid.
    """
    if min(available, needed_bytes(folder)) < _PROCESS + _LEAST_ROOM:
        raise too_large_error(folder, available)
    stored = open_tables(folder)
    home = None if stored is None else citation_profiles(stored)
    if stored is None or home is None:
        raise too_large_error(folder, available, _NO_PARTS)
    taken = bytes_by_profile(stored, home, _BYTES_A_ROW, _OTHER_ROW)
    fixed = _PROCESS + held(stored) + _HELD_A_PROFILE * len(taken)
    least = fixed + max(int(taken.max(initial=0)), _LEAST_ROOM)
    require_available(least, available, "these tables, scored in parts,", _WAY_OUT)
    return parted(stored, home, taken, available - fixed)


def too_large_error(folder: Path, available: int, because: str = "") -> UsageError:
    """Error for tables that do not fit and cannot be scored in parts, ``because`` of a reason."""
    return insufficient_memory(needed_bytes(folder), available, "these tables", because + _WAY_OUT)


# Passes -------------------------------------------------------------------------------------------


class Steps:
    """The steps of a program, found by the columns they define."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.every = steps
        self._definitions = {(step.space, step.column): step for step in steps}

    def defining(self, place: Place) -> Step | None:
        """Step that defines a column, or None for a column of the tables."""
        return self._definitions.get(place)

    def needed(self, wanted: Iterable[Place]) -> list[Step]:
        """Steps that the wanted columns depend on, each after those it reads."""
        found = dependencies(self._definitions, wanted)
        return [step for step in self.every if not found.isdisjoint(outputs(step))]


def bytes_held(steps: Steps, wanted: Iterable[Place], stored: StoredTables) -> int:
    """Upper bound of the memory for columns that links read from any part."""
    origins: set[Place] = set()
    for step in steps.needed(wanted):
        if isinstance(step, Gather):
            if step.link not in OWNERS[step.space] and stored.height(step.space):
                origins.add((step.target, step.origin))
        elif isinstance(step, PoolUp) and step.peer is not None and stored.height(step.elements):
            origins.update((*inputs(step), *outputs(step)))
    return sum(_BYTES_HELD * stored.height(space) for space, _ in origins)


@dataclass
class _Read:
    """Input of a pass: columns of the tables by space, held columns, steps that leave a part."""

    columns: dict[str, set[str]] = field(default_factory=dict)
    held: list[Place] = field(default_factory=list)
    away: list[Gather] = field(default_factory=list)
    paths: list[PoolUp] = field(default_factory=list)


@dataclass
class Passes:
    """A program over tables in parts; the last pass computes the ``wanted`` columns."""

    parted: PartitionedTables
    steps: Steps
    wanted: Sequence[Place]
    _held: dict[Place, pl.Series] = field(default_factory=dict, repr=False)

    @property
    def cross_part_steps(self) -> list[Step]:
        """Steps that read from other parts."""
        return [s for s in self.steps.needed(self.wanted) if self._leads_away(s)]

    def run(self) -> Iterator[LocalEngine]:
        """Compute the wanted columns, and yield the engine of each part in order."""
        before, parts = self._before(), self.parted.parts
        progress = iter(counting([*parts] * (len(before) + 1), "parts"))
        for wanted in before:
            pieces: dict[Place, list[pl.Series]] = {place: [] for place in wanted}
            read = self._read_for(wanted)
            for _ in parts:
                engine = self._engine(next(progress), read, wanted)
                for place, of_parts in pieces.items():
                    series = engine.column(*place)
                    # Parts may have different words, so their numbers cannot be concatenated.
                    is_coded = isinstance(series.dtype, pl.Enum)
                    of_parts.append(series.cast(pl.String) if is_coded else series)
            for (space, name), of_parts in pieces.items():
                self._held[space, name] = self.parted.joined(space, of_parts)
        read = self._read_for(self.wanted)
        for part in progress:
            yield self._engine(part, read, self.wanted)

    def _leads_away(self, step: Step | None) -> bool:
        match step:
            case Gather():
                return self.parted.leaves_part(step.space, step.link)
            case PoolUp(peer=str(peer)):
                return self.parted.leaves_part(step.elements, peer)
        return False

    def _origins(self, step: Step) -> list[Place]:
        """The columns that a step reads from all parts."""
        return [(step.target, step.origin)] if isinstance(step, Gather) else inputs(step)

    def _before(self) -> list[list[Place]]:
        """Columns to hold that each pass before the last computes."""
        pass_of: dict[Place, int] = {}
        held: list[dict[Place, None]] = []
        for step in self.steps.needed(self.wanted):
            earliest = max((pass_of.get(place, 0) for place in inputs(step)), default=0)
            for origin in self._origins(step) if self._leads_away(step) else ():
                if self.steps.defining(origin):
                    earliest = max(earliest, pass_of[origin] + 1)
                    held += [{} for _ in range(earliest - len(held))]
                    held[pass_of[origin]][origin] = None
            pass_of |= dict.fromkeys(outputs(step), earliest)
        return [list(places) for places in held]

    def _read_for(self, wanted: Iterable[Place]) -> _Read:
        """Input that the wanted columns depend on and no earlier pass computed."""
        read = _Read()
        seen: set[Place] = set()
        waiting = list(wanted)
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            step, columns = self.steps.defining(place), read.columns.setdefault(place[0], set())
            if step is None:
                columns.add(place[1])
            elif place in self._held:
                read.held.append(place)
            elif isinstance(step, Gather) and self._leads_away(step):
                read.away.append(step)
                columns.add(step.link)
            elif isinstance(step, PoolUp) and self._leads_away(step):
                read.paths.append(step)
            else:
                waiting += inputs(step)
        return read

    def _engine(self, part: Part, read: _Read, wanted: Iterable[Place]) -> LocalEngine:
        """Compute the wanted columns of a part, with what it reads from other parts."""
        tables = self.parted.tables(part, read.columns)
        engine = LocalEngine(tables)
        engine.run(self.steps.every)
        for space, name in read.held:
            engine.add(space, self.parted.cut(part, space, self._held[space, name]).alias(name))
        for step in read.away:
            links = tables.given(step.space, step.link)
            whole = self._whole((step.target, step.origin))
            engine.add(step.space, whole.gather(links).alias(step.column))
        for pool in read.paths:
            engine.add(pool.space, self.parted.cut(part, pool.space, self._pooled(pool)))
        engine.make(wanted)
        return engine

    def _whole(self, place: Place) -> pl.Series:
        """A column for all rows."""
        if place not in self._held:
            stored = self.parted.stored.column(*place).to_frame()
            self._held[place] = coded(place[0], stored).to_series()
        return self._held[place]

    def _pooled(self, step: PoolUp) -> pl.Series:
        """The column of a pool that follows paths, for all rows."""
        (place,) = outputs(step)
        if place not in self._held:
            assert step.peer is not None
            stored = self.parted.stored
            edges = pl.DataFrame(
                [
                    stored.given(step.elements, step.owner).alias("owner"),
                    stored.given(step.elements, step.peer).alias("peer"),
                    self._whole((step.elements, step.keep)).alias("keep"),
                    self._whole((step.elements, step.take)).alias("take"),
                ]
            )
            self._held[place] = pool_within_reach(step, edges, stored.height(step.space))
        return self._held[place]
