"""What lies beyond one machine's memory: growth, tables in parts, and Spark.

``python -m benchmarks.run --spark`` adds the figure of Spark, which needs Java.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import polars as pl

from assay.scoring.bulk import BulkRequest, score_whole
from assay.scoring.distributed import Cluster, score_on_spark
from assay.tables.parquet import write_frame, write_tables
from assay.tables.tables import Tables
from benchmarks.figures import Figure, in_turns
from benchmarks.generate import Shape, rules_text, tables


def growth_figures(
    sizes: dict[tuple[int, int], float], scored: Callable[[Tables], object]
) -> Iterator[Figure]:
    """A re-score of the larger of two sizes against one of the smaller, by processor time."""
    for (small, large), target in sizes.items():
        works = [partial(scored, tables(Shape(size))) for size in (large, small)]
        ours, theirs = (statistics.median(t) for t in in_turns(3, *works, clock=time.process_time))
        yield Figure(f"growth from {small:,} to {large:,}", ours, theirs, target)


SCORE = """
import re, sys, time
from assay.cli.main import run
done = run(sys.argv[1:])
told = open("/proc/self/status").read()
print(time.process_time(), int(re.search(r"VmHWM:\\s+(\\d+)", told)[1]) * 1024)
sys.exit(done)
"""


def parts_figures(size: int, memory: str, folder: Path) -> Iterator[Figure]:
    """The command on tables that do not fit, against as a whole: the same bytes."""
    write_tables(tables(Shape(size)), folder / "tables")
    (folder / "profiles").mkdir()
    (folder / "rules.yaml").write_text(rules_text())

    def measured(limit: str) -> tuple[float, float, bytes]:
        out = folder / "out.parquet"
        command = ["--workspace", str(folder), "--memory", limit, "score"]
        command += ["--tables", str(folder / "tables"), "--out", str(out)]
        done = subprocess.run(
            [sys.executable, "-c", SCORE, *command], check=True, capture_output=True, text=True
        )
        spent, peak = done.stdout.split()
        return float(spent), float(peak) / 1e6, out.read_bytes()

    parts, whole = measured(memory), measured("1TB")
    assert parts[2] == whole[2]
    name = f"in parts within {memory}, against as a whole, {size:,}"
    yield Figure(f"{name}: processor time", parts[0], whole[0], None)
    yield Figure(f"{name}: peak memory", parts[1], whole[1], None, unit="MB")


def spark_figures(request: BulkRequest, size: int, folder: Path) -> Iterator[Figure]:
    """The second run of one session, against Polars reading, scoring and writing the same."""
    given, out = folder / "tables", folder / "local.parquet"
    write_tables(tables(Shape(size)), given)
    cluster = Cluster("local[2]", str(given), str(folder / "spark"))

    def on_spark() -> object:
        return score_on_spark(request.rulebook, request.program, cluster, None)

    theirs, ours = in_turns(1, on_spark, lambda: write_frame(score_whole(request, given), out))
    here = pl.read_parquet(out)
    words = [name for name, dtype in here.schema.items() if isinstance(dtype, pl.Enum)]
    here = here.with_columns(pl.col(words).cast(pl.String)).sort("id")
    assert pl.read_parquet(folder / "spark" / "*.parquet").sort("id").equals(here)
    yield Figure(f"Spark local[2], warm, against Polars, {size:,}", theirs[0], ours[0], None)
