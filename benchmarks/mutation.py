"""Mutation testing of the rules and the scoring, by a sample: how much do the tests notice?

    pip install 'mutmut==3.8.*' coverage
    python benchmarks/mutation.py [--rounds 7] [--seed 1] [--seconds 10] [--jobs 2]

mutmut says every change it would make in every function and class; of each module one is drawn in
every round, so that a small module counts as much as a large one. The quick tests run once to see
which of them runs which statement. Each mutant is then met by the tests that run its statement (one
outside of functions by those that run any of its module), the shortest first, up to ``--seconds``
of processor time by that first run, in a process of its own, without shrinking; what survives is
met by those of ten times as long. A process that takes ten times as long as those tests should is
stopped and counts as killed. ``--tests`` names other files of tests.

It prints what became of each, what a survivor changes, and a table by module. It works in a copy.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from functools import partial
from importlib import import_module
from importlib.abc import PathEntryFinder
from importlib.machinery import FileFinder, SourceFileLoader
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parents[1]
PACKAGES = ("rules", "scoring")
NOT_COPIED = shutil.ignore_patterns(
    *(".git", ".venv", ".assay", ".*_cache", ".hypothesis", "__pycache__", "site")
)
# Their processes are started anew, from the code as it is on the disk, or they take long by design.
LEFT_OUT = ("tests/cli/test_watching.py", "tests/scoring/test_determinism.py")
LEFT_OUT += ("tests/rules/test_bad_input.py", "tests/engine/spark")
# Thousands of cases each.
TOO_LONG = ("two_thousand_cases", "watch_rules_and_their_sentences")

IMPORTED = -1
"""In place of a test's number: the line was run outside of tests, by an import."""


@dataclass(frozen=True)
class Mutant:
    """A module of the package with one place changed: ``before`` became ``after`` at ``line``."""

    path: Path
    line: int
    before: str
    after: str
    code: str

    @property
    def module(self) -> str:
        return f"{self.path.parent.name}.{self.path.stem}"


def mutants_of(path: Path) -> list[Callable[[], Mutant]]:
    """Every change that mutmut would make in the functions of a module, made when it is drawn."""
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider
    from mutmut.mutation.file_mutation import MutationVisitor
    from mutmut.mutation.mutators import mutation_operators
    from mutmut.mutation.pragma_handling import get_ignored_lines

    code = (ROOT / path).read_text(encoding="utf-8")
    wrapper = MetadataWrapper(cst.parse_module(code))
    positions = wrapper.resolve(PositionProvider)
    visitor = MutationVisitor(mutation_operators, get_ignored_lines(str(path), code, wrapper))
    wrapper.visit(visitor)

    def made(old: cst.CSTNode, new: cst.CSTNode) -> Mutant:
        changed = wrapper.module.deep_replace(old, new).code
        line = positions[old].start.line if old in positions else 0
        told = [cst.Module([]).code_for_node(node).strip() for node in (old, new)]
        return Mutant(path, line, *told, changed)

    return [
        partial(made, m.original_node, m.mutated_node)
        for m in visitor.mutations
        if m.contained_by_top_level_function is not None
    ]


def drawn(rounds: int, seed: int) -> tuple[int, list[Mutant]]:
    """How many there are, and one of each module, then another one of each, and so on."""
    random = Random(seed)
    total, orders = 0, []
    for package in PACKAGES:
        for path in sorted((ROOT / "src" / "assay" / package).glob("*.py")):
            found = mutants_of(path.relative_to(ROOT))
            total += len(found)
            orders.append([m() for m in random.sample(found, min(rounds, len(found)))])
    return total, [order[i] for i in range(rounds) for order in orders if i < len(order)]


class Unshrunk:
    """Fewer random examples than in the quick tests; the first failure is enough."""

    def pytest_sessionstart(self) -> None:
        from hypothesis import Phase, settings

        quick = settings(deadline=None, derandomize=True, max_examples=10)
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("unshrunk", parent=quick, phases=phases)
        settings.load_profile("unshrunk")


