"""What reading a rulebook costs: parse, check and compile, per rule, for 40, 400 and 2,000 rules.

Run with ``python benchmarks/rules.py``; 2,000 rules are to take at most six times as long as 400.
Where cel-python (``celpy``) is installed, the same conditions are parsed by it for comparison.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.util import find_spec

from assay.model.rulebook import Rule, Rulebook, Scorer
from assay.rules.parse import Vocabulary, parse_cel
from assay.rules.scorers import compile_rulebook

_SIZES = (40, 400, 2000)
_ROUNDS = 3
_CONDITIONS = (
    'claim.nature == "fact" && claim.checked_days > {n}',
    'citations.exists(c, c.stance == "supports" && c.age_days > {n})',
    '!(claim.type in ["figure", "action"]) || claim.contradictions > {n}',
    'citations.filter(c, c.directness == "record").size() > {n}',
    "has(claim.likelihood) && claim.likelihood > 0.5 && claim.review_after_days > {n}",
)


def conditions(count: int) -> list[str]:
    """So many conditions, each different from the others."""
    return [_CONDITIONS[n % len(_CONDITIONS)].format(n=n) for n in range(count)]


def rulebook(count: int) -> Rulebook:
    rules = tuple(
        Rule(id=f"r{n}", when=text, add=0.001, because="measured")
        for n, text in enumerate(conditions(count))
    )
    return Rulebook(scorers=(Scorer(name="measured", on="claim", rules=rules),))


def best(run: Callable[[], object]) -> float:
    """The fastest of several runs, in seconds."""
    times = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print the times and the growth."""
    taken = {}
    for size in _SIZES:
        book = rulebook(size)
        taken[size] = best(lambda book=book: compile_rulebook(book))
        print(
            f"{size:5} rules: {taken[size] * 1000:8.1f} ms, {taken[size] / size * 1e6:6.0f} µs each"
        )
    print(f"2,000 rules take {taken[2000] / taken[400]:.1f} times as long as 400")
    texts = conditions(400)
    parse = best(lambda: [parse_cel(t, "claim", Vocabulary({})) for t in texts])
    print(f"parse and check alone: {parse / 400 * 1e6:.0f} µs each")
    if find_spec("celpy"):
        import celpy

        environment = celpy.Environment()
        other = best(lambda: [environment.program(environment.compile(t)) for t in texts])
        print(f"cel-python, parse only: {other / 400 * 1e6:.0f} µs each")


if __name__ == "__main__":
    main()
