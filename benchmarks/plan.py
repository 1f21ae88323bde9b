"""What a plan after one rule edit and a sweep of 20 values cost, against one full re-score.

Run with ``python benchmarks/plan.py [PROFILES [ROUNDS]]``. The aims are ratios of at most 2.5 and
8. A full re-score makes the tables, scores them and looks a year ahead; as scoring without the
outlook is what a sweep repeats, its ratio to that is shown too.

With ``--process [ROUNDS]`` instead: what ``assay plan`` after a rule edit on this project's own
workspace costs as a process, against one that imports Polars and does no more; the aim is 3. Both
take processor time, on one thread, with compiled modules at hand, as an installed package has them.
"""

from __future__ import annotations

import gc
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from assay.assessment import Assessment, scored
from assay.model.documents import (
    AnyProfile,
    Citation,
    Claim,
    Corpus,
    Dependency,
    Institution,
    Source,
)
from assay.pipeline import assess, check
from assay.plan.builder import make_plan
from assay.plan.experiment import Setting, Sweep, rulebook_with, swept
from assay.plan.lock import lock_bytes, parse_lock
from assay.plan.lock_builder import lock_of
from assay.workspace.paths import Workspace

_AS_OF = date(2026, 1, 15)
_KINDS = ("record", "first_hand", "secondary", "secondary")


_ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Print the median seconds of some rounds, taken in turns, and their ratios."""
    if sys.argv[1:2] == ["--process"]:
        _processes(int(sys.argv[2]) if len(sys.argv) > 2 else 9)
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    first = _desk(count)
    lock = parse_lock(lock_bytes(lock_of([first], grounds=False)), "grades.lock")
    edit = Setting("claim.confidence.no-record.cap", 0.5)
    rulebook, program = rulebook_with(first.rulebook, [edit])
    edited = first.rescored(rulebook, program)
    sweep = Sweep.parse("claim.confidence.no-record.cap=0.35..0.54:0.01")
    plan = make_plan(lock, [_fresh(edited)])
    works: dict[str, Callable[[], object]] = {
        "tables and scores": lambda: _fresh(first).run.engine.make(_bands(first)),
        "full re-score": lambda: _fresh(edited).results,
        "plan": lambda: make_plan(lock, [_fresh(edited)]),
        "sweep": lambda: list(swept([_fresh(first)], [], sweep)),
    }
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(_seconds(work))
    median = {name: statistics.median(found) for name, found in times.items()}
    full, scored = median["full re-score"], median["tables and scores"]
    print(f"{count} profiles, median of {rounds} rounds")
    print(f"tables and scores: {scored:.2f} s; with the outlook: {full:.2f} s")
    print(f"plan after one rule edit: {median['plan']:.2f} s, {len(plan.changes)} changes")
    print(f"  ratio to a full re-score: {median['plan'] / full:.2f}")
    print(f"sweep of {len(sweep.values)} values: {median['sweep']:.2f} s")
    print(
        f"  ratio to a full re-score: {median['sweep'] / full:.2f}, "
        f"to scores: {median['sweep'] / scored:.2f}"
    )


def _processes(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Path(folder) / "desk"
        desk.mkdir()
        shutil.copy(_ROOT / "rules.yaml", desk)
        shutil.copytree(_ROOT / "profiles", desk / "profiles")
        assay = [sys.executable, "-m", "assay"]
        compiled = str(Path(folder) / "compiled")
        _cpu_seconds([*assay, "apply", "--auto-approve", "--reviewer", "bench"], desk, compiled)
        rules = desk / "rules.yaml"
        head, mark, tail = rules.read_text(encoding="utf-8").partition("- id: original-unseen")
        edited = tail.replace("cap: 0.54", "cap: 0.20", 1)
        assert edited != tail
        rules.write_text(head + mark + edited, encoding="utf-8")
        works = {
            "import polars": [sys.executable, "-c", "import polars"],
            "assay plan": [*assay, "plan"],
            "assay plan --pages": [*assay, "plan", "--pages"],
        }
        times: dict[str, list[float]] = {name: [] for name in works}
        for turn in range(rounds + 1):
            for name, command in works.items():
                taken = _cpu_seconds(command, desk, compiled)
                if turn:
                    times[name].append(taken)
    median = {name: statistics.median(found) for name, found in times.items()}
    for name, taken in median.items():
        print(f"{name}: {taken:.3f} s, {taken / median['import polars']:.1f} x import polars")


def _cpu_seconds(command: list[str], folder: Path, compiled: str) -> float:
    """Processor time of a process; ``compiled`` is where its modules are kept compiled."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"POLARS_MAX_THREADS": "1", "PYTHONPYCACHEPREFIX": compiled}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _bands(desk: Assessment) -> list[tuple[str, str]]:
    scorers = desk.program.on("profile")
    return [("profile", name) for s in scorers for name in (s.score, s.band) if name]


def _fresh(desk: Assessment) -> Assessment:
    """The same desk, computed again."""
    return desk.rescored(desk.rulebook, desk.program)


def _desk(count: int) -> Assessment:
    workspace = Workspace(_ROOT)
    shipped = assess(check(workspace), _AS_OF)
    corpus = _corpus(count)
    return scored(workspace, corpus, shipped.rulebook, shipped.program, _AS_OF, shipped.audience)


def _corpus(count: int) -> Corpus:
    """Profiles with three claims of two citations each, in a tree of dependencies."""
    sources = {
        f"source-{n:07}": Source.model_validate(
            {
                "kind": "source",
                "id": f"source-{n:07}",
                "title": f"Report {n}",
                "published": f"2025-{n % 12 + 1:02}-01",
                "directness": _KINDS[n % len(_KINDS)],
            }
        )
        for n in range(2 * count)
    }
    profiles: dict[str, AnyProfile] = {}
    for n in range(count):
        upper = [Dependency(on=_name(n // 10), relation="part_of", criticality="high")]
        profiles[_name(n)] = Institution(
            kind="institution",
            id=_name(n),
            name=f"Office {n}",
            depends_on=tuple(upper) if n else (),
            claims=tuple(_claim(n, k, 2 * count) for k in range(3)),
        )
    return Corpus({}, dict(sorted(sources.items())), dict(sorted(profiles.items())))


def _name(n: int) -> str:
    return f"office-{n:07}"


def _claim(n: int, k: int, sources: int) -> Claim:
    cited = {f"source-{(n * 7 + k * 13 + j) % sources:07}" for j in range(2)}
    return Claim(
        id=f"claim-{k}",
        nature="fact",
        type="figure",
        text=f"Statement {k} about office {n}.",
        key=k < 2,
        holds="standing" if (n + k) % 3 else "dated",
        sources=tuple(Citation(id=i) for i in sorted(cited)),
    )


if __name__ == "__main__":
    main()
