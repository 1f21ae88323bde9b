"""Every figure, measured: ``python -m benchmarks.run [--sizes 10000,100000,1000000]``.

Each figure is a ratio of two times (or sizes of memory) taken in the same run, in turns, so that
a busy machine slows both. The table goes to stdout and ``benchmarks/results.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import polars as pl

from assay.assessment import Assessment
from assay.graph.reach import reach_pairs
from assay.pipeline import assess, check
from assay.rules.scorers import compile_rulebook
from assay.scoring.bulk import BulkRequest
from assay.scoring.compare import BandMoves, band_moves
from assay.scoring.explain import Explainer
from assay.scoring.outlook import Projection
from assay.scoring.run import Run, run_program
from assay.tables.build import build_tables
from assay.tables.parquet import read_tables, write_tables
from assay.tables.tables import Tables
from assay.workspace.load import load_workspace
from assay.workspace.paths import Workspace
from benchmarks.baselines import (
    HandNumpy,
    HandPolars,
    Zen,
    dated,
    documents,
    google_cel,
    reach_by_joins,
)
from benchmarks.beyond import growth_figures, parts_figures, spark_figures
from benchmarks.by_hand import shipped_figures
from benchmarks.everyday import everyday_figures
from benchmarks.figures import Figure, compared, in_turns, report, seconds
from benchmarks.generate import TODAY, Shape, edge_list, rules_text, tables, write_documents
from benchmarks.workload import SCORERS, bench_rules, rulebook

RESULTS = Path(__file__).parent / "results.json"
BOOK = rulebook()
PROGRAM = compile_rulebook(BOOK)
RULES = bench_rules()
GROWTH = {(100_000, 1_000_000): 11.0, (1_000_000, 3_000_000): 3.5}
_IN_A_ROW = 10
WANTED = [("profile", name) for s in PROGRAM.on("profile") for name in (s.score, s.band) if name]


def scored(made: Tables) -> Run:
    """A full re-score, from tables to scores and bands."""
    run = run_program(BOOK, PROGRAM, made)
    run.engine.make(WANTED)
    return run


def engine_figures(size: int) -> Iterator[Figure]:
    made = tables(Shape(size))
    profile, citation = dated(made)
    hand, arrays = HandPolars(RULES), HandNumpy(profile, citation)
    expected = hand.run(profile, citation)
    run, by_numpy = scored(made), arrays.run(RULES)
    for scorer in SCORERS:
        ours = run.engine.column("profile", f"score.{scorer}")
        assert ours.to_list() == expected[scorer].to_list() == by_numpy[scorer].tolist()
    rounds = 9 if size < 1_000_000 else 5
    own, memory, stream, by_arrays = in_turns(
        rounds,
        partial(scored, made),
        partial(hand.run, profile, citation),
        partial(hand.run, profile, citation, streaming=True),
        partial(arrays.run, RULES),
    )
    best = min(statistics.median(memory), statistics.median(stream))
    ours_time = statistics.median(own)
    polars_target = {100_000: 0.5, 1_000_000: 0.25}.get(size)
    numpy_target = {100_000: 2.0, 1_000_000: 0.6}.get(size)
    yield Figure(f"hand-written Polars, {size:,}", ours_time, best, polars_target, ours_all=own)
    yield Figure(f"numpy, {size:,}", ours_time, statistics.median(by_arrays), numpy_target)
    with_gaps = tables(Shape(size, missing=0.05))
    yield compared(
        f"5 % of fields missing, against none, {size:,}",
        None,
        rounds,
        partial(scored, with_gaps),
        partial(scored, made),
    )
    yield from sharing_figures(size, made)


def sharing_figures(size: int, made: Tables) -> Iterator[Figure]:
    """What is shared within one process: a sweep, and the outlook."""
    programs = []
    for step in range(20):
        document = BOOK.model_dump(mode="json", by_alias=True, exclude_none=True)
        document["scorers"][0]["rules"][0]["add"] = step / 100
        programs.append(compile_rulebook(type(BOOK).model_validate(document)))

    def sweep() -> list[BandMoves]:
        """Count what each amount would change, as ``assay plan --sweep`` does."""
        run = run_program(BOOK, PROGRAM, made)
        engines = (run.engine.derive(made, p.steps, repeated=WANTED) for p in programs)
        return [
            band_moves(run, Run(BOOK, program, made, engine))
            for program, engine in zip(programs, engines, strict=True)
        ]

    first = scored(made)
    assert sweep() == [band_moves(first, run_program(BOOK, p, made)) for p in programs]

    today = date.fromordinal(TODAY)

    def outlook() -> None:
        run = run_program(BOOK, PROGRAM, made)
        later = Projection(run, today)
        later.ahead([today + timedelta(days=days) for days in (90, 365)], WANTED)

    rescore = partial(scored, made)
    yield compared(f"sweep over 20 amounts, against one re-score, {size:,}", 8.0, 5, sweep, rescore)
    yield compared(
        f"outlook at three dates, against one re-score, {size:,}", 2.5, 5, outlook, rescore
    )


def single_document_figures(size: int) -> Iterator[Figure]:
    """Against engines that take one profile at a time; they do a part, which is scaled up."""
    made = tables(Shape(size))
    part = min(size, 3000)
    profile, citation = dated(tables(Shape(part)))
    given = documents(profile, citation)
    engines = {"Google CEL per profile": partial(google_cel, RULES, given)}
    targets = {"Google CEL per profile": {100_000: 50.0}}
    if find_spec("zen") is not None:
        zen = Zen(RULES)
        assert zen.run(given[:200]) == google_cel(RULES, given[:200])
        engines["zen-engine"] = partial(zen.run, given)
        targets["zen-engine"] = {10_000: 100.0, 100_000: 250.0}
    # They run for a while at a time and fill the caches for themselves; so may we.
    again = range(_IN_A_ROW)
    times = in_turns(3, lambda: [scored(made) for _ in again], *engines.values())
    ours, *others = (statistics.median(t) for t in times)
    for name, theirs in zip(engines, others, strict=True):
        yield Figure(
            f"{name}, {size:,}",
            ours / _IN_A_ROW,
            theirs * size / part,
            targets[name].get(size),
            at_least=True,
        )


COPY = """
import sys
import polars as pl
from pathlib import Path
for path in sorted(Path(sys.argv[1]).glob("*.parquet")):
    frame = pl.read_parquet(path)
    if path.stem == "profile":
        frame.select("id", "gaps", "due_day").write_parquet(sys.argv[2], compression="lz4")
