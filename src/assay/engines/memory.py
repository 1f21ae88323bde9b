"""What scoring tables takes, by their numbers of rows, and how they are parted to take less."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from assay.errors import UsageError
from assay.memory import no_room, require_room
from assay.tables.bulk import StoredTables, open_tables
from assay.tables.parts import PartedTables, bytes_by_profile, homes, parted

# Measured with the shipped rulebook on a million and three million profiles, whose scorers of
# citations and claims keep more columns than rules on profiles alone.
_BYTES_A_ROW = {"profile": 880, "claim": 440, "citation": 470}
_OTHER_ROW = 60
_NO_PARTS = (
    "they cannot be scored in parts, because rows do not stand in the order of their profiles; "
)
_WAY_OUT = "score them with --engine spark, or on a machine with more memory"

# Measured at a million profiles: the process itself, and what checking the tables and their
# results take for each profile whatever the parts.
_PROCESS = 160_000_000
_HELD_A_PROFILE = 180
_LEAST_ROOM = 10_000_000


def fits(folder: Path, available: int) -> bool:
    """Whether the tables of a folder can be scored as a whole."""
    return needed_bytes(folder) <= available


def needed_bytes(folder: Path) -> int:
    """What scoring a folder of tables as a whole takes at most."""
    total = 0
    for path in sorted(folder.glob("*.parquet")):
        try:
            rows: int = pl.scan_parquet(path).select(pl.len()).collect().item()
        except pl.exceptions.PolarsError:
            continue  # whoever reads it will say what is wrong with it
        total += rows * _BYTES_A_ROW.get(path.stem, _OTHER_ROW)
    return total


def parted_to_fit(
    folder: Path, available: int, held: Callable[[StoredTables], int]
) -> PartedTables:
    """The tables of a folder in parts that can each be scored in the memory that is there.

    ``held`` says how many bytes are taken throughout. Raises ``UsageError`` where that leaves too
    little, or the tables cannot be parted; ``InputError`` for mistakes in them.
    """
    if min(available, needed_bytes(folder)) < _PROCESS + _LEAST_ROOM:
        raise as_a_whole(folder, available)
    stored = open_tables(folder)
    home = None if stored is None else homes(stored)
    if stored is None or home is None:
        raise as_a_whole(folder, available, _NO_PARTS)
    taken = bytes_by_profile(stored, home, _BYTES_A_ROW, _OTHER_ROW)
    fixed = _PROCESS + held(stored) + _HELD_A_PROFILE * len(taken)
    least = fixed + max(int(taken.max(initial=0)), _LEAST_ROOM)
    require_room(least, available, "these tables, scored in parts,", _WAY_OUT)
    return parted(stored, home, taken, available - fixed)


def as_a_whole(folder: Path, available: int, because: str = "") -> UsageError:
    """The refusal of tables that do not fit and, ``because`` of something, have no parts."""
    return no_room(needed_bytes(folder), available, "these tables", because + _WAY_OUT)
