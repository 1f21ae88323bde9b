"""The workspaces whose results are frozen: the shipped one, and four made for one subject each.

A generated one has nine profiles and a rulebook of its own, so that only a change of assay changes
its scores. Its numbers come from :class:`random.Random`, which gives the same ones in every version
of Python.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import ryaml

ROOT = Path(__file__).parents[2]
T = TypeVar("T")
Document = dict[str, Any]

_DAYS = ("2024-01-29", "2025-03-02", "2025-09-15", "2025-12-01", "2026-01-10")
_DIRECTNESS = ("record", "first_hand", "secondary", "secondary", "self_report", None)
_TYPES = ("figure", "action", "mandate", "role", "relation", "capability", "view")
_LEVELS = ("high", "medium", "low", None)
_PUBLISHERS, _SOURCES, _PROFILES = 6, 20, 9


class _Maker:
    """Makes the documents of one workspace."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def one_in(self, count: int) -> bool:
        return self._random.random() * count < 1

    def choice(self, values: Sequence[T]) -> T:
        return values[int(self._random.random() * len(values))]

    def some(self, values: Sequence[T], count: int) -> list[T]:
        return list(dict.fromkeys(self.choice(values) for _ in range(count))) if values else []

    def publishers(self) -> list[Document]:
        return [
            {
                "kind": "publisher",
                "id": f"press-{n}",
                "name": f"Press {n}",
                "owner": self.choice(("house-a", "house-b", None)),
                **self._reliability(),
            }
            for n in range(_PUBLISHERS)
        ]

    def _reliability(self) -> Document:
        letter = self.choice(("A", "B", "C", "D", None))
        return {"reliability": letter, "reliability_reason": "its record"} if letter else {}

    def sources(self) -> list[Document]:
        return [
            {
                "kind": "source",
                "id": f"s{n}",
                "title": f"Report {n}",
                "publisher": f"press-{int(self._random.random() * _PUBLISHERS)}",
                "published": self.choice((_DAYS[n * len(_DAYS) // _SOURCES], None)),
                "directness": self.choice(_DIRECTNESS),
                "attribution": self.choice(("named", "vague", "none", None)),
                "cites": self.some([f"s{i}" for i in range(n)], 1) if self.one_in(3) else [],
            }
            for n in range(_SOURCES)
        ]

    def profiles(self) -> list[Document]:
        return [self._profile(n) for n in range(_PROFILES)]

    def _profile(self, number: int) -> Document:
        claims = [self._claim(n) for n in range(2 + int(self._random.random() * 3))]
        claims[0]["key"] = True
        event = number % 4 == 3
        profile: Document = {
            "kind": "event" if event else "institution",
            "id": f"p{number}",
            "name": f"Profile {number}",
            "type": self.choice(("regulator", "company", "agency", None)),
            "region": self.choice(("Europe", "Asia Pacific", None)),
            "claims": claims,
            "depends_on": self._edges(number),
            "watch": [
                {
                    "text": f"Watch item of {number}.",
                    "due": self.choice(("2026-02", "2026-Q4", "2026-01-05", None)),
                }
            ],
            "gaps": ["Its size."] if self.one_in(2) else [],
        }
        if event:
            profile |= {"date": self.choice(_DAYS), "affects": self._edges(number)}
        return profile

    def _edges(self, number: int) -> list[Document]:
        others = [i for i in range(_PROFILES) if i != number]
        return [
            {
                "on": f"p{other}",
                # Only a whole with a lower number, so that nothing is part of itself.
                "relation": self.choice(
                    ("regulated_by", "supplied_by", "part_of" if other < number else "built_on")
                ),
                "criticality": self.choice(_LEVELS),
            }
            for other in self.some(others, 2)
        ]

    def _claim(self, number: int) -> Document:
        nature = self.choice(("fact", "fact", "fact", "attributed", "forecast", "judgement"))
        drawn = nature in ("forecast", "judgement") and number > 0
        standing = self.one_in(3)
        claim: Document = {
            "id": f"c{number}",
            "nature": nature if drawn or nature in ("fact", "attributed") else "assumption",
            "type": self.choice(_TYPES),
            "text": f"Claim {number}.",
            "key": self.one_in(2),
            "holds": "standing" if standing else "dated",
            "as_of": self.choice((*_DAYS, "2025-Q1")),
            "checked": self.choice(_DAYS) if standing and self.one_in(2) else None,
            "sources": [
                {"id": source, "credibility": self.choice((1, 2, 3, 5, None))}
                for source in self.some([f"s{i}" for i in range(_SOURCES)], 3)
            ],
        }
        return claim | ({"rests_on": ["c0"]} if drawn else {})


def _retractions(made: _Maker, sources: list[Document], _: list[Document]) -> None:
    """Retract before and after the date of the workspace; some sources revise another one."""
    for number, source in enumerate(sources):
        if made.one_in(3):
            source["retracted"] = made.choice(("2026-01-12", "2026-01-15", "2026-03-01"))
        elif number and made.one_in(5):
            source["revises"] = f"s{number - 1}"


def _disputes(made: _Maker, _: list[Document], profiles: list[Document]) -> None:
    """Let citations dispute claims, and claims contradict each other and differ in a figure."""
    for profile in profiles:
        for number, claim in enumerate(profile["claims"]):
            for citation in claim["sources"]:
                if made.one_in(3):
                    citation["stance"] = "disputes"
            if number and made.one_in(2):
                claim["contradicts"] = [f"c{number - 1}"]
            if made.one_in(2):
                value = made.choice((40, 41, 700))
                claim["quantity"] = {"measure": "models", "value": value, "unit": "models"}


def _audiences(made: _Maker, _: list[Document], profiles: list[Document]) -> None:
    """Confine profiles, claims and edges; put some under embargo, and leave some as drafts."""
    confined = ("partners", "desk", None, None)
    for profile in profiles:
        profile["audience"] = made.choice(confined)
        if made.one_in(4):
            profile["embargo"] = made.choice(("2026-01-15", "2026-01-16"))
        if made.one_in(8):
            profile["status"] = "draft"
        for part in (*profile["claims"][1:], *profile["depends_on"], *profile["watch"]):
            part["audience"] = made.choice(confined)


def _as_made(_made: _Maker, _sources: list[Document], _profiles: list[Document]) -> None:
    """Change nothing: the overrides are decided on what is there."""


_CHANGES: Mapping[str, tuple[int, Callable[[_Maker, list[Document], list[Document]], None]]] = {
    "retractions": (1, _retractions),
    "disputes": (2, _disputes),
    "audiences": (3, _audiences),
    "overrides": (4, _as_made),
}
GENERATED = tuple(_CHANGES)
NAMES = ("shipped", *GENERATED)
AUDIENCES = {"audiences": ("public", "partners", "desk")}


def write(name: str, folder: Path) -> None:
    """Write the workspace of that name into ``folder``, without a lock, history or decisions."""
    folder.mkdir()
    origin = ROOT if name == "shipped" else Path(__file__).parent
    rules = (origin / "rules.yaml").read_text(encoding="utf-8")
    if name in AUDIENCES:
        rules = rules.replace(
            "\nscales:\n", f"\naudiences: [{', '.join(AUDIENCES[name])}]\nscales:\n"
        )
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    if name == "shipped":
        shutil.copytree(ROOT / "profiles", folder / "profiles")
        return
    seed, change = _CHANGES[name]
    made = _Maker(seed)
    publishers, sources, profiles = made.publishers(), made.sources(), made.profiles()
    change(made, sources, profiles)
    (folder / "profiles").mkdir()
    for file, documents in (
        ("publishers", publishers),
        ("sources", sources),
        ("profiles", profiles),
    ):
        text = "".join("---\n" + ryaml.dumps(_filled(d)).removeprefix("---\n") for d in documents)
        (folder / "profiles" / f"{file}.yaml").write_text(text, encoding="utf-8")


def edit(name: str, folder: Path) -> None:
    """Change a rule, the damping of reach and some sources, so that a plan has causes to name."""
    named = 'citation.%s == "secondary" && has(source.attribution)'
    if name == "shipped":
        rule = (named % "kind", "add: 0.38")
    else:
        rule = (named % "directness", "add: 0.40")
    _replace(folder / "rules.yaml", *rule, "add: 0.30")
    _replace(folder / "rules.yaml", "\nreach:", "damping: 0.5", "damping: 0.4")
    if name == "shipped":
        sources = folder / "profiles" / "generative-ai" / "sources.yaml"
        _replace(sources, "id: business-insider", "directness: secondary", "directness: first_hand")
        return
    sources = folder / "profiles" / "sources.yaml"
    for _ in range(2):
        _replace(sources, "", "directness: secondary", "directness: first_hand")


def _replace(path: Path, before: str, old: str, new: str) -> None:
    """Replace the first ``old`` that follows the first ``before``."""
    text = path.read_text(encoding="utf-8")
    start = text.index(before)
    assert old in text[start:], f"{path.name} has no {old!r}"
    path.write_text(text[:start] + text[start:].replace(old, new, 1), encoding="utf-8")


def _filled(value: Any) -> Any:
    """The document without fields that are not set."""
    if isinstance(value, dict):
        return {k: _filled(v) for k, v in value.items() if v is not None and v != []}
    return [_filled(v) for v in value] if isinstance(value, list) else value
