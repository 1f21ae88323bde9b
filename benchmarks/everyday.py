"""Processor time of everyday commands: on 5,000 YAML files, and on this project's own workspace.

Processor seconds are compared with one second, the project's own workspace with ``import polars``;
on one thread, with compiled modules at hand, as an installed package has them.
Run alone with ``python -m benchmarks.everyday``.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from assay.assessment import Assessment
from assay.cache import FOLDER_VARIABLE
from assay.pipeline import assess, check
from assay.workspace.paths import Workspace
from benchmarks.figures import Figure, report, seconds
from benchmarks.generate import TODAY, Shape, write_documents

_ROOT = Path(__file__).resolve().parents[1]
_FILES = 5_000
_BUILT = _EXPLAINED = 2_000
_ASSAY = [sys.executable, "-m", "assay"]


def everyday_figures(rounds: int = 5) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        yield from _many_files(Path(folder), rounds)
    with tempfile.TemporaryDirectory() as folder:
        yield from _own_workspace(Path(folder), rounds)
    with tempfile.TemporaryDirectory() as folder:
        yield from _building(Path(folder), rounds)
    for sources_apart in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            yield from _explaining(Path(folder), sources_apart=sources_apart)


def _many_files(folder: Path, rounds: int) -> Iterator[Figure]:
    space, cache = folder / "space", folder / "cache"
    write_documents(Shape(_FILES, retold=0.5), space)
    edited = min((space / "profiles").glob("profile-*.yaml"))
    score = partial(_cpu_seconds, [*_ASSAY, "--workspace", str(space), "score"], cache)
    times: dict[str, list[float]] = {"from nothing": [], "nothing changed": [], "one edited": []}
    score()
    for number in range(rounds):
        shutil.rmtree(cache, ignore_errors=True)
        times["from nothing"].append(score())
        times["nothing changed"].append(score())
        edited.write_text(edited.read_text() + f"# edit {number}\n")
        times["one edited"].append(score())
    for target, (when, taken) in zip((3.0, 1.0, 2.5), times.items(), strict=True):
        name = f"assay score, {when}, {_FILES:,} files, processor time against a second"
        yield Figure(name, statistics.median(taken), 1.0, target, ours_all=taken)


def _own_workspace(folder: Path, rounds: int) -> Iterator[Figure]:
    shutil.copytree(_ROOT / "profiles", folder / "profiles")
    shutil.copy(_ROOT / "rules.yaml", folder)
    assay = [*_ASSAY, "--workspace", str(folder)]
    aims = {("score",): 3.5, ("check",): 4.0, ("explain", "deepseek"): 4.0}
    works: dict[str, Callable[[], float]] = {
        "polars": partial(_cpu_seconds, [sys.executable, "-c", "import polars"], folder / "cache")
    }
    for command in aims:
        works[command[0]] = partial(_cpu_seconds, [*assay, *command], folder / "cache")
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, work in works.items():
            taken = work()
            if turn:
                times[name].append(taken)
    unit = statistics.median(times["polars"])
    for command, target in aims.items():
        name = f"assay {command[0]} on 35 profiles, against import polars, processor time"
        yield Figure(name, statistics.median(times[command[0]]), unit, target)


def _building(folder: Path, rounds: int) -> Iterator[Figure]:
    """The whole site, into a new folder and over the same site."""
    space, site = folder / "space", folder / "site"
    write_documents(Shape(_BUILT, retold=0.5), space)
    build = [*_ASSAY, "--workspace", str(space), "build", "--out", str(site)]
    times: dict[str, list[float]] = {"from nothing": [], "nothing changed": []}
    _cpu_seconds(build, folder / "cache")
    for _ in range(rounds):
        shutil.rmtree(site)
        shutil.rmtree(folder / "cache", ignore_errors=True)
        times["from nothing"].append(_cpu_seconds(build, folder / "cache"))
        times["nothing changed"].append(_cpu_seconds(build, folder / "cache"))
    for when, taken in times.items():
        name = f"assay build, {when}, {_BUILT:,} profiles, processor time against a second"
        yield Figure(name, statistics.median(taken), 1.0, 40.0, ours_all=taken)


def _explaining(folder: Path, *, sources_apart: bool) -> Iterator[Figure]:
    """A tenth of the profiles, against a tenth of the time for all and 0.3 s."""
    write_documents(Shape(_EXPLAINED, retold=0.5), folder)
    if not sources_apart:
        _gather_sources(folder / "profiles")

    def desk() -> Assessment:
        return assess(check(Workspace(folder)), date.fromordinal(TODAY))

    ids = list(desk().run.profile_rows)
    few, every = desk(), desk()
    desk().explain(ids[:1])
    tenth = seconds(lambda: few.explain(ids[: len(ids) // 10]), time.process_time)
    whole = seconds(lambda: every.explain(ids), time.process_time)
    where = "beside their profiles" if sources_apart else "in one file"
    name = f"explaining 200 of {_EXPLAINED:,} profiles, sources {where}, against a tenth and 0.3 s"
    yield Figure(name, tenth, whole / 10 + 0.3, 1.0)


def _gather_sources(profiles: Path) -> None:
    """Move every source into one file."""
    found = []
    for path in sorted(profiles.glob("profile-*.yaml")):
        first, *sources = path.read_text().split("---\n")
        path.write_text(first)
        found += sources
    (profiles / "sources.yaml").write_text("---\n".join(found))


def _cpu_seconds(command: Sequence[str], cache: Path) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {
        FOLDER_VARIABLE: str(cache),
        "POLARS_MAX_THREADS": "1",
        "PYTHONPYCACHEPREFIX": str(cache.parent / "compiled"),
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    print(report(list(everyday_figures())))