class Lines(Unshrunk):
    """Which lines each test runs, and the processor time it takes."""

    def __init__(self, folder: Path) -> None:
        from coverage import Coverage

        source = [str(folder / "src" / "assay" / package) for package in PACKAGES]
        self._coverage = Coverage(data_file=None, source=source, config_file=False)
        self._coverage.start()
        self._folder = folder
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._coverage.switch_context(nodeid)
        self._since = time.process_time()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.seconds[nodeid] = time.process_time() - self._since
        self._coverage.switch_context("")

    def write(self, out: Path) -> None:
        self._coverage.stop()
        data = self._coverage.get_data()
        number = {name: n for n, name in enumerate(self.seconds)} | {"": IMPORTED}
        tests = {
            str(Path(file).relative_to(self._folder)): {
                line: [number[name] for name in names]
                for line, names in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
        told = {"tests": tests, "seconds": [*self.seconds.values()], "names": [*self.seconds]}
        out.write_text(json.dumps(told), encoding="utf-8")


def run_tests(plugin: Unshrunk, tests: Iterable[str], *options: str) -> int:
    """Pytest's exit code."""
    import pytest

    quiet = [
        "-q",
        "--no-header",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
    ]
    return int(pytest.main([*quiet, *options, *tests], plugins=[plugin]))


def apart(work: Callable[[], int], seconds: float | None = None, *, quiet: bool = True) -> int:
    """Start ``work`` in a process of its own; its number."""
    pid = os.fork()
    if pid == 0:
        if quiet:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 1)
            os.dup2(null, 2)
        if seconds is not None:
            limit = int(seconds) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            signal.alarm(20 * limit)
        code = 70
        try:
            code = work()
        except Exception:  # noqa: BLE001  # the process ends here, and has to say why
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)
    return pid


def ended(pid: int) -> tuple[int, int]:
    """The process that ended, with its exit code, or the negative signal that ended it."""
    pid, status = os.waitpid(pid, 0)
    return pid, os.waitstatus_to_exitcode(status)


def lines(folder: Path, tests: Sequence[str], out: Path) -> int:
    """Run the tests once and write what lines each of them runs."""
    plugin = Lines(folder)
    left_out = " and ".join(f"not {name}" for name in TOO_LONG)
    ignored = (f"--ignore={path}" for path in LEFT_OUT)
    code = run_tests(plugin, tests, *ignored, "-k", left_out)
    plugin.write(out)
    return code


def meet(folder: Path, mutant: Mutant, tests: list[str]) -> int:
    """Run the tests with the mutant in its module's place."""
    changed = str(folder / mutant.path)

    class Changed(SourceFileLoader):
        def get_data(self, path: str) -> bytes:
            return mutant.code.encode() if path == changed else super().get_data(path)

    hook = FileFinder.path_hook((Changed, [".py"]))
    here = str(Path(changed).parent)
    sys.path_hooks.insert(0, lambda path: hook(path) if path == here else _declined(path))
    sys.path_importer_cache.clear()
    sys.dont_write_bytecode = True
    return run_tests(Unshrunk(), tests, "-x")


def _declined(path: str) -> PathEntryFinder:
    raise ImportError(path)


def met(
    folder: Path, sample: list[Mutant], told: Mapping[str, Any], jobs: int, most: float
) -> Iterator[tuple[Mutant, str]]:
    """Each mutant with what became of it."""
    running: dict[int, Mutant] = {}
    waiting = sample[::-1]
    seconds = told["seconds"]
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            tests = running_it(mutant, told["tests"].get(str(mutant.path), {}))
            in_order = sorted(tests, key=lambda test: (seconds[test], test))
            chosen = affordable(in_order, seconds, most)
            if not chosen:
                yield mutant, "unreached"
                continue
            limit = 20 + 10 * sum(seconds[test] for test in chosen)
            names = [told["names"][test] for test in chosen]
            running[apart(partial(meet, folder, mutant, names), limit)] = mutant
        if running:
            pid, code = ended(-1)
            yield running.pop(pid), {0: "survived"}.get(code, "stopped" if code < 0 else "killed")


