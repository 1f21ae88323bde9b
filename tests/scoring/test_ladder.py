"""The golden ladder: what a trained analyst would grade eight patterns of evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.package import Workspace, assess, check
from tests.strategies import AS_OF, ROOT


@dataclass(frozen=True)
class Pattern:
    """What a claim cites, the grade it should get, and why."""

    name: str
    grade: str
    why: str
    sources: tuple[dict[str, Any], ...]
    cited: tuple[str, ...] = field(default=())


def source(name: str, publisher: str, directness: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "source",
        "id": name,
        "title": name,
        "publisher": publisher,
        "directness": directness,
        "published": "2025-11-03",
        **more,
    }


RECORD = source("register", "office", "record")
REPORT = source("report", "wire", "first_hand")
INQUIRY = source("inquiry", "daily", "first_hand")
RETOLD = tuple(
    source(f"retold-{n}", f"site-{n}", "secondary", attribution="named", cites=["report"])
    for n in (1, 2, 3)
)

LADDER = (
    Pattern(
        "one unattributed line",
        "D",
        "Nobody can look anything up: it is a hint where to look, no more.",
        (source("line", "site-1", "secondary", attribution="none"),),
    ),
    Pattern(
        "three unattributed lines",
        "D",
        "They may all have copied one another, so they are one hint.",
        tuple(source(f"line-{n}", f"site-{n}", "secondary", attribution="none") for n in (1, 2, 3)),
    ),
    Pattern(
        "three outlets retell a report that nobody here has read",
        "C/D",
        "The report is named and can be found, but what it says is known from others.",
        (REPORT, *RETOLD),
        ("retold-1", "retold-2", "retold-3"),
    ),
    Pattern(
        "one first-hand report by a usually reliable outlet",
        "B/C",
        "Somebody reliable saw it, and nobody else has confirmed it.",
        (REPORT,),
    ),
    Pattern(
        "the same report, and three outlets that retell it",
        "B/C",
        "Retelling adds readers, not witnesses.",
        (REPORT, *RETOLD),
    ),
    Pattern(
        "two independent first-hand reports",
        "A/B",
        "Two reliable witnesses agree; the act itself has not been seen.",
        (REPORT, INQUIRY),
    ),
    Pattern(
        "the record alone",
        "A/B",
        "The act itself, by whoever did it, and nobody apart from them.",
        (RECORD,),
    ),
    Pattern(
        "the record and two first-hand reports",
        "A",
        "The act itself, and two independent witnesses of it.",
        (RECORD, REPORT, INQUIRY),
    ),
)


def publisher(name: str, reliability: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"kind": "publisher", "id": name, "name": name}
    if reliability:
        made |= {"reliability": reliability, "reliability_reason": "as the desk has found it"}
    return made


PUBLISHERS = [
    publisher("office"),
    publisher("wire", "B"),
    publisher("daily", "B"),
    *(publisher(f"site-{n}") for n in (1, 2, 3)),
]


def workspace(folder: Path, pattern: Pattern) -> Workspace:
    """A workspace with one profile that stands on one claim with this evidence."""
    claim = {
        "id": "approved",
        "nature": "fact",
        "text": "The office approved the plan in November 2025.",
        "key": True,
        "holds": "dated",
        "sources": list(pattern.cited or [s["id"] for s in pattern.sources]),
    }
    profile = {"kind": "institution", "id": "the-office", "name": "The Office", "claims": [claim]}
    documents = [*PUBLISHERS, *pattern.sources, profile]
    (folder / "profiles").mkdir()
    text = "\n---\n".join(json.dumps(d) for d in documents)
    (folder / "profiles" / "all.yaml").write_text(text, encoding="utf-8")
    rules = ROOT / "src" / "assay" / "data" / "rules.yaml"
    (folder / "rules.yaml").write_bytes(rules.read_bytes())
    return Workspace(folder)


@pytest.mark.parametrize("pattern", LADDER, ids=lambda p: p.name)
def test_the_grade_an_analyst_would_give(pattern: Pattern, tmp_path: Path) -> None:
    desk = assess(check(workspace(tmp_path, pattern)), AS_OF)
    assert desk.results["the-office"].scores["confidence"].grade == pattern.grade, pattern.why


def test_no_step_leads_down(tmp_path: Path) -> None:
    reached = []
    for number, pattern in enumerate(LADDER):
        folder = tmp_path / str(number)
        folder.mkdir()
        desk = assess(check(workspace(folder, pattern)), AS_OF)
        reached.append(desk.results["the-office"].scores["confidence"].points or 0)
    assert reached == sorted(reached)
