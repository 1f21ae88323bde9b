"""Small workspaces, and what scoring one with a cache has to agree with."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

from assay.pipeline import Checked
from tests.package import Assessment, Cache, Workspace, assess, check

RULES = """version: 1
audiences: [public, internal]
settings: {review_after_days: {default: 365}}
scales:
  ten: [{id: low, from: 0, grade: L, label: low}, {id: high, from: 0.5, grade: H, label: high}]
scorers:
  - name: size
    on: profile
    scale: ten
    rules:
      - {id: some, when: 'citations.size() > 1', add: 0.4, because: it is cited}
      - {id: old, when: 'citations.exists(c, c.age_days > 300)', add: 0.3, because: it is old}
      - {id: felt, when: 'downstream.size() > 0', add: 0.2, because: others depend on it}
"""
DAY = date(2026, 1, 15)


def space_in(root: Path) -> Workspace:
    shutil.rmtree(root, ignore_errors=True)
    (root / "profiles").mkdir(parents=True)
    (root / "rules.yaml").write_text(RULES)
    for number in range(5):
        write(Workspace(root), number)
    return Workspace(root)


def write(space: Workspace, number: int, **told: Any) -> None:
    """One profile with a source of its own."""
    said: dict[str, Any] = {
        "name": "A",
        "cites": "",
        "upper": None,
        "claims": 1,
        "more": "",
        "rests": "",
        "status": "final",
    }
    said |= {"published": f"2025-0{number + 1}-03", "checked": "2025-06-01"} | told
    edges = (
        ""
        if said["upper"] is None
        else (
            f"depends_on: [{{on: p-{said['upper']}, relation: built_on, criticality: high, "
            "valid_until: 2026-03-01}]\n"
        )
    )
    claims = "".join(
        f"  - {{id: c-{n}, nature: fact, text: T., holds: standing, checked: {said['checked']}, "
        f"sources: [s-{number}{', ' + said['more'] if said['more'] else ''}]}}\n"
        for n in range(said["claims"])
    )
    if said["rests"]:
        claims += f"  - {{id: j, nature: judgement, text: J., rests_on: [c-0, {said['rests']}]}}\n"
    (space.profiles_dir / f"p-{number}.yaml").write_text(
        f"kind: institution\nid: p-{number}\nname: {said['name']}\nstatus: {said['status']}\n"
        f"{edges}claims:\n{claims}---\n"
        f"kind: source\nid: s-{number}\ntitle: {said['name']}\npublished: {said['published']}\n"
        f"directness: secondary\ncites: [{said['cites']}]\n"
    )


def desk(
    space: Workspace, cache: Cache | None, day: date = DAY, audience: str | None = None
) -> Assessment:
    return assess(check(space, day, cache), day, audience)


def seen(checked: Checked, day: date, audience: str | None) -> Any:
    """Everything that is known of a workspace: problems, documents, tables and scores."""
    problems = (checked.errors, checked.diagnostics)
    if checked.errors:
        return problems
    made = assess(checked, day, audience)
    tables, rows = made.built.tables, made.built.rows
    assert tables.edges is not None
    frames = {**tables.frames, "edges": tables.edges, "listing": made.built.listing}
    as_rows = {name: frame.rows() for name, frame in frames.items()}
    as_rows |= {f"rows {name}": frame.rows() for name, frame in rows.items()}
    return (*problems, made.corpus, made.written, as_rows, made.overview())


def agrees(space: Workspace, cache: Cache, day: date = DAY, audience: str | None = None) -> None:
    """A workspace scored with the cache is the workspace scored from nothing."""
    with_cache = seen(check(space, day, cache), day, audience)
    assert with_cache == seen(check(space, day), day, audience)
