"""The page of the blind readings: the grades of two readers and of the engine, for each dossier."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from assay.pipeline import assess, check
from assay.workspace.paths import Workspace
from assay.yaml.reader import read_yaml
from tools.docs.markdown import table

ROOT = Path(__file__).parents[2]
READINGS = ROOT / "tests" / "readings"
JUDGES = ("one", "two", "engine")
PAIRS = (("one", "two"), ("one", "engine"), ("two", "engine"))

_INTRODUCTION = """# Blind readings

Twenty dossiers, each with one claim and one to five documents, were graded by two readers and by
the engine, independently. Both readers are language models, not trained analysts.
[Is it right?](../design.md#is-it-right) describes how the readings were made and discusses the
disagreements. The readers' reasons are in `tests/readings/readings.yaml`, the dossiers as the
engine has them in `tests/readings/workspace`.
"""


@dataclass(frozen=True, slots=True)
class Graded:
    """The grades of a dossier's claim by each judge."""

    dossier: str
    claim: str
    documents: int
    grades: Mapping[str, str]


@cache
def graded() -> tuple[Graded, ...]:
    """Every dossier with its grades; scores the workspace of the dossiers."""
    path = READINGS / "readings.yaml"
    (entries,) = read_yaml(path.read_bytes(), path.name).documents
    engine = _engine_grades()
    return tuple(
        Graded(
            e["dossier"],
            e["claim"],
            len(e["documents"]),
            {"one": e["one"]["band"], "two": e["two"]["band"], "engine": engine[e["dossier"]]},
        )
        for e in entries
    )


def _engine_grades() -> dict[str, str]:
    """The grades of the dossiers by the rulebook of the project, at the date it pins."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(READINGS / "workspace" / "profiles", root / "profiles")
        shutil.copy(ROOT / "rules.yaml", root)
        checked = check(Workspace(root))
        rulebook = checked.loaded.rulebook
        assert rulebook is not None
        assert rulebook.settings.as_of is not None
        run = assess(checked, rulebook.settings.as_of).run
    scores = run.scores(run.program.scorer("profile.confidence"))
    ids = run.engine.column("profile", "id").to_list()
    return {i: s.band.grade for i, s in zip(ids, scores, strict=True) if s.band is not None}


def _order() -> list[str]:
    """The grades, the lowest first."""
    path = ROOT / "rules.yaml"
    (rules,) = read_yaml(path.read_bytes(), path.name).documents
    grades = [band["grade"] for band in rules["scales"]["confidence"]]
    return list(dict.fromkeys(reversed(grades)))


def apart(found: Sequence[Graded], pair: tuple[str, str]) -> list[int]:
    """How many bands the two judges are apart, for each dossier."""
    order = _order()
    one, two = pair
    return [abs(order.index(g.grades[one]) - order.index(g.grades[two])) for g in found]


def readings_page() -> str:
    """Page of the agreement and of the grades of every dossier."""
    found = graded()
    names = {"one": "reading one", "two": "reading two", "engine": "the engine"}
    agreement = table(
        ["", "same grade", "within one band"],
        ([f"{names[a]} and {names[b]}", *_shares(apart(found, (a, b)))] for a, b in PAIRS),
    )
    grades = table(
        ["dossier", "claim", "documents", *(names[j] for j in JUDGES)],
        (
            [g.dossier.removeprefix("dossier-"), g.claim, str(g.documents)]
            + [g.grades[j] for j in JUDGES]
            for g in found
        ),
    )
    return f"{_INTRODUCTION}\n## Agreement\n\n{agreement}\n## Grades\n\n{grades}"


def _shares(distances: Sequence[int]) -> Iterator[str]:
    for most in (0, 1):
        count = sum(d <= most for d in distances)
        yield f"{count} of {len(distances)} ({count / len(distances):.0%})"
