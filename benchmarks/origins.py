"""How well secondary reports are proposed, over real documents sorted into stories by hand.

    python benchmarks/origins.py ../shared/data
    python benchmarks/origins.py ../shared/data --tuned
    python benchmarks/origins.py --time 10000 100000

The first prints precision and recall over pairs of documents, of the proposals themselves and of
the stories that they join (what retells a secondary report goes back to the same root), for the
documents that the program was adjusted to and for those kept apart. ``--tuned`` prints what is
wrong among the former alone. The last prints how long so many made documents take.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import networkx

from assay.evidence.retellings import Proposal, propose
from assay.evidence.told import Told
from benchmarks.stories import Labels, Pair, read


@dataclass(frozen=True)
class Result:
    """Pairs found that are of one story, those found that are not, and those not found."""

    right: Set[Pair]
    false: Set[Pair]
    missed: Set[Pair]

    @property
    def precision(self) -> float:
        return len(self.right) / max(len(self.right) + len(self.false), 1)

    @property
    def recall(self) -> float:
        return len(self.right) / max(len(self.right) + len(self.missed), 1)

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.3f}, recall {self.recall:.3f} "
            f"({len(self.right)} right, {len(self.false)} false, {len(self.missed)} missed)"
        )


@dataclass(frozen=True)
class Measured:
    """What was proposed for labelled documents, and the pairs that follow from it."""

    labels: Labels
    proposals: list[Proposal]

    @property
    def direct(self) -> set[Pair]:
        return {frozenset((p.source, p.other)) for p in self.proposals}

    @property
    def joined(self) -> set[Pair]:
        graph = networkx.Graph((p.source, p.other) for p in self.proposals)
        return {
            frozenset(pair)
            for members in networkx.connected_components(graph)
            for pair in combinations(members, 2)
        }

    def result(self, found: Iterable[Pair], names: Set[str]) -> Result:
        """Against the labels, among the pairs of these documents."""
        wanted = {p for p in self.labels.wanted if p <= names}
        counted = {p for p in found if p <= names} - self.labels.undecided
        return Result(counted & wanted, counted - wanted, wanted - counted)


def measure(root: Path) -> Measured:
    """Propose over the labelled sets."""
    labels, told = read(root)
    return Measured(labels, propose(told))


def made(count: int) -> Iterator[Told]:
    """Documents about made stories, every tenth of which is a secondary report of another.

    Words are as rare as those of a language are (some in nearly all documents, most in few), a
    third of the sentences count something, and a secondary report changes a tenth of its words.
    """
    rnd = random.Random(1)
    words = [_word(i) for i in range(60_000)]
    outlets = [f"{_word(7 * i).title()} {_word(11 * i + 5).title()}" for i in range(400)]
    stories: list[list[str]] = []
    for number in range(count):
        if number % 10 == 0 and stories:
            text = [
                w if rnd.random() > 0.1 else rnd.choice(words) for w in rnd.choice(stories[-200:])
            ]
            text[0] = f"{rnd.choice(outlets)} reported that {text[0]}"
        else:
            text = [words[int(len(words) * rnd.random() ** 4)] for _ in range(70)]
            text[12::30] = [f"{rnd.randrange(10, 5000):,}" for _ in text[12::30]]
            text[5::17] = [w.title() for w in text[5::17]]
            text[10::10] = [f"{w}." for w in text[10::10]]
            stories.append(text)
        day = date(2020, 1, 1) + timedelta(days=number * 1500 // count)
        outlet = rnd.choice(outlets)
        title, said = " ".join(text[:8]).capitalize(), " ".join(text[8:])
        yield Told(f"d{number:07d}", title, said, day, publisher=outlet, family=outlet)


def _word(number: int) -> str:
    """A made word for a number: syllables in place of digits."""
    syllables = ["ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su", "ta", "ve"]
    made, rest = "", number + len(syllables)
    while rest:
        rest, digit = divmod(rest, len(syllables))
        made += syllables[digit]
    return made


def _time(counts: list[int]) -> None:
    for count in counts:
        told = list(made(count))
        start, worked = time.perf_counter(), time.process_time()
        found = propose(told)
        took, work = time.perf_counter() - start, time.process_time() - worked
        print(f"{count:,} documents, {len(found):,} proposals: {took:.1f} s, {work:.1f} s of work")


def _print(measured: Measured, tuned_only: bool) -> None:
    labels = measured.labels
    everything = frozenset(labels.names)
    tuned = frozenset(n for n in everything if not labels.kept_apart(n))
    parts = {"adjusted to": tuned}
    if not tuned_only:
        parts |= {"kept apart": everything - tuned, "all": everything}
    reasons = {frozenset((p.source, p.other)): p for p in measured.proposals}
    for part, names in parts.items():
        print(f"{part}: {len(names)} documents")
        for form, found in (("proposals", measured.direct), ("stories", measured.joined)):
            print(f"  {form:<10} {measured.result(found, names)}")
        stories = measured.result(measured.joined, names)
        for kind in ("outlets", "revision", "translation"):
            right, missed = (
                sum(labels.wanted[p] == kind for p in pairs)
                for pairs in (stories.right, stories.missed)
            )
            print(f"    {kind}: {right} of {right + missed} pairs joined")
    names = parts["adjusted to" if tuned_only else "all"]
    for pair in sorted(map(sorted, measured.result(measured.joined, names).false)):
        p = reasons.get(frozenset(pair))
        said = f"{p.score} {p.relation}: {p.reason}" if p else "through others"
        print(f"  false: {' and '.join(pair)}: {said}")
    for pair in sorted(map(sorted, measured.result(measured.joined, names).missed)):
        print(f"  missed: {' and '.join(pair)}")


def main() -> None:
    if sys.argv[1:2] == ["--time"]:
        _time([int(a) for a in sys.argv[2:]])
        return
    paths = [a for a in sys.argv[1:] if not a.startswith("--")]
    _print(measure(Path(paths[0] if paths else "../shared/data")), "--tuned" in sys.argv)


if __name__ == "__main__":
    main()
