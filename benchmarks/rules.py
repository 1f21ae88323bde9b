"""What reading a rulebook costs: parse, check and compile, per rule, for 40, 400 and 2,000 rules.

Run with ``python benchmarks/rules.py``; 2,000 rules are to take at most six times as long as 400.
Where cel-python (``celpy``), common-expression-language (``cel``) or zen-engine are installed, they
read the same conditions for comparison. zen has a language of its own, so only the comparisons that
it has too are given to it, and all but cel-python do not check types.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.util import find_spec
from itertools import count as counting
from typing import TypeVar

from assay.cel.parse import Vocabulary, parse_cel
from assay.model.rulebook import Rule, Rulebook, Scorer
from assay.rules.scorers import compile_rulebook

T = TypeVar("T")

_NUMBERS = counting()
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
    """So many conditions, each different from the others and from all that were given before."""
    return [_CONDITIONS[n % len(_CONDITIONS)].format(n=next(_NUMBERS)) for n in range(count)]


def rulebook(count: int) -> Rulebook:
    rules = tuple(
        Rule(id=f"r{n}", when=text, add=0.001, because="measured")
        for n, text in enumerate(conditions(count))
    )
    return Rulebook(scorers=(Scorer(name="measured", on="claim", rules=rules),))


def best(make: Callable[[], T], run: Callable[[T], object]) -> float:
    """The least processor time of several runs, in seconds, each on something new.

    What was read before is remembered, so reading it again would measure nothing.
    """
    times = []
    for _ in range(_ROUNDS):
        given = make()
        start = time.process_time()
        run(given)
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print the times and the growth."""
    taken = {}
    for size in _SIZES:
        taken[size] = best(partial(rulebook, size), compile_rulebook)
        print(
            f"{size:5} rules: {taken[size] * 1000:8.1f} ms, {taken[size] / size * 1e6:6.0f} µs each"
        )
    print(f"2,000 rules take {taken[2000] / taken[400]:.1f} times as long as 400")
    texts = partial(conditions, 400)
    none = Vocabulary({})
    parse = best(texts, lambda given: [parse_cel(t, "claim", none) for t in given])
    print(f"parse and check alone: {parse / 400 * 1e6:.0f} µs each")
    for name, read in others():
        try:
            taken_by = best(texts, partial(_each, read))
        except Exception as error:  # noqa: BLE001 - whatever it raises is its answer
            print(f"{name}: cannot read them: {str(error).splitlines()[0][:80]}")
        else:
            print(f"{name}: {taken_by / 400 * 1e6:.0f} µs each")


def _each(read: Callable[[str], object], texts: Iterable[str]) -> None:
    for text in texts:
        read(text)


def others() -> Iterator[tuple[str, Callable[[str], object]]]:
    """Other engines that are installed, each with how it reads one condition."""
    if find_spec("celpy"):
        import celpy

        environment = celpy.Environment()
        yield "cel-python, parse only", lambda t: environment.program(environment.compile(t))
    if find_spec("cel"):
        import cel

        yield "common-expression-language, parse only", cel.compile
    if find_spec("zen"):
        import zen

        yield "zen-engine, comparisons alone", lambda t: zen.compile_expression(_plain(t))


def _plain(text: str) -> str:
    """A comparison of the same length in zen's language, which has no macros of CEL."""
    number = text.rsplit(" > ", maxsplit=1)[-1].rstrip(")")
    return f'claim.nature == "fact" and claim.checked_days > {number}'


if __name__ == "__main__":
    main()
