"""How well retellings are proposed: over real documents whose stories were told apart by hand.

    python benchmarks/origins.py ../shared/data
    python benchmarks/origins.py --time 100000

The first prints pairwise precision and recall, the second how long so many made documents take.
Accepted proposals chain: what retells a retelling goes back to the same root. So the pairs that
are counted are all pairs of documents that proposals join, directly or through others, against
all pairs of one story as told apart by hand below.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import networkx

from assay.evidence.retellings import Proposal, Told, propose
from assay.ingest.items import Item
from assay.ingest.run import Read, read_paths
from assay.ingest.told import told_of_item

SETS = (
    "seeds",
    "everyday_ai_news",
    "everyday_powerapps_news",
    "everyday_powerapps_revisions",
    "aiid_posts",
)

# Stories by the names of their files: set, first and last day, what the name has.
STORIES: tuple[tuple[str, str, str, str], ...] = (
    (
        "everyday_powerapps_news",
        "2021-08-23",
        "2021-08-29",
        r"38-?m|misconfig|data-leak|breach|expos|power-apps-issues-remind|default-config",
    ),
    ("everyday_ai_news", "2019-12-20", "2019-12-24", r"facebook"),
    ("everyday_ai_news", "2023-08-30", "2023-08-31", r"baidu"),
    ("everyday_powerapps_news", "2021-05-10", "2021-05-13", r"provance"),
    ("everyday_powerapps_news", "2021-05-25", "2021-05-27", r"gpt-3"),
    ("everyday_powerapps_news", "2022-03-10", "2022-03-12", r"price-increase|whole-lot-more"),
    ("everyday_powerapps_news", "2023-08-11", "2023-08-14", r"innovate-with-ease"),
    ("everyday_powerapps_news", "2023-07-13", "2023-10-21", r"rolls-royce"),
    ("everyday_powerapps_news", "2020-11-17", "2020-11-18", r"dataverse|new-power-apps-a"),
    ("everyday_powerapps_news", "2022-05-10", "2022-05-13", r"rebrand"),
    ("everyday_powerapps_news", "2024-03-06", "2024-03-07", r"copilot.*fill"),
)
# One story told by two seeds and a news item.
FORTY_MODELS = (
    "000_c6b40a08870c26e8",
    "001_e4f6a3c1a61605e8",
    "002_51e563e42254d4f9",
    "2024-01-29-china-approves-over-40-ai-models-for-public-use-in-six-months",
)


@dataclass
class Result:
    """Pairs proposed that are of one story, those that are not, and those not proposed."""

    right: int = 0
    false: int = 0
    wrong: list[Proposal] = field(default_factory=list)
    missed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.false)

    @property
    def recall(self) -> float:
        return self.right / (self.right + len(self.missed))


def documents(root: Path) -> Iterator[tuple[str, Item]]:
    """The first item of every file, by the file's name."""
    for read in read_paths([(root / name).resolve() for name in SETS]):
        if isinstance(read, Read):
            yield read.document.name, read.items.items[0]


def groups(names: list[str]) -> dict[str, set[str]]:
    """The files of each story."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in names:
        folder, _, file = name.partition("/")
        stem = re.sub(r"(?:\.(?:es|fr|ja))?\.(?:mdx?|txt)$", "", file)
        if stem in FORTY_MODELS:
            found["forty models"].add(name)
        if folder == "aiid_posts":
            found[stem].add(name)
        if folder.startswith("everyday_powerapps"):
            found[f"versions of {stem.partition('@')[0]}"].add(name)
        for number, (where, first, last, pattern) in enumerate(STORIES):
            if folder == where and first <= file[:10] <= last and re.search(pattern, file[10:]):
                found[f"story {number}"].add(name)
    return found


def measure(root: Path) -> Result:
    """Propose over the sets and compare with the groups."""
    found = dict(documents(root))
    wanted = {
        frozenset(pair)
        for members in groups(list(found)).values()
        for pair in combinations(sorted(members), 2)
    }
    proposals = propose(told_of_item(name, name, item) for name, item in found.items())
    joined = networkx.Graph((p.source, p.other) for p in proposals)
    reasons = {frozenset((p.source, p.other)): p for p in proposals}
    result = Result()
    for members in networkx.connected_components(joined):
        for pair in map(frozenset, combinations(sorted(members), 2)):
            if pair in wanted:
                result.right += 1
                wanted.discard(pair)
            else:
                result.false += 1
                if pair in reasons:
                    result.wrong.append(reasons[pair])
    result.missed = sorted((min(p), max(p)) for p in wanted)
    return result


def made(count: int) -> Iterator[Told]:
    """Documents about made stories, every tenth of which is a retelling of another."""
    rnd = random.Random(1)
    words = [f"word{i}" for i in range(50_000)]
    stories: list[list[str]] = []
    for number in range(count):
        if number % 10 == 0 and stories:
            text = list(rnd.choice(stories[-200:]))
            text[rnd.randrange(len(text))] = rnd.choice(words)
        else:
            text = [words[min(int(rnd.expovariate(1 / 8000)), 49_999)] for _ in range(60)]
            stories.append(text)
        day = date(2020, 1, 1) + timedelta(days=number * 1500 // count)
        yield Told(f"d{number:07d}", " ".join(text[:8]), " ".join(text[8:]), day)


def main() -> None:
    if sys.argv[1:2] == ["--time"]:
        told = list(made(int(sys.argv[2])))
        start = time.perf_counter()
        found = propose(told)
        print(
            f"{len(told):,} documents, {len(found):,} proposals: "
            f"{time.perf_counter() - start:.1f} s"
        )
        return
    result = measure(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data"))
    print(
        f"precision {result.precision:.3f}, recall {result.recall:.3f} ({result.right} right, "
        f"{result.false} false, {len(result.missed)} missed)"
    )
    for p in result.wrong:
        print(f"  false: {p.score} {p.source} {p.relation} {p.other}: {p.reason}")
    for a, b in result.missed:
        print(f"  missed: {a} and {b}")


if __name__ == "__main__":
    main()
