"""What scoring tables takes, by their numbers of rows."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from assay.memory import require_room

# Measured with the shipped rulebook on a million and three million profiles, whose scorers of
# citations and claims keep more columns than rules on profiles alone.
_BYTES_A_ROW = {"profile": 800, "claim": 400, "citation": 420}
_OTHER_ROW = 60
_WAY_OUT = (
    "score them with --engine spark, or on a machine with more memory, or in parts, each with "
    "the profiles its links lead to"
)


def needed_bytes(folder: Path) -> int:
    """What scoring a folder of tables takes at most."""
    total = 0
    for path in sorted(folder.glob("*.parquet")):
        try:
            rows: int = pl.scan_parquet(path).select(pl.len()).collect().item()
        except pl.exceptions.PolarsError:
            continue  # whoever reads it will say what is wrong with it
        total += rows * _BYTES_A_ROW.get(path.stem, _OTHER_ROW)
    return total


def require_memory(folder: Path, available: int | None) -> None:
    """Raise ``UsageError`` where the tables will not fit."""
    require_room(needed_bytes(folder), available, "these tables", _WAY_OUT)