"""

PEAK = """
import re
told = open("/proc/self/status").read()
print(int(re.search(r"VmHWM:\\s+(\\d+)", told)[1]) * 1024)
"""

OURS = """
import sys
from pathlib import Path
from assay.tables.build import build_tables
from assay.tables.parquet import read_tables
from benchmarks.run import scored
scored(read_tables(Path(sys.argv[1])))
"""

HAND = """
import sys
from pathlib import Path
import polars as pl
from benchmarks.baselines import HandPolars, dated
from benchmarks.workload import bench_rules
from assay.tables.tables import Tables
names = ("profile", "citation")
frames = {n: pl.read_parquet(Path(sys.argv[1]) / f"{n}.parquet") for n in names}
HandPolars(bench_rules()).run(*dated(Tables(frames)), streaming=True)
"""


def python(code: str, *args: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *args], check=True, capture_output=True, text=True
    )
    return done.stdout


def command_figures(size: int, folder: Path) -> Iterator[Figure]:
    """Whole processes, from their start to the written result."""
    write_tables(tables(Shape(size)), folder / "tables")
    (folder / "profiles").mkdir(exist_ok=True)
    (folder / "rules.yaml").write_text(rules_text())
    out, given = str(folder / "out.parquet"), str(folder / "tables")
    command = [sys.executable, "-m", "assay", "--workspace", str(folder), "score"]
    command += ["--tables", given, "--out", out]

    def assay() -> None:
        subprocess.run(command, check=True, capture_output=True)

    name = f"command, against Polars reading and writing the files, {size:,}"
    target = 3.0 if size == 1_000_000 else None
    yield compared(name, target, 3, assay, lambda: python(COPY, given, out))
    ours, theirs = (float(python(code + PEAK, given)) / 1e6 for code in (OURS, HAND))
    yield Figure(
        f"peak memory, against hand-written Polars, {size:,}",
        ours,
        theirs,
        1.3 if size == 1_000_000 else None,
        unit="MB",
    )
    loaded = seconds(lambda: read_tables(Path(given)))
    yield Figure(f"reading the tables, against one re-score, {size:,}", loaded,
                 seconds(partial(scored, read_tables(Path(given)))), None)  # fmt: skip


def document_figures(size: int, folder: Path) -> Iterator[Figure]:
    """Workspaces of YAML files."""
    from pydantic import BaseModel

    import yaml
    from assay.workspace.validate import KINDS

    write_documents(Shape(size, retold=0.5), folder)
    space = Workspace(folder)
    day = date.fromordinal(TODAY)

    class Words(yaml.CSafeLoader):
        """Dates and words such as "on" stay texts, as the models want them."""

    Words.yaml_implicit_resolvers = {
        first: [(t, p) for t, p in pairs if not t.endswith(":timestamp")]
        for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
        if first not in "oOyYnN"
    }

    def plain() -> list[BaseModel]:
        return [
            KINDS[d["kind"]].model_validate(d)
            for path in sorted(space.profiles_dir.glob("*.yaml"))
            for d in yaml.load_all(path.read_bytes(), Words)
        ]

    cold = partial(load_workspace, space)
    yield compared(
        f"cold load, against CSafeLoader + pydantic, {size:,} files", 0.45, 2, cold, plain
    )
    one = folder / "one.parquet"
    tables(Shape(size)).frames["citation"].write_parquet(one)
    command = [sys.executable, "-m", "assay", "--workspace", str(folder), "score"]
    name = f"assay score with nothing changed, against Polars reading one file, {size:,} files"
    yield compared(
        name,
        2.5,
        5,
        lambda: subprocess.run(command, check=True, capture_output=True),
        lambda: python("import sys, polars; polars.read_parquet(sys.argv[1])", str(one)),
    )
    yield from what_if_figures(assess(check(space), day))


def what_if_figures(desk: Assessment) -> Iterator[Figure]:
    """What would change the profiles of a desk, against scoring them once."""
    ids = list(desk.run.profile_rows)
    entries, size = len(desk.rulebook.changes), len(ids)

    def from_documents() -> Run:
        return scored(build_tables(desk.corpus, desk.rulebook, desk.as_of))

    tried, few, anew, again = in_turns(
        3,
        partial(desk.would_change, ids),
        partial(desk.would_change, ids[: size // 10]),
        from_documents,
        partial(scored, desk.built.tables),
    )
    trying, once = statistics.median(tried), statistics.median(anew)
    name = f"what would change it ({entries} entries), {size:,} profiles, against "
    yield Figure(f"{name}tables and scores", trying, once, 1.2 * entries)
    yield Figure(f"{name}scores alone", trying, statistics.median(again), None)
    yield Figure(f"{name}that of a tenth", trying, statistics.median(few), 11.0)


REACH = """
import sys
import polars as pl
from assay.graph.reach import reach_pairs
from benchmarks.baselines import reach_by_joins
follow = {"ours": reach_pairs, "joins": reach_by_joins}[sys.argv[2]]
follow(pl.read_parquet(sys.argv[1]), 3, 0.5)
"""


def reach_figures(size: int, folder: Path) -> Iterator[Figure]:
    edges = edge_list(Shape(size))
    pairs = reach_pairs(edges, 2, 0.5)
    assert pairs.height == reach_by_joins(edges, 2, 0.5).height
    from_nothing = partial(reach_pairs, edges, 3, 0.5)
    joins = partial(reach_by_joins, edges, 3, 0.5)
    name = f"reach within three hops, against Polars joins, {size:,} nodes"
    yield compared(name, 0.7, 2, from_nothing, joins)
    path = str(folder / "edges.parquet")
    edges.write_parquet(path)
    ours, theirs = (float(python(REACH + PEAK, path, which)) / 1e6 for which in ("ours", "joins"))
    name = f"peak memory of reach, against Polars joins, {size:,} nodes"
    yield Figure(name, ours, theirs, 0.7, unit="MB")


def explain_figures(size: int) -> Iterator[Figure]:
    """One profile, its columns made: in milliseconds, against one."""
    explainer = Explainer(scored(tables(Shape(size))))
    rows = range(1001, size, size // 20)
    times = [seconds(lambda row=row: list(explainer.profile(row))) for row in rows]
    name = f"explaining one profile, against a millisecond, {size:,}"
    yield Figure(name, statistics.median(times) * 1000, 1.0, 1.0, unit="ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--spark", action="store_true", help="measure Spark, too; needs Java")
    given = parser.parse_args()
    sizes = [int(s) for s in given.sizes.split(",")]
    figures: list[Figure] = []
    for size in sizes:
        figures += engine_figures(size)
        figures += shipped_figures(size)
        print(report(figures[-6:]), flush=True)
    for size in sizes[:2]:
        figures += single_document_figures(size)
    with tempfile.TemporaryDirectory() as folder:
        figures += command_figures(max(s for s in sizes if s <= 1_000_000), Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        figures += document_figures(given.files, Path(folder))
    figures += everyday_figures()
    most = max(s for s in sizes if s <= 1_000_000)
    figures += explain_figures(most)
    with tempfile.TemporaryDirectory() as folder:
        figures += reach_figures(most, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        figures += parts_figures(most, "500MB", Path(folder))
    if given.spark:
        with tempfile.TemporaryDirectory() as folder:
            figures += spark_figures(BulkRequest(BOOK, PROGRAM), most, Path(folder))
    figures += growth_figures(GROWTH, scored)
    print(report(figures))
    machine = {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "polars": pl.__version__,
        "load before": os.getloadavg()[2],
    }
    rows = [asdict(f) | {"ratio": f.ratio, "reached": f.reached} for f in figures]
    RESULTS.write_text(json.dumps({"machine": machine, "figures": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
