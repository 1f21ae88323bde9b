"""Whether tables fit into memory, said before anything is started."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from assay.errors import UsageError

_BYTES_A_ROW = {"profile": 600, "claim": 150, "citation": 260}
_OTHER_ROW = 60
_MEMINFO = Path("/proc/meminfo")


def needed_bytes(folder: Path) -> int:
    """What scoring a folder of tables takes at most, by its numbers of rows."""
    total = 0
    for path in sorted(folder.glob("*.parquet")):
        try:
            rows: int = pl.scan_parquet(path).select(pl.len()).collect().item()
        except pl.exceptions.PolarsError:
            continue  # whoever reads it will say what is wrong with it
        total += rows * _BYTES_A_ROW.get(path.stem, _OTHER_ROW)
    return total


def available_bytes() -> int | None:
    """Memory that is free for use; None where the system does not tell."""
    try:
        lines = _MEMINFO.read_text().splitlines()
    except OSError:
        return None
    found = next((line for line in lines if line.startswith("MemAvailable:")), None)
    return int(found.split()[1]) * 1024 if found else None


def require_memory(folder: Path) -> None:
    """Raise ``UsageError`` where the tables will not fit."""
    needed, available = needed_bytes(folder), available_bytes()
    if available is not None and needed > available:
        raise UsageError(
            f"these tables need about {needed / 1e9:.1f} GB of memory, and {available / 1e9:.1f} "
            "GB are free; score them in parts, each with the profiles its links lead to, or on a "
            "machine with more memory"
        )
