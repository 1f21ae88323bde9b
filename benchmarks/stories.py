"""The documents whose stories were told apart by hand, and which of their pairs are one story."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import networkx

import yaml
from assay.evidence.told import Told
from assay.ingest.run import Read, read_paths
from assay.ingest.told import told_of_item

LABELLED = Path(__file__).parents[1] / "tests" / "evidence" / "labelled" / "stories.yaml"

Pair = frozenset[str]
Kind = str


@dataclass(frozen=True)
class Labels:
    """What the file of labels says about the documents that are there, by their names."""

    data: Mapping[str, Any]
    names: tuple[str, ...]

    @cached_property
    def wanted(self) -> dict[Pair, Kind]:
        """Every pair of one story, with the kind of likeness that makes it one."""
        joined: networkx.Graph[str] = networkx.Graph()
        for members in (*self._alike.values(), *(m for m, _ in self._stories)):
            joined.add_edges_from(pairwise(members))
        kinds = {
            frozenset(pair): kind
            for (kind, _), members in self._alike.items()
            for pair in combinations(members, 2)
        }
        return {
            frozenset(pair): kinds.get(frozenset(pair), "outlets")
            for members in networkx.connected_components(joined)
            for pair in combinations(sorted(members), 2)
        }

    @cached_property
    def undecided(self) -> set[Pair]:
        """Pairs that are neither asked for nor counted against."""
        return {
            frozenset((one, other))
            for members, undecided in self._stories
            for one in undecided
            for other in (*members, *undecided)
            if one != other
        } - self.wanted.keys()

    def kept_apart(self, name: str) -> bool:
        """Whether nothing was adjusted to this document."""
        folder, _, file = name.partition("/")
        return any(
            folder == part["set"] and file[:10] >= str(part.get("from", ""))
            for part in self.data["kept_apart"]
        )

    @cached_property
    def _alike(self) -> dict[tuple[Kind, str], list[str]]:
        found: dict[tuple[Kind, str], list[str]] = {}
        for form in self.data["alike"]:
            for name in self.names:
                folder, _, file = name.partition("/")
                match = re.match(form["same"], file) if folder == form["set"] else None
                if match:
                    found.setdefault((form["kind"], match["same"]), []).append(name)
        return found

    @cached_property
    def _stories(self) -> list[tuple[list[str], list[str]]]:
        return [
            (self._named(story, "members"), self._named(story, "undecided"))
            for story in self.data["stories"]
        ]

    def _named(self, story: Mapping[str, Any], which: str) -> list[str]:
        """The documents of a story, with all versions of them."""
        found: list[str] = []
        for start in story.get(which, ()):
            full = f"{story['set']}/{start}" if "set" in story else start
            meant = [n for n in self.names if n.startswith(full)]
            if len(meant) != 1:
                raise ValueError(f"{full!r} is the beginning of {len(meant)} names")
            versions = (m for m in self._alike.values() if meant[0] in m)
            found += next(versions, meant)
        return found


def read(root: Path) -> tuple[Labels, list[Told]]:
    """The labels, and the documents as the program compares them."""
    data = yaml.safe_load(LABELLED.read_text("utf-8"))
    told = list(_documents(root, data["sets"]))
    return Labels(data, tuple(t.id for t in told)), told


def _documents(root: Path, sets: list[str]) -> Iterator[Told]:
    """The first publication of every file, by the file's name."""
    for found in read_paths([(root / name).resolve() for name in sets]):
        if isinstance(found, Read):
            name = found.document.name
            yield told_of_item(name, name, found.items.items[0], found.items.items[1:])