def running_it(mutant: Mutant, by_line: Mapping[str, list[int]]) -> set[int]:
    """The tests that run the statement of a mutant, or any of the module if an import does."""
    code = (ROOT / mutant.path).read_text(encoding="utf-8")
    lines = statement(code, mutant.line)
    if lines is None:
        return {test for tests in by_line.values() for test in tests if test != IMPORTED}
    return {test for n in lines for test in by_line.get(str(n), ()) if test != IMPORTED}


def statement(code: str, line: int) -> range | None:
    """The lines of the statement that a line belongs to; None outside of functions."""
    found = None
    inside = False
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef):
            inside |= node.body[0].lineno <= line <= (node.end_lineno or line)
        if isinstance(node, ast.stmt) and node.lineno <= line:
            inner = [n.lineno for n in ast.walk(node) if isinstance(n, ast.stmt) and n is not node]
            end = max(node.lineno, min(inner) - 1 if inner else node.end_lineno or line)
            if line <= end:
                found = range(node.lineno, end + 1)
    return found if inside else None


def affordable(tests: list[int], seconds: Sequence[float], most: float) -> list[int]:
    """The first of the tests, as many as take so many seconds; at least one."""
    chosen: list[int] = []
    for test in tests:
        most -= seconds[test]
        if most < 0 and chosen:
            break
        chosen.append(test)
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--tests", nargs="+", default=["tests"])
    options = parser.parse_args()
    total, sample = drawn(options.rounds, options.seed)
    print(f"{total} mutants; {len(sample)} drawn", flush=True)

    folder = Path(tempfile.mkdtemp(prefix="mutants-")) / "assay"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    os.chdir(folder)
    sys.path[:0] = [str(folder), str(folder / "src")]
    os.environ |= {"POLARS_MAX_THREADS": "1", "PYTHONPATH": str(folder / "src")}
    # Imported once, for every process that is split off; none of them starts threads.
    for module in ("cel_expr_python.cel", "hypothesis", "polars", "pydantic", "pytest"):
        import_module(module)
    noted = folder / "lines.json"
    if ended(apart(partial(lines, folder, options.tests, noted), quiet=False))[1] != 0:
        sys.exit("the tests fail without any mutant")
    told = json.loads(noted.read_text(encoding="utf-8"))

    verdicts: dict[str, Counter[str]] = defaultdict(Counter)

    def tell(mutant: Mutant, verdict: str) -> None:
        verdicts[mutant.module][verdict] += 1
        print(f"{verdict:9} {mutant.path}:{mutant.line}", flush=True)
        if verdict in ("survived", "unreached"):
            changed = unified_diff(mutant.before.splitlines(), mutant.after.splitlines(), n=0)
            told_of = (c.rstrip() for c in changed if c[:2] not in ("--", "++", "@@"))
            print("\n".join(f"     {line}" for line in told_of))

    survivors = []
    for mutant, verdict in met(folder, sample, told, options.jobs, options.seconds):
        if verdict == "survived":
            survivors.append(mutant)
        else:
            tell(mutant, verdict)
    for mutant, verdict in met(folder, survivors, told, options.jobs, 10 * options.seconds):
        tell(mutant, verdict)

    names = ("killed", "stopped", "survived", "unreached")
    print("\n| module | " + " | ".join(names) + " |\n| --- |" + " ---: |" * len(names))
    for module, counts in sorted(verdicts.items()):
        print(f"| {module} | " + " | ".join(str(counts[n]) for n in names) + " |")
    totals = sum(verdicts.values(), Counter())
    print("| together | " + " | ".join(str(totals[n]) for n in names) + " |")
    shutil.rmtree(folder.parent)


if __name__ == "__main__":
    main()
